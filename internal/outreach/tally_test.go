package outreach_test

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/outreach"
)

// fataler is a test, or a check of a property.
type fataler interface {
	Helper()
	Fatal(args ...any)
}

// recount is what StepCounts says, counted one by one.
func recount(t fataler, d *db.DB, playbook string, version int) []outreach.StepCount {
	t.Helper()
	out := []outreach.StepCount{}
	err := d.Each(context.Background(), `SELECT step, state, reason, COUNT(*) FROM delivery WHERE playbook = $1 AND ($2 = 0 OR version = $2)
		GROUP BY step, state, reason`, []any{playbook, version}, func(rows *sql.Rows) error {
		var c outreach.StepCount
		err := rows.Scan(&c.Step, &c.State, &c.Reason, &c.Count)
		out = append(out, c)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(out, func(a, b outreach.StepCount) int {
		return cmp.Or(cmp.Compare(a.State, b.State), cmp.Compare(a.Reason, b.Reason), cmp.Compare(a.Step, b.Step))
	})
	return out
}

// counts holds the counts of a playbook against its rows.
func (r *rig) counts(t fataler, playbook string) {
	t.Helper()
	ctx := context.Background()
	byState := map[outreach.Count]int{}
	for _, version := range []int{0, 1, 2} {
		got, err := r.StepCounts(ctx, playbook, version, outreach.Span{})
		if err != nil {
			t.Fatal(err)
		}
		want := recount(t, r.db, playbook, version)
		if diff := gocmp.Diff(want, got); diff != "" {
			t.Fatal(fmt.Sprintf("version %d (-rows +counts):\n%s", version, diff))
		}
		for _, c := range want {
			if version == 0 {
				byState[outreach.Count{State: c.State, Reason: c.Reason}] += c.Count
			}
		}
	}
	for _, of := range []string{playbook, ""} {
		all, err := r.Counts(ctx, of)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range all {
			if want := byState[outreach.Count{State: c.State, Reason: c.Reason}]; c.Count != want {
				t.Fatal(fmt.Sprintf("of %q %s %s: %d, want %d", of, c.State, c.Reason, c.Count, want))
			}
		}
		if len(all) != len(byState) {
			t.Fatal(fmt.Sprintf("of %q: %v, want %v", of, all, byState))
		}
	}
}

// covers: C10
func TestTally_ChangesNoNumberWheneverItRuns(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d)
		w := &witness{maybe: map[string]int{}, taken: map[string]bool{}}
		r.receiver.answer = w.answer
		rapid.Check(t, func(rt *rapid.T) {
			for range rapid.IntRange(1, 3).Draw(rt, "steps") {
				switch rapid.SampledFrom([]string{"send", "tally", "wait"}).Draw(rt, "step") {
				case "send":
					w.set(rapid.SliceOfN(rapid.SampledFrom([]int{200, 200, 400, 429, 500, 0}), 1, 4).Draw(rt, "answers"), nil)
					r.boot()
					for range rapid.IntRange(1, 3).Draw(rt, "touches") {
						x := r.touch(uint32(rapid.IntRange(1, 9).Draw(rt, "customer")))
						x.Version, x.Step = rapid.IntRange(1, 2).Draw(rt, "version"), rapid.SampledFrom([]string{"a", "b"}).Draw(rt, "of")
						r.plan(x)
					}
					if rapid.Bool().Draw(rt, "early") {
						tally(rt, r)
					}
					r.settledProcess()
				case "tally":
					tally(rt, r)
				case "wait":
					r.clock.Advance(time.Duration(rapid.IntRange(0, 30).Draw(rt, "hours")) * time.Hour)
					r.boot()
					r.settledProcess()
				}
				r.counts(rt, "pb_1")
			}
		})
		tally(t, r)
		if n, err := r.Tally(context.Background()); n != 0 || err != nil {
			t.Fatalf("%d are left, %v", n, err)
		}
		r.counts(t, "pb_1")
	})
}

func tally(t fataler, r *rig) {
	t.Helper()
	if _, err := r.Tally(context.Background()); err != nil {
		t.Fatal(err)
	}
}

var changes = regexp.MustCompile("UPDATE delivery SET ([^`]*)")

// Whatever changes where a delivery is counted must say that it moved.
func TestTally_NoStatementChangesADeliveryUnseen(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*_store.go")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, name := range files {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range changes.FindAllStringSubmatch(string(raw), -1) {
			set, _, _ := strings.Cut(m[1], "WHERE")
			if strings.Contains(set, "state =") || strings.Contains(set, "reason =") {
				if n++; !strings.HasPrefix(set, "moved = ") {
					t.Errorf("%s: %s", name, m[0])
				}
			}
		}
	}
	if n < 14 {
		t.Errorf("only %d statements were found", n)
	}
}

// BenchmarkStepCounts counts the deliveries of a playbook; YUTANG_BENCH_ROWS says how many.
func BenchmarkStepCounts(b *testing.B) {
	rows, err := strconv.Atoi(os.Getenv("YUTANG_BENCH_ROWS"))
	if err != nil {
		rows = 50_000
	}
	for name, open := range map[string]func(testing.TB) *db.DB{"sqlite": dbtest.SQLite, "postgres": dbtest.Postgres} {
		b.Run(name, func(b *testing.B) {
			r := newRig(b, open(b))
			for done := 0; done < rows; {
				var batch []outreach.Touch
				for range min(5000, rows-done) {
					x := r.touch(uint32(done%50 + 1))
					x.Step, x.Suppress = fmt.Sprint("step_", done%5), []outreach.Reason{outreach.Holdout, outreach.Capped, outreach.QuietHours}[done%3]
					batch = append(batch, x)
					done++
				}
				r.plan(batch...)
			}
			tally(b, r)
			var some []outreach.Touch
			for i := range 20_000 { // the most that is counted one by one
				x := r.touch(uint32(i%50 + 1))
				x.Suppress = outreach.Holdout
				some = append(some, x)
			}
			r.plan(some...)
			if name == "postgres" { // as it does by itself within a minute
				if _, err := r.db.Exec(context.Background(), "ANALYZE delivery"); err != nil {
					b.Fatal(err)
				}
			}
			b.ResetTimer()
			for b.Loop() {
				if _, err := r.StepCounts(context.Background(), "pb_1", 0, outreach.Span{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
