package segment

import (
	"bytes"
	"compress/gzip"
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
	"yutang/internal/ingest"
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
func TestBadCall_RefusesTheBatchAndNamesThePlace(t *testing.T) {
	t.Parallel()
	const good = `{"type":"track","event":"Seen","userId":"u1"}`
	long := strings.Repeat("x", 201)
	for bad, pointer := range map[string]string{
		`{"type":"track","userId":"u1"}`:                                                                 "/event",
		`{"type":"track","userId":"u1","event":"  "}`:                                                    "/event",
		`{"type":"track","userId":"u1","event":7}`:                                                       "/event",
		`{"type":"track","userId":"u1","event":"` + long + `"}`:                                          "/event",
		`{"type":"track","userId":"u1","event":"a\u0000b"}`:                                              "/event",
		`{"type":"track","userId":"u1","event":"Profile Erased"}`:                                        "/event",
		`{"type":"track","event":"Seen"}`:                                                                "/userId",
		`{"type":"track","event":"Seen","userId":"","anonymousId":null}`:                                 "/userId",
		`{"type":"track","event":"Seen","userId":{}}`:                                                    "/userId",
		`{"type":"track","event":"Seen","userId":"u1","anonymousId":[1]}`:                                "/anonymousId",
		`{"type":"track","event":"Seen","userId":"u1","properties":[]}`:                                  "/properties",
		`{"type":"track","event":"Seen","userId":"u1","context":"x"}`:                                    "/context",
		`{"type":"track","event":"Seen","userId":"u1","timestamp":"yesterday"}`:                          "/timestamp",
		`{"type":"track","event":"Seen","userId":"u1","originalTimestamp":true}`:                         "/originalTimestamp",
		`{"type":"track","event":"Seen","userId":"u1","messageId":{}}`:                                   "/messageId",
		`{"type":"track","event":"Seen","userId":"u1","context":{"externalIds":{}}}`:                     "/context/externalIds",
		`{"type":"track","event":"Seen","userId":"u1","context":{"externalIds":[{"id":"1"}]}}`:           "/context/externalIds/0/type",
		`{"type":"track","event":"Seen","userId":"u1","context":{"externalIds":[{"type":"x","id":{}}]}}`: "/context/externalIds/0/value",
		`{"type":"identify","userId":"u1","traits":"x"}`:                                                 "/traits",
		`{"type":"identify","userId":"u1","traits":{"":1}}`:                                              "/traits/",
		`{"type":"group","userId":"u1"}`:                                                                 "/groupId",
		`{"type":"alias","userId":"u1"}`:                                                                 "/previousId",
		`{"type":"alias","previousId":"u1","anonymousId":"x"}`:                                           "/userId",
		`{"type":"page","userId":"u1","name":{}}`:                                                        "/name",
		`{"userId":"u1"}`:               "/type",
		`{"type":"sing","userId":"u1"}`: "/type",
		`"x"`:                           "",
		`null`:                          "",
		`{"type":"track","event":"Seen","userId":"` + long + long + `"}`:                                                 "/userId",
		`{"type":"track","event":"Seen","userId":"u","properties":{"x":"` + strings.Repeat("x", ingest.MaxEvent) + `"}}`: "",
	} {
		bench := ingesttest.New(Routes)
		w := bench.Send("POST", "/v1/batch", strings.NewReader(`{"batch":[`+good+`,`+bad+`]}`), "Authorization", basic("shop-key"))
		var answer struct {
			Status int
			Detail string
			Errors []fault.Field
		}
		if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
			t.Fatalf("%s: %v", w.Body, err)
		}
		want := "/batch/1" + pointer
		if w.Code != 400 || len(answer.Errors) != 1 || answer.Errors[0].Pointer != want || !strings.Contains(answer.Detail, want) {
			t.Errorf("%.80s: status %d, answer %s, want 400 at %s", bad, w.Code, w.Body, want)
		}
		if n := len(bench.Stored()); n != 0 {
			t.Errorf("%.80s: %d events stored", bad, n)
		}
	}
}

