package staff_test

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"yutang/internal/clock"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/fault"
	"yutang/internal/seal"
	"yutang/internal/staff"
	"yutang/internal/wecom/notice"
)

var noon = time.Date(2026, 3, 2, 4, 0, 0, 0, time.UTC)

const brand = "wwaaaaaaaaaaaaaaa1"

func newService(t testing.TB, d *db.DB) *staff.Service {
	t.Helper()
	box, err := seal.New(bytes.Repeat([]byte{5}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return staff.New(staff.Config{DB: d, Box: box, Clock: clock.NewManual(noon)})
}

func told(change, user string, at time.Time, fields map[string]string) notice.Notice {
	n := notice.Notice{Corp: brand, Event: notice.Directory, ChangeType: change, UserID: user, At: at, Fields: map[string][]string{}}
	for name, v := range fields {
		n.Fields[name] = []string{v}
	}
	n.NewUserID, n.ID = fields["NewUserID"], fields["Id"]
	return n
}

// house is a small corp: 2 and 3 below 1, 4 below 3; Hu leads 3, Ma leads 1 by the
// department's own word.
func house() staff.Directory {
	return staff.Directory{
		Complete: true, Follows: []string{"hu", "li"},
		Departments: []staff.Department{{ID: 1, Name: "Brand", Leaders: []string{"ma"}}, {ID: 2, Parent: 1, Name: "Office"}, {ID: 3, Parent: 1, Name: "Shops"}, {ID: 4, Parent: 3, Name: "Shop 1"}},
		Members: []staff.Member{
			{UserID: "ma", Name: "Ma Yun", Departments: []int64{2}, Status: staff.Active},
			{UserID: "hu", Name: "Hu Ke", Departments: []int64{3}, Leader: []int64{3}, Status: staff.Active},
			{UserID: "li", Name: "Li Lei", Departments: []int64{4}, DirectLeaders: []string{"hu"}, Status: staff.Active},
		},
	}
}

func users(t *testing.T, s *staff.Service, f staff.Filter) []string {
	t.Helper()
	out := []string{}
	for f.Limit = 1; ; {
		p, err := s.List(context.Background(), brand, f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range p.Items {
			out = append(out, m.UserID)
		}
		if f.Cursor = p.Next; f.Cursor == "" {
			return out
		}
	}
}

// covers: H2, J1
func TestDirectory_KnowsWhoLeadsWhom(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, ctx := newService(t, d), context.Background()
		if _, err := s.Merge(ctx, brand, house(), noon); err != nil {
			t.Fatal(err)
		}
		for user, want := range map[string][]string{"ma": {"hu", "li", "ma"}, "hu": {"hu", "li"}, "li": {"li"}, "nobody": {"nobody"}} {
			got, err := s.Under(ctx, brand, user)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: %s", user, diff)
			}
		}
		if got := users(t, s, staff.Filter{Department: 3}); !slices.Equal(got, []string{"hu", "li"}) {
			t.Errorf("shops: %v", got)
		}
		if got := users(t, s, staff.Filter{Follow: true}); !slices.Equal(got, []string{"hu", "li"}) {
			t.Errorf("who may have customers: %v", got)
		}
		if _, err := s.Get(ctx, brand, "nobody"); !fault.Is(err, fault.NotFound) {
			t.Errorf("nobody: %v", err)
		}
		var sealed []byte
		if err := d.Get(ctx, `SELECT sealed FROM staff WHERE user_id = 'li'`, nil, &sealed); err != nil || strings.Contains(string(sealed), "Lei") {
			t.Errorf("the name is in clear: %q %v", sealed, err)
		}
	})
}

func TestMerge_CountsDriftAndWritesOnlyChanges(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, ctx := newService(t, d), context.Background()
		step := func(dir staff.Directory, at time.Time, want staff.Drift) {
			t.Helper()
			got, err := s.Merge(ctx, brand, dir, at)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatal(diff)
			}
		}
		step(house(), noon, staff.Drift{staff.DriftMissing: 3, staff.DriftDepartment: 4})
		step(house(), noon, staff.Drift{})
		next := house()
		next.Members, next.Follows = next.Members[:2], []string{"hu", "ma"}
		next.Departments = next.Departments[:3]
		step(next, noon.Add(time.Hour), staff.Drift{staff.DriftLeft: 1, staff.DriftChanged: 1, staff.DriftDepartment: 1})
		step(next, noon.Add(2*time.Hour), staff.Drift{})
		li, err := s.Get(ctx, brand, "li")
		if err != nil || li.Here() || li.Follow || !li.Left.Equal(noon.Add(time.Hour)) {
			t.Fatalf("%+v %v", li, err)
		}
		partial := house()
		partial.Members, partial.Complete = nil, false
		step(partial, noon.Add(3*time.Hour), staff.Drift{staff.DriftMissing: 1, staff.DriftChanged: 1, staff.DriftDepartment: 1})
		if err := s.OnDirectory(ctx, told("update_user", "hu", noon.Add(5*time.Hour), map[string]string{"Name": "Hu Ge"})); err != nil {
			t.Fatal(err)
		}
		step(house(), noon.Add(4*time.Hour), staff.Drift{})
		if hu, err := s.Get(ctx, brand, "hu"); err != nil || hu.Name != "Hu Ge" {
			t.Fatalf("an older pull took over: %+v %v", hu, err)
		}
	})
}

