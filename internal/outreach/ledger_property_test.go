package outreach_test

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"yutang/internal/db/dbtest"
	"yutang/internal/event"
	"yutang/internal/outreach"
)

// witness is the receiver's own book: which deliveries it may have taken.
type witness struct {
	mu      sync.Mutex
	maybe   map[string]int // requests it did not clearly refuse
	taken   map[string]bool
	answers []int // statuses to give, in turn; 0 breaks the connection
	next    int
	hang    chan struct{} // not nil: requests wait for it
}

func (w *witness) answer(_ int, rw http.ResponseWriter, req *http.Request) {
	key := req.Header.Get("Idempotency-Key")
	w.mu.Lock()
	status := http.StatusOK
	if len(w.answers) > 0 {
		status = w.answers[w.next%len(w.answers)]
		w.next++
	}
	refused := status == http.StatusTooManyRequests || status == http.StatusBadRequest
	if !refused {
		w.maybe[key]++
	}
	if status == http.StatusOK {
		w.taken[key] = true
	}
	hang := w.hang
	w.mu.Unlock()
	if hang != nil {
		<-hang
	}
	if status == 0 {
		if conn, _, err := rw.(http.Hijacker).Hijack(); err == nil {
			_ = conn.Close()
		}
		return
	}
	rw.WriteHeader(status)
}

func (w *witness) set(answers []int, hang chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.answers, w.hang, w.next = answers, hang, 0
}

// crashNow leaves a process in the middle of a call, lets the next one work, and only
// then hears the first one's answer.
func (w *witness) crashNow(r *rig, ord uint32) {
	hang := make(chan struct{})
	w.set(nil, hang)
	for len(r.receiver.arrived) > 0 {
		<-r.receiver.arrived
	}
	r.boot()
	r.run()
	old := r.stop
	r.plan(r.touch(ord))
	<-r.receiver.arrived
	w.set(nil, nil)
	r.boot()
	r.settledProcess()
	close(hang)
	old()
}

// settledProcess runs a process until it has nothing to do.
func (r *rig) settledProcess() {
	r.run()
	r.idle()
	r.stop()
}

// covers: C7
func TestLedger_NeverSendsTwiceWhateverHappens(t *testing.T) {
	t.Parallel()
	r := newRig(t, dbtest.SQLite(t))
	w := &witness{maybe: map[string]int{}, taken: map[string]bool{}}
	r.receiver.answer = w.answer
	resolved := map[string]bool{}
	rapid.Check(t, func(rt *rapid.T) {
		for range rapid.IntRange(1, 3).Draw(rt, "steps") {
			switch rapid.SampledFrom([]string{"send", "send", "crash", "wait", "resolve"}).Draw(rt, "step") {
			case "send":
				w.set(rapid.SliceOfN(rapid.SampledFrom([]int{200, 200, 400, 429, 500, 0}), 1, 4).Draw(rt, "answers"), nil)
				r.boot()
				for range rapid.IntRange(1, 3).Draw(rt, "touches") {
					r.plan(r.touch(uint32(rapid.IntRange(1, 9).Draw(rt, "customer"))))
				}
				r.settledProcess()
			case "crash":
				w.crashNow(r, uint32(rapid.IntRange(1, 9).Draw(rt, "customer")))
			case "wait":
				r.clock.Advance(time.Duration(rapid.IntRange(-3, 40).Draw(rt, "hours")) * time.Hour)
				r.boot()
				r.settledProcess()
			case "resolve":
				for _, d := range r.deliveries(outreach.Filter{State: outreach.StateUnknown}) {
					if err := r.Resolve(context.Background(), d.ID, true, false, "Ann"); err != nil {
						rt.Fatal(err)
					}
					resolved[d.ID] = true
				}
				r.boot()
				r.settledProcess()
			}
		}
		r.check(rt, w, resolved)
	})
}

// check holds the ledger against the receiver's book and the receipts.
func (r *rig) check(rt *rapid.T, w *witness, resolved map[string]bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for key, n := range w.maybe {
		if n > 1 {
			rt.Fatalf("%s may have been delivered %d times", key, n)
		}
	}
	cursor := ""
	for {
		list, err := r.List(context.Background(), outreach.Filter{Limit: 1000, Cursor: cursor})
		if err != nil {
			rt.Fatal(err)
		}
		for _, d := range list.Items {
			r.checkOne(rt, d, w, resolved[d.ID])
		}
		if cursor = list.Next; cursor == "" {
			return
		}
	}
}

func (r *rig) checkOne(rt *rapid.T, d outreach.Delivery, w *witness, resolved bool) {
	r.road.mu.Lock()
	receipt := r.road.seen[d.ID]
	r.road.mu.Unlock()
	switch d.State {
	case outreach.StateAccepted:
		if !resolved && !w.taken[d.ID] {
			rt.Fatalf("%s is accepted, but nobody took it", d.ID)
		}
		if receipt == nil || receipt.Name != event.MessageDelivered {
			rt.Fatalf("%s is accepted without a receipt", d.ID)
		}
	case outreach.StateRejected:
		if w.taken[d.ID] || receipt == nil || receipt.Name != event.MessageFailed {
			rt.Fatalf("%s is rejected; taken %v, receipt %v", d.ID, w.taken[d.ID], receipt)
		}
	case outreach.StateUnknown, outreach.Planned, outreach.Expired:
		if receipt != nil || (w.taken[d.ID] && d.State != outreach.StateUnknown) {
			rt.Fatalf("%s is %s; taken %v, receipt %v", d.ID, d.State, w.taken[d.ID], receipt)
		}
	default:
		rt.Fatalf("%s is left %s", d.ID, d.State)
	}
}
