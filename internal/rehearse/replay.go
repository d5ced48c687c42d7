package rehearse

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"sync/atomic"
	"time"

	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/flow"
	"yutang/internal/id"
	"yutang/internal/job"
	"yutang/internal/timeline"
)

// State is where a replay stands.
type State string

// The states.
const (
	Waiting State = "waiting"
	Running State = "running"
	Done    State = "done"
	Failed  State = "failed"
)

// Spec says what to replay: a playbook's draft (version 0) or one of its versions, or a
// definition as it stands.
type Spec struct {
	Playbook   string
	Version    int
	Definition json.RawMessage
	Days       int       // 1 to MaxDays
	Until      time.Time // zero: now
	Sample     float64   // percent of customers, by hash; 0 is all
}

// MaxDays is how far back a replay goes at most.
const MaxDays = 365

// revenueDays is how long after a run's start orders are counted.
const revenueDays = 7

// Replay is one replay with what came of it.
type Replay struct {
	ID         string
	Playbook   string
	Version    int
	Definition json.RawMessage
	Days       int
	Sample     float64
	Until      time.Time
	State      State
	Progress   float64 // 0 to 1
	Error      string
	Result     *Result // nil until it is done, and in lists
	CreatedAt  time.Time
	CreatedBy  string
	EndedAt    time.Time
}

// progress is how far a replay of this process has come.
type progress struct{ done, total atomic.Int64 }

// check completes a spec and reads its flow.
func (s *Service) check(ctx context.Context, x *Spec) (*flow.Flow, error) {
	if x.Days < 1 || x.Days > MaxDays {
		return nil, fault.BadField("/days", "must be 1 to %d", MaxDays)
	}
	if x.Sample < 0 || x.Sample > 100 {
		return nil, fault.BadField("/sample_percent", "must be more than 0 and at most 100")
	}
	if x.Sample == 0 {
		x.Sample = 100
	}
	now := s.Clock.Now()
	if x.Until.IsZero() || x.Until.After(now) {
		x.Until = now
	}
	f, err := s.flowOf(ctx, x.Playbook, x.Version, x.Definition)
	if err != nil {
		return nil, err
	}
	if f.Definition.Trigger.API {
		return nil, fault.New(fault.Precondition, "no_history", "a playbook that programs start has no history to replay; use a test run")
	}
	return f, nil
}

// flowOf is the flow of a definition, or of a playbook's version.
func (s *Service) flowOf(ctx context.Context, playbook string, version int, definition json.RawMessage) (*flow.Flow, error) {
	if len(definition) == 0 {
		return s.Playbooks.Flow(ctx, playbook, version)
	}
	f, err := flow.Parse(definition, s.Zone())
	if err != nil {
		return nil, below("/definition", err)
	}
	return f, nil
}

// Order begins a replay in the background.
func (s *Service) Order(ctx context.Context, x Spec, by string) (Replay, error) {
	f, err := s.check(ctx, &x)
	if err != nil {
		return Replay{}, err
	}
	r := Replay{
		ID: id.New("rpl"), Playbook: x.Playbook, Version: x.Version, Definition: x.Definition, Days: x.Days, Sample: x.Sample, Until: x.Until,
		State: Waiting, CreatedAt: s.Clock.Now(), CreatedBy: by,
	}
	if len(r.Definition) == 0 {
		if r.Definition, err = json.Marshal(f.Definition); err != nil {
			return Replay{}, err
		}
	}
	err = s.DB.InTx(ctx, func(ctx context.Context) error {
		if err := s.insert(ctx, r); err != nil {
			return err
		}
		return s.Jobs.Put(ctx, job.Job{Kind: replayKind, Key: r.ID, Due: r.CreatedAt})
	})
	if err != nil {
		return Replay{}, fmt.Errorf("order replay: %w", err)
	}
	return r, nil
}

// Find is one replay, with its result if it is done.
func (s *Service) Find(ctx context.Context, key string) (Replay, error) {
	r, err := s.replay(ctx, key)
	s.progress(&r)
	return r, err
}

