package console

import (
	"net/http"
	"net/url"
	"sort"
	"strconv"
	"strings"
	"time"

	"yutang/internal/access"
)

type staffTask struct {
	ID         string    `json:"id"`
	State      string    `json:"state"`
	Reason     string    `json:"reason"`
	Playbook   string    `json:"playbook"`
	Name       string    `json:"name"`
	Run        string    `json:"run"`
	Step       string    `json:"step"`
	Customer   string    `json:"customer"`
	Subject    string    `json:"subject"`
	Staff      string    `json:"staff"`
	Title      string    `json:"title"`
	Script     string    `json:"script"`
	Checklist  []string  `json:"checklist"`
	Ticks      []int     `json:"ticks"`
	Results    []string  `json:"results"`
	Result     string    `json:"result"`
	Note       string    `json:"note"`
	Late       bool      `json:"late"`
	CreatedAt  time.Time `json:"created_at"`
	ToldAt     time.Time `json:"told_at"`
	OpenedAt   time.Time `json:"opened_at"`
	Deadline   time.Time `json:"deadline"`
	EndedAt    time.Time `json:"ended_at"`
	Waits      string    `json:"waits"`
	History    []taskDid `json:"history"`
	Messages   []taskMsg `json:"messages"`
	Department int64     `json:"department"`
}

type taskDid struct {
	At     time.Time `json:"at"`
	What   string    `json:"what"`
	By     string    `json:"by"`
	Staff  string    `json:"staff"`
	To     string    `json:"to"`
	Detail string    `json:"detail"`
}

type taskMsg struct {
	Kind      string    `json:"kind"`
	State     string    `json:"state"`
	Reason    string    `json:"reason"`
	Tasks     int       `json:"tasks"`
	CreatedAt time.Time `json:"created_at"`
}

type taskStat struct {
	Key        string         `json:"key"`
	Name       string         `json:"name"`
	Created    int            `json:"created"`
	Told       int            `json:"told"`
	Opened     int            `json:"opened"`
	Done       int            `json:"done"`
	OnTime     int            `json:"on_time"`
	Overdue    int            `json:"overdue"`
	Cancelled  int            `json:"cancelled"`
	Unassigned int            `json:"unassigned"`
	Queued     int            `json:"queued"`
	Results    map[string]int `json:"results"`
	OnTimeRate float64        `json:"on_time_rate"`
	Median     float64        `json:"median_seconds"`
}

func (v *visit) taskStats(by string) ([]taskStat, error) {
	q := url.Values{"by": {by}}
	for _, name := range []string{"playbook", "step", "staff", "department", "from", "to"} {
		if s := v.asked(name); s != "" {
			q.Set(name, s)
		}
	}
	var p struct {
		Items []taskStat `json:"items"`
	}
	err := v.get("/tasks/stats", q, &p)
	return p.Items, err
}

// showTasks is the operators' board: what is open, what is late, who does well.
func showTasks(v *visit) error {
	by := v.asked("by")
	switch by {
	case "playbook", "step", "department", "day":
	default:
		by = "staff"
	}
	stats, err := v.taskStats(by)
	if err != nil {
		return err
	}
	staff, err := v.crew()
	if err != nil {
		return err
	}
	all := taskStat{Results: map[string]int{}}
	for _, s := range stats {
		all.add(s)
	}
	d := desk{
		Title: v.Say("员工任务", "Staff tasks"), Tabs: v.taskTabs("board"),
		Lead:     v.Say("SOP 派给员工的事：谁做了、谁没做、做得准不准时。员工在企业微信里一天只收到几张卡片。", "What playbooks ask of staff: who did it, who did not, and whether in time."),
		Sections: []section{{Figures: v.taskFigures(all)}},
	}
	if v.Who.Can(access.TasksWrite) {
		d.Actions = []action{{Name: v.Say("批量转交", "Hand over"), Href: "/tasks/hand-over"}}
	}
	d.Sections = append(d.Sections, v.leagueSection(by, stats, staff), v.resultSection(all))
	return v.show(d)
}

func (s *taskStat) add(x taskStat) {
	s.Created, s.Told, s.Opened, s.Done = s.Created+x.Created, s.Told+x.Told, s.Opened+x.Opened, s.Done+x.Done
	s.OnTime, s.Overdue, s.Cancelled = s.OnTime+x.OnTime, s.Overdue+x.Overdue, s.Cancelled+x.Cancelled
	s.Unassigned, s.Queued = s.Unassigned+x.Unassigned, s.Queued+x.Queued
	for k, n := range x.Results {
		s.Results[k] += n
	}
}

