package outreach

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"yutang/internal/failpoint"
	"yutang/internal/job"
	"yutang/internal/timeline"
)

// perEndpoint is how many calls to one endpoint may be under way.
const perEndpoint = 8

// Limit closes every queue while sending is held, the queue of a failing endpoint while it
// rests, and that of one that has had its calls of the minute.
func (s *Service) Limit(queue string, now time.Time) (int, time.Time) {
	if s.held.Load() != nil {
		return 0, time.Time{}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	n, at := s.breaker(queue).limit(perEndpoint, now)
	channel, endpoint, _ := strings.Cut(queue, "/")
	rate := s.Policy().rate(channel, endpoint)
	if rate == 0 || n == 0 {
		return n, at
	}
	left, next := s.pace(queue).left(rate, now)
	return min(n, left), next
}

// pace is the queue's. mu is held.
func (s *Service) pace(queue string) *pace {
	p := s.paces[queue]
	if p == nil {
		p = &pace{}
		s.paces[queue] = p
	}
	return p
}

// breaker is the queue's. mu is held.
func (s *Service) breaker(queue string) *breaker {
	b := s.breakers[queue]
	if b == nil {
		b = &breaker{}
		s.breakers[queue] = b
	}
	return b
}

// candidate is a planned delivery with its message.
type candidate struct {
	job      job.Job
	delivery Delivery
	draft    Draft
	root     timeline.Ord
	leaves   []timeline.Ord
}

// Run brings deliveries to their end: it composes those that are planned, asks the
// policy, commits that they are attempted, and calls. A delivery found attempting was
// lost in a crash; one found settled lacks its receipt.
func (s *Service) Run(ctx context.Context, jobs []job.Job) {
	var planned []candidate
	for _, j := range jobs {
		c, ok, err := s.open(ctx, j)
		if err != nil {
			slog.Warn("delivery could not be prepared; it is tried again", "delivery", j.Key, "err", err)
		}
		if ok {
			planned = append(planned, c)
		} else {
			s.Jobs.Release(j)
		}
	}
	admitted, err := s.admit(ctx, planned)
	if err != nil {
		slog.Warn("deliveries could not be admitted; they are tried again", "err", err)
	}
	var calls sync.WaitGroup
	for _, c := range planned {
		if slices.ContainsFunc(admitted, func(a candidate) bool { return a.job.Key == c.job.Key }) {
			calls.Go(func() { s.call(ctx, c) })
		} else {
			s.Jobs.Release(c.job)
		}
	}
	calls.Wait()
}

// open reads what a job is about. ok is true if there is a message to send now.
func (s *Service) open(ctx context.Context, j job.Job) (c candidate, ok bool, err error) {
	d, kept, err := s.read(ctx, j.Key)
	if err != nil {
		return c, false, err
	}
	switch d.State {
	case Planned:
	case Attempting:
		return c, false, s.lost(ctx, j, d)
	case StateAccepted, StateRejected:
		s.receipts.add(receipt{job: j, delivery: d})
		return c, false, nil
	default:
		_, err := s.Jobs.Done(ctx, j)
		return c, false, err
	}
	c = candidate{job: j, delivery: d}
	if !s.Clock.Now().Before(d.ExpiresAt) {
		return c, true, nil // decide ends it
	}
	if c.draft, err = s.composer.Compose(ctx, d); err != nil {
		return c, false, fmt.Errorf("compose %s: %w", d.ID, err)
	}
	if kept.ID != "" {
		c.draft.Message = kept
	}
	c.draft.Message.Channel, c.draft.Message.Endpoint, c.draft.Message.ExpiresAt = d.Channel, d.Endpoint, d.ExpiresAt
	s.Timeline.RLock()
	c.root = s.Timeline.Root(d.Ord)
	c.leaves = slices.Clone(s.Timeline.Leaves(c.root))
	s.Timeline.RUnlock()
	return c, true, nil
}

// admit asks the policy about each candidate, the best rank first, and commits what is
// decided. Those it returns are attempting, on disk.
func (s *Service) admit(ctx context.Context, planned []candidate) (admitted []candidate, err error) {
	if len(planned) == 0 || s.held.Load() != nil {
		return nil, nil
	}
	planned = slices.Clone(planned)
	slices.SortStableFunc(planned, func(a, b candidate) int { return rank(a.delivery.claim(), b.delivery.claim()) })
	err = s.DB.InTx(ctx, func(ctx context.Context) error {
		admitted = admitted[:0]
		for _, c := range planned {
			ok, err := s.decide(ctx, c)
			if err != nil {
				return err
			}
			if ok {
				admitted = append(admitted, c)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return admitted, nil
}

// decide takes a candidate to its next state: attempting, later, or ended.
func (s *Service) decide(ctx context.Context, c candidate) (attempting bool, err error) {
	d, now := c.delivery, s.Clock.Now()
	zone := c.draft.Zone
	if zone == nil {
		zone = s.Zone()
	}
	switch {
	case !now.Before(d.ExpiresAt):
		return false, s.finish(ctx, c, Expired, d.Reason)
	case c.draft.Later != "":
		return false, s.snooze(ctx, c, c.draft.LaterAt, c.draft.Later)
	case c.draft.Refuse != "":
		return false, s.finish(ctx, c, Suppressed, c.draft.Refuse)
	}
	if !d.Transactional {
		done, err := s.restrain(ctx, c, now, zone)
		if err != nil || done {
			return false, err
		}
	}
	return s.attempt(ctx, d, c.draft.Message)
}

// restrain applies the policy; done means that the delivery is not to be attempted now.
func (s *Service) restrain(ctx context.Context, c candidate, now time.Time, zone *time.Location) (done bool, err error) {
	d := c.delivery
	caps := PlaybookCap{c.draft.PerDay, c.draft.PerWeek, c.draft.PerMonth}
	t := terms{claim: *d.claim(), at: now, zone: zone, quiet: c.draft.Quiet, counted: d.Attempt > 0}
	t.claim.Caps = caps
	q := Screen{Channel: d.Channel, Playbook: d.Playbook, At: now, PerDay: caps[Day], PerWeek: caps[Week], PerMonth: caps[Month]}
	known, err := s.learn(ctx, q, []Person{{Ord: d.Ord, Zone: zone, root: c.root, leaves: c.leaves, delivery: d.ID}})
	if err != nil {
		return false, err
	}
	policy := s.Policy()
	j := policy.judge(t, known[0])
	if err := s.expose(ctx, policy, d, j.why, now); err != nil {
		return false, err
	}
	switch j.why {
	case "":
		return false, nil
	case QuietHours:
		return true, s.snooze(ctx, c, j.until, j.why)
	case Outranked:
		return true, s.giveWay(ctx, c, j, now)
	case Capped:
		if d.Reason == Outranked { // it gave way, and those before it went
			j.why = Outranked
		}
	}
	return true, s.refuse(ctx, c, j)
}

// expose tells of a customer whom the draw of the brand's control group concerned.
func (s *Service) expose(ctx context.Context, p Policy, d Delivery, why Reason, now time.Time) error {
	if s.exposed == nil || p.Holdout == 0 || why == NoConsent {
		return nil
	}
	return s.exposed(ctx, []Exposed{{Ord: d.Ord, Held: why == Holdout, Share: p.Holdout, At: now}})
}

// giveWayPause is how soon at the earliest a touch that gave way looks again.
const giveWayPause = time.Minute

// giveWay lets a touch wait until those of better rank have had their turn, in case one of
// them falls away. One that does not live so long is suppressed.
func (s *Service) giveWay(ctx context.Context, c candidate, j judgement, now time.Time) error {
	next := now.Add(giveWayPause)
	if j.until.After(next) {
		next = j.until
	}
	if !next.Before(c.delivery.ExpiresAt) {
		return s.refuse(ctx, c, j)
	}
	if err := s.explain(ctx, c.delivery, j.detail); err != nil {
		return err
	}
	return s.snooze(ctx, c, next, Outranked)
}

// refuse suppresses a delivery by the policy's judgement.
func (s *Service) refuse(ctx context.Context, c candidate, j judgement) error {
	if j.detail != "" {
		if err := s.explain(ctx, c.delivery, j.detail); err != nil {
			return err
		}
	}
	return s.finish(ctx, c, Suppressed, j.why)
}

// finish ends a delivery without an attempt, with its job.
func (s *Service) finish(ctx context.Context, c candidate, state State, why Reason) error {
	if err := s.end(ctx, c.delivery, state, why); err != nil {
		return err
	}
	_, err := s.Jobs.Done(ctx, c.job)
	return err
}

// snooze moves a delivery to a later time, or ends it if it will have expired by then.
func (s *Service) snooze(ctx context.Context, c candidate, due time.Time, why Reason) error {
	if !due.Before(c.delivery.ExpiresAt) {
		return s.finish(ctx, c, Expired, why)
	}
	if err := s.postpone(ctx, c.delivery, due, why); err != nil {
		return err
	}
	_, err := s.Jobs.Snooze(ctx, c.job, due, string(why))
	return err
}

// call makes the attempt that was committed and waits until its result is too.
func (s *Service) call(ctx context.Context, c candidate) {
	r := result{candidate: c, settled: make(chan struct{})}
	r.delivery.Attempt++
	s.mu.Lock()
	s.pace(c.job.Queue).note(s.Clock.Now())
	s.mu.Unlock()
	failpoint.Hit(failpoint.Attempting)
	if sender := s.senders[c.delivery.Channel]; sender == nil {
		r.outcome = Outcome{Verdict: Rejected, Reason: NoEndpoint, Detail: "no sender for channel " + c.delivery.Channel}
	} else if o, err := sender.Send(ctx, c.draft.Message); err != nil {
		r.outcome = Outcome{Reason: NoAnswer, Detail: err.Error()}
	} else {
		r.outcome = o
	}
	failpoint.Hit(failpoint.Called)
	s.mu.Lock()
	s.breaker(c.job.Queue).note(r.outcome, s.Clock.Now())
	s.mu.Unlock()
	s.results.add(r)
	<-r.settled
}
