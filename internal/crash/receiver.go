package crash

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
)

// Receiver is the outside that a playbook's messages go to. It counts the calls of each
// delivery.
type Receiver struct {
	server *httptest.Server
	mu     sync.Mutex
	calls  map[string]int
}

// NewReceiver starts a receiver on the loopback interface.
func NewReceiver() *Receiver {
	r := &Receiver{calls: map[string]int{}}
	r.server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, req *http.Request) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.calls[req.Header.Get("Idempotency-Key")]++
	}))
	return r
}

// URL is where to send.
func (r *Receiver) URL() string { return r.server.URL + "/hook" }

// Allow is the setting that lets a server call it.
func (r *Receiver) Allow() string {
	return "YUTANG_WEBHOOK_ALLOW=" + strings.TrimPrefix(r.server.URL, "http://")
}

// Close ends the receiver.
func (r *Receiver) Close() { r.server.Close() }

// Calls is a copy of how often each delivery was received.
func (r *Receiver) Calls() map[string]int {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := make(map[string]int, len(r.calls))
	for id, n := range r.calls {
		out[id] = n
	}
	return out
}

// delivery is a row of the send ledger as the API shows it.
type delivery struct {
	ID         string
	State      string
	Reason     string
	TriggerSeq uint64 `json:"trigger_seq"`
}

// moving is how many deliveries have not come to an end.
func (b *Brand) moving(ctx context.Context, api API) (n int, err error) {
	if b.playbook == "" {
		return 0, nil
	}
	var got struct {
		Items []struct {
			State string
			Count int
		}
	}
	err = api.Get(ctx, "/deliveries/counts?playbook="+b.playbook, &got)
	for _, c := range got.Items {
		if c.State == "planned" || c.State == "attempting" {
			n += c.Count
		}
	}
	return n, err
}

// Deliveries reads the send ledger.
func (b *Brand) Deliveries(ctx context.Context, api API) (all []delivery, err error) {
	cursor := ""
	for b.playbook != "" {
		var got struct {
			Items []delivery
			Next  string
		}
		if err := api.Get(ctx, "/deliveries?limit=1000&cursor="+url.QueryEscape(cursor), &got); err != nil {
			return nil, err
		}
		all = append(all, got.Items...)
		if cursor = got.Next; cursor == "" {
			break
		}
	}
	return all, nil
}

// CheckDeliveries holds the send ledger against the log and against what the receiver saw:
// one delivery for each message that starts the playbook, called at most once, with one
// receipt if it was accepted.
func CheckDeliveries(all []delivery, calls map[string]int, log *Log, forms int) (wrong []string) {
	fail := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	if len(all) != forms {
		fail("%d deliveries were planned for %d triggers", len(all), forms)
	}
	known, triggers := map[string]bool{}, map[uint64]bool{}
	for _, d := range all {
		known[d.ID] = true
		if triggers[d.TriggerSeq] {
			fail("event %d planned two deliveries", d.TriggerSeq)
		}
		triggers[d.TriggerSeq] = true
		called, receipts := calls[d.ID], log.Receipts[d.ID]
		switch {
		case d.State == "accepted" && called == 1 && receipts == 1:
		case d.State == "unknown" && called <= 1 && receipts == 0:
		default:
			fail("delivery %s is %s (%s), was received %d times and has %d receipts", d.ID, d.State, d.Reason, called, receipts)
		}
	}
	for id := range calls {
		if !known[id] {
			fail("the receiver saw a delivery %s that nobody planned", id)
		}
	}
	return wrong
}
