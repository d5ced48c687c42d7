package masssend

import (
	"context"
	"time"

	"yutang/internal/job"
	"yutang/internal/wecom"
)

const (
	askAfter    = 10 * time.Second // gives the platform time to know
	absentAfter = 5 * time.Minute  // a message that is not listed by then was not made
	looksNeeded = 2                // complete looks without finding it
	skew        = 2 * time.Minute  // of the platform's clock and ours
	listLimit   = 100
	pageLimit   = 1000
)

// ask looks for the message of an unknown call in the platform's list. It comes again
// until the message is found or surely absent.
func (s *Service) ask(ctx context.Context, j job.Job) error {
	x, c, err := s.callOf(ctx, j.Key)
	if err != nil {
		return err
	}
	if c.State != CallUnknown {
		return nil
	}
	now := s.Clock.Now()
	client, err := s.Client(ctx, c.corp)
	if err != nil {
		return err
	}
	msgid, certain, err := s.find(ctx, client, x, c)
	if err != nil {
		return &job.Later{At: now.Add(askPause(now.Sub(c.AttemptedAt))), Reason: detailOf(err)}
	}
	if msgid != "" {
		return s.handed(ctx, x, c, msgid, nil)
	}
	looked := c
	if certain {
		looked.looked++
		if err := s.save(ctx, looked, CallUnknown, c.Attempt); err != nil {
			return err
		}
	}
	if looked.looked < looksNeeded || now.Sub(c.AttemptedAt) < absentAfter {
		return &job.Later{At: now.Add(askPause(now.Sub(c.AttemptedAt))), Reason: "not in the list yet"}
	}
	return s.again(ctx, x, looked, nil) // it was not made
}

// askPause is dense at first: the platform lists a message at once or within seconds.
func askPause(age time.Duration) time.Duration {
	return min(max(age/2, 10*time.Second), time.Minute)
}

// find looks through the messages made around the attempt. certain says that every
// candidate could be told apart; only then not finding it counts.
func (s *Service) find(ctx context.Context, client *wecom.Client, x Send, c Call) (msgid string, certain bool, err error) {
	f := wecom.GroupMsgFilter{
		ChatType: x.Chat, StartTime: wecom.UnixOf(c.AttemptedAt.Add(-skew)), EndTime: wecom.UnixOf(s.Clock.Now().Add(skew)),
		FilterType: wecom.Int(0), Limit: listLimit,
	}
	f.EndTime = min(f.EndTime, wecom.UnixOf(c.AttemptedAt.Add(absentAfter+skew)))
	certain = true
	for {
		listed, err := client.GetGroupMsgListV2(ctx, f)
		if err != nil {
			return "", false, err
		}
		for _, m := range listed.List {
			if m.CreateType != 0 || m.Creator != "" || markOfListed(m) != c.mark {
				continue
			}
			if used, err := s.taken(ctx, c.corp, m.MsgID); err != nil || used {
				if err != nil {
					return "", false, err
				}
				continue
			}
			same, known, err := s.same(ctx, client, c, m.MsgID)
			if err != nil {
				return "", false, err
			}
			if same {
				return m.MsgID, true, nil
			}
			certain = certain && known
		}
		if f.Cursor = listed.NextCursor; f.Cursor == "" {
			return "", certain, nil
		}
	}
}

// same says whether a message is the call's: its only sender is the call's, and all of its
// receivers are. known is false when the platform cannot tell yet.
func (s *Service) same(ctx context.Context, client *wecom.Client, c Call, msgid string) (same, known bool, err error) {
	tasks, err := client.GetGroupMsgTask(ctx, msgid, "", pageLimit)
	if wecom.Is(err, wecom.CodeStillSending) {
		return false, false, nil
	}
	if err != nil {
		return false, false, err
	}
	if len(tasks.List) == 0 {
		return false, false, nil
	}
	if len(tasks.List) != 1 || tasks.List[0].UserID != c.Staff {
		return false, true, nil
	}
	results, err := client.GetGroupMsgSendResult(ctx, msgid, c.Staff, "", pageLimit)
	if wecom.Is(err, wecom.CodeStillSending) {
		return false, false, nil
	}
	if err != nil {
		return false, false, err
	}
	if len(results.List) == 0 { // groups are listed once sent; the sender and the text must do
		return c.groups, c.groups, nil
	}
	all, err := s.targetsOf(ctx, c)
	if err != nil {
		return false, false, err
	}
	ours := make(map[string]bool, len(all))
	for _, t := range all {
		ours[t.key] = true
	}
	for _, r := range results.List {
		if key := r.ExternalUserID + r.ChatID; !ours[key] {
			return false, true, nil
		}
	}
	return true, true, nil
}
