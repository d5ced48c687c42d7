package webhook

import (
	"context"
	"crypto/rand"
	"time"

	"yutang/internal/fault"
	"yutang/internal/id"
)

// Endpoint is where messages go. Secrets hold the newest first; two while one is being
// replaced.
type Endpoint struct {
	ID         string
	Name       string
	URL        string
	Secrets    []string
	Idempotent bool          // it deduplicates by Idempotency-Key, so a call may be repeated
	Timeout    time.Duration // of one call
	Disabled   bool
	CreatedAt  time.Time
}

// Limits of Timeout.
const (
	DefaultTimeout = 10 * time.Second
	maxTimeout     = 30 * time.Second
)

// check completes and validates what an operator sets.
func (s *Service) check(e *Endpoint) error {
	if e.Name == "" || len(e.Name) > 100 {
		return fault.BadField("/name", "an endpoint's name has 1 to 100 bytes")
	}
	if _, err := s.allow.CheckURL(e.URL); err != nil {
		return err
	}
	if e.Timeout == 0 {
		e.Timeout = DefaultTimeout
	}
	if e.Timeout < time.Second || e.Timeout > maxTimeout {
		return fault.BadField("/timeout_seconds", "a timeout is 1 to 30 seconds")
	}
	return nil
}

// Create adds an endpoint with a new secret, which is readable in the result only.
func (s *Service) Create(ctx context.Context, e Endpoint) (Endpoint, error) {
	if err := s.check(&e); err != nil {
		return Endpoint{}, err
	}
	e.ID, e.CreatedAt, e.Secrets = id.New("ep"), s.clock.Now(), []string{newSecret()}
	return e, s.insert(ctx, e)
}

// Update replaces name, URL, timeout and the flags.
func (s *Service) Update(ctx context.Context, e Endpoint) (Endpoint, error) {
	if err := s.check(&e); err != nil {
		return Endpoint{}, err
	}
	old, err := s.Get(ctx, e.ID)
	if err != nil {
		return Endpoint{}, err
	}
	e.Secrets, e.CreatedAt = old.Secrets, old.CreatedAt
	return e, s.update(ctx, e)
}

// Rotate adds a new secret; the one before stays valid until the next Rotate or Retire.
func (s *Service) Rotate(ctx context.Context, key string) (Endpoint, error) {
	e, err := s.Get(ctx, key)
	if err != nil {
		return Endpoint{}, err
	}
	e.Secrets = []string{newSecret(), e.Secrets[0]}
	return e, s.update(ctx, e)
}

// Retire drops the older secret.
func (s *Service) Retire(ctx context.Context, key string) (Endpoint, error) {
	e, err := s.Get(ctx, key)
	if err != nil {
		return Endpoint{}, err
	}
	e.Secrets = e.Secrets[:1]
	return e, s.update(ctx, e)
}

func newSecret() string { return "whsec_" + rand.Text() + rand.Text() }
