package console

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"yutang/internal/access"
	"yutang/internal/fault"
)

type chatGroup struct {
	ID          string    `json:"id"`
	Name        string    `json:"name"`
	Owner       string    `json:"owner"`
	Size        int       `json:"size"`
	Customers   int       `json:"customers"`
	CreatedAt   time.Time `json:"created_at"`
	DismissedAt time.Time `json:"dismissed_at"`
	PulledAt    time.Time `json:"pulled_at"`
}

type groupMember struct {
	ID       string    `json:"id"`
	External bool      `json:"external"`
	Customer string    `json:"customer"`
	Name     string    `json:"name"`
	Scene    string    `json:"scene"`
	Inviter  string    `json:"inviter"`
	JoinedAt time.Time `json:"joined_at"`
	LeftAt   time.Time `json:"left_at"`
	Quit     string    `json:"quit"`
}

type groupCode struct {
	ID       string   `json:"id"`
	Name     string   `json:"name"`
	QR       string   `json:"qr"`
	Groups   []string `json:"groups"`
	Active   []string `json:"active"`
	FullAt   int      `json:"full_at"`
	AutoMake bool     `json:"auto_make"`
	BaseName string   `json:"base_name"`
	BaseNext int      `json:"base_next"`
	Problem  string   `json:"problem"`
}

func (v *visit) groupTabs(current string) []link {
	return []link{
		{Name: v.Say("客户群", "Groups"), Href: "/groups", Current: current == "groups"},
		{Name: v.Say("入群活码", "Join codes"), Href: "/groups/codes", Current: current == "codes"},
		{Name: v.Say("重复入群", "In several groups"), Href: "/groups/duplicates", Current: current == "duplicates"},
	}
}

func (v *visit) groupName(g chatGroup) string {
	if g.Name == "" {
		return v.Say("（未命名）", "(no name)")
	}
	return g.Name
}

func showGroups(v *visit) error {
	var p listed[chatGroup]
	if err := v.get("/groups", v.ofCorp("owner", "dismissed"), &p); err != nil {
		return err
	}
	staff, err := v.crew()
	if err != nil {
		return err
	}
	t := &table{
		Head:  []head{{Name: v.Say("群", "Group")}, {Name: v.Say("群主", "Owner")}, {Name: v.Say("成员", "Members"), N: true}, {Name: v.Say("其中客户", "Customers"), N: true}, {Name: v.Say("创建", "Made"), N: true, Wide: true}, {Name: v.Say("状态", "State")}},
		Empty: v.Say("还没有客户群。同步后出现。", "No groups yet: sync first."),
	}
	for _, g := range p.Items {
		at := "/groups/" + segment(g.ID)
		t.add(cell{Text: v.groupName(g), Href: at}, cell{Text: staff.name(g.Owner), Href: query("/groups", "owner", g.Owner)}, num(g.Size, at), num(g.Customers, at), v.time(g.CreatedAt), v.groupState(g))
	}
	return v.show(desk{Title: v.Say("客户群", "Customer groups"), Tabs: v.groupTabs("groups"), Sections: []section{{Table: t.paged(v.r, p.Next)}}})
}

func (v *visit) groupState(g chatGroup) cell {
	if !g.DismissedAt.IsZero() {
		return cell{Text: v.Say("已解散", "dismissed"), Chip: "chip bad"}
	}
	return cell{Text: v.Say("正常", "open"), Chip: "chip good"}
}

func showGroup(v *visit) error {
	var g chatGroup
	at := "/groups/" + segment(v.id())
	if err := v.get(at, nil, &g); err != nil {
		return err
	}
	var p listed[groupMember]
	if err := v.get(at+"/members", v.page("past"), &p); err != nil {
		return err
	}
	staff, err := v.crew()
	if err != nil {
		return err
	}
	t := &table{
		Head:  []head{{Name: v.Say("成员", "Member")}, {Name: v.Say("称呼", "Name")}, {Name: v.Say("入群方式", "Came by"), Wide: true}, {Name: v.Say("入群", "Joined"), N: true}, {Name: v.Say("退群", "Left"), N: true}},
		Empty: v.Say("没有成员。", "No members."),
	}
	for _, m := range p.Items {
		who := v.customerCell(m.Customer, m.ID)
		if !m.External {
			who = v.staffCell(staff, m.ID)
		}
		t.add(who, text(m.Name), cell{Text: v.Name("scene", m.Scene), Faint: true}, v.time(m.JoinedAt), cell{Text: v.Clock(m.LeftAt), Note: v.quit(m.Quit), Faint: m.LeftAt.IsZero()})
	}
	d := desk{
		Crumb: link{Name: v.Say("客户群", "Groups"), Href: "/groups"}, Title: v.groupName(g), Chips: []chip{{Text: v.groupState(g).Text}},
		Tabs: []link{{Name: v.Say("现在的成员", "Members now"), Href: at, Current: v.asked("past") == ""}, {Name: v.Say("含已退群", "With who left"), Href: at + "?past=true", Current: v.asked("past") != ""}},
		Sections: []section{
			{Figures: []figure{
				{Name: v.Say("成员", "Members"), Value: number(g.Size), Href: at},
				{Name: v.Say("客户", "Customers"), Value: number(g.Customers), Href: at},
				{Name: v.Say("群主", "Owner"), Value: staff.name(g.Owner), Href: query("/groups", "owner", g.Owner)},
				{Name: v.Say("最近拉取", "Pulled"), Value: v.Clock(g.PulledAt)},
			}},
			{Table: t.paged(v.r, p.Next)},
		},
	}
	if v.Who.Can(access.GroupsWrite) {
		d.Actions = []action{{Name: v.Say("立即拉取", "Pull now"), Post: at + "/pull"}}
	}
	return v.show(d)
}

