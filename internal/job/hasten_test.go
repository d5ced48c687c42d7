package job

import (
	"context"
	"errors"
	"testing"
	"time"

	"yutang/internal/clock"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
)

func TestHasten_AJobUnderWayIsDueOnceSettled(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		for name, settle := range map[string]func(q *Queue, j Job) (bool, error){
			"snooze": func(q *Queue, j Job) (bool, error) { return q.Snooze(ctx, j, noon.Add(time.Hour), "rest") },
			"retry":  func(q *Queue, j Job) (bool, error) { return q.Retry(ctx, j, noon.Add(time.Hour), "failed") },
		} {
			q := New(d, clock.NewManual(noon))
			put(t, q, name, noon)
			j := claimAll(t, q)[0]
			if err := errors.Join(q.Hasten(ctx, "k", name), q.Hasten(ctx, "k", name)); err != nil {
				t.Fatal(err)
			}
			if jobs := claimAll(t, q); len(jobs) != 0 {
				t.Fatalf("%s: hastening gave a leased job away: %+v", name, jobs)
			}
			if held, err := settle(q, j); !held || err != nil {
				t.Fatal(name, held, err)
			}
			again := claimAll(t, q)
			if len(again) != 1 {
				t.Fatalf("%s: the job was hastened and waits", name)
			}
			if held, err := settle(q, again[0]); !held || err != nil {
				t.Fatal(name, held, err)
			}
			if jobs := claimAll(t, q); len(jobs) != 0 {
				t.Fatalf("%s: one hastening made the job due twice", name)
			}
			got, ok, err := q.Find(ctx, "k", name)
			if err != nil || !ok || got.Reason == "" || !got.Due.Equal(noon.Add(time.Hour)) {
				t.Fatalf("%s: %+v %v %v", name, got, ok, err)
			}
		}
		if _, ok, err := New(d, clock.NewManual(noon)).Find(ctx, "k", "nobody"); ok || err != nil {
			t.Fatal(ok, err)
		}
	})
}
