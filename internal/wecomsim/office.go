package wecomsim

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"yutang/internal/fault"
)

// officeActions are what the corp's administrators do in the console, and what members do in
// an app.
func officeActions() []action {
	return []action{
		act("put_member", "the admin adds or changes a member", putMember),
		act("resign", "a member leaves the corp", resign),
		act("put_department", "the admin adds or changes a department", putDepartment),
		act("delete_department", "the admin deletes an empty department", deleteDepartment),
		act("create_tag", "the admin adds a corp tag", createTag),
		act("rename_tag", "the admin renames a corp tag or group", renameTagByAdmin),
		act("delete_tag", "the admin deletes a corp tag or group", deleteTagByAdmin),
		act("shuffle_tags", "the admin changes the order of tags", shuffleTags),
	}
}

// NewMember describes a member. For one who exists already, empty fields stay.
type NewMember struct {
	User        string   `json:"userid"`
	Name        string   `json:"name,omitempty"`
	Alias       string   `json:"alias,omitempty"`
	Position    string   `json:"position,omitempty"`
	Mobile      string   `json:"mobile,omitempty"`
	Gender      int      `json:"gender,omitempty"`
	Departments []int64  `json:"departments,omitempty"` // default the root
	Leads       []int64  `json:"leads,omitempty"`       // of Departments
	Direct      []string `json:"direct_leader,omitempty"`
	Status      int      `json:"status,omitempty"` // default 1
	NoFollow    *bool    `json:"no_follow,omitempty"`
	Unverified  *bool    `json:"unverified,omitempty"` // not real-named
}

// PutMember adds a member, or changes what is given of one who exists.
func (s *Sim) PutMember(n NewMember) error {
	_, err := perform(s, "put_member", n, putMember)
	return err
}

func putMember(s *Sim, n NewMember) (struct{}, error) {
	if n.User == "" || len(n.User) > 64 || strings.Trim(n.User, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.@-") != "" {
		return struct{}{}, fault.BadField("/userid", "a userid has 1 to 64 letters, digits, _ . @ or -")
	}
	for _, d := range n.Departments {
		if _, ok := s.department(d); !ok {
			return struct{}{}, notFound("department", strconv.FormatInt(d, 10))
		}
	}
	m, known := s.member(n.User)
	if !known {
		m = s.addMember(n.User, n.Name)
	}
	m.edit(n)
	s.relead(m)
	change := "create_user"
	if known {
		change = "update_user"
	}
	s.emit(userEvent(change, m, n))
	return struct{}{}, nil
}

func (m *member) edit(n NewMember) {
	text := func(dst *string, v string) {
		if v != "" {
			*dst = v
		}
	}
	text(&m.name, n.Name)
	text(&m.alias, n.Alias)
	text(&m.position, n.Position)
	text(&m.mobile, n.Mobile)
	if n.Gender != 0 {
		m.gender = n.Gender
	}
	if len(n.Departments) > 0 {
		m.departments, m.orders = n.Departments, make([]int64, len(n.Departments))
		m.leads = slices.DeleteFunc(m.leads, func(d int64) bool { return !slices.Contains(m.departments, d) })
	}
	if n.Leads != nil {
		m.leads = n.Leads
	}
	if n.Direct != nil {
		m.direct = n.Direct
	}
	if n.Status != 0 {
		m.status = n.Status
	}
	if n.NoFollow != nil {
		m.follow = !*n.NoFollow
	}
	if n.Unverified != nil {
		m.verified = !*n.Unverified
	}
}

// addMember adds an active member of the root department.
func (s *Sim) addMember(id, name string) *member {
	if name == "" {
		name = personName(s.ids.stream("name"))
	}
	m := &member{
		id: id, name: name, status: memberActive, follow: true, verified: true, joined: s.at, position: "顾问", gender: 1,
		departments: []int64{rootDepartment}, orders: []int64{0}, mobile: fmt.Sprintf("1380000%04d", s.ids.number("mobile")),
	}
	s.members[strings.ToLower(id)] = m
	s.memberList = append(s.memberList, m)
	return m
}

// relead writes the member into the leaders of the departments led, and out of others.
func (s *Sim) relead(m *member) {
	for _, d := range s.departments {
		d.leaders = slices.DeleteFunc(d.leaders, func(u string) bool { return u == m.id })
		if slices.Contains(m.leads, d.id) {
			d.leaders = append(d.leaders, m.id)
		}
	}
}

