package desk

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"yutang/internal/db"
	"yutang/internal/fault"
	"yutang/internal/page"
)

const (
	accountColumns = `corp, account, name, servicers, welcome, revoked, gone_at, pulled_at, problem`
	selectAccount  = `SELECT ` + accountColumns + ` FROM desk_account WHERE corp = $1 AND account = $2`
	selectAccounts = `SELECT ` + accountColumns + ` FROM desk_account WHERE corp = $1 AND account > $2 ORDER BY account LIMIT $3`
	selectPlace    = `SELECT cursor, token, token_at, told, done, seq, welcome, revoked FROM desk_account WHERE corp = $1 AND account = $2`

	insertAccount = `INSERT INTO desk_account (corp, account, name, servicers, welcome, cursor, token, token_at, told, done, seq,
			revoked, gone_at, pulled_at, problem)
		VALUES ($1, $2, '', '[]', '', '', $3, 0, 0, 0, 0, FALSE, 0, 0, '') ON CONFLICT (corp, account) DO NOTHING`
	updateListed  = `UPDATE desk_account SET name = $3, servicers = $4, gone_at = 0 WHERE corp = $1 AND account = $2`
	updateGone    = `UPDATE desk_account SET gone_at = $3 WHERE corp = $1 AND account = $2 AND gone_at = 0`
	updateRevoked = `UPDATE desk_account SET revoked = $3 WHERE corp = $1 AND account = $2`
	updateWelcome = `UPDATE desk_account SET welcome = $3 WHERE corp = $1 AND account = $2`
	updateTold    = `UPDATE desk_account SET told = told + 1 WHERE corp = $1 AND account = $2`
	updateToken   = `UPDATE desk_account SET token = $3, token_at = $4 WHERE corp = $1 AND account = $2 AND token_at <= $4`
	dropToken     = `UPDATE desk_account SET token = $3 WHERE corp = $1 AND account = $2 AND token_at = $4`
	resetCursor   = `UPDATE desk_account SET cursor = '' WHERE corp = $1 AND account = $2 AND cursor = $3`
	updateProblem = `UPDATE desk_account SET problem = $3 WHERE corp = $1 AND account = $2`
	updateCursor  = `UPDATE desk_account SET cursor = $5, seq = $6, problem = '' WHERE corp = $1 AND account = $2 AND cursor = $3 AND seq = $4`
	updateDone    = `UPDATE desk_account SET done = $3, pulled_at = $4 WHERE corp = $1 AND account = $2`

	selectCorp  = `SELECT keep_days, purged_to, pulled_at, problem FROM desk_corp WHERE corp = $1`
	upsertRound = `INSERT INTO desk_corp (corp, keep_days, purged_to, pulled_at, problem) VALUES ($1, $2, 0, $3, $4)
		ON CONFLICT (corp) DO UPDATE SET pulled_at = excluded.pulled_at, problem = excluded.problem`
	upsertKeep = `INSERT INTO desk_corp (corp, keep_days, purged_to, pulled_at, problem) VALUES ($1, $2, 0, 0, '')
		ON CONFLICT (corp) DO UPDATE SET keep_days = excluded.keep_days`
	updatePurged = `UPDATE desk_corp SET purged_to = $2 WHERE corp = $1`
)

func scanAccount(scan func(dest ...any) error) (a Account, err error) {
	var servicers string
	var gone, pulled int64
	if err := scan(&a.Corp, &a.ID, &a.Name, &servicers, &a.Welcome, &a.Revoked, &gone, &pulled, &a.Problem); err != nil {
		return a, err
	}
	a.GoneAt, a.PulledAt = db.Moment(gone), db.Moment(pulled)
	return a, json.Unmarshal([]byte(servicers), &a.Servicers)
}

// Account is one account.
func (s *Service) Account(ctx context.Context, corpID, account string) (Account, error) {
	a, err := scanAccount(func(dest ...any) error { return s.DB.Get(ctx, selectAccount, []any{corpID, account}, dest...) })
	if fault.Is(err, fault.NotFound) {
		return a, fault.New(fault.NotFound, "desk_account_not_found", "corp %s has no customer service account %q", corpID, account)
	}
	return a, err
}

// Accounts pages through the accounts of a corp by id, those that are gone too.
func (s *Service) Accounts(ctx context.Context, corpID, cursor string, limit int) (page.Page[Account], error) {
	after, items := "", []Account(nil)
	if _, err := page.After(cursor, &after); err != nil {
		return page.Page[Account]{}, err
	}
	limit = page.Limit(limit)
	err := s.DB.Each(ctx, selectAccounts, []any{corpID, after, limit + 1}, func(rows *sql.Rows) error {
		a, err := scanAccount(rows.Scan)
		items = append(items, a)
		return err
	})
	return page.Cut(items, limit, func(a Account) string { return a.ID }), err
}

