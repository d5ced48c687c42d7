package wecomsim

import (
	"time"
)

func transferEndpoints() []endpoint {
	return []endpoint{
		{method: post, path: "/externalcontact/transfer_customer", need: permContact, run: transferActive},
		{method: post, path: "/externalcontact/transfer_result", need: permContact, run: transferActiveResult},
		{method: post, path: "/externalcontact/resigned/transfer_customer", need: permContact, run: transferResigned},
		{method: post, path: "/externalcontact/resigned/transfer_result", need: permContact, run: transferResignedResult},
		{method: post, path: "/externalcontact/get_unassigned_list", need: permContact, run: unassignedList},
		{method: post, path: "/externalcontact/groupchat/transfer", need: permContact, run: transferGroups},
		{method: post, path: "/externalcontact/groupchat/onjob_transfer", need: permContact, run: transferGroupsActive},
	}
}

type transferArgs struct {
	Handover string   `json:"handover_userid"`
	Takeover string   `json:"takeover_userid"`
	External []string `json:"external_userid"`
	Message  string   `json:"transfer_success_msg"`
	Cursor   string   `json:"cursor"`
}

func transferActive(s *Sim, c *call) (any, error)   { return s.transferCall(c, false) }
func transferResigned(s *Sim, c *call) (any, error) { return s.transferCall(c, true) }

// taker finds the member who takes over.
func (c *call) taker(s *Sim, id string) (*member, error) {
	to, err := c.follower(s, id)
	switch {
	case err != nil:
		return nil, err
	case to.status != memberActive || !to.verified:
		return nil, code(40098)
	}
	for _, banned := range s.knobs.More.Banned {
		if banned == to.id {
			return nil, code(40143)
		}
	}
	return to, nil
}

// leaver finds the member who hands over: one who has left, at most a year ago.
func (c *call) leaver(s *Sim, id string) (*member, error) {
	if id == "" {
		return nil, code(41009)
	}
	m, ok := s.member(id)
	switch {
	case !ok:
		return nil, code(40003)
	case m.status != memberLeft:
		return nil, code(40097)
	case s.at.Sub(m.left) > leaverYear:
		return nil, code(40003, "handover user left more than a year ago")
	}
	return m, nil
}

// transferParties reads the call: who hands over, who takes over and which customers.
func (s *Sim) transferParties(c *call, a *transferArgs, resigned bool) (from, to *member, err error) {
	if err = c.bind(a); err != nil {
		return nil, nil, err
	}
	if resigned {
		from, err = c.leaver(s, a.Handover)
	} else {
		from, err = c.user(s, a.Handover)
	}
	if err != nil {
		return nil, nil, err
	}
	if to, err = c.taker(s, a.Takeover); err != nil {
		return nil, nil, err
	}
	switch {
	case from == to:
		return nil, nil, code(40130)
	case len(a.External) == 0:
		return nil, nil, code(41035)
	case len(a.External) > transferCall:
		return nil, nil, code(40058, "external_userid exceed max size ", transferCall)
	}
	return from, to, c.chars("transfer_success_msg", a.Message, 200)
}

func (s *Sim) transferCall(c *call, resigned bool) (any, error) {
	var a transferArgs
	from, to, err := s.transferParties(c, &a, resigned)
	if err != nil {
		return nil, err
	}
	list := make([]obj, len(a.External))
	var begun []*transfer
	for i, id := range a.External {
		n := s.transferable(from, to, id, resigned)
		if n == 0 {
			begun = append(begun, s.beginTransfer(from, to, id, a.Message, resigned))
		}
		list[i] = obj{"external_userid": id, "errcode": n}
	}
	if len(begun) > 0 {
		s.after(transferTakes, func() {
			for _, t := range begun {
				s.completeTransfer(t)
			}
		})
	}
	return obj{"customer": list}, nil
}

func transferActiveResult(s *Sim, c *call) (any, error)   { return s.transferResults(c, false) }
func transferResignedResult(s *Sim, c *call) (any, error) { return s.transferResults(c, true) }