// userEvent is a change_contact about a member. An update names only what changed.
func userEvent(change string, m *member, n NewMember) event {
	f := []field{text("Event", "change_contact"), text("ChangeType", change), text("UserID", m.id)}
	add := func(given bool, g field) {
		if given || change == "create_user" {
			f = append(f, g)
		}
	}
	leads := make([]string, len(m.departments))
	for i, d := range m.departments {
		leads[i] = strconv.Itoa(boolInt(slices.Contains(m.leads, d)))
	}
	add(n.Name != "", text("Name", m.name))
	add(len(n.Departments) > 0, text("Department", numbers(m.departments)))
	add(len(n.Departments) > 0, num("MainDepartment", m.departments[0]))
	add(n.Leads != nil, text("IsLeaderInDept", strings.Join(leads, ",")))
	add(n.Direct != nil, text("DirectLeader", strings.Join(m.direct, ",")))
	add(n.Position != "", text("Position", m.position))
	add(n.Mobile != "", text("Mobile", m.mobile))
	add(n.Gender != 0, num("Gender", int64(m.gender)))
	add(n.Status != 0, num("Status", int64(m.status)))
	add(n.Alias != "", text("Alias", m.alias))
	return event{kind: kindDirectory, key: "user:" + m.id, who: m, fields: f}
}

func numbers(list []int64) string {
	out := make([]string, len(list))
	for i, n := range list {
		out[i] = strconv.FormatInt(n, 10)
	}
	return strings.Join(out, ",")
}

type userArgs struct {
	User string `json:"userid"`
}

// Resign lets a member leave the corp: delete_user. Customers and groups stay to be handed over.
func (s *Sim) Resign(user string) error {
	_, err := perform(s, "resign", userArgs{user}, resign)
	return err
}

func resign(s *Sim, a userArgs) (struct{}, error) {
	m, ok := s.member(a.User)
	if !ok || m.status == memberLeft {
		return struct{}{}, notFound("member", a.User)
	}
	e := event{kind: kindDirectory, key: "user:" + m.id, who: m, fields: []field{text("Event", "change_contact"), text("ChangeType", "delete_user"), text("UserID", m.id)}}
	s.emit(e)
	m.status, m.left, m.leads = memberLeft, s.at, nil
	s.relead(m)
	s.resigned(m)
	return struct{}{}, nil
}

// NewDepartment describes a department. ID 0 makes a new one.
type NewDepartment struct {
	ID     int64  `json:"id,omitempty"`
	Name   string `json:"name,omitempty"`
	Parent int64  `json:"parentid,omitempty"` // default the root
	Order  int64  `json:"order,omitempty"`
}

// PutDepartment adds a department, or changes one, and gives its id.
func (s *Sim) PutDepartment(n NewDepartment) (int64, error) {
	d, err := perform(s, "put_department", n, putDepartment)
	return d.ID, err
}

func putDepartment(s *Sim, n NewDepartment) (NewDepartment, error) {
	if _, ok := s.department(n.Parent); n.Parent != 0 && !ok {
		return n, notFound("department", strconv.FormatInt(n.Parent, 10))
	}
	d, known := s.department(n.ID)
	change := "update_party"
	if !known {
		if n.ID == 0 {
			n.ID = s.departments[len(s.departments)-1].id + 1
		}
		if n.Parent == 0 {
			n.Parent = rootDepartment
		}
		change = "create_party"
		d = &department{id: n.ID}
		s.departments = append(s.departments, d)
		slices.SortFunc(s.departments, func(a, b *department) int { return int(a.id - b.id) })
	}
	if n.Name != "" {
		d.name = n.Name
	}
	if n.Parent != 0 {
		if slices.Contains(s.within(d.id), n.Parent) {
			return n, fault.New(fault.Invalid, "bad_parent", "a department cannot be below itself")
		}
		d.parent = n.Parent
	}
	if n.Order != 0 {
		d.order = n.Order
	}
	s.emit(partyEvent(change, d))
	return NewDepartment{ID: d.id, Name: d.name, Parent: d.parent, Order: d.order}, nil
}

func partyEvent(change string, d *department) event {
	f := []field{text("Event", "change_contact"), text("ChangeType", change), num("Id", d.id)}
	if change != "delete_party" {
		f = append(f, text("Name", d.name), num("ParentId", d.parent))
	}
	if change == "create_party" {
		f = append(f, num("Order", d.order))
	}
	return event{kind: kindDirectory, key: "party:" + strconv.FormatInt(d.id, 10), fields: f}
}

type partyArgs struct {
	ID int64 `json:"id"`
}

// DeleteDepartment deletes a department without members or departments below it.
func (s *Sim) DeleteDepartment(id int64) error {
	_, err := perform(s, "delete_department", partyArgs{id}, deleteDepartment)
	return err
}

func deleteDepartment(s *Sim, a partyArgs) (struct{}, error) {
	d, ok := s.department(a.ID)
	if !ok || a.ID == rootDepartment {
		return struct{}{}, notFound("department", strconv.FormatInt(a.ID, 10))
	}
	busy := len(s.within(a.ID)) > 1
	for _, m := range s.memberList {
		busy = busy || m.status != memberLeft && slices.Contains(m.departments, a.ID)
	}
	if busy {
		return struct{}{}, fault.New(fault.Precondition, "department_not_empty", "the department has members or departments")
	}
	s.departments = slices.DeleteFunc(s.departments, func(o *department) bool { return o == d })
	s.emit(partyEvent("delete_party", d))
	return struct{}{}, nil
}
