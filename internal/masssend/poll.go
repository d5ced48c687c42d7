package masssend

import (
	"context"
	"time"

	"yutang/internal/job"
	"yutang/internal/outreach"
	"yutang/internal/wecom"
)

const (
	firstPoll   = time.Minute
	longPoll    = time.Hour
	reportAfter = 10 * time.Minute // whoever is not in a confirmed result by then was left out
	lateFor     = 7 * 24 * time.Hour
	latePoll    = 24 * time.Hour
)

// pollPause is how long after a look the next one follows: dense at first, then sparse.
func pollPause(age time.Duration) time.Duration { return min(max(age/4, firstPoll), longPoll) }

// poll asks what the member has done with a handed call, settles it, reminds, and takes it
// back when it is stopped or too late.
func (s *Service) poll(ctx context.Context, j job.Job) error {
	x, c, err := s.callOf(ctx, j.Key)
	if err != nil || c.State != CallHanded {
		return err
	}
	now := s.Clock.Now()
	soon := func(err error) error { return &job.Later{At: now.Add(firstPoll), Reason: detailOf(err)} }
	client, err := s.Client(ctx, c.corp)
	if err != nil {
		return err
	}
	over := x.State == Stopped || !now.Before(x.Deadline)
	if over && c.ConfirmedAt.IsZero() && c.CancelledAt.IsZero() && (x.State == Stopped || !x.Options.CanFinish) {
		if err := s.cancel(ctx, client, &c); err != nil {
			return soon(err)
		}
	}
	sent, sentAt, err := s.confirmed(ctx, client, c)
	if err != nil {
		return soon(err)
	}
	if !sent && c.CancelledAt.IsZero() {
		return s.unconfirmed(ctx, client, x, c)
	}
	results, err := s.results(ctx, client, c)
	if err != nil {
		return soon(err)
	}
	if sent && c.ConfirmedAt.IsZero() {
		if c.ConfirmedAt = sentAt; sentAt.IsZero() {
			c.ConfirmedAt = now
		}
		if err := s.save(ctx, c, CallHanded, c.Attempt); err != nil {
			return err
		}
	}
	if err := s.settle(ctx, x, c, results); err != nil {
		return err
	}
	if c, err = s.Call(ctx, c.Send, c.N); err != nil || c.State != CallHanded {
		return err
	}
	return &job.Later{At: now.Add(firstPoll), Reason: "results are not complete"}
}

// confirmed asks whether the member has sent, and when.
func (s *Service) confirmed(ctx context.Context, client *wecom.Client, c Call) (bool, time.Time, error) {
	cursor := ""
	for {
		tasks, err := client.GetGroupMsgTask(ctx, c.MsgID, cursor, pageLimit)
		if err != nil {
			return false, time.Time{}, err
		}
		for _, t := range tasks.List {
			if t.UserID == c.Staff && t.Status == wecom.TaskSent {
				return true, t.SendTime.Time(), nil
			}
		}
		if cursor = tasks.NextCursor; cursor == "" {
			return false, time.Time{}, nil
		}
	}
}

// results reads what became of the receivers.
func (s *Service) results(ctx context.Context, client *wecom.Client, c Call) (map[string]wecom.MsgResult, error) {
	out := make(map[string]wecom.MsgResult, c.Size)
	cursor := ""
	for {
		got, err := client.GetGroupMsgSendResult(ctx, c.MsgID, c.Staff, cursor, pageLimit)
		if err != nil {
			return nil, err
		}
		for _, r := range got.List {
			out[r.ExternalUserID+r.ChatID] = r
		}
		if cursor = got.NextCursor; cursor == "" {
			return out, nil
		}
	}
}

// settle ends the targets of a confirmed or cancelled call by their results.
func (s *Service) settle(ctx context.Context, x Send, c Call, results map[string]wecom.MsgResult) error {
	all, err := s.targetsOf(ctx, c)
	if err != nil {
		return err
	}
	late := !c.ConfirmedAt.IsZero() && s.Clock.Now().Sub(c.ConfirmedAt) >= reportAfter
	var ends []ending
	for _, t := range all {
		if !t.open() && t.state != outreach.Expired {
			continue
		}
		e := ending{target: t, state: outreach.StateRejected, at: c.ConfirmedAt}
		r := results[t.key]
		switch r.Status {
		case wecom.SendDone:
			e.state, e.at = outreach.StateAccepted, r.SendTime.Time()
		case wecom.SendNotFriends:
			e.reason, e.detail = outreach.NoContact, "result 2"
		case wecom.SendQuota:
			e.reason, e.detail = outreach.Quota, "result 3"
		default:
			switch {
			case !c.CancelledAt.IsZero():
				e.state, e.reason = outreach.Expired, expiryReason(x)
			case late:
				e.reason = outreach.NotReported
			default:
				continue
			}
		}
		ends = append(ends, e)
	}
	mode := endWhenAll
	if !c.CancelledAt.IsZero() || late {
		mode = endNow
	}
	return s.end(ctx, c, ends, mode)
}

func expiryReason(x Send) outreach.Reason {
	if x.State == Stopped {
		return outreach.Stopped
	}
	return outreach.Unconfirmed
}

// unconfirmed reminds the member if it is time to, or lets the message expire there and
// looks now and then whether somebody confirms after all.
func (s *Service) unconfirmed(ctx context.Context, client *wecom.Client, x Send, c Call) error {
	now := s.Clock.Now()
	if now.Before(x.Deadline) {
		if c.remindDue(x.Options.Remind, now) {
			if err := s.remind(ctx, client, &c); err != nil {
				return &job.Later{At: now.Add(firstPoll), Reason: detailOf(err)}
			}
		}
		next := now.Add(pollPause(now.Sub(c.HandedAt)))
		if next.After(x.Deadline) {
			next = x.Deadline
		}
		return &job.Later{At: next, Reason: "not confirmed"}
	}
	all, err := s.targetsOf(ctx, c)
	if err != nil {
		return err
	}
	var ends []ending
	for _, t := range all {
		if t.open() {
			ends = append(ends, ending{target: t, state: outreach.Expired, reason: outreach.Unconfirmed})
		}
	}
	if now.Sub(x.Deadline) >= lateFor {
		return s.end(ctx, c, ends, endNow)
	}
	if err := s.end(ctx, c, ends, endNever); err != nil {
		return err
	}
	return &job.Later{At: now.Add(latePoll), Reason: "not confirmed in time"}
}

// cancel takes back what nobody has confirmed. Doing it twice does no harm.
func (s *Service) cancel(ctx context.Context, client *wecom.Client, c *Call) error {
	if err := client.CancelGroupMsgSend(ctx, c.MsgID); err != nil && !wecom.Is(err, wecom.CodeMassStopped) {
		return err
	}
	c.CancelledAt = s.Clock.Now()
	return s.save(ctx, *c, CallHanded, c.Attempt)
}
