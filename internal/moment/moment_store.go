package moment

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"yutang/internal/fault"
	"yutang/internal/page"
)

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

const (
	fields = `id, corp, name, content, visible, mark, state, reason, scheduled_at, watch_until, attempt, attempted_at, jobid, moment_id,
	invalid, created_by, created_at, published_at, ended_at`
	sealScope = "moment"

	insertMoment = `INSERT INTO moment (` + fields + `)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)`
	updateMoment = `UPDATE moment SET name = $1, content = $2, visible = $3, mark = $4, state = $5, reason = $6, scheduled_at = $7,
		watch_until = $8, attempt = $9, attempted_at = $10, jobid = $11, moment_id = $12, invalid = $13, published_at = $14, ended_at = $15
		WHERE id = $16 AND state = $17`
	selectMoment   = `SELECT ` + fields + ` FROM moment WHERE id = $1`
	deleteDraft    = `DELETE FROM moment WHERE id = $1 AND state = 'draft'`
	updateLost     = `UPDATE moment SET state = 'unknown', reason = 'interrupted' WHERE state = 'attempting'`
	selectLastMade = `SELECT COALESCE(MAX(attempted_at), 0) FROM moment WHERE corp = $1`
	countTaken     = `SELECT COUNT(*) FROM moment WHERE corp = $1 AND moment_id = $2`
)

func (s *Service) scan(rows *sql.Rows) (m Moment, err error) {
	var sealed []byte
	var visible, invalid string
	var scheduled, watch, attempted, created, published, ended int64
	err = rows.Scan(&m.ID, &m.Corp, &m.Name, &sealed, &visible, &m.mark, &m.State, &m.Reason, &scheduled, &watch, &m.attempt, &attempted,
		&m.jobid, &m.MomentID, &invalid, &m.CreatedBy, &created, &published, &ended)
	if err != nil {
		return m, err
	}
	m.ScheduledAt, m.WatchUntil, m.attemptedAt = at(scheduled), at(watch), at(attempted)
	m.CreatedAt, m.PublishedAt, m.EndedAt = at(created), at(published), at(ended)
	plain, err := s.Box.Open(nil, sealed, sealScope)
	if err == nil {
		err = json.Unmarshal(plain, &m.Content)
	}
	if err == nil {
		err = json.Unmarshal([]byte(visible), &m.Visible)
	}
	if err == nil {
		err = json.Unmarshal([]byte(invalid), &m.Invalid)
	}
	if err != nil {
		return m, fmt.Errorf("read moment %s: %w", m.ID, err)
	}
	return m, nil
}

func (s *Service) texts(m Moment) (sealed []byte, visible, invalid string, err error) {
	c, err := json.Marshal(m.Content)
	if err != nil {
		return nil, "", "", err
	}
	v, err := json.Marshal(m.Visible)
	if err != nil {
		return nil, "", "", err
	}
	i, err := json.Marshal(m.Invalid)
	return s.Box.Seal(nil, c, sealScope), string(v), string(i), err
}

func (s *Service) insert(ctx context.Context, m Moment) error {
	sealed, visible, invalid, err := s.texts(m)
	if err != nil {
		return err
	}
	_, err = s.DB.Exec(ctx, insertMoment, m.ID, m.Corp, m.Name, sealed, visible, m.mark, string(m.State), m.Reason, ms(m.ScheduledAt),
		ms(m.WatchUntil), m.attempt, ms(m.attemptedAt), m.jobid, m.MomentID, invalid, m.CreatedBy, ms(m.CreatedAt), ms(m.PublishedAt), ms(m.EndedAt))
	return err
}

// save writes a moment that was in a state; precondition if it is not any more.
func (s *Service) save(ctx context.Context, m Moment, was State) error {
	sealed, visible, invalid, err := s.texts(m)
	if err != nil {
		return err
	}
	n, err := s.DB.Exec(ctx, updateMoment, m.Name, sealed, visible, m.mark, string(m.State), m.Reason, ms(m.ScheduledAt), ms(m.WatchUntil),
		m.attempt, ms(m.attemptedAt), m.jobid, m.MomentID, invalid, ms(m.PublishedAt), ms(m.EndedAt), m.ID, string(was))
	if err == nil && n == 0 {
		err = fault.New(fault.Precondition, "state_changed", "moment %s is not %s any more", m.ID, was)
	}
	return err
}

