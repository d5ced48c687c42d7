package audience

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/rule"
	"yutang/internal/timeline"
)

// sampleSize is how many matching customers a preview shows.
const sampleSize = 10

// Preview is who would match a rule.
type Preview struct {
	Count  int
	Sample []uint32 // lowest customer numbers first
	Took   time.Duration
}

// Preview counts who matches a rule at a moment (zero: now), without saving anything. Properties and
// traits that no rule used before are indexed on the way.
func (s *Service) Preview(ctx context.Context, raw json.RawMessage, at time.Time) (Preview, error) {
	started := s.clock.Now()
	if at.IsZero() {
		at = started
	}
	r, err := rule.Parse(raw, s.world.Zone())
	if err != nil {
		return Preview{}, underRule(err)
	}
	if err := s.prepareColumns(ctx, []*rule.Rule{r}); err != nil {
		return Preview{}, err
	}
	counts, err := s.count(ctx, r, at.UnixMilli())
	if err != nil {
		return Preview{}, underRule(err)
	}
	out := Preview{}
	for _, c := range counts {
		out.Count += c.n
		out.Sample = append(out.Sample, c.sample...)
	}
	slices.Sort(out.Sample)
	out.Sample = out.Sample[:min(len(out.Sample), sampleSize)]
	out.Took = s.clock.Now().Sub(started)
	return out, nil
}

type counter struct {
	n      int
	sample []uint32
	prog   *rule.Program
	s      rule.Subject
	_      [64]byte // workers count on cache lines of their own
}

// counters compiles r once per worker.
func (e *Engine) counters(r *rule.Rule) ([]counter, error) {
	e.tl.RLock()
	defer e.tl.RUnlock()
	prog, err := r.Compile(e.world)
	if err != nil {
		return nil, err
	}
	counts := make([]counter, scanWorkers)
	for i := range counts {
		counts[i].prog = prog.Fork()
	}
	return counts, nil
}

func (e *Engine) count(ctx context.Context, r *rule.Rule, now int64) ([]counter, error) {
	e.scans.RLock()
	defer e.scans.RUnlock()
	counts, err := e.counters(r)
	if err != nil {
		return nil, err
	}
	moment, ok := counts[0].prog.Since(now)
	scan := e.tl.Scan
	if ok {
		scan = func(ctx context.Context, cols []*timeline.Column, workers int, visit func(int, timeline.Ord, *timeline.Track) error) error {
			return e.tl.ScanSince(ctx, cols, workers, moment, visit)
		}
	}
	err = scan(ctx, counts[0].prog.Columns(), scanWorkers, func(worker int, root timeline.Ord, t *timeline.Track) error {
		c := &counts[worker]
		c.s = rule.Subject{Root: root, Track: t}
		if match, _ := c.prog.Eval(&c.s, now); match {
			c.n++
			c.keep(root)
		}
		return nil
	})
	return counts, err
}

// keep holds the lowest numbers seen.
func (c *counter) keep(root uint32) {
	if len(c.sample) < sampleSize {
		c.sample = append(c.sample, root)
		slices.Sort(c.sample)
	} else if root < c.sample[sampleSize-1] {
		c.sample[sampleSize-1] = root
		slices.Sort(c.sample)
	}
}

// underRule moves the pointers of a rule's faults below /rule, where the API has it.
func underRule(err error) error {
	var e *fault.Error
	if !errors.As(err, &e) {
		return err
	}
	out := *e
	out.Fields = slices.Clone(e.Fields)
	for i := range out.Fields {
		out.Fields[i].Pointer = "/rule" + out.Fields[i].Pointer
	}
	return &out
}

// fetch reads the log for a column that is built on first use.
func (e *Engine) fetch(ctx context.Context, from uint64, visit func(seq uint64, ord timeline.Ord, at int64, name timeline.NameID, props []event.Prop) error) error {
	var props []event.Prop
	var buf []byte
	return e.log.Scan(ctx, from, e.log.Last()+1, func(s *event.Stored) (err error) {
		if props, buf, err = s.Props(props[:0], buf); err != nil {
			return err
		}
		return visit(s.Seq, s.Ord, s.At, s.NameID, props)
	})
}

// fetchSome reads single events of the log for such a column.
func (e *Engine) fetchSome(ctx context.Context, seqs []uint64, visit func(seq uint64, ord timeline.Ord, at int64, props []event.Prop) error) error {
	return e.log.ScanSome(ctx, seqs, func(s *event.Stored, props []event.Prop) error {
		return visit(s.Seq, s.Ord, s.At, props)
	})
}
