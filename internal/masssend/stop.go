package masssend

import (
	"context"

	"yutang/internal/fault"
	"yutang/internal/job"
	"yutang/internal/outreach"
)

// Stop ends a send. What was not handed over is not; what nobody has confirmed yet is taken
// back from the platform, soon. What was confirmed stays sent.
func (s *Service) Stop(ctx context.Context, key, by string) (Send, error) {
	x, err := s.Get(ctx, key)
	if err != nil {
		return x, err
	}
	if !x.State.Open() {
		return x, fault.New(fault.Precondition, "not_open", "mass send %s is %s", key, x.State)
	}
	err = s.DB.InTx(ctx, func(ctx context.Context) error {
		if err := s.move(ctx, &x, Stopped, "by "+by); err != nil {
			return err
		}
		return s.Jobs.Put(ctx, job.Job{Kind: sweepKind, Key: key, Queue: x.Corp, Due: s.Clock.Now()})
	})
	return x, err
}

// sweep brings everything of a stopped send to its end.
func (s *Service) sweep(ctx context.Context, j job.Job) error {
	x, err := s.Get(ctx, j.Key)
	if err != nil || x.State != Stopped {
		return err
	}
	if err := s.suppressRest(ctx, x); err != nil {
		return err
	}
	planned, err := s.calls(ctx, selectCallsIn, x.ID, string(CallPlanned))
	if err != nil {
		return err
	}
	for _, c := range planned {
		if err := s.drop(ctx, c, outreach.Suppressed, outreach.Stopped); err != nil && !fault.Is(err, fault.Conflict) {
			return err
		}
	}
	handed, err := s.calls(ctx, selectCallsIn, x.ID, string(CallHanded))
	if err != nil {
		return err
	}
	for _, c := range handed {
		if err := s.Jobs.Hasten(ctx, pollKind, callKey(c)); err != nil {
			return err
		}
	}
	return s.letGo(ctx, x)
}

// suppressRest records recipients for whom no call was cut before the stop.
func (s *Service) suppressRest(ctx context.Context, x Send) error {
	last, err := s.lastCall(ctx, x.ID)
	if err != nil || x.Chat == Group {
		return err
	}
	for {
		group, err := s.nextRecipients(ctx, x, last)
		if err != nil || len(group) == 0 {
			return err
		}
		c := Call{
			Send: x.ID, N: last.N + 1, Staff: group[0].staff, Size: len(group), State: CallPlanned, Due: group[0].due, corp: x.Corp, mark: x.markOf(group[0].variant), Variant: group[0].variant,
			fromOrd: group[0].ord, toOrd: group[len(group)-1].ord,
		}
		err = s.DB.InTx(ctx, func(ctx context.Context) error {
			if x.pool == "" {
				touches := make([]outreach.Touch, len(group))
				for i, r := range group {
					touches[i] = x.touch(r.ord, r.staff, x.ScheduledAt)
				}
				block, err := s.Ledger.PlanMany(ctx, touches)
				if err != nil {
					return err
				}
				c.firstID, c.lastID = block.First, block.Last
			}
			return s.insertCall(ctx, c)
		})
		if err != nil {
			return err
		}
		last = c
	}
}
