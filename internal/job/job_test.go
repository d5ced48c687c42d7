package job

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"yutang/internal/clock"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func never(string) bool { return false }

// claimAll claims what is due in a lane now.
func claimAll(t *testing.T, q *Queue) []Job {
	t.Helper()
	var jobs []Job
	err := q.db.InTx(context.Background(), func(ctx context.Context) (err error) {
		jobs, _, err = q.claim(ctx, lane{"k", "q"}, 10, q.clock.Now(), never)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return jobs
}

func put(t *testing.T, q *Queue, key string, due time.Time) {
	t.Helper()
	if err := q.Put(context.Background(), Job{Kind: "k", Key: key, Queue: "q", Due: due}); err != nil {
		t.Fatal(err)
	}
}

func TestClaim_DueJobsOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		clk := clock.NewManual(noon)
		q := New(d, clk)
		put(t, q, "late", noon.Add(time.Second))
		put(t, q, "now", noon)
		put(t, q, "now", noon.Add(-time.Hour)) // the same name is the same job
		if jobs := claimAll(t, q); len(jobs) != 1 || jobs[0].Key != "now" || jobs[0].Attempts != 1 {
			t.Fatalf("claimed %+v, want now alone", jobs)
		}
		if jobs := claimAll(t, q); len(jobs) != 0 {
			t.Fatalf("claimed %+v twice", jobs)
		}
		clk.Advance(time.Second)
		if jobs := claimAll(t, q); len(jobs) != 1 || jobs[0].Key != "late" {
			t.Fatalf("claimed %+v, want late", jobs)
		}
	})
}

func TestLease_LostLeaseSettlesNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		clk := clock.NewManual(noon)
		q := New(d, clk)
		put(t, q, "a", noon)
		first := claimAll(t, q)[0]
		clk.Advance(Lease)
		second := claimAll(t, q)
		if len(second) != 1 {
			t.Fatal("an ended lease did not give the job back")
		}
		if held, err := q.Done(ctx, first); held || err != nil {
			t.Fatalf("the first claim settled after losing its lease: %v, %v", held, err)
		}
		if held, err := q.Done(ctx, second[0]); !held || err != nil {
			t.Fatalf("Done = %v, %v", held, err)
		}
	})
}

func TestLease_ClockSetBackDoesNotProlong(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		clk := clock.NewManual(noon)
		q := New(d, clk)
		put(t, q, "a", noon.AddDate(0, 0, -31))
		claimAll(t, q)
		clk.Set(noon.AddDate(0, 0, -30))
		if jobs := claimAll(t, q); len(jobs) != 1 {
			t.Fatal("the job of a crashed claim waits for the clock to catch up")
		}
	})
}

// covers: J4
func TestReclaim_GivesTheJobsOfACrashBackAtOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		clk := clock.NewManual(noon)
		q := New(d, clk)
		put(t, q, "a", noon)
		lost := claimAll(t, q)[0]
		after := New(d, clk)
		if err := errors.Join(after.Reclaim(ctx), after.findLanes(ctx)); err != nil {
			t.Fatal(err)
		}
		if jobs := claimAll(t, after); len(jobs) != 1 {
			t.Fatal("the job of a crashed claim waits for its lease")
		}
		if held, err := q.Done(ctx, lost); held || err != nil {
			t.Fatalf("the crashed claim settled: %v, %v", held, err)
		}
	})
}

func TestEach_RetriesThenBuriesWithReason(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		clk := clock.NewManual(noon)
		q := New(d, clk)
		var calls atomic.Int32
		tried := make(chan struct{}, 10)
		q.Handle("k", &Each{Queue: q, Concurrency: 2, MaxAttempts: 3, Do: func(context.Context, Job) error {
			calls.Add(1)
			defer func() { tried <- struct{}{} }()
			return errors.New("no luck")
		}})
		put(t, q, "a", noon)
		for range 3 {
			if err := q.Start(ctx); err != nil {
				t.Fatal(err)
			}
			<-tried
			q.Stop(ctx) // waits until the attempt is settled
			clk.Advance(time.Hour)
		}
		dead, err := q.Dead(ctx, "k", "", 10)
		if err != nil || len(dead) != 1 || dead[0].Reason != "no luck" || dead[0].Attempts != 3 {
			t.Fatalf("Dead = %+v, %v", dead, err)
		}
		if err := q.Revive(ctx, "k", "a"); err != nil {
			t.Fatal(err)
		}
		if jobs := claimAll(t, q); len(jobs) != 1 {
			t.Fatal("a revived job is not due")
		}
		if n := calls.Load(); n != 3 {
			t.Fatalf("%d attempts, want 3", n)
		}
	})
}

func TestEach_LaterCountsNoAttempt(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		clk := clock.NewManual(noon)
		q := New(d, clk)
		tried, begun := make(chan int, 3), make(chan struct{}, 3)
		q.Handle("k", &Each{Queue: q, Concurrency: 1, MaxAttempts: 1, Do: func(_ context.Context, j Job) error {
			tried <- j.Attempts
			begun <- struct{}{}
			if len(tried) == 3 {
				return nil
			}
			return &Later{At: clk.Now().Add(time.Hour), Reason: "not its turn"}
		}})
		put(t, q, "a", noon)
		for range 3 {
			if err := q.Start(ctx); err != nil {
				t.Fatal(err)
			}
			<-begun
			q.Stop(ctx)
			clk.Advance(time.Hour)
		}
		for range 3 {
			if n := <-tried; n != 1 {
				t.Errorf("attempt %d, want always the first", n)
			}
		}
		if jobs := claimAll(t, q); len(jobs) != 0 {
			t.Errorf("%d jobs are left", len(jobs))
		}
	})
}

