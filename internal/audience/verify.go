package audience

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"yutang/internal/rule"
	"yutang/internal/timeline"
)

// Matching evaluates a rule for everybody at a moment, from scratch: what live membership
// is measured against.
func (s *Service) Matching(ctx context.Context, raw json.RawMessage, at time.Time) (roots []uint32, err error) {
	r, err := rule.Parse(raw, s.world.Zone())
	if err != nil {
		return nil, err
	}
	if err := s.prepareColumns(ctx, []*rule.Rule{r}); err != nil {
		return nil, err
	}
	s.tl.RLock()
	defer s.tl.RUnlock()
	prog, err := r.Compile(s.world)
	if err != nil {
		return nil, err
	}
	var track timeline.Track
	for ord := uint32(1); int(ord) <= s.tl.Customers(); ord++ {
		if s.tl.Root(ord) != ord {
			continue
		}
		s.tl.Read(ord, prog.Columns(), &track)
		if match, _ := prog.Eval(&rule.Subject{Root: ord, Track: &track}, at.UnixMilli()); match {
			roots = append(roots, ord)
		}
	}
	return roots, nil
}

// WrongLevels evaluates the level rules for everybody from scratch and describes whose
// recorded level differs.
func (s *Service) WrongLevels(at time.Time) (wrong []string) {
	s.tl.RLock()
	defer s.tl.RUnlock()
	var track timeline.Track
	var scratch []timeline.Codes
	for ord := uint32(1); int(ord) <= s.tl.Customers(); ord++ {
		if s.tl.Root(ord) != ord {
			continue
		}
		s.tl.Read(ord, s.cols, &track)
		view := track
		for _, u := range s.units {
			mine := *u
			mine.progs = slices.Clone(u.progs)
			for i, p := range mine.progs {
				mine.progs[i] = p.Fork()
			}
			state, _ := mine.eval(&rule.Subject{Root: ord, Track: &view}, track.Codes, &scratch, at.UnixMilli())
			if u.isLevel() && state != u.standing(ord) {
				wrong = append(wrong, fmt.Sprintf("customer %d: %s is %d, want %d", ord, u.id, u.standing(ord), state))
			}
		}
	}
	return wrong
}