// replaceAccounts writes the list of accounts as the platform has it, and gives those that
// the app may pull.
func (s *Service) replaceAccounts(ctx context.Context, corpID string, found []Account) (ids []string, err error) {
	err = s.DB.InTx(ctx, func(ctx context.Context) error {
		ids = nil
		known, err := s.allAccounts(ctx, corpID)
		if err != nil {
			return err
		}
		for _, a := range found {
			if err := s.saveListed(ctx, a); err != nil {
				return err
			}
			if !slices.ContainsFunc(known, func(k Account) bool { return k.ID == a.ID && k.Revoked }) {
				ids = append(ids, a.ID)
			}
		}
		now := s.Clock.Now().UnixMilli()
		for _, k := range known {
			if slices.ContainsFunc(found, func(a Account) bool { return a.ID == k.ID }) {
				continue
			}
			if _, err := s.DB.Exec(ctx, updateGone, corpID, k.ID, now); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("store accounts of %s: %w", corpID, err)
	}
	return ids, nil
}

func (s *Service) allAccounts(ctx context.Context, corpID string) (out []Account, err error) {
	err = s.DB.Each(ctx, selectAccounts, []any{corpID, "", 1 << 20}, func(rows *sql.Rows) error {
		a, err := scanAccount(rows.Scan)
		out = append(out, a)
		return err
	})
	return out, err
}

func (s *Service) saveListed(ctx context.Context, a Account) error {
	servicers, err := json.Marshal(a.Servicers)
	if err != nil {
		return err
	}
	if err := s.meet(ctx, a.Corp, a.ID); err != nil {
		return err
	}
	_, err = s.DB.Exec(ctx, updateListed, a.Corp, a.ID, a.Name, string(servicers))
	return err
}

// meet makes the row of an account unless it is there.
func (s *Service) meet(ctx context.Context, corpID, account string) error {
	_, err := s.DB.Exec(ctx, insertAccount, corpID, account, []byte{})
	return err
}

func (s *Service) saveWelcomeText(ctx context.Context, corpID, account, text string) error {
	_, err := s.DB.Exec(ctx, updateWelcome, corpID, account, text)
	return err
}

func (s *Service) saveRevoked(ctx context.Context, corpID, account string, revoked bool) error {
	if err := s.meet(ctx, corpID, account); err != nil {
		return err
	}
	_, err := s.DB.Exec(ctx, updateRevoked, corpID, account, revoked)
	return err
}

func (s *Service) saveGone(ctx context.Context, p place) error {
	_, err := s.DB.Exec(ctx, updateGone, p.corp, p.account, s.Clock.Now().UnixMilli())
	return err
}

func (s *Service) saveProblem(ctx context.Context, p place, problem string) error {
	_, err := s.DB.Exec(ctx, updateProblem, p.corp, p.account, problem)
	return err
}

// place is where the pull of an account stands.
type place struct {
	corp, account string
	cursor        string
	token         string // of the newest callback, "" none
	tokenAt       int64
	told, done    int64
	seq           int64
	welcome       string
	revoked       bool
}

func (s *Service) place(ctx context.Context, corpID, account string) (place, error) {
	p := place{corp: corpID, account: account}
	var token []byte
	err := s.DB.Get(ctx, selectPlace, []any{corpID, account}, &p.cursor, &token, &p.tokenAt, &p.told, &p.done, &p.seq, &p.welcome, &p.revoked)
	if err != nil || len(token) == 0 {
		return p, err
	}
	plain, err := s.Box.Open(nil, token, tokenScope(corpID, account))
	p.token = string(plain)
	return p, err
}

func tokenScope(corpID, account string) string { return "desk/" + corpID + "/" + account + "/token" }

// tell notes a callback and gives its number. An older token does not replace a newer one.
func (s *Service) tell(ctx context.Context, corpID, account, token string, at time.Time) (n int64, err error) {
	if err := s.meet(ctx, corpID, account); err != nil {
		return 0, err
	}
	if _, err := s.DB.Exec(ctx, updateTold, corpID, account); err != nil {
		return 0, err
	}
	if token != "" {
		sealed := s.Box.Seal(nil, []byte(token), tokenScope(corpID, account))
		if _, err := s.DB.Exec(ctx, updateToken, corpID, account, sealed, at.UnixMilli()); err != nil {
			return 0, err
		}
	}
	p, err := s.place(ctx, corpID, account)
	return p.told, err
}

func (s *Service) forgetToken(ctx context.Context, p place) error {
	_, err := s.DB.Exec(ctx, dropToken, p.corp, p.account, []byte{}, p.tokenAt)
	return err
}

func (s *Service) beginAgain(ctx context.Context, p place) error {
	_, err := s.DB.Exec(ctx, resetCursor, p.corp, p.account, p.cursor)
	return err
}

// State is how customer service of a corp is.
func (s *Service) State(ctx context.Context, corpID string) (State, error) {
	st, _, err := s.state(ctx, corpID)
	return st, err
}

func (s *Service) state(ctx context.Context, corpID string) (st State, purgedTo int64, err error) {
	st.KeepDays = DefaultKeep
	var pulled int64
	err = s.DB.Get(ctx, selectCorp, []any{corpID}, &st.KeepDays, &purgedTo, &pulled, &st.Problem)
	st.PulledAt = db.Moment(pulled)
	if fault.Is(err, fault.NotFound) {
		return st, 0, nil
	}
	return st, purgedTo, err
}

func (s *Service) saveRound(ctx context.Context, corpID string, at time.Time, problem string) error {
	_, err := s.DB.Exec(ctx, upsertRound, corpID, DefaultKeep, at.UnixMilli(), problem)
	return err
}

func (s *Service) saveKeep(ctx context.Context, corpID string, days int) error {
	_, err := s.DB.Exec(ctx, upsertKeep, corpID, days)
	return err
}
