package console

import (
	"net/http"
	"sort"
	"strconv"
	"strings"
	"time"

	"yutang/internal/access"
	"yutang/internal/fault"
	"yutang/internal/rehearse"
)

type replay struct {
	ID        string           `json:"id"`
	Playbook  string           `json:"playbook"`
	Version   int              `json:"version"`
	Days      int              `json:"days"`
	Customers float64          `json:"customers"`
	Until     time.Time        `json:"until"`
	State     string           `json:"state"`
	Progress  float64          `json:"progress"`
	Error     string           `json:"error"`
	Result    *rehearse.Result `json:"result"`
	CreatedAt time.Time        `json:"created_at"`
}

func badField(pointer, detail string) error { return fault.BadField(pointer, "%s", detail) }

func showReplays(v *visit) error { return v.replayDesk(nil) }

func (v *visit) replayDesk(wrong error) error {
	b, err := v.book(v.id())
	if err != nil {
		return err
	}
	q := v.page()
	q.Set("playbook", b.ID)
	var p listed[replay]
	if err := v.get("/replays", q, &p); err != nil {
		return err
	}
	t := &table{
		Head:  []head{{Name: v.Say("开始", "Begun")}, {Name: v.Say("范围", "Extent")}, {Name: v.Say("版本", "Version")}, {Name: v.Say("状态", "State")}},
		Empty: v.Say("还没有回放过。", "No replay yet."),
	}
	for _, r := range p.Items {
		version := v.Say("草稿", "draft")
		if r.Version > 0 {
			version = "v" + strconv.Itoa(r.Version)
		}
		t.add(cell{Text: v.Stamp(r.CreatedAt), Href: "/replays/" + segment(r.ID)}, text(v.replayExtent(r)), text(version), v.state("state", r.State))
	}
	d := desk{
		Crumb: link{Name: v.Say("SOP 旅程", "Playbooks"), Href: "/playbooks"}, Title: b.Name, Chips: v.bookChips(b), Tabs: v.bookTabs(b, "replay"),
		Lead: v.Say("假如过去这些天里旅程已经在跑，会有多少人进入、发多少条、被什么挡住、员工多出多少活。只计算，不发送。", "Had it run on these past days: who would have entered, what would have been sent, what stopped it, and what work staff would have had. Nothing is sent."),
	}
	f := &form{Action: b.at() + "/replay", Inline: true, Submit: v.Say("开始回放", "Replay"), Fields: []field{
		{Name: "days", Kind: "number", Label: v.Say("最近几天", "Last days"), Value: "30", Min: "1", Top: "365", Required: true},
		{Name: "customers", Kind: "number", Label: v.Say("抽样 %（空为全部）", "Sample % (empty: all)"), Min: "1", Top: "100"},
		{Name: "version", Kind: "select", Label: v.Say("版本", "Version"), Options: v.trialVersions(b, "")},
	}}
	if v.Who.Can(access.PlaybooksWrite) {
		d.Sections = append(d.Sections, section{Title: v.Say("新的回放", "New replay"), Form: f})
	}
	d.Sections = append(d.Sections, section{Title: v.Say("历次回放", "Replays"), Table: t.paged(v.r, p.Next)})
	if wrong != nil {
		return v.again(d, f, wrong)
	}
	return v.show(d)
}

func (v *visit) replayExtent(r replay) string {
	out := v.Sayf("最近 %d 天", "last %d days", r.Days)
	if r.Customers > 0 && r.Customers < 100 {
		out += v.Sayf("，抽样 %s%%", ", sample %s%%", trimFloat(r.Customers))
	}
	return out
}

func startReplay(v *visit) error {
	q, err := v.form()
	if err != nil {
		return err
	}
	body := map[string]any{"days": integer(q, "days"), "version": integer(q, "version")}
	if n, err := strconv.ParseFloat(trimmed(q, "customers"), 64); err == nil {
		body["customers"] = n
	}
	var r replay
	if err := v.send(http.MethodPost, "/playbooks/"+segment(v.id())+"/replay", body, &r); err != nil {
		return v.replayDesk(err)
	}
	return back(v.w, v.r, "/replays/"+segment(r.ID), "begun")
}

func showReplay(v *visit) error {
	var r replay
	if err := v.get("/replays/"+segment(v.id()), nil, &r); err != nil {
		return err
	}
	d := desk{Title: v.Say("历史回放", "Replay"), Chips: []chip{v.stateChip("state", r.State), {Text: v.replayExtent(r)}}, Crumb: link{Name: v.Say("SOP 旅程", "Playbooks"), Href: "/playbooks"}}
	if b, err := v.book(r.Playbook); err == nil {
		d.Crumb, d.Title = link{Name: v.Say("回放", "Replays"), Href: b.at() + "/replay"}, b.Name
	}
	switch {
	case r.State == "failed":
		d.Problem = r.Error
	case r.Result == nil:
		d.Reload = 2
		d.Sections = []section{{Title: v.Say("正在计算", "Computing"), Bars: []bar{{Name: v.Say("进度", "Progress"), N: int64(r.Progress * 100), Of: 100}}, Empty: v.Say("页面会自动刷新。", "The page asks again by itself.")}}
	default:
		staff, err := v.crew()
		if err != nil {
			return err
		}
		d.Sections = v.replaySections(r.Result, staff)
	}
	return v.show(d)
}

