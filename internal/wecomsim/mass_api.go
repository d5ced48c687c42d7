package wecomsim

import "slices"

func massEndpoints() []endpoint {
	return []endpoint{
		{method: post, path: "/externalcontact/add_msg_template", need: permContact, run: addMsgTemplate},
		{method: post, path: "/externalcontact/get_groupmsg_list_v2", need: permContact, run: massList},
		{method: post, path: "/externalcontact/get_groupmsg_task", need: permContact, run: massTasks},
		{method: post, path: "/externalcontact/get_groupmsg_send_result", need: permContact, run: massResults},
		{method: post, path: "/externalcontact/remind_groupmsg_send", need: permContact, run: massRemind},
		{method: post, path: "/externalcontact/cancel_groupmsg_send", need: permContact, run: massCancel},
	}
}

type massArgs struct {
	ChatType    string       `json:"chat_type"`
	External    []string     `json:"external_userid"`
	ChatIDs     []string     `json:"chat_id_list"`
	Sender      string       `json:"sender"`
	AllowSelect bool         `json:"allow_select"`
	Text        *textPart    `json:"text"`
	Attachments []attachment `json:"attachments"`
	TagFilter   *struct {
		Groups []struct {
			Tags []string `json:"tag_list"`
		} `json:"group_list"`
	} `json:"tag_filter"`
}

// lists are the tags asked for: one of every list.
func (a massArgs) lists() [][]string {
	var out [][]string
	if a.TagFilter != nil {
		for _, g := range a.TagFilter.Groups {
			if len(g.Tags) > 0 {
				out = append(out, g.Tags)
			}
		}
	}
	return out
}

func addMsgTemplate(s *Sim, c *call) (any, error) {
	var a massArgs
	if err := c.bind(&a); err != nil {
		return nil, err
	}
	if err := s.checkMass(c, &a); err != nil {
		return nil, err
	}
	plan, failed, err := s.planMass(c, a)
	if err != nil {
		return nil, err
	}
	if len(plan) == 0 {
		return nil, code(41048)
	}
	m := s.addMass(massMessage{
		group: a.ChatType == "group", text: a.Text.textContent(), attachments: a.Attachments, allowSelect: a.AllowSelect, tasks: plan.tasks(),
	})
	return obj{"msgid": m.id, "fail_list": failed}, nil
}

// checkMass checks the parameters that do not depend on customers.
func (s *Sim) checkMass(c *call, a *massArgs) error {
	switch a.ChatType {
	case "":
		a.ChatType = "single"
	case "single", "group":
	default:
		return code(86214)
	}
	if a.Text.textContent() == "" && len(a.Attachments) == 0 {
		return code(40058, "text and attachments are both empty")
	}
	if len(a.Text.textContent()) > 4000 {
		return code(45002)
	}
	if err := s.checkAttachments(a.Attachments, 9); err != nil {
		return err
	}
	if len(a.External) > massTargets {
		return code(40058, "external_userid exceed max size ", massTargets)
	}
	for _, list := range a.lists() {
		for _, id := range list {
			if _, ok := s.tags[id]; !ok {
				return code(40068)
			}
		}
	}
	switch {
	case a.Sender != "":
		m, err := c.follower(s, a.Sender)
		if err != nil {
			return err
		}
		a.Sender = m.id
	case a.ChatType == "group":
		return code(41009, "sender is required for chat_type group")
	case len(a.External) == 0 && len(a.lists()) == 0:
		return code(40058, "external_userid, sender and tag_filter are all empty")
	}
	return nil
}

// planMass finds who must send to whom, and who cannot be sent to.
func (s *Sim) planMass(c *call, a massArgs) (massPlan, []string, error) {
	if a.ChatType == "group" {
		return s.planGroups(c, a)
	}
	plan, failed := massPlan{}, []string{}
	if len(a.External) > 0 {
		for _, id := range a.External {
			e, known := s.customers[id]
			if !known {
				failed = append(failed, id)
			} else if f := s.lastInteracted(c.app, e, a.Sender); f != nil {
				plan.add(f.member.id, id)
			} else {
				failed = append(failed, id)
			}
		}
		return plan, failed, nil
	}
	lists := a.lists()
	each := func(e *customer) {
		if len(lists) > 0 && !slices.ContainsFunc(e.follows, func(f *follow) bool { return s.sees(c.app, f.member) && f.hasTags(lists) }) {
			return
		}
		if f := s.lastInteracted(c.app, e, a.Sender); f != nil {
			plan.add(f.member.id, e.id)
		}
	}
	if a.Sender != "" {
		m, _ := s.member(a.Sender)
		for _, f := range m.contacts {
			each(f.customer)
		}
		return plan, failed, nil
	}
	for _, e := range s.customerList {
		each(e)
	}
	return plan, failed, nil
}

// planGroups plans for the sender's groups, all of them if none is named.
func (s *Sim) planGroups(c *call, a massArgs) (massPlan, []string, error) {
	plan, failed := massPlan{}, []string{}
	if len(a.ChatIDs) > massTargets {
		return nil, nil, code(40058, "chat_id_list exceed max size ", massTargets)
	}
	if len(a.ChatIDs) == 0 {
		for _, g := range s.groupList {
			if !g.dismissed && g.owner == a.Sender {
				plan.add(a.Sender, g.id)
			}
		}
		return plan, failed, nil
	}
	for _, id := range a.ChatIDs {
		if g, ok := s.groups[id]; ok && !g.dismissed && g.owner == a.Sender {
			plan.add(a.Sender, g.id)
		} else {
			failed = append(failed, id)
		}
	}
	return plan, failed, nil
}

func massList(s *Sim, c *call) (any, error) {
	var q recordQuery
	if err := c.bind(&q); err != nil {
		return nil, err
	}
	if q.ChatType != "single" && q.ChatType != "group" {
		return nil, code(86214)
	}
	if err := q.check(c, massSpan, 50, 100); err != nil {
		return nil, err
	}
	list, next := []obj{}, ""
	for _, m := range s.more.mass.list {
		if m.group != (q.ChatType == "group") || !q.wants(m.seq, m.made, m.creator) {
			continue
		}
		if !m.dispatched(s.at) {
			return nil, code(41063)
		}
		if len(list) == q.Limit {
			next = cursorOf(q.from)
			break
		}
		list, q.from = append(list, m.shape()), m.seq
	}
	return withCursor(obj{"group_msg_list": list}, next), nil
}

// shape is the message as lists give it.
func (m *massMessage) shape() obj {
	o := obj{"msgid": m.id, "create_time": m.made.Unix(), "create_type": 0, "text": obj{"content": m.text}, "attachments": m.attachments}
	if m.attachments == nil {
		o["attachments"] = []attachment{}
	}
	if m.creator != "" {
		o["create_type"], o["creator"] = 1, m.creator
	}
	return o
}
