package playbook_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"yutang/internal/clock"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/experiment"
)

// covers: C8
func TestPublish_DeclaresItsExperimentsWithArmsThatNobodyCameTo(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		b := open(t, d, clock.NewManual(noon))
		defer b.stop()
		b.playbooks.Cluster = func(string, []uint32) string { return "" }
		pb := b.play(`{"event":"A"}`, `"holdout_percent":10,"experiment":"own",`,
			`{"id":"way","split":{"arms":[{"name":"l","percent":30},{"name":"r","percent":70}]}}`,
			`{"id":"team","split":{"by":"staff","arms":[{"name":"x","percent":50},{"name":"y","percent":50}]}}`,
			`{"id":"keep","holdout":{"percent":20}}`,
			fmt.Sprintf(`{"id":"ab","send":{"channel":"webhook","endpoint":%q,"variants":[{"name":"a","percent":60,"content":{"text":"a"}},{"name":"b","percent":40,"content":{"text":"b"}}]}}`, b.endpoint),
			`{"id":"say","task":{"title":"t","experiment":"own-words","variants":[{"name":"p","percent":50,"script":"p"},{"name":"q","percent":50,"script":"q"}]}}`)
		type trial struct {
			Kind experiment.Kind
			Arms []experiment.Arm
		}
		arms := func(name1 string, share1 float64, name2 string, share2 float64) []experiment.Arm {
			return []experiment.Arm{{Name: name1, Share: share1}, {Name: name2, Share: share2}}
		}
		want := map[string]trial{
			"own":        {experiment.Holdout, arms("control", 10, "treatment", 90)},
			pb + "/way":  {experiment.Split, arms("l", 30, "r", 70)},
			pb + "/team": {experiment.Cluster, arms("x", 50, "y", 50)},
			pb + "/keep": {experiment.Holdout, arms("control", 20, "treatment", 80)},
			pb + "/ab":   {experiment.Variants, arms("a", 60, "b", 40)},
			"own-words":  {experiment.Variants, arms("p", 50, "q", 50)},
		}
		for name, x := range want {
			info, err := b.trials.Get(ctx, name)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			got := trial{Kind: info.Kind}
			for _, a := range info.Arms {
				got.Arms = append(got.Arms, a.Arm)
			}
			if diff := cmp.Diff(x, got); diff != "" || info.Origin != pb || info.StartedAt != nil {
				t.Errorf("%s of %s: %s", name, info.Origin, diff)
			}
		}
	})
}
