package console

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"yutang/internal/access"
	"yutang/internal/fault"
	"yutang/internal/insight/funnel"
	"yutang/internal/insight/retention"
)

// reportEvents are offered first; any other event can be written.
var reportEvents = []string{"Contact Added", "Message Replied", "Link Clicked", "Product Viewed", "Product Added", "Checkout Started", "Order Completed", "Order Refunded", "Group Joined"}

func (v *visit) eventOptions(current string) []option {
	out := []option{{Label: v.Say("（不选）", "(none)")}}
	known := current == ""
	for _, e := range reportEvents {
		out = append(out, option{Value: e, Label: v.Name("event", e), On: e == current})
		known = known || e == current
	}
	if !known {
		out = append(out, option{Value: current, Label: current, On: true})
	}
	return out
}

// chosenOr is a parameter of the address, or what stands for it.
func (v *visit) chosenOr(name, other string) string {
	if s := v.asked(name); s != "" {
		return s
	}
	return other
}

// peopleHref is the page of the customers behind one number of a report.
func (v *visit) peopleHref(report string, q, cell any) string {
	rawQuery, err := json.Marshal(q)
	if err != nil {
		return ""
	}
	rawCell, err := json.Marshal(cell)
	if err != nil {
		return ""
	}
	return v.ifMay(access.CustomersRead, query("/reports/people", "report", report, "query", string(rawQuery), "cell", string(rawCell)))
}

// ask runs a report. What the form asked wrongly stands above it.
func (v *visit) ask(report string, q, out any, f *form) error {
	err := v.send(http.MethodPost, "/insight/"+report, q, out)
	if _, ok := refused(err); ok {
		f.blame(v.view, err)
		return nil
	}
	return err
}

const funnelSteps = 5

// showFunnel is how many customers take step after step.
func showFunnel(v *visit) error {
	steps := []string{}
	for i := range funnelSteps {
		if s := v.asked("s" + strconv.Itoa(i)); s != "" {
			steps = append(steps, s)
		}
	}
	if len(steps) == 0 {
		steps = []string{"Product Viewed", "Product Added", "Checkout Started", "Order Completed"}
	}
	days, err := strconv.Atoi(v.chosenOr("days", "7"))
	if err != nil || days < 1 {
		days = 7
	}
	audiences, err := v.audienceOptions(v.asked("audience"))
	if err != nil {
		return err
	}
	f := &form{Method: "get", Action: "/reports/funnel", Inline: true, Submit: v.Say("查看", "Show")}
	q := funnel.Query{WindowSeconds: int64(days) * 24 * 3600, Audience: v.asked("audience"), From: v.asked("from"), To: v.asked("to")}
	for i := range funnelSteps {
		current := ""
		if i < len(steps) {
			current = steps[i]
			raw, err := json.Marshal(map[string]string{"event": current})
			if err != nil {
				return err
			}
			q.Steps = append(q.Steps, raw)
		}
		f.Fields = append(f.Fields, field{Name: "s" + strconv.Itoa(i), Pointer: "/steps/" + strconv.Itoa(i), Kind: "select", Label: v.Sayf("第 %d 步", "Step %d", i+1), Options: v.eventOptions(current)})
	}
	f.Fields = append(f.Fields,
		field{Name: "days", Pointer: "/window_seconds", Kind: "number", Label: v.Say("几天内走完", "Within days"), Value: strconv.Itoa(days), Min: "1", Top: "365"},
		field{Name: "from", Kind: "date", Label: v.Say("从", "From"), Value: q.From}, field{Name: "to", Kind: "date", Label: v.Say("到", "To"), Value: q.To},
		field{Name: "audience", Kind: "select", Label: v.Say("人群", "Audience"), Options: audiences})
	var a funnel.Answer
	if err := v.ask("funnel", q, &a, f); err != nil {
		return err
	}
	d := desk{Title: v.Say("漏斗", "Funnel"), Lead: v.Say("客户一步步走到哪里，在哪一步走掉。点数字看是谁。", "How far customers come, and where they leave. Every number leads to them."), Sections: []section{{Form: f}}}
	if len(a.Steps) > 0 {
		d.Sections = append(d.Sections, v.funnelSection(q, steps, a))
	}
	return v.show(d)
}

