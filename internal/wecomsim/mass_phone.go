package wecomsim

import (
	"slices"
	"time"

	"yutang/internal/fault"
)

func massActions() []action {
	return []action{
		act("confirm_mass_send", "a member presses send for a mass message", confirmMassSend),
		act("ignore_mass_send", "a member puts a mass message away", ignoreMassSend),
		act("own_mass_send", "a member sends a mass message of his own to customers", ownMassSend),
	}
}

type massConfirm struct {
	UserID string   `json:"userid"`
	MsgID  string   `json:"msgid"`
	Only   []string `json:"only,omitempty"` // where the message lets the member choose; empty is all
}

// MassSent says what a confirmation did.
type MassSent struct {
	MsgID string `json:"msgid"`
	Sent  int    `json:"sent"`
	Gone  int    `json:"gone"` // no longer friends
	Full  int    `json:"full"` // over the quota
}

// ConfirmMassSend is a member pressing send for a mass message. With only, the others stay
// unsent; the message must allow to choose.
func (s *Sim) ConfirmMassSend(user, msgid string, only ...string) (MassSent, error) {
	return perform(s, "confirm_mass_send", massConfirm{user, msgid, only}, confirmMassSend)
}

func confirmMassSend(s *Sim, a massConfirm) (MassSent, error) {
	m, t, err := s.waitingTask(a)
	if err != nil {
		return MassSent{}, err
	}
	var only map[string]bool
	if len(a.Only) > 0 {
		if !m.allowSelect {
			return MassSent{}, fault.New(fault.Precondition, "no_choice", "the message goes to all its customers")
		}
		only = make(map[string]bool, len(a.Only))
		for _, id := range a.Only {
			if t.target(id) == nil {
				return MassSent{}, fault.New(fault.NotFound, "no_target", "%q is not among the customers of the task", id)
			}
			only[id] = true
		}
	}
	s.sendMass(m, t, only)
	return massSent(m, t), nil
}

func massSent(m *massMessage, t *massTask) MassSent {
	out := MassSent{MsgID: m.id}
	for _, r := range t.targets {
		switch r.status {
		case targetSent:
			out.Sent++
		case targetGone:
			out.Gone++
		case targetFull:
			out.Full++
		}
	}
	return out
}

// waitingTask finds a task that still may be sent.
func (s *Sim) waitingTask(a massConfirm) (*massMessage, *massTask, error) {
	user, err := s.activeMember(a.UserID)
	if err != nil {
		return nil, nil, err
	}
	m, ok := s.more.mass.byID[a.MsgID]
	if !ok {
		return nil, nil, fault.New(fault.NotFound, "no_mass_message", "no mass message has the id %q", a.MsgID)
	}
	t := m.task(user.id)
	switch {
	case t == nil:
		return nil, nil, fault.New(fault.NotFound, "no_task", "%s is not asked to send this message", user.id)
	case m.cancelled:
		return nil, nil, fault.New(fault.Precondition, "mass_cancelled", "the message was cancelled")
	case t.sent > 0:
		return nil, nil, fault.New(fault.Conflict, "mass_sent", "%s has sent the message already", user.id)
	}
	return m, t, nil
}

// IgnoreMassSend is a member putting a mass message away without sending it. A reminder brings
// it back.
func (s *Sim) IgnoreMassSend(user, msgid string) error {
	_, err := perform(s, "ignore_mass_send", massConfirm{UserID: user, MsgID: msgid}, ignoreMassSend)
	return err
}

func ignoreMassSend(s *Sim, a massConfirm) (struct{}, error) {
	_, t, err := s.waitingTask(a)
	if err == nil {
		t.ignored = true
	}
	return struct{}{}, err
}

// OwnMassSend describes a mass message that a member makes on the phone.
type OwnMassSend struct {
	UserID    string   `json:"userid"`
	Text      string   `json:"text"`
	Customers []string `json:"customers"`
}

// SendOwnMass sends a mass message of the member's own at once: one a day to each customer,
// within the same quota as the corp's.
func (s *Sim) SendOwnMass(o OwnMassSend) (MassSent, error) {
	return perform(s, "own_mass_send", o, ownMassSend)
}

func ownMassSend(s *Sim, o OwnMassSend) (MassSent, error) {
	user, err := s.activeMember(o.UserID)
	if err != nil {
		return MassSent{}, err
	}
	if len(o.Customers) == 0 || len(o.Customers) > massOwnLimit {
		return MassSent{}, fault.BadField("/customers", "choose 1 to %d customers", massOwnLimit)
	}
	today, _, _ := periods(s.at)
	plan := massPlan{}
	for _, id := range o.Customers {
		if _, ok := s.customers[id]; !ok {
			return MassSent{}, fault.New(fault.NotFound, "no_customer", "no customer has the id %q", id)
		}
		plan.add(user.id, id)
	}
	m := s.addMass(massMessage{creator: user.id, text: o.Text, tasks: plan.tasks()})
	t := &m.tasks[0]
	for i := range t.targets {
		p := pair{user.id, t.targets[i].id}
		if last, sent := s.more.mass.own[p]; sent && last == today {
			t.targets[i].status = targetFull
		}
	}
	s.sendMass(m, t, nil)
	for _, r := range t.targets {
		if r.status == targetSent {
			s.more.mass.own[pair{user.id, r.id}] = today
		}
	}
	return massSent(m, t), nil
}

// MassTask is a mass message on a member's phone.
type MassTask struct {
	MsgID       string       `json:"msgid"`
	At          time.Time    `json:"at"`
	Group       bool         `json:"group"`
	Text        string       `json:"text"`
	Attachments []attachment `json:"attachments,omitempty"`
	Targets     []string     `json:"targets"` // external_userids or chat_ids
	AllowSelect bool         `json:"allow_select"`
	Reminders   int          `json:"reminders"` // in the last 24 hours
	Ignored     bool         `json:"ignored"`
}

// MassTasks lists the mass messages that wait for a member's confirmation, oldest first.
func (s *Sim) MassTasks(user string) []MassTask {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.massTasksOf(user)
}

func (s *Sim) massTasksOf(user string) []MassTask {
	out := []MassTask{}
	for _, m := range s.more.mass.list {
		t := m.task(user)
		if t == nil || m.cancelled || t.sent > 0 {
			continue
		}
		ids := make([]string, len(t.targets))
		for i, r := range t.targets {
			ids[i] = r.id
		}
		recent := 0
		for _, at := range m.reminded {
			if s.at.Sub(at) < 24*time.Hour {
				recent++
			}
		}
		out = append(out, MassTask{m.id, m.made, m.group, m.text, m.attachments, ids, m.allowSelect, recent, t.ignored && recent == 0})
	}
	return out
}

// MassReceived lists the mass messages a customer got from a member, oldest first. They are
// not kept in the chat, for there are millions.
func (s *Sim) MassReceived(user, external string) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.massReceived(user, external)
}

func (s *Sim) massReceived(user, external string) []Message {
	var out []Message
	for _, m := range s.more.mass.list {
		t := m.task(user)
		if t == nil || m.group {
			continue
		}
		if r := t.target(external); r != nil && r.status == targetSent {
			out = append(out, Message{At: time.Unix(int64(r.at), 0).UTC(), From: user, Kind: "mass", Text: m.text, Attachments: m.attachments})
		}
	}
	slices.SortStableFunc(out, func(a, b Message) int { return a.At.Compare(b.At) })
	return out
}

// QuotaLeft is how many more mass messages a customer or group may get now.
func (s *Sim) QuotaLeft(id string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.more.mass.got[id].left(s.knobs.More.Quota, s.at)
}