func (v *visit) quit(why string) string {
	if why == "" {
		return ""
	}
	return v.Name("quit", why)
}

func pullGroup(v *visit) error {
	at := "/groups/" + segment(v.id())
	return v.did(v.send(http.MethodPost, at+"/pull", nil, nil), at, "pulled")
}

func showDuplicates(v *visit) error {
	var p listed[struct {
		External string                      `json:"external_userid"`
		Customer string                      `json:"customer"`
		Groups   []struct{ ID, Name string } `json:"groups"`
	}]
	if err := v.get("/groups/duplicates", v.ofCorp("least"), &p); err != nil {
		return err
	}
	t := &table{
		Head:  []head{{Name: v.Say("客户", "Customer")}, {Name: v.Say("群数", "Groups"), N: true}, {Name: v.Say("所在的群", "Which")}},
		Empty: v.Say("没有客户同时在多个群。", "Nobody is in several groups."),
	}
	for _, x := range p.Items {
		places := cell{}
		for _, g := range x.Groups {
			name := g.Name
			if name == "" {
				name = g.ID
			}
			places.Links = append(places.Links, link{Name: name, Href: "/groups/" + segment(g.ID)})
		}
		t.add(v.customerCell(x.Customer, x.External), text(strconv.Itoa(len(x.Groups))), places)
	}
	return v.show(desk{Title: v.Say("重复入群的客户", "Customers in several groups"), Tabs: v.groupTabs("duplicates"), Sections: []section{{Table: t.paged(v.r, p.Next)}}})
}

// groupNames are the groups of the corp by id.
func (v *visit) groupNames() (list []chatGroup, names map[string]string, err error) {
	list, err = all[chatGroup](v.caller, "/groups", url.Values{"corp": {v.Corp}})
	names = make(map[string]string, len(list))
	for _, g := range list {
		names[g.ID] = v.groupName(g)
	}
	return list, names, err
}

func showGroupCodes(v *visit) error {
	var p listed[groupCode]
	if err := v.get("/groups/codes", v.ofCorp(), &p); err != nil {
		return err
	}
	_, names, err := v.groupNames()
	if err != nil {
		return err
	}
	t := &table{
		Head:  []head{{Name: v.Say("名称", "Name")}, {Name: v.Say("现在进入", "Leads to now")}, {Name: v.Say("满员换群", "Full at"), N: true, Wide: true}, {Name: v.Say("状态", "State")}, {}},
		Empty: v.Say("还没有入群活码。", "No join codes yet."),
	}
	for _, c := range p.Items {
		now := cell{}
		for _, g := range c.Active {
			name := names[g]
			if name == "" {
				name = g
			}
			now.Links = append(now.Links, link{Name: name, Href: "/groups/" + segment(g)})
		}
		state := cell{Text: v.Say("可用", "live"), Chip: "chip good"}
		if c.Problem != "" {
			state = cell{Text: v.Name("groupproblem", c.Problem), Chip: "chip bad"}
		}
		acts := cell{}
		if v.Who.Can(access.GroupsWrite) {
			acts.Act = []action{{Name: v.Say("删除", "Delete"), Danger: true, Post: "/groups/codes/" + segment(c.ID) + "/delete", Ask: v.Say("删除后印出的二维码会失效。", "Printed codes stop working.")}}
		}
		if c.QR != "" {
			acts.Act = append([]action{{Name: v.Say("二维码", "QR"), Href: c.QR}}, acts.Act...)
		}
		t.add(cell{Text: c.Name, Href: v.ifMay(access.GroupsWrite, "/groups/codes/"+segment(c.ID)+"/edit")}, now, num(c.FullAt, ""), state, acts)
	}
	d := desk{Title: v.Say("入群活码", "Join codes"), Tabs: v.groupTabs("codes"), Lead: v.Say("一个二维码按顺序带客户进群，群满后自动换下一个。", "One code leads customers into groups in order; a full group gives way to the next."), Sections: []section{{Table: t.paged(v.r, p.Next)}}}
	if v.Who.Can(access.GroupsWrite) {
		d.Actions = []action{{Name: v.Say("新建入群活码", "New join code"), Href: "/groups/codes/new", Primary: true}}
	}
	return v.show(d)
}