func (v *visit) taskFigures(all taskStat) []figure {
	at := func(n int, pairs ...string) string {
		if n == 0 {
			return ""
		}
		return query("/tasks/list", pairs...)
	}
	open := max(0, all.Created-all.Done-all.Cancelled-all.Unassigned)
	return []figure{
		{Name: v.Say("派出", "Made"), Value: number(all.Created), Href: at(all.Created, "measure", "created"), Note: v.Sayf("已通知 %s，排队 %s", "%s told, %s in the queue", number(all.Told), number(all.Queued))},
		{Name: v.Say("待完成", "To do"), Value: number(open), Href: at(open, "live", "true"), Note: v.Sayf("无人可派 %s", "%s with nobody", number(all.Unassigned))},
		{Name: v.Say("已完成", "Done"), Value: number(all.Done), Href: at(all.Done, "measure", "done"), Note: v.Say("按时 ", "in time ") + percentOf(all.OnTime, all.Done)},
		{Name: v.Say("逾期", "Overdue"), Value: number(all.Overdue), Href: at(all.Overdue, "measure", "overdue"), Note: v.Say("过了截止时间", "past the deadline")},
	}
}

var taskBys = []string{"staff", "department", "playbook", "step", "day"}

func (v *visit) leagueSection(by string, stats []taskStat, staff crew) section {
	s := section{Title: v.Say("排行榜", "League table")}
	for _, x := range taskBys {
		s.Aside = append(s.Aside, action{Name: v.Name("taskby", x), Href: query("/tasks", "by", x)})
	}
	t := &table{
		Head: []head{
			{Name: v.Name("taskby", by)}, {Name: v.Say("派出", "Made"), N: true}, {Name: v.Say("打开", "Opened"), N: true, Wide: true}, {Name: v.Say("完成", "Done"), N: true},
			{Name: v.Say("逾期", "Overdue"), N: true}, {Name: v.Say("按时率", "In time"), N: true}, {Name: v.Say("中位用时", "Median time"), N: true, Wide: true},
		},
		Empty: v.Say("还没有任务。发布带“员工任务”步骤的旅程后，这里会出现。", "No tasks yet: publish a playbook with a task step."),
	}
	filter := map[string]string{"staff": "staff", "department": "department", "playbook": "playbook", "step": "step"}[by]
	for _, x := range stats {
		at := func(measure string) string {
			if by == "day" {
				return query("/tasks/list", "measure", measure, "from", x.Key, "to", x.Key)
			}
			return query("/tasks/list", "measure", measure, filter, x.Key)
		}
		rate, median := "–", "–"
		if x.Done+x.Overdue > 0 {
			rate = percent(x.OnTimeRate)
		}
		if x.Done > 0 {
			median = (time.Duration(x.Median) * time.Second).Round(time.Minute).String()
			median = strings.TrimSuffix(median, "0s")
		}
		t.add(v.leagueName(by, x, staff), num(x.Created, at("created")), num(x.Opened, at("opened")), num(x.Done, at("done")), num(x.Overdue, at("overdue")), text(rate), text(median))
	}
	s.Table = t
	return s
}

func (v *visit) leagueName(by string, x taskStat, staff crew) cell {
	switch by {
	case "staff":
		return v.staffCell(staff, x.Key)
	case "playbook":
		if x.Key == "" {
			return text(v.Say("手工", "made by hand"))
		}
		return cell{Text: x.Name, Href: "/playbooks/" + segment(x.Key)}
	case "department":
		return text(v.Say("部门 ", "Department ") + x.Key)
	case "step":
		return cell{Text: x.Key, Note: x.Name, Mono: true}
	}
	return text(x.Key)
}

func (v *visit) resultSection(all taskStat) section {
	s := section{Title: v.Say("做了之后怎样", "What came of it"), Half: true}
	names := sortedKeys(all.Results)
	sort.SliceStable(names, func(i, j int) bool { return all.Results[names[i]] > all.Results[names[j]] })
	for _, n := range names {
		s.Bars = append(s.Bars, bar{Name: v.Name("taskresult", n), N: int64(all.Results[n]), Of: int64(all.Done), Href: query("/tasks/list", "result", n)})
	}
	if len(s.Bars) == 0 {
		s.Empty = v.Say("还没有结果。", "No results yet.")
	}
	return s
}

