package livecode_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"yutang/internal/contact"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/fault"
	"yutang/internal/livecode"
	"yutang/internal/staff"
	"yutang/internal/wecom/notice"
	"yutang/internal/wecomsim"
)

// covers: A1
func TestCode_FullMembersLeaveTheListAndBackupTakesOver(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := start(t, d)
		c := r.create(livecode.Spec{
			Name: "静安寺店", Channel: "门店", Kind: livecode.Multi, Backup: []string{"zhao"}, SkipVerify: true,
			Members: []livecode.Member{{User: "li", DailyCap: 2}, {User: "wang", DailyCap: 2}}, Tags: []string{"来源/门店"}, Remark: "{name}-{channel}",
		})
		if diff := cmp.Diff([]string{"li", "wang"}, r.shown(c)); diff != "" {
			t.Fatal(diff)
		}
		got := map[string]int{}
		for range 4 {
			got[r.arrive(c).User]++
		}
		if diff := cmp.Diff(map[string]int{"li": 2, "wang": 2}, got); diff != "" {
			t.Errorf("arrivals: %s", diff)
		}
		if c = r.get(c.ID); !c.Remote.Backup || !slices.Equal(r.shown(c), []string{"zhao"}) {
			t.Errorf("all are full, shown %v", r.shown(c))
		}
		if user := r.arrive(c).User; user != "zhao" {
			t.Errorf("the fifth went to %s", user)
		}
		r.mu.Lock()
		if len(r.tags) != 5 || r.tags[0].Add[0] != "来源/门店" {
			t.Errorf("tag orders %+v", r.tags)
		}
		r.mu.Unlock()
		if n := len(r.calls("remark", "-门店")); n != 5 {
			t.Errorf("%d remarks", n)
		}
		r.Clock.Advance(24 * time.Hour)
		r.jobs.Wake()
		r.settle()
		if diff := cmp.Diff([]string{"li", "wang"}, r.shown(c)); diff != "" {
			t.Errorf("the next day: %s", diff)
		}
		p, ok := r.codes.Provenance(context.Background(), brand, c.State)
		if want := (contact.Provenance{Channel: "门店", CodeID: c.ID, CodeName: "静安寺店"}); !ok || p != want {
			t.Errorf("provenance %+v", p)
		}
	})
}

// covers: A1
func TestCode_AnArrivalCountsOnce(t *testing.T) {
	t.Parallel()
	r := start(t, dbtest.SQLite(t))
	ctx := context.Background()
	c := r.create(livecode.Spec{Name: "a", Kind: livecode.Multi, Members: []livecode.Member{{User: "li", DailyCap: 2}}, Backup: []string{"zhao"}, SkipVerify: true})
	added := r.arrive(c)
	again := r.transition(c, added, contact.Added)
	again.Contact.Count = 1
	for range 3 {
		if err := r.codes.OnContact(ctx, again); err != nil {
			t.Fatal(err)
		}
	}
	r.settle()
	if diff := cmp.Diff([]string{"li"}, r.shown(c)); diff != "" {
		t.Errorf("a repeat counts: %s", diff)
	}
	r.Clock.Advance(3 * 24 * time.Hour)
	lost := r.transition(c, added, contact.WasLost)
	lost.Contact.Count = 1
	for range 2 {
		if err := r.codes.OnContact(ctx, lost); err != nil {
			t.Fatal(err)
		}
	}
	st, err := r.codes.Stats(ctx, c.ID, livecode.Range{})
	if err != nil {
		t.Fatal(err)
	}
	want := livecode.Stats{
		Tally: livecode.Tally{Added: 1, Lost: 1}, Customers: 1,
		Stays:   []livecode.Stays{{Days: 1, Of: 1, Kept: 1}, {Days: 7}, {Days: 30}},
		ByDay:   []livecode.DayTally{{Day: "2026-03-01", Tally: livecode.Tally{Added: 1, Lost: 1}}},
		ByStaff: []livecode.StaffTally{{User: "li", Tally: livecode.Tally{Added: 1, Lost: 1}}},
	}
	if diff := cmp.Diff(want, st); diff != "" {
		t.Error(diff)
	}
}

