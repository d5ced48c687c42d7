package app

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"yutang/internal/experiment"
	"yutang/internal/overview"
)

func TestLiftsOf_AreInMajorUnitsAndHaveAnInterval(t *testing.T) {
	t.Parallel()
	low, high := -500.0, 25_000.0
	r := experiment.Result{Currency: "CNY", Comparisons: []experiment.Comparison{
		{Arm: "a", Incremental: &experiment.Incremental{Amount: 12_345, Low: &low, High: &high}},
		{Arm: "b", Incremental: &experiment.Incremental{Amount: 99_999}},
		{Arm: "c"},
	}}
	wantLow, wantHigh := -5.0, 250.0
	want := []overview.Lift{{Experiment: "exp_1", Name: "pb_1", Kind: "holdout", Arm: "a", Amount: 123.45, Low: &wantLow, High: &wantHigh}}
	if diff := cmp.Diff(want, liftsOf(experiment.Info{ID: "exp_1", Name: "pb_1", Kind: "holdout"}, r)); diff != "" {
		t.Fatal(diff)
	}
}
