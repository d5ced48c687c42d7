package masssend

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"yutang/internal/job"
	"yutang/internal/outreach"
)

// prepare takes a send from its schedule to its calls. It goes on where it stopped: every
// batch is committed with the position behind it.
func (s *Service) prepare(ctx context.Context, j job.Job) error {
	x, err := s.Get(ctx, j.Key)
	if err != nil {
		return err
	}
	if (x.State == Scheduled || x.State == Preparing) && !s.Clock.Now().Before(x.Deadline) {
		_, err := s.Stop(ctx, x.ID, "deadline")
		return err
	}
	if x.State == Scheduled || x.State == Collecting {
		if hold, held := s.Ledger.Held(); held {
			return &job.Later{At: s.Clock.Now().Add(heldPause), Reason: "sending is held: " + hold.Reason}
		}
		if err := s.move(ctx, &x, Preparing, ""); err != nil {
			return err
		}
	}
	if x.State != Preparing {
		return nil
	}
	if x.Chat == Group {
		err = s.prepareChats(ctx, x)
	} else {
		err = s.prepareCustomers(ctx, x)
	}
	if err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		if err := s.move(ctx, &x, Waiting, ""); err != nil {
			return nil //nolint:nilerr // it was stopped meanwhile
		}
		return s.finish(ctx, x.ID)
	})
}

const heldPause = time.Minute

// preparedAll is the position behind everybody.
const preparedAll = "all"

func (s *Service) prepareCustomers(ctx context.Context, x Send) error {
	if x.pool == "" && x.chosenTo != preparedAll {
		from, err := readPosition(x.chosenTo)
		if err != nil {
			return fmt.Errorf("position of %s: %w", x.ID, err)
		}
		going := true
		err = s.choose(ctx, x, s.Clock.Now(), from, func(batch []Candidate, next position) (bool, error) {
			going, err = s.keep(ctx, x, batch, next.String())
			return going, err
		})
		if err != nil || !going {
			return err
		}
		if going, err = s.chosen(ctx, x.ID, preparedAll); err != nil || !going {
			return err
		}
	}
	return s.cutCalls(ctx, x)
}

// keep writes a batch of candidates: recipients, and in the ledger those who get nothing.
func (s *Service) keep(ctx context.Context, x Send, batch []Candidate, position string) (going bool, err error) {
	err = s.DB.InTx(ctx, func(ctx context.Context) error {
		if going, err = s.chosen(ctx, x.ID, position); err != nil || !going {
			return err
		}
		var recipients []recipient
		var refused []outreach.Touch
		for _, c := range batch {
			if c.Gets() {
				recipients = append(recipients, recipient{ord: c.Ord, staff: c.Staff, due: c.Due, external: c.External, variant: c.variant})
				continue
			}
			t := x.touch(c.Ord, c.Staff, x.ScheduledAt)
			t.Suppress, t.Detail = c.Refuse, c.Detail
			refused = append(refused, t)
		}
		if err := s.insertRecipients(ctx, x.ID, recipients); err != nil {
			return err
		}
		if _, err := s.Ledger.PlanMany(ctx, refused); err != nil {
			return err
		}
		return s.expose(ctx, x, batch)
	})
	return going, err
}

// stepName is the step that all touches of a send bear.
const stepName = "send"

// touch is the ledger's row of one recipient.
func (x Send) touch(ord uint32, staff string, due time.Time) outreach.Touch {
	return outreach.Touch{
		Playbook: x.ID, Version: 1, Run: x.ID, Step: stepName, Occurrence: 1, Ord: ord,
		Channel: outreach.WeComMass, Endpoint: x.Corp + "/" + staff, Transactional: x.Options.Transactional,
		TriggerAt: x.ScheduledAt, Due: due, ExpiresAt: x.Deadline, Priority: x.Rank(),
	}
}

// Rank is the priority of a send among all touches: from that of a playbook which says none,
// in steps of five.
func (x Send) Rank() int { return outreach.DefaultPriority + 5*x.Priority }

// cutCalls divides the recipients into calls, each committed with its touches and its job.
func (s *Service) cutCalls(ctx context.Context, x Send) error {
	last, err := s.lastCall(ctx, x.ID)
	if err != nil {
		return err
	}
	for {
		group, err := s.nextRecipients(ctx, x, last)
		if err != nil || len(group) == 0 {
			return err
		}
		first := group[0]
		c := Call{
			Send: x.ID, N: last.N + 1, Staff: first.staff, Size: len(group), State: CallPlanned, Due: first.due, corp: x.Corp, mark: x.markOf(first.variant), Variant: first.variant,
			fromOrd: first.ord, toOrd: group[len(group)-1].ord,
		}
		if err := s.addCall(ctx, x, &c, group); err != nil {
			return err
		}
		if x, err = s.Get(ctx, x.ID); err != nil || x.State != Preparing {
			return err
		}
		last = c
	}
}

func (s *Service) addCall(ctx context.Context, x Send, c *Call, group []recipient) error {
	due := c.Due
	if due.IsZero() {
		due = s.Clock.Now()
	}
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		if x.pool == "" {
			touches := make([]outreach.Touch, len(group))
			for i, r := range group {
				touches[i] = x.touch(r.ord, r.staff, due)
			}
			block, err := s.Ledger.PlanMany(ctx, touches)
			if err != nil {
				return err
			}
			c.firstID, c.lastID = block.First, block.Last
		}
		if err := s.insertCall(ctx, *c); err != nil {
			return err
		}
		return s.Jobs.Put(ctx, s.callJob(x, *c, due))
	})
}

func (s *Service) callJob(x Send, c Call, due time.Time) job.Job {
	return job.Job{Kind: callKind, Key: callKey(c), Queue: c.corp, Due: due.Add(-time.Duration(x.Priority) * time.Second)}
}

func callKey(c Call) string { return fmt.Sprintf("%s/%d", c.Send, c.N) }

// finish ends a send that waits when nothing of it is open any more, in ctx's transaction.
func (s *Service) finish(ctx context.Context, id string) error {
	x, err := s.Get(ctx, id)
	if err != nil || x.State != Waiting {
		return err
	}
	open, err := s.openCalls(ctx, id)
	if err != nil || open > 0 {
		return err
	}
	if err := s.move(ctx, &x, Done, ""); err != nil {
		return err
	}
	slog.Info("mass send is done", "send", id)
	return s.letGo(ctx, x)
}
