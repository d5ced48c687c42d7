package masssend

import (
	"context"

	"yutang/internal/contact"
	"yutang/internal/outreach"
	"yutang/internal/page"
)

// Receiver is one customer of a send with what became of it.
type Receiver struct {
	Ord      uint32
	Staff    string // "" when nobody could be asked
	Delivery string
	State    outreach.State
	Reason   outreach.Reason
	Detail   string
}

// ReceiverFilter narrows a list of receivers. Zero fields do not.
type ReceiverFilter struct {
	State  outreach.State
	Reason outreach.Reason
	Staff  string
	Cursor string
	Limit  int
}

// Receivers lists the customers of a send that is prepared, those refused among them.
func (s *Service) Receivers(ctx context.Context, key string, f ReceiverFilter) (out page.Page[Receiver], err error) {
	x, err := s.Get(ctx, key)
	if err != nil {
		return out, err
	}
	if x.pool != "" {
		return s.collectedBy(ctx, x, f)
	}
	limit, after := page.Limit(f.Limit), uint32(0)
	if _, err := page.After(f.Cursor, &after); err != nil {
		return out, err
	}
	filter := outreach.RunFilter{Run: key, Step: stepName, After: after, State: f.State, Reason: f.Reason, Limit: limit + 1}
	if f.Staff != "" {
		filter.Endpoint = x.Corp + "/" + f.Staff
	}
	found, err := s.Ledger.OfRun(ctx, filter)
	if err != nil {
		return out, err
	}
	items := make([]Receiver, len(found))
	for i, d := range found {
		items[i] = Receiver{d.Ord, d.Endpoint[min(len(x.Corp)+1, len(d.Endpoint)):], d.ID, d.State, d.Reason, d.Detail}
	}
	return page.Cut(items, limit, func(r Receiver) uint32 { return r.Ord }), nil
}

const selectReceivers = `SELECT ord, staff, due, external, delivery, variant FROM masssend_recipient WHERE send = $1 AND ord > $2 ORDER BY ord LIMIT $3`

// collectedBy lists what a pool collected. The touches themselves belong to the playbook.
func (s *Service) collectedBy(ctx context.Context, x Send, f ReceiverFilter) (out page.Page[Receiver], err error) {
	limit, after := page.Limit(f.Limit), uint32(0)
	if _, err := page.After(f.Cursor, &after); err != nil {
		return out, err
	}
	all, err := s.recipients(ctx, selectReceivers, x.ID, int64(after), limit+1)
	if err != nil {
		return out, err
	}
	cut := page.Cut(all, limit, func(r recipient) uint32 { return r.ord })
	out.Next, out.Items = cut.Next, []Receiver{}
	for _, r := range cut.Items {
		d, _, err := s.Ledger.Get(ctx, r.delivery)
		if err != nil {
			return out, err
		}
		if (f.State == "" || f.State == d.State) && (f.Reason == "" || f.Reason == d.Reason) && (f.Staff == "" || f.Staff == r.staff) {
			out.Items = append(out.Items, Receiver{r.ord, r.staff, d.ID, d.State, d.Reason, d.Detail})
		}
	}
	return out, nil
}

// contacts is Relations over package contact.
type contacts struct{ *contact.Service }

// FromContacts takes the relations from the contacts that are synchronised.
func FromContacts(c *contact.Service) Relations { return contacts{c} }

func (c contacts) Scan(ctx context.Context, corp string, visit func(Relation) error) error {
	return c.Service.Scan(ctx, corp, func(x contact.Contact) error { return visit(relationOf(x)) })
}

func (c contacts) OfLeaves(ctx context.Context, corp string, leaves []uint32) (out []Relation, err error) {
	all, err := c.Service.OfLeaves(ctx, leaves)
	for _, x := range all {
		if x.Corp == corp && x.State == contact.Active {
			out = append(out, relationOf(x))
		}
	}
	return out, err
}

func relationOf(x contact.Contact) Relation {
	return Relation{User: x.User, External: x.External, Leaf: x.Leaf, AddedAt: x.AddedAt}
}
