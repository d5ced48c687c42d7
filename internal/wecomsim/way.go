package wecomsim

import (
	"encoding/json"
	"slices"
	"time"
)

// way is a contact way: a code or mini-program button that adds a member.
type way struct {
	seq                int64
	id                 string
	kind, scene, style int
	remark, state      string
	skip               bool // no confirmation by the member
	users              []string
	parties            []int64
	temp               bool
	expires            int // seconds; of a temporary one
	chatExpires        int
	unionid            string
	conclusions        json.RawMessage
	exclusive, mark    bool
	made               int64
	turn               int // member asked next
}

const (
	maxWays     = 500_000
	maxTempWays = 100_000 // a day
	maxWayUsers = 100
)

func wayEndpoints() []endpoint {
	return []endpoint{
		{method: get, path: "/externalcontact/get_follow_user_list", need: permContact, run: followUsers},
		{method: post, path: "/externalcontact/add_contact_way", need: permContact, run: addWay},
		{method: post, path: "/externalcontact/get_contact_way", need: permContact, run: getWay},
		{method: post, path: "/externalcontact/list_contact_way", need: permContact, run: listWays},
		{method: post, path: "/externalcontact/update_contact_way", need: permContact, run: updateWay},
		{method: post, path: "/externalcontact/del_contact_way", need: permContact, run: delWay},
		{method: post, path: "/externalcontact/close_temp_chat", need: permContact, run: closeTempChat},
	}
}

func followUsers(s *Sim, c *call) (any, error) {
	users := []string{}
	for _, m := range s.memberList {
		if m.follow && m.status != memberLeft && s.sees(c.app, m) {
			users = append(users, m.id)
		}
	}
	return obj{"follow_user": users}, nil
}

type wayIn struct {
	ID          string          `json:"config_id"`
	Type        int             `json:"type"`
	Scene       int             `json:"scene"`
	Style       int             `json:"style"`
	Remark      *string         `json:"remark"`
	Skip        *bool           `json:"skip_verify"`
	State       *string         `json:"state"`
	Users       []string        `json:"user"`
	Parties     []int64         `json:"party"`
	Temp        bool            `json:"is_temp"`
	Expires     int             `json:"expires_in"`
	ChatExpires int             `json:"chat_expires_in"`
	UnionID     string          `json:"unionid"`
	Conclusions json.RawMessage `json:"conclusions"`
	Exclusive   *bool           `json:"is_exclusive"`
	Mark        *bool           `json:"mark_source"`
}

func addWay(s *Sim, c *call) (any, error) {
	var in wayIn
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	if err := checkWayKind(c, in); err != nil {
		return nil, err
	}
	w := &way{
		kind: in.Type, scene: in.Scene, style: in.Style, skip: true, temp: in.Temp, expires: 7 * 86400, chatExpires: 86400,
		unionid: in.UnionID, conclusions: in.Conclusions, made: s.at.Unix(), mark: true,
	}
	if err := w.change(s, c, in); err != nil {
		return nil, err
	}
	if err := w.checkUsers(); err != nil {
		return nil, err
	}
	if err := s.wayRoom(w); err != nil {
		return nil, err
	}
	w.id, w.seq = s.ids.hex("way", 16), int64(s.ids.number("way seq"))
	s.ways[w.id] = w
	s.wayList = append(s.wayList, w)
	out := obj{"config_id": w.id}
	if w.scene == 2 {
		out["qr_code"] = s.wayURL(w)
	}
	return out, nil
}

func checkWayKind(c *call, in wayIn) error {
	switch {
	case !c.has("type"):
		return code(41037)
	case !c.has("scene"):
		return code(41038)
	case in.Type != 1 && in.Type != 2:
		return code(41039)
	case in.Scene != 1 && in.Scene != 2:
		return code(41040)
	case in.Scene == 1 && (in.Style < 0 || in.Style > 3):
		return code(41042)
	case in.Temp && in.Type != 1:
		return code(41039, "temporary contact way must be of type 1")
	case !in.Temp && len(in.Conclusions) > 0 && string(in.Conclusions) != "null" && c.strict:
		return code(40058, "conclusions only with is_temp")
	}
	return nil
}

