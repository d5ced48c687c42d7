package segment

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"strings"
	"testing"

	"yutang/internal/fault"
	"yutang/internal/ingest"
	"yutang/internal/ingest/ingesttest"
)

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
