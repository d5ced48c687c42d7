package bench

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// crowd is a playbook in which everybody waits for an event, or for two hours.
const crowd = `{"name":"crowd","trigger":{"audience":%q,"existing":true},"steps":[
	{"id":"called","wait_for":{"event":"Crowd Called","timeout":"2h",
		"steps":[{"id":"call","send":{"channel":"webhook","endpoint":%q,"content":{"text":"here you are"}}}],
		"else":[{"id":"arm","split":{"arms":[{"name":"a","percent":50},{"name":"b","percent":50}]}},{"id":"again","wait":{"for":"30d"}}]}}]}`

// measureCrowd starts a run for every customer, and looks at them while they wait, when
// events wake some, after a restart, and after one at which all are overdue.
func measureCrowd(ctx context.Context, b *bench, endpoint string) error {
	everybody, err := b.audience(ctx, "everybody", `{"all":[]}`)
	if err != nil {
		return err
	}
	if _, err := b.rested(ctx); err != nil {
		return err
	}
	empty, err := b.idle(ctx)
	if err != nil {
		return err
	}
	began := time.Now()
	book, err := b.publish(ctx, fmt.Sprintf(crowd, everybody, endpoint))
	if err != nil {
		return err
	}
	ready, err := b.rested(ctx)
	if err != nil {
		return err
	}
	full, err := b.idle(ctx)
	if err != nil {
		return err
	}
	r, err := b.app.Playbooks().Report(ctx, book, 0)
	if err != nil {
		return err
	}
	b.reportWaiting(empty, full, r.Live, ready.Sub(began))
	if err := b.measureWakes(ctx, book); err != nil {
		return err
	}
	if err := b.measureReading(ctx, r.Runs); err != nil {
		return err
	}
	return b.measureOverdue(ctx, book)
}

// resting is what a server that has nothing to do takes.
type resting struct {
	heap, disk int64   // bytes
	cpu        float64 // processors
	over       time.Duration
}

// idle looks at the server, which is this process, while nothing happens.
func (b *bench) idle(ctx context.Context) (r resting, err error) {
	if err := b.app.Pipeline().Snapshot(ctx); err != nil { // else the timeline's tail is in both forms
		return r, err
	}
	var m runtime.MemStats
	runtime.GC()
	runtime.GC() // what the first one found
	runtime.ReadMemStats(&m)
	r.heap = int64(m.HeapAlloc)
	info, err := os.Stat(filepath.Join(b.dir, "yutang.db"))
	if err != nil {
		return r, err
	}
	r.disk, r.over = info.Size(), time.Duration(min(b.Seconds, 10))*time.Second
	before, err := startUsage()
	if err != nil {
		return r, err
	}
	time.Sleep(r.over)
	r.cpu, _, err = before.since()
	return r, err
}

func (b *bench) reportWaiting(empty, full resting, runs int, took time.Duration) {
	per := func(bytes int64) float64 { return float64(bytes) / float64(max(runs, 1)) }
	more := max(full.cpu-empty.cpu, 0)
	b.report(Result{
		Name: "waiting runs", Value: per(full.heap - empty.heap), Unit: "B each", Target: "nothing while waiting", Met: runs == b.Customers && more <= 0.01,
		Details: fmt.Sprintf("%d runs wait, started in %.1f s; %.0f B each on disk; over %s idle %.2f %% of a processor with them, %.2f %% without",
			runs, took.Seconds(), per(full.disk-empty.disk), full.over, 100*full.cpu, 100*empty.cpu),
	})
}

// wakeRate is how many runs are woken in a second.
const wakeRate = 500

