package overviewhttp_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"yutang/internal/access"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/httpapi/httpapitest"
	"yutang/internal/overview"
	"yutang/internal/overview/overviewhttp"
)

type answer struct {
	AsOf      time.Time `json:"as_of"`
	Currency  string
	Numbers   []overviewhttp.Number
	Lifts     []overviewhttp.Lift
	Plan      *overviewhttp.Plan
	Attention []overviewhttp.Matter
	Missing   []string
	Stale     bool
}

// covers: J1
func TestRoutes_AreGuardedAndDocumented(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := httpapitest.New(t, d)
		overviewhttp.Routes(s.API, overview.New(overview.Config{
			Clock: s.Clock, Money: func(context.Context) (*overview.Money, error) { return nil, nil },
			Lifts: func(context.Context) ([]overview.Lift, error) { return nil, nil },
			Plan:  func(context.Context) (*overview.Plan, error) { return nil, nil },
		}))
		httpapitest.WalkRoutes(t, s)
	})
}

// covers: I2
func TestOverview_MoneyFirstAndWhatNeedsAttention(t *testing.T) {
	t.Parallel()
	s := httpapitest.New(t, dbtest.SQLite(t))
	made, value := 0, 99.5
	var broken error
	first := overview.New(overview.Config{
		Clock: s.Clock,
		Money: func(context.Context) (*overview.Money, error) {
			made++
			return &overview.Money{Currency: "CNY", Numbers: []overview.Number{{ID: "net_revenue", Unit: "money", Value: &value}}}, nil
		},
		Lifts: func(context.Context) ([]overview.Lift, error) {
			return []overview.Lift{{Name: "global", Amount: 12}}, broken
		},
		Plan: func(context.Context) (*overview.Plan, error) {
			return &overview.Plan{ID: "p1", Goals: []overview.Goal{{Name: "revenue", Behind: true}}}, nil
		},
		Askers: []overview.Asker{
			{Name: "tasks", Needs: access.TasksRead, Ask: func(context.Context) ([]overview.Matter, error) {
				return []overview.Matter{{Key: "tasks_overdue", Level: overview.Note, Count: 3, Link: "tasks"}}, nil
			}},
			{Name: "accounts", Needs: access.AccountsRead, Ask: func(context.Context) ([]overview.Matter, error) {
				return []overview.Matter{{Key: "secret", Level: overview.Bad}}, nil
			}},
			{Name: "codes", Needs: access.CodesRead, Ask: func(context.Context) ([]overview.Matter, error) {
				return nil, errors.New("no table")
			}},
			{Name: "system", Needs: access.SystemRead, Ask: func(context.Context) ([]overview.Matter, error) {
				return []overview.Matter{{Key: "free_disk", Level: overview.Bad, Count: 1}}, nil
			}},
		},
	})
	overviewhttp.Routes(s.API, first)
	ask := func(role access.Role) (a answer) {
		s.Client(t, role).Call("GET", "/overview", nil, &a)
		return a
	}
	keys := func(a answer) (out []string) {
		for _, m := range a.Attention {
			out = append(out, m.Key)
		}
		return out
	}
	a := ask(access.Viewer)
	if a.Currency != "CNY" || *a.Numbers[0].Value != 99.5 || a.Lifts[0].Amount != 12 || !a.Plan.Goals[0].Behind ||
		!slices.Equal(keys(a), []string{"free_disk", "tasks_overdue"}) || !slices.Equal(a.Missing, []string{"codes"}) {
		t.Fatalf("%+v", a)
	}
	if a = ask(access.Owner); made != 1 || !slices.Equal(keys(a), []string{"secret", "free_disk", "tasks_overdue"}) {
		t.Fatalf("made %d times: %v", made, keys(a))
	}
	s.Clock.Advance(time.Minute)
	if a = ask(access.Viewer); !a.Stale || a.AsOf.Equal(s.Clock.Now()) || a.Lifts[0].Amount != 12 {
		t.Fatalf("what is at hand is told while a newer one is made: %+v", a)
	}
	first.Stop()
	if a = ask(access.Viewer); made != 2 || a.Stale || !a.AsOf.Equal(s.Clock.Now()) {
		t.Fatalf("made %d times: %+v", made, a)
	}
	broken = errors.New("no numbers")
	s.Clock.Advance(25 * time.Hour)
	if a = ask(access.Viewer); made != 3 || !slices.Contains(a.Missing, "lift") || *a.Numbers[0].Value != 99.5 {
		t.Fatalf("made %d times: %+v", made, a)
	}
}
