package wecomsim

import (
	"slices"

	"yutang/internal/fault"
)

func groupActions() []action {
	return []action{
		act("create_group", "a member makes a customer group and invites people", createGroup),
		act("join_group", "a customer comes into a group by a join way's code, or by invitation", joinGroup),
		act("leave_group", "a member or customer leaves a group", leaveGroup),
		act("kick_from_group", "the owner removes people from a group", kickFromGroup),
		act("rename_group", "change a group's name", renameGroup),
		act("group_notice", "change a group's notice", groupNotice),
		act("change_owner", "give a group to another member", changeOwner),
		act("group_admins", "set the admins of a group", groupAdmins),
		act("dismiss_group", "end a group", dismissGroup),
		act("group_welcome", "the owner uses a welcome template in a group", groupWelcome),
		act("say_in_group", "somebody of the group says something", sayInGroup),
	}
}

// openChat finds a group that is not dismissed.
func (s *Sim) openChat(id string) (*group, error) {
	g, ok := s.groups[id]
	if !ok || g.dismissed {
		return nil, fault.New(fault.NotFound, "no_group", "no group has the id %q", id)
	}
	return g, nil
}

// NewGroup describes a group to be made on a phone.
type NewGroup struct {
	Owner     string   `json:"owner"`
	Name      string   `json:"name"`
	Customers []string `json:"customers,omitempty"` // external_userids
	Members   []string `json:"members,omitempty"`   // userids
}

type madeGroup struct {
	ChatID string `json:"chat_id"`
}

// CreateGroup makes a customer group with everybody named in it, and gives its chat_id.
func (s *Sim) CreateGroup(n NewGroup) (string, error) {
	made, err := perform(s, "create_group", n, createGroup)
	return made.ChatID, err
}

func createGroup(s *Sim, n NewGroup) (madeGroup, error) {
	owner, err := s.activeMember(n.Owner)
	if err != nil {
		return madeGroup{}, err
	}
	var list []groupMember
	for _, id := range n.Members {
		m, err := s.activeMember(id)
		if err != nil {
			return madeGroup{}, err
		}
		list = append(list, groupMember{id: m.id, scene: sceneInvited, invitor: owner.id})
	}
	for _, id := range n.Customers {
		if _, ok := s.customers[id]; !ok {
			return madeGroup{}, fault.New(fault.NotFound, "no_customer", "no customer has the id %q", id)
		}
		list = append(list, groupMember{id: id, external: true, scene: sceneInvited, invitor: owner.id})
	}
	list = distinct(owner.id, list)
	if len(list) >= groupMost {
		return madeGroup{}, fault.New(fault.Precondition, "group_full", "a group has at most %d members", groupMost)
	}
	g := s.addGroup(owner, n.Name)
	if len(list) > 0 {
		s.enlist(g, list...)
	}
	s.chatEvent(g, "create")
	return madeGroup{g.id}, nil
}

// distinct leaves out the owner, and who is named twice.
func distinct(owner string, list []groupMember) []groupMember {
	seen := map[string]bool{owner: true}
	return slices.DeleteFunc(list, func(m groupMember) bool {
		twice := seen[m.id]
		seen[m.id] = true
		return twice
	})
}

// Joining is one way into a group: a join way's code (config_id), or an invitation into a chat.
type Joining struct {
	Who      string `json:"who"` // external_userid, or userid with Chat
	ConfigID string `json:"config_id,omitempty"`
	ChatID   string `json:"chat_id,omitempty"`
	Invitor  string `json:"invitor,omitempty"` // default the owner
	ByLink   bool   `json:"by_link,omitempty"` // over an invite link
}

// JoinGroup brings somebody into a group and gives the group's chat_id.
func (s *Sim) JoinGroup(j Joining) (string, error) {
	made, err := perform(s, "join_group", j, joinGroup)
	return made.ChatID, err
}

