package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"testing"
)

func TestInsight_MeasuresASmallBrand(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	cfg := Config{Data: t.TempDir(), Customers: 300, Events: 3000, Seconds: 1, JSON: true, Out: &out}
	for _, name := range []string{"insight", "beside"} {
		if err := Run(context.Background(), name, cfg); err != nil {
			t.Fatal(err)
		}
	}
	figures := map[string]Result{}
	for dec := json.NewDecoder(&out); dec.More(); {
		var r Result
		if err := dec.Decode(&r); err != nil {
			t.Fatal(err)
		}
		figures[r.Name] = r
	}
	for _, name := range []string{"reports, memory", "4-step funnel", "behaviour segment", "12-month retention", "BG/NBD fit", "reports beside ingest"} {
		if figures[name].Value <= 0 {
			t.Errorf("%s: %+v", name, figures[name])
		}
	}
}
