package wecomsim

import (
	"slices"
	"time"
	"unicode/utf8"
)

func momentEndpoints() []endpoint {
	return []endpoint{
		{method: post, path: "/externalcontact/add_moment_task", need: permContact, own: []rate{{10, time.Minute}}, run: addMomentTask},
		{method: get, path: "/externalcontact/get_moment_task_result", need: permContact, run: momentTaskResult},
		{method: post, path: "/externalcontact/cancel_moment_task", need: permContact, run: cancelMoment},
		{method: post, path: "/externalcontact/get_moment_list", need: permContact, run: momentList},
		{method: post, path: "/externalcontact/get_moment_task", need: permContact, run: momentTasks},
		{method: post, path: "/externalcontact/get_moment_customer_list", need: permContact, run: momentCustomers},
		{method: post, path: "/externalcontact/get_moment_send_result", need: permContact, run: momentResults},
		{method: post, path: "/externalcontact/get_moment_comments", need: permContact, run: momentComments},
	}
}

type momentArgs struct {
	Text        *textPart    `json:"text"`
	Attachments []attachment `json:"attachments"`
	Range       *struct {
		Senders *struct {
			Users       []string `json:"user_list"`
			Departments []int64  `json:"department_list"`
		} `json:"sender_list"`
		Customers *struct {
			Tags []string `json:"tag_list"`
		} `json:"external_contact_list"`
	} `json:"visible_range"`
}

func addMomentTask(s *Sim, c *call) (any, error) {
	var a momentArgs
	if err := c.bind(&a); err != nil {
		return nil, err
	}
	if err := s.checkMoment(a); err != nil {
		return nil, err
	}
	running := 0
	for _, j := range s.more.moments.jobs {
		if j.status(s.at) != 3 {
			running++
		}
	}
	if running >= momentJobs {
		return nil, code(41078)
	}
	j := &momentJob{id: s.ids.make("job", 29), made: s.at}
	m := moment{text: a.Text.textContent(), attachments: a.Attachments}
	s.momentSenders(c, a, j, &m)
	s.momentTags(a, j, &m)
	s.more.moments.jobs[j.id] = j
	s.after(momentDone, func() { s.finish(j, m) })
	s.after(momentJobLife, func() { delete(s.more.moments.jobs, j.id) })
	return obj{"jobid": j.id}, nil
}

// checkMoment checks what the moment says and shows.
func (s *Sim) checkMoment(a momentArgs) error {
	words := a.Text.textContent()
	if utf8.RuneCountInString(words) > momentText || len(words) > momentBytes {
		return code(40058, "invalid text size")
	}
	if words == "" && len(a.Attachments) == 0 {
		return code(41089)
	}
	if a.Range != nil && a.Range.Senders != nil && len(a.Range.Senders.Users) > momentSenders {
		return code(40058, "user_list exceed max size ", momentSenders)
	}
	for _, at := range a.Attachments {
		if at.MsgType != a.Attachments[0].MsgType {
			return code(41065, "invalid attachments msgtype")
		}
		if len(a.Attachments) > 1 && at.MsgType != "image" || len(a.Attachments) > momentImages {
			return code(41064, "invalid attachments size")
		}
		if err := s.checkMomentPart(at); err != nil {
			return err
		}
	}
	return nil
}

func (s *Sim) checkMomentPart(a attachment) error {
	switch {
	case a.MsgType == "image" && a.Image != nil:
		return s.usable(a.Image.MediaID, mediaMoment, "image")
	case a.MsgType == "video" && a.Video != nil:
		return s.usable(a.Video.MediaID, mediaMoment, "video")
	case a.MsgType == "link" && a.Link != nil:
		if len(a.Link.Title) > 64 {
			return code(45003)
		}
		if a.Link.URL == "" {
			return code(40035, "missing link url")
		}
		return s.usable(a.Link.MediaID, mediaMoment, "image")
	}
	return code(41065, "invalid attachments msgtype")
}

// momentSenders fills in who publishes: everybody visible with 客户联系 if none is named.
func (s *Sim) momentSenders(c *call, a momentArgs, j *momentJob, m *moment) {
	var named []*member
	everybody := a.Range == nil || a.Range.Senders == nil || len(a.Range.Senders.Users)+len(a.Range.Senders.Departments) == 0
	if everybody {
		named = s.memberList
	} else {
		for _, id := range a.Range.Senders.Users {
			if u, ok := s.member(id); ok && u.follow && u.status == memberActive && s.sees(c.app, u) {
				named = append(named, u)
			} else {
				j.badUsers = append(j.badUsers, id)
			}
		}
		for _, d := range a.Range.Senders.Departments {
			if _, ok := s.department(d); !ok {
				j.badParties = append(j.badParties, d)
				continue
			}
			for _, u := range s.memberList {
				if s.in(u, d) {
					named = append(named, u)
				}
			}
		}
	}
	taken := map[string]bool{}
	for _, u := range named {
		if !taken[u.id] && u.follow && u.status == memberActive && s.sees(c.app, u) {
			taken[u.id] = true
			m.tasks = append(m.tasks, &momentTask{user: u.id})
		}
	}
}

func (s *Sim) momentTags(a momentArgs, j *momentJob, m *moment) {
	if a.Range == nil || a.Range.Customers == nil {
		return
	}
	for _, id := range a.Range.Customers.Tags {
		if _, ok := s.tags[id]; ok {
			m.tags = append(m.tags, id)
		} else {
			j.badTags = append(j.badTags, id)
		}
	}
	if len(m.tags) == 0 && len(j.badTags) > 0 {
		m.tasks = nil
	}
}

func momentTaskResult(s *Sim, c *call) (any, error) {
	id := c.query.Get("jobid")
	if id == "" {
		return nil, code(40063, "missing jobid")
	}
	j, ok := s.more.moments.jobs[id]
	if !ok {
		return nil, code(40088)
	}
	out := obj{"status": j.status(s.at), "type": "add_moment_task"}
	if j.status(s.at) != 3 {
		return out, nil
	}
	r := obj{"errcode": j.errcode, "errmsg": "ok"}
	if j.errcode != 0 {
		r["errmsg"] = messages[j.errcode]
	}
	if j.moment != nil {
		r["moment_id"] = j.moment.id
	}
	r["invalid_sender_list"] = obj{"user_list": orEmpty(j.badUsers), "department_list": slices.Concat([]int64{}, j.badParties)}
	r["invalid_external_contact_list"] = obj{"tag_list": orEmpty(j.badTags)}
	out["result"] = r
	return out, nil
}

func cancelMoment(s *Sim, c *call) (any, error) {
	var a momentQuery
	m, err := s.momentOf(c, &a)
	if err != nil {
		return nil, err
	}
	if m.creator != "" {
		return nil, code(41067)
	}
	m.cancelled = true
	return nil, nil
}
