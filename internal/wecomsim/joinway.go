package wecomsim

import (
	"slices"
	"strconv"
	"unicode/utf8"
)

const (
	joinWayGroups = 5
	joinWayApplet = 1
	joinWayCode   = 2
)

// joinWay is a way into a customer group (客户群进群方式): a code that leads to the first of its
// groups with room, and makes a new group when all are full.
type joinWay struct {
	id       string
	scene    int
	remark   string
	auto     bool
	baseName string
	baseID   int
	chats    []string
	state    string
	source   bool
	made     int // groups made so far
}

// joinWayArgs is a join way as the calls give it. Absent fields stay as they are.
type joinWayArgs struct {
	ConfigID string    `json:"config_id"`
	Scene    *int      `json:"scene"`
	Remark   *string   `json:"remark"`
	Auto     *int      `json:"auto_create_room"`
	BaseName *string   `json:"room_base_name"`
	BaseID   *int      `json:"room_base_id"`
	Chats    *[]string `json:"chat_id_list"`
	State    *string   `json:"state"`
	Source   *bool     `json:"mark_source"`
}

func addJoinWay(s *Sim, c *call) (any, error) {
	var a joinWayArgs
	if err := c.bind(&a); err != nil {
		return nil, err
	}
	if a.Scene == nil {
		return nil, code(41038)
	}
	if a.Chats == nil || len(*a.Chats) == 0 {
		return nil, code(40063, "missing chat_id_list")
	}
	w := &joinWay{auto: true, source: true}
	if err := w.set(s, c, a); err != nil {
		return nil, err
	}
	w.id = s.ids.hex("join", 16)
	s.more.joinWays[w.id] = w
	s.more.joinOrder = append(s.more.joinOrder, w.id)
	return obj{"config_id": w.id}, nil
}

// set checks and takes over the fields given.
func (w *joinWay) set(s *Sim, c *call, a joinWayArgs) error {
	next := *w
	put(&next.scene, a.Scene)
	put(&next.remark, a.Remark)
	put(&next.baseName, a.BaseName)
	put(&next.baseID, a.BaseID)
	put(&next.state, a.State)
	put(&next.source, a.Source)
	if a.Auto != nil {
		next.auto = *a.Auto != 0
	}
	if next.scene != joinWayApplet && next.scene != joinWayCode {
		return code(41040)
	}
	if err := c.cut("remark", &next.remark, 30); err != nil {
		return err
	}
	if utf8.RuneCountInString(next.baseName) > 40 {
		return code(40058, "room_base_name exceed max length 40")
	}
	if err := c.chars("state", next.state, 30); err != nil {
		return err
	}
	if a.Chats != nil {
		if len(*a.Chats) > joinWayGroups {
			return code(41091)
		}
		for _, id := range *a.Chats {
			if _, err := c.chat(s, id); err != nil {
				return err
			}
		}
		next.chats = slices.Clone(*a.Chats)
	}
	*w = next
	return nil
}

// put sets dst if there is a value.
func put[T any](dst, v *T) {
	if v != nil {
		*dst = *v
	}
}

// joinWay finds the way named by the required config_id.
func (c *call) joinWay(s *Sim, a *joinWayArgs) (*joinWay, error) {
	if err := c.bind(a); err != nil {
		return nil, err
	}
	if a.ConfigID == "" {
		return nil, code(41043)
	}
	w, ok := s.more.joinWays[a.ConfigID]
	if !ok {
		return nil, code(41044)
	}
	return w, nil
}

func getJoinWay(s *Sim, c *call) (any, error) {
	w, err := c.joinWay(s, &joinWayArgs{})
	if err != nil {
		return nil, err
	}
	auto := 0
	if w.auto {
		auto = 1
	}
	return obj{"join_way": obj{
		"config_id": w.id, "scene": w.scene, "remark": w.remark, "auto_create_room": auto, "room_base_name": w.baseName,
		"room_base_id": w.baseID, "chat_id_list": w.chats, "qr_code": s.joinCode(w), "state": w.state, "mark_source": w.source,
	}}, nil
}

// joinCode is the address of the picture of a way's code; the code leads to its scan page.
func (s *Sim) joinCode(w *joinWay) string { return s.cfg.PublicURL + "/sim/code/" + w.id + ".png" }

func updateJoinWay(s *Sim, c *call) (any, error) {
	var a joinWayArgs
	w, err := c.joinWay(s, &a)
	if err != nil {
		return nil, err
	}
	if a.Chats != nil && len(*a.Chats) == 0 {
		return nil, code(40063, "missing chat_id_list")
	}
	return nil, w.set(s, c, a)
}

func delJoinWay(s *Sim, c *call) (any, error) {
	w, err := c.joinWay(s, &joinWayArgs{})
	if err != nil {
		return nil, err
	}
	delete(s.more.joinWays, w.id)
	return nil, nil
}

// roomOf is the group the way leads to now: the first with room for one who comes by code,
// else a new one, which takes the place of a full one when the list is full. Nil: no room.
func (s *Sim) roomOf(w *joinWay) *group {
	var last *group
	for _, id := range w.chats {
		g := s.groups[id]
		if g.room(sceneCode) {
			return g
		}
		if !g.dismissed {
			last = g
		}
	}
	if !w.auto || last == nil {
		return nil
	}
	owner, ok := s.member(last.owner)
	if !ok || owner.status != memberActive {
		return nil
	}
	name := w.baseName
	if name == "" {
		name = last.name
	}
	g := s.addGroup(owner, name+strconv.Itoa(max(w.baseID, 1)+w.made))
	w.made++
	g.autoFrom = w.id
	if len(w.chats) == joinWayGroups {
		w.chats = w.chats[1:]
	}
	w.chats = append(w.chats, g.id)
	s.chatEvent(g, "create")
	return g
}
