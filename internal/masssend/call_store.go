package masssend

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"yutang/internal/fault"
	"yutang/internal/page"
)

// recipient is one customer of a send with the member who is asked.
type recipient struct {
	ord      uint32
	staff    string
	due      time.Time
	external string
	delivery string
	variant  int
}

var recipientColumns = []string{"send", "ord", "staff", "due", "external", "delivery", "variant"}

func (s *Service) insertRecipients(ctx context.Context, send string, all []recipient) error {
	args := make([]any, 0, len(all)*len(recipientColumns))
	for _, r := range all {
		args = append(args, send, int64(r.ord), r.staff, ms(r.due), r.external, r.delivery, r.variant)
	}
	return s.DB.InsertMany(ctx, "masssend_recipient", recipientColumns, args, "")
}

const (
	selectNextRecipients = `SELECT ord, staff, due, external, delivery, variant FROM masssend_recipient
		WHERE send = $1 AND variant = $2 AND (staff, due, ord) > ($3, $4, $5) ORDER BY staff, due, ord LIMIT $6`
	selectRecipients = `SELECT ord, staff, due, external, delivery, variant FROM masssend_recipient
		WHERE send = $1 AND variant = $2 AND staff = $3 AND due = $4 AND ord >= $5 AND ord <= $6`
)

// nextRecipients is who goes into the call after last: of one variant, one member and one
// due time.
func (s *Service) nextRecipients(ctx context.Context, x Send, last Call) (all []recipient, err error) {
	for variant := last.Variant; variant <= len(x.Variants) && len(all) == 0; variant++ {
		if variant > last.Variant {
			last = Call{}
		}
		all, err = s.recipients(ctx, selectNextRecipients, x.ID, variant, last.Staff, ms(last.Due), int64(last.toOrd), maxPerCall)
		if err != nil {
			return nil, err
		}
	}
	for i, r := range all {
		if r.staff != all[0].staff || !r.due.Equal(all[0].due) {
			return all[:i], err
		}
	}
	return all, err
}

func (s *Service) recipientsOf(ctx context.Context, c Call) ([]recipient, error) {
	return s.recipients(ctx, selectRecipients, c.Send, c.Variant, c.Staff, ms(c.Due), int64(c.fromOrd), int64(c.toOrd))
}

