package console

import (
	"net/url"
	"sort"
	"strings"
	"time"

	"yutang/internal/access"
)

type budgetPlan struct {
	At        time.Time     `json:"at"`
	Until     time.Time     `json:"until"`
	Customers int           `json:"customers"`
	Touches   int           `json:"touches"`
	Lines     []budgetLine  `json:"lines"`
	Raises    []budgetRaise `json:"raises"`
}

type budgetLine struct {
	Day      string  `json:"day"`
	Channel  string  `json:"channel"`
	Playbook string  `json:"playbook"`
	Name     string  `json:"name"`
	Step     string  `json:"step"`
	Verdict  string  `json:"verdict"`
	Count    int     `json:"count"`
	Shifted  int     `json:"shifted"`
	Value    float64 `json:"value"`
}

type budgetRaise struct {
	Limit   string  `json:"limit"`
	From    string  `json:"from"`
	To      string  `json:"to"`
	Touches int     `json:"touches"`
	Value   float64 `json:"value"`
}

type plannedTouch struct {
	Customer string    `json:"customer"`
	Playbook string    `json:"playbook"`
	Name     string    `json:"name"`
	Step     string    `json:"step"`
	Channel  string    `json:"channel"`
	Priority int       `json:"priority"`
	Value    float64   `json:"value"`
	Due      time.Time `json:"due"`
	At       time.Time `json:"at"`
	Verdict  string    `json:"verdict"`
	Shifted  bool      `json:"shifted"`
	Detail   string    `json:"detail"`
}

func (v *visit) budgetTabs(at string) []link {
	return []link{
		{Name: v.Say("未来 7 天", "Next 7 days"), Href: "/budget", Current: at == ""},
		{Name: v.Say("逐人计划", "By customer"), Href: "/budget/touches", Current: at == "touches"},
		{Name: v.Say("规则与额度", "Rules and quotas"), Href: "/budget/rules", Current: at == "rules"},
		{Name: v.Say("送达台账", "Ledger"), Href: "/budget/ledger", Current: at == "ledger"},
	}
}

const plannedDays = "7"

// showBudget is what will be sent in the days ahead, what not, and what would change it.
func showBudget(v *visit) error {
	q := url.Values{"days": {plannedDays}}
	if v.asked("fresh") != "" {
		q.Set("fresh", "true")
	}
	var p budgetPlan
	if err := v.get("/budget/plan", q, &p); err != nil {
		return err
	}
	names := v.bookNames()
	sends, dropped, value := 0, 0, 0.0
	for _, l := range p.Lines {
		if l.Verdict == "send" {
			sends, value = sends+l.Count, value+l.Value
		} else {
			dropped += l.Count
		}
	}
	d := desk{
		Title: v.Say("触达预算", "Touch budget"), Tabs: v.budgetTabs(""), Actions: []action{{Name: v.Say("重新推演", "Work it out anew"), Href: "/budget?fresh=1"}},
		Lead: v.Sayf("%s 推演到 %s：所有旅程与群发加在一起，谁会收到什么、什么发不出去、为什么。", "Worked out %s until %s: all playbooks and mass sends together, who gets what, what is not sent, and why.", v.Clock(p.At), v.Clock(p.Until)),
		Sections: []section{{Figures: []figure{
			{Name: v.Say("涉及客户", "Customers"), Value: number(p.Customers), Href: hrefIf(p.Customers, "/budget/touches")},
			{Name: v.Say("会发出", "Will be sent"), Value: number(sends), Href: hrefIf(sends, "/budget/touches?verdict=send"), Note: v.Say("预期收入 ", "expected revenue ") + v.major(value)},
			{Name: v.Say("发不出", "Will not"), Value: number(dropped), Href: hrefIf(dropped, "/budget/touches?verdict=-"), Note: v.Say("原因见下", "why: see below")},
		}}},
	}
	if len(p.Lines) == 0 {
		d.Sections = append(d.Sections, section{Empty: v.Say("未来 7 天没有安排。发布旅程或安排群发后再看。", "Nothing is planned for the next 7 days.")})
	} else {
		d.Sections = append(d.Sections, v.budgetDays(p), v.budgetGrid(p, names), v.budgetBooks(p, names))
	}
	d.Sections = append(d.Sections, v.raiseSection(p, names))
	return v.show(d)
}

func hrefIf(n int, href string) string {
	if n == 0 {
		return ""
	}
	return href
}

// bookNames are the playbooks by id; none for who may not see them.
func (v *visit) bookNames() map[string]string {
	out := map[string]string{}
	list, err := allIfAllowed[book](v.caller, "/playbooks", nil)
	if err != nil {
		return out
	}
	for _, b := range list {
		out[b.ID] = b.Name
	}
	return out
}

func (v *visit) bookCell(names map[string]string, id, name string) cell {
	if name == "" {
		name = names[id]
	}
	if name == "" {
		return cell{Text: id, Mono: true}
	}
	if names[id] == "" {
		return text(name)
	}
	return cell{Text: name, Href: "/playbooks/" + segment(id)}
}

