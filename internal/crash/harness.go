package crash

import (
	"context"
	"errors"
	"fmt"
	"os"
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
	h.receiver, h.gate = NewReceiver(), NewGate()
	h.Env = append(h.Env, h.receiver.Allow())
	if err := h.Start(ctx); err != nil {
		return err
	}
	if h.brand, err = SetUp(ctx, h.api(), h.receiver.URL()); err != nil {
		return err
	}
	h.driver = &Driver{Gate: h.gate, Ledger: h.ledger, Seed: h.Seed, People: people}
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

// Verify ends the load and gives the verdict. The server is running; it is stopped and
// started with its snapshot and without one, which must not make a difference.
func (h *Harness) Verify(ctx context.Context) (*Verdict, error) {
	if err := h.endLoad(); err != nil {
		return nil, err
	}
	book, err := ReadLedger(h.ledgerPath)
	if err != nil {
		return nil, err
	}
	log, err := h.settled(ctx)
	if err != nil {
		return nil, err
	}
	v := Check(book, log.Facts)
	model := NewModel(log.Facts)
	for _, snapshot := range []bool{true, false} {
		if !snapshot {
			if err := os.Remove(filepath.Join(h.Data, "snapshot")); err != nil {
				return v, err
			}
		}
		if err := h.verifyState(ctx, v, model, log, snapshot); err != nil {
			return v, err
		}
	}
	return v, nil
}

// VerifyLog ends the load, stops the server however it stops, and holds the log alone
// against the ledger.
func (h *Harness) VerifyLog(ctx context.Context) (*Verdict, error) {
	if err := h.endLoad(); err != nil {
		return nil, err
	}
	h.server.Kill()
	book, err := ReadLedger(h.ledgerPath)
	if err != nil {
		return nil, err
	}
	log, err := ReadLog(ctx, h.Data)
	if err != nil {
		return nil, err
	}
	return Check(book, log.Facts), nil
}

func (h *Harness) endLoad() error {
	if h.driver == nil {
		return nil
	}
	h.gate.Close()
	err := h.driver.Stop()
	h.answers, h.driver = h.driver.Answers(), nil
	return err
}

// settled waits until everything due is done, stops the server and reads its log.
func (h *Harness) settled(ctx context.Context) (*Log, error) {
	if err := h.brand.Settle(ctx, h.api()); err != nil {
		return nil, err
	}
	all, err := h.brand.Deliveries(ctx, h.api())
	if err != nil {
		return nil, err
	}
	if err := h.server.Stop(); err != nil {
		return nil, err
	}
	log, err := ReadLog(ctx, h.Data)
	if err != nil {
		return nil, err
	}
	missing := 0
	for _, d := range all {
		if d.State == "accepted" && log.Receipts[d.ID] == 0 {
			missing++
		}
	}
	if missing == 0 {
		return log, nil
	}
	return h.lateReceipts(ctx, log.Events+missing)
}

// lateReceipts lets a server bring home the receipts that a crash delayed.
func (h *Harness) lateReceipts(ctx context.Context, events int) (*Log, error) {
	if err := h.Start(ctx); err != nil {
		return nil, err
	}
	limit, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err := Poll(limit, func() (bool, error) {
		n, err := h.Metric(limit, "yutang_log_events")
		return n >= float64(events), err
	})
	if err != nil && ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err := h.server.Stop(); err != nil {
		return nil, err
	}
	return ReadLog(ctx, h.Data) // a receipt that still is not there is a finding
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

// verifyState adds what a freshly started server says wrongly.
func (h *Harness) verifyState(ctx context.Context, v *Verdict, model *Model, log *Log, snapshot bool) error {
	rebuilt := h.Rebuilt
	if err := h.Start(ctx); err != nil {
		return err
	}
	if (h.Rebuilt == rebuilt) != snapshot {
		v.Wrong = append(v.Wrong, fmt.Sprintf("start with snapshot: %t, but %s", snapshot, h.server.Notes()))
	}
	if err := h.brand.Settle(ctx, h.api()); err != nil {
		return err
	}
	wrong, err := h.brand.Check(ctx, h.api(), model, people)
	if err != nil {
		return err
	}
	all, err := h.brand.Deliveries(ctx, h.api())
	if err != nil {
		return err
	}
	v.Wrong = append(append(v.Wrong, wrong...), CheckDeliveries(all, h.receiver.Calls(), log, model.Forms)...)
	return h.server.Stop()
}

// String is what the harness went through.
func (h *Harness) String() string {
	return fmt.Sprintf("seed %d; %d starts, %d with a snapshot and %d without, the slowest %s; answers %v; %d deliveries received",
		h.Seed, h.Starts, h.Starts-h.Rebuilt, h.Rebuilt, h.SlowStart.Round(time.Millisecond), h.answers, len(h.receiver.Calls()))
}