func (v *visit) replaySections(x *rehearse.Result, staff crew) []section {
	sent, capped, planned := 0, 0, 0
	for _, c := range x.Channels {
		sent, capped, planned = sent+c.Sent, capped+c.Unsent["capped"], planned+c.Planned
	}
	tasks := 0
	for _, s := range x.Staff {
		tasks += s.Tasks
	}
	figures := []figure{
		{Name: v.Say("会进入", "Entries"), Value: number(x.Entries), Note: v.Sayf("%s 位客户，对照组 %s", "%s customers, %s held out", number(x.Unique), number(x.HeldOut))},
		{Name: v.Say("会发出", "Would be sent"), Value: number(sent), Note: v.Sayf("计划 %s 条", "of %s planned", number(planned))},
		{Name: v.Say("被上限挡住", "Stopped by a cap"), Value: number(capped), Note: v.Say("频次上限", "touches a day, week or month")},
		{Name: v.Say("员工任务", "Tasks of staff"), Value: number(tasks), Note: v.Sayf("同时进行最多 %s", "at most %s runs at once", number(x.PeakRuns))},
	}
	out := []section{{Figures: figures}, v.replayDays(x)}
	out = append(out, v.replayChannels(x), v.replaySteps(x), v.replayPerCustomer(x))
	if len(x.Staff) > 0 {
		out = append(out, v.replayStaff(x, staff))
	}
	return append(out, v.replayFacts(x))
}

// replayDays draws entries, and touches by channel, for each day.
func (v *visit) replayDays(x *rehearse.Result) section {
	channels := map[string]bool{}
	for _, day := range x.Days {
		for c := range day.Touches {
			channels[c] = true
		}
	}
	names := sortedKeys(channels)
	series := make([]string, len(names))
	for i, c := range names {
		series[i] = v.Name("channel", c)
	}
	var entries, goals, touches, tasks []column
	for _, day := range everyDay(x, v.Zone) {
		entries = append(entries, column{Name: day.Day, Values: []int{day.Entries}, Note: strconv.Itoa(day.Entries)})
		goals = append(goals, column{Name: day.Day, Values: []int{day.Goals}, Note: strconv.Itoa(day.Goals)})
		t := column{Name: day.Day}
		var parts []string
		for i, c := range names {
			t.Values = append(t.Values, day.Touches[c])
			parts = append(parts, series[i]+" "+strconv.Itoa(day.Touches[c]))
		}
		t.Note = strings.Join(parts, ", ")
		touches = append(touches, t)
		tasks = append(tasks, column{Name: day.Day, Values: []int{day.Tasks}, Note: strconv.Itoa(day.Tasks)})
	}
	s := section{Title: v.Say("每天", "By day"), Plots: []plot{stacked(v.Say("进入", "Entries"), nil, entries)}}
	s = withPlot(s, v.Say("达成目标", "Goals"), goals)
	if len(names) > 0 {
		s.Plots = append(s.Plots, stacked(v.Say("各渠道触达", "Touches by channel"), series, touches))
	}
	return withPlot(s, v.Say("员工任务", "Tasks of staff"), tasks)
}

// everyDay puts the days between on which nothing happened.
func everyDay(x *rehearse.Result, zone *time.Location) (out []rehearse.DayTally) {
	by := map[string]rehearse.DayTally{}
	for _, day := range x.Days {
		by[day.Day] = day
	}
	last := x.To.In(zone).Format(time.DateOnly)
	for t := x.From.In(zone); ; t = t.AddDate(0, 0, 1) {
		name := t.Format(time.DateOnly)
		day := by[name]
		day.Day = name
		out = append(out, day)
		if name >= last {
			return out
		}
	}
}

// withPlot draws what happened on some day.
func withPlot(s section, title string, columns []column) section {
	for _, c := range columns {
		if c.Values[0] > 0 {
			s.Plots = append(s.Plots, stacked(title, nil, columns))
			return s
		}
	}
	return s
}

func (v *visit) replayChannels(x *rehearse.Result) section {
	t := &table{
		Head: []head{{Name: v.Say("渠道", "Channel")}, {Name: v.Say("计划", "Planned"), N: true}, {Name: v.Say("会发出", "Sent"), N: true}, {Name: v.Say("避开免打扰", "After quiet hours"), N: true, Wide: true},
			{Name: v.Say("最忙的一天", "Busiest day"), Wide: true}, {Name: v.Say("没有发出的原因", "Not sent, why")}},
		Empty: v.Say("没有消息。", "No messages."),
	}
	for _, c := range x.Channels {
		var why []string
		for _, reason := range sortedKeys(c.Unsent) {
			why = append(why, v.Name("reason", reason)+" "+number(c.Unsent[reason]))
		}
		t.add(text(v.Name("channel", c.Channel)), num(c.Planned, ""), num(c.Sent, ""), num(c.Shifted, ""), cell{Text: c.PeakDay, Note: number(c.Peak)}, text(strings.Join(why, v.Say("，", ", "))))
	}
	return section{Title: v.Say("渠道与拦截", "Channels, and what was stopped"), Table: t}
}

