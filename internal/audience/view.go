package audience

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"time"

	"yutang/internal/page"
)

// Members lists members in order of number after the given one.
func (s *Service) Members(ctx context.Context, id string, after uint32, limit int) (roots []uint32, more bool, err error) {
	if _, err := s.find(ctx, id); err != nil {
		return nil, false, err
	}
	s.tl.RLock()
	defer s.tl.RUnlock()
	u := s.byID[id]
	if u == nil {
		return nil, false, nil
	}
	it := u.members.Iterator()
	it.AdvanceIfNeeded(after + 1)
	for it.HasNext() {
		if len(roots) == limit {
			return roots, true, nil
		}
		roots = append(roots, it.Next())
	}
	return roots, false, nil
}

// Get shows one audience.
func (s *Service) Get(ctx context.Context, id string) (Audience, error) {
	a, err := s.find(ctx, id)
	if err != nil {
		return Audience{}, err
	}
	return s.show(a), nil
}

// List shows all audiences in order of making.
func (s *Service) List(ctx context.Context) ([]Audience, error) {
	records, err := s.records(ctx)
	if err != nil {
		return nil, fmt.Errorf("list audiences: %w", err)
	}
	out := make([]Audience, len(records))
	for i, a := range records {
		out[i] = s.show(a)
	}
	return out, nil
}

// Of lists the audiences that a customer is in now, in order of making.
func (s *Service) Of(ctx context.Context, root uint32) ([]Audience, error) {
	all, err := s.List(ctx)
	if err != nil {
		return nil, err
	}
	s.tl.RLock()
	defer s.tl.RUnlock()
	return slices.DeleteFunc(all, func(a Audience) bool { return !s.IsMember(a.ID, root) }), nil
}

func (s *Service) show(a record) Audience {
	out := Audience{
		ID: a.id, Name: a.name, Description: a.description, Rule: json.RawMessage(a.rule), Version: a.version,
		State: Building, CreatedAt: time.UnixMilli(a.createdAt).UTC(), UpdatedAt: time.UnixMilli(a.updatedAt).UTC(),
	}
	s.tl.RLock()
	defer s.tl.RUnlock()
	if u := s.byID[a.id]; u != nil {
		out.State, out.LiveVersion, out.Count = Live, u.version, int(u.members.GetCardinality())
		if u.version != a.version {
			out.State = Updating
		}
	}
	out.Progress = 1
	if out.State != Live {
		out.Progress = 0
	}
	for _, b := range s.builds {
		if b.unit.id == a.id && b.unit.version == a.version && b.total > 0 {
			out.Progress = float64(b.done.Load()) / float64(b.total)
			if b.err != nil {
				out.BuildError = b.err.Error()
			}
		}
	}
	out.CompleteTo = time.UnixMilli(s.completeTo(s.now())).UTC()
	return out
}

// completeTo is the moment up to which every timer has fired.
func (e *Engine) completeTo(now int64) int64 {
	if due, ok := e.NextDue(); ok && due <= now {
		return e.timers[0].due
	}
	return now
}

// Page lists audiences in order of making, limit at a time.
func (s *Service) Page(ctx context.Context, cursor string, limit int) (page.Page[Audience], error) {
	var after int64
	if _, err := page.After(cursor, &after); err != nil {
		return page.Page[Audience]{}, err
	}
	records, err := s.records(ctx)
	if err != nil {
		return page.Page[Audience]{}, fmt.Errorf("list audiences: %w", err)
	}
	out := page.Page[Audience]{}
	for _, a := range records {
		if a.num <= after {
			continue
		}
		if len(out.Items) == limit {
			out.Next = page.Cursor(after)
			break
		}
		out.Items = append(out.Items, s.show(a))
		after = a.num
	}
	return out, nil
}

// MoveFilter narrows and pages Moves.
type MoveFilter struct {
	Which  string // "entered", "left" or "" both
	Cursor string
	Limit  int // 1 to page.MaxLimit
}

// Moves lists who entered and left an audience, newest first. What an edit of its own rule
// changed is a version, not a move.
func (s *Service) Moves(ctx context.Context, id string, f MoveFilter) (p page.Page[Transition], err error) {
	a, err := s.find(ctx, id)
	if err != nil {
		return p, err
	}
	before := int64(math.MaxInt64)
	if _, err := page.After(f.Cursor, &before); err != nil {
		return p, err
	}
	list, err := s.movesOf(ctx, a.num, before, f.Which != "left", f.Which != "entered", f.Limit+1)
	if err != nil {
		return p, fmt.Errorf("list moves of %s: %w", id, err)
	}
	for i := range list {
		list[i].Audience = id
	}
	return page.Cut(list, f.Limit, func(t Transition) uint64 { return t.Seq }), nil
}

// Recent lists the latest transitions, newest first, at most n.
func (s *Service) Recent(n int) []Transition {
	s.tl.RLock()
	defer s.tl.RUnlock()
	out := slices.Clone(s.recent[max(0, len(s.recent)-n):])
	slices.Reverse(out)
	return out
}
