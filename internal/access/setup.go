package access

import (
	"context"
	"crypto/subtle"

	"yutang/internal/fault"
)

// SetupToken makes the secret of the one-time set-up link while nobody can get in yet.
// It gives "" when somebody can. Each call makes the former link worthless; a link lives
// no longer than the process.
func (s *Service) SetupToken(ctx context.Context) (string, error) {
	owned, err := s.owned(ctx)
	if err != nil || owned {
		return "", err
	}
	secret := newSecret()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.setup = hashSecret(secret)
	return secret, nil
}

// NeedsSetup says whether nobody can get in yet.
func (s *Service) NeedsSetup(ctx context.Context) (bool, error) {
	owned, err := s.owned(ctx)
	return !owned, err
}

// Setup makes the first owner, whose role is set here, and signs it in.
func (s *Service) Setup(ctx context.Context, token string, n NewAccount) (Session, string, error) {
	n.Role = Owner
	if !s.isSetupToken(token) {
		return Session{}, "", fault.New(fault.Forbidden, "bad_setup_link", "the set-up link is not valid; take the one that serve printed last")
	}
	var a Account
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		owned, err := s.owned(ctx)
		if err != nil {
			return err
		}
		if owned {
			return fault.New(fault.Precondition, "set_up_already", "the owner exists already; sign in")
		}
		if a, err = s.AddAccount(ctx, n); err != nil {
			return err
		}
		return s.SetMaskByDefault(ctx, true)
	})
	if err != nil {
		return Session{}, "", err
	}
	s.mu.Lock()
	s.setup = [32]byte{}
	s.mu.Unlock()
	return s.openSession(ctx, a)
}

func (s *Service) isSetupToken(token string) bool {
	s.mu.Lock()
	want := s.setup
	s.mu.Unlock()
	got := hashSecret(token)
	return want != [32]byte{} && subtle.ConstantTimeCompare(got[:], want[:]) == 1
}
