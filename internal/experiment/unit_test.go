package experiment_test

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"yutang/internal/db/dbtest"
	"yutang/internal/experiment"
)

func TestComparison_InAnotherUnitChangesAmountsOnly(t *testing.T) {
	t.Parallel()
	r := newRig(t, dbtest.SQLite(t), 600)
	crowd(r, 600, []string{"control", "treatment"}, map[string]int{"control": 2, "treatment": 3}, 1999)
	r.clk.Advance(60 * 24 * time.Hour)
	got := r.results("pb/step").Comparisons[0]
	major, back := got.In(0.01), got.In(0.01).In(100)
	near := cmp.Comparer(func(a, b float64) bool { return a == b || math.Abs(a-b) <= 1e-9*math.Max(math.Abs(a), math.Abs(b)) })
	if diff := cmp.Diff(got, back, near); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(got.Conversion, major.Conversion); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(got.Guardrails, major.Guardrails); diff != "" {
		t.Error(diff)
	}
	for name, pair := range map[string][2]float64{
		"difference": {got.Revenue.Diff, major.Revenue.Diff}, "always low": {got.Revenue.Always.Low, major.Revenue.Always.Low},
		"always high": {got.Revenue.Always.High, major.Revenue.Always.High}, "tau": {got.Revenue.Always.Tau, major.Revenue.Always.Tau},
		"limit": {*got.Capped.Limit, *major.Capped.Limit}, "order value": {got.OrderValue.Diff, major.OrderValue.Diff},
		"incremental": {got.Incremental.Amount, major.Incremental.Amount}, "incremental low": {*got.Incremental.Low, *major.Incremental.Low},
	} {
		if pair[0] == 0 || math.Abs(pair[0]-100*pair[1]) > 1e-9*math.Abs(pair[0]) {
			t.Errorf("%s: %v of minor units is %v of major ones", name, pair[0], pair[1])
		}
	}
	if p, q := got.Revenue.Always.P, major.Revenue.Always.P; p != q {
		t.Errorf("p of revenue was %v, is %v", p, q)
	}
	point := experiment.Point{Revenue: &experiment.SeriesStep{Diff: 200, Low: 100, High: 300, P: 0.5}}.In(0.01)
	if *point.Revenue != (experiment.SeriesStep{Diff: 2, Low: 1, High: 3, P: 0.5}) {
		t.Errorf("a point is %+v", *point.Revenue)
	}
}
