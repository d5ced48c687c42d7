package outreach

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"yutang/internal/fault"
)

var deliveryColumns = []string{
	"id", "playbook", "version", "run", "step", "occurrence", "ord", "channel", "endpoint", "transactional",
	"trigger_seq", "trigger_at", "state", "reason", "detail", "attempt", "planned_at", "due", "expires_at",
	"dispatched_at", "settled_at", "provider_id", "message", "grouped", "priority", "value",
}

const deliveryFields = `id, playbook, version, run, step, occurrence, ord, channel, endpoint, transactional,
	trigger_seq, trigger_at, state, reason, detail, attempt, planned_at, due, expires_at, dispatched_at, settled_at, provider_id, grouped,
	priority, value`

func (d *Delivery) row(args []any) []any {
	return append(args, d.ID, d.Playbook, d.Version, d.Run, d.Step, d.Occurrence, int64(d.Ord), d.Channel, d.Endpoint, d.Transactional,
		int64(d.TriggerSeq), ms(d.TriggerAt), string(d.State), string(d.Reason), d.Detail, d.Attempt, ms(d.PlannedAt), ms(d.Due),
		ms(d.ExpiresAt), ms(d.DispatchedAt), ms(d.SettledAt), d.ProviderID, []byte{}, d.Grouped,
		d.Priority, d.Value)
}

func (d *Delivery) scan(scan func(...any) error, more ...any) error {
	var triggerAt, planned, due, expires, dispatched, settled int64
	err := scan(append([]any{
		&d.ID, &d.Playbook, &d.Version, &d.Run, &d.Step, &d.Occurrence, &d.Ord, &d.Channel, &d.Endpoint, &d.Transactional,
		&d.TriggerSeq, &triggerAt, &d.State, &d.Reason, &d.Detail, &d.Attempt, &planned, &due, &expires, &dispatched, &settled, &d.ProviderID, &d.Grouped,
		&d.Priority, &d.Value,
	}, more...)...)
	d.TriggerAt, d.PlannedAt, d.Due, d.ExpiresAt = at(triggerAt), at(planned), at(due), at(expires)
	d.DispatchedAt, d.SettledAt = at(dispatched), at(settled)
	return err
}

// ms is t in ms since 1970, 0 for the zero time; at is the way back.
func ms(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func at(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

const selectDelivery = `SELECT ` + deliveryFields + `, message FROM delivery WHERE id = $1`

// read gives a delivery with its message; the message is zero before the first attempt.
func (s *Service) read(ctx context.Context, key string) (d Delivery, m Message, err error) {
	var sealed []byte
	err = s.DB.Each(ctx, selectDelivery, []any{key}, func(rows *sql.Rows) error { return d.scan(rows.Scan, &sealed) })
	if err == nil && d.ID == "" {
		err = fault.New(fault.NotFound, "delivery_not_found", "there is no delivery %q", key)
	}
	if err != nil || len(sealed) == 0 {
		return d, m, err
	}
	plain, err := s.Box.Open(nil, sealed, sealScope)
	if err == nil {
		err = json.Unmarshal(plain, &m)
	}
	if err != nil {
		return d, m, fmt.Errorf("open message of %s: %w", key, err)
	}
	m.Channel, m.Endpoint, m.ExpiresAt = d.Channel, d.Endpoint, d.ExpiresAt
	return d, m, nil
}

const sealScope = "delivery"

const updateAttempting = `UPDATE delivery SET moved = TRUE, state = 'attempting', reason = '', attempt = attempt + 1, message = $1,
	dispatched_at = CASE WHEN dispatched_at = 0 THEN $2 ELSE dispatched_at END
	WHERE id = $3 AND state = 'planned' AND attempt = $4`

// attempt marks a planned delivery as attempting, false if it is not as d says any more.
func (s *Service) attempt(ctx context.Context, d Delivery, m Message) (bool, error) {
	plain, err := json.Marshal(m)
	if err != nil {
		return false, fmt.Errorf("keep message of %s: %w", d.ID, err)
	}
	n, err := s.alter(ctx, updateAttempting, s.Box.Seal(nil, plain, sealScope), s.Clock.Now().UnixMilli(), d.ID, d.Attempt)
	return n > 0, err
}

const (
	updateDefer  = `UPDATE delivery SET moved = TRUE, due = $1, reason = $2 WHERE id = $3 AND state = 'planned'`
	updateDetail = `UPDATE delivery SET detail = $1 WHERE id = $2 AND state = 'planned'`
	updateEnd    = `UPDATE delivery SET moved = TRUE, state = $1, reason = $2, settled_at = $3 WHERE id = $4 AND state = 'planned'`
	updateSettle = `UPDATE delivery SET moved = TRUE, state = $1, reason = $2, detail = $3, provider_id = $4, settled_at = $5
		WHERE id = $6 AND attempt = $7 AND state IN ('attempting', 'unknown')`
	updateAgain = `UPDATE delivery SET moved = TRUE, state = 'planned', reason = $1, detail = $2, due = $3
		WHERE id = $4 AND attempt = $5 AND state IN ('attempting', 'unknown')`
	updateLost = `UPDATE delivery SET moved = TRUE, state = 'unknown', reason = 'interrupted' WHERE id = $1 AND state = 'attempting'`
)

func (s *Service) postpone(ctx context.Context, d Delivery, due time.Time, why Reason) error {
	_, err := s.alter(ctx, updateDefer, due.UnixMilli(), string(why), d.ID)
	return err
}

// explain keeps the rule that a planned delivery is up against.
func (s *Service) explain(ctx context.Context, d Delivery, detail string) error {
	_, err := s.DB.Exec(ctx, updateDetail, detail, d.ID)
	return err
}

func (s *Service) end(ctx context.Context, d Delivery, state State, why Reason) error {
	_, err := s.alter(ctx, updateEnd, string(state), string(why), s.Clock.Now().UnixMilli(), d.ID)
	return err
}

// close writes the outcome of the attempt that d tells of; false if it was settled
// already. A late answer settles an unknown delivery of the same attempt.
func (s *Service) close(ctx context.Context, d Delivery, state State, o Outcome) (bool, error) {
	settled := s.Clock.Now().UnixMilli()
	if state == StateUnknown || state == StateHanded {
		settled = 0
	}
	n, err := s.alter(ctx, updateSettle, string(state), string(o.Reason), o.Detail, o.ProviderID, settled, d.ID, d.Attempt)
	return n > 0, err
}

// replan makes a delivery planned again after an attempt that surely did not deliver.
func (s *Service) replan(ctx context.Context, d Delivery, o Outcome, due time.Time) (bool, error) {
	n, err := s.alter(ctx, updateAgain, string(Retrying), string(o.Reason)+": "+o.Detail, due.UnixMilli(), d.ID, d.Attempt)
	return n > 0, err
}

const selectAttempting = `SELECT ` + deliveryFields + ` FROM delivery WHERE state = 'attempting' AND NOT grouped`

func (s *Service) attempting(ctx context.Context) (out []Delivery, err error) {
	err = s.DB.Each(ctx, selectAttempting, nil, func(rows *sql.Rows) error {
		var d Delivery
		err := d.scan(rows.Scan)
		out = append(out, d)
		return err
	})
	return out, err
}

// lose marks a delivery whose call nobody watches any more.
func (s *Service) lose(ctx context.Context, d Delivery) error {
	_, err := s.alter(ctx, updateLost, d.ID)
	return err
}
