package beforeafter

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"yutang/internal/clock"
	"yutang/internal/db/dbtest"
	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/insight"
	"yutang/internal/pipeline/roadtest"
)

var monday = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)

func desk(r *roadtest.Road) *Report {
	return &Report{Base: r.Reports()}
}

// world is a brand whose truth is known. Everybody buys for 100 a time at a rate of their
// own, and half as often again once the season begins, on the Monday that joining begins.
type world struct {
	effect float64 // orders per 30 days that joining adds
	// joins is the chance to join of who bought n times in the 90 days before.
	joins func(n int) float64
	// likes is the chance to join by own rate, whatever was bought.
	likes func(rate float64) float64
}

const folk = 900

// simulate makes the brand's events and submits them.
func simulate(t *testing.T, w world, seed uint64) *roadtest.Road {
	t.Helper()
	r := roadtest.Open(t, dbtest.SQLite(t), clock.NewManual(monday.AddDate(0, 0, 130)), roadtest.Options{})
	t.Cleanup(r.Close)
	rng := rand.New(rand.NewPCG(seed, 7))
	var evs []*event.Event
	for i := range folk {
		user, rate := fmt.Sprint("u", i), 0.2+1.8*rng.Float64()
		week := rng.IntN(4) * 7
		evs = append(evs, r.Track(user, event.PageViewed, monday.AddDate(0, 0, -240), ""))
		bought := 0
		var days []int
		for day := -200; day < 130; day++ {
			chance := rate / 30
			if day >= 0 {
				chance *= 1.5
			}
			if rng.Float64() < chance {
				days = append(days, day)
				if day >= week-90 && day < week {
					bought++
				}
			}
		}
		chance := 0.0
		if w.likes != nil {
			chance = w.likes(rate)
		} else {
			chance = w.joins(bought)
		}
		if rng.Float64() < chance {
			evs = append(evs, r.Track(user, event.ContactAdded, monday.AddDate(0, 0, week+rng.IntN(7)), `{"staff":"ann"}`))
			for day := week + 7; day < 130; day++ {
				if rng.Float64() < w.effect/30 {
					days = append(days, day)
				}
			}
		}
		for _, day := range days {
			evs = append(evs, r.Track(user, event.OrderCompleted, monday.AddDate(0, 0, day).Add(6*time.Hour), fmt.Sprintf(`{"order_id":"%d-%d","revenue":100}`, i, len(evs))))
		}
	}
	for part := range slices.Chunk(evs, 2000) {
		r.MustSubmit(t, part...)
	}
	return r
}

const span = `{"from":"2026-03-02","to":"2026-03-29","bootstrap":300}`

func compare(t *testing.T, r *roadtest.Road) Answer {
	t.Helper()
	got, err := desk(r).Compare(context.Background(), json.RawMessage(span))
	if err != nil {
		t.Fatal(err)
	}
	if got.Effect == nil || got.Trend == nil || got.Naive == nil || got.Matched < 100 {
		t.Fatalf("%+v", got)
	}
	return got
}

func (e Effect) holds(v float64) bool { return e.Low <= v && v <= e.High }

// covers: I2
func TestCompare_FindsAnEffectThatIsKnown(t *testing.T) {
	t.Parallel()
	r := simulate(t, world{effect: 0.5, joins: func(int) float64 { return 0.4 }}, 1)
	got := compare(t, r)
	if !got.Effect.holds(50) || !got.Effect.Certain || math.Abs(got.Effect.Value-50) > 20 {
		t.Errorf("the effect is 50, estimated %+v", got.Effect)
	}
	if got.Naive.OwnChange < 70 {
		t.Errorf("the season alone adds much to the own change, found %v", got.Naive.OwnChange)
	}
	if !got.Trend.Parallel {
		t.Errorf("the kinds went alike before: %+v", got.Trend)
	}
	again := compare(t, r)
	if diff := cmp.Diff(got, again, cmpopts.IgnoreFields(insight.Meta{}, "TookMS")); diff != "" {
		t.Errorf("the same query gives another answer:\n%s", diff)
	}
}

// covers: I2
func TestCompare_FindsNoEffectWhereThereIsNone(t *testing.T) {
	t.Parallel()
	got := compare(t, simulate(t, world{joins: func(int) float64 { return 0.4 }}, 2))
	if !got.Effect.holds(0) || got.Effect.Certain {
		t.Errorf("there is no effect, estimated %+v", got.Effect)
	}
	if got.Naive.OwnChange < 30 {
		t.Errorf("the season makes the own change look like an effect; found %v", got.Naive.OwnChange)
	}
}

