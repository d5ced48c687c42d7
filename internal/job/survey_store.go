package job

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"yutang/internal/page"
)

// Tally counts the jobs of a kind.
type Tally struct {
	Kind    string
	Waiting int       // those under way among them
	Running int       // in this process
	Failed  int       // given up
	Next    time.Time // when the first of the waiting is due; zero: none waits
	Error   string    // reason of a failed one, "" if none
}

const (
	countWaiting = `SELECT kind, COUNT(*), MIN(due) FROM job WHERE NOT dead GROUP BY kind`
	countDead    = `SELECT kind, COUNT(*), MAX(reason) FROM job WHERE dead GROUP BY kind`
	selectFailed = `SELECT kind, key, queue, due, attempts, reason FROM job
		WHERE dead AND (kind > $1 OR (kind = $1 AND key > $2)) ORDER BY kind, key LIMIT $3`
	selectWaiting = `SELECT kind, key, queue, due, attempts, reason FROM job
		WHERE NOT dead AND kind = $1 AND key > $2 ORDER BY key LIMIT $3`
)

// Tallies counts the jobs of all kinds, by name.
func (q *Queue) Tallies(ctx context.Context) ([]Tally, error) {
	of := map[string]*Tally{}
	get := func(kind string) *Tally {
		if of[kind] == nil {
			of[kind] = &Tally{Kind: kind}
		}
		return of[kind]
	}
	err := q.db.Each(ctx, countWaiting, nil, func(rows *sql.Rows) error {
		var kind string
		var n int
		var due int64
		err := rows.Scan(&kind, &n, &due)
		get(kind).Waiting, get(kind).Next = n, time.UnixMilli(due).UTC()
		return err
	})
	if err == nil {
		err = q.db.Each(ctx, countDead, nil, func(rows *sql.Rows) error {
			var kind, reason string
			var n int
			err := rows.Scan(&kind, &n, &reason)
			get(kind).Failed, get(kind).Error = n, reason
			return err
		})
	}
	if err != nil {
		return nil, fmt.Errorf("count jobs: %w", err)
	}
	q.mu.Lock()
	for l, keys := range q.lanes {
		if len(keys) > 0 {
			get(l.kind).Running += len(keys)
		}
	}
	q.mu.Unlock()
	out := make([]Tally, 0, len(of))
	for _, t := range of {
		out = append(out, *t)
	}
	slices.SortFunc(out, func(a, b Tally) int { return strings.Compare(a.Kind, b.Kind) })
	return out, nil
}

// name is the place of a job in a list.
type name struct{ Kind, Key string }

// Failed lists the jobs that were given up, by name.
func (q *Queue) Failed(ctx context.Context, cursor string, limit int) (page.Page[Job], error) {
	var after name
	if _, err := page.After(cursor, &after); err != nil {
		return page.Page[Job]{}, err
	}
	return q.listed(ctx, selectFailed, limit, after.Kind, after.Key)
}

// Waiting lists the jobs of a kind that are not done, by key.
func (q *Queue) Waiting(ctx context.Context, kind, cursor string, limit int) (page.Page[Job], error) {
	var after name
	if _, err := page.After(cursor, &after); err != nil {
		return page.Page[Job]{}, err
	}
	return q.listed(ctx, selectWaiting, limit, kind, after.Key)
}

func (q *Queue) listed(ctx context.Context, text string, limit int, args ...any) (page.Page[Job], error) {
	limit = page.Limit(limit)
	jobs := []Job{}
	err := q.db.Each(ctx, text, append(args, limit+1), func(rows *sql.Rows) error {
		var j Job
		var due int64
		err := rows.Scan(&j.Kind, &j.Key, &j.Queue, &due, &j.Attempts, &j.Reason)
		j.Due = time.UnixMilli(due).UTC()
		jobs = append(jobs, j)
		return err
	})
	if err != nil {
		return page.Page[Job]{}, fmt.Errorf("list jobs: %w", err)
	}
	return page.Cut(jobs, limit, func(j Job) name { return name{j.Kind, j.Key} }), nil
}
