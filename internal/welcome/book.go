package welcome

import (
	"context"
	"fmt"
	"strings"
	"time"

	"yutang/internal/content"
	"yutang/internal/page"
)

const use = content.Welcome

// The sources of a greeting.
const (
	SourceCode    = "code"
	SourceRule    = "rule"
	SourceDefault = "default"
)

// book is all that the lane needs, by corp. It is replaced as a whole and never changed.
type book struct {
	rules map[string][]Rule // enabled
	staff map[string]crew
}

type crew struct {
	people  map[string]Person // by userid in lower case: the platform does not tell case apart
	parents map[int64]int64
}

// choice is the greeting for one contact.
type choice struct {
	source   string
	origin   string // id of the live code or rule
	greeting Greeting
}

// Refresh reads rules and staff again. Call it when the directory has changed; it happens
// by itself every few minutes.
func (s *Service) Refresh(ctx context.Context) error {
	corps, err := s.Corps(ctx)
	if err != nil {
		return fmt.Errorf("list corps: %w", err)
	}
	people := map[string]crew{}
	for _, corp := range corps {
		d, err := s.Directory(ctx, corp)
		if err != nil {
			return fmt.Errorf("read staff of %s: %w", corp, err)
		}
		people[corp] = index(d)
	}
	return s.turn(ctx, people)
}

// Apply makes changed rules count. Call it once the change is committed.
func (s *Service) Apply(ctx context.Context) error { return s.turn(ctx, nil) }

// turn puts another book in place; people nil keeps the staff.
func (s *Service) turn(ctx context.Context, people map[string]crew) error {
	s.write.Lock()
	defer s.write.Unlock()
	next := &book{rules: map[string][]Rule{}, staff: people}
	if people == nil {
		next.staff = s.book.Load().staff
	}
	for after := ""; ; {
		some, err := s.listRules(ctx, "", after, page.MaxLimit)
		if err != nil {
			return fmt.Errorf("read welcome rules: %w", err)
		}
		for _, r := range some {
			if !r.Disabled {
				next.rules[r.Corp] = append(next.rules[r.Corp], r)
			}
			after = r.ID
		}
		if len(some) < page.MaxLimit {
			break
		}
	}
	s.book.Store(next)
	return nil
}

func index(d Directory) crew {
	out := crew{people: make(map[string]Person, len(d.People)), parents: d.Parents}
	for _, p := range d.People {
		out.people[strings.ToLower(p.UserID)] = p
	}
	return out
}

func (b *book) person(corp, user string) Person {
	return b.staff[corp].people[strings.ToLower(user)]
}

// choose finds the greeting for a new contact, from memory.
func (s *Service) choose(corp, user, state string) (choice, bool) {
	if s.Code != nil && state != "" {
		if raw, codeID, ok := s.Code(corp, user, state); ok {
			g, err := ParseGreeting(raw)
			if err == nil && !g.Empty() {
				return choice{SourceCode, codeID, g}, true
			}
		}
	}
	b := s.book.Load()
	best, rank := (*Rule)(nil), farthest
	for i := range b.rules[corp] {
		r := &b.rules[corp][i]
		d := b.distance(corp, user, r)
		if d < rank || best != nil && d == rank && r.Position < best.Position {
			best, rank = r, d
		}
	}
	if best == nil {
		return choice{}, false
	}
	c := choice{SourceRule, best.ID, best.Greeting}
	if rank == byDefault {
		c.source = SourceDefault
	}
	return c, true
}

// How well a rule fits: lower is better. Between named and byDefault lies the number of
// departments to go up.
const (
	named     = 0
	byDefault = 1 << 10
	farthest  = 1 << 11 // does not fit
	maxDepth  = 64
)

func (b *book) distance(corp, user string, r *Rule) int {
	if len(r.Staff) == 0 && len(r.Departments) == 0 {
		return byDefault
	}
	for _, u := range r.Staff {
		if strings.EqualFold(u, user) {
			return named
		}
	}
	best := farthest
	for _, d := range b.person(corp, user).Departments {
		for up := 1; d != 0 && up < maxDepth; up++ {
			if holds(r.Departments, d) {
				best = min(best, up)
				break
			}
			d = b.staff[corp].parents[d]
		}
	}
	return best
}

func holds(list []int64, x int64) bool {
	for _, y := range list {
		if x == y {
			return true
		}
	}
	return false
}

// Preview is the greeting that a new contact of a member would get now.
type Preview struct {
	Source      string // "" when nobody would be greeted
	Origin      string
	Text        string
	Attachments []content.Attachment
	Missing     int // attachments whose upload is not done
}

// Preview shows the greeting for a member at a moment; the zero moment is now. state is
// that of a live code, or "".
func (s *Service) Preview(corp, user, state, customer string, at time.Time) Preview {
	c, ok := s.choose(corp, user, state)
	if !ok {
		return Preview{}
	}
	if at.IsZero() {
		at = s.Clock.Now()
	}
	what := c.greeting.At(at.In(s.Zone()))
	_, missing := s.Content.Now(corp, what, use)
	return Preview{
		Source: c.source, Origin: c.origin, Attachments: what.Attachments, Missing: missing,
		Text: render(what.Text, names{customer: customer, staff: s.book.Load().person(corp, user).Name}),
	}
}
