package app_test

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

func basic(key string) string { return "Basic " + base64.StdEncoding.EncodeToString([]byte(key+":")) }

// covers: B1
func TestSegment_KeysKindsAndShortForms(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		for path, body := range map[string]string{
			"identify": `{"userId":"u1","traits":{"city":"x"}}`, "track": `{"userId":"u1","event":"Seen"}`,
			"page": `{"userId":"u1","name":"Home"}`, "screen": `{"userId":"u1","name":"Home"}`,
			"group": `{"userId":"u1","groupId":"g1"}`, "alias": `{"userId":"u1","previousId":"a1"}`,
			"batch": `{"batch":[{"type":"track","userId":"u1","event":"Batched"}]}`,
			"i":     `{"userId":"u1"}`, "t": `{"userId":"u1","event":"Seen"}`, "p": `{"userId":"u1"}`,
			"b": `{"batch":[{"type":"track","userId":"u1","event":"Batched"}]}`,
		} {
			if a := s.send("POST", "/v1/"+path, body, "Authorization", basic(writeKey)); a.status != 200 || a.Raw != `{"success":true}` {
				t.Errorf("%s with Basic: %d %s", path, a.status, a.Raw)
			}
			inBody := `{"writeKey":"` + writeKey + `",` + body[1:]
			if a := s.send("POST", "/v1/"+path, inBody, "Content-Type", "text/plain"); a.status != 200 {
				t.Errorf("%s with the key in the body: %d %s", path, a.status, a.Raw)
			}
			for _, key := range []string{"", "wrong key"} {
				if a := s.send("POST", "/v1/"+path, body, "Authorization", basic(key)); a.status != 401 {
					t.Errorf("%s with the key %q: %d %s", path, key, a.status, a.Raw)
				}
			}
		}
		c := s.ok("GET", "/customers/"+s.customer("user_id", "u1"), nil)
		if c.Get("events").Int() != 22 || s.customer("anonymous_id", "a1") != c.Get("id").String() {
			t.Errorf("customer: %s", c.Raw)
		}
	})
}

// covers: B1
func TestSegment_RefusesWholeBatchesAndKeepsLimits(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		batch := func(calls string) answer {
			return s.send("POST", "/v1/batch", `{"writeKey":"`+writeKey+`","batch":[`+calls+`]}`)
		}
		good := `{"type":"track","userId":"b1","event":"Seen"}`
		for bad, pointer := range map[string]string{
			`{"type":"track","userId":"b1"}`:                                   "/batch/1/event",
			`{"type":"track","event":"Seen"}`:                                  "/batch/1/userId",
			`{"type":"dance","userId":"b1"}`:                                   "/batch/1/type",
			`{"type":"track","userId":{},"event":"Seen"}`:                      "/batch/1/userId",
			`{"type":"track","userId":"b1","event":"Seen","timestamp":"soon"}`: "/batch/1/timestamp",
			`null`: "/batch/1",
		} {
			a := batch(good + "," + bad)
			if a.status != 400 || a.Get("errors.0.pointer").String() != pointer || a.Get("success").Bool() {
				t.Errorf("%s: %d %s", bad, a.status, a.Raw)
			}
		}
		long := `{"type":"track","userId":"b1","event":"Long","properties":{"x":"` + strings.Repeat("a", 33<<10) + `"}}`
		if a := batch(long); a.status != 400 && a.status != 413 {
			t.Errorf("33 KiB event in a batch: %d", a.status)
		}
		if a := s.send("POST", "/v1/track", long, "Authorization", basic(writeKey)); a.status != 413 && a.status != 400 {
			t.Errorf("33 KiB event: %d", a.status)
		}
		just := `{"type":"track","userId":"fits","event":"Fits","properties":{"x":"` + strings.Repeat("a", 31<<10) + `"}}`
		many := strings.TrimSuffix(strings.Repeat(just+",", 17), ",")
		if a := batch(many); a.status != 413 && a.status != 400 {
			t.Errorf("more than 500 KiB: %d", a.status)
		}
		if s.customer("user_id", "b1") != "" || s.customer("user_id", "fits") != "" {
			t.Error("a part of a refused batch was stored")
		}
		if a := batch(strings.TrimSuffix(strings.Repeat(just+",", 15), ",")); a.status != 200 || s.customer("user_id", "fits") == "" {
			t.Errorf("15 events of 31 KiB: %d", a.status)
		}
	})
}

