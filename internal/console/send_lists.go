package console

import (
	"strconv"
	"time"

	"yutang/internal/access"
)

type sendPreview struct {
	At      time.Time `json:"at"`
	Total   int       `json:"total"`
	Gets    int       `json:"gets"`
	Later   int       `json:"later"`
	Shared  int       `json:"shared"`
	Calls   int       `json:"calls"`
	Quota   int       `json:"quota"`
	Refused []struct {
		Reason string `json:"reason"`
		Count  int    `json:"count"`
	} `json:"refused"`
	Staff []struct {
		Staff string `json:"staff"`
		Count int    `json:"count"`
	} `json:"staff"`
}

// previewSend says before anything is sent who will get it, who will not, and why.
func previewSend(v *visit) error {
	var s massSend
	if err := v.get("/mass-sends/"+segment(v.id()), nil, &s); err != nil {
		return err
	}
	staff, err := v.crew()
	if err != nil {
		return err
	}
	d := desk{Crumb: link{Name: s.Name, Href: s.at()}, Title: v.Say("谁会收到，谁不会，为什么", "Who gets it, who does not, and why"), Chips: []chip{v.stateChip("send", s.State)}}
	if v.Who.Can(access.OutreachWrite) && s.State == "draft" {
		d.Actions = []action{{Name: v.Say("安排发送", "Schedule"), Post: s.at() + "/schedule", Primary: true, Ask: v.scheduleAsk(s)}, {Name: v.Say("修改", "Change"), Href: s.at() + "/edit"}}
	}
	var p sendPreview
	if err := v.get("/mass-sends/"+segment(s.ID)+"/preview", nil, &p); err != nil {
		e, ok := refused(err)
		if !ok {
			return err
		}
		d.Problem = v.problem(e)
		return v.show(d)
	}
	lists := s.at() + "/preview/customers"
	d.Lead = v.Sayf("按 %s 发送计算。企业微信额度：每位客户每个周期 %d 条。", "For sending at %s. WeCom's quota: %d messages a customer and period.", v.Stamp(p.At), p.Quota)
	d.Sections = []section{{Figures: []figure{
		{Name: v.Say("目标客户", "Targeted"), Value: number(p.Total), Href: targetHref(s)},
		{Name: v.Say("会收到", "Will get it"), Value: number(p.Gets), Href: lists + "?gets=true", Note: v.Sayf("其中 %d 人在免打扰后", "%d of them after quiet hours", p.Later)},
		{Name: v.Say("不会收到", "Will not"), Value: number(p.Total - p.Gets), Href: lists},
		{Name: v.Say("派给员工", "Members asked"), Value: number(len(p.Staff)), Href: "#staff", Note: v.Sayf("%d 个任务；%d 位客户有多名员工", "%d requests; %d customers have several members", p.Calls, p.Shared)},
	}}}
	why := section{Title: v.Say("不会收到的原因", "Why not"), Half: true}
	for _, x := range p.Refused {
		why.Bars = append(why.Bars, bar{Name: v.Name("reason", x.Reason), Class: "unknown", N: int64(x.Count), Of: int64(p.Total), Href: query(lists, "reason", x.Reason)})
	}
	if len(why.Bars) == 0 {
		why.Empty = v.Say("所有目标客户都会收到。", "Everybody gets it.")
	}
	t := &table{Head: []head{{Name: v.Say("员工", "Staff")}, {Name: v.Say("客户", "Customers"), N: true}}, Empty: v.Say("没有员工会被要求确认。", "Nobody is asked to confirm.")}
	for _, x := range p.Staff {
		t.add(text(staff.name(x.Staff)), num(x.Count, query(lists, "gets", "true", "staff", x.Staff)))
	}
	d.Sections = append(d.Sections, why, section{Title: v.Say("内容", "Message"), Half: true, Chat: v.bubble(v.Say("客户收到", "The customer gets"), s.Content)}, section{ID: "staff", Title: v.Say("由谁确认", "Who confirms"), Table: t})
	return v.show(d)
}

// targetHref leads to the audience that a send is for.
func targetHref(s massSend) string {
	if s.Target.Audience == "" {
		return ""
	}
	return "/audiences/" + segment(s.Target.Audience)
}

func (v *visit) scheduleAsk(s massSend) string {
	if s.ScheduledAt.IsZero() {
		return v.Say("会立即派给员工确认。", "Staff are asked to confirm at once.")
	}
	return v.Sayf("将在 %s 派给员工确认。", "Staff are asked to confirm at %s.", v.Stamp(s.ScheduledAt))
}