func (v *visit) funnelSection(q funnel.Query, steps []string, a funnel.Answer) section {
	s := section{Title: v.Say("转化", "Conversion")}
	t := &table{Head: []head{{Name: v.Say("步骤", "Step")}, {Name: v.Say("到达", "Came"), N: true}, {Name: v.Say("占第一步", "Of the first"), N: true}, {Name: v.Say("占上一步", "Of the one before"), N: true}, {Name: v.Say("没再往前", "Came no further"), N: true}, {Name: v.Say("中位用时", "Median time"), N: true, Wide: true}}}
	for i, x := range a.Steps {
		if i >= len(steps) {
			break
		}
		name := v.Name("event", steps[i])
		came := v.peopleHref("funnel", q, map[string]any{"step": i})
		s.Bars = append(s.Bars, bar{Name: strconv.Itoa(i+1) + " " + name, Note: percent(x.Conversion), N: int64(x.Count), Of: int64(a.Steps[0].Count), Href: came})
		lost := 0
		if i+1 < len(a.Steps) {
			lost = x.Count - a.Steps[i+1].Count
		}
		median := "–"
		if x.Median != nil {
			median = (time.Duration(*x.Median) * time.Second).String()
		}
		t.add(text(name), num(x.Count, came), text(percent(x.Conversion)), text(percent(x.FromBefore)), num(lost, v.peopleHref("funnel", q, map[string]any{"step": i, "dropped": true})), text(median))
	}
	s.Table = t
	return s
}

// showRetention is how many come back, cohort by cohort.
func showRetention(v *visit) error {
	period := v.chosenOr("period", "month")
	event := v.chosenOr("event", "Order Completed")
	kind := v.chosenOr("type", "first_time")
	count, err := strconv.Atoi(v.chosenOr("count", "8"))
	if err != nil {
		count = 8
	}
	target, err := json.Marshal(map[string]string{"event": event})
	if err != nil {
		return err
	}
	body := map[string]any{"period": period, "total_intervals": count, "type": kind, "target": json.RawMessage(target)}
	if s := v.asked("to"); s != "" {
		body["to"] = s
	}
	if s := v.asked("audience"); s != "" {
		body["audience"] = s
	}
	audiences, err := v.audienceOptions(v.asked("audience"))
	if err != nil {
		return err
	}
	f := &form{Method: "get", Action: "/reports/retention", Inline: true, Submit: v.Say("查看", "Show"), Fields: []field{
		{Name: "event", Pointer: "/target", Kind: "select", Label: v.Say("做了什么", "What they do"), Options: v.eventOptions(event)[1:]},
		{Name: "type", Kind: "select", Label: v.Say("谁算一组", "Cohorts"), Options: v.options("retention", kind, "first_time", "recurring", "rolling")},
		{Name: "period", Kind: "select", Label: v.Say("每", "Each"), Options: v.options("period", period, "day", "week", "month", "quarter")},
		{Name: "count", Pointer: "/total_intervals", Kind: "number", Label: v.Say("多少期", "How many"), Value: strconv.Itoa(count), Min: "2", Top: "36"},
		{Name: "to", Kind: "date", Label: v.Say("截至", "Until"), Value: v.asked("to")}, {Name: "audience", Kind: "select", Label: v.Say("人群", "Audience"), Options: audiences},
	}}
	var a retention.Answer
	if err := v.ask("retention", body, &a, f); err != nil {
		return err
	}
	d := desk{Title: v.Say("留存", "Retention"), Lead: v.Say("每一期的客户，之后各期还有多少回来。颜色越深留得越多。", "Of the customers of each period, how many come back later. The darker, the more."), Sections: []section{{Form: f}}}
	if len(a.Cohorts) > 0 {
		d.Sections = append(d.Sections, v.retentionSection(body, period, a))
	}
	return v.show(d)
}

