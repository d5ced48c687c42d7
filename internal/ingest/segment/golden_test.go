package segment

import (
	"bytes"
	"testing"

	"yutang/internal/ingest/ingesttest"
)

// covers: B1
func TestCalls_BecomeEvents(t *testing.T) {
	t.Parallel()
	bench := ingesttest.New(Routes)
	bench.Golden(t, func(name string, body []byte) int {
		return bench.Send("POST", "/v1/"+name, bytes.NewReader(body), "Authorization", basic("shop-key")).Code
	})
}