func (v *visit) replayPerCustomer(x *rehearse.Result) section {
	s := section{Title: v.Say("每位客户收到几条", "Touches for each customer"), Half: true}
	for _, b := range x.PerCustomer {
		s.Bars = append(s.Bars, bar{Name: v.Sayf("%d 条", "%d", b.Touches), N: int64(b.Customers), Of: int64(x.Unique)})
	}
	if len(s.Bars) == 0 {
		s.Empty = v.Say("没有消息。", "No messages.")
	}
	return s
}

func (v *visit) replaySteps(x *rehearse.Result) section {
	t := &table{Head: []head{{Name: v.Say("步骤", "Step")}, {Name: v.Say("到达", "Came"), N: true}, {Name: v.Say("发出", "Sent"), N: true}, {Name: v.Say("结果", "Outcomes")}}}
	for _, s := range x.Steps {
		var parts []string
		for _, name := range sortedKeys(s.Ways) {
			parts = append(parts, name+" "+number(s.Ways[name]))
		}
		for _, name := range sortedKeys(s.Outcomes) {
			if name != "took" && name != "entered" && name != "planned" && name != "done" {
				parts = append(parts, v.Name("outcome2", name)+" "+number(s.Outcomes[name]))
			}
		}
		for _, name := range sortedKeys(s.Unsent) {
			parts = append(parts, v.Name("reason", name)+" "+number(s.Unsent[name]))
		}
		t.add(cell{Text: v.stepName(s.Name, s.Step, s.Kind), Note: v.Name("stepkind", s.Kind)}, num(s.Entered, ""), num(s.Sent, ""), cell{Text: strings.Join(parts, v.Say("，", ", ")), Faint: true})
	}
	return section{Title: v.Say("每一步", "Step by step"), Table: t}
}

func (v *visit) replayStaff(x *rehearse.Result, staff crew) section {
	list := append([]rehearse.StaffTally(nil), x.Staff...)
	sort.SliceStable(list, func(i, j int) bool { return list[i].Tasks > list[j].Tasks })
	if len(list) > 30 {
		list = list[:30]
	}
	s := section{Title: v.Say("员工工作量（任务数，最忙的在前）", "Work of staff (tasks, the busiest first)"), Half: true}
	for _, m := range list {
		_, user, _ := strings.Cut(m.Member, "/")
		name := staff.name(user)
		if user == "" {
			name = v.Say("没有跟进人", "nobody's customers")
		}
		s.Bars = append(s.Bars, bar{Name: name, Note: v.Sayf("最忙 %s：%d", "most on %s: %d", m.PeakDay, m.Peak), N: int64(m.Tasks), Of: int64(list[0].Tasks)})
	}
	return s
}

func (v *visit) replayFacts(x *rehearse.Result) section {
	facts := []fact{
		{Name: v.Say("区间", "Days"), Value: text(v.Stamp(x.From) + " – " + v.Stamp(x.To))},
		{Name: v.Say("查看的客户与事件", "Customers and events read"), Value: text(number(x.Customers) + " / " + number(x.Events))},
	}
	if x.Goal != nil {
		facts = append(facts, fact{Name: v.Say("达成目标", "Goal"), Value: text(v.Sayf("%s 次（%s），中位 %.1f 小时", "%s (%s), median %.1f hours", number(x.Goal.Reached), percent(x.Goal.Share), x.Goal.MedianHours))})
	}
	if x.Revenue.Orders > 0 {
		facts = append(facts, fact{Name: v.Sayf("进入后 %d 天内的订单", "Orders within %d days", x.Revenue.WindowDays), Value: cell{Text: major(x.Revenue.Net, x.Revenue.Currency), Note: v.Say("本来就会发生，不是旅程带来的；要看增量请设对照组", "they happened anyway; lift needs a control group")}})
	}
	for _, why := range sortedKeys(x.Refused) {
		facts = append(facts, fact{Name: v.Say("未能进入：", "Refused: ") + v.Name("reason", why), Value: text(number(x.Refused[why]))})
	}
	for _, n := range x.Notes {
		facts = append(facts, fact{Name: v.Say("说明", "Note"), Value: text(v.Name("replaynote", n.Code) + after(" · ", noteText(v, n)))})
	}
	return section{Title: v.Say("口径", "What was assumed"), Facts: facts}
}

// noteText is a note's own words unless the page has better ones.
func noteText(v *visit, n rehearse.Note) string {
	if _, ok := texts["replaynote."+n.Code]; ok {
		return ""
	}
	return n.Text
}
