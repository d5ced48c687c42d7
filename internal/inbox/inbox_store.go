package inbox

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"time"

	"yutang/internal/fault"
	"yutang/internal/page"
)

const (
	selectLast    = `SELECT COALESCE(MAX(id), 0) FROM callback`
	selectHash    = `SELECT COUNT(*) FROM callback WHERE corp = $1 AND hash = $2`
	updateState   = `UPDATE callback SET state = $1, attempts = $2, reason = $3 WHERE id = $4`
	selectPending = `SELECT id, corp, app, received_at, event, lane, attempts, body FROM callback
		WHERE state = 'pending' AND id > $1 ORDER BY id LIMIT $2`
	selectSome = `SELECT id, corp, app, received_at, event, lane, state, attempts, reason FROM callback
		WHERE id < $1 AND (corp = $2 OR $2 = '') AND (state = $3 OR $3 = '') ORDER BY id DESC LIMIT $4`
	selectRetry = `SELECT id, corp, app, received_at, event, lane, attempts, body FROM callback WHERE id = $1 AND state = 'dead'`
	selectYoung = `SELECT id, corp, app, received_at, event, lane, attempts, body FROM callback
		WHERE received_at > $1 AND id > $2 AND state IN ('pending', 'done') ORDER BY id`
	countStates = `SELECT state, COUNT(*) FROM callback GROUP BY state`
	deleteOld   = `DELETE FROM callback WHERE state <> 'pending' AND id IN
		(SELECT id FROM callback WHERE received_at < $1 AND state <> 'pending' ORDER BY id LIMIT 5000)`
	scope    = "callback"
	maxYoung = 20_000 // more do not arrive in FastWindow
)

var columns = []string{
	"id", "corp", "app", "received_at", "hash", "event", "lane", "body", "state", "attempts", "reason",
}

func (s *Service) lastID(ctx context.Context) (last int64, err error) {
	if err := s.DB.Get(ctx, selectLast, nil, &last); err != nil {
		return 0, fmt.Errorf("read inbox: %w", err)
	}
	return last, nil
}

// insert writes arrivals whose body is not known yet, and numbers them.
func (s *Service) insert(ctx context.Context, in []*arrival) error {
	var args []any
	fresh := map[string]bool{}
	for _, a := range in {
		key := a.Corp + string(a.hash)
		var n int
		if err := s.DB.Get(ctx, selectHash, []any{a.Corp, a.hash}, &n); err != nil {
			return err
		}
		if a.known = n > 0 || fresh[key]; a.known {
			continue
		}
		fresh[key] = true
		s.last++
		a.ID = s.last
		args = append(args, a.ID, a.Corp, a.App, a.Received.UnixMilli(), a.hash, a.Event, a.Lane,
			s.Box.Seal(nil, a.body, scope), string(a.State), 0, a.Reason)
	}
	if len(args) == 0 {
		return nil
	}
	return s.DB.InsertMany(ctx, "callback", columns, args, "")
}

func (s *Service) settle(ctx context.Context, o settlement) error {
	_, err := s.DB.Exec(ctx, updateState, string(o.state), o.attempts, o.reason, o.id)
	return err
}

func (s *Service) pending(ctx context.Context, after int64, limit int) ([]*Callback, error) {
	return s.bodies(ctx, selectPending, after, limit)
}

func (s *Service) bodies(ctx context.Context, text string, args ...any) (out []*Callback, err error) {
	err = s.DB.Each(ctx, text, args, func(rows *sql.Rows) error {
		c := &Callback{State: Pending}
		var received int64
		var sealed []byte
		if err := rows.Scan(&c.ID, &c.Corp, &c.App, &received, &c.Event, &c.Lane, &c.Attempts, &sealed); err != nil {
			return err
		}
		c.Received = time.UnixMilli(received).UTC()
		var err error
		c.body, err = s.Box.Open(nil, sealed, scope)
		out = append(out, c)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read callbacks: %w", err)
	}
	return out, nil
}

// Filter narrows a list of callbacks. Zero fields do not.
type Filter struct {
	Corp   string
	State  State
	Cursor string
	Limit  int
}

// List is callbacks without their bodies, the newest first.
func (s *Service) List(ctx context.Context, f Filter) (out page.Page[Callback], err error) {
	before := int64(1<<63 - 1)
	if _, err := page.After(f.Cursor, &before); err != nil {
		return out, err
	}
	limit := page.Limit(f.Limit)
	list := []Callback{}
	err = s.DB.Each(ctx, selectSome, []any{before, f.Corp, string(f.State), limit + 1}, func(rows *sql.Rows) error {
		var c Callback
		var received int64
		err := rows.Scan(&c.ID, &c.Corp, &c.App, &received, &c.Event, &c.Lane, &c.State, &c.Attempts, &c.Reason)
		c.Received = time.UnixMilli(received).UTC()
		list = append(list, c)
		return err
	})
	if err != nil {
		return out, fmt.Errorf("list callbacks: %w", err)
	}
	return page.Cut(list, limit, func(c Callback) int64 { return c.ID }), nil
}

// Counts tells how many callbacks are in each state.
func (s *Service) Counts(ctx context.Context) (map[State]int, error) {
	out := map[State]int{}
	err := s.DB.Each(ctx, countStates, nil, func(rows *sql.Rows) error {
		var state State
		var n int
		err := rows.Scan(&state, &n)
		out[state] = n
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("count callbacks: %w", err)
	}
	return out, nil
}

// Retry takes a dead callback up again, at the end of its lane. One that cannot be read,
// or of another corp, stays dead: the error is precondition.
func (s *Service) Retry(ctx context.Context, id int64) error {
	list, err := s.bodies(ctx, selectRetry, id)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		return fault.New(fault.NotFound, "callback_not_found", "no dead callback has the id %s", strconv.FormatInt(id, 10))
	}
	c := list[0]
	if c.Lane == "" {
		return fault.New(fault.Precondition, "callback_unusable", "callback %d cannot be processed at all; see its reason", id)
	}
	c.Attempts = 0
	if err := s.settle(ctx, settlement{id: id, state: Pending}); err != nil {
		return fmt.Errorf("retry callback %d: %w", id, err)
	}
	s.lanes.retry(c)
	return nil
}

// keepFor is how long settled callbacks can be looked up, and repeated bodies are known.
const keepFor = 30 * 24 * time.Hour

// upkeep removes old rows, once an hour.
func (s *Service) upkeep(ctx context.Context) {
	for ctx.Err() == nil {
		n, err := s.DB.Exec(ctx, deleteOld, s.Clock.Now().Add(-keepFor).UnixMilli())
		if err != nil && ctx.Err() == nil {
			s.Log.Warn("old callbacks not removed", "error", err)
		}
		if n < 5000 {
			_ = s.Clock.WaitUntil(ctx, s.Clock.Now().Add(time.Hour))
		}
	}
}
