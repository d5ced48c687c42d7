package identity_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/identity"
)

func TestPrepare_NormalisesAndDrops(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.SQLite(t))
	ev := &event.Event{
		Identities: []event.Identity{
			{Type: "phone", Value: " 139-1234-5670"},
			{Type: "phone", Value: "+8613912345670"},
			{Type: "Email", Value: " Li.Lei@X.cn "},
			{Type: "user_id", Value: " U1 "},
			{Type: "OpenID:wxApp", Value: "oABC"},
			{Type: "phone", Value: "13800138000"},
			{Type: "phone", Value: "12"},
			{Type: "email", Value: "no address"},
			{Type: "bad type", Value: "x"},
			{Type: "user_id", Value: strings.Repeat("x", identity.MaxValue+1)},
			{Type: "", Value: "x"},
		},
		Alias: &event.Identity{Type: "user_id", Value: "null"},
	}
	for range 2 {
		h.Prepare(ev)
		want := []event.Identity{
			{Type: "phone", Value: "+8613912345670"},
			{Type: "email", Value: "li.lei@x.cn"},
			{Type: "user_id", Value: "U1"},
			{Type: "openid:wxApp", Value: "oABC"},
		}
		if diff := cmp.Diff(want, ev.Identities); diff != "" {
			t.Fatal(diff)
		}
		if len(ev.Keys) != 4 || ev.Alias != nil {
			t.Fatalf("%d keys, alias %v", len(ev.Keys), ev.Alias)
		}
	}
	drops := map[string]uint64{}
	for _, d := range h.Dropped() {
		drops[d.Type+" "+d.Reason] = d.Count
	}
	want := map[string]uint64{
		"phone blocked": 1, "phone malformed": 1, "email malformed": 1, "* malformed": 2,
		"user_id too_long": 1, "user_id blocked": 1,
	}
	if diff := cmp.Diff(want, drops); diff != "" {
		t.Fatal(diff)
	}
}

// covers: B2
func TestPrepare_DropsValuesThatIdentifyNobody(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.SQLite(t))
	dropped := func(typ, value string) bool {
		ev := &event.Event{Identities: []event.Identity{{Type: typ, Value: value}}}
		h.Prepare(ev)
		return len(ev.Identities) == 0
	}
	for _, v := range []string{
		"", "  ", "null", "NULL", "undefined", "NaN", "None", "nil", "0", "000000", "-", "--", "?", "anonymous", "guest",
		"[object Object]", "unknown", "匿名", "游客", "00000000-0000-0000-0000-000000000000", "0:0:0", "\t", "n/a", "{}",
	} {
		for _, typ := range []string{"user_id", "anonymous_id", "member_no", "openid:wx1", "some_type"} {
			if !dropped(typ, v) {
				t.Errorf("%s %q is taken", typ, v)
			}
		}
	}
	for typ, values := range map[string][]string{
		"phone": {"13800138000", "138 0013 8000", "+86 13800000000", "13888888888", "00000000000"},
		"email": {"no-reply@brand.cn", "noreply@x.cn", "NULL@null.com", "@", "a@"},
	} {
		for _, v := range values {
			if !dropped(typ, v) {
				t.Errorf("%s %q is taken", typ, v)
			}
		}
	}
	for typ, values := range map[string][]string{
		"user_id": {"1", "10", "nullable", "test", "王芳", "a-b"}, "phone": {"13912345670", "13812345678", "+85223456789"},
		"email": {"a@example.com", "reply@x.cn"}, "anonymous_id": {"0a", "7d3f"},
	} {
		for _, v := range values {
			if dropped(typ, v) {
				t.Errorf("%s %q is dropped", typ, v)
			}
		}
	}
}