func (s *Service) recipients(ctx context.Context, text string, args ...any) (out []recipient, err error) {
	err = s.DB.Each(ctx, text, args, func(rows *sql.Rows) error {
		var r recipient
		var due int64
		err := rows.Scan(&r.ord, &r.staff, &due, &r.external, &r.delivery, &r.variant)
		r.due = at(due)
		out = append(out, r)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read recipients: %w", err)
	}
	return out, nil
}

const callFields = `send, n, corp, staff, groups, variant, mark, due, from_ord, to_ord, first_id, last_id, size, state, reason, attempt, attempted_at,
	looked, msgid, handed_at, confirmed_at, cancelled_at, ended_at, accepted, rejected, expired, reminded`

func scanCall(scan func(...any) error) (c Call, err error) {
	var due, attempted, handed, confirmed, cancelled, ended int64
	var reminded string
	err = scan(&c.Send, &c.N, &c.corp, &c.Staff, &c.groups, &c.Variant, &c.mark, &due, &c.fromOrd, &c.toOrd, &c.firstID, &c.lastID, &c.Size, &c.State, &c.Reason,
		&c.Attempt, &attempted, &c.looked, &c.MsgID, &handed, &confirmed, &cancelled, &ended, &c.Accepted, &c.Rejected, &c.Expired, &reminded)
	if err != nil {
		return c, err
	}
	c.Due, c.AttemptedAt, c.HandedAt, c.ConfirmedAt, c.CancelledAt, c.EndedAt =
		at(due), at(attempted), at(handed), at(confirmed), at(cancelled), at(ended)
	var times []int64
	if err := json.Unmarshal([]byte(reminded), &times); err != nil {
		return c, fmt.Errorf("read reminders of %s: %w", callKey(c), err)
	}
	for _, t := range times {
		c.Reminded = append(c.Reminded, at(t))
	}
	return c, nil
}

const insertCall = `INSERT INTO masssend_call (` + callFields + `)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, '', 0, 0, 0, '', 0, 0, 0, 0, 0, 0, 0, '[]')`

func (s *Service) insertCall(ctx context.Context, c Call) error {
	_, err := s.DB.Exec(ctx, insertCall, c.Send, c.N, c.corp, c.Staff, c.groups, c.Variant, c.mark, ms(c.Due), int64(c.fromOrd), int64(c.toOrd),
		c.firstID, c.lastID, c.Size, string(c.State))
	return err
}

const (
	selectCall     = `SELECT ` + callFields + ` FROM masssend_call WHERE send = $1 AND n = $2`
	selectLastCall = `SELECT ` + callFields + ` FROM masssend_call WHERE send = $1 ORDER BY n DESC LIMIT 1`
	selectCalls    = `SELECT ` + callFields + ` FROM masssend_call WHERE send = $1 AND n > $2 ORDER BY n LIMIT $3`
	selectCallsIn  = `SELECT ` + callFields + ` FROM masssend_call WHERE send = $1 AND state = $2 ORDER BY n`
	selectOpenIn   = `SELECT ` + callFields + ` FROM masssend_call WHERE state = $1`
	countOpen      = `SELECT COUNT(*) FROM masssend_call WHERE send = $1 AND state NOT IN ('done', 'dropped')`
	countAlike     = `SELECT COUNT(*) FROM masssend_call WHERE corp = $1 AND staff = $2 AND mark = $3 AND state IN ('attempting', 'unknown')`
	countTaken     = `SELECT COUNT(*) FROM masssend_call WHERE corp = $1 AND msgid = $2 AND msgid <> ''`
)

func (s *Service) calls(ctx context.Context, text string, args ...any) (out []Call, err error) {
	err = s.DB.Each(ctx, text, args, func(rows *sql.Rows) error {
		c, err := scanCall(rows.Scan)
		out = append(out, c)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read calls: %w", err)
	}
	return out, nil
}

// callOf finds the call and the send of a job.
func (s *Service) callOf(ctx context.Context, key string) (x Send, c Call, err error) {
	send, number, _ := strings.Cut(key, "/")
	n, err := strconv.Atoi(number)
	if err != nil {
		return x, c, fmt.Errorf("call %q: %w", key, err)
	}
	if c, err = s.Call(ctx, send, n); err == nil {
		x, err = s.Get(ctx, send)
	}
	return x, c, err
}

// Call is one call of a send.
func (s *Service) Call(ctx context.Context, send string, n int) (Call, error) {
	found, err := s.calls(ctx, selectCall, send, n)
	if err == nil && len(found) == 0 {
		err = fault.New(fault.NotFound, "call_not_found", "mass send %s has no call %d", send, n)
	}
	if err != nil {
		return Call{}, err
	}
	return found[0], nil
}

// Calls lists the calls of a send in order.
func (s *Service) Calls(ctx context.Context, send, cursor string, limit int) (out page.Page[Call], err error) {
	after := 0
	if _, err := page.After(cursor, &after); err != nil {
		return out, err
	}
	limit = page.Limit(limit)
	items, err := s.calls(ctx, selectCalls, send, after, limit+1)
	if err != nil {
		return out, err
	}
	return page.Cut(items, limit, func(c Call) int { return c.N }), nil
}

// lastCall is the last call of a send, the zero call if there is none.
func (s *Service) lastCall(ctx context.Context, send string) (Call, error) {
	found, err := s.calls(ctx, selectLastCall, send)
	if err != nil || len(found) == 0 {
		return Call{}, err
	}
	return found[0], nil
}

func (s *Service) openCalls(ctx context.Context, send string) (n int, err error) {
	err = s.DB.Get(ctx, countOpen, []any{send}, &n)
	return n, err
}

// alike says whether another call with the same member and text is in the dark.
func (s *Service) alike(ctx context.Context, c Call) (bool, error) {
	var n int
	err := s.DB.Get(ctx, countAlike, []any{c.corp, c.Staff, c.mark}, &n)
	return n > 0, err
}

// taken says whether a message belongs to a call already.
func (s *Service) taken(ctx context.Context, corp, msgid string) (bool, error) {
	var n int
	err := s.DB.Get(ctx, countTaken, []any{corp, msgid}, &n)
	return n > 0, err
}

const updateCall = `UPDATE masssend_call SET state = $1, reason = $2, attempt = $3, attempted_at = $4, looked = $5, msgid = $6, handed_at = $7,
	confirmed_at = $8, cancelled_at = $9, ended_at = $10, accepted = $11, rejected = $12, expired = $13, reminded = $14
	WHERE send = $15 AND n = $16 AND state = $17 AND attempt = $18`

// save writes a call that was in the state and attempt given; conflict if it is not any more.
func (s *Service) save(ctx context.Context, c Call, was CallState, attempt int) error {
	times := make([]int64, len(c.Reminded))
	for i, t := range c.Reminded {
		times[i] = t.UnixMilli()
	}
	reminded, err := json.Marshal(times)
	if err != nil {
		return err
	}
	n, err := s.DB.Exec(ctx, updateCall, string(c.State), c.Reason, c.Attempt, ms(c.AttemptedAt), c.looked, c.MsgID, ms(c.HandedAt),
		ms(c.ConfirmedAt), ms(c.CancelledAt), ms(c.EndedAt), c.Accepted, c.Rejected, c.Expired, string(reminded),
		c.Send, c.N, string(was), attempt)
	if err != nil {
		return fmt.Errorf("save call %s: %w", callKey(c), err)
	}
	if n == 0 {
		return fault.New(fault.Conflict, "call_changed", "call %s is not %s any more", callKey(c), was)
	}
	return nil
}

// eachID reads the ids that a statement with one argument finds.
func (s *Service) eachID(ctx context.Context, text string, arg any, out *[]string) error {
	return s.DB.Each(ctx, text, []any{arg}, func(rows *sql.Rows) error {
		var key string
		err := rows.Scan(&key)
		*out = append(*out, key)
		return err
	})
}
