package masssend

import (
	"context"
	"strconv"

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
	filter := outreach.Filter{Playbook: key, State: f.State, Reason: f.Reason, Cursor: f.Cursor, Limit: f.Limit}
	if f.Staff != "" {
		filter.Endpoint = x.Corp + "/" + f.Staff
	}
	found, err := s.Ledger.List(ctx, filter)
	if err != nil {
		return out, err
	}
	out.Next, out.Items = found.Next, make([]Receiver, len(found.Items))
	for i, d := range found.Items {
		out.Items[i] = Receiver{d.Ord, d.Endpoint[min(len(x.Corp)+1, len(d.Endpoint)):], d.ID, d.State, d.Reason, d.Detail}
	}
	return out, nil
}

const selectReceivers = `SELECT ord, staff, due, external, delivery FROM masssend_recipient WHERE send = $1 AND ord > $2 ORDER BY ord LIMIT $3`

// collectedBy lists what a pool collected. The touches themselves belong to the playbook.
func (s *Service) collectedBy(ctx context.Context, x Send, f ReceiverFilter) (out page.Page[Receiver], err error) {
	after := "0"
	if _, err := page.After(f.Cursor, &after); err != nil {
		return out, err
	}
	from, err := strconv.ParseUint(after, 10, 32)
	if err != nil {
		return out, err
	}
	limit := page.Limit(f.Limit)
	all, err := s.recipients(ctx, selectReceivers, x.ID, int64(from), limit+1)
	if err != nil {
		return out, err
	}
	cut := page.Cut(all, limit, func(r recipient) string { return strconv.FormatUint(uint64(r.ord), 10) })
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
