package experiment_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/event"
	"yutang/internal/experiment"
)

// covers: C8
func TestLifts_SayTheAmountOrWhyThereIsNone(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d, 9)
		if err := r.Declare(t.Context(), "nobody", "pb", experiment.Holdout, []experiment.Arm{{Name: "control", Share: 50}, {Name: "treatment", Share: 50}}); err != nil {
			t.Fatal(err)
		}
		r.road([]*event.Event{bought(1, 1, "a", 1000), bought(3, 1, "b", 400)},
			exposed("treatment", 1, 0), exposed("treatment", 2, 0), exposed("control", 3, 0), exposed("control", 4, 0))
		r.clk.Advance(day * time.Hour)
		lifts := func(wait time.Duration) map[string]experiment.Lift {
			t.Helper()
			list, err := r.Lifts(t.Context(), []string{"nobody", "pb/step", "unknown"}, wait)
			if err != nil || len(list) > 3 {
				t.Fatal(err, list)
			}
			out := map[string]experiment.Lift{}
			for _, l := range list {
				out[l.Name] = l
			}
			return out
		}
		if got := lifts(0); got["pb/step"].Why != experiment.WhyPending || got["nobody"].Why != experiment.WhyPending {
			t.Fatalf("without time to compute: %+v", got)
		}
		got := lifts(time.Second)
		if _, ok := got["unknown"]; ok || got["nobody"].Why != experiment.WhyNobody || got["pb/step"].Why != experiment.WhyNotMature {
			t.Fatalf("%+v", got)
		}
		r.clk.Advance(30 * day * time.Hour)
		if early := lifts(0)["pb/step"]; early.Why != experiment.WhyNotMature {
			t.Fatalf("what is old is told while there is no time: %+v", early)
		}
		l := lifts(time.Second)["pb/step"]
		c := r.results("pb/step").Comparisons[0]
		if l.Why != "" || l.Control != 2 || l.Incremental.Amount != 600 || *l.Difference != 300 || *l.Conversion != 0 {
			t.Fatalf("%+v", l)
		}
		if diff := cmp.Diff(c.Incremental, l.Incremental); diff != "" {
			t.Fatalf("not what the experiment says: %s", diff)
		}
		if major := l.In(0.01); major.Incremental.Amount != 6 || l.Incremental.Amount != 600 {
			t.Fatalf("%+v, %+v", major, l)
		}
	})
}
