package handover

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"yutang/internal/db"
	"yutang/internal/fault"
	"yutang/internal/page"
)

const (
	insertTransfer = `INSERT INTO transfer (id, corp, kind, object, from_user, to_user, message, made_by, created_at, state, ended_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'running', 0)`
	selectTransfers = `SELECT id, corp, kind, object, from_user, to_user, message, made_by, created_at, ended_at FROM transfer
		WHERE id < $1 AND (corp = $2 OR $2 = '') AND (state = $3 OR $3 = '') ORDER BY id DESC LIMIT $4`
	selectTransfer = `SELECT id, corp, kind, object, from_user, to_user, message, made_by, created_at, ended_at FROM transfer WHERE id = $1`
	endTransfer    = `UPDATE transfer SET state = 'done', ended_at = $1 WHERE id = $2 AND state = 'running'`
	countItems     = `SELECT state, COUNT(*), COALESCE(MAX(asked_at), 0) FROM transfer_item WHERE transfer = $1 GROUP BY state`
	selectItems    = `SELECT item, ord, state, reason, asked_at, settled_at FROM transfer_item
		WHERE transfer = $1 AND state = $2 ORDER BY item LIMIT $3`
	selectPage = `SELECT item, ord, state, reason, asked_at, settled_at FROM transfer_item
		WHERE transfer = $1 AND item > $2 AND (state = $3 OR $3 = '') ORDER BY item LIMIT $4`
	markAsked      = `UPDATE transfer_item SET state = $1, asked_at = $2 WHERE transfer = $3 AND item = $4`
	markPlanned    = `UPDATE transfer_item SET state = 'planned', asked_at = 0 WHERE transfer = $1 AND item = $2`
	markState      = `UPDATE transfer_item SET state = $1 WHERE transfer = $2 AND item = $3`
	markSettled    = `UPDATE transfer_item SET state = $1, reason = $2, settled_at = $3 WHERE transfer = $4 AND item = $5 AND settled_at = 0`
	replanItems    = `UPDATE transfer_item SET state = 'planned' WHERE transfer = $1 AND state = 'asking'`
	selectAwaiting = `SELECT t.id FROM transfer_item i JOIN transfer t ON t.id = i.transfer
		WHERE i.corp = $1 AND i.item = $2 AND i.state = 'waiting' AND t.to_user = $3 AND t.state = 'running'`
	countAsked = `SELECT COUNT(*) FROM transfer_item WHERE corp = $1 AND item = $2 AND asked_at > $3 AND state <> 'failed'`
	countTaken = `SELECT COUNT(*) FROM transfer_item i JOIN transfer t ON t.id = i.transfer
		WHERE t.corp = $1 AND t.to_user = $2 AND t.object = 'group' AND i.asked_at > $3 AND i.state <> 'failed'`
)

var itemColumns = []string{"transfer", "item", "corp", "ord", "state", "reason", "asked_at", "settled_at"}

func (s *Service) insert(ctx context.Context, t Transfer, items []Item) error {
	_, err := s.DB.Exec(ctx, insertTransfer, t.ID, t.Corp, string(t.Kind), string(t.Object), t.From, t.To, t.Message, t.By, t.Created.UnixMilli())
	if err != nil {
		return err
	}
	args := make([]any, 0, len(items)*len(itemColumns))
	for _, i := range items {
		args = append(args, t.ID, i.Item, t.Corp, int64(i.Leaf), string(i.State), i.Reason, 0, db.Millis(i.Settled))
	}
	return s.DB.InsertMany(ctx, "transfer_item", itemColumns, args, "")
}

// Get is one transfer with its counts.
func (s *Service) Get(ctx context.Context, id string) (Transfer, error) {
	list, err := s.transfers(ctx, selectTransfer, id)
	if err != nil {
		return Transfer{}, err
	}
	if len(list) == 0 {
		return Transfer{}, fault.New(fault.NotFound, "transfer_not_found", "there is no transfer %q", id)
	}
	return list[0], nil
}

// Filter narrows a list of transfers. Zero fields do not.
type Filter struct {
	Corp    string
	Running bool
	Cursor  string
	Limit   int
}

// List is transfers, the newest first.
func (s *Service) List(ctx context.Context, f Filter) (out page.Page[Transfer], err error) {
	before, state := "~", ""
	if _, err := page.After(f.Cursor, &before); err != nil {
		return out, err
	}
	if f.Running {
		state = "running"
	}
	limit := page.Limit(f.Limit)
	list, err := s.transfers(ctx, selectTransfers, before, f.Corp, state, limit+1)
	if err != nil {
		return out, err
	}
	return page.Cut(list, limit, func(t Transfer) string { return t.ID }), nil
}

