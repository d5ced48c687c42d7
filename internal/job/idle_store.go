package job

import (
	"context"
	"fmt"
)

const selectBusy = `SELECT COUNT(*) FROM job WHERE NOT dead AND (due <= $1 OR leased_until > 0)`

// Idle returns when no job is due or under way. It looks anew whenever a worker of this
// process is through with a job, so a queue that is slow and moves is waited for, and ctx
// ends the wait for one that stands still.
func (q *Queue) Idle(ctx context.Context) error {
	for {
		moved := q.moves()
		var busy int
		if err := q.db.Get(ctx, selectBusy, []any{q.clock.Now().UnixMilli()}, &busy); err != nil {
			return fmt.Errorf("count jobs due or under way: %w", err)
		}
		if busy == 0 {
			return nil
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return fmt.Errorf("%d jobs are due or under way: %w", busy, ctx.Err())
		}
	}
}

// moves is closed by the next Release.
func (q *Queue) moves() <-chan struct{} {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.moved == nil {
		q.moved = make(chan struct{})
	}
	return q.moved
}
