package playbook_test

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"testing"
	"time"

	"yutang/internal/clock"
	"yutang/internal/db/dbtest"
	"yutang/internal/event"
	"yutang/internal/playbook"
)

// benchRuns is how many runs wait in a benchmark; YUTANG_BENCH_RUNS says another number.
func benchRuns() int {
	if n, err := strconv.Atoi(os.Getenv("YUTANG_BENCH_RUNS")); err == nil {
		return n
	}
	return 50_000
}

// crowd starts a run for each of n customers, straight on the writer.
func (b *brand) crowd(n int) {
	b.t.Helper()
	b.timeline.Lock()
	b.timeline.Grow(uint32(n))
	b.timeline.Unlock()
	for from := 1; from <= n; from += 8192 {
		b.must(b.Do(context.Background(), func(ctx context.Context) error {
			ev := &event.Event{Name: "A", At: b.clock.Now()}
			for ord := from; ord < min(from+8192, n+1); ord++ {
				if err := b.playbooks.OnEvent(ctx, ev, uint32(ord), uint32(ord)); err != nil {
					return err
				}
			}
			return nil
		}))
	}
}

// drain lets the road act until nothing is due.
func (b *brand) drain() {
	for {
		b.sync()
		b.timeline.RLock()
		due, ok := b.playbooks.NextDue()
		b.timeline.RUnlock()
		if !ok || due > b.clock.Now().UnixMilli() {
			return
		}
	}
}

// BenchmarkSteps measures runs through the writer on SQLite with fsync: ns/op is one step.
func BenchmarkSteps(b *testing.B) {
	const rest = `{"id":"rest%d","wait":{"for":"1h"}}`
	for name, steps := range map[string]func(r *brand) []string{
		"start": func(*brand) []string { return []string{fmt.Sprintf(rest, 1)} },
		"wake": func(*brand) []string {
			return []string{
				fmt.Sprintf(rest, 1), `{"id":"arm","split":{"arms":[{"name":"x","percent":50},{"name":"y","percent":50}]}}`, fmt.Sprintf(rest, 2),
			}
		},
		"send": func(r *brand) []string { return []string{fmt.Sprintf(rest, 1), r.say("hello", "hi")} },
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				benchSteps(b, name != "start", steps)
			}
		})
	}
}

func benchSteps(b *testing.B, wakes bool, steps func(r *brand) []string) {
	clk := clock.NewManual(noon)
	r := open(b, dbtest.SQLite(b), clk)
	defer r.stop()
	r.must(r.outreach.Hold(context.Background(), "bench", "Ann"))
	pb := r.play(`{"event":"A"}`, ``, steps(r)...)
	n := benchRuns()
	started, taken := time.Now(), 1 // steps per run that are measured
	r.crowd(n)
	if wakes {
		taken, started = len(steps(r)), time.Now()
		clk.Advance(time.Hour)
		r.drain()
	}
	b.ReportMetric(float64(n*taken)/time.Since(started).Seconds(), "steps/s")
	started = time.Now()
	_, err := r.playbooks.Report(context.Background(), pb, 0)
	r.must(err)
	b.ReportMetric(float64(time.Since(started).Milliseconds()), "report-ms")
}

// BenchmarkLoad measures reading runs that wait at a start.
func BenchmarkLoad(b *testing.B) {
	clk := clock.NewManual(noon)
	r := open(b, dbtest.SQLite(b), clk)
	defer r.stop()
	pb := r.play(`{"event":"A"}`, ``, `{"id":"rest","wait":{"for":"1h"}}`)
	n := benchRuns()
	r.crowd(n)
	var before, after runtime.MemStats
	for b.Loop() {
		runtime.GC()
		runtime.ReadMemStats(&before)
		r.timeline.Lock()
		started := time.Now()
		r.must(r.playbooks.Load(context.Background()))
		took := time.Since(started)
		r.timeline.Unlock()
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(took.Seconds()*1e6/float64(n), "s/1M")
	}
	started := time.Now()
	if _, err := r.playbooks.Report(context.Background(), pb, 0); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(time.Since(started).Milliseconds()), "report-ms")
	if _, err := r.playbooks.People(context.Background(), playbook.PeopleFilter{Playbook: pb, Step: "rest", Outcome: playbook.WaitingNow}); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(after.HeapAlloc)/float64(n), "heapB/run")
}
