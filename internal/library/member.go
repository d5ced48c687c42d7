package library

import (
	"context"
	"slices"

	"yutang/internal/access"
	"yutang/internal/customer"
	"yutang/internal/fault"
	"yutang/internal/flow"
)

// Member is a member of staff as the library sees them: with their departments and all
// above those. One whom the directory does not know is in none.
func (s *Service) Member(ctx context.Context, corp, user string) (Staff, error) {
	who := Staff{Corp: corp, User: user}
	m, err := s.Staff.Get(ctx, corp, user)
	if fault.Is(err, fault.NotFound) {
		return who, nil
	}
	if err != nil {
		return who, err
	}
	all, err := s.Staff.Departments(ctx, corp)
	if err != nil {
		return who, err
	}
	parent := map[int64]int64{}
	for _, d := range all {
		parent[d.ID] = d.Parent
	}
	for _, d := range m.Departments {
		for d != 0 && !slices.Contains(who.Departments, d) {
			who.Departments = append(who.Departments, d)
			d = parent[d]
		}
	}
	return who, nil
}

// Values are what templates know beside the customer: the brand, and a member of staff if
// one is named.
func (s *Service) Values(ctx context.Context, corp, user string) (map[string]any, error) {
	out := map[string]any{}
	if s.Brand != nil {
		name, err := s.Brand(ctx)
		if err != nil {
			return nil, err
		}
		out["brand"] = map[string]any{"name": name}
	}
	if user == "" {
		return out, nil
	}
	m, err := s.Staff.Get(ctx, corp, user)
	if fault.Is(err, fault.NotFound) {
		return nil, fault.BadField("/staff", "there is no member %q of corp %q", user, corp)
	}
	name := m.Alias
	if name == "" {
		name = m.Name
	}
	out["staff"] = map[string]any{"id": user, "name": name, "position": m.Position}
	return out, err
}

// CustomerValues are what templates know of a customer whom the caller shows as profile.
func CustomerValues(profile customer.Profile) map[string]any {
	bind := flow.Bindings(profile, nil, nil)
	return map[string]any{"customer": bind["customer"], "traits": bind["traits"]}
}

// Bindings are all that texts know of a customer, a member of staff, and the brand; each may
// be nobody. Personal values are masked unless ctx may see them.
func (s *Service) Bindings(ctx context.Context, corp, user, public string) (map[string]any, error) {
	more, err := s.Values(ctx, corp, user)
	if err != nil {
		return nil, err
	}
	profile, err := s.profile(ctx, public)
	if err != nil {
		return nil, err
	}
	if !access.Can(ctx, access.CustomersUnmask) {
		profile = customer.Mask(profile)
	}
	return flow.Bindings(profile, nil, more), nil
}