func (v *visit) taskTabs(at string) []link {
	state := v.asked("state")
	out := []link{{Name: v.Say("看板", "Board"), Href: "/tasks", Current: at == "board"}}
	for _, s := range []string{"open", "overdue", "queued", "unassigned", "done", "cancelled"} {
		out = append(out, link{Name: v.stateName("task", s), Href: query("/tasks/list", "state", s), Current: at == "list" && state == s})
	}
	return append(out, link{Name: v.Say("通知设置", "Settings"), Href: "/tasks/settings", Current: at == "settings"})
}

func showTaskList(v *visit) error {
	q := v.page("state", "measure", "live", "staff", "department", "playbook", "step", "result", "customer", "from", "to")
	var p listed[staffTask]
	if err := v.get("/tasks", q, &p); err != nil {
		return err
	}
	staff, err := v.crew()
	if err != nil {
		return err
	}
	t := &table{
		Head: []head{
			{Name: v.Say("任务", "Task")}, {Name: v.Say("客户", "Customer")}, {Name: v.Say("员工", "Member")}, {Name: v.Say("来自", "From"), Wide: true},
			{Name: v.Say("截止", "Deadline"), N: true}, {Name: v.Say("状态", "State")}, {Name: v.Say("结果", "Result")},
		},
		Empty: v.Say("没有这样的任务。", "No such task."),
	}
	for _, x := range p.Items {
		t.add(cell{Text: x.Title, Href: "/tasks/" + segment(x.ID)}, v.taskWho(x), v.staffCell(staff, x.Staff), v.taskFrom(x), v.time(x.Deadline), v.taskState(x), text(resultText(v, x)))
	}
	d := desk{Title: v.Say("员工任务", "Staff tasks"), Tabs: v.taskTabs("list"), Sections: []section{{Table: t.paged(v.r, p.Next)}}}
	if m := q.Get("measure"); m != "" {
		d.Chips = append(d.Chips, chip{Text: v.Name("measure", m)})
	}
	for _, name := range []string{"staff", "department", "step", "result"} {
		if s := q.Get(name); s != "" {
			d.Chips = append(d.Chips, chip{Text: v.Name("taskby", name) + " " + s})
		}
	}
	return v.show(d)
}

func resultText(v *visit, x staffTask) string {
	if x.Result == "" {
		return ""
	}
	return v.Name("taskresult", x.Result)
}

func (v *visit) taskWho(x staffTask) cell {
	if x.Customer != "" {
		return v.customerCell(x.Customer, "")
	}
	return cell{Text: x.Subject, Mono: true}
}

func (v *visit) taskFrom(x staffTask) cell {
	if x.Playbook == "" {
		return text(v.Say("手工", "by hand"))
	}
	return cell{Text: x.Name, Href: v.ifMay(access.PlaybooksRead, "/playbooks/"+segment(x.Playbook)+"#step-"+url.PathEscape(x.Step))}
}

func (v *visit) taskState(x staffTask) cell {
	c := v.state("task", x.State)
	switch {
	case x.Reason != "":
		c.Note = v.Name("reason", x.Reason)
	case x.Late:
		c.Note = v.Say("超时完成", "late")
	}
	return c
}

func showTask(v *visit) error { return v.taskDesk(nil) }

