package rehearse_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"yutang/internal/db/dbtest"
	"yutang/internal/fault"
	"yutang/internal/flow"
	"yutang/internal/rehearse"
)

const once = `"steps":[{"id":"s","send":{"channel":"wecom_mass","endpoint":"ww1","content":{"text":"x"}}}]}`

// covers: C1
func TestReplay_DatesAndSchedules(t *testing.T) {
	t.Parallel()
	r := begin(t, dbtest.SQLite(t))
	for i := range 3 {
		r.at(fmt.Sprint("u", i), "Page Viewed", -time.Duration(i+1)*day, "")
	}
	r.trait("u0", "member_since", `"2020-02-27"`)
	r.trait("u1", "member_since", `"2020-03-20"`)
	r.trait("u2", "birthday", `"1990-03-01"`)
	for name, c := range map[string]struct {
		definition string
		days       map[string]int
	}{
		"date":          {`{"name":"x","trigger":{"date":{"trait":"member_since"}},` + once, map[string]int{"2026-02-27": 1}},
		"personal date": {`{"name":"x","trigger":{"date":{"trait":"birthday","offset":"-3d"}},` + once, map[string]int{"2026-02-26": 1}},
		"schedule": {
			`{"name":"x","audiences":{"a":{"name":"A","rule":{"did":{"event":"Page Viewed","within":"20h"}}}},
			"trigger":{"schedule":{"every":"day","time":"13:00","audience":"a"}},` + once,
			map[string]int{"2026-02-27": 1, "2026-02-28": 1, "2026-03-01": 1}, // at 13:00 of the day of each view
		},
		"event of who matches": {
			`{"name":"x","trigger":{"event":"Page Viewed","rule":{"trait":"member_since","op":"exists"}},` + once,
			map[string]int{"2026-02-28": 1, "2026-03-01": 1},
		},
		"date of who matches": {
			`{"name":"x","trigger":{"date":{"trait":"member_since"},"rule":{"did":{"event":"Page Viewed"}}},` + once, map[string]int{},
		},
		"existing": {
			`{"name":"x","audiences":{"a":{"name":"A","rule":{"not":{"did":{"event":"Page Viewed"}}}}},"trigger":{"audience":"a","existing":true},` + once,
			map[string]int{"2026-02-23": 3},
		},
	} {
		got := map[string]int{}
		for _, d := range r.replay(7, c.definition).Days {
			if d.Entries > 0 {
				got[d.Day] = d.Entries
			}
		}
		if diff := cmp.Diff(c.days, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	_, err := r.rehearse.Replay(context.Background(), rehearse.Spec{Definition: json.RawMessage(`{"name":"x","trigger":{"api":true},` + once), Days: 7})
	if !fault.Is(err, fault.Precondition) {
		t.Errorf("a playbook without history: %v", err)
	}
}

// covers: C1, C2
func TestReplay_StaffSubjects(t *testing.T) {
	t.Parallel()
	r := begin(t, dbtest.SQLite(t), func(c *rehearse.Config) {
		c.Select = func(context.Context, flow.Kind, flow.Select) ([]string, error) {
			return []string{"ww1/lin", "ww1/wang"}, nil
		}
	})
	got := r.replay(14, `{"name":"x","subject":"staff","trigger":{"schedule":{"every":"week","weekdays":["mon","thu"]}},
		"steps":[{"id":"t","task":{"title":"Post","deadline":"8h"}},{"id":"w","wait":{"for":"1h"}},{"id":"t2","task":{"title":"Like"}}]}`)
	if got.Entries != 8 || len(got.Staff) != 2 || got.Staff[0].Tasks != 8 || got.Staff[0].Peak != 2 {
		t.Fatalf("entries %d, staff %+v", got.Entries, got.Staff)
	}
}

// covers: C5
func TestReplay_PlatformQuotaAndAddresses(t *testing.T) {
	t.Parallel()
	r := begin(t, dbtest.SQLite(t), func(c *rehearse.Config) {
		c.Quota = func(_ context.Context, channel, _ string, at time.Time) (string, rehearse.Period, bool) {
			from := at.Truncate(day)
			return "ww1", rehearse.Period{From: from, To: from.Add(day), Limit: 1}, channel == "wecom_mass"
		}
		c.Address = func(_ context.Context, channel, _ string) (string, error) {
			if channel == "sms" {
				return "phone", nil
			}
			return "", nil
		}
	})
	for h := range 3 {
		r.at("ann", "Page Viewed", -3*day+time.Duration(h)*time.Hour, "")
	}
	got := r.replay(7, `{"name":"x","trigger":{"event":"Page Viewed"},"reentry":"always","steps":[
		{"id":"m","send":{"channel":"wecom_mass","endpoint":"ww1","content":{"text":"x"}}},{"id":"s","send":{"channel":"sms","endpoint":"e","content":{"text":"x"}}}]}`)
	if m, s := got.Steps[0], got.Steps[1]; m.Sent != 1 || m.Unsent["quota"] != 2 || s.Unsent["no_address"] != 3 {
		t.Fatalf("%+v\n%+v", m, s)
	}
	if len(got.Quota) != 1 || got.Quota[0].Messages != 1 || got.Quota[0].Full != 1 {
		t.Fatalf("quota: %+v", got.Quota)
	}
}

// covers: C1
func TestReplay_SamplesTheSamePeople(t *testing.T) {
	t.Parallel()
	r := begin(t, dbtest.SQLite(t))
	for i := range 300 {
		r.at(fmt.Sprint("u", i), "Page Viewed", -day, "")
	}
	spec := rehearse.Spec{Definition: json.RawMessage(`{"name":"x","trigger":{"event":"Page Viewed"},` + once), Days: 7, Sample: 30}
	var first int
	for i := range 2 {
		got, err := r.rehearse.Replay(context.Background(), spec)
		r.must(err)
		if got.Customers < 60 || got.Customers > 120 || !noted(got, "sample") || i > 0 && got.Customers != first {
			t.Fatalf("%d of 300 customers, %d before", got.Customers, first)
		}
		first = got.Customers
	}
}

// covers: C1
func TestRehearsals_WriteNothing(t *testing.T) {
	t.Parallel()
	r := begin(t, dbtest.SQLite(t), func(c *rehearse.Config) {
		c.Published = func(context.Context) ([]rehearse.Book, error) {
			return []rehearse.Book{{Playbook: "pb_a", Version: 1}}, nil
		}
	})
	for i := range 5 {
		r.at("ann", "Order Completed", -time.Duration(i+1)*day, fmt.Sprintf(`{"order_id":"%d","revenue":60}`, i))
		r.at("ann", "Product Viewed", -time.Duration(i)*day-time.Hour, "")
	}
	r.wait(r.put("pb_a", welcome), "pb_a", "ann", "rest", noon.Add(-time.Hour), noon.Add(time.Hour))
	before := r.rows()
	if got := r.replay(7, journey); got.Entries == 0 || touches(got) == 0 {
		t.Fatalf("nothing was replayed: %+v", got)
	}
	trialOf(r, rehearse.TrialSpec{Customer: r.customer("ann")})
	if got := r.forecast(40 * day); len(got) == 0 {
		t.Fatal("nothing was forecast")
	}
	r.must(r.Do(context.Background(), func(context.Context) error { return nil }))
	if diff := cmp.Diff(before, r.rows()); diff != "" {
		t.Fatalf("rows by table (-before +after):\n%s", diff)
	}
}

// rows counts the rows of every table.
func (r *rig) rows() map[string]int {
	r.t.Helper()
	ctx := context.Background()
	out := map[string]int{}
	r.must(r.db.Each(ctx, "SELECT name FROM sqlite_master WHERE type = 'table'", nil, func(rows *sql.Rows) error {
		var name string
		err := rows.Scan(&name)
		out[name] = 0
		return err
	}))
	for name := range out {
		var n int
		r.must(r.db.Get(ctx, "SELECT COUNT(*) FROM "+name, nil, &n))
		out[name] = n
	}
	return out
}
