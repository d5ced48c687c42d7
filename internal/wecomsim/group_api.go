package wecomsim

import (
	"slices"
	"strings"
)

const (
	groupOwnersPage = 100  // owners in one filter
	groupVisible    = 1000 // visible members above which a filter is required
)

func groupEndpoints() []endpoint {
	return []endpoint{
		{method: post, path: "/externalcontact/groupchat/list", need: permContact, run: groupList},
		{method: post, path: "/externalcontact/groupchat/get", need: permContact, run: groupGet},
		{method: post, path: "/externalcontact/opengid_to_chatid", need: permContact, run: openToChat},
		{method: post, path: "/externalcontact/groupchat/add_join_way", need: permContact, run: addJoinWay},
		{method: post, path: "/externalcontact/groupchat/get_join_way", need: permContact, run: getJoinWay},
		{method: post, path: "/externalcontact/groupchat/update_join_way", need: permContact, run: updateJoinWay},
		{method: post, path: "/externalcontact/groupchat/del_join_way", need: permContact, run: delJoinWay},
		{method: post, path: "/externalcontact/group_welcome_template/add", need: permContact, run: addTemplate},
		{method: post, path: "/externalcontact/group_welcome_template/edit", need: permContact, run: editTemplate},
		{method: post, path: "/externalcontact/group_welcome_template/get", need: permContact, run: getTemplate},
		{method: post, path: "/externalcontact/group_welcome_template/del", need: permContact, run: delTemplate},
	}
}

// ownerFilter narrows a list of groups to some owners.
type ownerFilter struct {
	Users []string `json:"userid_list"`
}

// owners reads the filter: nil is every owner the app sees.
func (c *call) owners(s *Sim, f *ownerFilter) ([]string, error) {
	if f == nil || len(f.Users) == 0 {
		visible := 0
		for _, m := range s.memberList {
			if m.status != memberLeft && s.sees(c.app, m) {
				visible++
			}
		}
		if visible > groupVisible {
			return nil, code(81017)
		}
		return nil, nil
	}
	if len(f.Users) > groupOwnersPage {
		return nil, code(40058, "userid_list exceed max size ", groupOwnersPage)
	}
	out := make([]string, 0, len(f.Users))
	for _, id := range f.Users {
		m, ok := s.member(id)
		if !ok {
			return nil, code(40003)
		}
		if !s.sees(c.app, m) {
			return nil, code(60011)
		}
		out = append(out, m.id)
	}
	return out, nil
}

// ownedBy says whether the app sees the group's owner, and the owner is one of those asked for.
func (s *Sim) ownedBy(c *call, g *group, owners []string) bool {
	m, ok := s.member(g.owner)
	return ok && s.sees(c.app, m) && (owners == nil || slices.Contains(owners, m.id))
}

func groupList(s *Sim, c *call) (any, error) {
	var a struct {
		Status int          `json:"status_filter"`
		Owners *ownerFilter `json:"owner_filter"`
		Cursor string       `json:"cursor"`
		Limit  int          `json:"limit"`
		Offset int          `json:"offset"`
	}
	if err := c.bind(&a); err != nil {
		return nil, err
	}
	if a.Status < 0 || a.Status > 3 {
		return nil, code(40058, "invalid status_filter")
	}
	if a.Limit < 1 || a.Limit > 1000 {
		return nil, code(40058, "limit must be 1 to 1000")
	}
	owners, err := c.owners(s, a.Owners)
	if err != nil {
		return nil, err
	}
	from, err := c.after(a.Cursor)
	if err != nil {
		return nil, err
	}
	list, next := []obj{}, ""
	for i := int(from); i < len(s.groupList); i++ {
		g := s.groupList[i]
		if g.dismissed || (a.Status != 0 && g.status != a.Status) || !s.ownedBy(c, g, owners) {
			continue
		}
		if len(list) == a.Limit {
			next = cursorOf(int64(i))
			break
		}
		list = append(list, obj{"chat_id": g.id, "status": g.status})
	}
	return withCursor(obj{"group_chat_list": list}, next), nil
}

// withCursor adds next_cursor to an answer unless the list has ended.
func withCursor(o obj, next string) obj {
	if next != "" {
		o["next_cursor"] = next
	}
	return o
}

// chat finds a group named by a required parameter, if the app sees its owner.
func (c *call) chat(s *Sim, id string) (*group, error) {
	if id == "" {
		return nil, code(40063, "missing chat_id")
	}
	g, ok := s.groups[id]
	switch {
	case !ok && strings.HasPrefix(id, "wr"):
		return nil, code(40050)
	case !ok:
		return nil, code(90501)
	case g.dismissed:
		return nil, code(49008)
	case !s.ownedBy(c, g, nil):
		return nil, code(60011)
	}
	return g, nil
}

func groupGet(s *Sim, c *call) (any, error) {
	var a struct {
		ChatID   string `json:"chat_id"`
		NeedName int    `json:"need_name"`
	}
	if err := c.bind(&a); err != nil {
		return nil, err
	}
	g, err := c.chat(s, a.ChatID)
	if err != nil {
		return nil, err
	}
	members := make([]obj, len(g.members))
	for i, m := range g.members {
		members[i] = s.groupMemberShape(m, a.NeedName == 1)
	}
	admins := []obj{}
	for _, id := range g.admins {
		admins = append(admins, obj{"userid": id})
	}
	return obj{"group_chat": obj{
		"chat_id": g.id, "name": g.name, "owner": g.owner, "create_time": g.created, "notice": g.notice,
		"member_list": members, "admin_list": admins, "member_version": g.memberVersion(),
	}}, nil
}

func (s *Sim) groupMemberShape(m groupMember, named bool) obj {
	o := obj{"userid": m.id, "type": 1, "join_time": m.joined, "join_scene": m.scene, "group_nickname": m.nickname}
	if m.external {
		o["type"] = 2
	}
	if m.invitor != "" {
		o["invitor"] = obj{"userid": m.invitor}
	}
	if m.state != "" {
		o["state"] = m.state
	}
	if e, ok := s.customers[m.id]; ok {
		if union := s.unionid(e); union != "" {
			o["unionid"] = union
		}
		if named {
			o["name"] = e.name
		}
	} else if u, ok := s.member(m.id); ok && named {
		o["name"] = u.name
	}
	return o
}

func openToChat(s *Sim, c *call) (any, error) {
	var a struct {
		Open string `json:"opengid"`
	}
	if err := c.bind(&a); err != nil {
		return nil, err
	}
	for _, g := range s.groupList {
		if g.open == a.Open && a.Open != "" && !g.dismissed && s.ownedBy(c, g, nil) {
			return obj{"chat_id": g.id}, nil
		}
	}
	return nil, code(90511)
}