func editGroupCode(v *visit) error {
	c := groupCode{FullAt: 190}
	if v.id() != "" {
		list, err := all[groupCode](v.caller, "/groups/codes", url.Values{"corp": {v.Corp}})
		if err != nil {
			return err
		}
		c = groupCode{}
		for _, x := range list {
			if x.ID == v.id() {
				c = x
			}
		}
		if c.ID == "" {
			return fault.New(fault.NotFound, "group_code_not_found", "there is no join code %q", v.id())
		}
	}
	return v.groupCodeDesk(c, nil)
}

func (v *visit) groupCodeDesk(c groupCode, wrong error) error {
	groups, _, err := v.groupNames()
	if err != nil {
		return err
	}
	options := []option{}
	for _, g := range groups {
		if g.DismissedAt.IsZero() {
			options = append(options, option{Value: g.ID, Label: v.groupName(g), Note: v.Sayf("%d 人", "%d members", g.Size)})
		}
	}
	f := &form{Action: "/groups/codes/new", Submit: v.Say("保存", "Save"), Cancel: "/groups/codes"}
	if c.ID != "" {
		f.Action = "/groups/codes/" + segment(c.ID) + "/edit"
	}
	next := ""
	if c.BaseNext > 0 {
		next = strconv.Itoa(c.BaseNext)
	}
	f.Fields = []field{
		{Name: "name", Label: v.Say("名称", "Name"), Value: c.Name, Required: true},
		{Name: "full_at", Kind: "number", Label: v.Say("满多少人换群", "Members at which to change"), Value: positive(c.FullAt), Min: "2", Top: "200"},
		{Name: "groups", Kind: "people", Label: v.Say("进入的群（按列出的顺序）", "Groups, in the order listed"), Required: true, Options: chosen(options, c.Groups)},
		{Name: "auto_make", Kind: "check", Label: v.Say("都满了由企业微信自动建新群", "WeCom makes a new group when all are full"), On: c.AutoMake},
		{Name: "base_name", Label: v.Say("新群名称", "Name of new groups"), Value: c.BaseName},
		{Name: "base_next", Kind: "number", Label: v.Say("新群起始编号", "Number of the first"), Value: next, Min: "1"},
	}
	title := v.Say("新建入群活码", "New join code")
	if c.Name != "" && c.ID != "" {
		title = c.Name
	}
	d := desk{Crumb: link{Name: v.Say("入群活码", "Join codes"), Href: "/groups/codes"}, Title: title, Sections: []section{{Form: f}}}
	if wrong != nil {
		return v.again(d, f, wrong)
	}
	return v.show(d)
}

func saveGroupCode(v *visit) error {
	q, err := v.form()
	if err != nil {
		return err
	}
	c := groupCode{ID: v.id(), Name: trimmed(q, "name"), Groups: q["groups"], FullAt: integer(q, "full_at"), AutoMake: q.Get("auto_make") != "", BaseName: trimmed(q, "base_name"), BaseNext: integer(q, "base_next")}
	if c.Groups == nil {
		c.Groups = []string{}
	}
	body := map[string]any{"name": c.Name, "groups": c.Groups, "full_at": c.FullAt, "auto_make": c.AutoMake, "base_name": c.BaseName, "base_next": c.BaseNext}
	if c.ID != "" {
		err = v.send(http.MethodPut, "/groups/codes/"+segment(c.ID), body, nil)
	} else {
		body["corp"] = v.Corp
		err = v.send(http.MethodPost, "/groups/codes", body, nil)
	}
	if err != nil {
		return v.groupCodeDesk(c, err)
	}
	return back(v.w, v.r, "/groups/codes", "saved")
}

func deleteGroupCode(v *visit) error {
	return v.did(v.send(http.MethodDelete, "/groups/codes/"+segment(v.id()), nil, nil), "/groups/codes", "deleted")
}
