package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

// exportBody asks for everybody with the columns that the console offers first.
const exportBody = `{"columns":[{"field":"id"},{"field":"name"},{"field":"phone"},{"field":"aipl"},{"field":"tier"},{"field":"tags"},{"field":"staff"},
	{"field":"channel"},{"field":"orders"},{"field":"net_revenue"},{"field":"last_seen"}]}`

// measureExport has a file of everybody made, watches the memory meanwhile, and fetches it.
func (b *bench) measureExport(ctx context.Context) error {
	before, err := resident()
	if err != nil {
		return err
	}
	began, peak := time.Now(), before
	raw, err := b.fetch(ctx, http.MethodPost, "/exports", exportBody)
	var x struct {
		ID, State string
		Rows      int64
		Bytes     int64
	}
	for err == nil {
		if err = json.Unmarshal(raw, &x); err != nil || x.State != "queued" && x.State != "running" {
			break
		}
		time.Sleep(100 * time.Millisecond)
		var now int64
		if now, err = resident(); err != nil {
			break
		}
		peak = max(peak, now)
		raw, err = b.fetch(ctx, http.MethodGet, "/exports/"+x.ID, "")
	}
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	took := time.Since(began)
	began = time.Now()
	n, err := b.download(ctx, "/exports/"+x.ID+"/file")
	if err != nil {
		return fmt.Errorf("fetch export: %w", err)
	}
	b.report(Result{
		Name: "export of everybody", Value: float64(x.Rows) / took.Seconds(), Unit: "customers/s", Target: "whole, memory flat",
		Met: x.State == "done" && n == x.Bytes && peak-before <= 256<<20,
		Details: fmt.Sprintf("%s: %d customers in %.1f s, %.0f MiB, fetched in %.1f s; resident %.0f MiB before, %.0f MiB at the most meanwhile",
			x.State, x.Rows, took.Seconds(), float64(n)/(1<<20), time.Since(began).Seconds(), float64(before)/(1<<20), float64(peak)/(1<<20)),
	})
	return nil
}

// download reads a file of the management API to its end.
func (b *bench) download(ctx context.Context, path string) (int64, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+b.app.Address()+"/api/v1"+path, http.NoBody)
	if err != nil {
		return 0, err
	}
	req.Header.Set("Authorization", "Bearer "+adminToken)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	return io.Copy(io.Discard, res.Body)
}
