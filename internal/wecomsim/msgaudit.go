package wecomsim

import "slices"

const agreeMost = 100 // pairs of one call

func archiveEndpoints() []endpoint {
	return []endpoint{
		{method: post, path: "/msgaudit/get_permit_user_list", need: permArchive, run: permitUsers},
		{method: post, path: "/msgaudit/check_single_agree", need: permArchive, run: checkSingleAgree},
		{method: post, path: "/msgaudit/check_room_agree", need: permArchive, run: checkRoomAgree},
		{method: post, path: "/msgaudit/groupchat/get", need: permArchive, run: archiveRoom},
	}
}

// archived says whether a member's talk is archived.
func (s *Sim) archived(id string) bool {
	m, ok := s.member(id)
	if !ok || s.knobs.More.NoArchive {
		return false
	}
	list := s.knobs.More.ArchiveUsers
	return len(list) == 0 || slices.Contains(list, m.id)
}

func permitUsers(s *Sim, c *call) (any, error) {
	var a struct {
		Type int `json:"type"`
	}
	if err := c.bindOptional(&a); err != nil {
		return nil, err
	}
	if a.Type < 0 || a.Type > 3 {
		return nil, code(40058, "invalid type")
	}
	ids := []string{}
	for _, m := range s.memberList {
		// Every seat is of the enterprise edition, type 3.
		if m.status == memberActive && s.archived(m.id) && (a.Type == 0 || a.Type == 3) {
			ids = append(ids, m.id)
		}
	}
	return obj{"ids": ids}, nil
}

// agreed notes a customer's answer to being archived.
func (s *Sim) agreed(f *follow, yes bool) {
	p := pair{f.member.id, f.customer.id}
	s.more.archive.agreed[p] = agreement{yes: yes, at: s.at}
	kind := "disagree"
	if yes {
		kind = "agree"
	}
	s.archiveRow(p.external, []string{p.user}, "", kind, obj{"userid": p.external, "agree_time": s.at.UnixMilli()})
}

// answerOf is what the platform says of a customer's consent towards a member.
func (s *Sim) answerOf(p pair) obj {
	o := obj{"exteranalopenid": p.external, "agree_status": "Default_Agree", "status_change_time": 0}
	if a, ok := s.more.archive.agreed[p]; ok {
		o["status_change_time"], o["agree_status"] = a.at.Unix(), "Disagree"
		if a.yes {
			o["agree_status"] = "Agree"
		}
	} else if s.knobs.ArchiveConsent {
		o["agree_status"] = "Disagree"
	}
	return o
}

func checkSingleAgree(s *Sim, c *call) (any, error) {
	var a struct {
		Info []struct {
			User     string `json:"userid"`
			External string `json:"exteranalopenid"`
		} `json:"info"`
	}
	if err := c.bind(&a); err != nil {
		return nil, err
	}
	if len(a.Info) == 0 {
		return nil, code(40063, "missing info")
	}
	if len(a.Info) > agreeMost {
		return nil, code(301060)
	}
	list := make([]obj, len(a.Info))
	for i, v := range a.Info {
		m, ok := s.member(v.User)
		if _, known := s.customers[v.External]; !ok || !known {
			return nil, code(301061)
		}
		list[i] = s.answerOf(pair{m.id, v.External})
		list[i]["userid"] = m.id
	}
	return obj{"agreeinfo": list}, nil
}

type roomArgs struct {
	Room string `json:"roomid"`
}

func checkRoomAgree(s *Sim, c *call) (any, error) {
	var a roomArgs
	if err := c.bind(&a); err != nil {
		return nil, err
	}
	g, ok := s.groups[a.Room]
	if !ok {
		return nil, code(90501)
	}
	list := []obj{}
	for _, m := range g.members {
		if m.external {
			list = append(list, s.answerOf(pair{g.owner, m.id}))
		}
	}
	return obj{"agreeinfo": list}, nil
}

func archiveRoom(s *Sim, c *call) (any, error) {
	var a roomArgs
	if err := c.bind(&a); err != nil {
		return nil, err
	}
	r, ok := s.more.rooms[a.Room]
	if !ok {
		return nil, code(301059)
	}
	members := make([]obj, len(r.members))
	for i, id := range r.members {
		members[i] = obj{"memberid": id, "jointime": r.made}
	}
	return obj{"roomname": r.name, "creator": r.creator, "room_create_time": r.made, "notice": "", "members": members}, nil
}

// room is a group of members only.
type room struct {
	name, creator string
	members       []string
	made          int64
}
