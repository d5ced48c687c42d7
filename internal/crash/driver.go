package crash

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// Gate holds the address of the running server. Who comes while there is none waits.
type Gate struct {
	mu      sync.Mutex
	address string
	opened  chan struct{}
}

// NewGate makes a closed gate.
func NewGate() *Gate { return &Gate{opened: make(chan struct{})} }

// Open lets work go to address.
func (g *Gate) Open(address string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.address == "" {
		close(g.opened)
	}
	g.address = address
}

// Close holds new work back. What is under way goes on.
func (g *Gate) Close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.address != "" {
		g.address, g.opened = "", make(chan struct{})
	}
}

// Address waits until the gate is open.
func (g *Gate) Address(ctx context.Context) (string, error) {
	for {
		g.mu.Lock()
		address, opened := g.address, g.opened
		g.mu.Unlock()
		if address != "" {
			return address, nil
		}
		select {
		case <-opened:
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
}

// Driver sends events as tracking libraries do: in batches and alone, again when no answer
// came, sometimes twice at once, and sometimes again long after it was acknowledged.
type Driver struct {
	Gate   *Gate
	Ledger *Ledger
	Key    string // write key
	Seed   uint64
	People int // how many there are; 150 if 0

	maker   maker
	client  *http.Client
	cancel  context.CancelFunc
	workers sync.WaitGroup
	failed  atomic.Pointer[error]
	answers sync.Map // "status code" → *atomic.Int64
	flying  atomic.Int64

	mu    sync.Mutex
	acked []*request // some of those acknowledged
}

// Start starts the given number of senders.
func (d *Driver) Start(senders int) {
	d.maker.people = d.People
	if d.maker.people == 0 {
		d.maker.people = 150
	}
	d.client = &http.Client{Timeout: patience, Transport: &http.Transport{MaxIdleConnsPerHost: 2 * senders}}
	ctx, cancel := context.WithCancel(context.Background())
	d.cancel = cancel
	for i := range senders {
		rng := rand.New(rand.NewPCG(d.Seed, uint64(i)))
		d.workers.Go(func() { d.send(ctx, rng) })
	}
}

// Stop ends the senders and says what went wrong with the driver itself.
func (d *Driver) Stop() error {
	d.cancel()
	d.workers.Wait()
	d.client.CloseIdleConnections()
	if err := d.failed.Load(); err != nil {
		return *err
	}
	return nil
}

// Flying is how many requests wait for an answer.
func (d *Driver) Flying() int { return int(d.flying.Load()) }

// Answers counts what came back: "200", "503 disk_full", "none" ...
func (d *Driver) Answers() map[string]int64 {
	out := map[string]int64{}
	d.answers.Range(func(k, v any) bool { out[k.(string)] = v.(*atomic.Int64).Load(); return true })
	return out
}

func (d *Driver) send(ctx context.Context, rng *rand.Rand) {
	for ctx.Err() == nil {
		r, err := d.next(rng)
		if err == nil {
			err = d.deliver(ctx, rng, r)
		}
		if err != nil && ctx.Err() == nil {
			d.failed.Store(&err)
			return
		}
	}
}

// next is a new request, or one that was acknowledged before.
func (d *Driver) next(rng *rand.Rand) (*request, error) {
	p := rng.IntN(100)
	if old := d.old(rng); p < 10 && old != nil {
		if p < 5 {
			return old, nil
		}
		return newRequest(d.Ledger, old.facts[:1]) // one of a batch, alone
	}
	n := 1
	if p < 80 {
		n = 2 + rng.IntN(60)
	}
	facts := make([]Fact, n)
	for i := range facts {
		facts[i] = d.maker.fact(rng)
	}
	return newRequest(d.Ledger, facts)
}

// deliver sends a request until it is acknowledged, or gives it up after a failure.
func (d *Driver) deliver(ctx context.Context, rng *rand.Rand, r *request) error {
	for {
		address, err := d.Gate.Address(ctx)
		if err != nil {
			return err
		}
		var twin sync.WaitGroup
		if rng.IntN(20) == 0 {
			twin.Go(func() { _, _ = d.once(ctx, r, address) })
		}
		acked, err := d.once(ctx, r, address)
		twin.Wait()
		if acked || err != nil || rng.IntN(10) < 3 {
			return err
		}
		if err := rest(ctx, 2*time.Millisecond); err != nil {
			return err
		}
	}
}

// once posts a request. Only an error of the driver's own is one.
func (d *Driver) once(ctx context.Context, r *request, address string) (acked bool, err error) {
	// A request that was sent is waited for: the ledger must know what came of it.
	d.flying.Add(1)
	defer d.flying.Add(-1)
	a, err := r.post(context.WithoutCancel(ctx), d.client, address, d.Key)
	switch {
	case a.status == 0:
		d.count("none")
		return false, nil
	case err != nil:
		return false, err
	case a.status != http.StatusOK:
		d.count(fmt.Sprintf("%d %s", a.status, a.code))
		return false, nil
	}
	d.count("200")
	d.keep(r)
	return true, d.Ledger.Ack(r.number)
}

func (d *Driver) count(what string) {
	n, _ := d.answers.LoadOrStore(what, new(atomic.Int64))
	n.(*atomic.Int64).Add(1)
}

// keep remembers some requests to send again.
func (d *Driver) keep(r *request) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.acked) < 500 {
		d.acked = append(d.acked, r)
	} else {
		d.acked[r.number%500] = r
	}
}

func (d *Driver) old(rng *rand.Rand) *request {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.acked) == 0 {
		return nil
	}
	return d.acked[rng.IntN(len(d.acked))]
}

func rest(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// now is the address if the gate is open, else "".
func (g *Gate) now() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.address
}
