package console

import (
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"yutang/internal/access"
	"yutang/internal/experiment"
	"yutang/internal/money"
)

// trialInfo is an experiment in the list.
type trialInfo struct {
	ID       string              `json:"id"`
	Name     string              `json:"name"`
	Origin   string              `json:"origin"`
	Kind     string              `json:"kind"`
	Settings experiment.Settings `json:"settings"`
	Arms     []struct {
		Name    string  `json:"name"`
		Share   float64 `json:"share_percent"`
		Records int     `json:"records"`
	} `json:"arms"`
	StartedAt time.Time `json:"started_at"`
	StoppedAt time.Time `json:"stopped_at"`
	Decision  *struct {
		Arm  string    `json:"arm"`
		Note string    `json:"note"`
		At   time.Time `json:"at"`
	} `json:"decision"`
}

func (t trialInfo) at() string { return "/experiments/" + segment(t.ID) }

// experimentName says a name that a playbook made, PLAYBOOK or PLAYBOOK/STEP, in words.
func (v *visit) experimentName(names map[string]string, t trialInfo) string {
	id, step, _ := strings.Cut(t.Name, "/")
	name, ok := names[id]
	if !ok {
		return t.Name
	}
	if step == "" {
		return name + v.Say(" · 对照组", " · control group")
	}
	return name + " · " + step
}

func showExperiments(v *visit) error {
	var p listed[trialInfo]
	if err := v.get("/experiments", v.page(), &p); err != nil {
		return err
	}
	names := v.bookNames()
	t := &table{
		Head: []head{
			{Name: v.Say("实验", "Experiment")}, {Name: v.Say("类型", "Kind")}, {Name: v.Say("组别与人数", "Arms and customers")}, {Name: v.Say("看什么", "Measured by"), Wide: true},
			{Name: v.Say("开始", "Began"), N: true}, {Name: v.Say("状态", "State")},
		},
		Empty: v.Say("还没有实验。旅程里的对照组、A/B 分流、消息版本，以及群发的对照组会自动成为实验。", "No experiments yet. Control groups, splits and variants of playbooks and mass sends become experiments by themselves."),
	}
	for _, x := range p.Items {
		var arms []string
		for _, a := range x.Arms {
			arms = append(arms, v.Name("arm", a.Name)+" "+number(a.Records))
		}
		state := cell{Text: v.Say("进行中", "running"), Chip: "chip live"}
		if !x.StoppedAt.IsZero() {
			state = cell{Text: v.Say("已停止", "stopped"), Chip: "chip paused"}
		}
		if x.Decision != nil {
			state = cell{Text: v.Say("已决定", "decided"), Chip: "chip good", Note: x.Decision.Arm}
		}
		t.add(cell{Text: v.experimentName(names, x), Href: x.at()}, text(v.Name("trialkind", x.Kind)), text(strings.Join(arms, v.Say("，", ", "))),
			text(v.Sayf("%d 天内 %s", "%[2]s within %[1]d days", x.Settings.Horizon, v.Name("event", x.Settings.Event))), v.time(x.StartedAt), state)
	}
	return v.show(desk{
		Title: v.Say("实验", "Experiments"), Sections: []section{{Table: t.paged(v.r, p.Next)}},
		Lead: v.Say("每位客户只在一组，之后由订单说话。结论任何时候看都有效，不会因为天天看而误判。", "Each customer is in one arm; then orders decide. Results hold however often you look."),
	})
}

// trialResult is what came of an experiment.
type trialResult struct {
	Experiment  trialInfo               `json:"experiment"`
	AsOf        time.Time               `json:"as_of"`
	Currency    string                  `json:"currency"`
	Arms        []trialArm              `json:"arms"`
	Left        experiment.Left         `json:"left_out"`
	Split       *experiment.SplitResult `json:"split"`
	Comparisons []experiment.Comparison `json:"comparisons"`
	Planned     bool                    `json:"planned_reached"`
	Series      []struct {
		Day    string             `json:"day"`
		Points []experiment.Point `json:"comparisons"`
	} `json:"series"`
	Warnings    []experiment.Warning    `json:"warnings"`
	Definitions []experiment.Definition `json:"definitions"`
}

// trialArm is one arm's own numbers.
type trialArm struct {
	Arm       string  `json:"arm"`
	Control   bool    `json:"control"`
	Share     float64 `json:"share_percent"`
	Exposed   int     `json:"exposed"`
	Mature    int     `json:"mature"`
	Converted int     `json:"converted"`
	Rate      float64 `json:"conversion_rate"`
	RateLow   float64 `json:"conversion_low"`
	RateHigh  float64 `json:"conversion_high"`
	PerHead   float64 `json:"revenue_per_customer"`
	Early     struct {
		Converted int `json:"converted"`
	} `json:"not_mature"`
}

