package console

import (
	"net/http"
	"net/url"
	"time"

	"yutang/internal/access"
)

type shortLink struct {
	Code      string    `json:"code"`
	Short     string    `json:"short"`
	URL       string    `json:"url"`
	Name      string    `json:"name"`
	Customer  string    `json:"customer"`
	Step      string    `json:"step"`
	Clicks    int       `json:"clicks"`
	Devices   int       `json:"devices"`
	FirstAt   time.Time `json:"first_at"`
	LastAt    time.Time `json:"last_at"`
	CreatedAt time.Time `json:"created_at"`
	ClosedAt  time.Time `json:"closed_at"`
}

func showLinks(v *visit) error { return v.linkDesk(nil, nil) }

func (v *visit) linkDesk(q url.Values, wrong error) error {
	var figures listed[struct {
		Playbook string `json:"playbook"`
		Step     string `json:"step"`
		URL      string `json:"url"`
		Links    int    `json:"links"`
		Opened   int    `json:"opened"`
		Clicks   int    `json:"clicks"`
		People   int    `json:"people"`
	}]
	if err := v.get("/links/stats", nil, &figures); err != nil {
		return err
	}
	var p listed[shortLink]
	if err := v.get("/links", v.page(), &p); err != nil {
		return err
	}
	names := v.bookNames()
	byStep := &table{
		Head: []head{
			{Name: v.Say("旅程", "Playbook")}, {Name: v.Say("步骤", "Step")}, {Name: v.Say("网址", "Address")}, {Name: v.Say("发出", "Sent"), N: true}, {Name: v.Say("点开率", "Opened"), N: true},
			{Name: v.Say("点击", "Clicks"), N: true}, {Name: v.Say("点击客户", "People"), N: true},
		},
		Empty: v.Say("还没有消息带短链。在“发消息”步骤写 track_links: true。", "No message carries short links yet: set track_links: true in a send."),
	}
	for _, x := range figures.Items {
		byStep.add(v.bookCell(names, x.Playbook, ""), cell{Text: x.Step, Mono: true}, cell{Text: brief(x.URL), Faint: true}, num(x.Links, ""), text(percentOf(x.Opened, x.Links)), num(x.Clicks, ""),
			num(x.People, v.ifMay(access.CustomersRead, query("/links/people", "playbook", x.Playbook, "step", x.Step))))
	}
	t := &table{
		Head:  []head{{Name: v.Say("名称", "Name")}, {Name: v.Say("短链", "Short link")}, {Name: v.Say("通向", "Leads to"), Wide: true}, {Name: v.Say("点击", "Clicks"), N: true}, {Name: v.Say("最近点击", "Last click"), N: true, Wide: true}},
		Empty: v.Say("还没有手工短链。", "No links made by hand."),
	}
	for _, x := range p.Items {
		name := x.Name
		if name == "" {
			name = x.Code
		}
		t.add(cell{Text: name, Href: "/links/" + segment(x.Code)}, cell{Text: x.Short, Mono: true}, cell{Text: brief(x.URL), Faint: true}, num(x.Clicks, "/links/"+segment(x.Code)), v.time(x.LastAt))
	}
	f := &form{Action: "/links", Inline: true, Submit: v.Say("生成短链", "Make a link"), Fields: []field{
		{Name: "url", Kind: "url", Label: v.Say("网址", "Address"), Value: q.Get("url"), Required: true, Max: 2048}, {Name: "name", Label: v.Say("名称", "Name"), Value: q.Get("name"), Max: 100},
	}}
	d := desk{Title: v.Say("短链", "Short links"), Lead: v.Say("每位客户一条，点了就记在时间线上，人群和旅程都能等它。", "One for each customer; a click stands on the timeline, so audiences and playbooks can wait for it."), Sections: []section{{Title: v.Say("旅程里的点击", "Clicks of playbooks"), Table: byStep}}}
	if v.Who.Can(access.ContentWrite) {
		d.Sections = append(d.Sections, section{Title: v.Say("新短链", "New link"), Form: f})
	}
	d.Sections = append(d.Sections, section{Title: v.Say("手工短链", "Made by hand"), Table: t.paged(v.r, p.Next)})
	if wrong != nil {
		return v.again(d, f, wrong)
	}
	return v.show(d)
}

