package outreach

import (
	"context"
	"fmt"
	"slices"
	"time"

	"yutang/internal/event"
	"yutang/internal/failpoint"
	"yutang/internal/fault"
	"yutang/internal/id"
)

// Block is rows of the ledger that travel in one call: those of Run whose ids lie between
// First and Last. The zero value is none.
type Block struct {
	Run         string
	First, Last string
}

// Row is one touch of a block.
type Row struct {
	ID    string
	Ord   uint32
	State State
}

// PlanMany writes grouped touches of one run, in ctx's transaction. A touch that is there
// already stays as it is and is not in the block; a touch to suppress is recorded as that.
func (s *Service) PlanMany(ctx context.Context, touches []Touch) (Block, error) {
	if len(touches) == 0 {
		return Block{}, nil
	}
	ids := make([]string, len(touches))
	for i := range ids {
		ids[i] = id.New("dlv")
	}
	slices.Sort(ids) // the clock may have been set back meanwhile
	now := s.Clock.Now()
	rows := make([]any, 0, len(touches)*len(deliveryColumns))
	for i, t := range touches {
		d := t.delivery(ids[i], now)
		d.Grouped = true
		rows = d.row(rows)
	}
	if err := s.DB.InsertMany(ctx, "delivery", deliveryColumns, rows, "ON CONFLICT DO NOTHING"); err != nil {
		return Block{}, fmt.Errorf("plan %d grouped touches: %w", len(touches), err)
	}
	if err := s.changed(ctx, int64(len(touches))); err != nil {
		return Block{}, err
	}
	if err := s.exposeMany(ctx, touches, now); err != nil {
		return Block{}, err
	}
	return Block{Run: touches[0].Run, First: ids[0], Last: ids[len(ids)-1]}, nil
}

// exposeMany tells of the customers whom the draw of the brand's control group concerned:
// whom nothing else had refused before. A send's own control group is drawn after it.
func (s *Service) exposeMany(ctx context.Context, touches []Touch, now time.Time) error {
	share := s.Policy().Holdout
	if s.exposed == nil || share == 0 {
		return nil
	}
	var all []Exposed
	for _, t := range touches {
		held := t.Suppress == Holdout && t.Detail == heldOut
		switch {
		case t.Transactional:
		case t.Suppress == Holdout, t.Suppress == "", t.Suppress == Capped, t.Suppress == Outranked, t.Suppress == Quota:
			all = append(all, Exposed{Ord: t.Ord, Held: held, Share: share, At: now})
		}
	}
	if len(all) == 0 {
		return nil
	}
	return s.exposed(ctx, all)
}

// Attempt commits that the planned rows of a block are attempted, after asking the policy
// once more, and calls also with them in the same transaction. Rows that the policy
// refuses now are suppressed. later is not zero if quiet hours have begun: then nothing
// has changed. The error is precondition while sending is held.
func (s *Service) Attempt(ctx context.Context, b Block, q Screen, also func(ctx context.Context, rows []Row) error) (later time.Time, err error) {
	if hold, held := s.Held(); held {
		return later, fault.New(fault.Precondition, "sending_held", "sending is held: %s", hold.Reason)
	}
	rows, err := s.Rows(ctx, b)
	if err != nil {
		return later, err
	}
	rows = slices.DeleteFunc(rows, func(r Row) bool { return r.State != Planned })
	people := make([]Person, len(rows))
	for i, r := range rows {
		people[i].Ord, people[i].delivery = r.Ord, r.ID
	}
	s.gather(people)
	err = s.DB.InTx(ctx, func(ctx context.Context) error {
		verdicts, err := s.screen(ctx, q, people)
		if err != nil {
			return err
		}
		var admitted []Row
		refused := map[Screening][]string{}
		for i, v := range verdicts {
			switch v.Refuse {
			case "":
				admitted = append(admitted, rows[i])
			case QuietHours:
				later = v.Later
				return nil
			default:
				refused[v] = append(refused[v], rows[i].ID)
			}
		}
		for v, ids := range refused {
			if err := s.suppressMany(ctx, ids, v.Refuse, v.Detail); err != nil {
				return err
			}
		}
		if err := s.attemptMany(ctx, b); err != nil {
			return err
		}
		return also(ctx, admitted)
	})
	if err == nil && later.IsZero() {
		failpoint.Hit(failpoint.Attempting)
	}
	return later, err
}

// Settlement is what became of one touch. At is when the other side did it; zero is now.
// Reason and Detail must not hold personal data.
type Settlement struct {
	ID     string
	State  State // StateAccepted, StateRejected or Expired
	Reason Reason
	Detail string
	At     time.Time
}

// receiptBatch is how many receipts go down the road together.
const receiptBatch = 2000

// SettleMany ends touches that are attempting, handed or unknown; others, and ids that are
// not there, are passed over. Receipts go down the road first: their message ids are the
// touches', so a repeat after a crash has no second effect. also, if not nil, runs in the
// transaction that writes the rows.
func (s *Service) SettleMany(ctx context.Context, all []Settlement, also func(ctx context.Context) error) error {
	open, err := s.settled(ctx, all)
	if err != nil {
		return err
	}
	var evs []*event.Event
	for _, d := range open {
		if d.State == StateAccepted || d.State == StateRejected {
			evs = append(evs, s.receiptEvent(d))
		}
	}
	for chunk := range slices.Chunk(evs, receiptBatch) {
		if _, err := s.submit.SubmitEvents(ctx, chunk); err != nil {
			return fmt.Errorf("submit receipts: %w", err)
		}
	}
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		if err := s.closeMany(ctx, open); err != nil || also == nil {
			return err
		}
		return also(ctx)
	})
}

// settled reads those of the touches that can still be settled, as they will be.
func (s *Service) settled(ctx context.Context, all []Settlement) ([]Delivery, error) {
	byID := make(map[string]Settlement, len(all))
	ids := make([]string, len(all))
	for i, x := range all {
		byID[x.ID], ids[i] = x, x.ID
	}
	open, err := s.openAmong(ctx, ids)
	if err != nil {
		return nil, err
	}
	now := s.Clock.Now()
	for i := range open {
		x := byID[open[i].ID]
		open[i].State, open[i].Reason, open[i].Detail, open[i].SettledAt = x.State, x.Reason, cut(x.Detail, 500), x.At
		if x.At.IsZero() {
			open[i].SettledAt = now
		}
	}
	return open, nil
}
