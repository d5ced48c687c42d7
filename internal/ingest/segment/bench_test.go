package segment

import (
	"bytes"
	"fmt"
	"net/http/httptest"
	"testing"

	"yutang/internal/ingest/ingesttest"
)

// batchOf100 is what a server's library sends: 100 orders with a context each.
func batchOf100() []byte {
	var b bytes.Buffer
	b.WriteString(`{"batch":[`)
	for i := range 100 {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"type":"track","event":"Order Completed","userId":"user-%d","anonymousId":"6f1c8f4e-1c7a-4d4e-9a3e-%012d",`+
			`"messageId":"node-next-1700000000000-0a1b2c3d-4e5f-6071-8293-%012d","timestamp":"2024-05-01T10:00:00.000Z",`+
			`"properties":{"order_id":"o-%d","revenue":128.5,"currency":"CNY","category":"fruit","coupon":"SPRING","quantity":3},`+
			`"context":{"library":{"name":"@segment/analytics-node","version":"3.1.0"},"page":{"url":"https://shop.example/cart","path":"/cart"}},`+
			`"integrations":{},"_metadata":{"nodeVersion":"20.1.0"}}`, i, i, i, i)
	}
	b.WriteString(`],"sentAt":"2024-05-01T10:00:00.000Z","writeKey":"shop-key"}`)
	return b.Bytes()
}

// BenchmarkBatch is the whole door: reading, decoding and building 100 events.
func BenchmarkBatch(b *testing.B) {
	bench := ingesttest.New(Routes)
	body := batchOf100()
	b.ReportAllocs()
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		w := httptest.NewRecorder()
		bench.Mux.ServeHTTP(w, httptest.NewRequest("POST", "/v1/batch", bytes.NewReader(body)))
		if w.Code != 200 || len(bench.Stored()) != 100 {
			b.Fatal(w.Body)
		}
	}
	b.ReportMetric(float64(b.N)*100/b.Elapsed().Seconds(), "events/s")
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/100, "ns/event")
}
