package sensors

import (
	"net/http"
	"net/url"
	"testing"

	"yutang/internal/ingest/ingesttest"
)

// covers: B1
func FuzzItems(f *testing.F) {
	f.Add([]byte("[" + seen + "]"))
	f.Add([]byte(`[{"type":"track_signup","distinct_id":"u","original_id":"a","identities":{"$identity_cookie_id":"a","k":["1",2]}}]`))
	f.Add([]byte(`[{"type":"profile_append","distinct_id":1,"properties":{"a":"\ud800","b":[],"c":null},"lib":{}}]`))
	f.Add([]byte(`[{"type":"profile_unset","distinct_id":"\u0000","properties":["a",{}]}]`))
	f.Add([]byte(`[{"type":"item_set","item_type":"a","item_id":1e9,"properties":{ }}]`))
	f.Add([]byte(`{"type":"track_id_unbind","identities":{"$identity_mobile":"1"},"event":"$UnbindID"}`))
	bench := ingesttest.New(Routes)
	f.Fuzz(func(t *testing.T, doc []byte) {
		check(t, bench, url.Values{"data_list": {encode(string(doc))}})
	})
}

// covers: B1
func FuzzForm(f *testing.F) {
	f.Add(encode(seen), "0")
	f.Add(packed("["+seen+"]"), "1")
	f.Add(seen, "")
	f.Add("%7B", "9")
	bench := ingesttest.New(Routes)
	f.Fuzz(func(t *testing.T, data, packing string) {
		check(t, bench, url.Values{"data": {data}, "gzip": {packing}})
	})
}

func check(t *testing.T, bench *ingesttest.Bench, values url.Values) {
	status, body := post(bench, "/sa?project=default", values)
	evs := bench.Stored()
	switch status {
	case http.StatusOK:
		for _, ev := range evs {
			ingesttest.Check(t, ev)
		}
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge:
		if len(evs) != 0 {
			t.Errorf("refused, and %d events stored", len(evs))
		}
	default:
		t.Errorf("status %d: %s", status, body)
	}
}
