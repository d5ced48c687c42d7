package ingest

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"yutang/internal/clock"
	"yutang/internal/event"
	"yutang/internal/fault"
)

func TestRead_BoundsWhatIsUnderWay(t *testing.T) {
	t.Parallel()
	in := New(nil, nil, clock.NewManual(time.Unix(0, 0)), slog.New(slog.DiscardHandler))
	request := func() *http.Request {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader("{}"))
		r.ContentLength = -1 // a sender that does not say how much comes
		return r
	}
	var open []*Body
	for range maxFlying / MaxBatch {
		b, err := in.Read(request(), MaxBatch)
		if err != nil {
			t.Fatal(err)
		}
		open = append(open, b)
	}
	if _, err := in.Read(request(), MaxBatch); !fault.Is(err, fault.RateLimited) {
		t.Errorf("beyond the bound: %v, want rate_limited", err)
	}
	for _, b := range open {
		b.Close()
	}
	if n := in.flying.Load(); n != 0 {
		t.Errorf("%d bytes under way after the last body", n)
	}
}

func TestRead_WhileBusyReadsNothing(t *testing.T) {
	t.Parallel()
	in := New(nil, nil, clock.NewManual(time.Unix(0, 0)), slog.New(slog.DiscardHandler))
	in.Busy = func() error { return fault.New(fault.RateLimited, "overloaded", "later") }
	body := strings.NewReader("{}")
	if _, err := in.Read(httptest.NewRequest(http.MethodPost, "/", body), MaxBatch); !fault.Is(err, fault.RateLimited) {
		t.Errorf("while busy: %v, want rate_limited", err)
	}
	if body.Len() != 2 {
		t.Error("the body was read")
	}
}

func TestDecode_KeepsNothingOfItsInput(t *testing.T) {
	t.Parallel()
	doc := []byte(`{"a":"one","b":{"c":2}}`)
	var v struct {
		A Raw `json:"a"`
		B Raw `json:"b"`
	}
	if err := Decode(doc, &v); err != nil {
		t.Fatal(err)
	}
	for i := range doc {
		doc[i] = '#'
	}
	if string(v.A) != `"one"` || string(v.B) != `{"c":2}` {
		t.Errorf("changed with its input: %s %s", v.A, v.B)
	}
}

func TestDecode_RefusesWhatIsNotJSON(t *testing.T) {
	t.Parallel()
	for _, doc := range []string{
		``, `[]`, `7`, `{`, `{"a":tru}`, `{"a":1,}`, `{"a":01}`, "{\"a\":\"\x01\"}", `{"a":"\q"}`, `{"b":"\q"}`, `{"a":1} x`,
	} {
		var v struct {
			A Raw `json:"a"`
		}
		if err := Decode([]byte(doc), &v); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v, want invalid", doc, err)
		}
	}
	var v struct {
		A Raw `json:"a"`
	}
	if err := Decode([]byte("{\"a\":\"\xff\"}"), &v); err != nil || !json.Valid(v.A) || string(v.A) != `"`+"\uFFFD"+`"` {
		t.Errorf("bytes that are not UTF-8: %q, %v", v.A, err)
	}
}

func TestPrepend(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		object  string
		members []string
		want    string
	}{
		{`{"a":1}`, []string{`"b":2`}, `{"b":2,"a":1}`},
		{`{ }`, []string{`"b":2`, `"c":3`}, `{"b":2,"c":3}`},
		{``, []string{`"b":2`}, `{"b":2}`},
		{`{"a":1}`, nil, `{"a":1}`},
		{``, nil, `{}`},
	} {
		if got := string(Prepend(json.RawMessage(c.object), c.members...)); got != c.want {
			t.Errorf("%q with %q: %s, want %s", c.object, c.members, got, c.want)
		}
	}
}

func TestMember_FindsOnlyTheObjectsOwn(t *testing.T) {
	t.Parallel()
	object := []byte(`{"x":{"name":1},"y":"name","name":"own"}`)
	if got := string(Member(object, "name")); got != `"own"` {
		t.Errorf("got %s", got)
	}
	if got := Member([]byte(`{"x":{"name":1}}`), "name"); got != nil {
		t.Errorf("got %s", got)
	}
}

func TestTags(t *testing.T) {
	t.Parallel()
	props := []byte(`{"tag":"VIP","tags":["老客",7,{},""]}`)
	want := []event.TagOp{{Tag: "VIP"}, {Tag: "老客"}, {Tag: "7"}}
	if diff := cmp.Diff(want, Tags(event.TagAdded, props)); diff != "" {
		t.Error(diff)
	}
	if ops := Tags("Seen", props); ops != nil {
		t.Errorf("another event changes tags: %v", ops)
	}
}

func TestIdentityType(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"phone": "phone", "userId": "user_id", "openid:wx1": "openid:wx1", "ios.idfa": "ios.idfa", "": "", "a b": "", "手机": "",
		strings.Repeat("x", 65): "",
	} {
		got, ok := IdentityType(name)
		if ok != (want != "") || (ok && got != want) {
			t.Errorf("%q: %q %v, want %q", name, got, ok, want)
		}
	}
}

func FuzzTime(f *testing.F) {
	for _, s := range []string{`"2024-05-01T00:00:00Z"`, `1714500000000`, `1e300`, `"-1"`, `null`, `true`, `"0000-01-01"`} {
		f.Add(s)
	}
	now := time.Date(2024, 5, 1, 0, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, s string) {
		if !json.Valid([]byte(s)) {
			return
		}
		given, err := Time("time", []byte(strings.TrimSpace(s)))
		if err != nil {
			return
		}
		for _, sent := range []time.Time{{}, now, now.AddDate(3000, 0, 0)} {
			if at, _ := Moment(now, given, sent); !believable(at, now) {
				t.Errorf("%s: at %v", s, at)
			}
		}
	})
}
