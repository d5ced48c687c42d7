package access

import (
	"context"
	"errors"
	"net/mail"
	"strings"
	"time"

	"yutang/internal/fault"
	"yutang/internal/id"
)

// Account is somebody who can sign in. Email and Name are personal data.
type Account struct {
	ID        string
	Email     string
	Name      string
	Role      Role
	Disabled  bool
	CreatedAt time.Time
	UpdatedAt time.Time
}

// NewAccount asks for an account.
type NewAccount struct {
	Email    string
	Name     string
	Password string
	Role     Role
}

// Validate says what is wrong with the wish, by field.
func (n NewAccount) Validate() error {
	if _, err := normalEmail(n.Email); err != nil {
		return err
	}
	if name := strings.TrimSpace(n.Name); name == "" || len(name) > 100 {
		return fault.BadField("/name", "wants 1 to 100 characters")
	}
	if !n.Role.Known() {
		return fault.BadField("/role", "wants one of owner, operator, analyst, viewer")
	}
	return checkPassword("/password", n.Password)
}

func normalEmail(text string) (string, error) {
	text = strings.ToLower(strings.TrimSpace(text))
	addr, err := mail.ParseAddress(text)
	if err != nil || addr.Address != text || len(text) > 254 {
		return "", fault.BadField("/email", "wants an e-mail address")
	}
	return text, nil
}

// AddAccount makes an account. A second one with the same address is a conflict.
func (s *Service) AddAccount(ctx context.Context, n NewAccount) (Account, error) {
	if err := n.Validate(); err != nil {
		return Account{}, err
	}
	if err := mayGrant(ctx, Principal{Role: n.Role}); err != nil {
		return Account{}, err
	}
	hash, err := s.hashPassword(ctx, n.Password)
	if err != nil {
		return Account{}, err
	}
	email, err := normalEmail(n.Email)
	if err != nil {
		return Account{}, err
	}
	now := s.clock.Now()
	a := Account{ID: id.New("acc"), Email: email, Name: strings.TrimSpace(n.Name), Role: n.Role, CreatedAt: now, UpdatedAt: now}
	err = s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.insertAccount(ctx, a, hash); err != nil {
			return err
		}
		return s.Audit(ctx, "account.create", a.ID, map[string]any{"role": a.Role})
	})
	return a, err
}

// AccountChange says what to change of an account; nil leaves a field as it is.
type AccountChange struct {
	Name     *string
	Role     *Role
	Disabled *bool
	Password *string
}

func (c AccountChange) validate() error {
	if c.Name != nil && (strings.TrimSpace(*c.Name) == "" || len(*c.Name) > 100) {
		return fault.BadField("/name", "wants 1 to 100 characters")
	}
	if c.Role != nil && !c.Role.Known() {
		return fault.BadField("/role", "wants one of owner, operator, analyst, viewer")
	}
	if c.Password != nil {
		return checkPassword("/password", *c.Password)
	}
	return nil
}

// UpdateAccount changes an account. A new password or a disabled account ends all its
// sessions. The last owner who can sign in stays one.
func (s *Service) UpdateAccount(ctx context.Context, accountID string, c AccountChange) (Account, error) {
	if err := c.validate(); err != nil {
		return Account{}, err
	}
	hash := ""
	if c.Password != nil {
		var err error
		if hash, err = s.hashPassword(ctx, *c.Password); err != nil {
			return Account{}, err
		}
	}
	var a Account
	err := s.db.InTx(ctx, func(ctx context.Context) (err error) {
		if a, err = s.Account(ctx, accountID); err != nil {
			return err
		}
		reigned, before := a.Role == Owner && !a.Disabled, a.Role
		changed := c.apply(&a)
		if err := errors.Join(mayGrant(ctx, Principal{Role: before}), mayGrant(ctx, Principal{Role: a.Role})); err != nil {
			return err
		}
		a.UpdatedAt = s.clock.Now()
		if err := s.updateAccount(ctx, a, hash); err != nil {
			return err
		}
		if reigned {
			if err := s.keepAnOwner(ctx); err != nil {
				return err
			}
		}
		if hash != "" || a.Disabled {
			if err := s.deleteSessionsOf(ctx, a.ID); err != nil {
				return err
			}
		}
		return s.Audit(ctx, "account.update", a.ID, map[string]any{"changed": changed, "role": a.Role, "disabled": a.Disabled})
	})
	return a, err
}

// apply changes a and names the changed fields.
func (c AccountChange) apply(a *Account) []string {
	changed := []string{}
	if c.Name != nil {
		a.Name = strings.TrimSpace(*c.Name)
		changed = append(changed, "name")
	}
	if c.Role != nil {
		a.Role = *c.Role
		changed = append(changed, "role")
	}
	if c.Disabled != nil {
		a.Disabled = *c.Disabled
		changed = append(changed, "disabled")
	}
	if c.Password != nil {
		changed = append(changed, "password")
	}
	return changed
}

func (s *Service) keepAnOwner(ctx context.Context) error {
	n, err := s.countOwnerAccounts(ctx)
	if err != nil {
		return err
	}
	if n == 0 {
		return fault.New(fault.Precondition, "last_owner", "this is the last owner who can sign in; make another owner first")
	}
	return nil
}

// ChangePassword gives the signed-in account another password if the current one is
// right. All its sessions end, this one too.
func (s *Service) ChangePassword(ctx context.Context, current, wanted string) error {
	p, ok := From(ctx)
	if !ok || p.Kind != BySession {
		return fault.New(fault.Precondition, "no_account", "only a signed-in account has a password")
	}
	keys := []throttleKey{{name: p.ID}}
	if wait := s.throttle.try(s.clock.Now(), keys); wait > 0 {
		return tooManyGuesses(wait)
	}
	hash, err := s.passwordOf(ctx, p.ID)
	if err != nil {
		return err
	}
	same, err := s.samePassword(ctx, current, hash)
	if err != nil {
		return err
	}
	if !same {
		return fault.BadField("/current", "is not the current password")
	}
	s.throttle.clear(keys)
	_, err = s.UpdateAccount(ctx, p.ID, AccountChange{Password: &wanted})
	return err
}
