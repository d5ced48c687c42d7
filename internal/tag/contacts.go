package tag

import (
	"context"
	"time"

	"yutang/internal/contact"
)

// Active gives the living relations of customer records as Config.Contacts wants them.
func Active(c *contact.Service) func(ctx context.Context, leaves []uint32) ([]Pair, error) {
	return func(ctx context.Context, leaves []uint32) (out []Pair, err error) {
		all, err := c.OfLeaves(ctx, leaves)
		for _, r := range all {
			if r.State.Alive() {
				out = append(out, Pair{Corp: r.Corp, User: r.User, External: r.External, Leaf: r.Leaf})
			}
		}
		return out, err
	}
}

// Seen takes in what the platform answered about relations: an observer for contact.Observe.
func (s *Service) Seen(ctx context.Context, corp string, seen []contact.Seen, asOf time.Time) error {
	all := make([]Observation, len(seen))
	for i, r := range seen {
		all[i] = Observation{Corp: corp, User: r.User, External: r.External, Tags: r.Tags, At: asOf}
	}
	return s.ObserveMany(ctx, all)
}

// Moved takes in a change of a relation, a subscriber for contact.Subscribe: one that ended
// is forgotten, a new one is told the customer's rule tags.
func (s *Service) Moved(ctx context.Context, t contact.Transition) error {
	c := t.Contact
	switch t.Kind {
	case contact.WasLost, contact.WasDeleted, contact.WasTransferred:
		if c.State.Alive() {
			return nil
		}
		return s.Ended(ctx, c.Corp, c.User, c.External)
	case contact.Added, contact.HalfAdded:
		return s.begun(ctx, c.Corp, c.Leaf)
	}
	return nil
}

// begun has a customer's contacts told the rule tags that the customer carries.
func (s *Service) begun(ctx context.Context, corp string, leaf uint32) error {
	var spreads []spread
	now := s.Clock.Now().UnixMilli()
	for _, bound := range s.known.Load().audience {
		for _, t := range bound {
			if t.Corp == corp && t.Remote != "" && s.carriesNow(leaf, t.Label) {
				spreads = append(spreads, spread{leaf, t.ID, now})
			}
		}
	}
	if len(spreads) == 0 {
		return nil
	}
	return s.DB.InTx(ctx, func(ctx context.Context) error { return s.post(ctx, nil, spreads) })
}