// covers: B1
func TestSegment_MessageIDsAndTimes(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		call := func(id, stamp string) map[string]any {
			c := track("m1", "Seen", time.Time{}, props{"stamp": stamp})
			if id != "" {
				c["messageId"] = id
			}
			if stamp != "" {
				c["timestamp"] = stamp
			}
			return c
		}
		s.take(call("one", ""), call("one", ""))
		s.take(call("one", ""))
		s.stop()
		s.start()
		s.take(call("one", ""), call("", ""), call("", ""))
		s.take(call("", "1999-01-01T00:00:00Z"), call("", "2026-03-10T05:00:00.001Z"), call("", "2026-03-10T05:00:00Z"), call("", "2017-01-01T00:00:00Z"))
		sent := call("", "")
		sent["originalTimestamp"], sent["sentAt"] = "2031-01-01T00:00:00Z", "2031-01-01T00:01:00Z"
		s.take(sent)
		c := s.ok("GET", "/customers/"+s.customer("user_id", "m1")+"/events", nil)
		got := ""
		for _, e := range c.Get("items").Array() {
			got += fmt.Sprintf("%s %v\n", e.Get("at"), e.Get("clamped").Bool())
		}
		want := "2026-03-10T05:00:00Z false\n" + strings.Repeat("2026-03-10T04:00:00Z true\n", 2) +
			strings.Repeat("2026-03-10T04:00:00Z false\n", 3) + "2026-03-10T03:59:00Z false\n2017-01-01T00:00:00Z false\n"
		if got != want {
			t.Errorf("times:\n%swant\n%s", got, want)
		}
	})
}

// covers: B1
func TestSensors_GetAndPost(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		pack := func(doc string, squeeze bool) string {
			raw := []byte(doc)
			if squeeze {
				var b bytes.Buffer
				w := gzip.NewWriter(&b)
				if _, err := w.Write(raw); err != nil || w.Close() != nil {
					t.Fatal("gzip")
				}
				raw = b.Bytes()
			}
			return url.QueryEscape(base64.StdEncoding.EncodeToString(raw))
		}
		ms := now.UnixMilli()
		event := fmt.Sprintf(`{"type":"track","event":"ViewProduct","distinct_id":"d1","time":%d,"properties":{"price":5}}`, ms)
		if a := s.send("GET", "/sa?project=default&data="+pack(event, false), nil); a.status != 200 {
			t.Fatalf("GET: %d %s", a.status, a.Raw)
		}
		list := fmt.Sprintf(`[{"type":"track_signup","event":"$SignUp","distinct_id":"login1","original_id":"d1","time":%[1]d,"properties":{}},
			{"type":"profile_set","distinct_id":"login1","time":%[1]d,"properties":{"city":"北京","level":1}},
			{"type":"profile_set_once","distinct_id":"login1","time":%[1]d,"properties":{"city":"x","first":"web"}},
			{"type":"profile_increment","distinct_id":"login1","time":%[1]d,"properties":{"level":2}},
			{"type":"profile_append","distinct_id":"login1","time":%[1]d,"properties":{"likes":["tea"]}},
			{"type":"profile_set","distinct_id":"login1","time":%[1]d,"properties":{"gone":1}},
			{"type":"profile_unset","distinct_id":"login1","time":%[2]d,"properties":{"gone":true}},
			{"type":"item_set","item_type":"book","item_id":"9","properties":{"price":1}}]`, ms, ms+1)
		for _, squeeze := range []bool{false, true} {
			body := "data_list=" + pack(list, squeeze)
			if squeeze {
				body += "&gzip=1"
			}
			a := s.send("POST", "/sa?project=default", body, "Content-Type", "application/x-www-form-urlencoded")
			if a.status != 200 {
				t.Fatalf("POST: %d %s", a.status, a.Raw)
			}
			if squeeze {
				break
			}
			list = `[` + event + `]`
		}
		c := s.customer("anonymous_id", "d1")
		if c == "" || c != s.customer("user_id", "login1") {
			t.Fatalf("sign-up did not join: %q %q", c, s.customer("user_id", "login1"))
		}
		traits := s.ok("GET", "/customers/"+c, nil).Get("traits")
		if traits.Get("city").String() != "北京" || traits.Get("first").String() != "web" || traits.Get("level").Int() != 3 ||
			traits.Get("likes.0").String() != "tea" || traits.Get("gone").Exists() {
			t.Errorf("traits: %s", traits.Raw)
		}
		for _, bad := range []string{"/sa?project=nope&data=" + pack(event, false), "/sa?project=default&data=%%%", "/sa?project=default"} {
			if a := s.send("POST", strings.ReplaceAll(bad, "%%%", "!!"), nil); a.status == http.StatusOK {
				t.Errorf("%s was taken", bad)
			}
		}
	})
}

