package wecomsim

import (
	"encoding/hex"
	"hash/fnv"
	"slices"
	"strconv"
	"time"
)

const (
	groupMost   = 500 // members of a group
	groupByCode = 200 // from here on a code lets nobody in
	groupTalk   = 200 // messages of a group kept to look at
)

// Ways into a group, as groupchat/get numbers them.
const (
	sceneInvited = 1
	sceneLink    = 2
	sceneCode    = 3
)

// Stages of a group whose owner left, as groupchat/list numbers them.
const (
	groupNormal    = 0
	groupOrphan    = 1
	groupMoving    = 2
	groupInherited = 3
)

// group is a customer group. Members are in order of joining.
type group struct {
	id, name, notice string
	owner            string
	admins           []string
	created          int64
	status           int
	dismissed        bool
	ended            int64
	members          []groupMember
	version          int64  // changes of membership; shown as member_version
	autoFrom         string // the join way that made it
	open             string // its opengid
	welcome          string // template used by the owner
	moved            []time.Time
	days             map[int32]*groupDay
	talk             []GroupMessage
}

type groupMember struct {
	id       string // userid or external_userid
	external bool
	joined   int64
	scene    int // 1 invited, 2 invite link, 3 code
	invitor  string
	nickname string
	state    string
}

// groupDay is what happened in a group on a day.
type groupDay struct {
	joined, said, total int
	speakers            map[string]bool
}

// GroupMessage is something said in a group.
type GroupMessage struct {
	At   time.Time `json:"at"`
	From string    `json:"from"` // userid or external_userid
	Text string    `json:"text"`
}

// memberVersion is what the platform shows for the state of the membership: it differs after
// every change.
func (g *group) memberVersion() string { return g.versionAt(g.version) }

func (g *group) versionAt(n int64) string {
	h := fnv.New128a()
	_, _ = h.Write([]byte(g.id + "/" + strconv.FormatInt(n, 10)))
	return hex.EncodeToString(h.Sum(nil))
}

// in finds a member, -1 if the group has none of the id.
func (g *group) in(id string) int {
	return slices.IndexFunc(g.members, func(m groupMember) bool { return m.id == id })
}

// day gives the counters of the day that holds t.
func (g *group) day(t time.Time) *groupDay {
	n, _, _ := periods(t)
	if g.days == nil {
		g.days = map[int32]*groupDay{}
	}
	d := g.days[n]
	if d == nil {
		d = &groupDay{total: len(g.members)}
		g.days[n] = d
	}
	return d
}

// room says whether one more fits who comes by the scene.
func (g *group) room(scene int) bool {
	if g.dismissed {
		return false
	}
	if scene == sceneCode || scene == sceneLink {
		return len(g.members) < groupByCode
	}
	return len(g.members) < groupMost
}

// addGroup makes a group with its owner in it, without a callback.
func (s *Sim) addGroup(owner *member, name string) *group {
	g := &group{id: s.ids.chat(), name: name, owner: owner.id, created: s.at.Unix(), version: 1}
	g.open = s.ids.make("og", 26)
	g.members = []groupMember{{id: owner.id, joined: s.at.Unix(), scene: sceneInvited}}
	g.day(s.at).joined++
	g.day(s.at).total = 1
	s.groups[g.id] = g
	s.groupList = append(s.groupList, g)
	return g
}

// enlist puts members in, without a callback. The caller has checked that they fit.
func (s *Sim) enlist(g *group, list ...groupMember) {
	for _, m := range list {
		m.joined = s.at.Unix()
		g.members = append(g.members, m)
	}
	g.version++
	d := g.day(s.at)
	d.joined += len(list)
	d.total = len(g.members)
}

// join puts members in and tells about it: one event for those who came together.
func (s *Sim) join(g *group, list ...groupMember) {
	before := g.memberVersion()
	s.enlist(g, list...)
	names := make([]string, len(list))
	for i, m := range list {
		names[i] = m.id
	}
	scene := "0"
	if list[0].scene == sceneCode {
		scene = "3"
	}
	s.membersChanged(g, "add_member", "JoinScene", scene, names, before)
	s.greet(g, list)
}

// quit takes members out and tells about it.
func (s *Sim) quit(g *group, removed bool, names ...string) {
	before := g.memberVersion()
	g.members = slices.DeleteFunc(g.members, func(m groupMember) bool { return slices.Contains(names, m.id) })
	g.admins = slices.DeleteFunc(g.admins, func(a string) bool { return slices.Contains(names, a) })
	g.version++
	g.day(s.at).total = len(g.members)
	scene := "0"
	if removed {
		scene = "1"
	}
	s.membersChanged(g, "del_member", "QuitScene", scene, names, before)
}

// greet shows the owner's welcome template to customers who came in.
func (s *Sim) greet(g *group, list []groupMember) {
	t, ok := s.more.templates[g.welcome]
	if !ok || !slices.ContainsFunc(list, func(m groupMember) bool { return m.external }) {
		return
	}
	g.say(s.at, g.owner, t.Text.Content)
}

// say keeps the last messages to look at.
func (g *group) say(at time.Time, from, text string) {
	if len(g.talk) == groupTalk {
		g.talk = slices.Delete(g.talk, 0, groupTalk/2)
	}
	g.talk = append(g.talk, GroupMessage{At: at, From: from, Text: text})
}

// own gives a group to another member, who joins it if need be. It raises no callback.
func (s *Sim) own(g *group, to *member) {
	if g.in(to.id) < 0 {
		s.enlist(g, groupMember{id: to.id, scene: sceneInvited, invitor: g.owner})
	}
	g.owner = to.id
	g.admins = slices.DeleteFunc(g.admins, func(a string) bool { return a == to.id })
}

// dismiss ends a group.
func (s *Sim) dismiss(g *group) {
	g.dismissed, g.ended = true, s.at.Unix()
	s.chatEvent(g, "dismiss")
}
