package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"yutang/internal/audience"
	"yutang/internal/event"
)

// batchSenders is how many connections post batches: enough that a transaction carries a
// few thousand events.
const batchSenders = 20

func measureIngest(ctx context.Context, b *bench) error {
	l, took := b.send(ctx, batchSenders, 100, "/v1/batch", time.Duration(b.Seconds)*time.Second)
	if l.err != nil {
		return l.err
	}
	rate, p99 := float64(l.acked.Load())/took.Seconds(), quantile(l.acks, 0.99)
	b.report(Result{
		Name: "ingest batches of 100", Value: rate, Unit: "events/s", Target: ">= 50000, p99 <= 100 ms",
		Met:     rate >= 50_000 && p99 <= 100*time.Millisecond,
		Details: fmt.Sprintf("ack p50 %.1f ms, p99 %.1f ms, %d events, %d connections, 20 audiences, %d customers", ms(quantile(l.acks, 0.5)), ms(p99), l.acked.Load(), batchSenders, b.app.Customers()),
	})
	return nil
}

func measureSingle(ctx context.Context, b *bench) error {
	l, took := b.send(ctx, 128, 1, "/v1/track", time.Duration(b.Seconds)*time.Second)
	if l.err != nil {
		return l.err
	}
	rate, p99 := float64(l.acked.Load())/took.Seconds(), quantile(l.acks, 0.99)
	b.report(Result{
		Name: "ingest single events", Value: rate, Unit: "events/s", Target: ">= 8000, p99 <= 50 ms",
		Met:     rate >= 8000 && p99 <= 50*time.Millisecond,
		Details: fmt.Sprintf("ack p50 %.1f ms, p99 %.1f ms, 128 connections", ms(quantile(l.acks, 0.5)), ms(p99)),
	})
	return nil
}

// measureIdle times one sender alone, and beside it the disk's own fsync.
func measureIdle(ctx context.Context, b *bench) error {
	l, _ := b.send(ctx, 1, 1, "/v1/track", time.Duration(min(b.Seconds, 5))*time.Second)
	if l.err != nil {
		return l.err
	}
	sync, err := b.fsync(200)
	if err != nil {
		return err
	}
	p50 := quantile(l.acks, 0.5)
	b.report(Result{
		Name: "idle single event", Value: ms(p50), Unit: "ms p50", Target: "<= 3 ms + fsync",
		Met:     p50 <= 3*time.Millisecond+sync,
		Details: fmt.Sprintf("fsync p50 %.2f ms, ack p99 %.2f ms", ms(sync), ms(quantile(l.acks, 0.99))),
	})
	return nil
}

