package masssend

import (
	"context"
	"time"

	"yutang/internal/fault"
	"yutang/internal/outreach"
)

// target is one receiver of a call: a customer with a delivery, or a group.
type target struct {
	key   string // external_userid or chat_id
	id    string // of the delivery; "" for groups
	ord   uint32
	state outreach.State
}

// open says whether it is not settled yet.
func (t target) open() bool {
	return t.state == outreach.Attempting || t.state == outreach.StateUnknown || t.state == outreach.StateHanded
}

// ending is what became of a target. at zero is now.
type ending struct {
	target
	state  outreach.State
	reason outreach.Reason
	detail string
	at     time.Time
}

// targetsOf reads the receivers of a call with their states.
func (s *Service) targetsOf(ctx context.Context, c Call) ([]target, error) {
	if c.groups {
		return s.chatsOf(ctx, c)
	}
	all, err := s.recipientsOf(ctx, c)
	if err != nil {
		return nil, err
	}
	var rows []outreach.Row
	if c.firstID != "" {
		rows, err = s.Ledger.Rows(ctx, c.block())
	} else {
		ids := make([]string, len(all))
		for i, r := range all {
			ids[i] = r.delivery
		}
		rows, err = s.Ledger.RowsOf(ctx, ids)
	}
	if err != nil {
		return nil, err
	}
	external := make(map[uint32]string, len(all))
	for _, r := range all {
		external[r.ord] = r.external
	}
	out := make([]target, len(rows))
	for i, r := range rows {
		out[i] = target{key: external[r.Ord], id: r.ID, ord: r.Ord, state: r.State}
	}
	return out, nil
}

// leftOut settles those whom the platform refused when it took the message.
func (s *Service) leftOut(ctx context.Context, _ Send, c Call, failed []string) error {
	out := make(map[string]bool, len(failed))
	for _, key := range failed {
		out[key] = true
	}
	all, err := s.targetsOf(ctx, c)
	if err != nil {
		return err
	}
	var ends []ending
	for _, t := range all {
		if t.open() && out[t.key] {
			ends = append(ends, ending{target: t, state: outreach.StateRejected, reason: outreach.NoContact, detail: "fail_list"})
		}
	}
	return s.end(ctx, c, ends, endWhenAll)
}

// How settling targets ends their call.
type endMode uint8

const (
	endWhenAll endMode = iota // when nobody is open any more
	endNow                    // whoever is open
	endNever                  // somebody may still confirm what has expired
)

// end settles targets of a call, counts, and ends the call as mode says.
func (s *Service) end(ctx context.Context, c Call, ends []ending, mode endMode) error {
	var settle []outreach.Settlement
	for _, e := range ends {
		if !c.groups {
			settle = append(settle, outreach.Settlement{ID: e.id, State: e.state, Reason: e.reason, Detail: e.detail, At: e.at})
		}
	}
	return s.Ledger.SettleMany(ctx, settle, func(ctx context.Context) error {
		if c.groups {
			if err := s.endChats(ctx, c, ends); err != nil {
				return err
			}
		}
		if err := s.markFull(ctx, c, ends); err != nil {
			return err
		}
		all, err := s.targetsOf(ctx, c)
		if err != nil {
			return err
		}
		was := c.State
		open := c.count(all)
		if mode == endNow || mode == endWhenAll && open == 0 {
			c.State, c.EndedAt = CallDone, s.Clock.Now()
		}
		if err := s.save(ctx, c, was, c.Attempt); err != nil && !fault.Is(err, fault.Conflict) {
			return err
		}
		if c.State != CallDone {
			return nil
		}
		return s.finish(ctx, c.Send)
	})
}

// markFull notes the customers whom the platform calls full, until their period ends.
func (s *Service) markFull(ctx context.Context, c Call, ends []ending) error {
	for _, e := range ends {
		if e.reason != outreach.Quota || c.groups {
			continue
		}
		when := e.at
		if when.IsZero() {
			when = s.Clock.Now()
		}
		k, err := s.Corp(ctx, c.corp)
		if err != nil {
			return err
		}
		_, until, _ := period(k.Settings.Quota, when)
		if err := s.Ledger.MarkFull(ctx, outreach.WeComMass, c.corp, e.ord, until); err != nil {
			return err
		}
	}
	return nil
}

// count fills in the call's numbers and says how many targets are open.
func (c *Call) count(all []target) (open int) {
	c.Accepted, c.Rejected, c.Expired = 0, 0, 0
	for _, t := range all {
		switch {
		case t.open():
			open++
		case t.state == outreach.StateAccepted:
			c.Accepted++
		case t.state == outreach.StateRejected:
			c.Rejected++
		case t.state == outreach.Expired:
			c.Expired++
		}
	}
	return open
}
