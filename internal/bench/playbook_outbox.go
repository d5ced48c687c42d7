package bench

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"yutang/internal/db"
	"yutang/internal/event"
	"yutang/internal/outreach"
)

// claimed is a playbook whose first step sends.
const claimed = `{"name":"claimed","trigger":{"event":"Coupon Claimed"},"reentry":"always","steps":[
	{"id":"thank","send":{"channel":"webhook","endpoint":%q,"content":{"text":"thanks"}}}]}`

// outboxEvents is how many events are looked at, one after the other by each sender.
const outboxEvents = 5000

// measureOutbox counts events whose first message is not in the outbox when they are
// acknowledged, and moments at which the database, seen from outside in one snapshot, has
// an event without its message or a message without its event.
func measureOutbox(ctx context.Context, b *bench, endpoint string) error {
	book, err := b.publish(ctx, fmt.Sprintf(claimed, endpoint))
	if err != nil {
		return err
	}
	eye, err := db.Open(ctx, filepath.Join(b.dir, "yutang.db"))
	if err != nil {
		return err
	}
	defer eye.Close()
	watching, stop := context.WithCancel(ctx)
	defer stop()
	seen := &snapshots{eye: eye, after: b.app.Events().Last(), playbook: book}
	var watch sync.WaitGroup
	watch.Go(func() { seen.watch(watching) })
	n := min(outboxEvents, b.Customers)
	late, times, err := b.claim(ctx, book, n)
	stop()
	watch.Wait()
	if err != nil {
		return err
	}
	if seen.err != nil {
		return seen.err
	}
	b.report(Result{
		Name: "event to outbox", Value: float64(late + seen.torn), Unit: "exceptions", Target: "0", Met: late+seen.torn == 0 && seen.taken > 0,
		Details: fmt.Sprintf("of %d events of %d senders %d had no outbox row at their ack; of %d snapshots of the database taken meanwhile %d had one without the other; ack p99 %.1f ms",
			n, batchSenders, late, seen.taken, seen.torn, ms(quantile(times, 0.99))),
	})
	_, err = b.app.Playbooks().End(ctx, book)
	return err
}

// claim sends n events, and looks for the row of each when it is acknowledged.
func (b *bench) claim(ctx context.Context, book string, n int) (late int, times []time.Duration, err error) {
	client := b.client(batchSenders)
	defer client.CloseIdleConnections()
	var missing, next atomic.Int64
	l := &load{}
	var all sync.WaitGroup
	prefix := fmt.Sprint("claim", b.app.Events().Last(), "-")
	for range batchSenders {
		all.Go(func() {
			for i := next.Add(1); i <= int64(n) && ctx.Err() == nil; i = next.Add(1) {
				took, there, err := b.claimOne(ctx, client, book, prefix, int(i))
				if err != nil {
					l.fail(err)
					return
				}
				if !there {
					missing.Add(1)
				}
				l.mu.Lock()
				l.acks = append(l.acks, took)
				l.mu.Unlock()
			}
		})
	}
	all.Wait()
	return int(missing.Load()), l.acks, l.err
}

func (b *bench) claimOne(ctx context.Context, client *http.Client, book, prefix string, i int) (took time.Duration, there bool, err error) {
	user := i - 1
	began := time.Now()
	if err := b.track(client, "Coupon Claimed", user, fmt.Sprint(prefix, i)); err != nil {
		return 0, false, err
	}
	took = time.Since(began)
	n, err := b.outbox(ctx, book, user)
	return took, n == 1, err
}

// track posts an event of a customer, now.
func (b *bench) track(client *http.Client, name string, user int, message string) error {
	body := fmt.Sprintf(`{"type":"track","event":%q,"userId":"u%d","messageId":%q}`, name, user, message)
	status, err := post(client, "http://"+b.app.Address()+"/v1/track", []byte(body))
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("status %d", status)
	}
	return err
}

// outbox counts a customer's messages of a playbook.
func (b *bench) outbox(ctx context.Context, book string, user int) (int, error) {
	road := b.app.Pipeline()
	road.Timeline.RLock()
	ord, ok := road.Identity.Lookup(event.Identity{Type: "user_id", Value: fmt.Sprint("u", user)})
	road.Timeline.RUnlock()
	if !ok {
		return 0, fmt.Errorf("nobody is u%d", user)
	}
	rows, err := b.app.Playbooks().Outreach.List(ctx, outreach.Filter{Playbook: book, Customer: ord, Limit: 1000})
	return len(rows.Items), err
}