// verdicts of a plan: send first, then the reasons, the most frequent first.
func verdicts(lines []budgetLine) []string {
	count := map[string]int{}
	for _, l := range lines {
		count[l.Verdict] += l.Count
	}
	out := sortedKeys(count)
	sort.SliceStable(out, func(i, j int) bool {
		if (out[i] == "send") != (out[j] == "send") {
			return out[i] == "send"
		}
		return count[out[i]] > count[out[j]]
	})
	return out
}

func (v *visit) verdict(name string) string {
	if name == "send" {
		return v.Say("会发出", "sent")
	}
	return v.Name("reason", name)
}

func (v *visit) budgetDays(p budgetPlan) section {
	kinds := verdicts(p.Lines)
	series, at := make([]string, len(kinds)), map[string]int{}
	for i, k := range kinds {
		series[i], at[k] = v.verdict(k), i
	}
	days := map[string][]int{}
	for _, l := range p.Lines {
		if days[l.Day] == nil {
			days[l.Day] = make([]int, len(kinds))
		}
		days[l.Day][at[l.Verdict]] += l.Count
	}
	var columns []column
	for _, day := range v.daysOf(p.At) {
		c := column{Name: day, Values: days[day]}
		var notes []string
		for i, n := range c.Values {
			if n > 0 {
				notes = append(notes, series[i]+" "+number(n))
			}
		}
		c.Note = strings.Join(notes, ", ")
		columns = append(columns, c)
	}
	return section{Title: v.Say("每天", "By day"), Plots: []plot{losses(stacked("", series, columns))}}
}

// daysOf are the days of a plan, in the brand's zone.
func (v *visit) daysOf(from time.Time) (out []string) {
	t := from.In(v.Zone)
	for range 7 {
		out = append(out, t.Format(time.DateOnly))
		t = t.AddDate(0, 0, 1)
	}
	return out
}

// budgetGrid is each day and channel: what is sent, what is dropped, by reason.
func (v *visit) budgetGrid(p budgetPlan, _ map[string]string) section {
	type key struct{ day, channel string }
	rows, kinds := map[key]map[string]int{}, verdicts(p.Lines)
	var order []key
	for _, l := range p.Lines {
		k := key{l.Day, l.Channel}
		if rows[k] == nil {
			rows[k], order = map[string]int{}, append(order, k)
		}
		rows[k][l.Verdict] += l.Count
	}
	sort.SliceStable(order, func(i, j int) bool { return order[i].day < order[j].day })
	t := &table{Head: []head{{Name: v.Say("日期", "Day")}, {Name: v.Say("渠道", "Channel")}}}
	for _, k := range kinds {
		t.Head = append(t.Head, head{Name: v.verdict(k), N: true})
	}
	for _, k := range order {
		row := []cell{text(k.day), text(v.Name("channel", k.channel))}
		for _, x := range kinds {
			row = append(row, num(rows[k][x], query("/budget/touches", "day", k.day, "channel", k.channel, "verdict", x)))
		}
		t.add(row...)
	}
	return section{Title: v.Say("日期 × 渠道", "Day and channel"), Note: v.Say("点数字看是哪些客户。", "Every number leads to the customers."), Table: t}
}

func (v *visit) budgetBooks(p budgetPlan, names map[string]string) section {
	type key struct{ book, name, step string }
	type sum struct {
		send, drop int
		value      float64
	}
	rows := map[key]*sum{}
	var order []key
	for _, l := range p.Lines {
		k := key{l.Playbook, l.Name, l.Step}
		if rows[k] == nil {
			rows[k], order = &sum{}, append(order, k)
		}
		if l.Verdict == "send" {
			rows[k].send += l.Count
			rows[k].value += l.Value
		} else {
			rows[k].drop += l.Count
		}
	}
	t := &table{Head: []head{{Name: v.Say("旅程或群发", "Playbook or mass send")}, {Name: v.Say("步骤", "Step")}, {Name: v.Say("会发出", "Sent"), N: true}, {Name: v.Say("发不出", "Not"), N: true}, {Name: v.Say("预期收入", "Expected revenue"), N: true}}}
	for _, k := range order {
		r := rows[k]
		t.add(v.bookCell(names, k.book, k.name), cell{Text: k.step, Mono: true}, num(r.send, query("/budget/touches", "playbook", k.book, "step", k.step, "verdict", "send")), num(r.drop, query("/budget/touches", "playbook", k.book, "step", k.step, "verdict", "-")), text(v.major(r.value)))
	}
	return section{Title: v.Say("来自哪里", "Where from"), Table: t}
}

func (v *visit) raiseSection(p budgetPlan, names map[string]string) section {
	t := &table{
		Head:  []head{{Name: v.Say("如果把……", "If")}, {Name: v.Say("从", "From"), N: true}, {Name: v.Say("提到", "To"), N: true}, {Name: v.Say("多发", "More touches"), N: true}, {Name: v.Say("预期多收入", "Expected revenue"), N: true}},
		Empty: v.Say("没有限制在起作用：放宽任何一项都不会多发。", "No limit binds: raising any would give nothing."),
	}
	for _, r := range p.Raises {
		if r.Touches != 0 || r.Value != 0 {
			t.add(text(v.limitText(r.Limit, names)), text(r.From), text(r.To), num(r.Touches, ""), text(v.major(r.Value)))
		}
	}
	return section{Title: v.Say("放宽一档会多出什么", "What raising a limit would give"), Table: t}
}

