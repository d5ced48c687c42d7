package console

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"yutang/internal/access"
	"yutang/internal/content"
	"yutang/internal/masssend"
)

type massSend struct {
	ID          string           `json:"id"`
	Name        string           `json:"name"`
	Chat        string           `json:"chat"`
	Target      masssend.Target  `json:"target"`
	Content     content.Content  `json:"content"`
	Options     masssend.Options `json:"options"`
	Priority    int              `json:"priority"`
	State       string           `json:"state"`
	Reason      string           `json:"reason"`
	ScheduledAt time.Time        `json:"scheduled_at"`
	Deadline    time.Time        `json:"deadline"`
	CreatedAt   time.Time        `json:"created_at"`
	StartedAt   time.Time        `json:"started_at"`
	EndedAt     time.Time        `json:"ended_at"`
}

func (s massSend) at() string { return "/sends/" + segment(s.ID) }

type stateCount struct {
	State, Reason string
	Count         int
}

type sendProgress struct {
	Counts []stateCount `json:"counts"`
	Chats  []stateCount `json:"chats"`
	Staff  []struct {
		Staff       string    `json:"staff"`
		Calls       int       `json:"calls"`
		Open        int       `json:"open"`
		Size        int       `json:"size"`
		Accepted    int       `json:"accepted"`
		Rejected    int       `json:"rejected"`
		Expired     int       `json:"expired"`
		Reminded    int       `json:"reminded"`
		ConfirmedAt time.Time `json:"confirmed_at"`
	} `json:"staff"`
}

func showSends(v *visit) error {
	var p listed[massSend]
	if err := v.get("/mass-sends", v.ofCorp("state"), &p); err != nil {
		return err
	}
	t := &table{
		Head:  []head{{Name: v.Say("名称", "Name")}, {Name: v.Say("发给", "To")}, {Name: v.Say("文字", "Text"), Wide: true}, {Name: v.Say("计划", "Planned"), N: true}, {Name: v.Say("状态", "State")}},
		Empty: v.Say("还没有群发。新建后先看“谁会收到、谁不会、为什么”，再安排发送。", "No mass sends. Make one, look at who gets it and who does not, then schedule it."),
	}
	for _, s := range p.Items {
		t.add(cell{Text: s.Name, Href: s.at()}, text(v.Name("chat", s.Chat)), cell{Text: brief(s.Content.Text), Faint: true}, v.time(s.ScheduledAt), v.state("send", s.State))
	}
	d := desk{Title: v.Say("群发", "Mass sends"), Lead: v.Say("群发由员工在手机上确认后才会发出。", "Nothing goes out before a member confirms on the phone."), Tabs: v.sendTabs(), Sections: []section{{Table: t.paged(v.r, p.Next)}}}
	if v.Who.Can(access.OutreachWrite) {
		d.Actions = []action{{Name: v.Say("新建群发", "New mass send"), Href: "/sends/new", Primary: true}}
	}
	return v.show(d)
}

func (v *visit) sendTabs() (out []link) {
	for _, s := range []string{"", "draft", "scheduled", "waiting", "done", "stopped"} {
		l := link{Name: v.Say("全部", "All"), Href: query("/sends", "state", s), Current: v.asked("state") == s}
		if s != "" {
			l.Name = v.stateName("send", s)
		}
		out = append(out, l)
	}
	return out
}

func showSend(v *visit) error {
	var s massSend
	if err := v.get("/mass-sends/"+segment(v.id()), nil, &s); err != nil {
		return err
	}
	staff, err := v.crew()
	if err != nil {
		return err
	}
	d := desk{Crumb: link{Name: v.Say("群发", "Mass sends"), Href: "/sends"}, Title: s.Name, Chips: []chip{v.stateChip("send", s.State)}, Actions: v.sendActions(s)}
	if s.Reason != "" {
		d.Problem = v.Name("reason", s.Reason)
	}
	if s.State != "draft" && s.State != "scheduled" {
		if err := v.addProgress(&d, s, staff); err != nil {
			return err
		}
	}
	d.Sections = append(d.Sections, section{Title: v.Say("内容", "Message"), Half: true, Chat: v.bubble(v.Say("客户收到", "The customer gets"), s.Content)}, v.sendFacts(s, staff))
	return v.show(d)
}

