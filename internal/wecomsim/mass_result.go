package wecomsim

import (
	"slices"
	"time"
)

type massQuery struct {
	MsgID  string `json:"msgid"`
	UserID string `json:"userid"`
	Limit  int    `json:"limit"`
	Cursor string `json:"cursor"`
}

// mass finds the message named by the required msgid.
func (s *Sim) mass(id string) (*massMessage, error) {
	if id == "" {
		return nil, code(41046)
	}
	m, ok := s.more.mass.byID[id]
	if !ok {
		return nil, code(41047)
	}
	return m, nil
}

// page reads the message, the page size and the place after which to go on.
func (c *call) massPage(s *Sim, a *massQuery) (m *massMessage, limit, from int, err error) {
	if err = c.bind(a); err != nil {
		return nil, 0, 0, err
	}
	if m, err = s.mass(a.MsgID); err != nil {
		return nil, 0, 0, err
	}
	if limit, err = c.limit(a.Limit, 500, 1000); err != nil {
		return nil, 0, 0, err
	}
	n, err := c.after(a.Cursor)
	if err != nil {
		return nil, 0, 0, err
	}
	if !m.dispatched(s.at) {
		return nil, 0, 0, code(41063)
	}
	return m, limit, int(n), nil
}

func massTasks(s *Sim, c *call) (any, error) {
	m, limit, from, err := c.massPage(s, &massQuery{})
	if err != nil {
		return nil, err
	}
	list, next := []obj{}, ""
	for i := min(from, len(m.tasks)); i < len(m.tasks); i++ {
		if len(list) == limit {
			next = cursorOf(int64(i))
			break
		}
		t := &m.tasks[i]
		o := obj{"userid": t.user, "status": 0}
		if t.sent > 0 {
			o["status"], o["send_time"] = 2, t.sent
		}
		list = append(list, o)
	}
	return withCursor(obj{"task_list": list}, next), nil
}

func massResults(s *Sim, c *call) (any, error) {
	var a massQuery
	m, limit, from, err := c.massPage(s, &a)
	if err != nil {
		return nil, err
	}
	if a.UserID == "" {
		return nil, code(41009)
	}
	u, ok := s.member(a.UserID)
	if !ok {
		return nil, code(40003)
	}
	list, next := []obj{}, ""
	t := m.task(u.id)
	if t == nil {
		return obj{"send_list": list}, nil
	}
	for i := min(from, len(t.targets)); i < len(t.targets); i++ {
		r := t.targets[i]
		if m.group && r.status != targetSent {
			continue
		}
		if len(list) == limit {
			next = cursorOf(int64(i))
			break
		}
		list = append(list, r.shape(m, t))
	}
	return withCursor(obj{"send_list": list}, next), nil
}

func (r massTarget) shape(m *massMessage, t *massTask) obj {
	o := obj{"userid": t.user, "status": int(r.status)}
	if m.group {
		o["chat_id"] = r.id
	} else {
		o["external_userid"] = r.id
	}
	if r.status == targetSent {
		o["send_time"] = int64(r.at)
	}
	return o
}

func massRemind(s *Sim, c *call) (any, error) {
	var a massQuery
	if err := c.bind(&a); err != nil {
		return nil, err
	}
	m, err := s.mass(a.MsgID)
	if err != nil {
		return nil, err
	}
	if m.cancelled {
		return nil, code(41093)
	}
	recent := slices.DeleteFunc(slices.Clone(m.reminded), func(t time.Time) bool { return s.at.Sub(t) >= 24*time.Hour })
	if len(recent) >= massReminders {
		return nil, code(41094)
	}
	m.reminded = append(recent, s.at)
	return nil, nil
}

func massCancel(s *Sim, c *call) (any, error) {
	var a massQuery
	if err := c.bind(&a); err != nil {
		return nil, err
	}
	m, err := s.mass(a.MsgID)
	if err != nil {
		return nil, err
	}
	if m.cancelled {
		return nil, code(41093)
	}
	m.cancelled = true
	return nil, nil
}