// limitText says which limit a path names.
func (v *visit) limitText(path string, names map[string]string) string {
	parts := strings.Split(path, "/")
	if parts[0] == "playbooks" && len(parts) > 2 {
		name := names[parts[1]]
		if name == "" {
			name = parts[1]
		}
		return v.Sayf("「%s」的", "“%s”: ", name) + v.limitText(strings.Join(parts[2:], "/"), names)
	}
	if parts[0] == "cap" && len(parts) == 3 {
		return v.Sayf("%s 每天上限", "%s a day", v.Name("channel", parts[2]))
	}
	return v.Name("limit", path)
}

// showBudgetTouches lists the touches of the plan.
func showBudgetTouches(v *visit) error {
	q := v.page("day", "source", "channel", "playbook", "step", "verdict")
	dropped := q.Get("verdict") == "-"
	if dropped {
		q.Del("verdict")
		q.Set("limit", "1000")
	}
	var p listed[plannedTouch]
	if err := v.get("/budget/plan/touches", q, &p); err != nil {
		return err
	}
	if dropped {
		kept := p.Items[:0]
		for _, x := range p.Items {
			if x.Verdict != "send" {
				kept = append(kept, x)
			}
		}
		p.Items = kept
	}
	d := desk{Title: v.Say("触达预算", "Touch budget"), Tabs: v.budgetTabs("touches"), Sections: []section{{Form: v.planFilter()}, {Table: v.touchTable(p.Items, true).paged(v.r, p.Next)}}}
	return v.show(d)
}

func (v *visit) planFilter() *form {
	wish := v.asked("verdict")
	options := []option{{Label: v.Say("全部", "all")}, {Value: "send", Label: v.verdict("send")}}
	for _, reason := range []string{"capped", "outranked", "quota", "staff_full", "no_consent", "no_address", "no_contact", "holdout", "quiet"} {
		options = append(options, option{Value: reason, Label: v.verdict(reason)})
	}
	for i := range options {
		options[i].On = options[i].Value == wish
	}
	days := []option{{Label: v.Say("全部", "all")}}
	for _, day := range v.daysOf(v.Now) {
		days = append(days, option{Value: day, Label: day, On: v.asked("day") == day})
	}
	return &form{Method: "get", Action: "/budget/touches", Inline: true, Submit: v.Say("筛选", "Filter"), Fields: []field{
		{Name: "day", Kind: "select", Label: v.Say("日期", "Day"), Options: days},
		{Name: "verdict", Kind: "select", Label: v.Say("结论", "Verdict"), Options: options},
	}}
}

func (v *visit) touchTable(list []plannedTouch, withCustomer bool) *table {
	names := v.bookNames()
	t := &table{
		Head: []head{
			{Name: v.Say("客户", "Customer")}, {Name: v.Say("来自", "From")}, {Name: v.Say("渠道", "Channel"), Wide: true}, {Name: v.Say("时间", "When")},
			{Name: v.Say("优先级", "Priority"), N: true, Wide: true}, {Name: v.Say("预期收入", "Expected"), N: true, Wide: true}, {Name: v.Say("结论", "Verdict")},
		},
		Empty: v.Say("没有这样的安排。", "Nothing of that kind is planned."),
	}
	for _, x := range list {
		who := cell{Text: x.Customer, Mono: true}
		if withCustomer {
			who.Href = "/budget/customers/" + segment(x.Customer)
		}
		from := v.bookCell(names, x.Playbook, x.Name)
		from.Note = x.Step
		verdict := cell{Text: v.verdict(x.Verdict), Chip: "chip paused", Note: x.Detail}
		if x.Verdict == "send" {
			verdict.Chip = "chip good"
		}
		if x.Shifted {
			verdict.Note = strings.TrimSpace(v.Say("顺延自 ", "put off from ") + v.Clock(x.Due) + " " + verdict.Note)
		}
		t.add(who, from, text(v.Name("channel", x.Channel)), text(v.Clock(x.At)), text(number(x.Priority)), text(v.major(x.Value)), verdict)
	}
	return t
}

// showBudgetCustomer is one customer's plan.
func showBudgetCustomer(v *visit) error {
	var p struct {
		Items []plannedTouch `json:"items"`
	}
	if err := v.get("/budget/plan/customers/"+segment(v.id()), nil, &p); err != nil {
		return err
	}
	d := desk{Crumb: link{Name: v.Say("触达预算", "Touch budget"), Href: "/budget/touches"}, Title: v.Sayf("%s 未来 7 天", "%s in the next 7 days", v.id()), Sections: []section{{Table: v.touchTable(p.Items, false)}}}
	if v.Who.Can(access.CustomersRead) {
		d.Actions = []action{{Name: v.Say("客户资料", "The customer"), Href: "/customers/" + segment(v.id())}}
	}
	return v.show(d)
}
