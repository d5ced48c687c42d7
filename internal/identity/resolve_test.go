package identity_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/event"
	"yutang/internal/identity"
)

func TestResolve_LearnsIdentities(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.SQLite(t))
	first := h.see("anonymous_id=a1")
	if !first.Created || first.Leaf != 1 || first.Root != 1 || len(first.Linked) != 1 {
		t.Fatalf("first sight: %+v", first)
	}
	second := h.see("anonymous_id=a1 user_id=u1 phone=139-0000-1111")
	want := []event.Identity{{Type: "user_id", Value: "u1"}, {Type: "phone", Value: "+8613900001111"}}
	if second.Created || second.Root != 1 || cmp.Diff(want, second.Linked) != "" {
		t.Fatalf("second sight: %+v", second)
	}
	again := h.see("user_id=u1 anonymous_id=a1 phone=+8613900001111")
	if diff := cmp.Diff(identity.Resolution{Leaf: 1, Root: 1}, again); diff != "" {
		t.Fatal(diff)
	}
	if r := h.see(""); r.Leaf != 0 || r.Root != 0 || r.Created {
		t.Fatalf("an event of nobody: %+v", r)
	}
	if r := h.resolve(&event.Event{Ord: 1}); r.Leaf != 1 || r.Root != 1 {
		t.Fatalf("an event of a customer by number: %+v", r)
	}
	if _, err := h.Resolve(h.ctx, &event.Event{Ord: 77}); err == nil {
		t.Fatal("an event of a customer who does not exist is taken")
	}
}

// covers: B2
func TestResolve_MergesByWhatTheEventTells(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.SQLite(t))
	h.see("anonymous_id=a1")
	h.see("user_id=u1")
	r := h.see("anonymous_id=a1 user_id=u1")
	if len(r.Merged) != 1 || r.Merged[0].Kept != 2 || r.Merged[0].Gone != 1 || r.Root != 2 || r.Leaf != 2 {
		t.Fatalf("the better known does not survive: %+v", r)
	}
	h.see("phone=13911112222")
	h.see("email=A@x.cn")
	r = h.see("email=a@x.cn phone=13911112222")
	if len(r.Merged) != 1 || r.Merged[0].Kept != 3 || r.Merged[0].Gone != 4 {
		t.Fatalf("the older does not survive: %+v", r)
	}
	if root := h.tl.Root(1); root != 2 {
		t.Fatalf("the old number resolves to %d, want 2", root)
	}
}

// covers: B2
func TestResolve_StrongIdentitiesNeverMergeByAWeakOne(t *testing.T) {
	t.Parallel()
	for _, typ := range []string{"member_no", "user_id", "unionid"} {
		t.Run(typ, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, dbtest.SQLite(t))
			h.see(typ + "=one anonymous_id=tablet phone=13911112222")
			r := h.see(typ + "=two anonymous_id=tablet phone=13911112222")
			if !r.Created || len(r.Merged) != 0 {
				t.Fatalf("two people became one: %+v", r)
			}
			h.apart(typ+"=one", typ+"=two")
			h.same(typ+"=one", "anonymous_id=tablet", "phone=13911112222")
			if len(r.Conflicts) != 2 {
				t.Fatalf("conflicts: %+v", r.Conflicts)
			}
			want := identity.Conflict{
				At: start, Identity: event.Identity{Type: "phone", Value: "+8613911112222"}, Customer: 2, Other: 1,
				Reason: identity.ReasonExclusive, OverType: typ,
			}
			if diff := cmp.Diff(want, r.Conflicts[0]); diff != "" {
				t.Fatal(diff)
			}
			if again := h.see(typ + "=two anonymous_id=tablet phone=13911112222"); again.Root != 2 || len(again.Conflicts) != 0 {
				t.Fatalf("the same again: %+v", again)
			}
		})
	}
}

func TestResolve_WeakLinkDoesNotJoinTwoIdentifiedCustomers(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.SQLite(t))
	h.see("member_no=m1 cookie=c1")
	h.see("user_id=u1")
	r := h.see("user_id=u1 cookie=c1")
	if r.Root != 2 || len(r.Conflicts) != 1 || r.Conflicts[0].Reason != identity.ReasonIdentified {
		t.Fatalf("joined by a cookie: %+v", r)
	}
	h.see("member_no=m1 phone=13911112222")
	if r := h.see("user_id=u1 phone=13911112222"); len(r.Merged) != 1 {
		t.Fatalf("not joined by a phone: %+v", r)
	}
}

func TestResolve_DemotesOverTheLimit(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.SQLite(t))
	h.see("user_id=u1 phone=13911110001")
	h.see("user_id=u1 phone=13911110002")
	h.see("user_id=u1 phone=13911110003")
	r := h.see("user_id=u1 phone=13911110004")
	if len(r.Linked) != 0 || len(r.Conflicts) != 1 || r.Conflicts[0].Reason != identity.ReasonLimit || r.Conflicts[0].Other != 0 {
		t.Fatalf("a fourth phone within a year: %+v", r)
	}
	if h.who("phone=13911110004") != 0 {
		t.Fatal("the demoted phone belongs to somebody")
	}
	h.clock.Advance(365 * 24 * time.Hour)
	if r := h.see("user_id=u1 phone=13911110004"); len(r.Linked) != 1 {
		t.Fatalf("a fourth phone after a year: %+v", r)
	}
	r = h.see("user_id=v1 user_id=v2")
	if len(r.Linked) != 1 || r.Linked[0].Value != "v1" || len(r.Conflicts) != 1 {
		t.Fatalf("two user ids in one event: %+v", r)
	}
}

