package job

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"yutang/internal/db"
	"yutang/internal/fault"
)

var jobColumns = []string{"kind", "key", "queue", "payload", "due", "attempts", "token", "leased_until", "dead", "reason"}

// Put adds jobs in ctx's transaction and wakes the runner, which sees them once that has
// committed. A job whose name exists is left as it is.
func (q *Queue) Put(ctx context.Context, jobs ...Job) error {
	if len(jobs) == 0 {
		return nil
	}
	args := make([]any, 0, len(jobs)*len(jobColumns))
	for _, j := range jobs {
		payload := j.Payload
		if payload == nil {
			payload = []byte{}
		}
		args = append(args, j.Kind, j.Key, j.Queue, payload, j.Due.UnixMilli(), 0, 0, 0, false, "")
		q.know(lane{j.Kind, j.Queue})
	}
	err := q.db.InTx(ctx, func(ctx context.Context) error {
		if err := q.db.InsertMany(ctx, "job", jobColumns, args, "ON CONFLICT (kind, key) DO NOTHING"); err != nil {
			return err
		}
		for _, j := range jobs {
			q.stir(lane{j.Kind, j.Queue}, j.Due)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("put jobs: %w", err)
	}
	return nil
}

const selectLanes = `SELECT DISTINCT kind, queue FROM job WHERE NOT dead`

// findLanes learns the queues that have jobs.
func (q *Queue) findLanes(ctx context.Context) error {
	return q.db.Each(ctx, selectLanes, nil, func(rows *sql.Rows) error {
		var l lane
		if err := rows.Scan(&l.kind, &l.queue); err != nil {
			return err
		}
		q.know(l)
		return nil
	})
}

const (
	selectDue = `SELECT key, payload, due, attempts, token, reason FROM job
		WHERE kind = $1 AND queue = $2 AND NOT dead AND due <= $3 AND (leased_until <= $4 OR leased_until > $5)
		ORDER BY due, key LIMIT $6`
	updateClaim = `UPDATE job SET token = token + 1, attempts = attempts + 1, leased_until = $1 WHERE kind = $2 AND key = $3`
	selectNext  = `SELECT MIN(due) FROM job WHERE kind = $1 AND queue = $2 AND NOT dead AND due > $3`
)

// claim leases up to n due jobs of a lane, in ctx's transaction, and says whether that is
// all. skip says which are under way in this process although their lease may have ended.
func (q *Queue) claim(ctx context.Context, l lane, n int, now time.Time, skip func(key string) bool) (jobs []Job, all bool, err error) {
	text := selectDue
	if q.db.Dialect() == db.Postgres {
		text += ` FOR UPDATE SKIP LOCKED`
	}
	ms, until := now.UnixMilli(), now.Add(Lease).UnixMilli()
	found := 0
	err = q.db.Each(ctx, text, []any{l.kind, l.queue, ms, ms, until, n}, func(rows *sql.Rows) error {
		found++
		j := Job{Kind: l.kind, Queue: l.queue}
		var due int64
		if err := rows.Scan(&j.Key, &j.Payload, &due, &j.Attempts, &j.token, &j.Reason); err != nil {
			return err
		}
		j.Due, j.token, j.Attempts = time.UnixMilli(due).UTC(), j.token+1, j.Attempts+1
		if !skip(j.Key) {
			jobs = append(jobs, j)
		}
		return nil
	})
	for i := 0; err == nil && i < len(jobs); i++ {
		_, err = q.db.Exec(ctx, updateClaim, until, l.kind, jobs[i].Key)
	}
	if err != nil {
		return nil, false, fmt.Errorf("claim jobs of %s: %w", l.kind, err)
	}
	return jobs, found < n, nil
}

// nextDue is when the next job of a lane is due after now, false if none is.
func (q *Queue) nextDue(ctx context.Context, l lane, now time.Time) (time.Time, bool, error) {
	var due sql.NullInt64
	if err := q.db.Get(ctx, selectNext, []any{l.kind, l.queue, now.UnixMilli()}, &due); err != nil {
		return time.Time{}, false, fmt.Errorf("next job of %s: %w", l.kind, err)
	}
	return time.UnixMilli(due.Int64).UTC(), due.Valid, nil
}

const (
	deleteDone   = `DELETE FROM job WHERE kind = $1 AND key = $2 AND token = $3`
	updateSnooze = `UPDATE job SET due = CASE WHEN due = $1 THEN $2 ELSE due END, reason = $3, leased_until = 0, attempts = attempts - 1
		WHERE kind = $4 AND key = $5 AND token = $6`
	updateRetry = `UPDATE job SET due = CASE WHEN due = $1 THEN $2 ELSE due END, reason = $3, leased_until = 0 WHERE kind = $4 AND key = $5 AND token = $6`
	updateBury  = `UPDATE job SET dead = TRUE, reason = $1, leased_until = 0 WHERE kind = $2 AND key = $3 AND token = $4`
)

// Done ends a job, in ctx's transaction. held is false, and nothing has changed, when
// the lease was lost.
func (q *Queue) Done(ctx context.Context, j Job) (held bool, err error) {
	n, err := q.db.Exec(ctx, deleteDone, j.Kind, j.Key, j.token)
	return n > 0, err
}

// Snooze moves a job to due without counting the attempt: it was not its turn. One that was
// hastened since its claim is due at once.
func (q *Queue) Snooze(ctx context.Context, j Job, due time.Time, reason string) (held bool, err error) {
	n, err := q.db.Exec(ctx, updateSnooze, j.Due.UnixMilli(), due.UnixMilli(), reason, j.Kind, j.Key, j.token)
	q.stir(lane{j.Kind, j.Queue}, j.Due)
	return n > 0, err
}

// Retry moves a job to due after a failed attempt. One that was hastened since its claim is
// due at once.
func (q *Queue) Retry(ctx context.Context, j Job, due time.Time, reason string) (held bool, err error) {
	n, err := q.db.Exec(ctx, updateRetry, j.Due.UnixMilli(), due.UnixMilli(), reason, j.Kind, j.Key, j.token)
	q.stir(lane{j.Kind, j.Queue}, j.Due)
	return n > 0, err
}

// Bury gives a job up. It stays visible in Dead with its reason.
func (q *Queue) Bury(ctx context.Context, j Job, reason string) (held bool, err error) {
	n, err := q.db.Exec(ctx, updateBury, reason, j.Kind, j.Key, j.token)
	return n > 0, err
}

const (
	updateHasten = `UPDATE job SET due = CASE WHEN due > $1 THEN $1 ELSE due - 1 END
		WHERE kind = $2 AND key = $3 AND (due > $1 OR leased_until > $1) AND NOT dead`
	selectOne    = `SELECT queue, payload, due, attempts, token, reason FROM job WHERE kind = $1 AND key = $2`
	updateRevive = `UPDATE job SET due = $1, dead = FALSE, attempts = 0 WHERE kind = $2 AND key = $3 AND dead`
	deleteDrop   = `DELETE FROM job WHERE kind = $1 AND key = $2`
	selectDead   = `SELECT key, queue, payload, due, attempts, reason FROM job WHERE kind = $1 AND dead AND key > $2 ORDER BY key LIMIT $3`
)

// Hasten makes a waiting job due now, and one under way as soon as it is settled, unless it
// is done: its due time is no more the one of the claim.
func (q *Queue) Hasten(ctx context.Context, kind, key string) error {
	now := q.clock.Now().UnixMilli()
	_, err := q.db.Exec(ctx, updateHasten, now, kind, key)
	q.stirAll(kind)
	return err
}

// Find gives the job of a name, false if there is none.
func (q *Queue) Find(ctx context.Context, kind, key string) (j Job, ok bool, err error) {
	err = q.db.Each(ctx, selectOne, []any{kind, key}, func(rows *sql.Rows) error {
		var due int64
		j, ok = Job{Kind: kind, Key: key}, true
		err := rows.Scan(&j.Queue, &j.Payload, &due, &j.Attempts, &j.token, &j.Reason)
		j.Due = time.UnixMilli(due).UTC()
		return err
	})
	return j, ok, err
}

// Drop removes a job whoever works on it; its lease is lost.
func (q *Queue) Drop(ctx context.Context, kind, key string) error {
	_, err := q.db.Exec(ctx, deleteDrop, kind, key)
	return err
}

const updateReclaim = `UPDATE job SET leased_until = 0 WHERE leased_until > 0`

// Reclaim ends every lease: their holders are gone. Before Start, by a caller who knows
// that no other process runs jobs; without it they wait until their leases end.
func (q *Queue) Reclaim(ctx context.Context) error {
	if _, err := q.db.Exec(ctx, updateReclaim); err != nil {
		return fmt.Errorf("reclaim jobs: %w", err)
	}
	return nil
}

// Revive makes a dead job due now, with its attempts counted anew.
func (q *Queue) Revive(ctx context.Context, kind, key string) error {
	n, err := q.db.Exec(ctx, updateRevive, q.clock.Now().UnixMilli(), kind, key)
	if err == nil && n == 0 {
		err = fault.New(fault.NotFound, "job_not_found", "no dead job %q of kind %q", key, kind)
	}
	q.stirAll(kind)
	return err
}

// Dead lists buried jobs of a kind by key, after the key given.
func (q *Queue) Dead(ctx context.Context, kind, after string, limit int) ([]Job, error) {
	var jobs []Job
	err := q.db.Each(ctx, selectDead, []any{kind, after, limit}, func(rows *sql.Rows) error {
		j := Job{Kind: kind}
		var due int64
		if err := rows.Scan(&j.Key, &j.Queue, &j.Payload, &due, &j.Attempts, &j.Reason); err != nil {
			return err
		}
		j.Due = time.UnixMilli(due).UTC()
		jobs = append(jobs, j)
		return nil
	})
	return jobs, err
}
