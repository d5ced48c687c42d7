// Package massbench sends a message to very many simulated customers while connections
// break and the program crashes, and then holds the ledger against what the simulator
// knows: who really received what.
//
// Everything is real but the platform and time: the database, the ledger, the job queue,
// the client over loopback HTTP. Time is the simulator's virtual clock, moved on whenever
// nothing is left to do at the moment.
//
// The same seed gives the same population and staff. Which calls a fault strikes depends
// on the order in which they arrive.
package massbench

import (
	"context"
	"fmt"
	"time"
)

// Config says how large a trial is.
type Config struct {
	Customers int
	Staff     int
	Seed      uint64
	Dir       string // of the database
	Log       func(format string, args ...any)
}

// Verdict is what a trial found. Duplicates, OverQuota and Unexplained must be 0.
type Verdict struct {
	Recipients  int // customers of all sends, refused ones included
	Received    int // messages that arrived
	Duplicates  int // customers who got one message twice or more
	OverQuota   int // customers whom we asked to reach beyond the quota that we knew of
	Unexplained int // customers whose row is missing, open, without reason, or says something else than the simulator
	Receipts    int // events that went down the road, each once
	Calls       int
	Unknown     int // attempts without an answer
	Settled     int // of those: within 15 minutes of simulated time
	Restarts    int
	Prepared    time.Duration // real time from the schedule to the last call made
	Took        time.Duration // real time of all
}

// SettledShare is the share of unknown attempts settled in time, 1 if there were none.
func (v Verdict) SettledShare() float64 {
	if v.Unknown == 0 {
		return 1
	}
	return float64(v.Settled) / float64(v.Unknown)
}

// Good says whether nothing went wrong.
func (v Verdict) Good() bool {
	return v.Duplicates == 0 && v.OverQuota == 0 && v.Unexplained == 0 && v.SettledShare() >= 0.999
}

// String is the verdict in one line.
func (v Verdict) String() string {
	return fmt.Sprintf("%d recipients, %d received, %d receipts in %d calls; %d duplicates, %d over quota, %d unexplained; %d of %d unknowns settled in 15 min; %d restarts; last call after %s, all in %s",
		v.Recipients, v.Received, v.Receipts, v.Calls, v.Duplicates, v.OverQuota, v.Unexplained, v.Settled, v.Unknown, v.Restarts,
		v.Prepared.Round(time.Millisecond), v.Took.Round(time.Millisecond))
}

// Run makes a trial: a message to everybody under faults with crashes in the middle, a
// second one on the same day to whom the quota leaves nothing, a third the day after.
func Run(ctx context.Context, cfg Config) (Verdict, error) {
	if cfg.Log == nil {
		cfg.Log = func(string, ...any) {}
	}
	t, err := newTrial(ctx, cfg)
	if err != nil {
		return Verdict{}, fmt.Errorf("set up: %w", err)
	}
	defer t.close()
	began := time.Now()
	if err := t.sends(ctx); err != nil {
		return t.verdict, err
	}
	if err := t.judge(ctx); err != nil {
		return t.verdict, fmt.Errorf("judge: %w", err)
	}
	t.verdict.Took = time.Since(began)
	return t.verdict, nil
}
