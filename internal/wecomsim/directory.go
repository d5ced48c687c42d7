package wecomsim

import (
	"slices"
	"strconv"
)

func directoryEndpoints() []endpoint {
	return []endpoint{
		{method: get, path: "/department/list", need: permDirectory, run: listDepartments},
		{method: get, path: "/department/simplelist", need: permDirectory, run: listDepartmentIDs},
		{method: get, path: "/department/get", need: permDirectory, run: getDepartment},
		{method: get, path: "/user/get", need: permDirectory, run: getUser},
		{method: get, path: "/user/simplelist", need: permDirectory, run: listUsersSimply},
		{method: get, path: "/user/list", need: permDirectory, run: listUsers},
		{method: post, path: "/user/list_id", need: permDirectory, run: listUserIDs},
		{method: post, path: "/user/getuserid", need: permDirectory, run: getUserID},
		{method: get, path: "/agent/get", run: getAgent},
	}
}

// departmentsFor lists the department of the id parameter and those below; all without it.
func (s *Sim) departmentsFor(c *call) ([]*department, error) {
	root := int64(rootDepartment)
	if v := c.query.Get("id"); v != "" && v != "0" {
		id, err := strconv.ParseInt(v, 10, 64)
		if _, ok := s.department(id); err != nil || !ok {
			return nil, code(60003)
		}
		root = id
	}
	var out []*department
	for _, id := range s.within(root) {
		d, _ := s.department(id)
		if s.seesDepartment(c.app, d.id) {
			out = append(out, d)
		}
	}
	slices.SortFunc(out, func(a, b *department) int { return int(a.id - b.id) })
	return out, nil
}

// seesDepartment says whether the department is in the app's visible range.
func (s *Sim) seesDepartment(a *app, id int64) bool {
	if len(a.Departments) == 0 && len(a.Users) == 0 {
		return true
	}
	return slices.ContainsFunc(a.Departments, func(d int64) bool { return slices.Contains(s.within(d), id) })
}

func (d *department) show() obj {
	return obj{"id": d.id, "name": d.name, "parentid": d.parent, "order": d.order, "department_leader": orEmpty(d.leaders)}
}

func listDepartments(s *Sim, c *call) (any, error) {
	list, err := s.departmentsFor(c)
	if err != nil {
		return nil, err
	}
	out := []obj{}
	for _, d := range list {
		out = append(out, d.show())
	}
	return obj{"department": out}, nil
}

func listDepartmentIDs(s *Sim, c *call) (any, error) {
	list, err := s.departmentsFor(c)
	if err != nil {
		return nil, err
	}
	out := []obj{}
	for _, d := range list {
		out = append(out, obj{"id": d.id, "parentid": d.parent, "order": d.order})
	}
	return obj{"department_id": out}, nil
}

func getDepartment(s *Sim, c *call) (any, error) {
	id, err := strconv.ParseInt(c.query.Get("id"), 10, 64)
	d, ok := s.department(id)
	if err != nil || !ok {
		return nil, code(60003)
	}
	if !s.seesDepartment(c.app, id) {
		return nil, code(60011)
	}
	return obj{"department": d.show()}, nil
}

func getUser(s *Sim, c *call) (any, error) {
	id := c.query.Get("userid")
	if id == "" {
		return nil, code(41009)
	}
	m, ok := s.member(id)
	if !ok || m.status == memberLeft {
		return nil, code(60111)
	}
	if !s.sees(c.app, m) {
		return nil, code(60011)
	}
	return s.userOf(c.app, m), nil
}

