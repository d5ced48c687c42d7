package wecomsim

type momentQuery struct {
	MomentID string `json:"moment_id"`
	UserID   string `json:"userid"`
	Cursor   string `json:"cursor"`
	Limit    int    `json:"limit"`
}

// momentOf reads the call and finds the moment named by the required moment_id.
func (s *Sim) momentOf(c *call, a *momentQuery) (*moment, error) {
	if err := c.bind(a); err != nil {
		return nil, err
	}
	if a.MomentID == "" {
		return nil, code(41059)
	}
	m, ok := s.more.moments.byID[a.MomentID]
	if !ok {
		return nil, code(41060)
	}
	return m, nil
}

// senderOf is momentOf with the required sender.
func (s *Sim) senderOf(c *call, a *momentQuery) (*moment, *momentTask, error) {
	m, err := s.momentOf(c, a)
	if err != nil {
		return nil, nil, err
	}
	if a.UserID == "" {
		return nil, nil, code(41009)
	}
	u, ok := s.member(a.UserID)
	if !ok {
		return nil, nil, code(40003)
	}
	t := m.task(u.id)
	if t == nil {
		return nil, nil, code(41061)
	}
	return m, t, nil
}

func momentList(s *Sim, c *call) (any, error) {
	var q recordQuery
	if err := c.bind(&q); err != nil {
		return nil, err
	}
	if err := q.check(c, momentSpan, 20, 20); err != nil {
		return nil, err
	}
	list, next := []obj{}, ""
	for _, m := range s.more.moments.list {
		if m.cancelled || !q.wants(m.seq, m.made, m.creator) {
			continue
		}
		if len(list) == q.Limit {
			next = cursorOf(q.from)
			break
		}
		list, q.from = append(list, m.shape()), m.seq
	}
	return withCursor(obj{"moment_list": list}, next), nil
}

// shape is the moment as lists give it.
func (m *moment) shape() obj {
	o := obj{"moment_id": m.id, "create_time": m.made.Unix(), "create_type": 0, "visible_type": 1, "text": obj{"content": m.text}}
	if m.creator != "" {
		o["creator"], o["create_type"] = m.creator, 1
	}
	if len(m.tags) > 0 {
		o["visible_type"] = 0
	}
	images := []obj{}
	for _, a := range m.attachments {
		switch a.MsgType {
		case "image":
			images = append(images, obj{"media_id": a.Image.MediaID})
		case "video":
			o["video"] = obj{"media_id": a.Video.MediaID, "thumb_media_id": a.Video.MediaID}
		case "link":
			o["link"] = obj{"title": a.Link.Title, "url": a.Link.URL}
		}
	}
	if len(images) > 0 {
		o["image"] = images
	}
	return o
}

func momentTasks(s *Sim, c *call) (any, error) {
	var a momentQuery
	m, err := s.momentOf(c, &a)
	if err != nil {
		return nil, err
	}
	if m.creator != "" {
		return nil, code(41067)
	}
	limit, err := c.limit(a.Limit, 500, 1000)
	if err != nil {
		return nil, err
	}
	return pageOf(c, a.Cursor, limit, m.tasks, "task_list", func(t *momentTask) obj {
		return obj{"userid": t.user, "publish_status": boolInt(!t.published.IsZero())}
	})
}

// pageOf gives one page of a list that only grows.
func pageOf[T any](c *call, cursor string, limit int, list []T, name string, shape func(T) obj) (any, error) {
	n, err := c.after(cursor)
	if err != nil {
		return nil, err
	}
	from := min(int(n), len(list))
	to := min(from+limit, len(list))
	rows := make([]obj, 0, to-from)
	for _, v := range list[from:to] {
		rows = append(rows, shape(v))
	}
	next := ""
	if to < len(list) {
		next = cursorOf(int64(to))
	}
	return withCursor(obj{name: rows}, next), nil
}

func momentCustomers(s *Sim, c *call) (any, error) {
	var a momentQuery
	m, t, err := s.senderOf(c, &a)
	if err != nil {
		return nil, err
	}
	limit, err := c.limit(a.Limit, 500, 1000)
	if err != nil {
		return nil, err
	}
	list := t.visible
	if t.published.IsZero() {
		list = s.inRange(m, t.user)
	}
	return pageOf(c, a.Cursor, limit, list, "customer_list", func(id string) obj {
		return obj{"userid": t.user, "external_userid": id}
	})
}

func momentResults(s *Sim, c *call) (any, error) {
	var a momentQuery
	_, t, err := s.senderOf(c, &a)
	if err != nil {
		return nil, err
	}
	if t.published.IsZero() {
		return nil, code(41062)
	}
	limit, err := c.limit(a.Limit, 3000, 5000)
	if err != nil {
		return nil, err
	}
	return pageOf(c, a.Cursor, limit, t.visible, "customer_list", func(id string) obj { return obj{"external_userid": id} })
}

func momentComments(s *Sim, c *call) (any, error) {
	var a momentQuery
	_, t, err := s.senderOf(c, &a)
	if err != nil {
		return nil, err
	}
	if t.published.IsZero() {
		return nil, code(41062)
	}
	return obj{"comment_list": marks(t.comments), "like_list": marks(t.likes)}, nil
}

// marks are likes or comments as the platform gives them: who and when, not what was said.
func marks(list []momentMark) []obj {
	out := make([]obj, len(list))
	for i, m := range list {
		if m.external != "" {
			out[i] = obj{"external_userid": m.external, "create_time": m.at}
		} else {
			out[i] = obj{"userid": m.user, "create_time": m.at}
		}
	}
	return out
}
