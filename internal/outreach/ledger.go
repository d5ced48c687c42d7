package outreach

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"yutang/internal/fault"
	"yutang/internal/page"
	"yutang/internal/timeline"
)

// Filter narrows a list of deliveries. Zero fields do not.
type Filter struct {
	State    State
	Reason   Reason
	Playbook string
	Channel  string
	Endpoint string
	Run      string
	Step     string
	Priority int
	Day      time.Time // any moment of the day of the brand's calendar on which it was planned
	Customer uint32    // any record of the customer, shown as one
	Limit    int
	Cursor   string
}

// List is deliveries, the newest first.
func (s *Service) List(ctx context.Context, f Filter) (out page.Page[Delivery], err error) {
	before := ""
	if _, err := page.After(f.Cursor, &before); err != nil {
		return out, err
	}
	var leaves []timeline.Ord
	if f.Customer != 0 {
		if leaves, err = s.Timeline.Records(f.Customer); err != nil {
			return out, err
		}
	}
	limit := page.Limit(f.Limit)
	text, args := f.query(s.Zone(), leaves, before, limit+1)
	items := []Delivery{}
	err = s.DB.Each(ctx, text, args, func(rows *sql.Rows) error {
		var d Delivery
		err := d.scan(rows.Scan)
		items = append(items, d)
		return err
	})
	if err != nil {
		return out, fmt.Errorf("list deliveries: %w", err)
	}
	return page.Cut(items, limit, func(d Delivery) string { return d.ID }), nil
}

// query writes the SELECT of a filter; ids sort by time of planning.
func (f Filter) query(zone *time.Location, leaves []timeline.Ord, before string, limit int) (string, []any) {
	var where []string
	var args []any
	add := func(cond string, arg any) {
		args = append(args, arg)
		where = append(where, fmt.Sprintf(cond, len(args)))
	}
	for _, c := range []struct{ column, value string }{
		{"state", string(f.State)},
		{"reason", string(f.Reason)},
		{"playbook", f.Playbook},
		{"channel", f.Channel},
		{"endpoint", f.Endpoint},
		{"run", f.Run},
		{"step", f.Step},
	} {
		if c.value != "" {
			add(c.column+" = $%d", c.value)
		}
	}
	if f.Priority != 0 {
		add("priority = $%d", f.Priority)
	}
	if !f.Day.IsZero() {
		start, end := Day.bounds(f.Day, zone)
		add("planned_at >= $%d", start.UnixMilli())
		add("planned_at < $%d", end.UnixMilli())
	}
	if len(leaves) > 0 {
		places := make([]string, len(leaves))
		for i, leaf := range leaves {
			args = append(args, int64(leaf))
			places[i] = fmt.Sprintf("$%d", len(args))
		}
		where = append(where, "ord IN ("+strings.Join(places, ", ")+")")
	}
	if before != "" {
		add("id < $%d", before)
	}
	text := "SELECT " + deliveryFields + " FROM delivery"
	if len(where) > 0 {
		text += " WHERE " + strings.Join(where, " AND ")
	}
	args = append(args, limit)
	return text + fmt.Sprintf(" ORDER BY id DESC LIMIT $%d", len(args)), args
}

// Get is one delivery with the message sent, nil before the first attempt.
func (s *Service) Get(ctx context.Context, key string) (Delivery, *Message, error) {
	d, m, err := s.read(ctx, key)
	if err != nil || m.ID == "" {
		return d, nil, err
	}
	return d, &m, nil
}

// Count is how many deliveries are in a state for a reason.
type Count struct {
	State  State  `json:"state"`
	Reason Reason `json:"reason,omitempty"`
	Count  int    `json:"count"`
}

