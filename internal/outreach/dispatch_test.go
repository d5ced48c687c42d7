package outreach_test

import (
	"context"
	"net"
	"net/http"
	"testing"
	"time"

	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/outreach"
	"yutang/internal/webhook"
)

// covers: C7
func TestDispatch_SendsOnceAndReportsBack(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d)
		r.run()
		r.plan(r.touch(1), r.touch(2), r.touch(3))
		for range 3 {
			ev := <-r.road.got
			if ev.Name != event.MessageDelivered || ev.SourceID != 7 || ev.Ord == 0 {
				t.Fatalf("receipt %+v", ev)
			}
		}
		r.idle()
		if total, most := r.receiver.requests(); total != 3 || most != 1 {
			t.Fatalf("%d requests, at most %d for one delivery", total, most)
		}
		if got := r.deliveries(outreach.Filter{State: outreach.StateAccepted}); len(got) != 3 || got[0].Attempt != 1 {
			t.Fatalf("ledger %+v", got)
		}
	})
}

func TestDispatch_StopFinishesCallsUnderWay(t *testing.T) {
	t.Parallel()
	r := newRig(t, dbtest.SQLite(t))
	release := make(chan struct{})
	r.receiver.answer = func(int, http.ResponseWriter, *http.Request) { <-release }
	r.run()
	r.plan(r.touch(1))
	<-r.receiver.arrived
	go func() { close(release) }()
	r.stop()
	if got := r.deliveries(outreach.Filter{State: outreach.StateAccepted}); len(got) != 1 || len(r.road.got) != 1 {
		t.Fatalf("a stop lost the call under way: %+v, %d receipts", got, len(r.road.got))
	}
}

// crash leaves one delivery attempting in a process that is gone, its call received.
func crash(t *testing.T, r *rig) {
	t.Helper()
	hang := make(chan struct{})
	t.Cleanup(func() { close(hang) })
	r.receiver.answer = func(_ int, w http.ResponseWriter, req *http.Request) {
		select {
		case <-hang:
		case <-req.Context().Done():
		}
	}
	r.run()
	r.plan(r.touch(1))
	<-r.receiver.arrived
	r.receiver.mu.Lock()
	r.receiver.answer = nil
	r.receiver.mu.Unlock()
	r.boot()
}

// covers: C7
func TestCrash_BetweenAttemptAndResultEndsUnknownAndIsNeverSentTwice(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d)
		crash(t, r)
		got := r.settled()
		if len(got) != 1 || got[0].State != outreach.StateUnknown || got[0].Reason != outreach.Interrupted {
			t.Fatalf("after the crash: %+v", got)
		}
		r.clock.Advance(3 * time.Hour)
		r.boot()
		r.settled()
		if total, _ := r.receiver.requests(); total != 1 {
			t.Fatalf("%d requests, want the one before the crash", total)
		}
	})
}

// TestCrash_ControlBlindRetryIsSeen shows that the test above would notice a program
// that takes an interrupted delivery for one that was never tried.
func TestCrash_ControlBlindRetryIsSeen(t *testing.T) {
	t.Parallel()
	r := newRig(t, dbtest.SQLite(t))
	crash(t, r)
	ctx := context.Background()
	if _, err := r.db.Exec(ctx, `UPDATE delivery SET state = 'planned' WHERE state = 'attempting'`); err != nil {
		t.Fatal(err)
	}
	if _, err := r.db.Exec(ctx, `UPDATE job SET leased_until = 0`); err != nil {
		t.Fatal(err)
	}
	r.settled()
	if total, most := r.receiver.requests(); total != 2 || most != 2 {
		t.Fatalf("%d requests: the double send was not seen", total)
	}
}

func TestTimeout_AfterTheRequestWasWrittenIsUnknown(t *testing.T) {
	t.Parallel()
	r := newRig(t, dbtest.SQLite(t))
	r.receiver.answer = func(_ int, _ http.ResponseWriter, req *http.Request) { <-req.Context().Done() }
	r.plan(r.touch(1))
	got := r.settled()
	if got[0].State != outreach.StateUnknown || got[0].Reason != outreach.NoAnswer {
		t.Fatalf("%+v", got[0])
	}
}

func TestBrokenConnection_IsNotRepeatedByTheTransport(t *testing.T) {
	t.Parallel()
	r := newRig(t, dbtest.SQLite(t))
	r.plan(r.touch(1))
	r.settled() // leaves an idle connection behind
	r.receiver.answer = func(_ int, w http.ResponseWriter, _ *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err == nil {
			_ = conn.(*net.TCPConn).SetLinger(0)
			_ = conn.Close()
		}
	}
	r.boot()
	r.plan(r.touch(2))
	got := r.settled()
	if got[0].State != outreach.StateUnknown {
		t.Fatalf("%+v", got[0])
	}
	if _, most := r.receiver.requests(); most != 1 {
		t.Fatalf("one delivery was posted %d times", most)
	}
}

func TestIdempotentEndpoint_IsTriedAgainWithTheSameKey(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d)
		hooks := r.hooks()
		e, err := hooks.Get(context.Background(), r.endpoint)
		if err != nil {
			t.Fatal(err)
		}
		e.Idempotent = true
		if _, err := hooks.Update(context.Background(), e); err != nil {
			t.Fatal(err)
		}
		r.receiver.answer = func(n int, w http.ResponseWriter, _ *http.Request) {
			if n < 3 {
				w.WriteHeader(http.StatusInternalServerError)
			}
		}
		r.plan(r.touch(1))
		for range 3 {
			r.settled()
			r.boot()
			r.clock.Advance(time.Minute)
		}
		got := r.deliveries(outreach.Filter{})
		if got[0].State != outreach.StateAccepted || got[0].Attempt != 3 {
			t.Fatalf("%+v", got[0])
		}
		if total, most := r.receiver.requests(); total != 3 || most != 3 {
			t.Fatalf("%d requests, %d with one key; want 3 with one", total, most)
		}
	})
}

