package desk

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"yutang/internal/db"
	"yutang/internal/page"
)

const (
	insertWelcome = `INSERT INTO desk_welcome (corp, msgid, account, external, at, code, text, sent_as, state, reason, settled_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '', 0) ON CONFLICT (corp, msgid) DO NOTHING`
	welcomeColumns = `corp, msgid, account, external, at, code, text, sent_as, state, reason, settled_at`
	selectWelcome  = `SELECT ` + welcomeColumns + ` FROM desk_welcome WHERE corp = $1 AND msgid = $2`
	selectWelcomes = `SELECT ` + welcomeColumns + ` FROM desk_welcome WHERE corp = $1 AND ($2 = '' OR account = $2) AND (at, msgid) < ($3, $4)
		ORDER BY at DESC, msgid DESC LIMIT $5`
	updateWelcomeState = `UPDATE desk_welcome SET state = $3, reason = $4 WHERE corp = $1 AND msgid = $2 AND settled_at = 0`
	updateSettled      = `UPDATE desk_welcome SET state = $3, reason = $4, settled_at = $5, code = $6
		WHERE corp = $1 AND msgid = $2 AND settled_at = 0`
	updateFailed = `UPDATE desk_welcome SET state = $3, reason = $4, settled_at = $5, code = $6 WHERE corp = $1 AND sent_as = $2`
)

func codeScope(corpID, id string) string { return "desk/" + corpID + "/code/" + id }

// insertGreeting makes the row of a greeting; n is 0 when it is there.
func (s *Service) insertGreeting(ctx context.Context, p place, it item) (n int64, err error) {
	code := s.Box.Seal(nil, []byte(it.code), codeScope(p.corp, it.id))
	return s.DB.Exec(ctx, insertWelcome, p.corp, it.id, p.account, it.external, it.at.UnixMilli(), code, p.welcome,
		sentAs(p.corp, it.id), string(WelcomeWaiting))
}

func (s *Service) scanWelcome(scan func(dest ...any) error) (w Welcome, err error) {
	var at, settled int64
	var code []byte
	err = scan(&w.Corp, &w.ID, &w.Account, &w.External, &at, &code, &w.text, &w.sentAs, &w.State, &w.Reason, &settled)
	w.EnteredAt, w.SettledAt = time.UnixMilli(at).UTC(), db.Moment(settled)
	if err != nil || len(code) == 0 {
		return w, err
	}
	plain, err := s.Box.Open(nil, code, codeScope(w.Corp, w.ID))
	if w.code = string(plain); err != nil {
		return w, fmt.Errorf("open welcome code: %w", err)
	}
	return w, nil
}

func (s *Service) greeting(ctx context.Context, corpID, id string) (Welcome, error) {
	return s.scanWelcome(func(dest ...any) error { return s.DB.Get(ctx, selectWelcome, []any{corpID, id}, dest...) })
}

func (s *Service) saveWelcome(ctx context.Context, w Welcome, state WelcomeState, reason string) error {
	_, err := s.DB.Exec(ctx, updateWelcomeState, w.Corp, w.ID, string(state), reason)
	return err
}

func (s *Service) saveSettled(ctx context.Context, w Welcome, state WelcomeState, reason string, at time.Time) error {
	_, err := s.DB.Exec(ctx, updateSettled, w.Corp, w.ID, string(state), reason, at.UnixMilli(), []byte{})
	return err
}

// saveWelcomeFailed notes that the platform could not deliver a greeting. It overrules what
// the call answered.
func (s *Service) saveWelcomeFailed(ctx context.Context, corpID, sentAs, reason string, at time.Time) error {
	_, err := s.DB.Exec(ctx, updateFailed, corpID, sentAs, string(WelcomeFailed), reason, at.UnixMilli(), []byte{})
	return err
}

// entry is where a list of greetings stopped.
type entry struct {
	At int64  `json:"a"`
	ID string `json:"i"`
}

// Welcomes pages through the greetings of a corp, the newest first. account "" is all.
func (s *Service) Welcomes(ctx context.Context, corpID, account, cursor string, limit int) (page.Page[Welcome], error) {
	after := entry{At: 1<<63 - 1}
	if _, err := page.After(cursor, &after); err != nil {
		return page.Page[Welcome]{}, err
	}
	limit = page.Limit(limit)
	var items []Welcome
	err := s.DB.Each(ctx, selectWelcomes, []any{corpID, account, after.At, after.ID, limit + 1}, func(rows *sql.Rows) error {
		w, err := s.scanWelcome(rows.Scan)
		items = append(items, w)
		return err
	})
	return page.Cut(items, limit, func(w Welcome) entry { return entry{w.EnteredAt.UnixMilli(), w.ID} }), err
}