// measureWakes sends events at a fixed rate, each at its time however the ones before
// fare, and takes the time from then until the message of the woken run has been read in
// the outbox. Beside it come 2,000 other events a second.
func (b *bench) measureWakes(ctx context.Context, book string) error {
	load, stop := context.WithCancel(ctx)
	defer stop()
	var beside sync.WaitGroup
	beside.Go(func() { b.trickle(load) })
	before, err := startUsage()
	if err != nil {
		return err
	}
	n := min(wakeRate*b.Seconds, b.Customers/2)
	times, missing, err := b.wake(ctx, book, n)
	own, rest, _ := before.since()
	stop()
	beside.Wait()
	if err != nil {
		return err
	}
	p99 := quantile(times, 0.99)
	b.report(Result{
		Name: "woken by event", Value: ms(p99), Unit: "ms p99", Target: "<= 100 ms", Met: p99 <= 100*time.Millisecond && missing == 0,
		Details: fmt.Sprintf("event due to message read in the outbox, p50 %.1f ms, worst %.1f ms; %d at %d/s, %d without a message; 2000 other events/s beside, %d runs wait; we used %.1f processors, others %.1f",
			ms(quantile(times, 0.5)), ms(quantile(times, 1)), n, wakeRate, missing, b.Customers, own, rest),
	})
	return nil
}

func (b *bench) wake(ctx context.Context, book string, n int) (times []time.Duration, missing int, err error) {
	client := b.client(512)
	defer client.CloseIdleConnections()
	var lost atomic.Int64
	l := &load{acks: make([]time.Duration, n)}
	prefix := fmt.Sprint("wake", b.app.Events().Last(), "-")
	stride := b.Customers / n
	var under sync.WaitGroup
	began := time.Now()
	for i := range n {
		due := began.Add(time.Duration(i) * time.Second / wakeRate)
		time.Sleep(time.Until(due))
		under.Go(func() {
			err := b.track(client, "Crowd Called", i*stride, fmt.Sprint(prefix, i))
			if err != nil {
				l.fail(err)
				return
			}
			rows, err := b.outbox(ctx, book, i*stride)
			if err != nil {
				l.fail(err)
			}
			if rows != 1 {
				lost.Add(1)
			}
			l.acks[i] = time.Since(due)
		})
	}
	under.Wait()
	return l.acks, int(lost.Load()), l.err
}

// measureReading starts the server again, and reads the runs once more by themselves.
func (b *bench) measureReading(ctx context.Context, runs int) error {
	whole, err := b.restart(ctx)
	if err != nil {
		return err
	}
	var took time.Duration
	err = b.app.Pipeline().Do(ctx, func(ctx context.Context) error {
		began := time.Now()
		err := b.app.Playbooks().Load(ctx)
		took = time.Since(began)
		return err
	})
	if err != nil {
		return err
	}
	b.report(Result{
		Name: "restart, runs wait", Value: took.Seconds(), Unit: "s load", Target: "none set", Met: true,
		Details: fmt.Sprintf("reading %d runs; the whole start takes %.1f s, with %d events and a snapshot", runs, whole.Seconds(), b.app.Events().Last()),
	})
	return nil
}

// measureOverdue starts the server again three hours later: all that wait are overdue.
func (b *bench) measureOverdue(ctx context.Context, book string) error {
	before, err := startUsage()
	if err != nil {
		return err
	}
	b.ahead += 3 * time.Hour
	starting, err := b.restart(ctx)
	if err != nil {
		return err
	}
	began := time.Now().Add(-starting)
	done, err := b.rested(ctx)
	if err != nil {
		return err
	}
	own, rest, err := before.since()
	if err != nil {
		return err
	}
	r, err := b.app.Playbooks().Report(ctx, book, 0)
	if err != nil {
		return err
	}
	waiting := map[string]int{}
	for _, s := range r.Steps {
		waiting[s.Step] = s.Waiting
	}
	late, moved, took := waiting["called"], waiting["again"], done.Sub(began)
	b.report(Result{
		Name: "overdue timers", Value: took.Seconds(), Unit: "s", Target: "<= 60 s", Met: took <= time.Minute && late == 0 && moved > 0,
		Details: fmt.Sprintf("%d runs overdue at a start, each timed out, took a split and waits again; %d left; the start of %.1f s included; we used %.1f processors, others %.1f",
			moved, late, starting.Seconds(), own, rest),
	})
	return nil
}

// restart stops the server and starts it again.
func (b *bench) restart(ctx context.Context) (time.Duration, error) {
	if err := b.stop(ctx); err != nil {
		return 0, err
	}
	began := time.Now()
	err := b.start(ctx)
	return time.Since(began), err
}