func (v *visit) sendActions(s massSend) (out []action) {
	if s.State == "draft" || s.State == "scheduled" {
		out = append(out, action{Name: v.Say("谁会收到", "Who gets it"), Href: s.at() + "/preview", Primary: s.State == "draft"})
	}
	if !v.Who.Can(access.OutreachWrite) {
		return out
	}
	switch s.State {
	case "draft":
		out = append(out,
			action{Name: v.Say("修改", "Change"), Href: s.at() + "/edit"},
			action{Name: v.Say("删除", "Delete"), Post: s.at() + "/delete", Danger: true, Ask: v.Say("删除这份草稿？", "Delete this draft?")})
	case "scheduled":
		out = append(out, action{Name: v.Say("取消计划", "Unschedule"), Post: s.at() + "/unschedule"})
	case "waiting":
		out = append(out, action{Name: v.Say("提醒未确认的员工", "Remind who has not confirmed"), Post: s.at() + "/remind", Primary: true})
	}
	switch s.State {
	case "scheduled", "collecting", "preparing", "waiting":
		out = append(out, action{Name: v.Say("停止", "Stop"), Post: s.at() + "/stop", Danger: true, Ask: v.Say("未确认的会收回；已经确认的收不回。", "What nobody has confirmed is taken back; what was confirmed is not.")})
	}
	return out
}

func (v *visit) sendFacts(s massSend, staff crew) section {
	target := v.namesText(s.Target.Staff, staff)
	switch {
	case s.Target.Audience != "":
		target = v.audienceName(s.Target.Audience)
	case len(s.Target.Customers) > 0:
		target = v.Sayf("%d 位指定客户", "%d customers named", len(s.Target.Customers))
	case len(s.Target.Chats) > 0:
		target = v.Sayf("%d 个群", "%d groups", len(s.Target.Chats))
	case target == "":
		target = v.Say("全部客户", "all customers")
	}
	to := text(target)
	if s.Target.Audience != "" {
		to.Href = "/audiences/" + segment(s.Target.Audience)
	}
	return section{Title: v.Say("设置", "Settings"), Half: true, Facts: []fact{
		{Name: v.Say("发给", "To"), Value: to},
		{Name: v.Say("计划时间", "Planned for"), Value: v.time(s.ScheduledAt)},
		{Name: v.Say("确认截止", "Confirm until"), Value: v.time(s.Deadline)},
		{Name: v.Say("对照组", "Control group"), Value: text(strconv.FormatFloat(s.Options.Holdout, 'f', -1, 64) + "%")},
		{Name: v.Say("员工可去掉客户", "Staff may leave customers out"), Value: text(v.yes(s.Options.AllowSelect))},
		{Name: v.Say("开始", "Began"), Value: v.time(s.StartedAt)},
		{Name: v.Say("结束", "Ended"), Value: v.time(s.EndedAt)},
	}}
}

// addProgress shows results by reason and what each member has done.
func (v *visit) addProgress(d *desk, s massSend, staff crew) error {
	var p sendProgress
	if err := v.get("/mass-sends/"+segment(s.ID)+"/progress", nil, &p); err != nil {
		return err
	}
	counts, list := p.Counts, "/customers"
	if s.Chat == masssend.Group {
		counts, list = p.Chats, "/chats"
	}
	all := 0
	for _, c := range counts {
		all += c.Count
	}
	res := section{Title: v.Say("结果", "Results"), Note: v.Say("每个数字都能点开看是谁。", "Every number leads to the people.")}
	for _, c := range counts {
		res.Bars = append(res.Bars, bar{Name: v.Name("state", c.State), Note: v.reason(c.Reason), Class: barClass(c.State), N: int64(c.Count), Of: int64(all), Href: query(s.at()+list, "state", c.State, "reason", c.Reason)})
	}
	if len(res.Bars) == 0 {
		res.Empty = v.Say("还没有结果。", "No results yet.")
	}
	t := &table{
		Head: []head{
			{Name: v.Say("员工", "Staff")},
			{Name: v.Say("客户", "Customers"), N: true},
			{Name: v.Say("送达", "Reached"), N: true},
			{Name: v.Say("未达", "Not"), N: true},
			{Name: v.Say("已提醒", "Reminded"), N: true, Wide: true},
			{Name: v.Say("确认", "Confirmed")},
			{},
		},
		Empty: v.Say("还没有派给员工。", "Nobody was asked yet."),
	}
	for _, x := range p.Staff {
		confirmed, act := cell{Text: v.Clock(x.ConfirmedAt)}, cell{}
		if x.Open > 0 {
			confirmed = cell{Text: v.Say("未确认", "not yet"), Chip: "chip live"}
			if v.Who.Can(access.OutreachWrite) && s.State == "waiting" {
				act.Act = []action{{Name: v.Say("提醒", "Remind"), Post: s.at() + "/remind", Values: []pair{{"staff", x.Staff}}}}
			}
		}
		here := query(s.at()+list, "staff", x.Staff)
		t.add(v.staffCell(staff, x.Staff), num(x.Size, here), num(x.Accepted, query(s.at()+list, "staff", x.Staff, "state", "accepted")), num(x.Rejected+x.Expired, here), text(strconv.Itoa(x.Reminded)), confirmed, act)
	}
	d.Sections = append(d.Sections, res, section{Title: v.Say("员工进度", "Progress of staff"), Table: t, Aside: []action{{Name: v.Say("接口任务", "Requests"), Href: s.at() + "/calls"}}})
	if s.State == "collecting" || s.State == "preparing" {
		d.Reload = 3
	}
	return nil
}

