package access

import (
	"context"
	"crypto/subtle"
	"time"

	"yutang/internal/db"
	"yutang/internal/fault"
	"yutang/internal/id"
)

// How long a session lasts: at most, and without being used.
const (
	SessionAge  = 7 * 24 * time.Hour
	SessionIdle = 24 * time.Hour
)

// Session is a signed-in account.
type Session struct {
	ID        string
	AccountID string
	ExpiresAt time.Time
}

// Credentials are what somebody types to sign in, and from where.
type Credentials struct {
	Email    string
	Password string
	Remote   string // address of the client, for throttling
}

var errBadLogin = fault.New(fault.Unauthenticated, "bad_login", "the e-mail address or the password is wrong")

// SignIn checks the credentials and opens a session. Its secret belongs in a cookie.
// Wrong guesses make the next one wait; an unknown address takes as long as a known one.
func (s *Service) SignIn(ctx context.Context, c Credentials) (Session, string, error) {
	email, err := normalEmail(c.Email)
	if err != nil {
		return Session{}, "", err
	}
	keys := throttleKeys(s.emailKey(email), c.Remote)
	if wait := s.throttle.try(s.clock.Now(), keys); wait > 0 {
		return Session{}, "", tooManyGuesses(wait)
	}
	a, hash, err := s.accountByEmail(ctx, email)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return Session{}, "", err
	}
	same, err := s.samePassword(ctx, c.Password, hash)
	if err != nil {
		return Session{}, "", err
	}
	if !same || a.Disabled {
		return Session{}, "", errBadLogin
	}
	s.throttle.clear(keys)
	return s.openSession(ctx, a)
}

func tooManyGuesses(wait time.Duration) error {
	e := fault.New(fault.RateLimited, "too_many_logins", "too many wrong passwords; wait %s", wait.Round(time.Second))
	e.RetryAfter = wait
	return e
}

func (s *Service) openSession(ctx context.Context, a Account) (Session, string, error) {
	secret := newSecret()
	now := s.clock.Now()
	session := Session{ID: id.New("ses"), AccountID: a.ID, ExpiresAt: now.Add(SessionAge)}
	ctx = As(ctx, a.principal())
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.insertSession(ctx, session, hashSecret(secret), now); err != nil {
			return err
		}
		return s.Audit(ctx, "session.open", a.ID, nil)
	})
	return session, secret, err
}

func (a Account) principal() Principal {
	return Principal{ID: a.ID, Name: a.Name, Role: a.Role, Kind: BySession, Scope: ScopeBrand}
}

var errBadSession = fault.New(fault.Unauthenticated, "bad_session", "the session has ended; sign in again")

// AuthenticateSession finds the principal of a session's secret, of an account or else of
// a member of staff.
func (s *Service) AuthenticateSession(ctx context.Context, secret string) (Principal, error) {
	hash := hashSecret(secret)
	found, err := s.sessionByHash(ctx, hash)
	switch {
	case fault.Is(err, fault.NotFound):
		return s.authenticateStaff(ctx, hash)
	case err != nil:
		return Principal{}, err
	case subtle.ConstantTimeCompare(found.hash, hash[:]) != 1:
		return Principal{}, errBadSession
	}
	now := s.clock.Now()
	seen := db.Moment(max(found.seenAt, s.lastUse(found.session.ID)))
	if found.account.Disabled || !now.Before(found.session.ExpiresAt) || now.Sub(seen) >= SessionIdle {
		return Principal{}, errBadSession
	}
	s.noteUse(found.session.ID, now.UnixMilli())
	p := found.account.principal()
	p.Masked, err = s.MaskByDefault(ctx)
	return p, err
}

// SignOut ends the session of a secret. An unknown one is as good as ended.
func (s *Service) SignOut(ctx context.Context, secret string) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		n, err := s.deleteSession(ctx, hashSecret(secret))
		if err == nil && n == 0 {
			return s.closeStaffSession(ctx, hashSecret(secret))
		}
		if err != nil {
			return err
		}
		by, _ := From(ctx)
		return s.Audit(ctx, "session.close", by.ID, nil)
	})
}
