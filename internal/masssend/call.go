package masssend

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"yutang/internal/failpoint"
	"yutang/internal/fault"
	"yutang/internal/job"
	"yutang/internal/outreach"
	"yutang/internal/wecom"
)

const (
	maxRenewals = 8                // of files that the platform does not know
	alikePause  = 15 * time.Second // until the other call with the same text is settled
	readyPause  = 30 * time.Second // until a file can be uploaded
)

// block is the call's rows of the ledger, the zero block for a pool and for groups.
func (c Call) block() outreach.Block {
	if c.firstID == "" {
		return outreach.Block{}
	}
	return outreach.Block{Run: c.Send, First: c.firstID, Last: c.lastID}
}

// makeCall makes one planned call, or comes again when it cannot be made now.
func (s *Service) makeCall(ctx context.Context, j job.Job) error {
	x, c, err := s.callOf(ctx, j.Key)
	if err != nil {
		return err
	}
	now := s.Clock.Now()
	switch {
	case c.State == CallAttempting:
		return s.lost(ctx, c, outreach.Interrupted)
	case c.State != CallPlanned:
		return nil
	case x.State == Stopped:
		return s.drop(ctx, c, outreach.Suppressed, outreach.Stopped)
	case !now.Before(x.Deadline):
		return s.drop(ctx, c, outreach.Expired, c.waitedFor())
	}
	if hold, held := s.Ledger.Held(); held {
		return &job.Later{At: now.Add(heldPause), Reason: "sending is held: " + hold.Reason}
	}
	if other, err := s.alike(ctx, c); err != nil || other {
		return laterOr(err, now.Add(alikePause), "another call with the same text is open")
	}
	if until, err := s.full(ctx, c); err != nil || !until.IsZero() {
		if err != nil {
			return err
		}
		return s.putOff(ctx, c, until)
	}
	text, files, err := s.Contents.Ready(ctx, x.Corp, x.contentOf(c.Variant), use(x.Chat))
	if err != nil {
		return &job.Later{At: now.Add(readyPause), Reason: err.Error()}
	}
	client, err := s.Client(ctx, x.Corp)
	if err != nil {
		return err
	}
	m := wecom.MsgTemplate{ChatType: x.Chat, Sender: c.Staff, AllowSelect: x.Options.AllowSelect, Attachments: files}
	if text != "" {
		m.Text = &wecom.TextContent{Content: text}
	}
	later, err := s.attempt(ctx, x, &c, &m)
	if err == nil && !later.IsZero() {
		c.Reason = string(outreach.QuietHours)
		err = s.save(ctx, c, CallPlanned, c.Attempt)
	}
	if err != nil || !later.IsZero() {
		return laterOr(err, later, string(outreach.QuietHours))
	}
	if c.State != CallAttempting {
		return nil
	}
	res, err := client.AddMsgTemplate(ctx, m)
	failpoint.Hit(failpoint.Called)
	return s.answered(context.WithoutCancel(ctx), x, c, res, err)
}

// waitedFor says why a call that was never made came too late.
func (c Call) waitedFor() outreach.Reason {
	switch {
	case c.Attempt > 0:
		return outreach.GaveUp
	case c.Reason == string(outreach.QuietHours), c.Reason == string(outreach.StaffFull):
		return outreach.Reason(c.Reason)
	}
	return outreach.Stale
}

func laterOr(err error, when time.Time, why string) error {
	if err != nil {
		return err
	}
	return &job.Later{At: when, Reason: why}
}