// covers: I2
func TestCompare_MatchingRemovesTheSelectionOfGoodCustomers(t *testing.T) {
	t.Parallel()
	often := func(n int) float64 { return min(0.9, 0.12*float64(n)) }
	for _, c := range []struct {
		effect, truth float64
		seed          uint64
	}{{0, 0, 3}, {0.5, 50, 4}} {
		t.Run(fmt.Sprint(c.truth), func(t *testing.T) {
			t.Parallel()
			got := compare(t, simulate(t, world{effect: c.effect, joins: often}, c.seed))
			if !got.Effect.holds(c.truth) {
				t.Errorf("the effect is %v, estimated %+v", c.truth, got.Effect)
			}
			if got.Effect.holds(got.Naive.After) || math.Abs(got.Naive.After-c.truth) < 30 {
				t.Errorf("the naive difference %v is not wrong", got.Naive.After)
			}
			for _, b := range got.Balance {
				if math.Abs(*b.Before) < 0.3 || math.Abs(*b.After) > 0.15 {
					t.Errorf("%s: standardised difference %v before matching, %v after", b.Name, *b.Before, *b.After)
				}
			}
		})
	}
}

func TestCompare_EveryoneWhoJoinedIsAccountedFor(t *testing.T) {
	t.Parallel()
	r := simulate(t, world{joins: func(n int) float64 { return min(0.9, 0.12*float64(n)) }}, 5)
	r.MustSubmit(t,
		r.Track("new", event.ContactAdded, monday.AddDate(0, 0, 1), ""),
		r.Track("late", event.PageViewed, monday.AddDate(0, 0, -300), ""), r.Track("late", event.ContactAdded, monday.AddDate(0, 0, 60), ""))
	query := `{"from":"2026-03-02","bootstrap":20}`
	got, err := desk(r).Compare(context.Background(), json.RawMessage(query))
	if err != nil {
		t.Fatal(err)
	}
	u := got.Unmatched
	if u.New != 1 || u.Recent != 1 || got.Joiners != got.Matched+u.New+u.Recent+u.Alone {
		t.Errorf("%d joined, %d matched, not: %+v", got.Joiners, got.Matched, u)
	}
	for g, want := range map[group]uint64{joiners: got.Joiners, matched: got.Matched, tooNew: 1, tooLate: 1, alone: u.Alone, compared: got.Compared} {
		people, err := desk(r).People(context.Background(), json.RawMessage(query), json.RawMessage(`{"group":"`+string(g)+`"}`))
		if err != nil || people.GetCardinality() != want {
			t.Errorf("%s: %v, %v; counted %d", g, people.GetCardinality(), err, want)
		}
	}
	if len(got.Assumptions) < 5 || got.Assumptions[0].ZH == "" || got.Assumptions[0].EN == "" {
		t.Errorf("assumptions: %+v", got.Assumptions)
	}
}

func TestCompare_TooFewAndBadQueriesAreSaid(t *testing.T) {
	t.Parallel()
	r := roadtest.Open(t, dbtest.SQLite(t), clock.NewManual(monday), roadtest.Options{})
	defer r.Close()
	got, err := desk(r).Compare(context.Background(), json.RawMessage(`{}`))
	if err != nil || got.Reason == nil || got.Effect != nil {
		t.Errorf("nobody: %+v, %v", got, err)
	}
	for query, pointer := range map[string]string{
		`{"pre_days":-1}`: "/pre_days", `{"post_days":9999}`: "/post_days", `{"bootstrap":100000}`: "/bootstrap", `{"from":"2010-01-01"}`: "/from",
		`{"timezone":"Mars"}`: "/timezone", `{"from":"x"}`: "/from",
	} {
		_, err := desk(r).Compare(context.Background(), json.RawMessage(query))
		var f *fault.Error
		if !errors.As(err, &f) || f.Kind != fault.Invalid || f.Fields[0].Pointer != pointer {
			t.Errorf("%s: %v, want a fault at %s", query, err, pointer)
		}
	}
	if _, err := desk(r).People(context.Background(), json.RawMessage(`{}`), json.RawMessage(`{"group":"hats"}`)); !fault.Is(err, fault.Invalid) {
		t.Errorf("an unknown group: %v", err)
	}
}

// Who joins for a reason that nobody recorded cannot be matched on it. It shows before the
// window that is matched on: the kinds did not go alike.
func TestCompare_SelectionThatNobodyRecordedFailsThePreTrend(t *testing.T) {
	t.Parallel()
	got := compare(t, simulate(t, world{likes: func(rate float64) float64 {
		if rate > 1.1 {
			return 0.9
		}
		return 0.1
	}}, 6))
	if got.Trend.Parallel {
		t.Errorf("estimated %+v with the trend %+v", got.Effect, got.Trend)
	}
}