func (s *Service) transfers(ctx context.Context, text string, args ...any) ([]Transfer, error) {
	list := []Transfer{}
	err := s.DB.Each(ctx, text, args, func(rows *sql.Rows) error {
		var t Transfer
		var created, ended int64
		err := rows.Scan(&t.ID, &t.Corp, &t.Kind, &t.Object, &t.From, &t.To, &t.Message, &t.By, &created, &ended)
		t.Created, t.Ended = db.Moment(created), db.Moment(ended)
		list = append(list, t)
		return err
	})
	for i := 0; err == nil && i < len(list); i++ {
		list[i].Counts, _, err = s.progress(ctx, list[i].ID)
	}
	if err != nil {
		return nil, fmt.Errorf("read transfers: %w", err)
	}
	return list, nil
}

// progress counts the items of a transfer by state, and says when one was asked last.
func (s *Service) progress(ctx context.Context, id string) (map[State]int, time.Time, error) {
	counts, last := map[State]int{}, int64(0)
	err := s.DB.Each(ctx, countItems, []any{id}, func(rows *sql.Rows) error {
		var state State
		var n int
		var asked int64
		err := rows.Scan(&state, &n, &asked)
		counts[state], last = n, max(last, asked)
		return err
	})
	return counts, db.Moment(last), err
}

// Items is the items of a transfer by id; state "" is all.
func (s *Service) Items(ctx context.Context, id string, state State, cursor string, limit int) (out page.Page[Item], err error) {
	after := ""
	if _, err := page.After(cursor, &after); err != nil {
		return out, err
	}
	limit = page.Limit(limit)
	list, err := s.readItems(ctx, selectPage, id, after, string(state), limit+1)
	if err != nil {
		return out, err
	}
	return page.Cut(list, limit, func(i Item) string { return i.Item }), nil
}

func (s *Service) itemsIn(ctx context.Context, id string, state State, limit int) ([]Item, error) {
	return s.readItems(ctx, selectItems, id, string(state), limit)
}

func (s *Service) readItems(ctx context.Context, text string, args ...any) ([]Item, error) {
	list := []Item{}
	err := s.DB.Each(ctx, text, args, func(rows *sql.Rows) error {
		var i Item
		var leaf, asked, settled int64
		err := rows.Scan(&i.Item, &leaf, &i.State, &i.Reason, &asked, &settled)
		i.Leaf, i.Asked, i.Settled = uint32(leaf), db.Moment(asked), db.Moment(settled)
		list = append(list, i)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read items of a transfer: %w", err)
	}
	return list, nil
}

// mark moves items to a state in one transaction.
func (s *Service) mark(ctx context.Context, id string, items []Item, state State, reason string, now time.Time) error {
	err := s.DB.InTx(ctx, func(ctx context.Context) error {
		for _, i := range items {
			var err error
			switch state {
			case Asking:
				_, err = s.DB.Exec(ctx, markAsked, string(state), now.UnixMilli(), id, i.Item)
			case Planned:
				_, err = s.DB.Exec(ctx, markPlanned, id, i.Item)
			case Waiting:
				_, err = s.DB.Exec(ctx, markState, string(state), id, i.Item)
			default:
				_, err = s.DB.Exec(ctx, markSettled, string(state), reason, now.UnixMilli(), id, i.Item)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("mark items of %s: %w", id, err)
	}
	return nil
}

func (s *Service) replan(ctx context.Context, id string) error {
	_, err := s.DB.Exec(ctx, replanItems, id)
	return err
}

func (s *Service) end(ctx context.Context, id string, now time.Time) error {
	if _, err := s.DB.Exec(ctx, endTransfer, now.UnixMilli(), id); err != nil {
		return fmt.Errorf("end transfer %s: %w", id, err)
	}
	return nil
}

func (s *Service) timesAsked(ctx context.Context, corp, external string, since time.Time) (n int, err error) {
	err = s.DB.Get(ctx, countAsked, []any{corp, external, since.UnixMilli()}, &n)
	return n, err
}

func (s *Service) groupsTaken(ctx context.Context, corp, to string, since time.Time) (n int, err error) {
	err = s.DB.Get(ctx, countTaken, []any{corp, to, since.UnixMilli()}, &n)
	return n, err
}

// awaiting lists the running transfers in which a customer is on the way to a member.
func (s *Service) awaiting(ctx context.Context, corp, taker, external string) (ids []string, err error) {
	err = s.DB.Each(ctx, selectAwaiting, []any{corp, external, taker}, func(rows *sql.Rows) error {
		var id string
		err := rows.Scan(&id)
		ids = append(ids, id)
		return err
	})
	return ids, err
}