func showExperiment(v *visit) error {
	var r trialResult
	if err := v.get("/experiments/"+segment(v.id()), nil, &r); err != nil {
		return err
	}
	names := v.bookNames()
	x := r.Experiment
	d := desk{Crumb: link{Name: v.Say("实验", "Experiments"), Href: "/experiments"}, Title: v.experimentName(names, x), Chips: []chip{{Text: v.Name("trialkind", x.Kind)}}, Actions: v.experimentActions(x)}
	if !x.StoppedAt.IsZero() {
		d.Chips = append(d.Chips, chip{Text: v.Say("已停止入组", "enrolment has ended"), Class: "paused"})
	}
	if x.Settings.Hypothesis != "" {
		d.Lead = x.Settings.Hypothesis
	}
	if r.Split != nil && r.Split.Verdict != "ok" {
		d.Problem = v.Sayf("分流比例异常（SRM）：各组人数与计划不符，p = %s。原因没找到之前，不要相信下面的结果。", "Sample ratio mismatch: the arms are not as large as planned, p = %s. Do not trust the result before the cause is found.", pText(r.Split.P))
	}
	d.Sections = append(d.Sections, v.armSection(r))
	for _, w := range r.Warnings {
		d.Sections[0].Note = strings.TrimSpace(d.Sections[0].Note + " " + v.warningText(w.Code, w.Text))
	}
	for _, c := range r.Comparisons {
		d.Sections = append(d.Sections, v.comparisonSection(r, c))
	}
	d.Sections = append(d.Sections, v.experimentFacts(r, names), v.definitionSection(r))
	return v.show(d)
}

func (v *visit) experimentActions(x trialInfo) []action {
	if !v.Who.Can(access.ExperimentsWrite) {
		return nil
	}
	if x.StoppedAt.IsZero() {
		return []action{{Name: v.Say("停止入组", "End the enrolment"), Post: x.at() + "/stop", Ask: v.Say("之后的客户不再计入。旅程本身照常。", "Who is exposed later does not count. The playbook goes on.")}}
	}
	return []action{{Name: v.Say("恢复入组", "Take the stop back"), Post: x.at() + "/resume"}}
}

func (v *visit) armSection(r trialResult) section {
	at := r.Experiment.at() + "/customers"
	t := &table{Head: []head{
		{Name: v.Say("组别", "Arm")}, {Name: v.Say("计划", "Planned"), N: true, Wide: true}, {Name: v.Say("入组客户", "Exposed"), N: true}, {Name: v.Say("已满观察期", "Mature"), N: true},
		{Name: v.Say("转化", "Converted"), N: true}, {Name: v.Say("转化率", "Rate"), N: true}, {Name: v.Say("人均收入", "Revenue each"), N: true}, {Name: v.Say("还没满期的已转化", "Not mature: converted"), N: true, Wide: true},
	}}
	for _, a := range r.Arms {
		name := cell{Text: v.Name("arm", a.Arm), Href: query(at, "arm", a.Arm)}
		if a.Control {
			name.Note = v.Say("对照", "control")
		}
		rate := cell{Text: "–", Faint: true}
		if a.Mature > 0 {
			rate = cell{Text: percent(a.Rate), Note: percent(a.RateLow) + "–" + percent(a.RateHigh)}
		}
		t.add(name, text(trimFloat(a.Share)+"%"), num(a.Exposed, query(at, "arm", a.Arm)), num(a.Mature, query(at, "arm", a.Arm, "mature", "true")),
			num(a.Converted, query(at, "arm", a.Arm, "mature", "true", "converted", "true")), rate, text(major(a.PerHead, r.Currency)),
			num(a.Early.Converted, query(at, "arm", a.Arm, "mature", "false", "converted", "true")))
	}
	s := section{Title: v.Say("各组", "Arms"), Table: t}
	if r.Split != nil && r.Split.Verdict == "ok" {
		s.Note = v.Sayf("分流检查通过：人数与计划相符（p = %s）。", "The split is as planned (p = %s).", pText(r.Split.P))
	}
	return s
}

// major writes an amount of major units with all its digits.
func major(amount float64, currency string) string {
	return exact(money.Amount{Minor: int64(math.Round(amount * float64(money.Scale(currency)))), Currency: currency})
}

func pText(p float64) string {
	if p < 0.001 {
		return "< 0.001"
	}
	return strconv.FormatFloat(p, 'f', 3, 64)
}