func (v *visit) taskDesk(wrong error) error {
	var x staffTask
	if err := v.get("/tasks/"+segment(v.id()), nil, &x); err != nil {
		return err
	}
	staff, err := v.crew()
	if err != nil {
		return err
	}
	facts := []fact{
		{Name: v.Say("客户", "Customer"), Value: v.taskWho(x)}, {Name: v.Say("员工", "Member"), Value: v.staffCell(staff, x.Staff)}, {Name: v.Say("来自", "From"), Value: v.taskFrom(x)},
		{Name: v.Say("通知", "Told"), Value: v.time(x.ToldAt)}, {Name: v.Say("打开", "Opened"), Value: v.time(x.OpenedAt)}, {Name: v.Say("截止", "Deadline"), Value: text(v.Stamp(x.Deadline))},
	}
	if x.Waits != "" {
		facts = append(facts, fact{Name: v.Say("还没通知，因为", "Not told yet:"), Value: text(v.Name("taskwaits", x.Waits))})
	}
	if x.Run != "" {
		facts = append(facts, fact{Name: v.Say("旅程经过", "Run"), Value: cell{Text: x.Run, Href: "/runs/" + segment(x.Run), Mono: true}})
	}
	if x.Result != "" {
		facts = append(facts, fact{Name: v.Say("结果", "Result"), Value: cell{Text: resultText(v, x), Note: x.Note}})
	}
	d := desk{
		Crumb: link{Name: v.Say("员工任务", "Staff tasks"), Href: "/tasks"}, Title: x.Title, Chips: []chip{v.stateChip("task", x.State)},
		Sections: []section{{Title: v.Say("任务", "Task"), Half: true, Facts: facts}, v.taskScript(x), {Title: v.Say("经过", "History"), Moments: v.taskHistory(x, staff)}},
	}
	live := x.EndedAt.IsZero() && x.State != "done" && x.State != "cancelled"
	f := &form{Action: "/tasks/" + segment(x.ID) + "/hand-over", Inline: true, Submit: v.Say("转交", "Hand over"), Fields: []field{{Name: "to", Kind: "select", Label: v.Say("转给", "To"), Options: v.memberOptions(staff, "")}}}
	if live && v.Who.Can(access.TasksWrite) {
		d.Actions = []action{{Name: v.Say("取消任务", "Cancel"), Post: "/tasks/" + segment(x.ID) + "/cancel", Danger: true, Ask: v.Say("收回这个任务？", "Take this task back?")}}
		d.Sections = append(d.Sections, section{Title: v.Say("转交给同事", "Hand over"), Form: f})
	}
	if wrong != nil {
		return v.again(d, f, wrong)
	}
	return v.show(d)
}

func (v *visit) memberOptions(staff crew, current string) []option {
	out := []option{{Label: v.Say("（选择员工）", "(choose a member)")}}
	for _, o := range staff.followers() {
		o.Label, o.On = o.Label+" · "+o.Value, o.Value == current
		out = append(out, o)
	}
	return out
}

func (v *visit) taskScript(x staffTask) section {
	s := section{Title: v.Say("话术与清单", "Script and checklist"), Half: true}
	if x.Script != "" {
		s.Chat = &bubble{From: v.Say("话术", "Script"), Text: x.Script}
	}
	done := map[int]bool{}
	for _, i := range x.Ticks {
		done[i] = true
	}
	for i, item := range x.Checklist {
		s.Facts = append(s.Facts, fact{Name: strconv.Itoa(i+1) + map[bool]string{true: " ✓"}[done[i]], Value: text(item)})
	}
	if s.Chat == nil && len(s.Facts) == 0 {
		s.Empty = v.Say("没有话术。", "No script.")
	}
	return s
}

func (v *visit) taskHistory(x staffTask, staff crew) (out []happening) {
	for _, h := range x.History {
		m := happening{At: v.Stamp(h.At), Title: v.Name("taskdid", h.What)}
		var parts []string
		if h.Staff != "" {
			parts = append(parts, staff.name(h.Staff))
		}
		if h.To != "" {
			parts = append(parts, "→ "+staff.name(h.To))
		}
		if h.Detail != "" {
			parts = append(parts, h.Detail)
		}
		if h.By != "" {
			parts = append(parts, v.Say("由 ", "by ")+v.Name("actor", h.By))
		}
		m.Text = strings.Join(parts, " · ")
		out = append(out, m)
	}
	for _, m := range x.Messages {
		out = append(out, happening{At: v.Stamp(m.CreatedAt), Title: v.Name("taskmsg", m.Kind), Chips: []chip{{Text: v.Name("msgstate", m.State), Class: chipClass(m.State)}}, Text: v.Sayf("一条消息里 %d 个任务", "%d tasks in one message", m.Tasks) + after(" · ", m.Reason)})
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].At < out[j].At })
	return out
}

func steerTask(v *visit) error {
	q, err := v.form()
	if err != nil {
		return err
	}
	at := "/tasks/" + segment(v.id())
	if strings.HasSuffix(v.r.URL.Path, "/cancel") {
		return v.did(v.send(http.MethodPost, at+"/cancel", nil, nil), at, "saved")
	}
	if err := v.send(http.MethodPost, at+"/hand-over", map[string]string{"to": trimmed(q, "to")}, nil); err != nil {
		return v.taskDesk(err)
	}
	return back(v.w, v.r, at, "handed")
}
