package task

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"time"

	"yutang/internal/contact"
	"yutang/internal/customer"
)

// Today is what a member has to do: cards with something open, the overdue ones first, then
// by deadline; then those of today that are done.
type Today struct {
	Cards  []Pile
	Queued int // tasks that wait for their turn
	Done   int // tasks done today
}

// Pile is a card with the state of its tasks.
type Pile struct {
	Card
	Open    int
	Overdue int
	Done    int
	Total   int       // without what is cancelled or still queued
	Next    time.Time // the earliest deadline of what is open
}

// Left is how many are still to do.
func (p Pile) Left() int { return p.Open + p.Overdue }

// Today is the work of a member, now.
func (s *Service) Today(ctx context.Context, corp, user string) (Today, error) {
	var out Today
	now := s.Clock.Now()
	y, m, d := now.In(s.Zone()).Date()
	midnight := time.Date(y, m, d, 0, 0, 0, 0, s.Zone())
	rows, err := s.piles(ctx, corp, user, midnight)
	if err != nil {
		return out, err
	}
	for _, r := range rows {
		if out.Queued += r.queued; r.Total == 0 {
			continue
		}
		out.Done += r.doneToday
		card, err := s.Card(ctx, r.ID)
		if err != nil {
			return out, err
		}
		r.Card = card
		out.Cards = append(out.Cards, r.Pile)
	}
	slices.SortStableFunc(out.Cards, func(a, b Pile) int {
		return cmp.Or(-boolean(a.Overdue > 0, b.Overdue > 0), -boolean(a.Left() > 0, b.Left() > 0), a.Next.Compare(b.Next), cmp.Compare(b.Priority, a.Priority), cmp.Compare(a.ID, b.ID))
	})
	return out, nil
}

func boolean(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// Who is a customer as a member may see them: personal values masked, but for the name of
// those with whom one of the members in reach is in contact.
type Who struct {
	ID       string
	Name     string
	Known    bool   // the name is in clear
	External string // of the contact, to open the chat with; "" if none
	Profile  customer.Profile
}

// WhoIs shows the customer of a task to the members in reach.
func (s *Service) WhoIs(ctx context.Context, t Task, reach []string) (Who, error) {
	s.Timeline.RLock()
	root := s.Timeline.Root(t.Ord)
	s.Timeline.RUnlock()
	p, err := s.Customers.Profile(ctx, root)
	if err != nil {
		return Who{}, err
	}
	records, err := s.Timeline.Records(t.Ord)
	if err != nil {
		return Who{}, err
	}
	all, err := s.Contacts.OfLeaves(ctx, records)
	if err != nil {
		return Who{}, err
	}
	w := Who{ID: p.ID, Profile: customer.Mask(p)}
	i := slices.IndexFunc(all, func(c contact.Contact) bool {
		return c.Corp == t.Corp && c.State.Alive() && slices.Contains(reach, c.User)
	})
	from := w.Profile.Traits
	if i >= 0 {
		w.Known, w.External, from = true, all[i].External, p.Traits
	}
	_ = json.Unmarshal(from["name"], &w.Name) // no text: no name
	return w, nil
}

// Materials are the pieces of content that go with a task; those that are gone are left out.
func (s *Service) Materials(ctx context.Context, t Task) (out []Material) {
	if s.Material == nil {
		return nil
	}
	for _, id := range t.Spec.Materials {
		m, err := s.Material(ctx, id)
		if err != nil {
			s.Log.WarnContext(ctx, "a material of a task is missing", "task", t.ID, "material", id, "error", err)
			continue
		}
		out = append(out, m)
	}
	return out
}

// Member is what a leader sees of a member's work.
type Member struct {
	User    string
	Name    string
	Open    int
	Overdue int
	Done    int // today
}

// Team is the work of members, those with most overdue first; those without any are left out.
func (s *Service) Team(ctx context.Context, corp string, users []string) ([]Member, error) {
	var out []Member
	for _, user := range users {
		t, err := s.Today(ctx, corp, user)
		if err != nil {
			return nil, err
		}
		m := Member{User: user, Name: user, Done: t.Done}
		for _, c := range t.Cards {
			m.Open, m.Overdue = m.Open+c.Open, m.Overdue+c.Overdue
		}
		if m.Open+m.Overdue+m.Done == 0 {
			continue
		}
		if x, err := s.Staff.Get(ctx, corp, user); err == nil && x.Name != "" {
			m.Name = x.Name
		}
		out = append(out, m)
	}
	slices.SortStableFunc(out, func(a, b Member) int {
		return cmp.Or(cmp.Compare(b.Overdue, a.Overdue), cmp.Compare(b.Open, a.Open), cmp.Compare(a.User, b.User))
	})
	return out, nil
}
