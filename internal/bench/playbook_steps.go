package bench

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// mixed is a playbook with a step of most kinds. One event starts a run, one second later
// time moves it on, and another event ends it with its goal.
const mixed = `{"name":"mixed","trigger":{"event":"Cart Filled"},"reentry":"always","steps":[
	{"id":"who","branch":{"cases":[
		{"name":"south","rule":{"trait":"city","op":"in","value":["city1","city2","city3","city4","city5","city6","city7","city8","city9"]}},
		{"name":"buyers","rule":{"did":{"event":"Order Completed","within":"90d"}}}]}},
	{"id":"arm","split":{"arms":[{"name":"a","percent":50},{"name":"b","percent":50}]}},
	{"id":"mark","update":{"set":{"cart":"filled"},"increase":{"carts":1}}},
	{"id":"rest","wait":{"for":"1s"}},
	{"id":"hello","send":{"channel":"webhook","endpoint":%q,"content":{"text":"{{ customer.traits.city }}: your cart waits"}}},
	{"id":"paid","wait_for":{"event":"Cart Paid","timeout":"1h","steps":[{"id":"won","goal":{"name":"paid"}}]}}]}`

// measureSteps lets customers fill carts and pay for them as fast as the road takes it.
func measureSteps(ctx context.Context, b *bench, endpoint string) error {
	book, err := b.publish(ctx, fmt.Sprintf(mixed, endpoint))
	if err != nil {
		return err
	}
	before, err := startUsage()
	if err != nil {
		return err
	}
	l, took, err := b.shop(ctx)
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
	rate := float64(taken(r)) / took.Seconds()
	b.report(Result{
		Name: "playbook steps", Value: rate, Unit: "steps/s", Target: ">= 20000", Met: rate >= 20_000 && r.Goal == r.Runs && r.Live == 0,
		Details: fmt.Sprintf("%d runs of branch, split, update, wait, send, wait for, goal; %d reached the goal; %.0f events/s of %d connections, ack p99 %.1f ms; we used %.1f processors, others %.1f",
			r.Runs, r.Goal, float64(l.acked.Load())/took.Seconds(), batchSenders, ms(quantile(l.acks, 0.99)), own, rest),
	})
	_, err = b.app.Playbooks().End(ctx, book)
	return err
}

// shop runs the senders for the time of the load, and then until every run has ended.
func (b *bench) shop(ctx context.Context) (*load, time.Duration, error) {
	l := &load{}
	client := b.client(batchSenders)
	defer client.CloseIdleConnections()
	began := time.Now()
	var all sync.WaitGroup
	for i := range batchSenders {
		s := &shopper{load: l, client: client, url: "http://" + b.app.Address() + "/v1/batch", prefix: fmt.Sprint("shop", began.Unix(), "-", i, "-")}
		for c := i; c < b.Customers; c += batchSenders {
			s.idle = append(s.idle, c)
		}
		all.Go(func() { s.run(ctx, began.Add(time.Duration(b.Seconds)*time.Second)) })
	}
	all.Wait()
	return l, time.Since(began), l.err
}

// shopper posts the events of every batchSenders-th customer.
type shopper struct {
	*load
	client *http.Client
	url    string
	prefix string
	serial int
	idle   []int    // customers without a cart
	filled []filled // carts not paid for, the oldest first
	acks   []time.Duration
}

type filled struct {
	customer int
	at       time.Time
}

// restTime is after how long a cart is paid for: the wait of the playbook, and what the
// road may be behind.
const restTime = 3 * time.Second

func (s *shopper) run(ctx context.Context, until time.Time) {
	var body []byte
	for ctx.Err() == nil {
		more := len(s.idle) > 0 && time.Now().Before(until)
		if !more && len(s.filled) == 0 {
			break
		}
		if !more {
			time.Sleep(time.Until(s.filled[0].at.Add(restTime)))
		}
		var n, fresh int
		body, n, fresh = s.batch(body, more)
		began := time.Now()
		status, err := post(s.client, s.url, body)
		if err == nil && status != http.StatusOK {
			err = fmt.Errorf("status %d", status)
		}
		if err != nil {
			s.fail(err)
			return
		}
		s.acked.Add(int64(n))
		s.acks = append(s.acks, time.Since(began))
		for _, c := range s.idle[:fresh] {
			s.filled = append(s.filled, filled{c, time.Now()})
		}
		s.idle = s.idle[fresh:]
	}
	s.load.mu.Lock()
	defer s.load.mu.Unlock()
	s.load.acks = append(s.load.acks, s.acks...)
}

// batch is up to 100 events: carts that are paid for, then fresh ones.
func (s *shopper) batch(b []byte, more bool) (body []byte, n, fresh int) {
	b = append(b[:0], `{"batch":[`...)
	now := time.Now()
	at := now.AppendFormat(nil, "2006-01-02T15:04:05.000Z07:00")
	for ; n < 100 && len(s.filled) > 0 && now.Sub(s.filled[0].at) >= restTime; n++ {
		b = s.event(b, n, "Cart Paid", s.filled[0].customer, at)
		s.idle = append(s.idle, s.filled[0].customer)
		s.filled = s.filled[1:]
	}
	for ; more && n < 100 && fresh < len(s.idle); n++ {
		b = s.event(b, n, "Cart Filled", s.idle[fresh], at)
		fresh++
	}
	return append(b, "]}"...), n, fresh
}

func (s *shopper) event(b []byte, i int, name string, customer int, at []byte) []byte {
	s.serial++
	if i > 0 {
		b = append(b, ',')
	}
	b = append(append(b, `{"type":"track","messageId":"`...), s.prefix...)
	b = strconv.AppendInt(b, int64(s.serial), 36)
	b = append(append(b, `","event":"`...), name...)
	b = strconv.AppendInt(append(b, `","userId":"u`...), int64(customer), 10)
	return append(append(append(b, `","timestamp":"`...), at...), `"}`...)
}
