package acquisition

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"yutang/internal/fault"
	"yutang/internal/page"
)

const linkColumns = `number, id, corp, link_id, state, spec, url, adopted, hash, problem, creating_at, wanted, pulled_at, created_at, updated_at, deleted_at`

const readColumns = linkColumns + `, clicks, new_customers, counted_at`

const (
	selectAll    = `SELECT ` + readColumns + ` FROM acquisition_link`
	selectByID   = `SELECT ` + readColumns + ` FROM acquisition_link WHERE id = $1`
	selectByLink = `SELECT ` + readColumns + ` FROM acquisition_link WHERE corp = $1 AND link_id = $2 AND link_id <> ''`
	selectRemote = `SELECT ` + readColumns + ` FROM acquisition_link WHERE corp = $1 AND link_id <> '' AND deleted_at = 0 ORDER BY number`
	selectList   = `SELECT ` + readColumns + ` FROM acquisition_link
		WHERE number < $1 AND deleted_at = 0 AND ($2 = '' OR corp = $3) ORDER BY number DESC LIMIT $4`
)

// ms is a moment as SQL has it; the zero time is 0.
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

func (s *Service) linksOf(ctx context.Context, query string, args ...any) ([]Link, error) {
	var out []Link
	err := s.DB.Each(ctx, query, args, func(rows *sql.Rows) error {
		var l Link
		var spec, problem string
		var creating, pulled, created, updated, deleted, counted int64
		err := rows.Scan(&l.Number, &l.ID, &l.Corp, &l.LinkID, &l.State, &spec, &l.URL, &l.Adopted, &l.hash, &problem, &creating, &l.wanted,
			&pulled, &created, &updated, &deleted, &l.Counted.Clicks, &l.Counted.NewCustomers, &counted)
		if err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(spec), &l.Spec); err != nil {
			return fmt.Errorf("read the spec of acquisition link %s: %w", l.ID, err)
		}
		if problem != "" {
			if err := json.Unmarshal([]byte(problem), &l.Problem); err != nil {
				return fmt.Errorf("read the problem of acquisition link %s: %w", l.ID, err)
			}
		}
		l.creatingAt, l.PulledAt, l.CreatedAt, l.UpdatedAt, l.DeletedAt = at(creating), at(pulled), at(created), at(updated), at(deleted)
		l.Counted.At = at(counted)
		out = append(out, l)
		return nil
	})
	return out, err
}

func (s *Service) linkOf(ctx context.Context, query string, args ...any) (Link, error) {
	all, err := s.linksOf(ctx, query, args...)
	if err == nil && len(all) == 0 {
		err = fault.New(fault.NotFound, "link_not_found", "no such acquisition link")
	}
	if err != nil {
		return Link{}, err
	}
	return all[0], nil
}

func (s *Service) byID(ctx context.Context, linkID string) (Link, error) {
	return s.linkOf(ctx, selectByID, linkID)
}

func (s *Service) byLinkID(ctx context.Context, corpID, remote string) (Link, error) {
	return s.linkOf(ctx, selectByLink, corpID, remote)
}

const (
	selectTop  = `SELECT COALESCE(MAX(number), 0) FROM acquisition_link`
	insertLink = `INSERT INTO acquisition_link (` + linkColumns + `, name, channel)
		VALUES ($1, $2, $3, '', $4, $5, '', $6, '', '', 0, 0, 0, $7, $8, 0, $9, $10)`
	updateSpec    = `UPDATE acquisition_link SET spec = $1, name = $2, channel = $3, updated_at = $4 WHERE number = $5`
	updateDeleted = `UPDATE acquisition_link SET deleted_at = $1 WHERE number = $2`
	updateRemote  = `UPDATE acquisition_link SET link_id = $1, url = $2, hash = $3, problem = $4, creating_at = $5 WHERE number = $6`
	updateWanted  = `UPDATE acquisition_link SET wanted = wanted + 1 WHERE number = $1`
	selectWanted  = `SELECT wanted FROM acquisition_link WHERE number = $1`
	updatePulled  = `UPDATE acquisition_link SET pulled_at = $1 WHERE number = $2`
	updateCounted = `UPDATE acquisition_link SET clicks = $1, new_customers = $2, counted_at = $3 WHERE number = $4`
	selectIDs     = `SELECT link_id FROM acquisition_link WHERE corp = $1 AND link_id <> ''`
	selectMaking  = `SELECT COUNT(*) FROM acquisition_link WHERE corp = $1 AND name = $2 AND link_id = '' AND creating_at > 0`
)

// insert stores a new link with the next number and its state, in ctx's transaction.
func (s *Service) insert(ctx context.Context, l *Link) error {
	if err := s.DB.Get(ctx, selectTop, nil, &l.Number); err != nil {
		return err
	}
	l.Number = max(l.Number+1, s.Clock.Now().UnixMicro()) // never what a lost future gave, see package livecode
	l.State = s.stateOf(l.Corp, l.Number)
	_, err := s.DB.Exec(ctx, insertLink, l.Number, l.ID, l.Corp, l.State, string(toJSON(l.Spec)), l.Adopted, ms(l.CreatedAt), ms(l.UpdatedAt), l.Spec.Name, l.Spec.Channel)
	return err
}

