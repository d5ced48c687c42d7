package massbench

import (
	"context"
	"time"

	"yutang/internal/masssend"
	"yutang/internal/outreach"
	"yutang/internal/wecom"
)

// truth is what the simulator knows of one send: by external_userid, how often the message
// arrived, and whether the customer was called full.
type truth struct {
	arrived map[string]int
	full    map[string]bool
}

// judge holds the ledger against the simulator.
func (t *trial) judge(ctx context.Context) error {
	facts, err := t.facts(ctx)
	if err != nil {
		return err
	}
	t.verdict.Receipts = t.road.count()
	receipts := 0
	for i, send := range t.ids {
		known := facts[[]string{"the first message", "the second message", "the third message"}[i]]
		for external, n := range known.arrived {
			t.verdict.Received += n
			if n > 1 {
				t.verdict.Duplicates++
				t.cfg.Log("%s got send %d %d times", external, i+1, n)
			}
		}
		if i > 0 { // all that filled the customers up was known to us by then
			t.verdict.OverQuota += len(known.full)
		}
		n, err := t.rows(ctx, send, i, known)
		if err != nil {
			return err
		}
		receipts += n
	}
	if receipts != t.verdict.Receipts {
		t.verdict.Unexplained += max(receipts-t.verdict.Receipts, t.verdict.Receipts-receipts)
		t.cfg.Log("%d rows ask for a receipt, %d came", receipts, t.verdict.Receipts)
	}
	return nil
}

// rows reads the ledger of a send and counts what it does not explain.
func (t *trial) rows(ctx context.Context, send string, nth int, known truth) (receipts int, err error) {
	seen := make([]bool, len(t.names))
	total := 0
	for cursor := ""; ; {
		found, err := t.mass.Receivers(ctx, send, masssend.ReceiverFilter{Limit: 1000, Cursor: cursor})
		if err != nil {
			return receipts, err
		}
		for _, d := range found.Items {
			total++
			external := t.names[d.Ord]
			if seen[d.Ord] || !explained(d, known.arrived[external] > 0) {
				t.unexplained(d)
			}
			seen[d.Ord] = true
			if d.State == outreach.StateAccepted || d.State == outreach.StateRejected {
				receipts++
			}
		}
		if cursor = found.Next; cursor == "" {
			break
		}
	}
	t.verdict.Recipients += total
	for external := range known.arrived {
		if !t.reached(external, seen) {
			t.verdict.Unexplained++
		}
	}
	want := len(t.names) - 1
	if nth > 0 {
		want = total // the target was a list; each of it has its row or was never asked
	}
	t.verdict.Unexplained += max(0, want-total)
	return receipts, nil
}

// reached says whether the customer has a row. Externals are unique, so a look-up by name
// is a walk of the book only for strangers.
func (t *trial) reached(external string, seen []bool) bool {
	if t.ordOf == nil {
		t.ordOf = make(map[string]uint32, len(t.names))
		for ord, name := range t.names {
			t.ordOf[name] = uint32(ord)
		}
	}
	ord, ok := t.ordOf[external]
	return ok && seen[ord]
}

func (t *trial) unexplained(d masssend.Receiver) {
	if t.verdict.Unexplained++; t.verdict.Unexplained <= 10 {
		t.cfg.Log("unexplained: %s of %s is %s %s %s", d.Delivery, t.names[d.Ord], d.State, d.Reason, d.Detail)
	}
}

// explained says whether a row is at its end, says why, and agrees with what arrived.
func explained(d masssend.Receiver, arrived bool) bool {
	switch d.State {
	case outreach.StateAccepted:
		return arrived
	case outreach.StateRejected, outreach.Suppressed, outreach.Expired:
		return !arrived && d.Reason != ""
	}
	return false
}

// facts reads all messages of the API from the simulator, with what became of them.
func (t *trial) facts(ctx context.Context) (map[string]truth, error) {
	c := t.client()
	out := map[string]truth{}
	for _, name := range []string{"the first message", "the second message", "the third message"} {
		out[name] = truth{map[string]int{}, map[string]bool{}}
	}
	f := wecom.GroupMsgFilter{
		ChatType: wecom.ChatSingle, StartTime: wecom.UnixOf(morning.Add(-time.Hour)), EndTime: wecom.UnixOf(t.clock.Now()),
		FilterType: wecom.Int(0), Limit: 100,
	}
	for {
		listed, err := c.GetGroupMsgListV2(ctx, f)
		if err != nil {
			return nil, err
		}
		for _, m := range listed.List {
			if err := t.factsOf(ctx, c, m.MsgID, out[m.Text.Content]); err != nil {
				return nil, err
			}
		}
		if f.Cursor = listed.NextCursor; f.Cursor == "" {
			return out, nil
		}
	}
}

func (t *trial) factsOf(ctx context.Context, c *wecom.Client, msgid string, into truth) error {
	tasks, err := c.GetGroupMsgTask(ctx, msgid, "", 1000)
	if err != nil {
		return err
	}
	for _, task := range tasks.List {
		for cursor := ""; ; {
			got, err := c.GetGroupMsgSendResult(ctx, msgid, task.UserID, cursor, 1000)
			if err != nil {
				return err
			}
			for _, r := range got.List {
				switch r.Status {
				case wecom.SendDone:
					into.arrived[r.ExternalUserID]++
				case wecom.SendQuota:
					into.full[r.ExternalUserID] = true
				}
			}
			if cursor = got.NextCursor; cursor == "" {
				break
			}
		}
	}
	return nil
}
