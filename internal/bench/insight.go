package bench

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"sync"
	"time"

	"yutang/internal/bench/insightbench"
	"yutang/internal/insight/btyd"
)

// measureInsight asks reports of a timeline that is filled past the road, and fits a model.
func measureInsight(ctx context.Context, b *bench) error {
	if err := b.measureReports(ctx); err != nil {
		return err
	}
	debug.FreeOSMemory()
	return b.measureFit()
}

// questionRounds is how often each question is asked.
const questionRounds = 60

func (b *bench) measureReports(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "yutang-bench-insight-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	before := heap()
	w, err := insightbench.Open(ctx, dir, 1, b.Customers, b.Events, nil)
	if err != nil {
		return err
	}
	defer w.Close()
	held := heap() - before
	each := float64(held) / float64(b.Events)
	b.report(Result{
		Name: "reports, memory", Value: float64(held) / (1 << 30), Unit: "GiB", Target: "<= 80 B an event", Met: each <= 80,
		Details: fmt.Sprintf("%s, %.1f bytes an event; filled in %.1f s", w, each, w.Filled.Seconds()),
	})
	for _, q := range []struct {
		name   string
		target time.Duration
		ask    func() error
	}{
		{"4-step funnel", 60 * time.Millisecond, func() error { _, err := w.Funnel(ctx, insightbench.Funnel); return err }},
		{"behaviour segment", 40 * time.Millisecond, func() error { _, err := w.Segment(ctx, insightbench.Segment); return err }},
		{"12-month retention", 100 * time.Millisecond, func() error { _, err := w.Retention(ctx, insightbench.Retention); return err }},
	} {
		t, err := insightbench.Time(questionRounds, q.ask)
		if err != nil {
			return err
		}
		b.report(Result{
			Name: q.name, Value: ms(t.P95), Unit: "ms p95", Target: fmt.Sprintf("<= %d ms", q.target.Milliseconds()), Met: t.P95 <= q.target,
			Details: fmt.Sprintf("p50 %.1f ms, best %.1f ms, %.1f ms of processors; %s", ms(t.P50), ms(t.Best), ms(t.Processors), w),
		})
	}
	return nil
}

// heap is what lives on it.
func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// fitted is the number of customers of the full CDNOW data set.
const fitted = 23_570

func (b *bench) measureFit() error {
	buyers := insightbench.Buyers(1, min(fitted, b.Customers))
	var fit btyd.Fit[btyd.BGNBD]
	t, err := insightbench.Time(3, func() (err error) {
		fit, err = btyd.FitBGNBD(buyers)
		return err
	})
	if err != nil {
		return err
	}
	b.report(Result{
		Name: "BG/NBD fit", Value: t.P95.Seconds(), Unit: "s", Target: "<= 2 s", Met: t.P95 <= 2*time.Second,
		Details: fmt.Sprintf("%d customers, slowest of %d; %+v", len(buyers), t.Rounds, fit.Model),
	})
	return nil
}

const (
	steadyRate    = 10_000 // events a second that the road carries while reports run
	steadySenders = 10
	turns         = 8 // with reports and without, one after the other
)

// reportLoop is what runs beside the road. The events are those of the generator.
const (
	loopFunnel = `{"window_seconds":604800,"steps":[{"event":"Page Viewed"},{"event":"Product Viewed"},
		{"event":"Product Added"},{"event":"Order Completed"}]}`
	loopRetention = `{"period":"week","total_intervals":12,"target":{"event":"*"}}`
)

// measureBeside sends events at a steady rate, in turns with reports running one after the
// other and without.
func measureBeside(ctx context.Context, b *bench) error {
	reports := insightbench.Reports(b.app.Audiences(), b.app.Events())
	each := time.Duration(b.Seconds) * time.Second / turns
	var quiet, busy []time.Duration
	var asked int
	var asking time.Duration
	for range turns {
		acks, err := b.steady(ctx, each)
		if err != nil {
			return err
		}
		quiet = append(quiet, acks...)
		loop := reports.Loop(ctx, loopFunnel, loopRetention)
		acks, err = b.steady(ctx, each)
		n, took, loopErr := loop()
		if err != nil || loopErr != nil {
			return fmt.Errorf("reports beside the road: %w", firstOf(err, loopErr))
		}
		busy, asked, asking = append(busy, acks...), asked+n, asking+took
	}
	p99, with := quantile(quiet, 0.99), quantile(busy, 0.99)
	ratio := with.Seconds() / p99.Seconds()
	b.report(Result{
		Name: "reports beside ingest", Value: ratio, Unit: "x p99", Target: "<= 1.5", Met: ratio <= 1.5,
		Details: fmt.Sprintf("ack p99 %.1f ms with, %.1f ms without (p50 %.1f and %.1f), %d events/s in batches of 100, %d turns of %.1f s each; %d reports, %.0f ms each; %d customers, %d events",
			ms(with), ms(p99), ms(quantile(busy, 0.5)), ms(quantile(quiet, 0.5)), steadyRate, turns, each.Seconds(), asked,
			ms(asking)/float64(max(asked, 1)), b.app.Customers(), b.app.Events().Last()),
	})
	return nil
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// steady sends steadyRate events a second in batches of 100, each at its time however the
// ones before fare. The times are from when a batch was due to its acknowledgement.
func (b *bench) steady(ctx context.Context, d time.Duration) ([]time.Duration, error) {
	client := b.client(steadySenders)
	defer client.CloseIdleConnections()
	url := "http://" + b.app.Address() + "/v1/batch"
	const gap = time.Second * 100 / steadyRate // between batches
	var mu sync.Mutex
	var acks []time.Duration
	var failed error
	var wg sync.WaitGroup
	began := time.Now()
	for s := range steadySenders {
		g := b.generator()
		wg.Go(func() {
			var body []byte
			for at := time.Duration(s) * gap; at < d; at += steadySenders * gap {
				body = g.batch(body, 100, time.Now())
				due := began.Add(at)
				time.Sleep(time.Until(due))
				status, err := post(client, url, body)
				if err == nil && status != 200 {
					err = fmt.Errorf("status %d", status)
				}
				mu.Lock()
				acks, failed = append(acks, time.Since(due)), firstOf(failed, err)
				mu.Unlock()
				if err != nil || ctx.Err() != nil {
					return
				}
			}
		})
	}
	wg.Wait()
	return acks, firstOf(failed, ctx.Err())
}
