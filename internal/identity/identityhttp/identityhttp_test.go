package identityhttp_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"yutang/internal/access"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/event"
	"yutang/internal/httpapi/httpapitest"
	"yutang/internal/identity"
	"yutang/internal/identity/identityhttp"
	"yutang/internal/timeline"
)

// road is the part of the pipeline that identities need.
type road struct {
	*httpapitest.Server
	t        *testing.T
	identity *identity.Service
	timeline *timeline.Store
}

func start(t *testing.T, d *db.DB) *road {
	t.Helper()
	r := &road{Server: httpapitest.New(t, d), t: t, timeline: timeline.New()}
	r.identity = identity.New(d, r.Box, r.timeline, r.Clock)
	if err := r.identity.Load(context.Background()); err != nil {
		t.Fatal(err)
	}
	identityhttp.Routes(r.API, identityhttp.Deps{Identity: r.identity, Timeline: r.timeline, Merger: r, Access: r.Access})
	return r
}

func (r *road) do(ctx context.Context, fn func(ctx context.Context) error) error {
	return r.DB.InTx(ctx, func(ctx context.Context) error {
		r.timeline.Lock()
		defer r.timeline.Unlock()
		return fn(ctx)
	})
}

func (r *road) Merge(ctx context.Context, a, b uint32, by string) (m identity.Merge, err error) {
	err = r.do(ctx, func(ctx context.Context) error {
		m, err = r.identity.Merge(ctx, a, b, by)
		return err
	})
	return m, err
}

func (r *road) Unmerge(ctx context.Context, mergeID, by string) (kept, gone uint32, err error) {
	err = r.do(ctx, func(ctx context.Context) error {
		kept, gone, err = r.identity.Unmerge(ctx, mergeID, by)
		return err
	})
	return kept, gone, err
}

// see takes one event with identities "type=value ...".
func (r *road) see(text string) {
	r.t.Helper()
	ev := &event.Event{At: r.Clock.Now()}
	for _, field := range strings.Fields(text) {
		typ, value, _ := strings.Cut(field, "=")
		ev.Identities = append(ev.Identities, event.Identity{Type: typ, Value: value})
	}
	r.identity.Prepare(ev)
	err := r.do(context.Background(), func(ctx context.Context) error {
		if _, err := r.identity.Resolve(ctx, ev); err != nil {
			return err
		}
		return r.identity.Flush(ctx)
	})
	if err != nil {
		r.t.Fatal(err)
	}
}

func TestRoutes_AreGuardedAndDocumented(t *testing.T) {
	t.Parallel()
	httpapitest.WalkRoutes(t, start(t, dbtest.SQLite(t)).Server)
}

// covers: B2
func TestMerge_PreviewedMadeAndUndone(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := start(t, d)
		c := r.Client(t, access.Operator)
		r.see("user_id=u1 phone=13911112222")
		r.see("user_id=u2")
		pair := map[string]string{"a": "c2", "b": "c1"}
		var preview struct {
			Kept, Gone struct{ ID string }
			Why        string
			Conflicts  []identityhttp.Crowded
		}
		c.Call("POST", "/customers/merge/preview", pair, &preview)
		if preview.Kept.ID != "c1" || preview.Gone.ID != "c2" || preview.Why != "older" || len(preview.Conflicts) != 1 {
			t.Fatalf("preview %+v", preview)
		}
		var merged struct {
			MergeID    string `json:"merge_id"`
			CustomerID string `json:"customer_id"`
		}
		c.Call("POST", "/customers/merge", pair, &merged)
		if merged.MergeID != "m1" || merged.CustomerID != "c1" {
			t.Fatalf("merge %+v", merged)
		}
		again := c.Do("POST", "/customers/merge", pair)
		if again.Status != http.StatusConflict || again.Problem(t).Code != "same_customer" {
			t.Fatalf("merge again: %d %s", again.Status, again.Body)
		}
		var undone struct {
			CustomerID string `json:"customer_id"`
			RestoredID string `json:"restored_id"`
		}
		c.Call("POST", "/customers/unmerge", map[string]string{"merge_id": "m1"}, &undone)
		if undone.CustomerID != "c1" || undone.RestoredID != "c2" {
			t.Fatalf("unmerge %+v", undone)
		}
		var list struct{ Items []identityhttp.Merge }
		c.Call("GET", "/identity/merges", nil, &list)
		if len(list.Items) != 1 || list.Items[0].Actor == "" || list.Items[0].UndoneAt == nil {
			t.Fatalf("history %+v", list.Items)
		}
		c.Call("GET", "/identity/merges?customer=c2", nil, &list)
		if len(list.Items) != 1 || list.Items[0].ID != "m1" {
			t.Fatalf("history of one who stands alone again %+v", list.Items)
		}
		c.Call("GET", "/identity/merges?customer=c9", nil, &list)
		if len(list.Items) != 0 {
			t.Fatalf("history of nobody %+v", list.Items)
		}
		for _, body := range []map[string]string{{"a": "c1", "b": "c9"}, {"a": "x", "b": "c1"}} {
			if res := c.Do("POST", "/customers/merge", body); res.Status != http.StatusNotFound {
				t.Fatalf("merge %v: %d %s", body, res.Status, res.Body)
			}
		}
		if res := c.Do("POST", "/customers/unmerge", map[string]string{"merge_id": "m1"}); res.Status != http.StatusConflict {
			t.Fatalf("unmerge again: %d %s", res.Status, res.Body)
		}
	})
}

