package sidepanel

import (
	"context"
	"slices"

	"yutang/internal/contact"
	"yutang/internal/fault"
	"yutang/internal/page"
)

var (
	errNoCustomer = fault.New(fault.NotFound, "customer_not_found", "you have no customer of this id")
	errNoMember   = fault.New(fault.NotFound, "staff_not_found", "you lead no member of this id")
)

// theirs are the living relations through which the viewer may see an external contact,
// the viewer's own first. It is the one gate to a customer's data.
func (s *Service) theirs(ctx context.Context, v Viewer, external string) ([]contact.Contact, error) {
	all, err := s.Contacts.OfExternal(ctx, v.Corp, external)
	if err != nil {
		return nil, err
	}
	mine := slices.DeleteFunc(all, func(c contact.Contact) bool { return !v.sees(c) })
	if len(mine) == 0 {
		return nil, errNoCustomer
	}
	slices.SortStableFunc(mine, func(a, b contact.Contact) int {
		switch {
		case a.User == v.User && b.User != v.User:
			return -1
		case b.User == v.User && a.User != v.User:
			return 1
		}
		return 0
	})
	return mine, nil
}

// sees says whether a relation lets the viewer see its customer.
func (v Viewer) sees(c contact.Contact) bool {
	return c.Corp == v.Corp && c.State.Alive() && slices.Contains(v.Reach, c.User)
}

// List pages through the living relations of the viewer, or of a member led.
func (s *Service) List(ctx context.Context, v Viewer, user, cursor string, limit int) (page.Page[Brief], error) {
	if user == "" {
		user = v.User
	}
	var out page.Page[Brief]
	if !slices.Contains(v.Reach, user) {
		return out, errNoMember
	}
	p, err := s.Contacts.List(ctx, contact.Filter{Corp: v.Corp, User: user, State: contact.Living, Cursor: cursor, Limit: limit})
	if err != nil {
		return out, err
	}
	out.Next = p.Next
	for _, c := range p.Items {
		b, err := s.brief(ctx, c)
		if err != nil {
			return out, err
		}
		out.Items = append(out.Items, b)
	}
	return out, nil
}