func (v *view) reason(name string) string {
	if name == "" {
		return ""
	}
	return v.Name("reason", name)
}

func newSend(v *visit) error {
	return v.sendDesk(massSend{Chat: masssend.Single, Target: masssend.Target{Audience: v.asked("audience")}}, nil)
}

func editSend(v *visit) error {
	var s massSend
	if err := v.get("/mass-sends/"+segment(v.id()), nil, &s); err != nil {
		return err
	}
	return v.sendDesk(s, nil)
}

func (v *visit) sendDesk(s massSend, wrong error) error {
	staff, err := v.crew()
	if err != nil {
		return err
	}
	files, err := v.assets()
	if err != nil {
		return err
	}
	audiences, err := v.audienceOptions(s.Target.Audience)
	if err != nil {
		return err
	}
	f := &form{Action: "/sends/new", Submit: v.Say("保存并看谁会收到", "Save and see who gets it"), Cancel: "/sends"}
	d := desk{Crumb: link{Name: v.Say("群发", "Mass sends"), Href: "/sends"}, Title: v.Say("新建群发", "New mass send")}
	if s.ID != "" {
		f.Action, f.Cancel, d.Title = s.at()+"/edit", s.at(), s.Name
	}
	chats := []option{}
	for _, c := range []string{masssend.Single, masssend.Group} {
		chats = append(chats, option{Value: c, Label: v.Name("chat", c), On: c == s.Chat})
	}
	f.Fields = []field{
		{Name: "name", Label: v.Say("名称（内部）", "Name (internal)"), Value: s.Name, Required: true, Max: 100},
		{Name: "chat", Kind: "select", Label: v.Say("发给", "To"), Options: chats},
		{Kind: "head", Name: "target", Label: v.Say("谁", "Who"), Help: v.Say("都不选则是所有客户", "nothing chosen: all customers")},
		{Name: "audience", Pointer: "/target/audience", Kind: "select", Label: v.Say("人群", "Audience"), Options: audiences},
		{Name: "customers", Pointer: "/target/customers", Kind: "area", Label: v.Say("或指定客户", "Or customers"), Value: join(s.Target.Customers), Place: "c42, c43"},
		{Name: "staff", Pointer: "/target/staff", Kind: "people", Label: v.Say("由哪些员工发（空为全部）", "Sent by (empty: all)"), Options: chosen(staff.followers(), s.Target.Staff)},
		{Name: "chats", Pointer: "/target/chats", Kind: "area", Label: v.Say("群（chat_id；空为所选员工的全部群）", "Groups (chat_id; empty: all of the staff chosen)"), Value: join(s.Target.Chats)},
		{Kind: "head", Name: "content", Label: v.Say("内容", "Message")},
	}
	f.Fields = append(f.Fields, v.contentFields(s.Content, files, "content.", "/content", maxAttached)...)
	f.Fields = append(f.Fields,
		field{Kind: "head", Name: "when", Label: v.Say("时间与选项", "When and how")},
		field{Name: "scheduled_at", Kind: "datetime", Label: v.Say("发送时间（空为立即）", "When (empty: at once)"), Value: v.local(s.ScheduledAt)},
		field{Name: "deadline", Kind: "datetime", Label: v.Say("确认截止（空为 3 天）", "Confirm until (empty: 3 days)"), Value: v.local(s.Deadline)},
		field{Name: "holdout", Pointer: "/options/holdout_percent", Kind: "number", Label: v.Say("对照组 %", "Control group %"), Value: strconv.FormatFloat(s.Options.Holdout, 'f', -1, 64), Min: "0", Top: "90", Help: v.Say("这部分客户不发，用来比较效果。", "They get nothing, to compare with.")},
		field{Name: "remind", Pointer: "/options/remind_after_minutes", Label: v.Say("未确认时几分钟后提醒", "Remind after minutes"), Value: minutes(s.Options.Remind), Place: "120, 1440", Help: v.Say("24 小时内最多 3 次。", "At most 3 in 24 hours.")},
		field{Name: "allow_select", Kind: "check", Label: v.Say("员工可以去掉部分客户", "Staff may leave customers out"), On: s.Options.AllowSelect},
		field{Name: "finish_late", Kind: "check", Label: v.Say("截止后仍可确认", "Staff may still confirm after the deadline"), On: s.Options.CanFinish},
		field{Name: "transactional", Kind: "check", Label: v.Say("服务通知：不受授权、免打扰与每日上限限制", "Service message: exempt from consent, quiet hours and caps"), On: s.Options.Transactional},
	)
	d.Sections = []section{{Form: f}}
	if wrong != nil {
		return v.again(d, f, wrong)
	}
	return v.show(d)
}