func joinGroup(s *Sim, j Joining) (madeGroup, error) {
	_, external := s.customers[j.Who]
	if _, err := s.activeMember(j.Who); err != nil && !external {
		return madeGroup{}, fault.New(fault.NotFound, "nobody", "no customer or member has the id %q", j.Who)
	}
	m := groupMember{id: j.Who, external: external, scene: sceneInvited, invitor: j.Invitor}
	var g *group
	if j.ConfigID != "" {
		w, ok := s.more.joinWays[j.ConfigID]
		if !ok {
			return madeGroup{}, fault.New(fault.NotFound, "no_join_way", "the code is not valid any more")
		}
		if in := s.alreadyIn(w, j.Who); in != nil {
			return madeGroup{in.id}, nil
		}
		if g = s.roomOf(w); g == nil {
			return madeGroup{}, fault.New(fault.Precondition, "group_full", "all groups of the code are full")
		}
		m.scene, m.state, m.invitor = sceneCode, w.state, ""
	} else {
		var err error
		if g, err = s.openChat(j.ChatID); err != nil {
			return madeGroup{}, err
		}
		if j.ByLink {
			m.scene = sceneLink
		}
		if m.invitor == "" {
			m.invitor = g.owner
		}
	}
	if g.in(j.Who) >= 0 {
		return madeGroup{g.id}, nil
	}
	if !g.room(m.scene) {
		return madeGroup{}, fault.New(fault.Precondition, "group_full", "the group lets nobody more in this way")
	}
	s.join(g, m)
	return madeGroup{g.id}, nil
}

// scanJoinWay is a customer scanning what may be the code of a join way.
func (s *Sim) scanJoinWay(c *customer, id string) (added Added, known bool, err error) {
	if _, known = s.more.joinWays[id]; !known {
		return Added{}, false, nil
	}
	made, err := joinGroup(s, Joining{Who: c.id, ConfigID: id})
	return Added{Customer: c.id, ChatID: made.ChatID}, true, err
}

// alreadyIn is the group of the way in which somebody is: the code shows that one.
func (s *Sim) alreadyIn(w *joinWay, who string) *group {
	for _, id := range w.chats {
		if g := s.groups[id]; !g.dismissed && g.in(who) >= 0 {
			return g
		}
	}
	return nil
}

type leaving struct {
	ChatID string   `json:"chat_id"`
	Who    []string `json:"who"`
}

// LeaveGroup takes somebody out who wants to go. An owner who goes leaves the group to the
// member of the corp longest in it.
func (s *Sim) LeaveGroup(chat, who string) error {
	_, err := perform(s, "leave_group", leaving{chat, []string{who}}, leaveGroup)
	return err
}

func leaveGroup(s *Sim, a leaving) (struct{}, error) {
	g, err := s.openChat(a.ChatID)
	if err != nil {
		return struct{}{}, err
	}
	for _, who := range a.Who {
		if g.in(who) < 0 {
			return struct{}{}, notInGroup(who)
		}
		if who == g.owner {
			i := slices.IndexFunc(g.members, func(m groupMember) bool { return !m.external && m.id != who })
			if i < 0 {
				return struct{}{}, fault.New(fault.Precondition, "last_member", "nobody of the corp is left to own the group; dismiss it")
			}
			next, _ := s.member(g.members[i].id)
			s.own(g, next)
			s.chatUpdated(g, "change_owner")
		}
		s.quit(g, false, who)
	}
	return struct{}{}, nil
}

func notInGroup(who string) error {
	return fault.New(fault.NotFound, "not_in_group", "%q is not in the group", who)
}

// KickFromGroup removes people from a group, in one event.
func (s *Sim) KickFromGroup(chat string, who ...string) error {
	_, err := perform(s, "kick_from_group", leaving{chat, who}, kickFromGroup)
	return err
}

func kickFromGroup(s *Sim, a leaving) (struct{}, error) {
	g, err := s.openChat(a.ChatID)
	if err != nil || len(a.Who) == 0 {
		return struct{}{}, err
	}
	for _, who := range a.Who {
		if g.in(who) < 0 || who == g.owner {
			return struct{}{}, notInGroup(who)
		}
	}
	s.quit(g, true, a.Who...)
	return struct{}{}, nil
}