// covers: B1, B2
func TestOddTexts_HurtNobody(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		odd := []string{
			`{"userId":"odd","event":"Tag Added","properties":{"tag":"a\u0000b"}}`,
			`{"userId":"odd","event":"Tag Added","properties":{"tag":"\ud800"}}`,
			`{"userId":"odd","event":"Order Completed","properties":{"order_id":"a\u0000b","revenue":5,"currency":"C\u0000Y"}}`,
			`{"userId":"odd","event":"Order Completed","properties":{"order_id":"` + strings.Repeat("长", 9000) + `","revenue":1e400}}`,
			`{"userId":"odd","event":"Order Refunded","properties":{"order_id":"nobody's","revenue":-1e308}}`,
			`{"userId":"odd","event":"Consent Given","properties":{"channel":"web\u0000hook"}}`,
			`{"userId":"odd","event":"Consent Withdrawn","properties":{"channel":["x"]}}`,
			`{"userId":"o\u0000dd","event":"Robert'); DROP TABLE event;--\"\\"}`,
			`{"userId":"odd","userId":"odd","event":"Twice","event":"Twice","properties":{"a":1,"a":{"b":2}}}`,
			`{"userId":"` + "odd\xff" + `","event":"` + "E\xfe" + `"}`,
			`{"userId":"😀","event":"\u202eevil","properties":{"__proto__":{"x":1},"":2,"a.b":3,"a\u0000":4}}`,
			`{"type":"identify","userId":"odd","event":"x","properties":{"x":[[[[[[[1]]]]]]]}}`,
		}
		for _, body := range odd {
			if a := s.send("POST", "/v1/track", body, "Authorization", basic(writeKey)); a.status != 200 && a.status != 400 {
				t.Errorf("%.80s: %d %s", body, a.status, a.Raw)
			}
			if a := s.send("GET", "/readyz", nil); a.status != 200 {
				t.Fatalf("%.80s closed the road: %s", body, a.Raw)
			}
		}
		for _, bad := range []string{`{"userId":"odd","event":"E","properties":{"a":NaN}}`, ``, `[]`, strings.Repeat("[", 30_000), `{"userId":"odd","event":"E"} x`} {
			if a := s.send("POST", "/v1/track", bad, "Authorization", basic(writeKey)); a.status != 400 {
				t.Errorf("%.40s: %d", bad, a.status)
			}
		}
		before := s.ok("GET", "/customers/"+s.customer("user_id", "odd"), nil)
		events := s.ok("GET", "/customers/"+s.customer("user_id", "odd")+"/events", nil)
		s.stop()
		s.start()
		if after := s.ok("GET", "/customers/"+s.customer("user_id", "odd"), nil); after.Raw != before.Raw || before.Get("events").Int() != events.Get(`items.#(name!="Tier Changed")#|#`).Int() {
			t.Errorf("after a restart\n%s\nbefore\n%s", after.Raw, before.Raw)
		}
	})
}