// covers: A1
func TestCode_FollowsItsScheduleAndCallsOnlyOnChange(t *testing.T) {
	t.Parallel()
	r := start(t, dbtest.SQLite(t)) // Sunday noon
	c := r.create(livecode.Spec{
		Name: "排班", Kind: livecode.Multi, Members: []livecode.Member{{User: "li"}, {User: "wang"}}, Backup: []string{"zhao"},
		Schedule: livecode.Schedule{Shifts: []livecode.Shift{
			{Days: []int{1, 2, 3, 4, 5, 6, 7}, Span: livecode.Span{From: "09:00", To: "18:00", Staff: []string{"li"}}},
			{Days: []int{7}, Span: livecode.Span{From: "20:00", To: "02:00", Staff: []string{"wang"}}},
		}},
	})
	want := []string{"li", "zhao", "wang", "zhao", "li"}
	for i, user := range want {
		if diff := cmp.Diff([]string{user}, r.shown(c)); diff != "" {
			t.Errorf("span %d: %s", i, diff)
		}
		r.Clock.Set(r.get(c.ID).Remote.NextAt)
		r.jobs.Wake()
		r.settle()
	}
	if n := len(r.calls("update_contact_way", "")); n != len(want) {
		t.Errorf("%d updates", n)
	}
	for range 5 {
		if _, err := r.codes.Retry(context.Background(), c.ID); err != nil {
			t.Fatal(err)
		}
		r.settle()
	}
	if n := len(r.calls("update_contact_way", "")); n != len(want) {
		t.Errorf("%d updates although nothing changed", n)
	}
}

// covers: A1
func TestCode_WhoseMakingWasCutOffIsFoundAgain(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := start(t, d)
		if err := r.sim.Inject(wecomsim.Fault{Path: "/externalcontact/add_contact_way", Count: 1, Drop: "after"}); err != nil {
			t.Fatal(err)
		}
		c := r.create(livecode.Spec{Name: "断线", Kind: livecode.Multi, Members: []livecode.Member{{User: "li"}}})
		if c.Remote.ConfigID != "" || c.Remote.Problem == nil || !c.Remote.Problem.Retries {
			t.Fatalf("after the broken call: %+v", c.Remote)
		}
		r.boot()
		r.Clock.Advance(time.Minute)
		r.jobs.Wake()
		r.settle()
		if c = r.get(c.ID); c.Remote.ConfigID == "" || c.Remote.Problem != nil || !c.Remote.HasImage {
			t.Fatalf("after the next try: %+v", c.Remote)
		}
		if n := len(r.sim.Log(wecomsim.LogFilter{Path: "/externalcontact/add_contact_way"})); n != 1 {
			t.Errorf("%d contact ways were made", n)
		}
		if got := r.arrive(c).User; got != "li" {
			t.Errorf("the adopted code leads to %q", got)
		}
	})
}

// covers: A1
func TestCode_DeletedHereIsDeletedThereAndStaysKnown(t *testing.T) {
	t.Parallel()
	r := start(t, dbtest.SQLite(t))
	ctx := context.Background()
	c := r.create(livecode.Spec{Name: "x", Channel: "展会", Kind: livecode.Single, Members: []livecode.Member{{User: "li"}}})
	if err := r.codes.Delete(ctx, c.ID); err != nil {
		t.Fatal(err)
	}
	r.settle()
	if n := r.ways(); n != 0 {
		t.Errorf("%d contact ways are left", n)
	}
	if _, err := r.codes.Get(ctx, c.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("get: %v", err)
	}
	r.boot()
	if p, ok := r.codes.Provenance(ctx, brand, c.State); !ok || p.Channel != "展会" {
		t.Errorf("provenance %+v", p)
	}
}

// covers: A1
func TestCode_OneThatFailsDoesNotStopTheOthersAndSaysWhy(t *testing.T) {
	t.Parallel()
	r := start(t, dbtest.SQLite(t))
	no := true
	if err := r.sim.PutMember(wecomsim.NewMember{User: "chen", NoFollow: &no}); err != nil {
		t.Fatal(err)
	}
	bad := r.create(livecode.Spec{Name: "bad", Kind: livecode.Multi, Members: []livecode.Member{{User: "chen"}}})
	good := r.create(livecode.Spec{Name: "good", Kind: livecode.Multi, Members: []livecode.Member{{User: "li"}}})
	if good.Remote.ConfigID == "" {
		t.Error("the good code waits")
	}
	if p := bad.Remote.Problem; p == nil || p.Retries || p.Code != "wecom_84074" {
		t.Errorf("problem %+v", p)
	}
	no = false
	if err := r.sim.PutMember(wecomsim.NewMember{User: "chen", NoFollow: &no}); err != nil {
		t.Fatal(err)
	}
	if err := r.codes.StaffChanged(context.Background(), brand, "chen"); err != nil {
		t.Fatal(err)
	}
	r.settle()
	if bad = r.get(bad.ID); bad.Remote.ConfigID == "" || bad.Remote.Problem != nil {
		t.Errorf("after the remedy: %+v", bad.Remote)
	}
}

func TestCode_TemporaryEndsByItself(t *testing.T) {
	t.Parallel()
	r := start(t, dbtest.SQLite(t))
	ends := r.Clock.Now().Add(3 * time.Hour)
	c := r.create(livecode.Spec{Name: "t", Kind: livecode.Temporary, ExpiresAt: ends, Members: []livecode.Member{{User: "li"}}})
	if !c.Remote.NextAt.Equal(ends) || r.ways() != 1 {
		t.Fatalf("%+v", c.Remote)
	}
	r.Clock.Set(ends)
	r.jobs.Wake()
	r.settle()
	if c = r.get(c.ID); c.Remote.ConfigID != "" || len(c.Remote.Shown) != 0 {
		t.Errorf("after its end: %+v", c.Remote)
	}
}

