package outreach

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"yutang/internal/event"
	"yutang/internal/failpoint"
	"yutang/internal/job"
)

// maxAttempts is how often a delivery that surely was not sent is tried.
const maxAttempts = 8

// result is what a call came to. delivery.Attempt is the attempt it tells of.
type result struct {
	candidate
	outcome Outcome
	settled chan struct{}
}

// receipt is a settled delivery on its way back as an event.
type receipt struct {
	job      job.Job
	delivery Delivery
}

// settle commits results together and passes the settled ones on. If the commit fails,
// the rows stay attempting and end as unknown: the result was seen, but not kept.
func (s *Service) settle(batch []result) {
	ctx := context.Background()
	var receipts []receipt
	err := s.DB.InTx(ctx, func(ctx context.Context) error {
		receipts = receipts[:0]
		for _, r := range batch {
			again, err := s.settleOne(ctx, r)
			if err != nil {
				return err
			}
			if again != nil {
				receipts = append(receipts, *again)
			}
		}
		return nil
	})
	if err != nil {
		slog.Error("results of deliveries could not be written; they become unknown", "count", len(batch), "err", err)
		receipts = nil
	}
	for _, r := range batch {
		s.Jobs.Release(r.job)
		close(r.settled)
	}
	for _, r := range receipts {
		s.receipts.add(r)
	}
}

func (s *Service) settleOne(ctx context.Context, r result) (*receipt, error) {
	d, o := r.delivery, r.outcome
	o.Detail = cut(o.Detail, 500)
	switch o.Verdict {
	case Accepted:
		return s.closed(ctx, r.job, d, StateAccepted, o)
	case Rejected:
		return s.closed(ctx, r.job, d, StateRejected, o)
	case Again:
		return s.again(ctx, r.job, d, o)
	case Handed:
		if _, err := s.close(ctx, d, StateHanded, o); err != nil {
			return nil, err
		}
		_, err := s.Jobs.Done(ctx, r.job)
		return nil, err
	}
	if _, err := s.close(ctx, d, StateUnknown, o); err != nil {
		return nil, err
	}
	if _, err := s.Jobs.Done(ctx, r.job); err != nil {
		return nil, err
	}
	return nil, s.ask(ctx, d)
}

// closed settles for good. Its job lives on until the receipt has been submitted.
func (s *Service) closed(ctx context.Context, j job.Job, d Delivery, state State, o Outcome) (*receipt, error) {
	ok, err := s.close(ctx, d, state, o)
	if err != nil {
		return nil, err
	}
	if !ok {
		_, err = s.Jobs.Done(ctx, j)
		return nil, err
	}
	d.State, d.Reason, d.Detail, d.ProviderID, d.SettledAt = state, o.Reason, o.Detail, o.ProviderID, s.Clock.Now()
	return &receipt{job: j, delivery: d}, nil
}

// again plans another attempt, unless none is left.
func (s *Service) again(ctx context.Context, j job.Job, d Delivery, o Outcome) (*receipt, error) {
	due := s.Clock.Now().Add(max(job.Backoff(d.Attempt), min(o.RetryAfter, longRest)))
	if d.Attempt >= maxAttempts || !due.Before(d.ExpiresAt) {
		o.Detail = string(o.Reason) + ": " + o.Detail
		o.Reason = GaveUp
		return s.closed(ctx, j, d, StateRejected, o)
	}
	ok, err := s.replan(ctx, d, o, due)
	if err != nil {
		return nil, err
	}
	if !ok {
		_, err = s.Jobs.Done(ctx, j)
		return nil, err
	}
	_, err = s.Jobs.Retry(ctx, j, due, string(Retrying))
	return nil, err
}

// lost settles a delivery whose attempt nobody watches any more.
func (s *Service) lost(ctx context.Context, j job.Job, d Delivery) error {
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		if err := s.lose(ctx, d); err != nil {
			return err
		}
		if _, err := s.Jobs.Done(ctx, j); err != nil {
			return err
		}
		return s.ask(ctx, d)
	})
}

// recover makes unknown what a crash left attempting.
func (s *Service) recover(ctx context.Context) error {
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		open, err := s.attempting(ctx)
		if err != nil {
			return fmt.Errorf("find interrupted deliveries: %w", err)
		}
		for _, d := range open {
			if err := s.recoverOne(ctx, d); err != nil {
				return err
			}
		}
		if len(open) > 0 {
			slog.Warn("deliveries were interrupted; what became of them is unknown", "count", len(open))
		}
		return s.loseGrouped(ctx)
	})
}