// attempt commits that the call is attempted and fills in who is to get the message. With
// nobody left the call is done.
func (s *Service) attempt(ctx context.Context, x Send, c *Call, m *wecom.MsgTemplate) (later time.Time, err error) {
	begin := func(ctx context.Context, keys []string) error {
		was, attempt := c.State, c.Attempt
		next := *c
		next.Attempt, next.AttemptedAt, next.looked, next.State, next.Reason = c.Attempt+1, s.Clock.Now(), 0, CallAttempting, ""
		if len(keys) == 0 {
			next.State, next.EndedAt = CallDone, s.Clock.Now()
		}
		if err := s.save(ctx, next, was, attempt); err != nil {
			return err
		}
		if len(keys) == 0 {
			if err := s.finish(ctx, c.Send); err != nil {
				return err
			}
		}
		*c = next
		return nil
	}
	switch {
	case x.Chat == Group:
		return later, s.DB.InTx(ctx, func(ctx context.Context) (err error) {
			if m.ChatIDList, err = s.attemptChats(ctx, *c); err != nil {
				return err
			}
			return begin(ctx, m.ChatIDList)
		})
	case c.firstID == "":
		if quiet := s.Ledger.Policy().Quiet; quiet != nil {
			if end, ok := quiet.Until(s.Clock.Now(), s.Ledger.Zone()); ok {
				return end, nil
			}
		}
		all, err := s.recipientsOf(ctx, *c)
		if err != nil {
			return later, err
		}
		for _, r := range all {
			m.External = append(m.External, r.external)
		}
		return later, s.DB.InTx(ctx, func(ctx context.Context) error { return begin(ctx, m.External) })
	}
	all, err := s.recipientsOf(ctx, *c)
	if err != nil {
		return later, err
	}
	external := make(map[uint32]string, len(all))
	for _, r := range all {
		external[r.ord] = r.external
	}
	screen, err := s.screenOf(ctx, x, s.Clock.Now())
	if err != nil {
		return later, err
	}
	return s.Ledger.Attempt(ctx, c.block(), screen, func(ctx context.Context, rows []outreach.Row) error {
		for _, r := range rows {
			m.External = append(m.External, external[r.Ord])
		}
		return begin(ctx, m.External)
	})
}

// answered settles a call by what came back.
func (s *Service) answered(ctx context.Context, x Send, c Call, res wecom.AddedMsg, err error) error {
	switch {
	case err == nil:
		return s.handed(ctx, x, c, res.MsgID, res.FailList)
	case !wecom.Unsent(err):
		slog.Warn("a mass message has no answer; the platform's list will tell", "call", callKey(c), "error", err)
		return s.lost(ctx, c, outreach.NoAnswer)
	case wecom.Is(err, wecom.CodeNobodyToSend):
		return s.refused(ctx, c, outreach.NoContact, err)
	case wecom.Is(err, wecom.CodeBadMedia) && c.Attempt < maxRenewals:
		if stale := s.Contents.Stale(ctx, x.Corp, x.contentOf(c.Variant), use(x.Chat)); stale != nil {
			slog.Warn("files of a mass message could not be renewed", "call", callKey(c), "error", stale)
		}
		return s.again(ctx, x, c, err)
	}
	switch wecom.ClassOf(err) {
	case wecom.Relation, wecom.Business:
		return s.refused(ctx, c, outreach.Refused, err)
	}
	return s.again(ctx, x, c, err)
}

// follow takes the receivers of a call where it has gone: rows of the ledger through
// ledger, groups by themselves. What a pool collected stays handed.
func (s *Service) follow(ctx context.Context, c Call, state outreach.State, ledger func() error) error {
	switch {
	case c.groups:
		return s.moveChats(ctx, c, state)
	case c.firstID != "":
		return ledger()
	}
	return nil
}

// handed notes that the platform has the message; its result is asked for from now on.
func (s *Service) handed(ctx context.Context, x Send, c Call, msgid string, failed []string) error {
	was := c.State
	c.State, c.Reason, c.MsgID, c.HandedAt = CallHanded, "", msgid, s.Clock.Now()
	err := s.DB.InTx(ctx, func(ctx context.Context) error {
		if err := s.save(ctx, c, was, c.Attempt); err != nil {
			return err
		}
		if err := s.follow(ctx, c, outreach.StateHanded, func() error { return s.Ledger.Hand(ctx, c.block(), msgid) }); err != nil {
			return err
		}
		return s.Jobs.Put(ctx, job.Job{Kind: pollKind, Key: callKey(c), Queue: c.corp, Due: c.HandedAt.Add(firstPoll)})
	})
	if err != nil || len(failed) == 0 {
		return err
	}
	return s.leftOut(ctx, x, c, failed)
}