func makeLink(v *visit) error {
	q, err := v.form()
	if err != nil {
		return err
	}
	var made shortLink
	if err := v.send(http.MethodPost, "/links", map[string]string{"url": trimmed(q, "url"), "name": trimmed(q, "name")}, &made); err != nil {
		return v.linkDesk(q, err)
	}
	return back(v.w, v.r, "/links/"+segment(made.Code), "saved")
}

func showLink(v *visit) error {
	var x shortLink
	if err := v.get("/links/"+segment(v.id()), nil, &x); err != nil {
		return err
	}
	var clicks listed[struct {
		At     time.Time `json:"at"`
		Device string    `json:"device"`
	}]
	if err := v.get("/links/"+segment(v.id())+"/clicks", v.page(), &clicks); err != nil {
		return err
	}
	t := &table{Head: []head{{Name: v.Say("时间", "When")}, {Name: v.Say("设备", "Device")}}, Empty: v.Say("还没有人点。", "Nobody has clicked.")}
	for _, c := range clicks.Items {
		t.add(text(v.Stamp(c.At)), cell{Text: c.Device, Mono: true, Faint: true})
	}
	title := x.Name
	if title == "" {
		title = x.Code
	}
	facts := []fact{
		{Name: v.Say("短链", "Short link"), Value: text(x.Short), Copy: true}, {Name: v.Say("通向", "Leads to"), Value: text(x.URL)},
		{Name: v.Say("点击", "Clicks"), Value: cell{Text: number(x.Clicks), Note: v.Sayf("%d 台设备", "%d devices", x.Devices)}}, {Name: v.Say("创建", "Made"), Value: v.time(x.CreatedAt)},
	}
	d := desk{Crumb: link{Name: v.Say("短链", "Short links"), Href: "/links"}, Title: title, Sections: []section{
		{Facts: facts, Half: true}, {Title: v.Say("二维码", "QR code"), Half: true, Picture: &picture{Src: "/api/v1/links/" + segment(x.Code) + "/image", Alt: title}}, {Title: v.Say("点击记录", "Clicks"), Table: t.paged(v.r, clicks.Next)},
	}}
	if v.Who.Can(access.ContentWrite) && x.ClosedAt.IsZero() {
		d.Actions = []action{{Name: v.Say("关闭", "Close"), Post: "/links/" + segment(x.Code) + "/close", Danger: true, Ask: v.Say("关闭后再点就打不开了。", "It leads nowhere any more.")}}
	}
	return v.show(d)
}

func closeLink(v *visit) error {
	err := v.send(http.MethodDelete, "/links/"+segment(v.id()), nil, nil)
	if err != nil {
		return v.did(err, "/links/"+segment(v.id()), "")
	}
	return back(v.w, v.r, "/links", "saved")
}

func showLinkPeople(v *visit) error {
	var p listed[shortLink]
	q := v.page("playbook", "step")
	if q.Get("playbook") == "" {
		return v.linkDesk(url.Values{}, nil)
	}
	if err := v.get("/links/customers", q, &p); err != nil {
		return err
	}
	t := &table{Head: []head{{Name: v.Say("客户", "Customer")}, {Name: v.Say("步骤", "Step")}, {Name: v.Say("点击", "Clicks"), N: true}, {Name: v.Say("第一次", "First"), N: true}, {Name: v.Say("最近", "Last"), N: true}}, Empty: v.Say("还没有人点。", "Nobody has clicked.")}
	for _, x := range p.Items {
		t.add(v.customerCell(x.Customer, "–"), cell{Text: x.Step, Mono: true}, num(x.Clicks, ""), v.time(x.FirstAt), v.time(x.LastAt))
	}
	return v.show(desk{Crumb: link{Name: v.Say("短链", "Short links"), Href: "/links"}, Title: v.Say("点击的客户", "Who clicked"), Sections: []section{{Table: t.paged(v.r, p.Next)}}})
}
