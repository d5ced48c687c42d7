// Package system tells how the running program is: what it stands on, what waits, what was
// given up, and what an operator should do about it.
//
// A report is a list of checks. Each has a state, figures, and, unless it is well, the key
// of a sentence that says the remedy; the console has the sentences. The rooms are asked by
// function values, so that nothing here knows them. A room that cannot be asked makes its
// own check bad, not the report fail.
package system

import (
	"context"
	"time"

	"yutang/internal/clock"
	"yutang/internal/db"
	"yutang/internal/job"
)

// State is how something is.
type State string

// The states, from well to worst.
const (
	OK   State = "ok"
	Warn State = "warn"
	Bad  State = "bad"
)

var ranks = map[State]int{OK: 0, Warn: 1, Bad: 2}

// Worse is the worse of two states.
func (s State) Worse(t State) State {
	if ranks[t] > ranks[s] {
		return t
	}
	return s
}

// Check is how one thing is. Facts are figures by name: bytes, counts and seconds are
// numbers, moments are times.
type Check struct {
	Key    string
	State  State
	Remedy string // key of a sentence, "" if all is well
	Detail string // what the thing itself says, for people who look closer
	Facts  map[string]any
}

// Report is how everything is.
type Report struct {
	State   State // the worst of all
	Version string
	Started time.Time
	Uptime  time.Duration
	Checks  []Check
	Jobs    []job.Tally
	Corps   []CorpCheck
}

// CorpCheck is how the connection of one corp is.
type CorpCheck struct {
	ID, Name string
	Heard    time.Time // last callback; zero: none yet
	Synced   time.Time // end of the last sync that succeeded
	State    State
	Remedy   string
	Detail   string
}

// Road is how the road of events is.
type Road struct {
	Queued, Capacity int
	Last             uint64 // place of the last event in the log
	Unsaved          uint64 // events after the last snapshot
	Behind           time.Duration
	Trouble          error // why it takes nothing, nil if it does
	PerSecond        float64
}

// Outbox is what waits to be sent.
type Outbox struct {
	Waiting, Attempting, Unknown int
	Held                         string // why sending is held, "" if it is not
	Resting                      int    // endpoints that rest after failures
}

// Config is what a report is made of. A nil function leaves its check out.
type Config struct {
	DB       *db.DB
	Jobs     *job.Queue
	Clock    clock.Clock
	Version  string
	Data     string // data directory
	Snapshot string // file of derived state
	Backup   string // file that the last backup has touched

	Road      func() Road
	Outbox    func(ctx context.Context) (Outbox, error)
	Callbacks func(ctx context.Context) (waiting, dead int, err error)
	Corps     func(ctx context.Context) ([]CorpCheck, error)
}

// Service makes reports. Safe for concurrent use.
type Service struct {
	Config
	started time.Time
}

// New notes when the program started: now.
func New(cfg Config) *Service { return &Service{Config: cfg, started: cfg.Clock.Now()} }

// Report asks everybody.
func (s *Service) Report(ctx context.Context) Report {
	now := s.Clock.Now()
	r := Report{State: OK, Version: s.Version, Started: s.started, Uptime: now.Sub(s.started)}
	for _, probe := range []struct {
		key string
		ask func(ctx context.Context, now time.Time, c *Check) error
		on  bool
	}{
		{"road", s.road, s.Road != nil},
		{"database", s.database, true},
		{"disk", s.disk, true},
		{"memory", s.memory, true},
		{"snapshot", s.snapshot, s.Snapshot != ""},
		{"backup", s.backup, s.Backup != ""},
		{"outbox", s.outbox, s.Outbox != nil},
		{"callbacks", s.callbacks, s.Callbacks != nil},
	} {
		if !probe.on {
			continue
		}
		c := Check{Key: probe.key, State: OK, Facts: map[string]any{}}
		if err := probe.ask(ctx, now, &c); err != nil {
			c.State, c.Remedy, c.Detail = Bad, "unreadable", err.Error()
		}
		r.Checks = append(r.Checks, c)
	}
	r.Checks = append(r.Checks, s.jobs(ctx, now, &r))
	r.Checks = append(r.Checks, s.corps(ctx, &r))
	for _, c := range r.Checks {
		r.State = r.State.Worse(c.State)
	}
	return r
}

// turn makes a check worse, with what to do about it.
func (c *Check) turn(state State, remedy string) {
	if ranks[state] > ranks[c.State] {
		c.State, c.Remedy = state, remedy
	}
}
