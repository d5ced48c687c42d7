package console

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"yutang/internal/access"
	"yutang/internal/fault"
)

type contactLine struct {
	Staff      string    `json:"staff"`
	External   string    `json:"external_userid"`
	Customer   string    `json:"customer"`
	State      string    `json:"state"`
	Additions  int       `json:"additions"`
	AddedAt    time.Time `json:"added_at"`
	EndedAt    time.Time `json:"ended_at"`
	Remark     string    `json:"remark"`
	Provenance struct {
		Channel  string `json:"channel"`
		Code     string `json:"code"`
		CodeName string `json:"code_name"`
		AddWay   string `json:"add_way"`
	} `json:"provenance"`
}

func (v *visit) contactTabs(current string) []link {
	return []link{
		{Name: v.Say("按员工", "By staff"), Href: "/contacts", Current: current == "staff"},
		{Name: v.Say("全部好友关系", "All contacts"), Href: "/contacts/list", Current: current == "list"},
	}
}

func showStaff(v *visit) error {
	var p listed[member]
	if err := v.get("/staff", v.ofCorp("follow", "left"), &p); err != nil {
		return err
	}
	t := &table{
		Head:  []head{{Name: v.Say("员工", "Staff")}, {Name: "userid", Wide: true}, {Name: v.Say("职务", "Position"), Wide: true}, {Name: v.Say("客户联系", "Customers")}, {Name: v.Say("好友", "Contacts")}, {Name: v.Say("状态", "State")}},
		Empty: v.Say("还没有员工。同步后出现。", "No staff yet: sync first."),
	}
	for _, m := range p.Items {
		name := m.Name
		if name == "" {
			name = m.UserID
		}
		lists := cell{}
		if v.Who.Can(access.ContactsRead) {
			lists.Links = []link{
				{Name: v.Say("在联系", "active"), Href: query("/contacts/list", "staff", m.UserID, "state", "active")},
				{Name: v.Say("流失", "lost"), Href: query("/contacts/list", "staff", m.UserID, "state", "lost")},
			}
		}
		t.add(cell{Text: name, Strong: true}, cell{Text: m.UserID, Mono: true}, text(m.Position), text(v.yes(m.Follow)), lists, v.memberState(m))
	}
	return v.show(desk{Title: v.Say("好友", "Contacts"), Tabs: v.contactTabs("staff"), Sections: []section{{Form: v.staffFilter(), Table: t.paged(v.r, p.Next)}}})
}

func (v *visit) staffFilter() *form {
	return &form{Method: "get", Action: "/contacts", Inline: true, Submit: v.Say("筛选", "Filter"), Fields: []field{
		{Name: "follow", Kind: "select", Label: v.Say("客户联系", "Customers"), Options: []option{{Label: v.Say("全部", "all")}, {Value: "true", Label: v.Say("只看有权限的", "only who may"), On: v.asked("follow") != ""}}},
		{Name: "left", Kind: "select", Label: v.Say("离职", "Left"), Options: []option{{Label: v.Say("不含离职", "without")}, {Value: "true", Label: v.Say("含离职", "with"), On: v.asked("left") != ""}}},
	}}
}

func (v *visit) memberState(m member) cell {
	switch {
	case m.Left != nil || m.Status == 5:
		return cell{Text: v.Say("已离职", "left"), Chip: "chip bad"}
	case m.Status == 2:
		return cell{Text: v.Say("已禁用", "disabled"), Chip: "chip paused"}
	case m.Status == 4:
		return cell{Text: v.Say("未激活", "not activated"), Chip: "chip paused"}
	}
	return cell{Text: v.Say("在职", "active"), Chip: "chip good"}
}

var contactStates = []string{"active", "half", "lost", "deleted", "transferred"}

func showContacts(v *visit) error {
	var p listed[contactLine]
	if err := v.get("/contacts", v.ofCorp("staff", "state", "customer"), &p); err != nil {
		return err
	}
	staff, err := v.crew()
	if err != nil {
		return err
	}
	t := &table{
		Head:  []head{{Name: v.Say("客户", "Customer")}, {Name: v.Say("备注", "Remark"), Wide: true}, {Name: v.Say("员工", "Staff")}, {Name: v.Say("来源", "From")}, {Name: v.Say("状态", "State")}, {Name: v.Say("添加", "Added"), N: true}, {Name: v.Say("结束", "Ended"), N: true, Wide: true}},
		Empty: v.Say("没有这样的好友关系。", "No such contacts."),
	}
	for _, x := range p.Items {
		t.add(v.customerCell(x.Customer, x.External), text(x.Remark), v.staffCell(staff, x.Staff), v.origin(x), v.state("contact", x.State), v.time(x.AddedAt), v.time(x.EndedAt))
	}
	d := desk{Title: v.Say("好友关系", "Contacts"), Tabs: v.contactTabs("list"), Sections: []section{{Form: v.contactFilter(staff), Table: t.paged(v.r, p.Next)}}}
	return v.show(d)
}

// origin links the code that somebody came through.
func (v *visit) origin(x contactLine) cell {
	p := x.Provenance
	switch {
	case p.CodeName != "" && v.Who.Can(access.CodesRead):
		return cell{Text: p.CodeName, Href: "/codes/" + segment(p.Code), Note: p.Channel}
	case p.Channel != "" && !strings.HasPrefix(p.Channel, "wecom_"):
		return text(p.Channel)
	}
	return cell{Text: v.Name("addway", p.AddWay), Faint: true}
}

func (v *visit) contactFilter(staff crew) *form {
	states := []option{{Label: v.Say("全部", "all")}}
	for _, s := range contactStates {
		states = append(states, option{Value: s, Label: v.Name("contact", s), On: v.asked("state") == s})
	}
	members := []option{{Label: v.Say("全部", "all")}}
	for _, m := range staff.list {
		members = append(members, option{Value: m.UserID, Label: staff.name(m.UserID), On: v.asked("staff") == m.UserID})
	}
	return &form{Method: "get", Action: "/contacts/list", Inline: true, Submit: v.Say("筛选", "Filter"), Fields: []field{
		{Name: "staff", Kind: "select", Label: v.Say("员工", "Staff"), Options: members},
		{Name: "state", Kind: "select", Label: v.Say("状态", "State"), Options: states},
		{Name: "customer", Label: v.Say("客户编号", "Customer"), Value: v.asked("customer"), Place: "c42"},
	}}
}

// findCustomer leads from the platform's id of somebody to the customer.
func findCustomer(v *visit) error {
	var p listed[customerLine]
	q := url.Values{"identity": {"external_userid:" + v.Corp + ":" + v.asked("external")}}
	if err := v.get("/customers", q, &p); err != nil {
		return err
	}
	if len(p.Items) == 0 {
		return fault.New(fault.NotFound, "customer_not_found", "nobody has this external_userid")
	}
	http.Redirect(v.w, v.r, "/customers/"+p.Items[0].ID, http.StatusSeeOther)
	return nil
}