// change applies the fields given; user and party replace the whole list.
func (w *way) change(s *Sim, c *call, in wayIn) error {
	if in.Remark != nil {
		if err := c.chars("remark", *in.Remark, 30); err != nil {
			return err
		}
		w.remark = *in.Remark
	}
	if in.State != nil {
		if err := c.chars("state", *in.State, 30); err != nil {
			return err
		}
		w.state = *in.State
	}
	const longest = 14 * 86400
	if in.Expires < 0 || in.Expires > longest || in.ChatExpires < 0 || in.ChatExpires > longest {
		return code(40058, "expires_in and chat_expires_in are at most 14 days")
	}
	set(&w.skip, in.Skip)
	set(&w.exclusive, in.Exclusive)
	set(&w.mark, in.Mark)
	if in.Expires > 0 {
		w.expires = in.Expires
	}
	if in.ChatExpires > 0 {
		w.chatExpires = in.ChatExpires
	}
	return w.setUsers(s, c, in)
}

func set[T any](dst *T, v *T) {
	if v != nil {
		*dst = *v
	}
}

func (w *way) setUsers(s *Sim, c *call, in wayIn) error {
	users, parties := w.users, w.parties
	if c.has("user") {
		users = []string{}
		for _, u := range in.Users {
			m, err := c.follower(s, u)
			if err != nil {
				return err
			}
			if m.status != memberActive || !m.verified {
				return code(41054)
			}
			if !slices.Contains(users, m.id) {
				users = append(users, m.id)
			}
		}
	}
	if c.has("party") {
		parties = in.Parties
		for _, p := range parties {
			if _, ok := s.department(p); !ok {
				return code(60003)
			}
		}
	}
	if len(s.wayMembers(users, parties)) > maxWayUsers {
		return code(41041)
	}
	w.users, w.parties = users, parties
	return nil
}

func (w *way) checkUsers() error {
	switch {
	case w.kind == 1 && (len(w.users) != 1 || len(w.parties) > 0):
		return code(40003, "contact way of type 1 needs exactly one user")
	case w.kind == 2 && len(w.users)+len(w.parties) == 0:
		return code(40003, "contact way needs user or party")
	}
	return nil
}

// wayMembers expands departments to their members with 客户联系.
func (s *Sim) wayMembers(users []string, parties []int64) []*member {
	var out []*member
	for _, m := range s.memberList {
		if slices.Contains(users, m.id) || m.follow && m.status == memberActive && slices.ContainsFunc(parties, func(p int64) bool { return s.in(m, p) }) {
			out = append(out, m)
		}
	}
	return out
}

// wayRoom checks the corp's caps and counts a temporary way.
func (s *Sim) wayRoom(w *way) error {
	if w.temp {
		today := midnight(s.at).Format(time.DateOnly)
		if s.tempDay[today] >= maxTempWays {
			return code(41045)
		}
		s.tempDay[today]++
		return nil
	}
	most := maxWays
	if s.knobs.WayCap > 0 {
		most = s.knobs.WayCap
	}
	n := 0
	if len(s.wayList) >= most {
		for _, o := range s.wayList {
			if !o.temp {
				n++
			}
		}
	}
	if n >= most {
		return code(41045)
	}
	return nil
}

func (s *Sim) wayURL(w *way) string { return s.cfg.PublicURL + "/sim/code/" + w.id + ".png" }

// over says whether a temporary way has expired.
func (w *way) over(now int64) bool { return w.temp && now >= w.made+int64(w.expires) }

func (c *call) way(s *Sim, id string) (*way, error) {
	if id == "" {
		return nil, code(41043)
	}
	w, ok := s.ways[id]
	if !ok || w.over(s.at.Unix()) {
		return nil, code(41044)
	}
	return w, nil
}

