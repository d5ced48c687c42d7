package audience

import (
	"context"
	"encoding/json"
	"time"

	"github.com/RoaringBitmap/roaring/v2"

	"yutang/internal/rule"
	"yutang/internal/timeline"
)

// picker gathers who matches, for one worker of a scan. Customers come in order of number
// within a step of the scan only.
type picker struct {
	found *roaring.Bitmap
	batch []uint32
	prog  *rule.Program
	s     rule.Subject
	_     [64]byte
}

// pickBatch is how many numbers are put into a set together.
const pickBatch = 4096

// Select finds who matches a rule at a moment (zero: now), as Preview counts them. The set
// is the caller's. Errors: fault.Invalid with pointers below /rule.
func (s *Service) Select(ctx context.Context, raw json.RawMessage, at time.Time) (*roaring.Bitmap, error) {
	if at.IsZero() {
		at = s.clock.Now()
	}
	r, err := rule.Parse(raw, s.world.Zone())
	if err != nil {
		return nil, underRule(err)
	}
	if err := s.prepareColumns(ctx, []*rule.Rule{r}); err != nil {
		return nil, err
	}
	pickers, err := s.pickers(ctx, r, at.UnixMilli())
	if err != nil {
		return nil, underRule(err)
	}
	out := pickers[0].found
	for _, p := range pickers[1:] {
		out.Or(p.found)
	}
	return out, nil
}

func (e *Engine) pickers(ctx context.Context, r *rule.Rule, now int64) ([]*picker, error) {
	e.scans.RLock()
	defer e.scans.RUnlock()
	e.tl.RLock()
	prog, err := r.Compile(e.world)
	e.tl.RUnlock()
	if err != nil {
		return nil, err
	}
	out := make([]*picker, scanWorkers)
	for i := range out {
		out[i] = &picker{found: roaring.New(), prog: prog.Fork()}
	}
	visit := func(worker int, root timeline.Ord, t *timeline.Track) error {
		p := out[worker]
		p.s = rule.Subject{Root: root, Track: t}
		if match, _ := p.prog.Eval(&p.s, now); match {
			p.add(root)
		}
		return nil
	}
	if moment, ok := prog.Since(now); ok {
		err = e.tl.ScanSince(ctx, prog.Columns(), scanWorkers, moment, visit)
	} else {
		err = e.tl.Scan(ctx, prog.Columns(), scanWorkers, visit)
	}
	for _, p := range out {
		p.found.AddMany(p.batch)
	}
	return out, err
}

func (p *picker) add(root uint32) {
	if p.batch = append(p.batch, root); len(p.batch) == pickBatch {
		p.found.AddMany(p.batch)
		p.batch = p.batch[:0]
	}
}
