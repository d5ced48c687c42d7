package experiment_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"yutang/internal/clock"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/experiment"
)

var start = time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)

func bare(d *db.DB) *experiment.Service {
	return experiment.New(experiment.Config{DB: d, Clock: clock.NewManual(start)})
}

func exposure(arm string, ord uint32) experiment.Exposure {
	return experiment.Exposure{Experiment: "pb/step", Arm: arm, Ord: ord, At: start, Origin: "pb", Share: 50}
}

// covers: C8
func TestExpose_TheFirstArmStaysForGood(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		s := bare(d)
		s.Expose(exposure("a", 1))
		s.Expose(exposure("b", 1))
		s.Expose(exposure("b", 5000))
		if err := d.InTx(ctx, s.Flush); err != nil {
			t.Fatal(err)
		}
		if err := s.Record(ctx, []experiment.Exposure{exposure("a", 5000), exposure("a", 7)}); err != nil {
			t.Fatal(err)
		}
		loaded := bare(d)
		if err := loaded.Load(ctx); err != nil {
			t.Fatal(err)
		}
		for name, s := range map[string]*experiment.Service{"live": s, "loaded": loaded} {
			for ord, want := range map[uint32]string{1: "a", 5000: "b", 7: "a", 8: ""} {
				if got := s.Assigned("pb/step", []uint32{ord}); got != want {
					t.Errorf("%s: record %d has arm %q, want %q", name, ord, got, want)
				}
			}
			if got := s.Assigned("pb/step", []uint32{5000, 7}); got != "a" {
				t.Errorf("%s: a person of two records has arm %q, want that of the oldest record", name, got)
			}
		}
	})
}

// covers: C8
func TestForget_AFailedBatchLeavesNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		s := bare(d)
		broken := errors.New("the commit failed")
		s.Expose(exposure("a", 1))
		err := d.InTx(ctx, func(ctx context.Context) error { return errors.Join(s.Flush(ctx), broken) })
		if !errors.Is(err, broken) {
			t.Fatal(err)
		}
		s.Expose(exposure("a", 2))
		s.Forget()
		if err := s.Load(ctx); err != nil {
			t.Fatal(err)
		}
		if a, b := s.Assigned("pb/step", []uint32{1}), s.Assigned("pb/step", []uint32{2}); a != "" || b != "" {
			t.Fatalf("arms %q and %q are left", a, b)
		}
	})
}