func (s *Service) saveSpec(ctx context.Context, l Link) error {
	_, err := s.DB.Exec(ctx, updateSpec, string(toJSON(l.Spec)), l.Spec.Name, l.Spec.Channel, ms(l.UpdatedAt), l.Number)
	return err
}

func (s *Service) markDeleted(ctx context.Context, l Link) error {
	_, err := s.DB.Exec(ctx, updateDeleted, ms(l.DeletedAt), l.Number)
	return err
}

func (s *Service) saveRemote(ctx context.Context, l Link) error {
	problem := ""
	if l.Problem != nil {
		problem = string(toJSON(l.Problem))
	}
	_, err := s.DB.Exec(ctx, updateRemote, l.LinkID, l.URL, l.hash, problem, ms(l.creatingAt), l.Number)
	return err
}

func (s *Service) want(ctx context.Context, number int64) error {
	_, err := s.DB.Exec(ctx, updateWanted, number)
	return err
}

func (s *Service) wanted(ctx context.Context, number int64) (n int64, err error) {
	err = s.DB.Get(ctx, selectWanted, []any{number}, &n)
	return n, err
}

func (s *Service) markPulled(ctx context.Context, number int64, now time.Time) error {
	_, err := s.DB.Exec(ctx, updatePulled, ms(now), number)
	return err
}

func (s *Service) markCounted(ctx context.Context, number int64, c Counted) error {
	_, err := s.DB.Exec(ctx, updateCounted, c.Clicks, c.NewCustomers, ms(c.At), number)
	return err
}

// remoteIDs are the platform's ids of the links that we have, deleted ones too.
func (s *Service) remoteIDs(ctx context.Context, corpID string) (map[string]bool, error) {
	out := map[string]bool{}
	err := s.DB.Each(ctx, selectIDs, []any{corpID}, func(rows *sql.Rows) error {
		var linkID string
		err := rows.Scan(&linkID)
		out[linkID] = true
		return err
	})
	return out, err
}

// beingMade says whether a link of this name is being made.
func (s *Service) beingMade(ctx context.Context, corpID, name string) (bool, error) {
	n := 0
	err := s.DB.Get(ctx, selectMaking, []any{corpID, name}, &n)
	return n > 0, err
}

// customer is somebody who came through a link.
type customer struct {
	link                        int64
	corp, external, user, state string
	seen                        time.Time
	chatted                     bool
}

const (
	insertCustomer = `INSERT INTO acquisition_customer (link, external, staff, corp, chatted, state, seen_at, chat_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, 0)
		ON CONFLICT (link, external, staff) DO UPDATE SET chatted = (acquisition_customer.chatted OR excluded.chatted)`
	updateChatted = `UPDATE acquisition_customer SET chatted = TRUE, chat_at = $1 WHERE corp = $2 AND external = $3 AND staff = $4 AND chat_at = 0`
	selectCount   = `SELECT COUNT(*), COALESCE(SUM(CASE WHEN chatted THEN 1 ELSE 0 END), 0) FROM acquisition_customer WHERE link = $1`
	listCustomers = `SELECT external, staff, chatted, seen_at, chat_at FROM acquisition_customer
		WHERE link = $1 AND (external > $2 OR external = $3 AND staff > $4) ORDER BY external, staff LIMIT $5`
)

func (s *Service) saveCustomer(ctx context.Context, c customer) error {
	_, err := s.DB.Exec(ctx, insertCustomer, c.link, c.external, c.user, c.corp, c.chatted, c.state, ms(c.seen))
	return err
}

func (s *Service) chatted(ctx context.Context, corpID, external, user string, when time.Time) error {
	_, err := s.DB.Exec(ctx, updateChatted, ms(when), corpID, external, user)
	return err
}

func (s *Service) count(ctx context.Context, number int64) (customers, chatted int, err error) {
	err = s.DB.Get(ctx, selectCount, []any{number}, &customers, &chatted)
	return customers, chatted, err
}

// Customer is somebody who came through a link.
type Customer struct {
	External string    `json:"external_userid"`
	Staff    string    `json:"staff"`
	Chatted  bool      `json:"chatted" doc:"the customer has written"`
	SeenAt   time.Time `json:"seen_at"`
	ChatAt   time.Time `json:"chat_at,omitzero" doc:"when the platform told us; absent if only a pull did"`
}

// Customers lists who came through a link.
func (s *Service) Customers(ctx context.Context, linkID, cursor string, limit int) (page.Page[Customer], error) {
	l, err := s.byID(ctx, linkID)
	if err != nil {
		return page.Page[Customer]{}, err
	}
	var after [2]string
	if _, err := page.After(cursor, &after); err != nil {
		return page.Page[Customer]{}, err
	}
	limit = page.Limit(limit)
	var out []Customer
	err = s.DB.Each(ctx, listCustomers, []any{l.Number, after[0], after[0], after[1], limit + 1}, func(rows *sql.Rows) error {
		var c Customer
		var seen, chat int64
		if err := rows.Scan(&c.External, &c.Staff, &c.Chatted, &seen, &chat); err != nil {
			return err
		}
		c.SeenAt, c.ChatAt = at(seen), at(chat)
		out = append(out, c)
		return nil
	})
	return page.Cut(out, limit, func(c Customer) [2]string { return [2]string{c.External, c.Staff} }), err
}
