// Package job owns everything that happens later: a row with a due time, until it is done.
//
// A job is named by (kind, key); putting the same name twice is one job. It is put inside
// the transaction that causes it, so it exists if and only if its cause does. Jobs of one
// kind are divided into queues; a queue that is slow or closed does not delay another.
//
//	waiting ──claim──▶ leased ──Done──▶ (gone)
//	   ▲                 │ ├──Snooze, Retry──▶ waiting, later
//	   └─lease expires───┘ └──Bury──▶ dead, with its reason, until Revive
//
// A claim is a lease with an end and a fencing token: whoever lost the lease can settle
// nothing. Work may therefore start more than once, and is settled once; a worker whose
// effect must not happen twice keeps its own record (see package outreach). Time is the
// injected clock's. A clock set back does not make leases last longer.
//
// Not promised: order between jobs of different due times that are claimed together.
package job

import (
	"context"
	"time"
)

// Job is one thing to do.
type Job struct {
	Kind     string // names the worker
	Key      string // unique within the kind
	Queue    string // jobs of one queue share a limit; "" is a queue too
	Payload  []byte
	Due      time.Time
	Attempts int    // claims so far, without snoozed ones; this one included
	Reason   string // why it was last delayed, retried or buried

	token int64
}

// Worker does the jobs of one kind.
type Worker interface {
	// Limit says how many jobs of queue may be under way at now. When it is 0, at is when
	// to ask again; a zero at means after the next Wake.
	Limit(queue string, now time.Time) (n int, at time.Time)
	// Run works on jobs of one queue, claimed and committed. It settles each (Done,
	// Snooze, Retry or Bury), calls Release for each as soon as its place in the queue is
	// free, and returns when all are released. A job that is not settled comes back when
	// its lease ends. ctx ends only when a stop does not want to wait any longer.
	Run(ctx context.Context, jobs []Job)
}

// Lease is how long a claim lasts. A worker must be done, or not mind a second one, by then.
const Lease = 2 * time.Minute

// poll is how often the runner looks without being woken: for leases that ended and for
// jobs put by another process.
const poll = 15 * time.Second

// batch is how many jobs of one queue are claimed at most together.
const batch = 64

// Backoff is the wait before attempt n+1: 2 s doubled each time, 10 minutes at most.
func Backoff(attempts int) time.Duration {
	return min(time.Second<<min(max(attempts, 1), 20), 10*time.Minute)
}