func (s *Sim) transferResults(c *call, resigned bool) (any, error) {
	var a transferArgs
	if err := c.bind(&a); err != nil {
		return nil, err
	}
	if a.Handover == "" || a.Takeover == "" {
		return nil, code(41009)
	}
	from, ok := s.member(a.Handover)
	if !ok {
		return nil, code(40003)
	}
	to, ok := s.member(a.Takeover)
	if !ok {
		return nil, code(40003)
	}
	if resigned && from.status != memberLeft {
		return nil, code(40097)
	}
	after, err := c.after(a.Cursor)
	if err != nil {
		return nil, err
	}
	list, next := []obj{}, ""
	for _, t := range s.more.handovers.byPair[pair{from.id, to.id}] {
		if t.seq <= after || t.resigned != resigned {
			continue
		}
		if len(list) == transferPage {
			next = cursorOf(after)
			break
		}
		o := obj{"external_userid": t.external, "status": t.status, "takeover_time": t.at}
		list, after = append(list, o), t.seq
	}
	return obj{"customer": list, "next_cursor": next}, nil
}

const unassignedByPage = 50_000 // rows up to which pages by number work

func unassignedList(s *Sim, c *call) (any, error) {
	var a struct {
		Page   int    `json:"page_id"`
		Size   int    `json:"page_size"`
		Cursor string `json:"cursor"`
	}
	if err := c.bindOptional(&a); err != nil {
		return nil, err
	}
	size, err := c.limit(a.Size, 1000, 1000)
	if err != nil {
		return nil, err
	}
	after, err := c.after(a.Cursor)
	if err != nil {
		return nil, err
	}
	if a.Page < 0 || a.Page*size >= unassignedByPage {
		return nil, code(40058, "page_id x page_size must be below ", unassignedByPage)
	}
	skip := 0
	if a.Cursor == "" {
		skip = a.Page * size
	}
	list, last := []obj{}, true
	for _, u := range s.more.handovers.unassigned {
		if u.seq <= after || u.taken || !s.sees(c.app, u.member) || s.at.Sub(u.member.left) > leaverYear {
			continue
		}
		if skip > 0 {
			skip--
			continue
		}
		if len(list) == size {
			last = false
			break
		}
		list = append(list, obj{"handover_userid": u.member.id, "external_userid": u.external, "dimission_time": u.member.left.Unix()})
		after = u.seq
	}
	out := obj{"info": list, "is_last": last}
	if !last {
		out["next_cursor"] = cursorOf(after)
	}
	return out, nil
}

// groupTakes is how long the inheritance of a leaver's group is under way.
const groupTakes = time.Minute

func transferGroups(s *Sim, c *call) (any, error)       { return s.transferGroupCall(c, true) }
func transferGroupsActive(s *Sim, c *call) (any, error) { return s.transferGroupCall(c, false) }

func (s *Sim) transferGroupCall(c *call, resigned bool) (any, error) {
	var a struct {
		Chats    []string `json:"chat_id_list"`
		NewOwner string   `json:"new_owner"`
	}
	if err := c.bind(&a); err != nil {
		return nil, err
	}
	if len(a.Chats) == 0 || len(a.Chats) > transferCall {
		return nil, code(40058, "chat_id_list must have 1 to ", transferCall)
	}
	to, err := c.taker(s, a.NewOwner)
	if err != nil {
		return nil, err
	}
	failed := []obj{}
	for _, id := range a.Chats {
		g, n := s.groupMove(c, id, to, resigned)
		switch {
		case n != 0:
			failed = append(failed, obj{"chat_id": id, "errcode": n, "errmsg": messages[n]})
		case resigned:
			g.status = groupMoving
			s.after(groupTakes, func() {
				s.own(g, to)
				g.status = groupInherited
				s.chatUpdated(g, "change_owner")
			})
		default:
			s.own(g, to)
		}
	}
	return obj{"failed_chat_list": failed}, nil
}
