package console

import (
	"strconv"

	"yutang/internal/insight/ltv"
	"yutang/internal/insight/rfm"
	"yutang/internal/money"
)

// showRFM is how recently, how often and for how much customers bought.
func showRFM(v *visit) error {
	at := v.asked("at")
	audiences, err := v.audienceOptions(v.asked("audience"))
	if err != nil {
		return err
	}
	f := &form{Method: "get", Action: "/reports/rfm", Inline: true, Submit: v.Say("查看", "Show"), Fields: []field{
		{Name: "at", Kind: "date", Label: v.Say("截至", "Until"), Value: at}, {Name: "audience", Kind: "select", Label: v.Say("人群", "Audience"), Options: audiences},
	}}
	q := rfm.Query{At: at, Audience: v.asked("audience"), Limit: 1}
	var a rfm.Answer
	if err := v.ask("rfm", q, &a, f); err != nil {
		return err
	}
	d := desk{Title: v.Say("RFM 分层", "RFM"), Lead: v.Say("最近一次购买、购买次数、金额各打 1 到 5 分。分高的多花心思，曾经高分的优先唤醒。", "Recency, frequency and money, each scored 1 to 5."), Sections: []section{{Form: f}}}
	if a.Count == 0 {
		d.Sections = append(d.Sections, section{Empty: v.Say("还没有买过的客户。", "Nobody has bought yet.")})
		return v.show(d)
	}
	var figures []figure
	for i := len(a.Levels) - 1; i >= 0; i-- {
		l := a.Levels[i]
		level, err := strconv.Atoi(l.Name)
		if err != nil {
			continue
		}
		figures = append(figures, figure{Name: v.Name("rfmlevel", l.Name), Value: number(l.Count), Href: hrefIf(l.Count, v.peopleHref("rfm", q, map[string]int{"level": level})), Note: v.Sayf("均 %s，%.0f 天前", "mean %s, %.0f days ago", v.major(l.Money), l.DaysSince)})
	}
	d.Sections = append(d.Sections, section{Figures: figures}, v.rfmTypes(q, a))
	return v.show(d)
}

// major writes an amount of major units.
func (v *visit) major(f float64) string {
	scale := money.Scale(v.Brand.Currency)
	return v.Money(money.Amount{Minor: int64(f * float64(scale)), Currency: v.Brand.Currency})
}

// rfmTypes lists the segments with what they are called by their scores.
func (v *visit) rfmTypes(q rfm.Query, a rfm.Answer) section {
	t := &table{Head: []head{
		{Name: v.Say("分层（R F M）", "Segment (R F M)")}, {Name: v.Say("类型", "Type")}, {Name: v.Say("客户", "Customers"), N: true}, {Name: v.Say("占比", "Share"), N: true},
		{Name: v.Say("平均距今", "Days since"), N: true, Wide: true}, {Name: v.Say("平均复购天数", "Repeat days"), N: true, Wide: true}, {Name: v.Say("平均金额", "Mean value"), N: true},
	}}
	for _, s := range a.Segments {
		t.add(cell{Text: s.Name, Mono: true}, text(v.rfmType(s.Name)), num(s.Count, v.peopleHref("rfm", q, map[string]string{"segment": s.Name})), text(percentOf(s.Count, a.Count)),
			text(strconv.FormatFloat(s.DaysSince, 'f', 0, 64)), text(strconv.FormatFloat(s.Often, 'f', 1, 64)), text(v.major(s.Money)))
	}
	return section{Title: v.Sayf("%s 位买过的客户", "%s customers who bought", number(a.Count)), Table: t, Note: v.Say("类型按每项是否高于 3 分命名。", "Types are named by which scores are above 3.")}
}

// rfmType names a segment such as 543 by which of its scores are high.
func (v *visit) rfmType(segment string) string {
	if len(segment) != 3 {
		return ""
	}
	name := ""
	for i := range 3 {
		if segment[i] > '3' {
			name += "h"
		} else {
			name += "l"
		}
	}
	return v.Name("rfmtype", name)
}

