package task

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"yutang/internal/contact"
	"yutang/internal/fault"
	"yutang/internal/job"
	"yutang/internal/wecom/notice"
)

// HandOver gives a task that is not done to another member, within reach too if reach is
// bounded. A deadline that has not passed stays.
func (s *Service) HandOver(ctx context.Context, a Act, id, to string) (Task, error) {
	t, err := s.find(ctx, a, id)
	if err != nil {
		return t, err
	}
	if !t.State.Live() {
		return t, errNotOpen
	}
	if a.Reach != nil && !slices.Contains(a.Reach, to) {
		return t, errNotMember
	}
	if t.Corp == "" {
		if t.Corp, err = s.onlyCorp(ctx, t.Spec.Corp); err != nil {
			return t, err
		}
	}
	d, err := s.member(ctx, t.Corp, to)
	if err != nil {
		return t, err
	}
	if d.reason != "" {
		return t, errNotMember
	}
	if err := s.handOver(ctx, []Task{t}, d, a.By); err != nil {
		return t, err
	}
	return s.Get(ctx, id)
}

// HandOverAll gives all that a member still has to do to another, and says how many tasks
// that were.
func (s *Service) HandOverAll(ctx context.Context, a Act, corp, from, to string) (int, error) {
	if a.Reach != nil && (corp != a.Corp || !slices.Contains(a.Reach, from) || !slices.Contains(a.Reach, to)) {
		return 0, errNotMember
	}
	d, err := s.member(ctx, corp, to)
	if err != nil {
		return 0, err
	}
	if d.reason != "" || from == to {
		return 0, errNotMember
	}
	n := 0
	for after := ""; ; {
		list, err := s.liveOf(ctx, corp, from, after)
		if err != nil || len(list) == 0 {
			return n, err
		}
		after = list[len(list)-1].ID
		if err := s.handOver(ctx, list, d, a.By); err != nil {
			return n, err
		}
		n += len(list)
	}
}

// handOver places tasks with another member, or with nobody.
func (s *Service) handOver(ctx context.Context, list []Task, d doer, by string) error {
	now := s.Clock.Now()
	var moves []move
	for _, t := range list {
		if t.Staff == d.user && d.user != "" {
			continue
		}
		m := move{Task: t, from: t.Staff}
		m.Corp, m.Staff, m.Department, m.Reason = d.corp, d.user, d.department, d.reason
		m.fixed = t.fixed || !t.OpenAt.IsZero() && t.Deadline.After(now)
		if m.Title == "" { // of nobody until now: its text is not written
			var err error
			if m.Task, err = s.written(ctx, m.Task); err != nil {
				return err
			}
		}
		moves = append(moves, m)
	}
	return s.place(ctx, moves, Entry{What: WasHandedOver, By: by})
}

// written is a task with its text, for the member it has now.
func (s *Service) written(ctx context.Context, t Task) (Task, error) {
	was := t
	t, err := s.prepare(ctx, t, true)
	t.Corp, t.Staff, t.Department, t.Reason = was.Corp, was.Staff, was.Department, ""
	if t.Title == "" {
		t.Title, t.Script = t.Spec.Title, t.Spec.Script
	}
	return t, err
}

// Cancel ends a task that is not done.
func (s *Service) Cancel(ctx context.Context, a Act, id, why string) (Task, error) {
	var t Task
	err := s.DB.InTx(ctx, func(ctx context.Context) error {
		was, err := s.find(ctx, a, id)
		if err != nil {
			return err
		}
		if was.State == Cancelled {
			t = was
			return nil
		}
		if !was.State.Live() {
			return errNotOpen
		}
		t = was
		t.State, t.Reason, t.EndedAt = Cancelled, why, s.Clock.Now()
		return s.change(ctx, was, t, Entry{What: WasCancelled, By: a.By, Detail: why})
	})
	return t, err
}

// endPlaybook is the job of PlanEnd.
func (s *Service) endPlaybook(ctx context.Context, j job.Job) error {
	_, err := s.CancelPlaybook(ctx, string(j.Payload))
	return err
}

// CancelPlaybook ends all that is still to do for a playbook and says how much that was.
func (s *Service) CancelPlaybook(ctx context.Context, playbook string) (n int, err error) {
	for {
		list, err := s.liveOfPlaybook(ctx, playbook)
		if err != nil || len(list) == 0 {
			return n, err
		}
		for _, t := range list {
			if _, err := s.Cancel(ctx, Act{}, t.ID, "playbook_ended"); err != nil && !fault.Is(err, fault.Precondition) && !fault.Is(err, fault.Conflict) {
				return n, err
			}
			n++
		}
	}
}

