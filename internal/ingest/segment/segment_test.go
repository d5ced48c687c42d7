package segment

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/ingest/ingesttest"
)

func basic(key string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(key+":"))
}

const tracked1 = `{"event":"Seen","userId":"u1","messageId":"m1"}`

// covers: B1
func TestWriteKey_IsReadWhereverLibrariesPutIt(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, target, body, auth string
		status                   int
		source                   int64
	}{
		{"basic", "/v1/track", tracked1, basic("shop-key"), 200, 1},
		{"query", "/v1/t?writeKey=app-key", tracked1, "", 200, 2},
		{"body", "/v1/track", `{"event":"Seen","userId":"u1","writeKey":"app-key"}`, "", 200, 2},
		{"batch", "/v1/b", `{"batch":[` + `{"type":"track","event":"Seen","userId":"u1"}` + `],"writeKey":"app-key"}`, "", 200, 2},
		{"first call of a batch", "/v1/batch", `{"batch":[{"type":"track","event":"Seen","userId":"u1","writeKey":"app-key"}]}`, "", 200, 2},
		{"import", "/v1/import?writeKey=app-key", `{"batch":[{"type":"track","event":"Seen","userId":"u1"}]}`, "", 200, 2},
		{"basic before body", "/v1/track", `{"event":"Seen","userId":"u1","writeKey":"app-key"}`, basic("shop-key"), 200, 1},
		{"none", "/v1/track", tracked1, "", 401, 0},
		{"unknown", "/v1/track", tracked1, basic("other"), 401, 0},
		{"unknown in body", "/v1/batch", `{"batch":[],"writeKey":"other"}`, "", 401, 0},
		{"switched off", "/v1/track", tracked1, basic("closed-key"), 401, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			bench := ingesttest.New(Routes)
			w := bench.Send("POST", c.target, strings.NewReader(c.body), "Authorization", c.auth, "Content-Type", "text/plain")
			if w.Code != c.status {
				t.Fatalf("status %d, want %d: %s", w.Code, c.status, w.Body)
			}
			stored := bench.Stored()
			if c.status == 200 && (len(stored) != 1 || stored[0].SourceID != c.source) {
				t.Errorf("stored %+v, want one event of source %d", stored, c.source)
			}
			if c.status == 200 && w.Body.String() != `{"success":true}` {
				t.Errorf("answer %s", w.Body)
			}
			if c.status != 200 && len(stored) != 0 {
				t.Errorf("stored %d events", len(stored))
			}
		})
	}
}

// covers: B1
func TestShortForms_MeanTheirCalls(t *testing.T) {
	t.Parallel()
	const body = `{"event":"Seen","userId":"u1","groupId":"g1","previousId":"p1"}`
	want := map[string]string{
		"i": event.Identified, "t": "Seen", "p": event.PageViewed, "s": event.ScreenViewed, "g": event.GroupIdentified, "a": event.IdentityLinked,
		"identify": event.Identified, "track": "Seen", "page": event.PageViewed, "screen": event.ScreenViewed, "group": event.GroupIdentified, "alias": event.IdentityLinked,
	}
	bench := ingesttest.New(Routes)
	for path, name := range want {
		w := bench.Send("POST", "/v1/"+path, strings.NewReader(body), "Authorization", basic("shop-key"))
		evs := bench.Stored()
		if w.Code != 200 || len(evs) != 1 || evs[0].Name != name {
			t.Errorf("/v1/%s: status %d, events %+v, want %q", path, w.Code, evs, name)
		}
		if len(evs) == 1 && evs[0].MessageID == "" {
			t.Errorf("/v1/%s: no message id made", path)
		}
	}
}

// covers: B1
func TestOverload_TellsWhenToComeBack(t *testing.T) {
	t.Parallel()
	full := fault.New(fault.RateLimited, "overloaded", "full")
	full.RetryAfter = 1500 * time.Millisecond
	for _, c := range []struct {
		fail   error
		status int
		retry  string
	}{
		{fmt.Errorf("submit: %w", full), 429, "2"},
		{fault.New(fault.Unavailable, "down", "down"), 503, "1"},
		{errors.New("secret detail"), 500, ""},
	} {
		bench := ingesttest.New(Routes)
		bench.Fail = c.fail
		w := bench.Send("POST", "/v1/track", strings.NewReader(tracked1), "Authorization", basic("shop-key"))
		if w.Code != c.status || w.Header().Get("Retry-After") != c.retry {
			t.Errorf("%v: status %d, Retry-After %q", c.fail, w.Code, w.Header().Get("Retry-After"))
		}
		if strings.Contains(w.Body.String(), "secret") || strings.Contains(w.Body.String(), `"success":true`) {
			t.Errorf("%v: answer %s", c.fail, w.Body)
		}
	}
}

// covers: B1
func TestPagesOfAnyOriginMaySend(t *testing.T) {
	t.Parallel()
	bench := ingesttest.New(Routes)
	w := bench.Send("OPTIONS", "/v1/t", nil, "Origin", "https://shop.example", "Access-Control-Request-Headers", "content-type,authorization")
	got := []string{
		fmt.Sprint(w.Code), w.Header().Get("Access-Control-Allow-Origin"), w.Header().Get("Access-Control-Allow-Headers"),
		w.Header().Get("Access-Control-Allow-Methods"), w.Header().Get("Access-Control-Allow-Credentials"),
	}
	if diff := cmp.Diff([]string{"204", "*", "content-type,authorization", "GET, POST, OPTIONS", ""}, got); diff != "" {
		t.Error(diff)
	}
	w = bench.Send("POST", "/v1/t", strings.NewReader(`{}`), "Origin", "https://shop.example")
	if w.Code != 401 || w.Header().Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("a refusal hides behind the browser's wall: %d %v", w.Code, w.Header())
	}
	if w := bench.Send("GET", "/v1/track", nil); w.Code != http.StatusMethodNotAllowed {
		t.Errorf("GET: status %d", w.Code)
	}
}

func TestSettings_TellTheBrowserLibraryWhereToSend(t *testing.T) {
	t.Parallel()
	bench := ingesttest.New(Routes)
	w := bench.Send("GET", "/v1/projects/shop-key/settings", nil)
	var got struct {
		Integrations map[string]struct{ APIKey, APIHost, Protocol string }
	}
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	own := got.Integrations["Segment.io"]
	if w.Code != 200 || own.APIKey != "shop-key" || own.APIHost != "example.com/v1" || own.Protocol != "http" {
		t.Errorf("status %d, settings %s", w.Code, w.Body)
	}
	if w := bench.Send("GET", "/v1/projects/other/settings", nil); w.Code != 401 {
		t.Errorf("unknown key: status %d", w.Code)
	}
}