func minutes(list []int) string {
	texts := make([]string, len(list))
	for i, n := range list {
		texts[i] = strconv.Itoa(n)
	}
	return join(texts)
}

func (v *visit) sendFrom(q url.Values) massSend {
	s := massSend{
		ID: v.id(), Name: trimmed(q, "name"), Chat: trimmed(q, "chat"), Content: contentFrom(q, "content.", maxAttached),
		Target:      masssend.Target{Audience: trimmed(q, "audience"), Customers: words(q.Get("customers")), Staff: q["staff"], Chats: words(q.Get("chats"))},
		Options:     masssend.Options{AllowSelect: q.Get("allow_select") != "", CanFinish: q.Get("finish_late") != "", Transactional: q.Get("transactional") != ""},
		ScheduledAt: v.moment(q.Get("scheduled_at")), Deadline: v.moment(q.Get("deadline")),
	}
	if share, err := strconv.ParseFloat(trimmed(q, "holdout"), 64); err == nil {
		s.Options.Holdout = share
	}
	for _, n := range whole(words(q.Get("remind"))) {
		s.Options.Remind = append(s.Options.Remind, int(n))
	}
	return s
}

func saveSend(v *visit) error {
	q, err := v.form()
	if err != nil {
		return err
	}
	s := v.sendFrom(q)
	if q.Get("more") != "" {
		return v.sendDesk(s, nil)
	}
	body := map[string]any{"corp": v.Corp, "name": s.Name, "chat": s.Chat, "target": s.Target, "content": s.Content, "options": s.Options}
	if !s.ScheduledAt.IsZero() {
		body["scheduled_at"] = s.ScheduledAt
	}
	if !s.Deadline.IsZero() {
		body["deadline"] = s.Deadline
	}
	made := massSend{ID: s.ID}
	if s.ID != "" {
		err = v.send(http.MethodPut, "/mass-sends/"+segment(s.ID), body, nil)
	} else {
		err = v.send(http.MethodPost, "/mass-sends", body, &made)
	}
	if err != nil {
		return v.sendDesk(s, err)
	}
	return back(v.w, v.r, made.at()+"/preview", "saved")
}

func steerSend(v *visit) error {
	q, err := v.form()
	if err != nil {
		return err
	}
	at, here := "/mass-sends/"+segment(v.id()), "/sends/"+segment(v.id())
	switch do := v.r.PathValue("do"); do {
	case "delete":
		if err := v.send(http.MethodDelete, at, nil, nil); err != nil {
			return v.did(err, here, "")
		}
		return back(v.w, v.r, "/sends", "deleted")
	case "remind":
		body := map[string]any{}
		if u := trimmed(q, "staff"); u != "" {
			body["staff"] = u
		}
		return v.did(v.send(http.MethodPost, at+"/remind", body, nil), here, "reminded")
	default:
		return v.did(v.send(http.MethodPost, at+"/"+segment(do), nil, nil), here, do)
	}
}
