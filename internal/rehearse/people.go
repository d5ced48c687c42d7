package rehearse

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"yutang/internal/event"
	"yutang/internal/flow"
	"yutang/internal/outreach"
	"yutang/internal/timeline"
)

// replayWorkers is how many goroutines replay.
const replayWorkers = 2

// stride is how many customer numbers a worker takes at a time.
const stride = 64

// people replays everybody in the sample, and the subjects that are no customers.
func (s *Service) people(ctx context.Context, x Spec, c *script, k *facts, p *progress) (*tally, error) {
	outline := outlineOf(c.Flow)
	if kind := c.Definition.Subject; kind != flow.Customers {
		return s.others(ctx, x, c, k, kind)
	}
	s.Timeline.RLock()
	last := uint32(s.Timeline.Customers())
	s.Timeline.RUnlock()
	p.total.Store(int64(last))
	var next atomic.Uint32
	parts := make([]*tally, replayWorkers)
	group, ctx := errgroup.WithContext(ctx)
	for i := range parts {
		parts[i] = newTally(outline)
		group.Go(func() error {
			w := s.counting(x, c, k, parts[i])
			for {
				first := next.Add(stride) - stride + 1
				if first > last {
					return nil
				}
				for ord := first; ord < first+stride && ord <= last; ord++ {
					if err := s.person(ctx, x, w, ord); err != nil {
						return fmt.Errorf("replay customer %d: %w", ord, err)
					}
				}
				p.done.Add(stride)
			}
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	for _, part := range parts[1:] {
		parts[0].add(part)
	}
	return parts[0], nil
}

// outlineOf is a tally for each step, empty.
func outlineOf(f *flow.Flow) (out []StepTally) {
	for _, op := range f.Steps {
		out = append(out, StepTally{Step: op.Step.ID, Kind: op.Kind, Name: op.Step.Name})
	}
	return out
}

func (s *Service) counting(x Spec, c *script, k *facts, t *tally) *walker {
	return s.walker(c, k, &counter{tally: t, used: map[quotaKey]int{}}, x.Until.AddDate(0, 0, -x.Days).UnixMilli(), x.Until.UnixMilli())
}

// person replays one customer, if ord is one and in the sample.
func (s *Service) person(ctx context.Context, x Spec, w *walker, ord uint32) (err error) {
	if err := ctx.Err(); err != nil {
		return err
	}
	if !sampled(ord, x.Sample) {
		return nil
	}
	born := ""
	if d := w.Definition.Trigger.Date; d != nil {
		if born, err = s.value(ctx, d.Trait, ord); err != nil {
			return err
		}
	}
	s.Audiences.View(func() {
		if s.Timeline.Root(ord) != ord {
			return
		}
		if err = w.enter(ord); err != nil {
			return
		}
		w.plead(born)
		if err = w.walk(); err == nil {
			w.watch.(*counter).leave(w)
		}
	})
	return err
}

// plead finds the moments at which dates and schedules start runs, and lets members of the
// audience begin who were in it before.
func (w *walker) plead(born string) {
	t := w.Definition.Trigger
	switch {
	case t.Date != nil:
		if !event.Personal(t.Date.Trait) {
			trait := w.svc.Customers.Trait(t.Date.Trait)
			born = trait.Dict().Value(trait.Code(w.root)).Str
		}
		for at, ok := t.Date.Next(born, w.span.from, w.brand); ok && at <= w.span.to; at, ok = t.Date.Next(born, at, w.brand) {
			w.begins = append(w.begins, at)
		}
	case t.Schedule != nil:
		w.begins = scheduled(w.begins, t.Schedule, w.span, w.brand)
	case t.Existing:
		for i := range w.crowds {
			if m := &w.crowds[i]; m.name == t.Audience && m.in {
				w.begins = append(w.begins, w.span.from)
			}
		}
	}
}

// scheduled appends a schedule's moments in a span.
func scheduled(dst []int64, s *flow.Schedule, in span, zone *time.Location) []int64 {
	for at, ok := s.Next(in.from, zone); ok && at <= in.to; at, ok = s.Next(at, zone) {
		dst = append(dst, at)
	}
	return dst
}

// others replays a playbook of staff, groups or the brand: its schedule's moments, for
// each of the selection of now.
func (s *Service) others(ctx context.Context, x Spec, c *script, k *facts, kind flow.Kind) (*tally, error) {
	t := newTally(outlineOf(c.Flow))
	w := s.counting(x, c, k, t)
	names := []string{""}
	if d := c.Definition.Trigger.Schedule; d != nil && kind != flow.Brand {
		names = nil
		if s.Select != nil {
			var err error
			if names, err = s.Select(ctx, kind, d.Select); err != nil {
				return nil, fmt.Errorf("select subjects: %w", err)
			}
		}
	}
	for _, name := range names {
		w.subject, w.root, w.leaves, w.track = flow.Subject{Kind: kind, Name: name}, 0, nil, timeline.Track{}
		w.reset()
		w.plead("")
		if err := w.walk(); err != nil {
			return nil, err
		}
		w.watch.(*counter).leave(w)
	}
	return t, nil
}

// counter counts what happens to the customers of one worker.
type counter struct {
	*tally
	starts  []int64 // of the customer's runs
	touched int
	used    map[quotaKey]int // messages of the customer
}

func (c *counter) refused(why string) { c.tally.refused[why]++ }

func (c *counter) began(w *walker, p *passage) {
	if len(c.starts) == 0 {
		c.unique++
	}
	c.starts = append(c.starts, w.now)
	c.entries++
	c.day(c.dayOf(w, w.now)).Entries++
	c.changes[w.now/hourMS]++
	if p.Holdout {
		c.tally.heldOut++
	}
}

const hourMS = 3_600_000

func (c *counter) dayOf(w *walker, at int64) string {
	return time.UnixMilli(at).In(w.brand).Format(time.DateOnly)
}

func (c *counter) noted(_ *walker, p *passage, e flow.Entry) {
	if e.Step < 0 {
		return
	}
	s := &c.steps[e.Step]
	if p.at != e.Step {
		p.at = e.Step
		s.Entered++
	}
	if e.Outcome == flow.Entered {
		return
	}
	s.Outcomes[string(e.Outcome)]++
	if e.Detail != "" && (e.Outcome == flow.Took || e.Outcome == flow.Planned || e.Outcome == flow.HeldOut) {
		s.Ways[e.Detail]++
	}
}

func (c *counter) planned(_ *walker, t *touch) bool {
	c.channel(t.send.Channel).Planned++
	return true
}

func (c *counter) dispatched(w *walker, t *touch, a outreach.Answer) {
	if a.Refuse != "" {
		c.unsent(t.step, t.send.Channel, a.Refuse)
		return
	}
	c.touched++
	c.sent(t.step, t.send.Channel, c.dayOf(w, w.now), t.shifted)
	account, p, ok := w.quota(t, time.UnixMilli(w.now).UTC())
	if !ok {
		return
	}
	key := quotaKey{account, p.From.UnixMilli()}
	q := c.quota[key]
	if q == nil {
		q = &QuotaUse{Corp: account, From: p.From, Limit: p.Limit}
		c.quota[key] = q
	}
	c.used[key]++
	q.Messages++
	if c.used[key] == 1 {
		q.Customers++
	}
	if c.used[key] == p.Limit {
		q.Full++
	}
}

func (c *counter) tasked(w *walker, _ *passage, i int, _ string) {
	c.task(w.assignee(w.Steps[i].Step.Task), c.dayOf(w, w.now))
}

func (c *counter) ended(w *walker, p *passage) {
	c.tally.ended[string(p.End)]++
	c.changes[w.now/hourMS]--
	if p.End == flow.Goal {
		c.goals = append(c.goals, w.now-p.Started)
		c.day(c.dayOf(w, w.now)).Goals++
	}
}

// leave counts what is known when a customer's time is over.
func (c *counter) leave(w *walker) {
	c.customers++
	c.events += w.track.Len() - w.firstEvent()
	for _, p := range w.runs {
		c.steps[p.Step].Waiting++
		c.tally.ended["open"]++
	}
	if len(c.starts) > 0 {
		c.perCustomer[c.touched]++
		c.earn(w)
	}
	c.starts, c.touched = c.starts[:0], 0
	clear(c.used)
}

// earn counts the orders within the window of any start, each once.
func (c *counter) earn(w *walker) {
	n := 0
	for _, leaf := range w.leaves {
		for _, o := range w.known.orders[leaf] {
			for _, at := range c.starts {
				if o.at >= at && o.at < at+revenueDays*24*hourMS && o.at <= w.span.to {
					n++
					c.net += o.net
					break
				}
			}
		}
	}
	if c.orders += n; n > 0 {
		c.buyers++
	}
}