func getWay(s *Sim, c *call) (any, error) {
	var in wayIn
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	w, err := c.way(s, in.ID)
	if err != nil {
		return nil, err
	}
	out := obj{
		"config_id": w.id, "type": w.kind, "scene": w.scene, "style": w.style, "remark": w.remark, "skip_verify": w.skip, "state": w.state,
		"user": orEmpty(w.users), "party": orEmpty(w.parties), "is_temp": w.temp, "is_exclusive": w.exclusive, "mark_source": w.mark,
	}
	if w.scene == 2 {
		out["qr_code"] = s.wayURL(w)
	}
	if w.temp {
		out["expires_in"], out["chat_expires_in"], out["unionid"] = w.expires, w.chatExpires, w.unionid
		if len(w.conclusions) > 0 {
			out["conclusions"] = w.conclusions
		}
	}
	return obj{"contact_way": out}, nil
}

// orEmpty makes nil lists [] in JSON.
func orEmpty[T any](v []T) []T {
	if v == nil {
		return []T{}
	}
	return v
}

func listWays(s *Sim, c *call) (any, error) {
	var in struct {
		Start  int64  `json:"start_time"`
		End    int64  `json:"end_time"`
		Cursor string `json:"cursor"`
		Limit  int    `json:"limit"`
	}
	if err := c.bindOptional(&in); err != nil {
		return nil, err
	}
	limit, err := c.limit(in.Limit, 100, 1000)
	if err != nil {
		return nil, err
	}
	from, err := c.after(in.Cursor)
	if err != nil {
		return nil, err
	}
	now := s.at.Unix()
	start, end := in.Start, in.End
	if start == 0 {
		start = now - 90*86400
	}
	if end == 0 {
		end = now
	}
	if end < start {
		return nil, code(40058, "end_time before start_time")
	}
	list, next := []obj{}, ""
	i, _ := slices.BinarySearchFunc(s.wayList, from+1, func(w *way, n int64) int { return int(w.seq - n) })
	for ; i < len(s.wayList); i++ {
		w := s.wayList[i]
		if w.temp || w.made < start || w.made > end {
			continue
		}
		if len(list) == limit {
			next = cursorOf(from)
			break
		}
		list, from = append(list, obj{"config_id": w.id}), w.seq
	}
	return obj{"contact_way": list, "next_cursor": next}, nil
}

func updateWay(s *Sim, c *call) (any, error) {
	var in wayIn
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	w, err := c.way(s, in.ID)
	if err != nil {
		return nil, err
	}
	next := *w
	if in.Style < 0 || in.Style > 3 {
		return nil, code(41042)
	}
	if c.has("style") {
		next.style = in.Style
	}
	if c.has("unionid") {
		next.unionid = in.UnionID
	}
	if c.has("conclusions") {
		next.conclusions = in.Conclusions
	}
	if err := next.change(s, c, in); err != nil {
		return nil, err
	}
	if err := next.checkUsers(); err != nil {
		return nil, err
	}
	*w = next
	return nil, nil
}

func delWay(s *Sim, c *call) (any, error) {
	var in wayIn
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	w, err := c.way(s, in.ID)
	if err != nil {
		return nil, err
	}
	delete(s.ways, w.id)
	if i, ok := slices.BinarySearchFunc(s.wayList, w.seq, func(w *way, n int64) int { return int(w.seq - n) }); ok {
		s.wayList = slices.Delete(s.wayList, i, i+1)
	}
	return nil, nil
}

func closeTempChat(s *Sim, c *call) (any, error) {
	var in struct {
		User     string `json:"userid"`
		External string `json:"external_userid"`
	}
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	f, err := c.relation(s, in.User, in.External)
	if err != nil {
		return nil, err
	}
	if !f.temp {
		return nil, code(40058, "no temporary chat")
	}
	s.part(f)
	return nil, nil
}