func previewCustomers(v *visit) error {
	staff, err := v.crew()
	if err != nil {
		return err
	}
	var p listed[struct {
		Customer, Staff, Reason string
		Gets                    bool
		Due                     time.Time
		Contacts                int
	}]
	at := "/mass-sends/" + segment(v.id()) + "/preview/customers"
	if err := v.get(at, v.page("gets", "reason", "staff"), &p); err != nil {
		return err
	}
	t := &table{Head: []head{{Name: v.Say("客户", "Customer")}, {Name: v.Say("员工", "Staff")}, {Name: v.Say("结果", "Result")}, {Name: v.Say("最早", "Not before"), N: true, Wide: true}, {Name: v.Say("可选员工", "Members"), N: true, Wide: true}}, Empty: v.Say("没有这样的客户。", "Nobody like this.")}
	for _, x := range p.Items {
		result := cell{Text: v.Say("会收到", "gets it"), Chip: "chip good"}
		if !x.Gets {
			result = cell{Text: v.Name("reason", x.Reason), Chip: "chip paused"}
		}
		t.add(v.customerCell(x.Customer, ""), v.staffCell(staff, x.Staff), result, v.time(x.Due), text(strconv.Itoa(x.Contacts)))
	}
	title := v.Say("不会收到的客户", "Who will not get it")
	if v.asked("gets") == "true" {
		title = v.Say("会收到的客户", "Who will get it")
	}
	d := desk{Crumb: link{Name: v.Say("谁会收到", "Who gets it"), Href: "/sends/" + segment(v.id()) + "/preview"}, Title: title, Sections: []section{{Table: t.paged(v.r, p.Next)}}}
	if r := v.asked("reason"); r != "" {
		d.Chips = append(d.Chips, chip{Text: v.Name("reason", r)})
	}
	if u := v.asked("staff"); u != "" {
		d.Chips = append(d.Chips, chip{Text: staff.name(u)})
	}
	return v.show(d)
}

// sendList is the frame of the lists of one mass send.
func (v *visit) sendList(title string, t *table) error {
	d := desk{Crumb: link{Name: v.Say("群发", "Mass send"), Href: "/sends/" + segment(v.id())}, Title: title, Sections: []section{{Table: t}}}
	if s := v.asked("state"); s != "" {
		d.Chips = append(d.Chips, chip{Text: v.Name("state", s), Class: chipClass(s)})
	}
	if r := v.asked("reason"); r != "" {
		d.Chips = append(d.Chips, chip{Text: v.Name("reason", r)})
	}
	return v.show(d)
}

func showReceivers(v *visit) error {
	staff, err := v.crew()
	if err != nil {
		return err
	}
	var p listed[struct{ Customer, Staff, State, Reason, Detail string }]
	if err := v.get("/mass-sends/"+segment(v.id())+"/customers", v.page("state", "reason", "staff"), &p); err != nil {
		return err
	}
	t := &table{Head: []head{{Name: v.Say("客户", "Customer")}, {Name: v.Say("员工", "Staff")}, {Name: v.Say("结果", "State")}, {Name: v.Say("原因", "Reason")}}, Empty: v.Say("没有这样的客户。", "Nobody like this.")}
	for _, x := range p.Items {
		t.add(v.customerCell(x.Customer, ""), v.staffCell(staff, x.Staff), v.state("state", x.State), cell{Text: v.reason(x.Reason), Note: x.Detail, Faint: true})
	}
	return v.sendList(v.Say("客户", "Customers"), t.paged(v.r, p.Next))
}

func showChats(v *visit) error {
	staff, err := v.crew()
	if err != nil {
		return err
	}
	var p listed[struct{ Chat, Owner, State, Reason string }]
	if err := v.get("/mass-sends/"+segment(v.id())+"/chats", v.page(), &p); err != nil {
		return err
	}
	t := &table{Head: []head{{Name: v.Say("群", "Group")}, {Name: v.Say("群主", "Owner")}, {Name: v.Say("结果", "State")}, {Name: v.Say("原因", "Reason")}}, Empty: v.Say("没有群。", "No groups.")}
	for _, x := range p.Items {
		t.add(cell{Text: x.Chat, Mono: true, Href: v.ifMay(access.GroupsRead, "/groups/"+segment(x.Chat))}, v.staffCell(staff, x.Owner), v.state("state", x.State), cell{Text: v.reason(x.Reason), Faint: true})
	}
	return v.sendList(v.Say("客户群", "Groups"), t.paged(v.r, p.Next))
}

func showCalls(v *visit) error {
	staff, err := v.crew()
	if err != nil {
		return err
	}
	var p listed[struct {
		N           int       `json:"n"`
		Staff       string    `json:"staff"`
		Size        int       `json:"size"`
		State       string    `json:"state"`
		Reason      string    `json:"reason"`
		MsgID       string    `json:"msgid"`
		Attempts    int       `json:"attempts"`
		HandedAt    time.Time `json:"handed_at"`
		ConfirmedAt time.Time `json:"confirmed_at"`
	}]
	if err := v.get("/mass-sends/"+segment(v.id())+"/calls", v.page(), &p); err != nil {
		return err
	}
	t := &table{
		Head: []head{
			{Name: "#"}, {Name: v.Say("员工", "Staff")}, {Name: v.Say("客户", "Customers"), N: true}, {Name: v.Say("状态", "State")}, {Name: v.Say("原因", "Reason"), Wide: true}, {Name: "msgid", Wide: true}, {Name: v.Say("提交", "Handed"), N: true}, {Name: v.Say("确认", "Confirmed"), N: true},
		},
		Empty: v.Say("还没有提交给企业微信。", "Nothing was handed to WeCom yet."),
	}
	for _, x := range p.Items {
		t.add(text(strconv.Itoa(x.N)), v.staffCell(staff, x.Staff), num(x.Size, query("/sends/"+segment(v.id())+"/customers", "staff", x.Staff)), v.state("state", x.State), cell{Text: v.reason(x.Reason), Faint: true}, cell{Text: x.MsgID, Mono: true, Faint: true}, v.time(x.HandedAt), v.time(x.ConfirmedAt))
	}
	return v.sendList(v.Say("提交给企业微信的任务", "Requests to WeCom"), t.paged(v.r, p.Next))
}