func TestCallbacks_MoveRenameAndRemove(t *testing.T) {
	t.Parallel()
	s, ctx := newService(t, dbtest.SQLite(t)), context.Background()
	if _, err := s.Merge(ctx, brand, house(), noon); err != nil {
		t.Fatal(err)
	}
	at := noon.Add(time.Minute)
	for _, n := range []notice.Notice{
		told("create_user", "wu", at, map[string]string{"Name": "Wu Di", "Department": "4,2", "IsLeaderInDept": "1,0", "Status": "1", "DirectLeader": "hu,ma"}),
		told("update_user", "li", at, map[string]string{"NewUserID": "lilei", "Department": "2"}),
		told("delete_user", "ma", at, nil),
		told("create_party", "", at, map[string]string{"Id": "5", "Name": "Shop 2", "ParentId": "3", "Order": "9"}),
		told("delete_party", "", at, map[string]string{"Id": "2"}),
		told("update_party", "", at, map[string]string{"Id": "x"}),
		told("update_tag", "", at, map[string]string{"TagId": "1"}),
	} {
		if err := s.OnDirectory(ctx, n); err != nil {
			t.Fatal(err)
		}
	}
	if got := users(t, s, staff.Filter{}); !slices.Equal(got, []string{"hu", "lilei", "wu"}) {
		t.Fatalf("%v", got)
	}
	wu, err := s.Get(ctx, brand, "wu")
	want := staff.Member{Corp: brand, UserID: "wu", Name: "Wu Di", Departments: []int64{4, 2}, Leader: []int64{4}, DirectLeaders: []string{"hu", "ma"}, Status: staff.Active}
	if diff := cmp.Diff(want, wu); diff != "" || err != nil {
		t.Fatal(diff, err)
	}
	parts, err := s.Departments(ctx, brand)
	if err != nil || len(parts) != 4 || parts[3].Parent != 3 {
		t.Fatalf("%+v %v", parts, err)
	}
}

// Each notice names all that it changes, so the newest decides whatever the order.
func TestCallbacks_AnyOrderGivesTheSameMember(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t)
	s, ctx := newService(t, d), context.Background()
	serial := 0
	rapid.Check(t, func(rt *rapid.T) {
		serial++
		user := fmt.Sprint("u", serial)
		list := []notice.Notice{told("create_user", user, noon, map[string]string{"Name": "n0"})}
		for i := range rapid.IntRange(1, 4).Draw(rt, "updates") {
			list = append(list, told("update_user", user, noon.Add(time.Duration(i+1)*time.Minute), map[string]string{"Name": fmt.Sprint("n", i+1)}))
		}
		name, here := fmt.Sprint("n", len(list)-1), true
		if rapid.Bool().Draw(rt, "leaves") {
			list, here = append(list, told("delete_user", user, noon.Add(time.Hour), nil)), false
		}
		arrived := rapid.Permutation(append(list, list[len(list)-1])).Draw(rt, "arrival")
		for _, n := range arrived {
			if err := s.OnDirectory(ctx, n); err != nil {
				rt.Fatal(err)
			}
		}
		m, err := s.Get(ctx, brand, user)
		if err != nil || m.Here() != here || (here && m.Name != name) {
			rt.Fatalf("%+v, want %s, here %v: %v", m, name, here, err)
		}
	})
}

func TestRows_HoldNoNamesInClear(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t)
	s := newService(t, d)
	if _, err := s.Merge(context.Background(), brand, house(), noon); err != nil {
		t.Fatal(err)
	}
	err := d.Each(context.Background(), `SELECT departments || leads || direct_leaders || user_id FROM staff`, nil, func(rows *sql.Rows) error {
		var text string
		if err := rows.Scan(&text); err != nil {
			return err
		}
		if strings.Contains(text, "Lei") || strings.Contains(text, "Ma Yun") {
			t.Errorf("in clear: %s", text)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