func TestResolve_LimitStopsAMerge(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.SQLite(t))
	h.see("user_id=u1 phone=13911110001")
	h.see("user_id=u1 phone=13911110002")
	h.see("email=a@x.cn phone=13911110003")
	h.see("email=a@x.cn phone=13911110004")
	r := h.see("user_id=u1 email=a@x.cn")
	if r.Root != 1 || len(r.Merged) != 0 || len(r.Conflicts) != 1 || r.Conflicts[0].OverType != "phone" {
		t.Fatalf("a merge made four phones: %+v", r)
	}
}

func TestResolve_TypesOfAnApplicationAreCountedApart(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.SQLite(t))
	for _, who := range []string{"openid:a=1", "openid:a=2", "openid:a=3", "openid:b=1"} {
		h.see("user_id=u1 " + who)
	}
	h.same("user_id=u1", "openid:a=3", "openid:b=1")
	if r := h.see("user_id=u1 openid:a=4"); len(r.Conflicts) != 1 {
		t.Fatalf("a fourth openid of one app: %+v", r)
	}
}

func TestResolve_AliasMergesUnlessBothAreIdentified(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.SQLite(t))
	h.see("anonymous_id=a1")
	h.see("user_id=u1")
	if r := h.alias("user_id=u1", "anonymous_id=a1"); len(r.Merged) != 1 {
		t.Fatalf("alias of an anonymous id: %+v", r)
	}
	h.see("member_no=m1 cookie=c1")
	if r := h.alias("user_id=u1", "cookie=c1"); len(r.Merged) != 1 {
		t.Fatalf("alias is weaker than what it says: %+v", r)
	}
	r := h.alias("user_id=u2", "user_id=u1")
	if !r.Created || len(r.Conflicts) != 1 {
		t.Fatalf("alias of another user: %+v", r)
	}
	h.apart("user_id=u1", "user_id=u2")
	if r := h.alias("", "anonymous_id=a9"); r.Root == 0 {
		t.Fatalf("an alias alone: %+v", r)
	}
}

func TestResolve_PolicyForbidsMerging(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.SQLite(t))
	p := identity.DefaultPolicy()
	for i := range p.Types {
		p.Types[i].Merge = p.Types[i].Type != "email"
	}
	_, err := h.SetPolicy(h.ctx, 0, p, "ann", nil)
	h.must(err)
	h.see("user_id=u1")
	h.see("email=shop@x.cn")
	r := h.see("user_id=u1 email=shop@x.cn")
	if len(r.Merged) != 0 || len(r.Conflicts) != 1 || r.Conflicts[0].Reason != identity.ReasonNotAllowed {
		t.Fatalf("joined by a type that may not: %+v", r)
	}
}

func TestResolve_RecordsUnderTheLeafOfTheStrongestIdentity(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.SQLite(t))
	h.see("anonymous_id=a1")
	h.see("user_id=u1")
	h.see("anonymous_id=a1 user_id=u1")
	for text, leaf := range map[string]uint32{"anonymous_id=a1": 1, "user_id=u1": 2, "anonymous_id=a1 user_id=u1": 2} {
		if r := h.see(text); r.Leaf != leaf || r.Root != 2 {
			t.Errorf("%s: leaf %d root %d, want %d and 2", text, r.Leaf, r.Root, leaf)
		}
	}
}

func TestFlush_WritesSealedRowsOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		h.see("user_id=u1 phone=13911112222 email=Li.Lei@x.cn")
		h.see("user_id=u2 phone=13911112222")
		if diff := cmp.Diff([]uint32{1, 2}, h.Dirty()); diff != "" {
			t.Fatal(diff)
		}
		h.flush()
		h.flush()
		want := []string{"email=li.lei@x.cn", "phone=+8613911112222", "user_id=u1"}
		if diff := cmp.Diff(want, h.held(1)); diff != "" {
			t.Fatal(diff)
		}
		if len(h.Dirty()) != 0 {
			t.Fatal("customers are dirty after Dirty")
		}
		conflicts, err := h.Conflicts(h.ctx, "", 10)
		h.must(err)
		if len(conflicts.Items) != 1 || conflicts.Items[0].Identity.Value != "+8613911112222" || conflicts.Items[0].ID != "x1" {
			t.Fatalf("conflicts: %+v", conflicts.Items)
		}
		for _, table := range []string{"identity", "identity_conflict"} {
			var sealed []byte
			h.must(d.Get(h.ctx, "SELECT sealed FROM "+table+" WHERE type = 'phone'", nil, &sealed))
			if string(sealed) == "+8613911112222" || len(sealed) < 20 {
				t.Fatalf("%s holds %q", table, sealed)
			}
		}
	})
}
