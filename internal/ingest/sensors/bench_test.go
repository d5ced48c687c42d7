package sensors

import (
	"fmt"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"yutang/internal/ingest/ingesttest"
)

// BenchmarkList is the whole door for 100 items packed with gzip, as servers send them.
func BenchmarkList(b *testing.B) {
	items := make([]string, 100)
	for i := range items {
		items[i] = fmt.Sprintf(`{"_track_id":%d,"type":"track","event":"BuyProduct","distinct_id":"user-%d","time":1714500000000,`+
			`"properties":{"$lib":"Node","$lib_version":"1.2.6","$is_login_id":true,"order_id":"o-%d","amount":128.5,"category":"fruit"},`+
			`"lib":{"$lib":"Node","$lib_version":"1.2.6","$lib_method":"code"}}`, i+1, i, i)
	}
	form := url.Values{"data_list": {packed("[" + strings.Join(items, ",") + "]")}, "gzip": {"1"}}.Encode()
	bench := ingesttest.New(Routes)
	b.ReportAllocs()
	for b.Loop() {
		r := httptest.NewRequest("POST", "/sa?project=default", strings.NewReader(form))
		r.Header.Set("Content-Type", isForm)
		w := httptest.NewRecorder()
		bench.Mux.ServeHTTP(w, r)
		if w.Code != 200 || len(bench.Stored()) != 100 {
			b.Fatal(w.Body)
		}
	}
	b.ReportMetric(float64(b.N)*100/b.Elapsed().Seconds(), "events/s")
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/100, "ns/event")
}