// userOf is a member as user/get shows it. Mobile, avatar and e-mail are shown to the
// directory's own secret only.
func (s *Sim) userOf(a *app, m *member) obj {
	leads := make([]int, len(m.departments))
	for i, d := range m.departments {
		if slices.Contains(m.leads, d) {
			leads[i] = 1
		}
	}
	out := obj{
		"userid": m.id, "name": m.name, "department": orEmpty(m.departments), "order": orEmpty(m.orders), "main_department": m.departments[0],
		"is_leader_in_dept": leads, "direct_leader": orEmpty(m.direct), "position": m.position, "status": m.status, "alias": m.alias,
		"isleader": boolInt(len(m.leads) > 0), "enable": boolInt(m.status != memberDisabled), "extattr": obj{"attrs": []obj{}}, "external_position": m.position,
		"external_profile": obj{"external_corp_name": s.cfg.Name, "external_attr": []obj{}}, "open_userid": "",
	}
	if a.Name == "directory" {
		out["mobile"], out["gender"], out["avatar"] = m.mobile, genderText(m.gender), s.avatar(m.id)
		out["email"], out["biz_mail"] = m.id+"@brand.example", m.id+"@mail.brand.example"
	}
	return out
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// departmentMembers lists the members of the department_id parameter that the app sees.
func (s *Sim) departmentMembers(c *call) ([]*member, error) {
	v := c.query.Get("department_id")
	if v == "" {
		return nil, code(60123, "missing department_id")
	}
	id, err := strconv.ParseInt(v, 10, 64)
	if _, ok := s.department(id); err != nil || !ok {
		return nil, code(60003)
	}
	deep := c.query.Get("fetch_child") == "1"
	var out []*member
	for _, m := range s.memberList {
		if m.status == memberLeft || !s.sees(c.app, m) {
			continue
		}
		if slices.Contains(m.departments, id) || deep && s.in(m, id) {
			out = append(out, m)
		}
	}
	const largest = 10_000
	if len(out) > largest {
		return nil, code(45029)
	}
	return out, nil
}

func listUsersSimply(s *Sim, c *call) (any, error) {
	list, err := s.departmentMembers(c)
	if err != nil {
		return nil, err
	}
	out := []obj{}
	for _, m := range list {
		out = append(out, obj{"userid": m.id, "name": m.name, "department": orEmpty(m.departments), "open_userid": ""})
	}
	return obj{"userlist": out}, nil
}

func listUsers(s *Sim, c *call) (any, error) {
	list, err := s.departmentMembers(c)
	if err != nil {
		return nil, err
	}
	out := []obj{}
	for _, m := range list {
		out = append(out, s.userOf(c.app, m))
	}
	return obj{"userlist": out}, nil
}

func listUserIDs(s *Sim, c *call) (any, error) {
	var in struct {
		Cursor string `json:"cursor"`
		Limit  int    `json:"limit"`
	}
	if err := c.bindOptional(&in); err != nil {
		return nil, err
	}
	limit, err := c.limit(in.Limit, 10_000, 10_000)
	if err != nil {
		return nil, err
	}
	from, err := c.after(in.Cursor)
	if err != nil {
		return nil, err
	}
	out, next, n := []obj{}, "", int64(0)
	for _, m := range s.memberList {
		if m.status == memberLeft || !s.sees(c.app, m) {
			continue
		}
		for _, d := range m.departments {
			n++
			if n <= from {
				continue
			}
			if len(out) == limit {
				return obj{"dept_user": out, "next_cursor": cursorOf(n - 1)}, nil
			}
			out = append(out, obj{"userid": m.id, "department": d, "open_userid": ""})
		}
	}
	return obj{"dept_user": out, "next_cursor": next}, nil
}

func getUserID(s *Sim, c *call) (any, error) {
	var in struct {
		Mobile string `json:"mobile"`
	}
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	if in.Mobile == "" {
		return nil, code(40063, "missing mobile")
	}
	for _, m := range s.memberList {
		if m.mobile == in.Mobile && m.status != memberLeft && s.sees(c.app, m) {
			return obj{"userid": m.id}, nil
		}
	}
	return nil, code(46004)
}

func getAgent(s *Sim, c *call) (any, error) {
	id, err := strconv.ParseInt(c.query.Get("agentid"), 10, 64)
	if err != nil {
		return nil, code(41011)
	}
	if id != c.app.AgentID {
		return nil, code(301002)
	}
	users, parties := []obj{}, []int64{}
	for _, u := range c.app.Users {
		users = append(users, obj{"userid": u})
	}
	parties = append(parties, c.app.Departments...)
	if len(users) == 0 && len(parties) == 0 {
		parties = []int64{rootDepartment}
	}
	return obj{
		"agentid": id, "name": c.app.Name, "square_logo_url": s.avatar(c.app.Name), "description": "", "close": 0, "redirect_domain": "",
		"report_location_flag": 0, "isreportenter": 0, "home_url": "", "allow_userinfos": obj{"user": users},
		"allow_partys": obj{"partyid": parties}, "allow_tags": obj{"tagid": []int64{}},
	}, nil
}