// Get is one moment.
func (s *Service) Get(ctx context.Context, id string) (m Moment, err error) {
	err = s.DB.Each(ctx, selectMoment, []any{id}, func(rows *sql.Rows) (err error) {
		m, err = s.scan(rows)
		return err
	})
	if err == nil && m.ID == "" {
		err = fault.New(fault.NotFound, "moment_not_found", "there is no moment %q", id)
	}
	return m, err
}

// Filter narrows a list of moments. Zero fields do not.
type Filter struct {
	Corp   string
	State  State
	Cursor string
	Limit  int
}

// List is moments, the newest first.
func (s *Service) List(ctx context.Context, f Filter) (out page.Page[Moment], err error) {
	before := ""
	if _, err := page.After(f.Cursor, &before); err != nil {
		return out, err
	}
	var where []string
	var args []any
	for cond, value := range map[string]string{"corp = $%d": f.Corp, "state = $%d": string(f.State), "id < $%d": before} {
		if value != "" {
			args = append(args, value)
			where = append(where, fmt.Sprintf(cond, len(args)))
		}
	}
	text := "SELECT " + fields + " FROM moment"
	if len(where) > 0 {
		text += " WHERE " + strings.Join(where, " AND ")
	}
	limit := page.Limit(f.Limit)
	args = append(args, limit+1)
	items := []Moment{}
	err = s.DB.Each(ctx, text+fmt.Sprintf(" ORDER BY id DESC LIMIT $%d", len(args)), args, func(rows *sql.Rows) error {
		m, err := s.scan(rows)
		items = append(items, m)
		return err
	})
	if err != nil {
		return out, fmt.Errorf("list moments: %w", err)
	}
	return page.Cut(items, limit, func(m Moment) string { return m.ID }), nil
}

func (s *Service) loseAttempts(ctx context.Context) error {
	_, err := s.DB.Exec(ctx, updateLost)
	return err
}

// lastMade is when the corp's latest attempt to make a moment was, zero if never.
func (s *Service) lastMade(ctx context.Context, corp string) (time.Time, error) {
	var last int64
	err := s.DB.Get(ctx, selectLastMade, []any{corp}, &last)
	return at(last), err
}

func (s *Service) taken(ctx context.Context, corp, momentID string) (bool, error) {
	var n int
	err := s.DB.Get(ctx, countTaken, []any{corp, momentID}, &n)
	return n > 0, err
}

const (
	upsertStaff = `INSERT INTO moment_staff (moment, staff, published, likes, comments, pulled_at) VALUES ($1, $2, $3, 0, 0, 0)
		ON CONFLICT (moment, staff) DO UPDATE SET published = excluded.published WHERE excluded.published <> moment_staff.published`
	updatePulled = `UPDATE moment_staff SET likes = $1, comments = $2, pulled_at = $3 WHERE moment = $4 AND staff = $5`
	selectStaff  = `SELECT staff, published, likes, comments FROM moment_staff WHERE moment = $1 AND staff > $2 ORDER BY staff LIMIT $3`
	selectEchoes = `SELECT external, kind, at FROM moment_echo WHERE moment = $1 AND staff = $2`
)

var echoColumns = []string{"moment", "staff", "external", "kind", "at"}

// StaffOf lists who was asked to publish a moment.
func (s *Service) StaffOf(ctx context.Context, moment, cursor string, limit int) (out page.Page[Staff], err error) {
	after := ""
	if _, err := page.After(cursor, &after); err != nil {
		return out, err
	}
	limit = page.Limit(limit)
	items, err := s.staffAfter(ctx, moment, after, limit+1)
	if err != nil {
		return out, err
	}
	return page.Cut(items, limit, func(x Staff) string { return x.User }), nil
}

func (s *Service) staffAfter(ctx context.Context, moment, after string, limit int) (items []Staff, err error) {
	items = []Staff{}
	err = s.DB.Each(ctx, selectStaff, []any{moment, after, limit}, func(rows *sql.Rows) error {
		var x Staff
		err := rows.Scan(&x.User, &x.Published, &x.Likes, &x.Comments)
		items = append(items, x)
		return err
	})
	return items, err
}

// echo is a like or comment of a customer.
type echo struct {
	external, kind string
	at             int64 // seconds since 1970
}

func (s *Service) echoes(ctx context.Context, moment, staff string) (map[echo]bool, error) {
	out := map[echo]bool{}
	err := s.DB.Each(ctx, selectEchoes, []any{moment, staff}, func(rows *sql.Rows) error {
		var e echo
		err := rows.Scan(&e.external, &e.kind, &e.at)
		out[e] = true
		return err
	})
	return out, err
}
