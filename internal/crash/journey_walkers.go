package crash

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// walkers send what starts journeys and, for half of them, an answer some seconds later.
// Each request is sent until it is acknowledged.
type walkers struct {
	gate   *Gate
	key    string
	client *http.Client
	acked  atomic.Int64 // requests
	serial atomic.Int64 // journeys
	stop   context.CancelFunc
	all    sync.WaitGroup
	failed atomic.Pointer[error]

	mu       sync.Mutex
	intended []string // journeys
	begun    []string // of them, those acknowledged
}

const (
	walkerSenders = 3
	walkerPeople  = 40
)

func walkerOf(i int) string { return fmt.Sprint("walker-", i%walkerPeople) }

func newWalkers(gate *Gate, key string, seed uint64) *walkers {
	ctx, stop := context.WithCancel(context.Background())
	w := &walkers{gate: gate, key: key, stop: stop, client: &http.Client{Timeout: patience, Transport: &http.Transport{MaxIdleConnsPerHost: walkerSenders}}}
	for i := range walkerSenders {
		rng := rand.New(rand.NewPCG(seed, uint64(i)))
		w.all.Go(func() {
			if err := w.walk(ctx, rng); err != nil && ctx.Err() == nil {
				w.failed.Store(&err)
			}
		})
	}
	return w
}

// Stop ends the senders and says what went wrong with themselves.
func (w *walkers) Stop() error {
	w.stop()
	w.all.Wait()
	w.client.CloseIdleConnections()
	return w.err()
}

func (w *walkers) err() error {
	if err := w.failed.Load(); err != nil {
		return *err
	}
	return nil
}

// sent is every journey that was sent, stored those whose start was acknowledged.
func (w *walkers) sent() []string   { w.mu.Lock(); defer w.mu.Unlock(); return w.intended }
func (w *walkers) stored() []string { w.mu.Lock(); defer w.mu.Unlock(); return w.begun }

// reply is an answer that is to be sent.
type reply struct {
	journey int
	due     time.Time
}

func (w *walkers) walk(ctx context.Context, rng *rand.Rand) error {
	var replies []reply
	for ctx.Err() == nil {
		var calls []map[string]any
		var fresh []string
		for range rng.IntN(4) {
			n := int(w.serial.Add(1))
			fresh = append(fresh, journeyKey(n))
			calls = append(calls, step("Journey Started", n, map[string]any{"journey": journeyKey(n), "side": []string{"left", "right"}[rng.IntN(2)]}))
			if rng.IntN(2) == 0 {
				replies = append(replies, reply{n, time.Now().Add(time.Duration(rng.IntN(4000)) * time.Millisecond)})
			}
		}
		var later []reply
		for _, r := range replies {
			if time.Now().Before(r.due) {
				later = append(later, r)
				continue
			}
			calls = append(calls, step("Journey Answered", r.journey, map[string]any{"journey": journeyKey(r.journey)}))
		}
		replies = later
		if err := w.post(ctx, calls, fresh); err != nil {
			return err
		}
		if err := rest(ctx, time.Duration(rng.IntN(60))*time.Millisecond); err != nil {
			return err
		}
	}
	return nil
}

func journeyKey(n int) string { return "j-" + strconv.Itoa(n) }

func step(name string, n int, props map[string]any) map[string]any {
	return map[string]any{"type": "track", "event": name, "userId": walkerOf(n), "messageId": fmt.Sprint(name, " ", n), "properties": props}
}

// post sends until the answer is 200.
func (w *walkers) post(ctx context.Context, calls []map[string]any, fresh []string) error {
	if len(calls) == 0 {
		return nil
	}
	body, err := json.Marshal(map[string]any{"batch": calls})
	if err != nil {
		return err
	}
	w.mu.Lock()
	w.intended = append(w.intended, fresh...)
	w.mu.Unlock()
	r := &request{path: "/v1/batch", body: body}
	for {
		address, err := w.gate.Address(ctx)
		if err != nil {
			return err
		}
		a, err := r.post(ctx, w.client, address, w.key)
		switch {
		case a.status == http.StatusOK:
			w.acked.Add(1)
			w.mu.Lock()
			w.begun = append(w.begun, fresh...)
			w.mu.Unlock()
			return nil
		case a.status != 0 && err != nil:
			return err
		}
		if err := rest(ctx, 2*time.Millisecond); err != nil {
			return err
		}
	}
}