// covers: B1
func TestLimits(t *testing.T) {
	t.Parallel()
	bench := ingesttest.New(Routes)
	pad := func(n int) string {
		const head = `{"type":"track","event":"Seen","userId":"u1","properties":{"x":"`
		return head + strings.Repeat("x", n-len(head)-3) + `"}}`
	}
	list := func(total int) string {
		var b strings.Builder
		b.WriteString(`{"batch":[`)
		for b.Len()+ingest.MaxEvent+2 < total {
			b.WriteString(pad(ingest.MaxEvent) + ",")
		}
		b.WriteString(pad(total-b.Len()-2) + `]}`)
		return b.String()
	}
	for _, c := range []struct {
		name, target, body string
		status             int
	}{
		{"full event", "/v1/track", pad(ingest.MaxEvent), 200},
		{"event too large", "/v1/track", pad(ingest.MaxEvent + 1), 413},
		{"full batch", "/v1/batch", list(ingest.MaxBatch), 200},
		{"batch too large", "/v1/batch", list(ingest.MaxBatch + 1), 413},
		{"empty batch", "/v1/batch", `{"batch":[]}`, 200},
		{"no batch", "/v1/batch", `{}`, 400},
		{"a list", "/v1/batch", `[]`, 400},
		{"cut short", "/v1/batch", `{"batch":[`, 400},
		{"nothing", "/v1/track", ``, 400},
	} {
		w := bench.Send("POST", c.target, strings.NewReader(c.body), "Authorization", basic("shop-key"))
		if w.Code != c.status {
			t.Errorf("%s: status %d, want %d: %.200s", c.name, w.Code, c.status, w.Body)
		}
		if n := len(bench.Stored()); (n > 0) != (c.status == 200 && c.name != "empty batch") {
			t.Errorf("%s: %d events stored", c.name, n)
		}
		var packed bytes.Buffer
		z := gzip.NewWriter(&packed)
		_, _ = z.Write([]byte(c.body))
		_ = z.Close()
		w = bench.Send("POST", c.target, &packed, "Authorization", basic("shop-key"), "Content-Encoding", "gzip")
		if w.Code != c.status {
			t.Errorf("%s packed: status %d, want %d: %.200s", c.name, w.Code, c.status, w.Body)
		}
		bench.Stored()
	}
	for encoding, body := range map[string]string{"gzip": "not gzip", "br": tracked1} {
		w := bench.Send("POST", "/v1/track", strings.NewReader(body), "Authorization", basic("shop-key"), "Content-Encoding", encoding)
		if w.Code != 400 {
			t.Errorf("%s: status %d, want 400", encoding, w.Code)
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

func TestTime_IsTrustedCorrectedOrClamped(t *testing.T) {
	t.Parallel()
	now := ingesttest.Now
	stamp := func(d time.Duration) string { return now.Add(d).Format(time.RFC3339Nano) }
	tenYears := now.Sub(now.AddDate(-10, 0, 0))
	for _, c := range []struct {
		name, times string
		at          time.Duration // from now
		clamped     bool
	}{
		{"none", ``, 0, false},
		{"trusted", `"timestamp":"` + stamp(-48*time.Hour) + `"`, -48 * time.Hour, false},
		{"trusted beside sentAt", `"timestamp":"` + stamp(-time.Hour) + `","sentAt":"` + stamp(-40*time.Minute) + `"`, -time.Hour, false},
		{"an hour ahead", `"timestamp":"` + stamp(time.Hour) + `"`, time.Hour, false},
		{"more than an hour ahead", `"timestamp":"` + stamp(time.Hour+time.Second) + `"`, 0, true},
		{"ten years old", `"timestamp":"` + stamp(-tenYears) + `"`, -tenYears, false},
		{"older", `"timestamp":"` + stamp(-tenYears-time.Second) + `"`, 0, true},
		{"wrong clock", `"timestamp":"` + stamp(5*time.Hour) + `","sentAt":"` + stamp(5*time.Hour+time.Minute) + `"`, -time.Minute, false},
		{"original corrected", `"originalTimestamp":"` + stamp(-3*time.Hour) + `","sentAt":"` + stamp(-3*time.Hour+10*time.Second) + `"`, -10 * time.Second, false},
		{"timestamp repeats original", `"timestamp":"` + stamp(-3*time.Hour) + `","originalTimestamp":"` + stamp(-3*time.Hour) + `","sentAt":"` + stamp(-2*time.Hour) + `"`, -time.Hour, false},
		{"timestamp beside original", `"timestamp":"` + stamp(-time.Minute) + `","originalTimestamp":"` + stamp(-3*time.Hour) + `","sentAt":"` + stamp(-2*time.Hour) + `"`, -time.Minute, false},
		{"original alone", `"originalTimestamp":"` + stamp(-3*time.Hour) + `"`, -3 * time.Hour, false},
		{"correction not believable", `"originalTimestamp":"` + stamp(5*time.Hour) + `","sentAt":"` + stamp(0) + `"`, 0, true},
		{"milliseconds", `"timestamp":` + fmt.Sprint(now.Add(-time.Minute).UnixMilli()), -time.Minute, false},
		{"seconds", `"timestamp":` + fmt.Sprint(now.Add(-time.Minute).Unix()), -time.Minute, false},
		{"no zone", `"timestamp":"2024-05-01T11:59:00"`, -time.Minute, false},
		{"offset", `"timestamp":"2024-05-01T19:59:00.000+0800"`, -time.Minute, false},
		{"day", `"timestamp":"2024-05-01"`, -12 * time.Hour, false},
	} {
		bench := ingesttest.New(Routes)
		body := `{"event":"Seen","userId":"u1"` + strings.Replace(","+c.times, ",\x00", "", 1) + `}`
		body = strings.Replace(body, `,}`, `}`, 1)
		w := bench.Send("POST", "/v1/track", strings.NewReader(body), "Authorization", basic("shop-key"))
		evs := bench.Stored()
		if w.Code != 200 || len(evs) != 1 {
			t.Fatalf("%s: status %d: %s", c.name, w.Code, w.Body)
		}
		if got := evs[0].At.Sub(now); got != c.at || evs[0].Clamped != c.clamped {
			t.Errorf("%s: at %v clamped %v, want %v %v", c.name, got, evs[0].Clamped, c.at, c.clamped)
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
