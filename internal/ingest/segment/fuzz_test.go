package segment

import (
	"bytes"
	"net/http"
	"testing"

	"yutang/internal/ingest/ingesttest"
)

// covers: B1
func FuzzBatch(f *testing.F) {
	f.Add([]byte(`{"batch":[{"type":"track","event":"Seen","userId":"u1","properties":{"a":1}}]}`))
	f.Add([]byte(`{"batch":[{"type":"identify","anonymousId":1,"traits":{"phone":"1","x":null}}],"context":{"a":{}}}`))
	f.Add([]byte(`{"batch":[{"type":"page","userId":"\ud800","name":"\"","properties":{ }}],"sentAt":1e300}`))
	f.Add([]byte(`{"batch":[{"type":"group","userId":"u","groupId":7,"traits":{}},{"type":"alias","userId":"u","previousId":"p"}]}`))
	f.Add([]byte(`{"batch":[{"type":"track","event":"Tag Added","context":{"externalIds":[{"type":"phone","value":"1"}],"traits":{"email":"e"}},"properties":{"tags":["a"]}}]}`))
	f.Add([]byte("{\"batch\":[{\"type\":\"screen\",\"userId\":\"\xff\"}]}"))
	bench := ingesttest.New(Routes)
	f.Fuzz(func(t *testing.T, body []byte) {
		w := bench.Send("POST", "/v1/batch", bytes.NewReader(body), "Authorization", basic("shop-key"))
		evs := bench.Stored()
		switch w.Code {
		case http.StatusOK:
			for _, ev := range evs {
				ingesttest.Check(t, ev)
			}
		case http.StatusBadRequest, http.StatusRequestEntityTooLarge:
			if len(evs) != 0 {
				t.Errorf("refused, and %d events stored", len(evs))
			}
		default:
			t.Errorf("status %d: %s", w.Code, w.Body)
		}
	})
}