// covers: A3
func TestBatch_MakesThousandsWithImages(t *testing.T) {
	t.Parallel()
	r := start(t, dbtest.SQLite(t))
	ctx := context.Background()
	const n = 300
	file := []byte("name,place,staff\n")
	for i := range n {
		file = fmt.Appendf(file, "桌台 %d,%d 号桌,li;wang\n", i, i)
	}
	file = append(file, "坏行,,nobody here!\n"...)
	b, err := r.codes.CreateBatch(ctx, livecode.Upload{Corp: brand, File: "tables.csv", Body: file, Defaults: livecode.Spec{Channel: "桌台", Welcome: []byte(`{"text":"hi"}`)}})
	if err != nil {
		t.Fatal(err)
	}
	if b.Rows != n+1 || b.Accepted != n || len(b.Rejected) != 1 || b.Rejected[0].Line != n+2 {
		t.Fatalf("batch %+v", b)
	}
	r.settle()
	b, err = r.codes.GetBatch(ctx, b.ID)
	if err != nil {
		t.Fatal(err)
	}
	if want := (livecode.Progress{Codes: n, Live: n, Images: n}); b.Progress != want {
		t.Errorf("progress %+v", b.Progress)
	}
	if raw, code, ok := r.codes.WelcomeFor(brand, "li", r.codeOf(b.ID).State); !ok || string(raw) != `{"text":"hi"}` || code == "" {
		t.Errorf("welcome %s of %s", raw, code)
	}
	all, err := r.codes.PrintBatch(ctx, b.ID, 10, 5)
	if err != nil || len(all) != 5 || all[0].Name != "桌台 10" || len(all[0].Image) == 0 {
		t.Errorf("print: %d, %v", len(all), err)
	}
}

func (r *rig) codeOf(batch string) livecode.Code {
	r.t.Helper()
	p, err := r.codes.List(context.Background(), livecode.Query{Batch: batch, Limit: 1})
	if err != nil {
		r.t.Fatal(err)
	}
	return p.Items[0]
}

// covers: A1
func TestCode_StaffWhoLeaveOrAreRenamedAreReplaced(t *testing.T) {
	t.Parallel()
	r := start(t, dbtest.SQLite(t))
	ctx := context.Background()
	people := staff.New(staff.Config{DB: r.DB, Box: r.Box, Clock: r.Clock})
	r.codes.Staff = livecode.Directory{Service: people}
	told := func(n notice.Notice) {
		t.Helper()
		n.Corp, n.Event, n.At = brand, notice.Directory, r.Clock.Now()
		r.Clock.Advance(time.Second)
		for _, hear := range []func(context.Context, notice.Notice) error{people.OnDirectory, r.codes.OnDirectory} {
			if err := hear(ctx, n); err != nil {
				t.Fatal(err)
			}
		}
		r.settle()
	}
	for _, user := range []string{"li", "wang", "zhao"} {
		told(notice.Notice{ChangeType: "create_user", UserID: user, Fields: map[string][]string{"Status": {"1"}}})
	}
	c := r.create(livecode.Spec{Name: "a", Kind: livecode.Multi, Members: []livecode.Member{{User: "li"}, {User: "wang"}}, Backup: []string{"zhao"}})
	if diff := cmp.Diff([]string{"li", "wang"}, r.shown(c)); diff != "" {
		t.Fatal(diff)
	}
	told(notice.Notice{ChangeType: "delete_user", UserID: "li"})
	if diff := cmp.Diff([]string{"wang"}, r.shown(c)); diff != "" {
		t.Errorf("one left: %s", diff)
	}
	if err := r.sim.PutMember(wecomsim.NewMember{User: "wang2", Name: "wang2"}); err != nil {
		t.Fatal(err)
	}
	told(notice.Notice{ChangeType: "update_user", UserID: "wang", NewUserID: "wang2"})
	if diff := cmp.Diff([]string{"wang2"}, r.shown(c)); diff != "" {
		t.Errorf("one is renamed: %s", diff)
	}
	told(notice.Notice{ChangeType: "delete_user", UserID: "wang2"})
	if diff := cmp.Diff([]string{"zhao"}, r.shown(c)); diff != "" {
		t.Errorf("all left: %s", diff)
	}
	_, err := r.codes.Create(ctx, brand, livecode.Spec{Name: "b", Kind: livecode.Multi, Members: []livecode.Member{{User: "li"}, {User: "nobody"}, {User: "zhao"}}})
	var f *fault.Error
	if !errors.As(err, &f) || len(f.Fields) != 2 || f.Fields[0].Pointer != "/members/0/staff" || f.Fields[1].Pointer != "/members/1/staff" {
		t.Errorf("gone and unknown staff: %v", err)
	}
}
