package identity_test

import (
	"bytes"
	"fmt"
	"testing"

	"yutang/internal/db/dbtest"
	"yutang/internal/event"
)

// someEvents makes events in which customers are new, known and merged.
func someEvents(h *house, from, to int) (names []event.Identity) {
	for i := from; i < to; i++ {
		who := fmt.Sprintf("user_id=u%d anonymous_id=a%d", i/2, i)
		if i%5 == 4 {
			h.tl.Lock()
			h.see(fmt.Sprintf("anonymous_id=a%d", i))
			h.tl.Unlock()
		}
		h.tl.Lock()
		h.see(who)
		h.tl.Unlock()
		names = append(names, ids(who)...)
	}
	return names
}

func TestSave_WhileCustomersChange(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.SQLite(t))
	names := someEvents(h, 0, 1500)
	h.flush()
	h.Dirty()
	var file bytes.Buffer
	saved := make(chan error)
	go func() { saved <- h.Save(&file) }()
	names = append(names, someEvents(h, 1500, 3000)...)
	h.must(<-saved)
	h.flush()
	dirty, want := h.Dirty(), h.picture(names)
	h.forget()
	h.must(h.Restore(&file))
	if whole, err := h.Catch(h.ctx, dirty); err != nil || !whole {
		t.Fatalf("the dirty customers are not all that changed: %v, %v", whole, err)
	}
	if got := h.picture(names); got != want {
		t.Fatal("the restored state differs")
	}
	h.must(h.Reload(h.ctx, dirty))
	if got := h.picture(names); got != want {
		t.Fatal("the state differs after reading the same customers again")
	}
	if r := h.see("user_id=u1 anonymous_id=new"); r.Created || len(r.Linked) != 1 {
		t.Fatalf("a known customer after a restart: %+v", r)
	}
	h.flush()
}

func TestReload_HealsASnapshotOfWhatWasRolledBack(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.SQLite(t))
	names := someEvents(h, 0, 100)
	h.flush()
	want := h.picture(names)
	h.see("user_id=u1 phone=13911112222")
	h.see("user_id=lost")
	var file bytes.Buffer
	h.must(h.Save(&file))
	h.forget()
	h.must(h.Restore(&file))
	h.must(h.Reload(h.ctx, nil))
	if got := h.picture(names); got != want {
		t.Fatal("the state is not that of SQL")
	}
	if h.who("phone=13911112222") != 0 || h.who("user_id=lost") != 0 {
		t.Fatal("what was rolled back is known")
	}
}

func TestRestore_RefusesDamagedFiles(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.SQLite(t))
	someEvents(h, 0, 20)
	var file bytes.Buffer
	h.must(h.Save(&file))
	whole := file.Bytes()
	for n := 0; n < len(whole); n += 13 {
		h.forget()
		if err := h.Restore(bytes.NewReader(whole[:n])); err == nil {
			t.Fatalf("%d of %d bytes are taken for a whole file", n, len(whole))
		}
	}
	for n := 0; n < len(whole); n += 13 {
		bad := bytes.Clone(whole)
		bad[n] ^= 0xff
		h.forget()
		_ = h.Restore(bytes.NewReader(bad)) // any result but a panic; package snapshot has the checksum
	}
}