func TestBlocked_OperatorsEditTheList(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		taken := func(who string) bool {
			ev := &event.Event{Identities: ids(who)}
			h.Prepare(ev)
			return len(ev.Identities) == 1
		}
		_, err := h.Block(h.ctx, "phone", "139 1234 5670", "our hotline", "ann", nil)
		h.must(err)
		_, err = h.Block(h.ctx, identity.AnyType, "Test", "", "ann", nil)
		h.must(err)
		if taken("phone=13912345670") || taken("user_id=TEST") || taken("openid:wx=test") || !taken("user_id=13912345670") {
			t.Fatal("added entries do not act")
		}
		h.must(h.Unblock(h.ctx, "phone", "13888888888", "ann", nil))
		h.must(h.Unblock(h.ctx, identity.AnyType, "guest", "ann", nil))
		if !taken("phone=13888888888") || !taken("user_id=Guest") {
			t.Fatal("built-in entries cannot be switched off")
		}
		h.restart(true)
		if taken("phone=13912345670") || !taken("phone=13888888888") || !taken("user_id=guest") {
			t.Fatal("the list is lost after a restart")
		}
		_, err = h.Block(h.ctx, identity.AnyType, "guest", "", "ann", nil)
		h.must(err)
		h.must(h.Unblock(h.ctx, "phone", "13912345670", "ann", nil))
		if taken("user_id=guest") || !taken("phone=13912345670") {
			t.Fatal("changes cannot be undone")
		}
		if err := h.Unblock(h.ctx, "phone", "13912345670", "ann", nil); !fault.Is(err, fault.NotFound) {
			t.Fatalf("unblock what is not blocked: %v", err)
		}
		for _, bad := range []event.Identity{{Type: "a b", Value: "x"}, {Type: "phone"}, {Type: "*", Value: strings.Repeat("x", 300)}} {
			if _, err := h.Block(h.ctx, bad.Type, bad.Value, "", "ann", nil); !fault.Is(err, fault.Invalid) {
				t.Fatalf("block %v: %v", bad, err)
			}
		}
		var own []string
		for _, e := range h.BlockedValues() {
			if !e.Builtin {
				own = append(own, e.Type+"="+e.Value)
			}
		}
		if diff := cmp.Diff([]string{"*=test", "phone=+8613888888888"}, own); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestPrepare_IsSafeForManyGoroutines(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.SQLite(t))
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 50 {
				h.Prepare(&event.Event{Identities: ids("user_id=u1 phone=null email=a@x.cn")})
			}
		})
	}
	_, err := h.Block(h.ctx, "user_id", "u1", "", "ann", nil)
	h.must(err)
	all.Wait()
}

func TestPolicy_IsCheckedAndVersioned(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		p := identity.DefaultPolicy()
		h.must(p.Validate())
		p.Types[5].Limit = 9
		v, err := h.SetPolicy(h.ctx, 0, p, "ann", nil)
		h.must(err)
		if v != 1 {
			t.Fatalf("version %d, want 1", v)
		}
		if _, err := h.SetPolicy(h.ctx, 0, p, "bob", nil); !fault.Is(err, fault.Conflict) {
			t.Fatalf("a stale change: %v", err)
		}
		h.restart(false)
		if v, got := h.Policy(); v != 1 || cmp.Diff(p, got) != "" {
			t.Fatalf("after a restart version %d of %+v", v, got)
		}
	})
}

func TestParsePolicy_NamesAllFaults(t *testing.T) {
	t.Parallel()
	for raw, pointer := range map[string]string{
		`{`:            "",
		`{"types":[]}`: "/types",
		`{"types":[{"type":"user_id","class":"strong","priority":1}]}`:                                                              "/types",
		`{"types":[{"type":"*","class":"odd","priority":1}]}`:                                                                       "",
		`{"types":[{"type":"*","priority":1}]}`:                                                                                     "/types/0/class",
		`{"types":[{"type":"*","class":"weak","priority":0}]}`:                                                                      "/types/0/priority",
		`{"types":[{"type":"*","class":"weak","priority":1,"limit":-1}]}`:                                                           "/types/0/limit",
		`{"types":[{"type":"*","class":"weak","priority":1,"window_days":9999}]}`:                                                   "/types/0/window_days",
		`{"types":[{"type":"*","class":"weak","priority":1},{"type":"Phone","class":"weak","priority":2}]}`:                         "/types/1/type",
		`{"types":[{"type":"*","class":"weak","priority":1},{"type":"*","class":"weak","priority":2}]}`:                             "/types/1/type",
		`{"types":[{"type":"*","class":"weak","priority":2},{"type":"a:b","class":"weak","priority":1}]}`:                           "/types/1/type",
		`{"types":[{"type":"*","class":"weak","priority":1},{"type":"phone","class":"medium","priority":2}]}`:                       "/types",
		`{"types":[{"type":"*","class":"weak","priority":2},{"type":"u","class":"strong","priority":1,"limit":1,"window_days":5}]}`: "/types/1/window_days",
	} {
		_, err := identity.ParsePolicy([]byte(raw))
		var e *fault.Error
		if !fault.Is(err, fault.Invalid) || !asFault(err, &e) || len(e.Fields) == 0 || e.Fields[0].Pointer != pointer {
			t.Errorf("%s: %v, want a fault at %q", raw, err, pointer)
		}
	}
}
