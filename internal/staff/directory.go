package staff

import (
	"cmp"
	"context"
	"slices"

	"yutang/internal/page"
)

// List pages through the members of a corp by user id.
func (s *Service) List(ctx context.Context, corp string, f Filter) (page.Page[Member], error) {
	var none page.Page[Member]
	after := ""
	if _, err := page.After(f.Cursor, &after); err != nil {
		return none, err
	}
	var within map[int64]bool
	if f.Department != 0 {
		parts, err := s.parts(ctx, corp)
		if err != nil {
			return none, err
		}
		within = below(parts, []int64{f.Department})
	}
	limit := page.Limit(f.Limit)
	var items []Member
	err := s.each(ctx, corp, after, func(r row) bool {
		if f.keeps(r.Member, within) {
			items = append(items, r.Member)
		}
		return len(items) <= limit
	})
	if err != nil {
		return none, err
	}
	return page.Cut(items, limit, func(m Member) string { return m.UserID }), nil
}

func (f Filter) keeps(m Member, within map[int64]bool) bool {
	if (f.Follow && !m.Follow) || (!f.Left && !m.Here()) {
		return false
	}
	return within == nil || slices.ContainsFunc(m.Departments, func(d int64) bool { return within[d] })
}

// Departments lists the departments of a corp by id.
func (s *Service) Departments(ctx context.Context, corp string) ([]Department, error) {
	parts, err := s.parts(ctx, corp)
	if err != nil {
		return nil, err
	}
	out := make([]Department, 0, len(parts))
	for _, p := range parts {
		if !p.gone {
			out = append(out, p.Department)
		}
	}
	slices.SortFunc(out, func(a, b Department) int { return cmp.Compare(a.ID, b.ID) })
	return out, nil
}

// Under lists whose customers a member answers for: the member, and everybody in the
// departments led and below them, by user id. Those who left are listed too: their
// customers still need somebody. A member who is not known leads nobody.
func (s *Service) Under(ctx context.Context, corp, user string) ([]string, error) {
	m, _, err := s.row(ctx, corp, user)
	if err != nil {
		return nil, err
	}
	parts, err := s.parts(ctx, corp)
	if err != nil {
		return nil, err
	}
	leads := slices.Clone(m.Leader)
	for id, p := range parts {
		if slices.Contains(p.Leaders, user) {
			leads = append(leads, id)
		}
	}
	if len(leads) == 0 || !m.Here() {
		return []string{user}, nil
	}
	within, out := below(parts, leads), []string{user}
	err = s.each(ctx, corp, "", func(r row) bool {
		if r.UserID != user && (Filter{Left: true}).keeps(r.Member, within) {
			out = append(out, r.UserID)
		}
		return true
	})
	slices.Sort(out)
	return out, err
}

// below is the set of these departments and all beneath them. A circle in what the
// platform said ends where it began.
func below(parts map[int64]part, tops []int64) map[int64]bool {
	children := map[int64][]int64{}
	for id, p := range parts {
		if !p.gone {
			children[p.Parent] = append(children[p.Parent], id)
		}
	}
	in := map[int64]bool{}
	for len(tops) > 0 {
		top := tops[len(tops)-1]
		tops = tops[:len(tops)-1]
		if !in[top] {
			in[top] = true
			tops = append(tops, children[top]...)
		}
	}
	return in
}
