// Package overview composes the first page: money first, then what needs attention today.
//
// Nothing here knows another room. The composition root gives functions: one for the money
// of a stretch, one for what experiments have proved, one for the plan, and one for each
// thing that may need attention. Money, lift and plan are reports over everybody, for which a
// large brand waits seconds: they are told as they were last made, and made anew beside the
// callers once they are a minute old. What needs attention is asked each time, all at once.
// A part that cannot be told says so, and the rest is told.
package overview

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"yutang/internal/access"
	"yutang/internal/clock"
)

// Number is one figure with the one of the stretch before. Nil is not known; Reason says
// why.
type Number struct {
	ID     string
	Unit   string // "money" is in major units
	Value  *float64
	Before *float64
	Series []*float64 // by day
	Reason string
}

// Money is the numbers of a stretch of time.
type Money struct {
	From, To time.Time
	Currency string
	Numbers  []Number
}

// Lift is what one experiment has brought beyond its control group, in major units.
type Lift struct {
	Experiment, Name, Kind string
	Arm                    string
	Amount                 float64
	Low, High              *float64
}

// Goal is one number of the running plan.
type Goal struct {
	Name, Unit          string
	Planned, PlannedNow *float64
	Actual              float64
	Gap                 *float64
	Behind              bool
}

// Plan is the running plan so far.
type Plan struct {
	ID, Name string
	From, To string
	Elapsed  float64 // share of its days
	Goals    []Goal
}

// Level says how much a thing matters.
type Level string

// The levels, the least first.
const (
	Note Level = "note"
	Warn Level = "warn"
	Bad  Level = "bad"
)

var levels = map[Level]int{Note: 0, Warn: 1, Bad: 2}

// Matter is something that needs attention. Link is the key of the page that deals with it.
type Matter struct {
	Key    string
	Level  Level
	Link   string
	Count  int
	More   bool // Count is a lower bound
	Detail string
}

// Asker tells what of one kind needs attention: nothing at all is well.
type Asker struct {
	Name  string
	Needs access.Permission
	Ask   func(ctx context.Context) ([]Matter, error)
}

// Report is the first page. Money, Lifts and Plan have an error in words where they are
// nil because they cannot be told.
type Report struct {
	AsOf    time.Time // of the money
	Money   *Money
	Lifts   []Lift
	Plan    *Plan
	Matters []Matter
	Missing []string // parts that could not be told
	Stale   bool     // a newer one is being made
}

// Config is what a report is made of.
type Config struct {
	Clock  clock.Clock
	Money  func(ctx context.Context) (*Money, error)
	Lifts  func(ctx context.Context) ([]Lift, error)
	Plan   func(ctx context.Context) (*Plan, error) // nil without one that runs
	Askers []Asker
}

// Service makes reports. Safe for concurrent use.
type Service struct {
	Config
	making sync.Mutex // held while the slow parts are made: others wait for them

	mu     sync.Mutex // over what follows
	made   Report
	anew   bool // the slow parts are being made beside the callers
	beside sync.WaitGroup
	life   context.Context
	end    context.CancelFunc
}

// New makes a service. Stop ends what it does beside its callers.
func New(cfg Config) *Service {
	s := &Service{Config: cfg}
	s.life, s.end = context.WithCancel(context.Background())
	return s
}

// Stop ends what is being made beside the callers, and begins no more.
func (s *Service) Stop() {
	s.mu.Lock()
	s.end()
	s.mu.Unlock()
	s.beside.Wait()
}

const (
	fresh  = time.Minute    // how long the slow parts are good for
	usable = 24 * time.Hour // how long they are told while newer ones are made
)

// Report is the first page as the caller may see it.
func (s *Service) Report(ctx context.Context) Report {
	out := s.slow(ctx)
	matters := make([][]Matter, len(s.Askers))
	failed := make([]bool, len(s.Askers))
	var group sync.WaitGroup
	for i, a := range s.Askers {
		if !access.Can(ctx, a.Needs) {
			continue
		}
		group.Go(func() {
			var err error
			matters[i], err = a.Ask(ctx)
			failed[i] = err != nil
		})
	}
	group.Wait()
	out.Matters, out.Missing = slices.Concat(matters...), slices.Clone(out.Missing)
	for i, a := range s.Askers {
		if failed[i] {
			out.Missing = append(out.Missing, a.Name)
		}
	}
	slices.SortStableFunc(out.Matters, func(a, b Matter) int { return cmp.Compare(levels[b.Level], levels[a.Level]) })
	return out
}

// slow gives the parts that are reports over everybody: those at hand, if there are any.
func (s *Service) slow(ctx context.Context) Report {
	now := s.Clock.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	age := now.Sub(s.made.AsOf)
	if s.made.AsOf.IsZero() || age < 0 || age >= usable {
		s.mu.Unlock()
		out := s.make(ctx, now)
		s.mu.Lock()
		return out
	}
	if age < fresh && len(s.made.Missing) == 0 {
		return s.made
	}
	if !s.anew && s.life.Err() == nil {
		s.anew = true
		s.beside.Go(func() { s.make(s.life, now) })
	}
	out := s.made
	out.Stale = s.anew
	return out
}

// make makes the slow parts, unless somebody else has meanwhile.
func (s *Service) make(ctx context.Context, now time.Time) Report {
	s.making.Lock()
	defer s.making.Unlock()
	s.mu.Lock()
	made := s.made
	s.mu.Unlock()
	if !made.AsOf.IsZero() && !made.AsOf.Before(now) && len(made.Missing) == 0 {
		return made
	}
	r := Report{AsOf: now}
	for _, part := range []struct {
		name string
		make func() error
	}{
		{"money", func() (err error) { r.Money, err = s.Money(ctx); return err }},
		{"lift", func() (err error) { r.Lifts, err = s.Lifts(ctx); return err }},
		{"plan", func() (err error) { r.Plan, err = s.Plan(ctx); return err }},
	} {
		if part.make() != nil {
			r.Missing = append(r.Missing, part.name)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.anew = false
	if len(r.Missing) == 0 || ctx.Err() == nil {
		s.made = r
	}
	return r
}