// change of hands, as a job carries it.
type handing struct {
	Corp string `json:"corp"`
	From string `json:"from"`
	To   string `json:"to"`
	Leaf uint32 `json:"leaf"` // 0: all customers
}

// OwnerChanged has the tasks for a customer follow from one member to another; leaf 0 means
// that the member left with all customers; from "" means tasks that nobody has. to "" is
// whoever has the customer now, else nobody. It returns at once; a job moves them. Saying it twice has no effect.
func (s *Service) OwnerChanged(ctx context.Context, corp, from, to string, leaf uint32) error {
	raw, err := json.Marshal(handing{corp, from, to, leaf})
	if err != nil {
		return err
	}
	if from == "" {
		if idle, err := s.nobodys(ctx, leaf); err != nil || idle {
			return err
		}
	}
	now := s.Clock.Now()
	return s.Jobs.Put(ctx, job.Job{
		Kind: moveJob, Key: fmt.Sprintf("%s/%s/%s/%d/%d", corp, from, to, leaf, now.UnixMilli()), Queue: corp, Due: now, Payload: raw,
	})
}

// OnContact has tasks follow their customer when a relation ends, and gives those of nobody
// to who adds the customer. It is a subscriber of package contact.
func (s *Service) OnContact(ctx context.Context, t contact.Transition) error {
	c := t.Contact
	switch t.Kind {
	case contact.WasLost, contact.WasDeleted, contact.WasTransferred:
		return s.OwnerChanged(ctx, c.Corp, c.User, "", c.Leaf)
	case contact.Added:
		return s.OwnerChanged(ctx, c.Corp, "", c.User, c.Leaf)
	}
	return nil
}

// OnDirectory hands over the work of a member who has left. It takes change_contact.
func (s *Service) OnDirectory(ctx context.Context, n notice.Notice) error {
	if n.ChangeType != "delete_user" {
		return nil
	}
	return s.OwnerChanged(ctx, n.Corp, n.UserID, "", 0)
}

// handed is the next tasks that a change of hands may move.
func (s *Service) handed(ctx context.Context, h handing, leaves []uint32, after string) ([]Task, error) {
	if h.From != "" {
		return s.liveOf(ctx, h.Corp, h.From, after)
	}
	if after != "" {
		return nil, nil
	}
	var out []Task
	for _, leaf := range leaves {
		list, err := s.ofNobody(ctx, leaf)
		if err != nil {
			return nil, err
		}
		for _, t := range list {
			if a := t.Spec.Assign; a == "" || a == "owner" {
				out = append(out, t)
			}
		}
	}
	return out, nil
}

// move hands tasks over after a change of hands. Tasks of a member as a member, not for a
// customer, stay with who stays.
func (s *Service) move(ctx context.Context, j job.Job) error {
	var h handing
	if err := json.Unmarshal(j.Payload, &h); err != nil {
		return fmt.Errorf("move tasks: %w", err)
	}
	set, err := s.Settings(ctx)
	if err != nil || !set.HandOverWith {
		return err
	}
	var leaves []uint32
	if h.Leaf != 0 {
		if leaves, err = s.Timeline.Records(h.Leaf); notMissing(err) != nil {
			return err
		}
	}
	failure := error(nil)
	for after := ""; ; {
		list, err := s.handed(ctx, h, leaves, after)
		if err != nil || len(list) == 0 {
			return errors.Join(err, failure)
		}
		after = list[len(list)-1].ID
		for _, t := range list {
			if h.From != "" && len(leaves) > 0 && !slices.Contains(leaves, t.Ord) {
				continue
			}
			if err := s.follow(ctx, t, h); err != nil {
				failure = err
			}
		}
	}
}

func (s *Service) follow(ctx context.Context, t Task, h handing) (err error) {
	d := doer{corp: h.Corp, user: h.To, reason: NoOwner}
	switch {
	case h.To != "":
		d, err = s.member(ctx, h.Corp, h.To)
		if err == nil && d.reason != "" && h.From == "" {
			return nil
		}
	case t.Ord != 0:
		d, err = s.ownerOf(ctx, t.Ord, h.From)
	}
	if err != nil {
		return err
	}
	if d.corp == "" {
		d.corp = h.Corp
	}
	return s.handOver(ctx, []Task{t}, d, system)
}
