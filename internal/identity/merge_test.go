package identity_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/fault"
	"yutang/internal/identity"
)

// covers: B2
func TestUnmerge_RestoresBothSidesAndWhatCameLater(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		h.see("user_id=u1 phone=13911110001")
		h.see("user_id=u2 phone=13911110002")
		m := h.merge(2, 1)
		if diff := cmp.Diff(identity.Merge{ID: "m1", Kept: 1, Gone: 2}, m); diff != "" {
			t.Fatal(diff)
		}
		h.same("user_id=u1", "user_id=u2")
		h.see("user_id=u2 email=two@x.cn")
		h.see("user_id=u1 email=one@x.cn")
		if kept, gone := h.unmerge("m1"); kept != 1 || gone != 2 {
			t.Fatalf("Unmerge = %d, %d", kept, gone)
		}
		h.apart("user_id=u1", "user_id=u2")
		h.same("user_id=u1", "phone=13911110001", "email=one@x.cn")
		h.same("user_id=u2", "phone=13911110002", "email=two@x.cn")
		h.restart(false)
		h.apart("user_id=u1", "user_id=u2")
		if diff := cmp.Diff([]string{"email=two@x.cn", "phone=+8613911110002", "user_id=u2"}, h.held(2)); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestUnmerge_InAnyOrder(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.SQLite(t))
	for _, who := range []string{"user_id=a", "cookie=b", "cookie=c", "cookie=d"} {
		h.see(who)
	}
	ab := h.see("user_id=a cookie=b").Merged[0].ID // b hangs under a
	h.merge(3, 4)                                  // d hangs under c
	bc := h.see("cookie=b cookie=c").Merged[0]     // c hangs under b, whose cookie came with it
	if bc.Kept != 1 || bc.Gone != 3 {
		t.Fatalf("third merge: %+v", bc)
	}
	h.same("user_id=a", "cookie=b", "cookie=c", "cookie=d")
	if kept, gone := h.unmerge(ab); kept != 1 || gone != 2 {
		t.Fatalf("Unmerge = %d, %d", kept, gone)
	}
	h.same("cookie=b", "cookie=c", "cookie=d")
	h.apart("user_id=a", "cookie=b")
	h.unmerge(bc.ID)
	h.same("cookie=c", "cookie=d")
	h.apart("user_id=a", "cookie=b", "cookie=c")
	_, _, err := h.Unmerge(h.ctx, ab, "ann")
	if !fault.Is(err, fault.Precondition) {
		t.Fatalf("undone twice: %v", err)
	}
	for _, id := range []string{"m99", "m", "", "m0", "x1"} {
		if _, _, err := h.Unmerge(h.ctx, id, "ann"); !fault.Is(err, fault.NotFound) {
			t.Fatalf("unmerge %q: %v", id, err)
		}
	}
}

// covers: B2
func TestUnmerge_EventsDoNotMergeAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.SQLite(t))
	h.see("user_id=u1")
	h.see("phone=13911112222")
	m := h.see("user_id=u1 phone=13911112222").Merged[0]
	h.unmerge(m.ID)
	for range 2 {
		r := h.see("user_id=u1 phone=13911112222")
		if len(r.Merged) != 0 || r.Root != 1 {
			t.Fatalf("merged again: %+v", r)
		}
		h.restart(true)
	}
	conflicts, err := h.Conflicts(h.ctx, "", 0)
	h.must(err)
	if len(conflicts.Items) != 1 || conflicts.Items[0].Reason != identity.ReasonSeparated {
		t.Fatalf("conflicts: %+v", conflicts.Items)
	}
	h.merge(1, 2)
	h.restart(false)
	h.same("user_id=u1", "phone=13911112222")
}

func TestMerge_IsRefusedForNobodyAndForOneCustomer(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.SQLite(t))
	h.see("user_id=u1")
	h.see("user_id=u2")
	h.merge(1, 2)
	if _, err := h.Merge(h.ctx, 1, 2, "ann"); !fault.Is(err, fault.Precondition) {
		t.Fatalf("the same customer: %v", err)
	}
	for _, b := range []uint32{0, 3} {
		if _, err := h.Merge(h.ctx, 1, b, "ann"); !fault.Is(err, fault.NotFound) {
			t.Fatalf("customer %d: %v", b, err)
		}
	}
}

func TestPreviewMerge_TellsWhatMergeDoes(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.SQLite(t))
	h.see("phone=13911112222")
	h.see("user_id=u1")
	h.see("user_id=u2 email=a@x.cn")
	p, err := h.PreviewMerge(h.ctx, 1, 3)
	h.must(err)
	want := identity.Preview{
		Kept: identity.Side{
			Customer: 3, Class: identity.Strong, Records: 1,
			Identities: []identity.TypeCount{{Type: "user_id", Count: 1}, {Type: "email", Count: 1}},
		},
		Gone: identity.Side{
			Customer: 1, Class: identity.Medium, Records: 1,
			Identities: []identity.TypeCount{{Type: "phone", Count: 1}},
		},
		KeptWhy: "stronger",
	}
	if diff := cmp.Diff(want, p); diff != "" {
		t.Fatal(diff)
	}
	p, err = h.PreviewMerge(h.ctx, 2, 3)
	h.must(err)
	if p.Kept.Customer != 2 || p.KeptWhy != "older" || len(p.Conflicts) != 1 || p.Conflicts[0].Type != "user_id" {
		t.Fatalf("preview: %+v", p)
	}
	m := h.merge(2, 3)
	merges, err := h.Merges(h.ctx, nil, "", 0)
	h.must(err)
	want2 := identity.Merged{Merge: m, At: start, Actor: "ann", Note: "over the limit of user_id"}
	if diff := cmp.Diff([]identity.Merged{want2}, merges.Items); diff != "" {
		t.Fatal(diff)
	}
	h.unmerge(m.ID)
	if p, err = h.PreviewMerge(h.ctx, 2, 3); err != nil || !p.Separated {
		t.Fatalf("preview after a separation: %+v, %v", p, err)
	}
}

func TestMerges_PagesNewestFirst(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.SQLite(t))
	h.see("user_id=u0")
	for _, who := range []string{"cookie=1", "cookie=2", "cookie=3"} {
		h.see(who)
		h.see("user_id=u0 " + who)
	}
	h.flush()
	var got []string
	cursor := ""
	for {
		p, err := h.Merges(h.ctx, nil, cursor, 2)
		h.must(err)
		for _, m := range p.Items {
			got = append(got, m.ID)
		}
		if cursor = p.Next; cursor == "" {
			break
		}
	}
	if diff := cmp.Diff([]string{"m3", "m2", "m1"}, got); diff != "" {
		t.Fatal(diff)
	}
	one, err := h.Merges(h.ctx, []uint32{3, 3}, "", 2)
	h.must(err)
	if len(one.Items) != 1 || one.Items[0].ID != "m2" || one.Next != "" {
		t.Fatalf("merges of one record: %+v", one)
	}
	if _, err := h.Merges(context.Background(), nil, "!", 2); !fault.Is(err, fault.Invalid) {
		t.Fatalf("a bad cursor: %v", err)
	}
}
