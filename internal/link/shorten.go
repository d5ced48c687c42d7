package link

import (
	"context"
	"fmt"
	"strings"
	"time"

	"yutang/internal/access"
	"yutang/internal/db"
	"yutang/internal/fault"
	"yutang/internal/id"
	"yutang/internal/seal"
)

// row is a link on its way into the database.
type row struct {
	Link
	hash   seal.Blind
	target seal.Blind
}

// Shorten gives the short address of an order. The same order gives the same address.
func (s *Service) Shorten(ctx context.Context, o Order) (string, error) {
	l, err := s.order(ctx, Link{Order: o})
	if err != nil {
		return "", fmt.Errorf("shorten a link: %w", err)
	}
	public, err := s.PublicURL(ctx)
	return public + Path + l.Code, err
}

// order finds or makes a link.
func (s *Service) order(ctx context.Context, l Link) (Link, error) {
	public, err := s.PublicURL(ctx)
	if err != nil {
		return Link{}, err
	}
	if public == "" {
		return Link{}, errNoPublicURL
	}
	if _, err := checkURL(l.URL, "/url"); err != nil {
		return Link{}, err
	}
	if strings.HasPrefix(l.URL, public+Path) {
		return Link{}, fault.BadField("/url", "is a short link already")
	}
	r := row{Link: l, hash: s.hash(l.Order), target: s.targetHash(l.URL)}
	if r.CreatedBy != "" {
		r.hash = s.Box.Blind("link_made", l.Run)
	}
	return s.find(ctx, r)
}

func (s *Service) find(ctx context.Context, r row) (Link, error) {
	code, err := s.selectCode(ctx, r.hash)
	if err == nil {
		r.Code = code
		return r.Link, nil
	}
	if !fault.Is(err, fault.NotFound) {
		return Link{}, err
	}
	r.CreatedAt = s.Clock.Now()
	if db.Within(ctx) { // the caller's transaction decides
		err = s.insertLink(ctx, &r)
	} else {
		err = s.keeper.put(ctx, &work{link: &r})
	}
	return r.Link, err
}

// NewLink is a link that a person makes, for anybody.
type NewLink struct {
	URL       string
	Name      string
	ExpiresAt time.Time // zero: never
}

const maxName = 100

// Create makes a link that leads everybody to the same address. Each call makes another.
func (s *Service) Create(ctx context.Context, n NewLink) (Link, error) {
	now := s.Clock.Now()
	switch n.Name = strings.TrimSpace(n.Name); {
	case len([]rune(n.Name)) > maxName:
		return Link{}, fault.BadField("/name", "has at most %d characters", maxName)
	case !n.ExpiresAt.IsZero() && !n.ExpiresAt.After(now):
		return Link{}, fault.BadField("/expires_at", "is past")
	}
	who, ok := access.From(ctx)
	if !ok {
		who = access.System
	}
	l, err := s.order(ctx, Link{Name: n.Name, ExpiresAt: n.ExpiresAt, CreatedBy: who.ID, Order: Order{URL: n.URL, Run: id.New("lnk")}})
	if err != nil {
		return Link{}, err
	}
	return s.Get(ctx, l.Code)
}

// Get is one link.
func (s *Service) Get(ctx context.Context, code string) (Link, error) {
	code, ok := ParseCode(code)
	if !ok {
		return Link{}, errNoLink
	}
	return s.selectLink(ctx, code)
}

// Close ends a link: who opens it is told that it is over. Closing it again changes nothing.
// In a transaction, call Forget once it is committed.
func (s *Service) Close(ctx context.Context, code string) error {
	if _, err := s.Get(ctx, code); err != nil {
		return err
	}
	err := s.closeLink(ctx, code, s.Clock.Now())
	s.known.forget(code)
	return err
}

// Forget makes the next visit of a link look at it anew.
func (s *Service) Forget(code string) { s.known.forget(code) }

// ForgetAll drops what is remembered of all links, after rows were changed elsewhere.
func (s *Service) ForgetAll() { s.known.clear() }

// Address is the public address of a link.
func (s *Service) Address(ctx context.Context, code string) (string, error) {
	public, err := s.PublicURL(ctx)
	return public + Path + code, err
}

var errNoLink = fault.New(fault.NotFound, "link_not_found", "there is no such link")