// comparisonSection sets an arm against the control: each measure with its interval, and
// how it developed.
func (v *visit) comparisonSection(r trialResult, c experiment.Comparison) section {
	t := &table{Head: []head{
		{Name: v.Say("指标", "Measure")}, {Name: v.Say("差异", "Difference"), N: true}, {Name: v.Say("区间（随时可看）", "Interval (valid at any look)"), N: true}, {Name: "p", N: true},
		{Name: v.Say("计划时点的结果", "At the planned moment"), N: true, Wide: true}, {Name: v.Say("结论", "Verdict")},
	}}
	points := func(f float64) string { return signed(f*100) + v.Say(" 个百分点", " points") }
	amount := func(f float64) string { return plus(f) + major(f, r.Currency) }
	v.metricRow(t, v.Say("转化率", "Conversion"), &c.Conversion, points)
	v.metricRow(t, v.Say("人均收入", "Revenue each"), &c.Revenue, amount)
	v.metricRow(t, v.Say("人均收入（CUPED 校正）", "Revenue each (CUPED)"), c.Adjusted, amount)
	v.metricRow(t, v.Say("人均收入（封顶）", "Revenue each (capped)"), c.Capped, amount)
	v.metricRow(t, v.Say("客单价", "Order value"), c.OrderValue, amount)
	s := section{Title: v.Sayf("%s 与 %s 相比", "%s against %s", v.Name("arm", c.Arm), v.Name("arm", c.Control)), Table: t}
	var notes []string
	if i := c.Incremental; i != nil {
		says := v.Say("增量收入 ", "Incremental revenue ") + major(i.Amount, r.Currency)
		if i.Low != nil && i.High != nil {
			says += v.Sayf("（区间 %s 至 %s）", " (from %s to %s)", major(*i.Low, r.Currency), major(*i.High, r.Currency))
		}
		notes = append(notes, says+v.Sayf("，%s 位已满观察期的客户。", ", of %s mature customers.", number(i.Treated)))
	}
	for _, g := range c.Guardrails {
		if g.Harmed {
			notes = append(notes, v.Sayf("⚠ 护栏指标变差：%s。", "⚠ A guardrail is harmed: %s.", v.Name("event", g.Event)))
		}
	}
	s.Note = strings.Join(notes, " ")
	s.Plots = v.seriesPlots(r, c.Arm)
	return s
}

func plus(f float64) string {
	if f > 0 {
		return "+"
	}
	return ""
}

func signed(f float64) string {
	return strings.Replace(fmt.Sprintf("%+.2f", f), "-", "−", 1)
}

func (v *visit) metricRow(t *table, name string, m *experiment.Metric, say func(float64) string) {
	if m == nil {
		return
	}
	row := []cell{text(name), {Text: say(m.Diff), Strong: true}, {Text: "–", Faint: true}, {Text: "–", Faint: true}, {Text: "–", Faint: true}, {Text: v.Say("数据还不够", "not enough data"), Chip: "chip"}}
	if m.Lift != nil {
		row[1].Note = v.Say("相对 ", "lift ") + signed(*m.Lift*100) + "%"
	}
	if i := m.Always; i != nil {
		row[2], row[3] = text(say(i.Low)+" … "+say(i.High)), text(pText(i.Holm))
		switch {
		case i.Low > 0:
			row[5] = cell{Text: v.Say("更高", "higher"), Chip: "chip good"}
		case i.High < 0:
			row[5] = cell{Text: v.Say("更低", "lower"), Chip: "chip bad"}
		default:
			row[5] = cell{Text: v.Say("看不出差别", "no difference found"), Chip: "chip"}
		}
	}
	if i := m.Fixed; i != nil {
		row[4] = cell{Text: say(i.Low) + " … " + say(i.High), Note: "p = " + pText(i.Holm)}
	}
	t.add(row...)
}

// seriesPlots draw how the always-valid interval developed, from the day it existed.
func (v *visit) seriesPlots(r trialResult, arm string) (out []plot) {
	var days []string
	var conversion, revenue []span
	for _, day := range r.Series {
		for _, p := range day.Points {
			if p.Arm != arm {
				continue
			}
			if c := p.Conversion; c != nil {
				days = append(days, day.Day)
				conversion = append(conversion, span{c.Low, c.Diff, c.High})
			}
			if c := p.Revenue; c != nil {
				revenue = append(revenue, span{c.Low, c.Diff, c.High})
			}
		}
	}
	if len(conversion) > 1 {
		out = append(out, band(v.Say("转化率差异的变化（阴影为随时有效的区间，横线为零）", "Difference of conversion over time (shaded: interval valid at any look; line: zero)"), ends(days), conversion, func(f float64) string { return signed(f*100) + "%" }))
	}
	if len(revenue) > 1 {
		out = append(out, band(v.Say("人均收入差异的变化", "Difference of revenue each over time"), ends(days), revenue, func(f float64) string { return major(f, r.Currency) }))
	}
	return out
}

