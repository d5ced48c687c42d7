package channel

import (
	"context"
	"time"

	"yutang/internal/channel/sms"
	"yutang/internal/fault"
	"yutang/internal/job"
	"yutang/internal/outreach"
)

const (
	followKind  = "sms_report"
	firstAsk    = 15 * time.Minute
	longestAsk  = 12 * time.Hour
	reportsEnd  = 72 * time.Hour      // carriers report within this time
	followedFor = 30 * 24 * time.Hour // providers know of a message no longer
)

// follow sees to it that a handed SMS comes to an end: if the provider has not posted a
// report by now, it is asked for one, less and less often. An unknown one is asked for too,
// but never expires: a human may know.
func (s *Service) follow(ctx context.Context, j job.Job) error {
	d, m, err := s.Ledger.Get(ctx, j.Key)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	c, cerr := s.called(ctx, j.Key)
	if fault.Is(cerr, fault.NotFound) {
		return nil
	}
	if cerr != nil {
		return cerr
	}
	age := s.Clock.Now().Sub(c.at)
	switch {
	case err != nil, age > followedFor, settled(d.State):
		return s.forget(ctx, j.Key)
	case (d.State != outreach.StateHanded && d.State != outreach.StateUnknown) || m == nil: // package outreach is at work on it
		return s.later(age, "not sent")
	}
	_, r, found, err := s.ask(ctx, *m)
	switch {
	case err == nil && found && r.State != sms.Waiting:
		return s.settle(ctx, []outreach.Settlement{settlement(d.ID, r)})
	case age >= reportsEnd && d.State == outreach.StateHanded:
		return s.settle(ctx, []outreach.Settlement{{ID: d.ID, State: outreach.Expired, Reason: outreach.Unconfirmed}})
	case err != nil:
		return s.later(age, "the provider could not be asked")
	}
	return s.later(age, "no report yet")
}

func settled(state outreach.State) bool {
	switch state {
	case outreach.StateAccepted, outreach.StateRejected, outreach.Suppressed, outreach.Expired:
		return true
	}
	return false
}

// later asks again when the message is twice as old, but not too late.
func (s *Service) later(age time.Duration, why string) error {
	wait := max(firstAsk, min(age, longestAsk))
	if age < reportsEnd {
		wait = min(wait, reportsEnd-age)
	}
	return &job.Later{At: s.Clock.Now().Add(max(wait, time.Second)), Reason: why}
}

// settlement is what a report means for a delivery.
func settlement(delivery string, r sms.Report) outreach.Settlement {
	out := outreach.Settlement{ID: delivery, State: outreach.StateAccepted, Detail: r.Code, At: r.At}
	if r.State == sms.Failed {
		out.State, out.Reason = outreach.StateRejected, outreach.Refused
	}
	return out
}

// settle ends deliveries and forgets their calls with them.
func (s *Service) settle(ctx context.Context, all []outreach.Settlement) error {
	return s.Ledger.SettleMany(ctx, all, func(ctx context.Context) error {
		for _, x := range all {
			if err := s.forget(ctx, x.ID); err != nil {
				return err
			}
		}
		return nil
	})
}