// fsync is the median time of a 4 KiB append with fsync in the data directory.
func (b *bench) fsync(rounds int) (time.Duration, error) {
	f, err := os.CreateTemp(b.dir, ".fsync-*")
	if err != nil {
		return 0, err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	times := make([]time.Duration, rounds)
	for i := range times {
		began := time.Now()
		if _, err := f.Write(make([]byte, 4096)); err != nil {
			return 0, err
		}
		if err := f.Sync(); err != nil {
			return 0, err
		}
		times[i] = time.Since(began)
	}
	return quantile(times, 0.5), nil
}

// measureVisible asks the API right after each acknowledgement.
func measureVisible(ctx context.Context, b *bench) error {
	a, err := b.app.Audiences().Create(ctx, audience.Input{
		Name: "visible", By: "bench",
		Rule: json.RawMessage(`{"did":{"event":"Visibility Probed","within":"1h"}}`),
	})
	if err != nil {
		return err
	}
	if err := b.app.Audiences().Settled(ctx, a.ID); err != nil {
		return err
	}
	client := b.client(1)
	const rounds = 200
	late := 0
	var times []time.Duration
	for i := range rounds {
		body := fmt.Sprintf(`{"event":"Visibility Probed","userId":"probe-%d-%d","messageId":"probe-%d-%d"}`, b.seeded, i, b.app.Events().Last(), i)
		if status, err := post(client, "http://"+b.app.Address()+"/v1/track", []byte(body)); err != nil || status != http.StatusOK {
			return fmt.Errorf("status %d: %w", status, err)
		}
		began := time.Now()
		n, err := b.count(client, a.ID)
		if err != nil {
			return err
		}
		times = append(times, time.Since(began))
		if n != i+1 {
			late++
		}
	}
	b.report(Result{
		Name: "visible at ack", Value: float64(late), Unit: "late", Target: "0", Met: late == 0,
		Details: fmt.Sprintf("of %d acknowledged events, membership asked through the API at once; the question takes %.1f ms p50", rounds, ms(quantile(times, 0.5))),
	})
	return b.app.Audiences().Delete(ctx, a.ID, nil)
}

// count asks the API for an audience's count.
func (b *bench) count(client *http.Client, id string) (int, error) {
	req, err := http.NewRequest(http.MethodGet, "http://"+b.app.Address()+"/api/v1/audiences/"+id, nil)
	if err != nil {
		return 0, err
	}
	req.Header.Set("Authorization", "Bearer "+adminToken)
	resp, err := client.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	var a struct {
		Count int `json:"count"`
	}
	if resp.StatusCode != http.StatusOK {
		return 0, fmt.Errorf("get audience: status %d", resp.StatusCode)
	}
	return a.Count, json.NewDecoder(resp.Body).Decode(&a)
}

// timedExits is how many memberships end in one second.
const timedExits = 100_000

// measureTimers makes 100,000 customers leave an audience within one second, on the real
// clock, and notes when the last is out and how late each was.
func measureTimers(ctx context.Context, b *bench) error {
	a, err := b.app.Audiences().Create(ctx, audience.Input{
		Name: "timers", By: "bench",
		Rule: json.RawMessage(`{"did":{"event":"Timer Set","within":"60s"}}`),
	})
	if err != nil {
		return err
	}
	if err := b.app.Audiences().Settled(ctx, a.ID); err != nil {
		return err
	}
	due := time.Now().Add(12 * time.Second).Truncate(time.Second)
	if err := b.setTimers(ctx, due); err != nil {
		return err
	}
	if time.Now().After(due) {
		return fmt.Errorf("setting %d timers took longer than the time to their due", timedExits)
	}
	early, drained, p99, err := b.watchExits(ctx, a.ID, due)
	if err != nil {
		return err
	}
	b.report(Result{
		Name: "timed exits", Value: drained.Seconds(), Unit: "s", Target: "<= 2 s, none early",
		Met:     drained <= 2*time.Second+time.Second && early == 0,
		Details: fmt.Sprintf("%d exits due in one second; %d early; last out %.2f s after the last was due; lateness p99 %.2f s", timedExits, early, (drained - time.Second).Seconds(), p99.Seconds()),
	})
	return b.app.Audiences().Delete(ctx, a.ID, nil)
}

// setTimers submits the events whose windows end in the second from due on.
func (b *bench) setTimers(ctx context.Context, due time.Time) error {
	for start := 0; start < timedExits; start += seedBatch {
		evs := make([]*event.Event, seedBatch)
		for i := range evs {
			n := start + i
			at := due.Add(-time.Minute).Add(time.Duration(n) * time.Second / timedExits)
			evs[i] = &event.Event{
				SourceID: b.source, MessageID: fmt.Sprint("timer-", due.Unix(), "-", n), Name: "Timer Set", At: at, ReceivedAt: time.Now(),
				Identities: []event.Identity{{Type: "user_id", Value: fmt.Sprint("u", n%b.Customers)}},
			}
		}
		if _, err := b.app.Pipeline().Submit(ctx, evs); err != nil {
			return err
		}
	}
	return nil
}

// watchExits follows the count until everybody is out.
func (b *bench) watchExits(ctx context.Context, id string, due time.Time) (early int, drained, p99 time.Duration, err error) {
	first, err := b.app.Audiences().Get(ctx, id)
	if err != nil {
		return 0, 0, 0, err
	}
	all := first.Count
	var late []time.Duration
	seen := 0
	for {
		a, err := b.app.Audiences().Get(ctx, id)
		if err != nil {
			return 0, 0, 0, err
		}
		now := time.Now()
		out := all - a.Count
		allowed := int(float64(all) * min(max(now.Sub(due).Seconds(), 0), 1))
		early = max(early, out-allowed-1)
		for ; seen < out; seen++ {
			late = append(late, now.Sub(due.Add(time.Duration(seen)*time.Second/time.Duration(all))))
		}
		if a.Count == 0 {
			return max(early, 0), now.Sub(due), quantile(late, 0.99), nil
		}
		if now.Sub(due) > time.Minute {
			return 0, 0, 0, fmt.Errorf("%d members are left a minute after all were due", a.Count)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func measurePreview(ctx context.Context, b *bench) error {
	var times []time.Duration
	var p audience.Preview
	for i := range 60 {
		began := time.Now()
		var err error
		if p, err = b.app.Audiences().Preview(ctx, json.RawMessage(newRule), time.Time{}); err != nil {
			return err
		}
		if i >= 10 { // the first ones warm up
			times = append(times, time.Since(began))
		}
	}
	p95 := quantile(times, 0.95)
	b.report(Result{
		Name: "preview, warm", Value: ms(p95), Unit: "ms p95", Target: "<= 100 ms", Met: p95 <= 100*time.Millisecond,
		Details: fmt.Sprintf("p50 %.1f ms, %d of %d customers match, %d events", ms(quantile(times, 0.5)), p.Count, b.app.Customers(), b.app.Events().Last()),
	})
	began := time.Now()
	if _, err := b.app.Audiences().Preview(ctx, json.RawMessage(buildRule), time.Time{}); err != nil {
		return err
	}
	took := time.Since(began)
	b.report(Result{
		Name: "preview, new column", Value: ms(took), Unit: "ms", Target: "<= 1000 ms", Met: took <= time.Second,
		Details: "order_id, distinct for each order: read from the log on first use",
	})
	return nil
}

func measureMemory(_ context.Context, b *bench) error {
	debug.FreeOSMemory()
	rss, err := resident()
	if err != nil {
		return err
	}
	b.report(Result{
		Name: "memory", Value: float64(rss) / (1 << 30), Unit: "GiB RSS", Target: "<= 1.5 GiB", Met: rss <= 3<<29,
		Details: fmt.Sprintf("%d customers, %d events, generator included", b.app.Customers(), b.app.Events().Last()),
	})
	return nil
}

// resident is the process's resident set, in bytes.
func resident() (int64, error) {
	raw, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(raw)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kb, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			return kb << 10, err
		}
	}
	return 0, fmt.Errorf("no VmRSS in /proc/self/status")
}

func measureRestart(ctx context.Context, b *bench) error {
	if err := b.stop(ctx); err != nil {
		return err
	}
	began := time.Now()
	if err := b.start(ctx); err != nil {
		return err
	}
	with := time.Since(began)
	details := fmt.Sprintf("%d customers, %d events", b.app.Customers(), b.app.Events().Last())
	b.report(Result{Name: "restart, snapshot", Value: with.Seconds(), Unit: "s", Target: "<= 3 s", Met: with <= 3*time.Second, Details: details})
	if err := b.stop(ctx); err != nil {
		return err
	}
	if err := os.Remove(filepath.Join(b.dir, "snapshot")); err != nil {
		return err
	}
	began = time.Now()
	if err := b.start(ctx); err != nil {
		return err
	}
	without := time.Since(began)
	b.report(Result{Name: "restart, rebuild", Value: without.Seconds(), Unit: "s", Target: "<= 60 s", Met: without <= time.Minute, Details: details})
	return nil
}

// measureGrowth compares the cost of an event when the log is small and when it is large,
// in a brand of its own.
func measureGrowth(ctx context.Context, parent *bench) error {
	b := &bench{Config: parent.Config, dir: parent.dir + "-growth"}
	defer b.close()
	if err := b.prepare(ctx, 0); err != nil {
		return err
	}
	if n := b.app.Events().Last(); n > uint64(b.Events/10) {
		return fmt.Errorf("%s holds %d events already; remove it", b.dir, n)
	}
	small, err := b.costAt(ctx, b.Events/10)
	if err != nil {
		return err
	}
	large, err := b.costAt(ctx, 2*b.Events)
	if err != nil {
		return err
	}
	ratio := large.Seconds() / small.Seconds()
	b.report(Result{
		Name: "growth", Value: ratio, Unit: "x", Target: "0.8 to 1.2", Met: ratio <= 1.2,
		Details: fmt.Sprintf("%.2f us an event at %d events, %.2f us at %d", float64(small.Nanoseconds())/1000, b.Events/10, float64(large.Nanoseconds())/1000, 2*b.Events),
	})
	return nil
}

// costAt is the time per event of the road when the log holds n events.
func (b *bench) costAt(ctx context.Context, n int) (time.Duration, error) {
	if err := b.fillEvents(ctx, n); err != nil {
		return 0, err
	}
	g := b.generator()
	const rounds = 100
	began := time.Now()
	for range rounds {
		if err := b.seed(ctx, g, seedBatch); err != nil {
			return 0, err
		}
	}
	return time.Since(began) / (rounds * seedBatch), nil
}