// Counts tells the deliveries of a playbook by state and reason; "" is all playbooks.
func (s *Service) Counts(ctx context.Context, playbook string) ([]Count, error) {
	text, args := selectParts, []any{playbook, 0}
	if playbook == "" {
		text, args = selectAllParts, nil
	}
	found, err := s.counted(ctx, text, args...)
	if err != nil {
		return nil, fmt.Errorf("count deliveries: %w", err)
	}
	sums := map[Count]int{}
	for c, n := range found {
		sums[Count{State: c.State, Reason: c.Reason}] += n
	}
	out := []Count{}
	for c, n := range sums {
		if c.Count = n; n != 0 {
			out = append(out, c)
		}
	}
	slices.SortFunc(out, func(a, b Count) int { return cmp.Or(cmp.Compare(a.State, b.State), cmp.Compare(a.Reason, b.Reason)) })
	return out, nil
}

// Resolve settles an unknown delivery by a human's word. Not sent: it is rejected, and
// with resend the touch is planned again as its next occurrence.
func (s *Service) Resolve(ctx context.Context, key string, wasSent, resend bool, by string) error {
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		d, _, err := s.read(ctx, key)
		if err != nil {
			return err
		}
		if d.State != StateUnknown {
			return fault.New(fault.Precondition, "not_unknown", "delivery %s is %s; only an unknown one is resolved", key, d.State)
		}
		if resend && d.Grouped {
			return fault.New(fault.Precondition, "grouped", "delivery %s travelled with others; send to the customer anew instead", key)
		}
		if err := s.Jobs.Drop(ctx, reconcileKind, key); err != nil {
			return err
		}
		o := Outcome{Verdict: Rejected, Reason: ResolvedNotSent, Detail: "by " + by}
		if wasSent {
			o = Outcome{Verdict: Accepted, Reason: ResolvedSent, Detail: "by " + by}
		}
		if err := s.decideUnknown(ctx, d, o); err != nil || wasSent || !resend {
			return err
		}
		return s.repeat(ctx, d)
	})
}

const selectOccurrence = `SELECT MAX(occurrence) FROM delivery WHERE run = $1 AND step = $2 AND ord = $3 AND channel = $4`

// repeat plans the touch of d again, as its next occurrence, for as long as it had.
func (s *Service) repeat(ctx context.Context, d Delivery) error {
	var last int
	if err := s.DB.Get(ctx, selectOccurrence, []any{d.Run, d.Step, int64(d.Ord), d.Channel}, &last); err != nil {
		return err
	}
	now := s.Clock.Now()
	return s.insert(ctx, []Touch{{
		Playbook: d.Playbook, Version: d.Version, Run: d.Run, Step: d.Step, Occurrence: last + 1, Ord: d.Ord,
		Channel: d.Channel, Endpoint: d.Endpoint, Transactional: d.Transactional, TriggerSeq: d.TriggerSeq, TriggerAt: d.TriggerAt,
		Priority: d.Priority, Value: d.Value, Due: now, ExpiresAt: now.Add(d.ExpiresAt.Sub(d.PlannedAt)),
	}})
}

const selectWaiting = `SELECT id FROM delivery WHERE playbook = $1 AND state = 'planned' AND reason = $2`

// Hasten makes the deliveries of a playbook that wait for a reason due now.
func (s *Service) Hasten(ctx context.Context, playbook string, why Reason) error {
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		var keys []string
		err := s.DB.Each(ctx, selectWaiting, []any{playbook, string(why)}, func(rows *sql.Rows) error {
			var key string
			err := rows.Scan(&key)
			keys = append(keys, key)
			return err
		})
		for i := 0; err == nil && i < len(keys); i++ {
			err = s.Jobs.Hasten(ctx, deliverKind, keys[i])
		}
		return err
	})
}

// Closed names the endpoints that rest now, with the end of their rest.
func (s *Service) Closed() map[string]time.Time {
	now := s.Clock.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[string]time.Time{}
	for queue, b := range s.breakers {
		if n, until := b.limit(1, now); n == 0 {
			out[queue] = until
		}
	}
	return out
}
