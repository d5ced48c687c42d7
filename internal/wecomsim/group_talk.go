package wecomsim

import (
	"slices"

	"yutang/internal/fault"
)

type groupText struct {
	ChatID string `json:"chat_id"`
	Who    string `json:"who,omitempty"`
	Text   string `json:"text"`
}

// RenameGroup changes a group's name.
func (s *Sim) RenameGroup(chat, name string) error {
	_, err := perform(s, "rename_group", groupText{ChatID: chat, Text: name}, renameGroup)
	return err
}

func renameGroup(s *Sim, a groupText) (struct{}, error) {
	g, err := s.openChat(a.ChatID)
	if err != nil || g.name == a.Text {
		return struct{}{}, err
	}
	g.name = a.Text
	s.chatUpdated(g, "change_name")
	return struct{}{}, nil
}

// GroupNotice changes a group's notice.
func (s *Sim) GroupNotice(chat, notice string) error {
	_, err := perform(s, "group_notice", groupText{ChatID: chat, Text: notice}, groupNotice)
	return err
}

func groupNotice(s *Sim, a groupText) (struct{}, error) {
	g, err := s.openChat(a.ChatID)
	if err != nil || g.notice == a.Text {
		return struct{}{}, err
	}
	g.notice = a.Text
	s.chatUpdated(g, "change_notice")
	return struct{}{}, nil
}

type groupMembersArgs struct {
	ChatID  string   `json:"chat_id"`
	Members []string `json:"members"`
}

// ChangeOwner gives a group to another member.
func (s *Sim) ChangeOwner(chat, user string) error {
	_, err := perform(s, "change_owner", groupMembersArgs{chat, []string{user}}, changeOwner)
	return err
}

func changeOwner(s *Sim, a groupMembersArgs) (struct{}, error) {
	g, err := s.openChat(a.ChatID)
	if err != nil {
		return struct{}{}, err
	}
	if len(a.Members) != 1 {
		return struct{}{}, fault.BadField("/members", "name one member")
	}
	m, err := s.activeMember(a.Members[0])
	if err != nil || m.id == g.owner {
		return struct{}{}, err
	}
	if g.in(m.id) < 0 {
		s.join(g, groupMember{id: m.id, scene: sceneInvited, invitor: g.owner})
	}
	s.own(g, m)
	s.chatUpdated(g, "change_owner")
	return struct{}{}, nil
}

// GroupAdmins sets the admins of a group. No event tells about it.
func (s *Sim) GroupAdmins(chat string, users ...string) error {
	_, err := perform(s, "group_admins", groupMembersArgs{chat, users}, groupAdmins)
	return err
}

func groupAdmins(s *Sim, a groupMembersArgs) (struct{}, error) {
	g, err := s.openChat(a.ChatID)
	if err != nil {
		return struct{}{}, err
	}
	for _, id := range a.Members {
		if i := g.in(id); i < 0 || g.members[i].external || id == g.owner {
			return struct{}{}, notInGroup(id)
		}
	}
	g.admins = slices.Clone(a.Members)
	return struct{}{}, nil
}

// DismissGroup ends a group.
func (s *Sim) DismissGroup(chat string) error {
	_, err := perform(s, "dismiss_group", groupText{ChatID: chat}, dismissGroup)
	return err
}

func dismissGroup(s *Sim, a groupText) (struct{}, error) {
	g, err := s.openChat(a.ChatID)
	if err == nil {
		s.dismiss(g)
	}
	return struct{}{}, err
}

// GroupWelcome makes the owner greet newcomers with a welcome template; "" ends it.
func (s *Sim) GroupWelcome(chat, template string) error {
	_, err := perform(s, "group_welcome", groupText{ChatID: chat, Text: template}, groupWelcome)
	return err
}

func groupWelcome(s *Sim, a groupText) (struct{}, error) {
	g, err := s.openChat(a.ChatID)
	if err != nil {
		return struct{}{}, err
	}
	if _, ok := s.more.templates[a.Text]; !ok && a.Text != "" {
		return struct{}{}, fault.New(fault.NotFound, "no_template", "no welcome template has the id %q", a.Text)
	}
	g.welcome = a.Text
	return struct{}{}, nil
}

// SayInGroup is somebody of a group saying something in it.
func (s *Sim) SayInGroup(chat, who, words string) error {
	_, err := perform(s, "say_in_group", groupText{chat, who, words}, sayInGroup)
	return err
}

func sayInGroup(s *Sim, a groupText) (struct{}, error) {
	g, err := s.openChat(a.ChatID)
	if err != nil {
		return struct{}{}, err
	}
	if g.in(a.Who) < 0 {
		return struct{}{}, notInGroup(a.Who)
	}
	g.say(s.at, a.Who, a.Text)
	d := g.day(s.at)
	d.said++
	if d.speakers == nil {
		d.speakers = map[string]bool{}
	}
	d.speakers[a.Who] = true
	to := make([]string, 0, len(g.members))
	for _, m := range g.members {
		if m.id != a.Who {
			to = append(to, m.id)
		}
	}
	s.archiveText(a.Who, to, g.id, a.Text)
	return struct{}{}, nil
}

// GroupView is a group as the phones show it.
type GroupView struct {
	ChatID    string            `json:"chat_id"`
	OpenGID   string            `json:"opengid"`
	Name      string            `json:"name"`
	Owner     string            `json:"owner"`
	Notice    string            `json:"notice,omitempty"`
	Dismissed bool              `json:"dismissed,omitempty"`
	Version   string            `json:"member_version"`
	Members   []GroupViewMember `json:"members"`
	Talk      []GroupMessage    `json:"talk,omitempty"`
}

// GroupViewMember is one in a group.
type GroupViewMember struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	External bool   `json:"external,omitempty"`
}

// Group shows one group with what was last said in it.
func (s *Sim) Group(chat string) (GroupView, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, ok := s.groups[chat]
	if !ok {
		return GroupView{}, false
	}
	return s.groupView(g), true
}

// GroupsOf shows the groups in which a member or customer is, all for "".
func (s *Sim) GroupsOf(who string) []GroupView {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := []GroupView{}
	for _, g := range s.groupList {
		if who == "" || !g.dismissed && g.in(who) >= 0 {
			out = append(out, s.groupView(g))
		}
	}
	return out
}

func (s *Sim) groupView(g *group) GroupView {
	v := GroupView{ChatID: g.id, OpenGID: g.open, Name: g.name, Owner: g.owner, Notice: g.notice, Dismissed: g.dismissed, Version: g.memberVersion(), Talk: slices.Clone(g.talk)}
	for _, m := range g.members {
		v.Members = append(v.Members, GroupViewMember{ID: m.id, Name: s.nameOf(m.id), External: m.external})
	}
	return v
}

// nameOf is the name of a member or customer.
func (s *Sim) nameOf(id string) string {
	if c, ok := s.customers[id]; ok {
		return c.name
	}
	if m, ok := s.member(id); ok {
		return m.name
	}
	return ""
}
