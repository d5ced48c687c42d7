package sidepanel

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"yutang/internal/contact"
	"yutang/internal/customer"
	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/page"
	"yutang/internal/timeline"
)

// Brief is a customer in a list, through one relation.
type Brief struct {
	Contact contact.Contact
	Profile customer.Profile // masked but for the name
}

// Customer is all the panel shows of a customer.
type Customer struct {
	Brief
	Remarks    map[string]string // of the members seen, by user id
	Mobiles    []string          // that members noted, masked
	Colleagues []Colleague       // who has the customer
}

// Colleague is a member who has the customer, too.
type Colleague struct {
	User    string
	Name    string
	State   contact.State
	AddedAt time.Time
	Channel string
}

// nameTrait is the one personal trait that staff see.
const nameTrait = "name"

// profile is a customer as staff may see them.
func (s *Service) profile(ctx context.Context, leaf uint32) (customer.Profile, error) {
	p, err := s.Customers.Profile(ctx, s.root(leaf))
	if err != nil {
		return p, err
	}
	shown := customer.Mask(p)
	if name, ok := p.Traits[nameTrait]; ok {
		shown.Traits[nameTrait] = name
	}
	return shown, nil
}

func (s *Service) root(leaf uint32) timeline.Ord {
	s.Timeline.RLock()
	defer s.Timeline.RUnlock()
	return s.Timeline.Root(leaf)
}

func (s *Service) brief(ctx context.Context, c contact.Contact) (Brief, error) {
	p, err := s.profile(ctx, c.Leaf)
	return Brief{Contact: c, Profile: p}, err
}

// Get shows one customer.
func (s *Service) Get(ctx context.Context, v Viewer, external string) (Customer, error) {
	mine, err := s.theirs(ctx, v, external)
	if err != nil {
		return Customer{}, err
	}
	out := Customer{Remarks: map[string]string{}}
	if out.Brief, err = s.brief(ctx, mine[0]); err != nil {
		return Customer{}, err
	}
	for _, c := range mine {
		if c.Remark != "" {
			out.Remarks[c.User] = c.Remark
		}
		for _, mobile := range c.Mobiles {
			if m := customer.MaskIdentity("phone", mobile); !slices.Contains(out.Mobiles, m) {
				out.Mobiles = append(out.Mobiles, m)
			}
		}
	}
	out.Colleagues, err = s.colleagues(ctx, mine[0])
	return out, err
}

// colleagues are the members of the corp who have the customer under any of their records.
func (s *Service) colleagues(ctx context.Context, c contact.Contact) ([]Colleague, error) {
	records, err := s.Timeline.Records(c.Leaf)
	if err != nil {
		return nil, err
	}
	all, err := s.Contacts.OfLeaves(ctx, records)
	if err != nil {
		return nil, err
	}
	var out []Colleague
	for _, o := range all {
		if o.Corp != c.Corp || !o.State.Alive() || slices.ContainsFunc(out, func(x Colleague) bool { return x.User == o.User }) {
			continue
		}
		m, err := s.Staff.Get(ctx, o.Corp, o.User)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return nil, err
		}
		out = append(out, Colleague{User: o.User, Name: m.Name, State: o.State, AddedAt: o.AddedAt, Channel: o.Channel})
	}
	return out, nil
}

// Events pages through a customer's events, newest first, with personal values masked.
func (s *Service) Events(ctx context.Context, v Viewer, external, cursor string, limit int) (page.Page[*event.Event], error) {
	var out page.Page[*event.Event]
	mine, err := s.theirs(ctx, v, external)
	if err != nil {
		return out, err
	}
	last := timeline.Newest
	if _, err := page.After(cursor, &last); err != nil {
		return out, err
	}
	limit = page.Limit(limit)
	places := s.Timeline.Before(s.root(mine[0].Leaf), last, limit+1)
	if len(places) > limit {
		places = places[:limit]
		out.Next = page.Cursor(places[limit-1])
	}
	seqs := make([]uint64, len(places))
	for i, p := range places {
		seqs[i] = uint64(p.Seq)
	}
	if out.Items, err = s.Log.Read(ctx, seqs); err != nil {
		return out, err
	}
	for i, ev := range out.Items {
		out.Items[i] = masked(ev)
	}
	return out, nil
}

// masked is a copy of ev without personal values and without where it was sent from.
func masked(ev *event.Event) *event.Event {
	m := &event.Event{Seq: ev.Seq, Name: ev.Name, At: ev.At, Tags: ev.Tags, Props: customer.MaskObject(ev.Name, ev.Props)}
	for _, op := range ev.Traits {
		op.Value = json.RawMessage(customer.MaskValue(op.Name, op.Value))
		m.Traits = append(m.Traits, op)
	}
	return m
}
