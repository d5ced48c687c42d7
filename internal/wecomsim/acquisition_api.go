package wecomsim

func acquisitionEndpoints() []endpoint {
	return []endpoint{
		{method: post, path: "/externalcontact/customer_acquisition/list_link", need: permContact, run: listLinks},
		{method: post, path: "/externalcontact/customer_acquisition/get", need: permContact, run: getLink},
		{method: post, path: "/externalcontact/customer_acquisition/create_link", need: permContact, run: createLink},
		{method: post, path: "/externalcontact/customer_acquisition/update_link", need: permContact, run: updateLink},
		{method: post, path: "/externalcontact/customer_acquisition/delete_link", need: permContact, run: deleteLink},
		{method: post, path: "/externalcontact/customer_acquisition/customer", need: permContact, run: linkCustomers},
		{method: post, path: "/externalcontact/customer_acquisition/statistic", need: permContact, run: linkStatistic},
		{method: get, path: "/externalcontact/customer_acquisition_quota", need: permContact, run: linkQuota},
	}
}

type linkArgs struct {
	ID    string  `json:"link_id"`
	Name  *string `json:"link_name"`
	Range *struct {
		Users   []string `json:"user_list"`
		Parties []int64  `json:"department_list"`
	} `json:"range"`
	Skip   *bool  `json:"skip_verify"`
	Limit  int    `json:"limit"`
	Cursor string `json:"cursor"`
	Start  int64  `json:"start_time"`
	End    int64  `json:"end_time"`
}

// link reads the call and finds a link of the calling app.
func (c *call) link(s *Sim, a *linkArgs) (*link, error) {
	if err := c.bind(a); err != nil {
		return nil, err
	}
	if a.ID == "" {
		return nil, code(40063, "missing link_id")
	}
	l, ok := s.more.acquisition.links[a.ID]
	if !ok || l.deleted || l.app != c.app.Name {
		return nil, code(40058, "invalid link_id")
	}
	return l, nil
}

// set checks and takes over what is given.
func (l *link) set(s *Sim, c *call, a linkArgs) error {
	if a.Name != nil {
		if *a.Name == "" {
			return code(40063, "missing link_name")
		}
		if err := c.chars("link_name", *a.Name, 30); err != nil {
			return err
		}
	}
	if a.Range != nil {
		if len(a.Range.Users)+len(a.Range.Parties) == 0 {
			return code(40063, "missing range")
		}
		for _, id := range a.Range.Users {
			if _, err := c.follower(s, id); err != nil {
				return err
			}
		}
		for _, d := range a.Range.Parties {
			if _, ok := s.department(d); !ok {
				return code(60003)
			}
		}
		l.users, l.parties = a.Range.Users, a.Range.Parties
	}
	put(&l.name, a.Name)
	put(&l.skip, a.Skip)
	return nil
}

func (s *Sim) linkShape(l *link) obj {
	return obj{"link_id": l.id, "link_name": l.name, "url": s.linkURL(l), "create_time": l.created}
}

func (s *Sim) linkURL(l *link) string { return s.cfg.PublicURL + "/sim/ca/" + l.id }

func createLink(s *Sim, c *call) (any, error) {
	var a linkArgs
	if err := c.bind(&a); err != nil {
		return nil, err
	}
	if a.Name == nil || a.Range == nil {
		return nil, code(40063, "missing link_name or range")
	}
	st := &s.more.acquisition
	live := 0
	for _, l := range st.list {
		live += boolInt(!l.deleted)
	}
	if live >= linkMost {
		return nil, code(41095)
	}
	l := &link{seq: int64(len(st.list)) + 1, app: c.app.Name, created: s.at.Unix(), skip: true}
	if err := l.set(s, c, a); err != nil {
		return nil, err
	}
	l.id = s.ids.make("cawcde", 10)
	st.links[l.id] = l
	st.list = append(st.list, l)
	return obj{"link": s.linkShape(l)}, nil
}

func getLink(s *Sim, c *call) (any, error) {
	l, err := c.link(s, &linkArgs{})
	if err != nil {
		return nil, err
	}
	users, parties := orEmpty(l.users), l.parties
	if parties == nil {
		parties = []int64{}
	}
	return obj{"link": s.linkShape(l), "range": obj{"user_list": users, "department_list": parties}, "skip_verify": l.skip}, nil
}

func updateLink(s *Sim, c *call) (any, error) {
	var a linkArgs
	l, err := c.link(s, &a)
	if err != nil {
		return nil, err
	}
	return nil, l.set(s, c, a)
}

func deleteLink(s *Sim, c *call) (any, error) {
	l, err := c.link(s, &linkArgs{})
	if err != nil {
		return nil, err
	}
	l.deleted = true
	return nil, nil
}

func listLinks(s *Sim, c *call) (any, error) {
	var a linkArgs
	if err := c.bindOptional(&a); err != nil {
		return nil, err
	}
	limit, err := c.limit(a.Limit, 100, 100)
	if err != nil {
		return nil, err
	}
	from, err := c.after(a.Cursor)
	if err != nil {
		return nil, err
	}
	list, next := []string{}, ""
	for _, l := range s.more.acquisition.list {
		if l.seq <= from || l.deleted || l.app != c.app.Name {
			continue
		}
		if len(list) == limit {
			next = cursorOf(from)
			break
		}
		list, from = append(list, l.id), l.seq
	}
	return obj{"link_id_list": list, "next_cursor": next}, nil
}

func linkCustomers(s *Sim, c *call) (any, error) {
	var a linkArgs
	l, err := c.link(s, &a)
	if err != nil {
		return nil, err
	}
	limit, err := c.limit(a.Limit, 100, 1000)
	if err != nil {
		return nil, err
	}
	return pageOf(c, a.Cursor, limit, l.came, "customer_list", func(v *acquired) obj {
		return obj{"external_userid": v.customer, "userid": v.user, "chat_status": boolInt(v.talked), "state": v.state}
	})
}

func linkStatistic(s *Sim, c *call) (any, error) {
	var a linkArgs
	l, err := c.link(s, &a)
	if err != nil {
		return nil, err
	}
	if err := checkSpan(a.Start, a.End, 31*day); err != nil {
		return nil, err
	}
	clicked, came := map[string]bool{}, 0
	for _, v := range l.clicks {
		if v.at >= a.Start && v.at <= a.End {
			clicked[v.customer] = true
		}
	}
	for _, v := range l.came {
		came += boolInt(v.at >= a.Start && v.at <= a.End)
	}
	return obj{"click_link_customer_cnt": len(clicked), "new_customer_cnt": came}, nil
}

func linkQuota(s *Sim, _ *call) (any, error) {
	lots := []obj{}
	for _, l := range s.more.acquisition.lots {
		if s.at.Before(l.ends) && l.balance > 0 {
			lots = append(lots, obj{"expire_date": l.ends.Unix(), "balance": l.balance})
		}
	}
	return obj{"total": s.more.acquisition.total, "balance": s.balance(), "quota_list": lots}, nil
}