func ends(names []string) []string {
	if len(names) == 0 {
		return nil
	}
	return []string{names[0], names[len(names)-1]}
}

func (v *visit) experimentFacts(r trialResult, names map[string]string) section {
	x := r.Experiment
	facts := []fact{
		{Name: v.Say("来自", "Made by"), Value: v.bookCell(names, x.Origin, "")},
		{Name: v.Say("转化是", "Conversion"), Value: text(v.Sayf("入组后 %d 天内「%s」", "“%[2]s” within %[1]d days of the first exposure", x.Settings.Horizon, v.Name("event", x.Settings.Event)))},
		{Name: v.Say("开始", "Began"), Value: text(v.Stamp(x.StartedAt))}, {Name: v.Say("数据截至", "As of"), Value: text(v.Stamp(r.AsOf))},
	}
	if left := r.Left.Merged + r.Left.Erased + r.Left.NoCluster; left > 0 {
		facts = append(facts, fact{Name: v.Say("没有计入", "Left out"), Value: text(v.Sayf("合并后属于两组 %d，已删除 %d，没有归属 %d", "%d merged into two arms, %d erased, %d without a cluster", r.Left.Merged, r.Left.Erased, r.Left.NoCluster))})
	}
	if x.Decision != nil {
		facts = append(facts, fact{Name: v.Say("决定", "Decision"), Value: cell{Text: x.Decision.Arm, Note: x.Decision.Note}})
	}
	return section{Title: v.Say("设置", "Settings"), Facts: facts}
}

func (v *visit) definitionSection(r trialResult) section {
	s := section{Title: v.Say("名词解释", "Definitions")}
	for _, d := range r.Definitions {
		says := d.Text
		if zh, ok := texts["define."+d.Term]; ok && v.Lang != "en" {
			says = strings.NewReplacer("{days}", strconv.Itoa(r.Experiment.Settings.Horizon), "{event}", v.Name("event", r.Experiment.Settings.Event)).Replace(zh[0])
		}
		s.Facts = append(s.Facts, fact{Name: v.Name("term", d.Term), Value: text(says)})
	}
	return s
}

func (v *visit) warningText(code, english string) string {
	if zh, ok := texts["warning."+code]; ok && v.Lang != "en" {
		return zh[0]
	}
	return english
}

func showExperimentPeople(v *visit) error {
	q := v.page("arm", "cluster", "converted", "mature")
	var p listed[struct {
		Customer  string    `json:"customer"`
		Arm       string    `json:"arm"`
		ExposedAt time.Time `json:"exposed_at"`
		Mature    bool      `json:"mature"`
		Converted bool      `json:"converted"`
		Orders    int       `json:"orders"`
		Revenue   float64   `json:"revenue"`
	}]
	at := "/experiments/" + segment(v.id())
	if err := v.get(at+"/customers", q, &p); err != nil {
		return err
	}
	t := &table{
		Head: []head{
			{Name: v.Say("客户", "Customer")}, {Name: v.Say("组别", "Arm")}, {Name: v.Say("入组", "Exposed")}, {Name: v.Say("已满观察期", "Mature")}, {Name: v.Say("转化", "Converted")},
			{Name: v.Say("订单", "Orders"), N: true}, {Name: v.Say("收入", "Revenue"), N: true},
		},
		Empty: v.Say("没有客户。", "No customers."),
	}
	for _, x := range p.Items {
		t.add(v.customerCell(x.Customer, ""), text(v.Name("arm", x.Arm)), text(v.Stamp(x.ExposedAt)), text(v.yes(x.Mature)), text(v.yes(x.Converted)), num(x.Orders, ""), text(major(x.Revenue, v.Brand.Currency)))
	}
	return v.show(desk{Crumb: link{Name: v.Say("返回实验", "The experiment"), Href: at}, Title: v.Say("数字背后的客户", "Who is behind the number"), Chips: v.askedChips(q, "arm", "converted", "mature"), Sections: []section{{Table: t.paged(v.r, p.Next)}}})
}

func (v *visit) askedChips(q url.Values, names ...string) (out []chip) {
	for _, n := range names {
		if s := q.Get(n); s != "" {
			if s == "true" || s == "false" {
				out = append(out, chip{Text: v.Name("asked", n) + v.Say("：", ": ") + v.yes(s == "true")})
				continue
			}
			out = append(out, chip{Text: v.Name(n, s)})
		}
	}
	return out
}

func steerExperiment(v *visit) error {
	at := "/experiments/" + segment(v.id())
	do := v.r.PathValue("do")
	return v.did(v.send(http.MethodPost, at+"/"+segment(do), nil, nil), at, "saved")
}
