// Package cost owns what bringing customers in costs: rows by hand or from a CSV file, and
// the phases of growth with what is planned for each.
//
// A row is an amount of a day, or of a span of days over which it spreads evenly: to the
// cent, with every part of the span getting its share (Row.Share). It may name a channel, a
// member of staff, a campaign and a phase. Amounts are in the brand's currency. A row of a
// file has a fingerprint of all it says and of how many equal rows came before it in the
// file, so the same file again adds nothing. A row that was changed by hand keeps its
// fingerprint, so the file does not bring the old one back.
//
// Who reads the costs of whom they won is package cac.
package cost

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"yutang/internal/clock"
	"yutang/internal/db"
	"yutang/internal/fault"
	"yutang/internal/id"
	"yutang/internal/money"
	"yutang/internal/page"
	"yutang/internal/seal"
)

// Row is one cost.
type Row struct {
	ID        string
	First     Day
	Last      Day // inclusive
	Channel   string
	Staff     string // userid
	Campaign  string
	Phase     string // "" by its days
	Amount    int64  // minor units; below 0 is money that came back
	Currency  string
	Note      string
	Origin    Origin
	CreatedAt time.Time
	CreatedBy string

	mark string
}

// Origin says how a row came.
type Origin string

// The origins.
const (
	Manual   Origin = "manual"
	Imported Origin = "import"
)

// Limits of one row.
const (
	maxDays   = 3660
	maxAmount = 1_000_000_000_000 // minor units
	maxText   = 200               // characters of a name
	maxNote   = 2000
)

// Config is what costs stand on.
type Config struct {
	DB       *db.DB
	Box      *seal.Box
	Clock    clock.Clock
	Currency func() string // of the brand
}

// Service keeps costs. It is safe for concurrent use.
type Service struct{ Config }

// New makes a Service.
func New(cfg Config) *Service { return &Service{cfg} }

// Filter selects rows. Empty fields select all.
type Filter struct {
	From, To Day // rows that touch these days; 0 open
	Channel  string
	Staff    string
	Campaign string
	Phase    string
}

// Create adds a row by hand.
func (s *Service) Create(ctx context.Context, r Row, by string) (Row, error) {
	r.ID = id.New("cost")
	r.Origin, r.CreatedAt, r.CreatedBy, r.mark = Manual, s.Clock.Now().UTC().Truncate(time.Millisecond), by, r.ID
	if err := s.check(&r); err != nil {
		return Row{}, err
	}
	if err := s.insert(ctx, []Row{r}); err != nil {
		return Row{}, fmt.Errorf("add cost: %w", err)
	}
	return r, nil
}

// Update changes what a row says. Errors: not_found.
func (s *Service) Update(ctx context.Context, r Row) (Row, error) {
	old, err := s.Get(ctx, r.ID)
	if err != nil {
		return Row{}, err
	}
	r.Origin, r.CreatedAt, r.CreatedBy, r.mark = old.Origin, old.CreatedAt, old.CreatedBy, old.mark
	if err := s.check(&r); err != nil {
		return Row{}, err
	}
	return r, s.update(ctx, r)
}

// List gives rows, the newest first.
func (s *Service) List(ctx context.Context, f Filter, cursor string, limit int) (page.Page[Row], error) {
	var before string
	if _, err := page.After(cursor, &before); err != nil {
		return page.Page[Row]{}, err
	}
	limit = page.Limit(limit)
	rows, err := s.selectPage(ctx, f, before, limit+1)
	if err != nil {
		return page.Page[Row]{}, fmt.Errorf("list costs: %w", err)
	}
	return page.Cut(rows, limit, func(r Row) string { return r.ID }), nil
}

// check completes a row and says what is wrong with it.
func (s *Service) check(r *Row) error {
	for _, text := range []*string{&r.Channel, &r.Staff, &r.Campaign, &r.Phase, &r.Note, &r.Currency} {
		*text = strings.TrimSpace(*text)
	}
	brand := s.Currency()
	if r.Currency == "" {
		r.Currency = brand
	}
	if r.Last == 0 {
		r.Last = r.First
	}
	switch {
	case r.First == 0:
		return fault.BadField("/date", "is missing; write 2026-01-31")
	case r.Last < r.First:
		return fault.BadField("/to", "%s is before %s", r.Last, r.First)
	case r.Last-r.First >= maxDays:
		return fault.BadField("/to", "a cost spreads over at most %d days", maxDays)
	case r.Amount == 0:
		return fault.BadField("/amount", "is 0; write what was spent, or less than 0 for money that came back")
	case r.Amount > maxAmount || r.Amount < -maxAmount:
		return fault.BadField("/amount", "is more than %s", money.Amount{Minor: maxAmount, Currency: brand})
	case !strings.EqualFold(r.Currency, brand):
		return fault.BadField("/currency", "%s is not the brand's currency; convert the amount to %s", r.Currency, brand)
	}
	r.Currency = brand
	return checkTexts(r)
}

func checkTexts(r *Row) error {
	for _, t := range []struct {
		ptr, text string
		most      int
	}{
		{"/channel", r.Channel, maxText},
		{"/staff", r.Staff, maxText},
		{"/campaign", r.Campaign, maxText},
		{"/phase", r.Phase, maxText},
		{"/note", r.Note, maxNote},
	} {
		if n := utf8.RuneCountInString(t.text); n > t.most {
			return fault.BadField(t.ptr, "has %d characters; at most %d", n, t.most)
		}
		if !utf8.ValidString(t.text) || strings.ContainsRune(t.text, 0) {
			return fault.BadField(t.ptr, "is no text; is the file in UTF-8 or GB18030?")
		}
	}
	return nil
}
