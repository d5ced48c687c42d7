package access

import (
	"context"
	"crypto/subtle"
	"slices"
	"strings"
	"time"

	"yutang/internal/fault"
	"yutang/internal/id"
)

// TokenPrefix starts every API token the product makes, so that scanners find leaked ones.
const TokenPrefix = "yt_"

// Token describes an API token; the token itself is shown once, when it is made.
type Token struct {
	ID        string
	Name      string
	Role      Role
	Only      []Permission // narrows the role; nil is all of it
	CreatedBy string
	CreatedAt time.Time
	ExpiresAt time.Time // zero: never
	UsedAt    time.Time // zero: never
	RevokedAt time.Time // zero: in force
}

// NewToken asks for an API token.
type NewToken struct {
	Name      string
	Role      Role
	Only      []Permission
	ExpiresAt time.Time
}

// Validate refuses a token that nobody could use or that grants what does not exist.
func (n NewToken) Validate(now time.Time) error {
	if name := strings.TrimSpace(n.Name); name == "" || len(name) > 100 {
		return fault.BadField("/name", "wants 1 to 100 characters")
	}
	if !n.Role.Known() {
		return fault.BadField("/role", "wants one of owner, operator, analyst, viewer")
	}
	for _, p := range n.Only {
		if !n.Role.Has(p) {
			return fault.BadField("/permissions", "the role %s does not have %q", n.Role, p)
		}
	}
	if !n.ExpiresAt.IsZero() && !n.ExpiresAt.After(now) {
		return fault.BadField("/expires_at", "must lie in the future")
	}
	return nil
}

// AddToken makes a token and gives its secret, which nobody can see again. The principal
// of ctx must have all that the token may do.
func (s *Service) AddToken(ctx context.Context, n NewToken) (Token, string, error) {
	if err := n.Validate(s.clock.Now()); err != nil {
		return Token{}, "", err
	}
	by, ok := From(ctx)
	if !ok {
		return Token{}, "", fault.New(fault.Unauthenticated, "unauthenticated", "nobody asks for this token")
	}
	if err := mayGrant(ctx, Principal{Role: n.Role, Only: n.Only}); err != nil {
		return Token{}, "", err
	}
	secret := TokenPrefix + newSecret()
	t, err := s.addToken(ctx, n, secret, by.ID)
	return t, secret, err
}

func (s *Service) addToken(ctx context.Context, n NewToken, secret, by string) (Token, error) {
	t := Token{
		ID:        id.New("tok"),
		Name:      strings.TrimSpace(n.Name),
		Role:      n.Role,
		Only:      slices.Clone(n.Only),
		CreatedBy: by,
		CreatedAt: s.clock.Now(),
		ExpiresAt: n.ExpiresAt,
	}
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.insertToken(ctx, t, hashSecret(secret)); err != nil {
			return err
		}
		return s.Audit(ctx, "token.create", t.ID, map[string]any{"role": t.Role, "permissions": t.Only})
	})
	return t, err
}

// RevokeToken ends a token at once. Revoking it again changes nothing.
func (s *Service) RevokeToken(ctx context.Context, tokenID string) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		t, err := s.Token(ctx, tokenID)
		if err != nil || !t.RevokedAt.IsZero() {
			return err
		}
		if err := s.markRevoked(ctx, tokenID); err != nil {
			return err
		}
		return s.Audit(ctx, "token.revoke", tokenID, nil)
	})
}

var errBadToken = fault.New(fault.Unauthenticated, "bad_token", "the API token is unknown, expired or revoked")

// Authenticate finds the principal of an API token. The look-up goes by the hash of the
// secret and the found hash is compared in constant time, so timing tells nothing.
func (s *Service) Authenticate(ctx context.Context, secret string) (Principal, error) {
	hash := hashSecret(secret)
	t, stored, err := s.tokenByHash(ctx, hash)
	switch {
	case fault.Is(err, fault.NotFound):
		return Principal{}, errBadToken
	case err != nil:
		return Principal{}, err
	case subtle.ConstantTimeCompare(stored, hash[:]) != 1:
		return Principal{}, errBadToken
	}
	now := s.clock.Now()
	if !t.RevokedAt.IsZero() || (!t.ExpiresAt.IsZero() && !now.Before(t.ExpiresAt)) {
		return Principal{}, errBadToken
	}
	s.noteUse(t.ID, now.UnixMilli())
	return Principal{ID: t.ID, Name: t.Name, Role: t.Role, Kind: ByToken, Scope: ScopeBrand, Only: t.Only}, nil
}

// Bootstrap makes adminToken the owner's API token if no account and no token exists
// yet. Otherwise, or if it is empty, it does nothing.
func (s *Service) Bootstrap(ctx context.Context, adminToken string) error {
	if strings.TrimSpace(adminToken) == "" {
		return nil
	}
	return s.db.InTx(ctx, func(ctx context.Context) error {
		owned, err := s.owned(ctx)
		if err != nil || owned {
			return err
		}
		_, err = s.addToken(ctx, NewToken{Name: "YUTANG_ADMIN_TOKEN", Role: Owner}, adminToken, System.ID)
		return err
	})
}
