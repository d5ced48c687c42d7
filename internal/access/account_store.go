package access

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"yutang/internal/db"
	"yutang/internal/fault"
	"yutang/internal/page"
)

const accountScope = "account"

// person is the sealed part of an account.
type person struct {
	Email string `json:"email"`
	Name  string `json:"name"`
}

func (s *Service) sealPerson(a Account) ([]byte, error) {
	raw, err := json.Marshal(person{Email: a.Email, Name: a.Name})
	if err != nil {
		return nil, fmt.Errorf("seal account %s: %w", a.ID, err)
	}
	return s.box.Seal(nil, raw, accountScope), nil
}

func (s *Service) emailKey(email string) []byte {
	key := s.box.Blind("account.email", email)
	return key[:]
}

const insertAccount = `
INSERT INTO account (id, email_key, person, role, password, disabled, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`

func (s *Service) insertAccount(ctx context.Context, a Account, hash string) error {
	sealed, err := s.sealPerson(a)
	if err != nil {
		return err
	}
	_, err = s.db.Exec(ctx, insertAccount,
		a.ID, s.emailKey(a.Email), sealed, string(a.Role), hash, a.Disabled, db.Millis(a.CreatedAt), db.Millis(a.UpdatedAt))
	if fault.Is(err, fault.Conflict) {
		return fault.New(fault.Conflict, "account_exists", "an account with this e-mail address exists already")
	}
	return err
}

const updateAccount = `
UPDATE account
SET person = $2,
    role = $3,
    disabled = $4,
    updated_at = $5,
    password = CASE WHEN $6 = '' THEN password ELSE $6 END
WHERE id = $1`

func (s *Service) updateAccount(ctx context.Context, a Account, hash string) error {
	sealed, err := s.sealPerson(a)
	if err != nil {
		return err
	}
	_, err = s.db.Exec(ctx, updateAccount, a.ID, sealed, string(a.Role), a.Disabled, db.Millis(a.UpdatedAt), hash)
	return err
}

const accountColumns = `id, person, role, disabled, created_at, updated_at`

func (s *Service) scanAccount(scan func(...any) error, more ...any) (Account, error) {
	var a Account
	var sealed []byte
	var created, updated int64
	dest := append([]any{&a.ID, &sealed, &a.Role, &a.Disabled, &created, &updated}, more...)
	if err := scan(dest...); err != nil {
		return Account{}, err
	}
	raw, err := s.box.Open(nil, sealed, accountScope)
	if err != nil {
		return Account{}, fmt.Errorf("open account %s: %w", a.ID, err)
	}
	var p person
	if err := json.Unmarshal(raw, &p); err != nil {
		return Account{}, fmt.Errorf("open account %s: %w", a.ID, err)
	}
	a.Email, a.Name = p.Email, p.Name
	a.CreatedAt, a.UpdatedAt = db.Moment(created), db.Moment(updated)
	return a, nil
}

const getAccount = `
SELECT ` + accountColumns + `
FROM account
WHERE id = $1`

// Account is the account with this id.
func (s *Service) Account(ctx context.Context, accountID string) (Account, error) {
	a, err := s.scanAccount(func(dest ...any) error { return s.db.Get(ctx, getAccount, []any{accountID}, dest...) })
	if fault.Is(err, fault.NotFound) {
		return Account{}, fault.New(fault.NotFound, "account_not_found", "no account has the id %q", accountID)
	}
	return a, err
}

const getAccountByEmail = `
SELECT ` + accountColumns + `, password
FROM account
WHERE email_key = $1`

func (s *Service) accountByEmail(ctx context.Context, email string) (a Account, hash string, err error) {
	a, err = s.scanAccount(func(dest ...any) error {
		return s.db.Get(ctx, getAccountByEmail, []any{s.emailKey(email)}, dest...)
	}, &hash)
	return a, hash, err
}

const listAccounts = `
SELECT ` + accountColumns + `
FROM account
WHERE id > $1
ORDER BY id
LIMIT $2`

// Accounts lists the accounts, oldest first.
func (s *Service) Accounts(ctx context.Context, cursor string, limit int) (page.Page[Account], error) {
	var after string
	if _, err := page.After(cursor, &after); err != nil {
		return page.Page[Account]{}, err
	}
	limit = page.Limit(limit)
	items := []Account{}
	err := s.db.Each(ctx, listAccounts, []any{after, limit + 1}, func(rows *sql.Rows) error {
		a, err := s.scanAccount(rows.Scan)
		items = append(items, a)
		return err
	})
	if err != nil {
		return page.Page[Account]{}, fmt.Errorf("list accounts: %w", err)
	}
	return page.Cut(items, limit, func(a Account) string { return a.ID }), nil
}

const countOwnerAccounts = `
SELECT COUNT(*)
FROM account
WHERE role = 'owner' AND NOT disabled`

func (s *Service) countOwnerAccounts(ctx context.Context) (n int64, err error) {
	if err := s.db.Get(ctx, countOwnerAccounts, nil, &n); err != nil {
		return 0, fmt.Errorf("count owners: %w", err)
	}
	return n, nil
}

const getPassword = `SELECT password FROM account WHERE id = $1`

func (s *Service) passwordOf(ctx context.Context, accountID string) (hash string, err error) {
	if err := s.db.Get(ctx, getPassword, []any{accountID}, &hash); err != nil {
		return "", fmt.Errorf("load password of %s: %w", accountID, err)
	}
	return hash, nil
}
