package masssend

import (
	"context"
	"slices"
	"time"

	"yutang/internal/fault"
	"yutang/internal/wecom"
)

const (
	maxReminders   = 3 // of one message, in
	reminderWindow = 24 * time.Hour
)

// mayRemind says whether the platform lets the member be reminded again at now.
func (c Call) mayRemind(now time.Time) bool {
	n := 0
	for _, t := range c.Reminded {
		if now.Sub(t) < reminderWindow {
			n++
		}
	}
	return n < maxReminders
}

// remindDue says whether an automatic reminder is due: reminders by hand count as well.
func (c Call) remindDue(after []int, now time.Time) bool {
	due := 0
	for _, minutes := range after {
		if !now.Before(c.HandedAt.Add(time.Duration(minutes) * time.Minute)) {
			due++
		}
	}
	return due > len(c.Reminded) && c.mayRemind(now)
}

// remind is committed before it is done: a reminder whose answer is lost counts.
func (s *Service) remind(ctx context.Context, client *wecom.Client, c *Call) error {
	c.Reminded = append(slices.Clone(c.Reminded), s.Clock.Now())
	if err := s.save(ctx, *c, CallHanded, c.Attempt); err != nil {
		return err
	}
	err := client.RemindGroupMsgSend(ctx, c.MsgID)
	if wecom.Is(err, wecom.CodeTooManyReminds, wecom.CodeMassStopped) {
		return nil
	}
	return err
}

// Reminded says how a wish to remind went.
type Reminded struct {
	Asked   int `json:"reminded"`  // members reminded now
	Limited int `json:"limited"`   // who had three reminders in 24 hours
	Settled int `json:"confirmed"` // who need none
}

// Remind reminds the members who have not confirmed, or only one of them.
func (s *Service) Remind(ctx context.Context, key, staff string) (out Reminded, err error) {
	x, err := s.Get(ctx, key)
	if err != nil {
		return out, err
	}
	if x.State != Waiting {
		return out, fault.New(fault.Precondition, "not_waiting", "mass send %s is %s; nobody is asked to confirm", key, x.State)
	}
	client, err := s.Client(ctx, x.Corp)
	if err != nil {
		return out, err
	}
	all, err := s.calls(ctx, selectCalls, key, 0, maxCalls)
	if err != nil {
		return out, err
	}
	for _, c := range all {
		switch {
		case staff != "" && c.Staff != staff:
		case c.State != CallHanded || !c.ConfirmedAt.IsZero():
			out.Settled++
		case !c.mayRemind(s.Clock.Now()):
			out.Limited++
		default:
			if err := s.remind(ctx, client, &c); err != nil {
				return out, err
			}
			out.Asked++
		}
	}
	return out, nil
}

// maxCalls is how many calls of a send are handled at once.
const maxCalls = 100_000