func (s *Service) recoverOne(ctx context.Context, d Delivery) error {
	if err := s.Jobs.Drop(ctx, deliverKind, d.ID); err != nil {
		return err
	}
	if failpoint.Broken(failpoint.CallTwice) {
		return s.decideUnknown(ctx, d, Outcome{Verdict: Again, Reason: Interrupted})
	}
	if err := s.lose(ctx, d); err != nil {
		return err
	}
	return s.ask(ctx, d)
}

// ask has the provider asked about an unknown delivery, if it can be.
func (s *Service) ask(ctx context.Context, d Delivery) error {
	if _, ok := s.senders[d.Channel].(Reconciler); !ok {
		return nil
	}
	return s.Jobs.Put(ctx, job.Job{Kind: reconcileKind, Key: d.ID, Queue: queueOf(d.Channel, d.Endpoint), Due: s.Clock.Now().Add(askAfter)})
}

// askAfter gives the provider time to know.
const askAfter = 10 * time.Second

// reconcile asks the provider what became of an unknown delivery.
func (s *Service) reconcile(ctx context.Context, j job.Job) error {
	d, m, err := s.read(ctx, j.Key)
	if err != nil {
		return err
	}
	provider, ok := s.senders[d.Channel].(Reconciler)
	if d.State != StateUnknown || !ok {
		return nil
	}
	o, err := provider.Reconcile(ctx, m)
	if err != nil {
		return err
	}
	if o.Verdict == Unknown {
		return fmt.Errorf("the provider does not know: %s", cut(o.Detail, 200))
	}
	return s.decideUnknown(ctx, d, o)
}

// decideUnknown settles an unknown delivery. A new job carries it on: to its receipt or
// to its next attempt. What is handed over has no job.
func (s *Service) decideUnknown(ctx context.Context, d Delivery, o Outcome) error {
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		if o.Verdict == Handed {
			_, err := s.close(ctx, d, StateHanded, o)
			return err
		}
		next := deliverJob(d)
		next.Due = s.Clock.Now()
		if err := s.Jobs.Put(ctx, next); err != nil {
			return err
		}
		var err error
		switch o.Verdict {
		case Accepted:
			_, err = s.close(ctx, d, StateAccepted, o)
		case Rejected:
			_, err = s.close(ctx, d, StateRejected, o)
		default:
			_, err = s.replan(ctx, d, o, next.Due)
		}
		return err
	})
}

// deliverReceipts sends settled deliveries down the road as events. Their ids are the
// events' message ids, so a receipt sent twice is one.
func (s *Service) deliverReceipts(batch []receipt) {
	ctx := context.Background()
	evs := make([]*event.Event, len(batch))
	for i, r := range batch {
		evs[i] = s.receiptEvent(r.delivery)
	}
	_, failure := s.submit.SubmitEvents(ctx, evs)
	err := s.DB.InTx(ctx, func(ctx context.Context) error {
		for _, r := range batch {
			var err error
			if failure == nil {
				_, err = s.Jobs.Done(ctx, r.job)
			} else {
				_, err = s.Jobs.Snooze(ctx, r.job, s.Clock.Now().Add(receiptPause), "receipt: "+cut(failure.Error(), 200))
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if failure != nil || err != nil {
		slog.Warn("receipts could not be submitted; they are tried again", "count", len(batch), "submit", failure, "err", err)
	}
}

const receiptPause = 5 * time.Second

func (s *Service) receiptEvent(d Delivery) *event.Event {
	name := event.MessageDelivered
	if d.State == StateRejected {
		name = event.MessageFailed
	}
	props, _ := json.Marshal(map[string]any{ // texts and numbers always marshal
		"delivery": d.ID, "playbook": d.Playbook, "version": d.Version, "step": d.Step,
		"channel": d.Channel, "endpoint": d.Endpoint, "reason": d.Reason, "attempt": d.Attempt,
	})
	return &event.Event{
		SourceID: s.source, MessageID: d.ID, Name: name, Ord: d.Ord, At: d.SettledAt, ReceivedAt: s.Clock.Now(), Props: props,
	}
}

// cut shortens text to at most n bytes of whole characters.
func cut(text string, n int) string {
	if len(text) <= n {
		return text
	}
	for n > 0 && text[n]&0xC0 == 0x80 {
		n--
	}
	return text[:n]
}