// covers: B2
func TestConflicts_AreListedAndMasked(t *testing.T) {
	t.Parallel()
	r := start(t, dbtest.SQLite(t))
	r.see("user_id=u1 phone=13911112222")
	r.see("user_id=u2 phone=13911112222")
	for _, test := range []struct {
		role access.Role
		open bool
	}{{access.Operator, true}, {access.Analyst, false}} {
		var list struct{ Items []identityhttp.Conflict }
		r.Client(t, test.role).Call("GET", "/identity/conflicts", nil, &list)
		if len(list.Items) != 1 {
			t.Fatalf("conflicts %+v", list.Items)
		}
		got := list.Items[0]
		if (got.Value == "+8613911112222") != test.open || strings.Contains(got.Value, "1111222") != test.open {
			t.Errorf("%s sees the value %q", test.role, got.Value)
		}
		if got.CustomerID != "c2" || got.OtherID != "c1" || got.Reason != "exclusive" || got.OverType != "user_id" || got.Resolved {
			t.Errorf("conflict %+v", got)
		}
	}
	if _, err := r.Merge(t.Context(), 1, 2, "ann"); err != nil {
		t.Fatal(err)
	}
	var list struct{ Items []identityhttp.Conflict }
	r.Client(t, access.Operator).Call("GET", "/identity/conflicts", nil, &list)
	if got := list.Items[0]; !got.Resolved || got.CustomerID != "c1" || got.OtherID != "c1" {
		t.Errorf("after a merge: %+v", got)
	}
}

func TestPolicy_IsReadAndWritten(t *testing.T) {
	t.Parallel()
	r := start(t, dbtest.SQLite(t))
	c := r.Client(t, access.Operator)
	var p identityhttp.Policy
	c.Call("GET", "/identity/policy", nil, &p)
	if p.Version != 0 || len(p.Types) == 0 || p.Types[0].Type != "member_no" || p.Types[0].Class != "strong" {
		t.Fatalf("policy %+v", p)
	}
	p.Types[0].Merge = false
	c.Call("PUT", "/identity/policy", p, nil)
	if res := c.Do("PUT", "/identity/policy", p); res.Status != http.StatusConflict {
		t.Fatalf("a stale change: %d %s", res.Status, res.Body)
	}
	c.Call("GET", "/identity/policy", nil, &p)
	if p.Version != 1 || p.Types[0].Merge {
		t.Fatalf("policy %+v", p)
	}
	p.Types[0].Priority = 99
	res := c.Do("PUT", "/identity/policy", p)
	if res.Status != http.StatusUnprocessableEntity || len(res.Problem(t).Errors) == 0 {
		t.Fatalf("a bad policy: %d %s", res.Status, res.Body)
	}
}

func TestBlocked_IsEdited(t *testing.T) {
	t.Parallel()
	r := start(t, dbtest.SQLite(t))
	c := r.Client(t, access.Operator)
	find := func(c *httpapitest.Client, typ string, builtin bool) (found []identityhttp.Blocked) {
		var list struct{ Items []identityhttp.Blocked }
		c.Call("GET", "/identity/blocked", nil, &list)
		for _, e := range list.Items {
			if e.Type == typ && e.Builtin == builtin {
				found = append(found, e)
			}
		}
		return found
	}
	entry := map[string]string{"type": "phone", "value": "139 1234 5670", "note": "hotline"}
	c.Call("POST", "/identity/blocked", entry, nil)
	if got := find(c, "phone", false); len(got) != 1 || got[0].Value != "+8613912345670" || got[0].Note != "hotline" {
		t.Fatalf("own entries %+v", got)
	}
	if got := find(r.Client(t, access.Analyst), "phone", false); got[0].Value == "+8613912345670" {
		t.Fatal("an analyst sees the phone")
	}
	if len(find(c, "*", true)) < 10 {
		t.Fatal("the built-in entries are not listed")
	}
	delete(entry, "note")
	c.Call("DELETE", "/identity/blocked", entry, nil)
	if got := find(c, "phone", false); len(got) != 0 {
		t.Fatalf("own entries %+v", got)
	}
	if res := c.Do("DELETE", "/identity/blocked", entry); res.Status != http.StatusNotFound {
		t.Fatalf("deleted twice: %d", res.Status)
	}
	var audited int
	if err := r.DB.Get(t.Context(), "SELECT COUNT(*) FROM audit WHERE action LIKE 'identity.%'", nil, &audited); err != nil || audited != 2 {
		t.Fatalf("%d audit rows, %v", audited, err)
	}
}