func TestRetry_OnlyWhatWasSurelyNotDelivered(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status int
		header string
		state  outreach.State
		reason outreach.Reason
	}{
		"too many requests":        {429, "30", outreach.Planned, outreach.Retrying},
		"unavailable, come back":   {503, "30", outreach.Planned, outreach.Retrying},
		"unavailable":              {503, "", outreach.StateUnknown, outreach.ServerError},
		"failed with the request":  {500, "", outreach.StateUnknown, outreach.ServerError},
		"gateway gave up":          {504, "", outreach.StateUnknown, outreach.ServerError},
		"bad request":              {400, "", outreach.StateRejected, outreach.Refused},
		"redirect is not followed": {307, "", outreach.StateRejected, outreach.Refused},
		"created":                  {201, "", outreach.StateAccepted, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, dbtest.SQLite(t))
			r.receiver.answer = func(_ int, w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Location", r.receiver.URL+"/elsewhere")
				if c.header != "" {
					w.Header().Set("Retry-After", c.header)
				}
				w.WriteHeader(c.status)
			}
			r.plan(r.touch(1))
			got := r.settled()[0]
			if got.State != c.state || got.Reason != c.reason {
				t.Fatalf("%s %s (%s), want %s %s", got.State, got.Reason, got.Detail, c.state, c.reason)
			}
			if total, _ := r.receiver.requests(); total != 1 {
				t.Fatalf("%d requests", total)
			}
		})
	}
}

func TestRefusedConnection_IsRetriedUntilItGivesUp(t *testing.T) {
	t.Parallel()
	r := newRig(t, dbtest.SQLite(t))
	r.receiver.Close()
	r.plan(r.touch(1))
	for range 12 {
		r.settled()
		r.clock.Advance(15 * time.Minute)
		r.boot()
	}
	got := r.deliveries(outreach.Filter{})[0]
	if got.State != outreach.StateRejected || got.Reason != outreach.GaveUp || got.Attempt != 8 {
		t.Fatalf("%+v", got)
	}
	if ev := <-r.road.got; ev.Name != event.MessageFailed {
		t.Fatalf("receipt %s", ev.Name)
	}
}

func TestSlowEndpoint_DoesNotDelayAnother(t *testing.T) {
	t.Parallel()
	r := newRig(t, dbtest.SQLite(t))
	release := make(chan struct{})
	r.receiver.answer = func(int, http.ResponseWriter, *http.Request) { <-release }
	other := newReceiver(t)
	e, err := r.hooks().Create(context.Background(), webhook.Endpoint{Name: "other", URL: other.URL})
	if err != nil {
		t.Fatal(err)
	}
	r.run()
	for ord := range uint32(30) {
		r.plan(r.touch(ord + 1))
	}
	fast := r.touch(40)
	fast.Endpoint = e.ID
	r.plan(fast)
	<-other.arrived // while the slow endpoint holds all its places
	close(release)
	for range 31 {
		<-r.road.got
	}
}

func TestResolve_UnknownByAHuman(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		r := newRig(t, d)
		r.receiver.answer = func(_ int, w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }
		r.plan(r.touch(1), r.touch(2))
		list := r.settled()
		r.receiver.answer = nil
		if err := r.Resolve(ctx, list[0].ID, true, false, "Ann"); err != nil {
			t.Fatal(err)
		}
		if err := r.Resolve(ctx, list[1].ID, false, true, "Ann"); err != nil {
			t.Fatal(err)
		}
		if err := r.Resolve(ctx, list[1].ID, true, false, "Ann"); !fault.Is(err, fault.Precondition) {
			t.Fatalf("resolved twice: %v", err)
		}
		r.boot()
		counts := map[outreach.State]int{}
		for _, dl := range r.settled() {
			counts[dl.State]++
		}
		if counts[outreach.StateAccepted] != 2 || counts[outreach.StateRejected] != 1 || len(r.road.seen) != 3 {
			t.Fatalf("%v, %d receipts", counts, len(r.road.seen))
		}
		again := r.deliveries(outreach.Filter{Customer: list[1].Ord})[0]
		if again.Occurrence != 2 || again.State != outreach.StateAccepted {
			t.Fatalf("sent again as %+v", again)
		}
	})
}

// BenchmarkDispatch measures touches from plan to receipt, on SQLite with
// synchronous=FULL, to eight endpoints on this machine.
func BenchmarkDispatch(b *testing.B) {
	r := newRig(b, dbtest.SQLite(b))
	endpoints := make([]string, 8)
	for i := range endpoints {
		e, err := r.hooks().Create(context.Background(), webhook.Endpoint{Name: string(rune('a' + i)), URL: r.receiver.URL})
		if err != nil {
			b.Fatal(err)
		}
		endpoints[i] = e.ID
	}
	r.run()
	for b.Loop() {
		touches := make([]outreach.Touch, 1000)
		for i := range touches {
			touches[i] = r.touch(uint32(i%50 + 1))
			touches[i].Endpoint = endpoints[i%len(endpoints)]
		}
		r.plan(touches...)
		for range touches {
			<-r.road.got
			<-r.receiver.arrived
		}
	}
	b.ReportMetric(1000*float64(b.N)/b.Elapsed().Seconds(), "deliveries/s")
}
