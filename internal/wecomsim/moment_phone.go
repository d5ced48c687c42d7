package wecomsim

import (
	"slices"
	"time"

	"yutang/internal/fault"
)

func momentActions() []action {
	return []action{
		act("publish_moment", "a member publishes a moment of the corp", publishMoment),
		act("own_moment", "a member publishes a moment of his own", ownMoment),
		act("like_moment", "somebody likes a moment", likeMoment),
		act("comment_moment", "somebody comments on a moment", commentMoment),
	}
}

// MomentAct is one act on a moment as it appears at one of its senders.
type MomentAct struct {
	MomentID string `json:"moment_id"`
	UserID   string `json:"userid"`        // the sender
	Who      string `json:"who,omitempty"` // external_userid or userid
	Text     string `json:"text,omitempty"`
}

// PublishMoment is a member publishing a moment of the corp.
func (s *Sim) PublishMoment(user, momentID string) error {
	_, err := perform(s, "publish_moment", MomentAct{MomentID: momentID, UserID: user}, publishMoment)
	return err
}

func (s *Sim) momentTask(a MomentAct) (*moment, *momentTask, error) {
	m, ok := s.more.moments.byID[a.MomentID]
	if !ok {
		return nil, nil, fault.New(fault.NotFound, "no_moment", "no moment has the id %q", a.MomentID)
	}
	t := m.task(a.UserID)
	if t == nil {
		return nil, nil, fault.New(fault.NotFound, "no_moment", "%q is not asked to publish the moment", a.UserID)
	}
	return m, t, nil
}

func publishMoment(s *Sim, a MomentAct) (struct{}, error) {
	if _, err := s.activeMember(a.UserID); err != nil {
		return struct{}{}, err
	}
	m, t, err := s.momentTask(a)
	switch {
	case err != nil:
		return struct{}{}, err
	case m.cancelled:
		return struct{}{}, fault.New(fault.Precondition, "moment_cancelled", "the moment was stopped")
	case !t.published.IsZero():
		return struct{}{}, fault.New(fault.Conflict, "moment_published", "%s has published the moment already", a.UserID)
	}
	s.publish(m, t)
	return struct{}{}, nil
}

type madeMoment struct {
	MomentID string `json:"moment_id"`
}

// OwnMoment is a member publishing a moment of the member's own, to all customers. It gives
// the moment_id.
func (s *Sim) OwnMoment(user, words string) (string, error) {
	made, err := perform(s, "own_moment", MomentAct{UserID: user, Text: words}, ownMoment)
	return made.MomentID, err
}

func ownMoment(s *Sim, a MomentAct) (madeMoment, error) {
	u, err := s.activeMember(a.UserID)
	if err != nil {
		return madeMoment{}, err
	}
	m := s.addMoment(moment{creator: u.id, text: a.Text, tasks: []*momentTask{{user: u.id}}})
	s.publish(m, m.tasks[0])
	return madeMoment{m.id}, nil
}

// LikeMoment is a customer or member liking the moment that user published. A second like
// changes nothing.
func (s *Sim) LikeMoment(momentID, user, who string) error {
	_, err := perform(s, "like_moment", MomentAct{MomentID: momentID, UserID: user, Who: who}, likeMoment)
	return err
}

func likeMoment(s *Sim, a MomentAct) (struct{}, error) {
	t, mark, err := s.markOf(a)
	if err == nil && !slices.ContainsFunc(t.likes, func(m momentMark) bool { return m.external == mark.external && m.user == mark.user }) {
		t.likes = append(t.likes, mark)
	}
	return struct{}{}, err
}

// CommentMoment is a customer or member commenting on the moment that user published.
func (s *Sim) CommentMoment(momentID, user, who, words string) error {
	_, err := perform(s, "comment_moment", MomentAct{momentID, user, who, words}, commentMoment)
	return err
}

func commentMoment(s *Sim, a MomentAct) (struct{}, error) {
	t, mark, err := s.markOf(a)
	if err == nil {
		t.comments = append(t.comments, mark)
	}
	return struct{}{}, err
}

// markOf finds the published moment and checks that who sees it.
func (s *Sim) markOf(a MomentAct) (*momentTask, momentMark, error) {
	mark := momentMark{at: s.at.Unix(), text: a.Text}
	_, t, err := s.momentTask(a)
	if err != nil {
		return nil, mark, err
	}
	if t.published.IsZero() {
		return nil, mark, fault.New(fault.Precondition, "moment_unpublished", "%s has not published the moment", a.UserID)
	}
	if _, sees := slices.BinarySearch(t.visible, a.Who); sees {
		mark.external = a.Who
		return t, mark, nil
	}
	if u, err := s.activeMember(a.Who); err == nil {
		mark.user = u.id
		return t, mark, nil
	}
	return nil, mark, fault.New(fault.NotFound, "moment_unseen", "%q does not see the moment", a.Who)
}

// MomentTask is a moment on a member's phone, waiting to be published.
type MomentTask struct {
	MomentID    string       `json:"moment_id"`
	At          time.Time    `json:"at"`
	Text        string       `json:"text"`
	Attachments []attachment `json:"attachments,omitempty"`
}

// MomentTasks lists the moments that wait for a member, oldest first.
func (s *Sim) MomentTasks(user string) []MomentTask {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.momentTasksOf(user)
}

func (s *Sim) momentTasksOf(user string) []MomentTask {
	out := []MomentTask{}
	for _, m := range s.more.moments.list {
		if t := m.task(user); t != nil && t.published.IsZero() && !m.cancelled {
			out = append(out, MomentTask{m.id, m.made, m.text, m.attachments})
		}
	}
	return out
}

// MomentSeen is a moment in a customer's feed.
type MomentSeen struct {
	MomentID    string       `json:"moment_id"`
	UserID      string       `json:"userid"`
	At          time.Time    `json:"at"`
	Text        string       `json:"text"`
	Attachments []attachment `json:"attachments,omitempty"`
	Likes       int          `json:"likes"`
	Comments    []string     `json:"comments"`
}

// MomentsOf is the feed of a customer, oldest first.
func (s *Sim) MomentsOf(external string) []MomentSeen {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := []MomentSeen{}
	for _, m := range s.more.moments.list {
		for _, t := range m.tasks {
			if _, sees := slices.BinarySearch(t.visible, external); !sees {
				continue
			}
			v := MomentSeen{MomentID: m.id, UserID: t.user, At: t.published, Text: m.text, Attachments: m.attachments, Likes: len(t.likes), Comments: []string{}}
			for _, c := range t.comments {
				v.Comments = append(v.Comments, c.text)
			}
			out = append(out, v)
		}
	}
	return out
}