func (v *visit) options(kind, current string, values ...string) []option {
	out := make([]option, len(values))
	for i, s := range values {
		out[i] = option{Value: s, Label: v.Name(kind, s), On: s == current}
	}
	return out
}

func (v *visit) retentionSection(q any, period string, a retention.Answer) section {
	h := &heat{Head: []string{v.Name("period", period), v.Say("人数", "Size")}}
	for i := range a.Cohorts[0].Counts {
		h.Head = append(h.Head, v.Sayf("第 %d 期", "+%d", i))
	}
	layout := "2006-01-02"
	if period == "month" || period == "quarter" {
		layout = "2006-01"
	}
	for i, c := range a.Cohorts {
		row := heatRow{Name: c.Start.In(v.Zone).Format(layout), Cells: []heatCell{{Text: number(c.Size), Level: -1, Href: hrefIf(c.Size, v.peopleHref("retention", q, map[string]int{"cohort": i}))}}}
		for j, n := range c.Counts {
			x := heatCell{Text: percentOf(n, c.Size), Level: -1}
			if c.Size > 0 {
				x.Level = min(9, n*10/c.Size)
				x.Href = hrefIf(n, v.peopleHref("retention", q, map[string]int{"cohort": i, "interval": j}))
			}
			row.Cells = append(row.Cells, x)
		}
		h.Rows = append(h.Rows, row)
	}
	mean := heatRow{Name: v.Say("平均", "Mean"), Cells: []heatCell{{Text: "", Level: -1}}}
	var curve []float64
	for _, m := range a.Mean {
		curve = append(curve, m.Share)
		mean.Cells = append(mean.Cells, heatCell{Text: percent(m.Share), Level: min(9, max(0, int(m.Share*10)))})
	}
	h.Rows = append(h.Rows, mean)
	return section{
		Title: v.Say("留存矩阵", "Retention by cohort"), Heat: h,
		Plots: []plot{linesPlot(v.Say("平均留存曲线", "Mean retention"), []string{h.Head[2], h.Head[len(h.Head)-1]}, []string{v.Say("平均", "mean")}, [][]float64{curve}, percent)},
	}
}

// showReportPeople lists the customers behind one number of a report.
func showReportPeople(v *visit) error {
	report := v.asked("report")
	q, cellOf := json.RawMessage(v.asked("query")), json.RawMessage(v.asked("cell"))
	if !json.Valid(q) || !json.Valid(cellOf) {
		return fault.New(fault.Invalid, "invalid", "the address names no number of a report")
	}
	var p struct {
		Total int `json:"total"`
		Items []struct {
			ID string `json:"id"`
		} `json:"items"`
		Next string `json:"next"`
	}
	body := map[string]any{"query": q, "cell": cellOf, "cursor": v.asked("cursor"), "limit": 100}
	if err := v.send(http.MethodPost, "/insight/"+segment(report)+"/people", body, &p); err != nil {
		return err
	}
	t := &table{Head: []head{{Name: v.Say("客户", "Customer")}, {Name: v.Say("触达预算", "Plan")}}, Empty: v.Say("没有客户。", "No customers.")}
	for _, x := range p.Items {
		t.add(v.customerCell(x.ID, ""), cell{Text: v.Say("未来 7 天", "next 7 days"), Href: v.ifMay(access.OutreachRead, "/budget/customers/"+segment(x.ID))})
	}
	return v.show(desk{
		Crumb: link{Name: v.Name("report", report), Href: "/reports/" + segment(report)}, Title: v.Sayf("%s 位客户", "%s customers", number(p.Total)), Chips: []chip{{Text: strings.Trim(string(cellOf), "{}")}},
		Sections: []section{{Table: t.paged(v.r, p.Next)}},
	})
}
