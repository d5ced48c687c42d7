package identity_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"yutang/internal/clock"
	"yutang/internal/db"
	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/identity"
	"yutang/internal/seal"
	"yutang/internal/timeline"
)

var start = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

// house is a service on a real database.
type house struct {
	t     testing.TB
	ctx   context.Context
	db    *db.DB
	box   *seal.Box
	clock *clock.Manual
	tl    *timeline.Store
	*identity.Service
}

func newHouse(t testing.TB, d *db.DB) *house {
	t.Helper()
	key := sha256.Sum256([]byte("identity test"))
	box, err := seal.New(key[:])
	if err != nil {
		t.Fatal(err)
	}
	h := &house{t: t, ctx: context.Background(), db: d, box: box, clock: clock.NewManual(start)}
	h.forget()
	if err := h.Load(h.ctx); err != nil {
		t.Fatal(err)
	}
	return h
}

// forget puts a service without memory in place of the one at work.
func (h *house) forget() {
	h.tl = timeline.New()
	h.Service = identity.New(h.db, h.box, h.tl, h.clock)
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) flush() {
	h.t.Helper()
	h.must(h.db.InTx(h.ctx, h.Flush))
}

// ids reads "user_id=u1 phone=13912345670".
func ids(text string) []event.Identity {
	var out []event.Identity
	for _, field := range strings.Fields(text) {
		typ, value, _ := strings.Cut(field, "=")
		out = append(out, event.Identity{Type: typ, Value: value})
	}
	return out
}

// see resolves an event with these identities.
func (h *house) see(text string) identity.Resolution {
	h.t.Helper()
	return h.resolve(&event.Event{Identities: ids(text), At: h.clock.Now()})
}

// alias resolves an event that says that two identities are one person.
func (h *house) alias(one, other string) identity.Resolution {
	h.t.Helper()
	return h.resolve(&event.Event{Identities: ids(one), Alias: &ids(other)[0], At: h.clock.Now()})
}

func (h *house) resolve(ev *event.Event) identity.Resolution {
	h.t.Helper()
	h.Prepare(ev)
	res, err := h.Resolve(h.ctx, ev)
	h.must(err)
	return res
}

func (h *house) merge(a, b uint32) (m identity.Merge) {
	h.t.Helper()
	h.must(h.db.InTx(h.ctx, func(ctx context.Context) (err error) {
		m, err = h.Merge(ctx, a, b, "ann")
		return err
	}))
	return m
}

func (h *house) unmerge(id string) (kept, gone uint32) {
	h.t.Helper()
	h.must(h.db.InTx(h.ctx, func(ctx context.Context) (err error) {
		kept, gone, err = h.Unmerge(ctx, id, "ann")
		return err
	}))
	return kept, gone
}

// who is the customer of one identity, 0 if it is unknown.
func (h *house) who(text string) uint32 {
	h.t.Helper()
	root, ok := h.Lookup(ids(text)[0])
	if ok != (root != 0) {
		h.t.Fatalf("Lookup(%s) = %d, %v", text, root, ok)
	}
	return root
}

// same checks that all identities belong to one customer, and gives it.
func (h *house) same(texts ...string) uint32 {
	h.t.Helper()
	for _, text := range texts[1:] {
		if a, b := h.who(texts[0]), h.who(text); a == 0 || a != b {
			h.t.Fatalf("%s is of %d and %s of %d, want one customer", texts[0], a, text, b)
		}
	}
	return h.who(texts[0])
}

// apart checks that each identity belongs to another customer.
func (h *house) apart(texts ...string) {
	h.t.Helper()
	seen := map[uint32]string{}
	for _, text := range texts {
		root := h.who(text)
		if other, taken := seen[root]; taken {
			h.t.Fatalf("%s and %s are both of %d", other, text, root)
		}
		seen[root] = text
	}
}

// held lists the identities of a customer from SQL as "type=value", sorted.
func (h *house) held(root uint32) []string {
	h.t.Helper()
	owned, err := h.Identities(h.ctx, root)
	h.must(err)
	var out []string
	for _, o := range owned {
		out = append(out, o.Type+"="+o.Value)
	}
	slices.Sort(out)
	return out
}

// picture is all that can be asked about who belongs to whom, for comparing.
func (h *house) picture(known []event.Identity) string {
	h.t.Helper()
	var b strings.Builder
	for ord := uint32(1); ord <= h.Customers(); ord++ {
		leaves := slices.Sorted(slices.Values(h.tl.Leaves(ord)))
		fmt.Fprintf(&b, "%d: %d %v\n", ord, h.tl.Root(ord), leaves)
	}
	for _, who := range known {
		root, _ := h.Lookup(who)
		fmt.Fprintf(&b, "%s=%s: %d\n", who.Type, who.Value, root)
	}
	return b.String()
}

// restart makes the memory anew, from SQL or from a snapshot taken now.
func (h *house) restart(snapshot bool) {
	h.t.Helper()
	h.flush()
	if !snapshot {
		h.forget()
		h.must(h.Load(h.ctx))
		return
	}
	var file bytes.Buffer
	h.must(h.Save(&file))
	h.forget()
	h.must(h.Restore(&file))
	h.must(h.Reload(h.ctx, nil))
}

func asFault(err error, e **fault.Error) bool { return errors.As(err, e) }