// lost notes that nobody knows what became of the attempt, and has the list asked.
func (s *Service) lost(ctx context.Context, c Call, why outreach.Reason) error {
	c.State, c.Reason = CallUnknown, string(why)
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		if err := s.save(ctx, c, CallAttempting, c.Attempt); err != nil {
			return err
		}
		if err := s.follow(ctx, c, outreach.StateUnknown, func() error { return s.Ledger.Lose(ctx, c.block(), why) }); err != nil {
			return err
		}
		return s.Jobs.Put(ctx, job.Job{Kind: askKind, Key: callKey(c), Queue: c.corp, Due: s.Clock.Now().Add(askAfter)})
	})
}

// again plans another attempt of a call that surely was not made. It goes on until the
// deadline: an untrusted address or a lost permission is mended by people.
func (s *Service) again(ctx context.Context, x Send, c Call, cause error) error {
	now := s.Clock.Now()
	due := now.Add(max(job.Backoff(c.Attempt), wecom.RetryAfter(cause)))
	if !due.Before(x.Deadline) {
		return s.refused(ctx, c, outreach.GaveUp, cause)
	}
	was := c.State
	c.State, c.Reason = CallPlanned, detailOf(cause)
	err := s.DB.InTx(ctx, func(ctx context.Context) error {
		if err := s.save(ctx, c, was, c.Attempt); err != nil {
			return err
		}
		if err := s.follow(ctx, c, outreach.Planned, func() error { return s.Ledger.Replan(ctx, c.block(), c.Reason, due) }); err != nil {
			return err
		}
		return s.Jobs.Put(ctx, s.callJob(x, c, due)) // the job that runs now stays as it is
	})
	if err != nil || was == CallUnknown {
		return err
	}
	return &job.Later{At: due, Reason: c.Reason}
}

// detailOf says what went wrong without the platform's text, which may name people.
func detailOf(err error) string {
	if err == nil {
		return "not in the platform's list"
	}
	if code := wecom.CodeOf(err); code != 0 {
		return fmt.Sprintf("wecom %d", code)
	}
	return "wecom " + wecom.ClassOf(err).String()
}

// refused settles everybody of a call that the platform does not take.
func (s *Service) refused(ctx context.Context, c Call, why outreach.Reason, cause error) error {
	all, err := s.targetsOf(ctx, c)
	if err != nil {
		return err
	}
	var ends []ending
	for _, t := range all {
		if t.open() {
			ends = append(ends, ending{target: t, state: outreach.StateRejected, reason: why, detail: detailOf(cause)})
		}
	}
	c.Reason = string(why) + ": " + detailOf(cause)
	return s.end(ctx, c, ends, endNow)
}

// drop ends a call that was not made.
func (s *Service) drop(ctx context.Context, c Call, state outreach.State, why outreach.Reason) error {
	if c.firstID == "" { // a pool's touches and groups are open elsewhere
		all, err := s.targetsOf(ctx, c)
		if err != nil {
			return err
		}
		var ends []ending
		for _, t := range all {
			if t.open() {
				ends = append(ends, ending{target: t, state: outreach.Expired, reason: why})
			}
		}
		c.Reason = string(why)
		return s.end(ctx, c, ends, endNow)
	}
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		c.State, c.Reason, c.EndedAt = CallDropped, string(why), s.Clock.Now()
		if err := s.save(ctx, c, CallPlanned, c.Attempt); err != nil {
			return err
		}
		if err := s.Ledger.End(ctx, c.block(), state, why); err != nil {
			return err
		}
		return s.finish(ctx, c.Send)
	})
}

// recover makes unknown what a crash left attempting, and has the list asked.
func (s *Service) recover(ctx context.Context) error {
	open, err := s.calls(ctx, selectOpenIn, string(CallAttempting))
	if err != nil {
		return err
	}
	for _, c := range open {
		err := s.DB.InTx(ctx, func(ctx context.Context) error {
			if err := s.Jobs.Drop(ctx, callKind, callKey(c)); err != nil {
				return err
			}
			if err := s.lost(ctx, c, outreach.Interrupted); err != nil || !failpoint.Broken(failpoint.CallTwice) {
				return err
			}
			x, c, err := s.callOf(ctx, callKey(c))
			if err != nil {
				return err
			}
			return s.again(ctx, x, c, nil)
		})
		if err != nil && !fault.Is(err, fault.Conflict) {
			return err
		}
	}
	if len(open) > 0 {
		slog.Warn("calls of mass sends were interrupted; the platform's list will tell", "count", len(open))
	}
	return nil
}