// showLTV is what customers are expected to buy.
func showLTV(v *visit) error {
	at, until := v.asked("at"), v.asked("until")
	horizon, err := strconv.ParseFloat(v.chosenOr("weeks", "52"), 64)
	if err != nil {
		horizon = 52
	}
	audiences, err := v.audienceOptions(v.asked("audience"))
	if err != nil {
		return err
	}
	f := &form{Method: "get", Action: "/reports/ltv", Inline: true, Submit: v.Say("查看", "Show"), Fields: []field{
		{Name: "at", Kind: "date", Label: v.Say("数据截至", "Data until"), Value: at},
		{Name: "until", Pointer: "/calibration_end", Kind: "date", Label: v.Say("学到哪天（之后用来检验）", "Learn until (then judged)"), Value: until},
		{Name: "weeks", Pointer: "/horizon", Kind: "number", Label: v.Say("预测几周", "Weeks ahead"), Value: trimFloat(horizon), Min: "1", Top: "260"},
		{Name: "audience", Kind: "select", Label: v.Say("人群", "Audience"), Options: audiences},
	}}
	q := ltv.Query{At: at, CalibrationEnd: until, Horizon: horizon, Audience: v.asked("audience"), Limit: 1}
	var a ltv.Answer
	if err := v.ask("ltv", q, &a, f); err != nil {
		return err
	}
	d := desk{Title: v.Say("客户价值 LTV", "Lifetime value"), Lead: v.Say("按每位客户买过的节奏，预计之后会买多少。只看已有客户，不含新客。", "What each customer is expected to buy, by their own rhythm. Newcomers are not counted."), Sections: []section{{Form: f}}}
	if a.Count == 0 {
		return v.show(d)
	}
	d.Sections = append(d.Sections, section{Figures: []figure{
		{Name: v.Say("客户", "Customers"), Value: number(a.Count), Href: v.peopleHref("ltv", q, map[string]any{})},
		{Name: v.Sayf("未来 %s 周预计收入", "Expected in %s weeks", trimFloat(a.Horizon)), Value: v.major(a.Total)},
		{Name: v.Say("预计仍活跃", "Expected to be alive"), Value: number(int(a.Alive))},
		{Name: v.Say("模型", "Model"), Value: a.Model, Note: v.Say("自动选更合适的", "the likelier is taken")},
	}}, v.decileSection(q, a))
	if a.Fit != nil {
		d.Sections = append(d.Sections, v.fitSection(q, a))
	}
	return v.show(d)
}

func (v *visit) decileSection(q ltv.Query, a ltv.Answer) section {
	t := &table{Head: []head{{Name: v.Say("客户十等分", "Tenth of customers")}, {Name: v.Say("客户", "Customers"), N: true}, {Name: v.Say("预计收入", "Expected"), N: true}, {Name: v.Say("占比", "Share"), N: true}, {Name: v.Say("仍活跃的概率", "Alive"), N: true}}}
	s := section{Title: v.Say("价值在谁那里", "Where the value is")}
	for _, x := range a.Deciles {
		href := v.peopleHref("ltv", q, map[string]int{"decile": x.Decile})
		share := 0.0
		if a.Total > 0 {
			share = x.Value / a.Total
		}
		t.add(text(v.Sayf("第 %d 档", "%d", x.Decile)), num(x.Count, href), text(v.major(x.Value)), text(percent(share)), text(percent(x.Alive)))
	}
	s.Table, s.Note = t, v.Say("第 1 档最有价值。", "1 is the most valuable.")
	return s
}

// fitSection says how well the model foretold the days after it had learned.
func (v *visit) fitSection(_ ltv.Query, a ltv.Answer) section {
	s := section{Title: v.Say("预测准不准", "How good it is"), Note: v.Sayf("检验期 %.0f 周：实际购买 %s 次，预测 %.0f 次，误差 %s。", "Hold-out of %.0f weeks: %s purchases, %.0f foretold, error %s.", a.Fit.HoldoutUnits, number(a.Fit.Actual), a.Fit.Expected, percent(a.Fit.Error))}
	var actual, expected []float64
	for _, x := range a.Tracking {
		actual, expected = append(actual, float64(x.Cumulative)), append(expected, x.CumExpect)
	}
	if len(actual) > 1 {
		s.Plots = []plot{linesPlot(v.Say("累计购买次数：实际与预测", "Cumulative purchases: actual and expected"), []string{"0", number(len(actual))}, []string{v.Say("实际", "actual"), v.Say("预测", "expected")}, [][]float64{actual, expected}, func(f float64) string { return number(int(f)) })}
	}
	return s
}
