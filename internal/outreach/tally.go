package outreach

import (
	"context"
	"sync/atomic"
	"time"

	"yutang/internal/job"
)

// Counting a million deliveries one by one takes too long for a report. So most of them are
// counted in delivery_count, and only those that moved since are counted one by one:
//
//	planned, changed ──▶ moved ──tally, when there are many──▶ counted ──changed──▶ moved
//
// A row that moved keeps the state and reason as which it is counted, and reports take it
// off there. So the numbers are exact at any moment, whether and whenever tally runs, and
// what changes a delivery does no more than say that it moved.

// tallyAfter is how many deliveries move before they are counted: reports take that many in
// their stride.
const tallyAfter = 20_000

// tallyPause lets what is being sent come to rest first.
const tallyPause = 10 * time.Second

const tallyKind = "tally"

// moves counts what moved since the last tally was asked for.
type moves struct{ n atomic.Int64 }

// alter changes deliveries, and says how many.
func (s *Service) alter(ctx context.Context, text string, args ...any) (int64, error) {
	n, err := s.DB.Exec(ctx, text, args...)
	if err == nil {
		err = s.changed(ctx, n)
	}
	return n, err
}

// changed asks for a tally when many deliveries have moved.
func (s *Service) changed(ctx context.Context, n int64) error {
	if s.moves.n.Add(n) < tallyAfter {
		return nil
	}
	s.moves.n.Store(0)
	return s.Jobs.Put(ctx, job.Job{Kind: tallyKind, Key: tallyKind, Due: s.Clock.Now().Add(tallyPause)})
}

// recount is the job that counts what moved, if that is much.
func (s *Service) recount(ctx context.Context, _ job.Job) error {
	many, err := s.manyMoved(ctx)
	if err != nil || !many {
		return err
	}
	_, err = s.Tally(ctx)
	return err
}

// Tally counts what moved and says how much that was. It changes no number of any report.
// One at a time.
func (s *Service) Tally(ctx context.Context) (all int, err error) {
	for {
		n := 0
		err := s.DB.InTx(ctx, func(ctx context.Context) error {
			n, err = s.tallySome(ctx)
			return err
		})
		if all += n; err != nil || n == 0 {
			return all, err
		}
	}
}

// place is where a delivery is counted.
type place struct {
	playbook string
	version  int
	step     string
	state    State
	reason   Reason
}