func TestIdle_WaitsForWhatIsDueAndUnderWayAndNoLonger(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		q := New(d, clock.NewManual(noon))
		begun, leave := make(chan struct{}), make(chan struct{})
		q.Handle("k", &Each{Queue: q, Concurrency: 1, MaxAttempts: 2, Do: func(_ context.Context, j Job) error {
			if j.Key == "slow" {
				close(begun)
				<-leave
				return q.Put(ctx, Job{Kind: "k", Key: "another", Queue: "q", Due: noon})
			}
			return errors.New("again, later")
		}})
		put(t, q, "slow", noon)
		put(t, q, "tomorrow", noon.AddDate(0, 0, 1))
		if err := q.Start(ctx); err != nil {
			t.Fatal(err)
		}
		defer q.Stop(ctx)
		<-begun
		ended, end := context.WithCancel(ctx)
		end()
		if err := q.Idle(ended); !errors.Is(err, context.Canceled) {
			t.Errorf("Idle while a job is under way = %v", err)
		}
		idle := make(chan error, 1)
		go func() { idle <- q.Idle(ctx) }()
		close(leave)
		if err := <-idle; err != nil {
			t.Fatal(err)
		}
		if jobs := claimAll(t, q); len(jobs) != 0 {
			t.Errorf("idle with %+v due", jobs)
		}
		var attempts int
		if err := d.Get(ctx, `SELECT attempts FROM job WHERE key = 'another'`, nil, &attempts); err != nil || attempts != 1 {
			t.Errorf("the job that the slow one put had %d attempts, %v", attempts, err)
		}
	})
}

func TestRun_WakesForCommittedJobAndForDueTime(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		clk := clock.NewManual(noon)
		q := New(d, clk)
		done := make(chan string, 4)
		q.Handle("k", &Each{Queue: q, Concurrency: 1, MaxAttempts: 1, Do: func(_ context.Context, j Job) error {
			done <- j.Key
			return nil
		}})
		if err := q.Start(ctx); err != nil {
			t.Fatal(err)
		}
		defer q.Stop(ctx)
		err := d.InTx(ctx, func(ctx context.Context) error {
			if err := q.Put(ctx, Job{Kind: "k", Key: "a", Due: noon}, Job{Kind: "k", Key: "b", Due: noon.Add(time.Minute)}); err != nil {
				return err
			}
			select {
			case key := <-done:
				t.Errorf("%s ran before its cause was committed", key)
			default:
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if key := <-done; key != "a" {
			t.Fatalf("ran %s first", key)
		}
		select {
		case key := <-done:
			t.Fatalf("%s ran before it was due", key)
		default:
		}
		clk.Advance(time.Minute)
		if key := <-done; key != "b" {
			t.Fatalf("ran %s, want b", key)
		}
	})
}

func TestStop_TellsSlowWorkToGiveUp(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t)
	q := New(d, clock.NewManual(noon))
	began := make(chan struct{})
	q.Handle("k", &Each{Queue: q, Concurrency: 1, MaxAttempts: 9, Do: func(ctx context.Context, _ Job) error {
		close(began)
		<-ctx.Done()
		return ctx.Err()
	}})
	put(t, q, "a", noon)
	if err := q.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	<-began
	patience, cancel := context.WithCancel(context.Background())
	cancel()
	q.Stop(patience)
	var reason string
	if err := d.Get(context.Background(), "SELECT reason FROM job WHERE key = $1", []any{"a"}, &reason); err != nil || reason != context.Canceled.Error() {
		t.Fatalf("reason %q, %v", reason, err)
	}
}

// What is put, put off or hastened is seen although the lane was at rest, whoever comes
// first: the looking or the putting.
func TestRest_NothingDueWaitsForThePoll(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		clk := clock.NewManual(noon)
		q := New(d, clk)
		ran := make(chan string, 100)
		q.Handle("k", &Each{Queue: q, Concurrency: 100, MaxAttempts: 2, Do: func(_ context.Context, j Job) error {
			ran <- j.Key
			return nil
		}})
		ctx := context.Background()
		put := func(key string, due time.Time) {
			if err := q.Put(ctx, Job{Kind: "k", Queue: "q", Key: key, Due: due}); err != nil {
				t.Error(err)
			}
		}
		put("later", noon.Add(time.Hour))
		if err := q.Start(ctx); err != nil {
			t.Fatal(err)
		}
		defer q.Stop(ctx)
		want := map[string]bool{"later": true}
		var putting sync.WaitGroup
		for i := range 50 {
			want[fmt.Sprint(i)] = true
			putting.Go(func() { put(fmt.Sprint(i), noon) })
		}
		putting.Wait()
		if err := q.Hasten(ctx, "k", "later"); err != nil {
			t.Fatal(err)
		}
		timeout := time.After(5 * time.Second)
		for len(want) > 0 { // the clock stands still: there is no poll
			select {
			case key := <-ran:
				delete(want, key)
			case <-timeout:
				t.Fatalf("%d jobs were not seen: %v", len(want), want)
			}
		}
	})
}
