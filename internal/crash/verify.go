package crash

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
)

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
