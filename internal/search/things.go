package search

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"yutang/internal/access"
	"yutang/internal/customer"
	"yutang/internal/fault"
	"yutang/internal/id"
)

// Thing is something that was found.
type Thing struct {
	Kind     string
	ID       string
	Title    string
	Subtitle string
	Corp     string // of what the platform numbers; "" else
}

// Source is a room whose things are found by name. Each visits them, those that matter
// most first, until visit says that it has enough; it bounds itself.
type Source struct {
	Kind  string
	Needs access.Permission
	Each  func(ctx context.Context, visit func(Thing) (more bool)) error
}

// maxOfKind is how many things of a kind are shown.
const maxOfKind = 5

// maxMatches ends the look at a kind: more than these are not ranked.
const maxMatches = 200

// CustomerKind is the kind of customers among things.
const CustomerKind = "customer"

// Things finds what the caller may read and whose name, subtitle or id has the text, in the
// order of the sources, at most five of a kind. Customers come first.
func (s *Service) Things(ctx context.Context, text string) ([]Thing, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return []Thing{}, nil
	}
	parts := make([][]Thing, len(s.Sources)+1)
	group, inner := errgroup.WithContext(ctx)
	if access.Can(ctx, access.CustomersRead) {
		group.Go(func() (err error) { parts[0], err = s.people(inner, text); return err })
	}
	for i, src := range s.Sources {
		if access.Can(ctx, src.Needs) {
			group.Go(func() (err error) { parts[i+1], err = src.find(inner, text); return err })
		}
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return append([]Thing{}, slices.Concat(parts...)...), nil
}

// find matches one source's things: names that begin with the text come first.
func (src Source) find(ctx context.Context, text string) ([]Thing, error) {
	type match struct {
		Thing
		place int
	}
	needle := strings.ToLower(text)
	var all []match
	err := src.Each(ctx, func(t Thing) bool {
		place := strings.Index(strings.ToLower(t.Title), needle)
		if place < 0 && (strings.Contains(strings.ToLower(t.Subtitle), needle) || strings.EqualFold(t.ID, text)) {
			place = len(t.Title)
		}
		if place >= 0 {
			t.Kind = src.Kind
			all = append(all, match{t, place})
		}
		return len(all) < maxMatches
	})
	if err != nil {
		return nil, fmt.Errorf("search %s: %w", src.Kind, err)
	}
	slices.SortStableFunc(all, func(a, b match) int { return cmp.Compare(a.place, b.place) })
	var out []Thing
	for _, m := range all[:min(len(all), maxOfKind)] {
		out = append(out, m.Thing)
	}
	return out, nil
}

// people are the customers found, who was seen last first.
func (s *Service) people(ctx context.Context, text string) ([]Thing, error) {
	key, err := s.key("last_seen")
	if err != nil {
		return nil, err
	}
	places, err := s.cut(ctx, s.text(text), cut{key: key, n: maxOfKind, down: true})
	if err != nil {
		return nil, err
	}
	roots := make([]uint32, len(places))
	for i, p := range places {
		roots[i] = p.Root
	}
	return s.named(ctx, roots)
}

// maxNamed is how many customers Named names at a time.
const maxNamed = 1000

// Named gives customers by their ids, in this order and under the id asked for: their names
// and phones, masked unless the caller sees personal data. Unknown ids are left out.
func (s *Service) Named(ctx context.Context, ids []string) ([]Thing, error) {
	if len(ids) > maxNamed {
		return nil, fault.BadField("ids", "are more than %d", maxNamed)
	}
	var known []string
	var roots []uint32
	s.Timeline.RLock()
	for _, text := range ids {
		if ord, err := id.ParseCustomer(text); err == nil && ord > 0 && int(ord) <= s.Timeline.Customers() {
			known, roots = append(known, text), append(roots, s.Timeline.Root(ord))
		}
	}
	s.Timeline.RUnlock()
	out, err := s.named(ctx, roots)
	for i := range out {
		out[i].ID = known[i]
	}
	return out, err
}

// named gives the customers with these roots.
func (s *Service) named(ctx context.Context, roots []uint32) ([]Thing, error) {
	profiles, err := s.Customers.Profiles(ctx, roots)
	if err != nil {
		return nil, err
	}
	var out []Thing
	open := access.Can(ctx, access.CustomersUnmask)
	for i, p := range profiles {
		name, phone := customer.NameIn(p.Traits), customer.PhoneIn(p.Traits)
		if !open {
			name, phone = mask("name", name), mask("phone", phone)
		}
		out = append(out, Thing{Kind: CustomerKind, ID: id.Customer(roots[i]), Title: cmp.Or(name, id.Customer(roots[i])), Subtitle: phone})
	}
	return out, nil
}

func mask(kind, text string) string {
	if text == "" {
		return ""
	}
	return customer.MaskIdentity(kind, text)
}
