package crash

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/tidwall/gjson"
)

// Harness is one brand under test: a data directory, its server, a driver with its
// ledger, and the receiver of its messages.
type Harness struct {
	Launch
	Seed    uint64
	Senders int // 4 if 0

	ledgerPath string
	ledger     *Ledger
	gate       *Gate
	driver     *Driver
	receiver   *Receiver
	brand      *Brand
	server     *Server

	Starts    int           // of the server
	Rebuilt   int           // of them, those without a good snapshot
	SlowStart time.Duration // the slowest of them
	answers   map[string]int64
}

// Begin starts a server on a new data directory, sets the brand up and starts to drive.
// The ledger is put into dir.
func (h *Harness) Begin(ctx context.Context, dir string) (err error) {
	h.ledgerPath = filepath.Join(dir, "ledger")
	if h.ledger, err = NewLedger(h.ledgerPath); err != nil {
		return err
	}
	h.receiver, h.gate, h.Key = NewReceiver(), NewGate(), rand.Text()
	h.Env = append(h.Env, h.receiver.Allow())
	if err := h.Start(ctx); err != nil {
		return err
	}
	if h.brand, err = SetUp(ctx, h.api(), h.receiver.URL()); err != nil {
		return err
	}
	h.driver = &Driver{Gate: h.gate, Ledger: h.ledger, Key: h.Key, Seed: h.Seed, People: people}
	h.driver.Start(max(h.Senders, 4))
	h.gate.Open(h.server.Address)
	return nil
}

// people is how many customers a harness has.
const people = 150

func (h *Harness) api() API { return API{h.server.Address} }

// Start starts the server and waits until it is ready.
func (h *Harness) Start(ctx context.Context) error {
	s, err := Start(h.Launch)
	if err != nil {
		return err
	}
	h.server = s
	if err := s.AwaitReady(ctx); err != nil {
		return err
	}
	h.Starts++
	if strings.Contains(s.Output(), "building from the log") {
		h.Rebuilt++
	}
	h.SlowStart = max(h.SlowStart, s.Took)
	return nil
}

// Restart starts the server and lets the driver go on.
func (h *Harness) Restart(ctx context.Context) error {
	if err := h.Start(ctx); err != nil {
		return err
	}
	h.gate.Open(h.server.Address)
	return nil
}

// AwaitAcks waits until n more requests are acknowledged, or the server is gone.
func (h *Harness) AwaitAcks(ctx context.Context, n int) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	want := h.ledger.Acked() + n
	return Poll(ctx, func() (bool, error) {
		select {
		case <-h.server.Done():
			return true, nil
		default:
			return h.ledger.Acked() >= want, nil
		}
	})
}

// AwaitRefusals waits for n answers such as "503 disk_full".
func (h *Harness) AwaitRefusals(ctx context.Context, n int64, answer string) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err := Poll(ctx, func() (bool, error) { return h.driver.Answers()[answer] >= n, nil })
	if err != nil {
		return fmt.Errorf("not enough answers %q: %w; there are %v\n%s", answer, err, h.driver.Answers(), h.server.Notes())
	}
	return nil
}

// AwaitIdle waits a moment for the requests under way and says how many still are.
func (h *Harness) AwaitIdle(ctx context.Context) int {
	ctx, cancel := context.WithTimeout(ctx, patience/6)
	defer cancel()
	_ = Poll(ctx, func() (bool, error) { return h.driver.Flying() == 0, nil }) // the number tells
	return h.driver.Flying()
}

// Kill ends the server as kill -9 does. Requests are under way.
func (h *Harness) Kill() {
	h.gate.Close()
	h.server.Kill()
}

// Close ends everything.
func (h *Harness) Close() error {
	var err error
	if h.driver != nil {
		h.gate.Close()
		err = h.driver.Stop()
	}
	if h.server != nil {
		h.server.Kill()
	}
	if h.receiver != nil {
		h.receiver.Close()
	}
	if h.ledger != nil {
		err = errors.Join(err, h.ledger.Close())
	}
	return err
}

// Metric is a figure of the server's own.
func (h *Harness) Metric(ctx context.Context, name string) (float64, error) {
	text, err := h.server.page(ctx, "/metrics")
	if err != nil {
		return 0, err
	}
	_, rest, ok := strings.Cut(text, "\n"+name+" ")
	if !ok {
		return 0, fmt.Errorf("there is no metric %s", name)
	}
	value, _, _ := strings.Cut(rest, "\n")
	return gjson.Parse(value).Float(), nil
}

// String is what the harness went through.
func (h *Harness) String() string {
	return fmt.Sprintf("seed %d; %d starts, %d with a snapshot and %d without, the slowest %s; answers %v; %d deliveries received",
		h.Seed, h.Starts, h.Starts-h.Rebuilt, h.Rebuilt, h.SlowStart.Round(time.Millisecond), h.answers, len(h.receiver.Calls()))
}