// progress fills in how far a replay has come.
func (s *Service) progress(r *Replay) {
	if r.State == Done {
		r.Progress = 1
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.running[r.ID]
	if p == nil || r.State != Waiting {
		return
	}
	r.State = Running
	if total := p.total.Load(); total > 0 {
		r.Progress = min(1, float64(p.done.Load())/float64(total))
	}
}

// work is the job of a replay. A lease that ends meanwhile brings it again: it waits then.
func (s *Service) work(ctx context.Context, j job.Job) error {
	p := &progress{}
	s.mu.Lock()
	busy := s.running[j.Key] != nil
	if !busy {
		s.running[j.Key] = p
	}
	s.mu.Unlock()
	if busy {
		return &job.Later{At: s.Clock.Now().Add(job.Lease), Reason: "is under way"}
	}
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.running, j.Key)
	}()
	r, err := s.replay(ctx, j.Key)
	if err != nil || r.State == Done || r.State == Failed {
		return err
	}
	x := Spec{Playbook: r.Playbook, Version: r.Version, Definition: r.Definition, Days: r.Days, Until: r.Until, Sample: r.Sample}
	r.Result, err = s.run(ctx, x, p)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	r.State, r.EndedAt = Done, s.Clock.Now()
	if err != nil {
		r.State, r.Error, r.Result = Failed, message(err), nil
	}
	return s.update(ctx, r)
}

// message is what a reader may see of an error.
func message(err error) string {
	var e *fault.Error
	if errors.As(err, &e) && e.Kind != fault.Internal {
		return e.Message
	}
	return "the replay failed; the log of the server says why"
}

// Replay replays at once.
func (s *Service) Replay(ctx context.Context, x Spec) (*Result, error) {
	if _, err := s.check(ctx, &x); err != nil {
		return nil, err
	}
	return s.run(ctx, x, &progress{})
}

// run replays a checked spec.
func (s *Service) run(ctx context.Context, x Spec, p *progress) (*Result, error) {
	f, err := s.flowOf(ctx, x.Playbook, x.Version, x.Definition)
	if err != nil {
		return nil, err
	}
	started := s.Clock.Now()
	from := x.Until.AddDate(0, 0, -x.Days)
	c, err := s.prepare(ctx, f, playbookOf(x), from, history)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	k, err := s.learn(ctx, f, scope{from: from, to: x.Until, playbook: x.Playbook})
	if err != nil {
		return nil, err
	}
	sum, err := s.people(ctx, x, c, k, p)
	if err != nil {
		return nil, err
	}
	r := &Result{From: from, To: x.Until, Sample: x.Sample}
	r.Revenue = RevenueTally{WindowDays: revenueDays, Currency: s.Customers.Currency(), Meaning: "correlation"}
	sum.fill(r)
	r.Notes = append([]Note{}, c.notes...)
	r.Notes = append(r.Notes, s.remarks(c, r)...)
	r.TookMS = s.Clock.Now().Sub(started).Milliseconds()
	return r, nil
}

// playbookOf is the id that draws are salted with.
func playbookOf(x Spec) string {
	if x.Playbook == "" {
		return "pb_draft"
	}
	return x.Playbook
}

// remarks are notes that depend on the numbers.
func (s *Service) remarks(c *script, r *Result) (out []Note) {
	add := func(code, format string, args ...any) { out = append(out, Note{code, fmt.Sprintf(format, args...)}) }
	add("no_runs_before", "runs from before the first day are not known here: whoever enters does so for the first time")
	if most := c.Definition.Limit.Concurrent; most > 0 && r.PeakRuns > most {
		add("concurrent", "the limit of %d runs at once was not applied; %d would have gone on at once", most, r.PeakRuns)
	}
	if r.Sample < 100 {
		add("sample", "a sample of %g %% of the customers; the numbers are theirs", r.Sample)
	}
	for _, op := range c.Steps {
		if op.Kind == flow.KindSend {
			add("missing_values", "messages are not composed: touches that would lack a value count as sent")
			break
		}
	}
	return out
}

// sampled says whether a customer is in a sample, always the same ones.
func sampled(root uint32, percent float64) bool {
	if percent >= 100 {
		return true
	}
	h := fnv.New64a()
	_, _ = fmt.Fprintf(h, "replay/%d", root)
	x := h.Sum64()
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	return float64(x>>11)/(1<<53)*100 < percent
}

// value is a customer's trait for a date trigger, "" none.
func (s *Service) value(ctx context.Context, trait string, root timeline.Ord) (string, error) {
	if !event.Personal(trait) {
		return "", nil
	}
	p, err := s.Customers.Profile(ctx, root)
	if err != nil {
		return "", err
	}
	var text string
	_ = json.Unmarshal(p.Traits[trait], &text) // a date is a text
	return text, nil
}
