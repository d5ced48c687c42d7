package access

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"time"

	"yutang/internal/fault"
)

// Brand is what the whole deployment has in common. Days begin in Zone; money without a
// currency is in Currency.
type Brand struct {
	Name     string `json:"name"`
	Zone     string `json:"zone"`     // IANA name
	Currency string `json:"currency"` // ISO 4217
}

// DefaultBrand holds until somebody sets another.
var DefaultBrand = Brand{Name: "鱼塘", Zone: "Asia/Shanghai", Currency: "CNY"}

var currencyForm = regexp.MustCompile(`^[A-Z]{3}$`)

// Validate says which field of the brand cannot be.
func (b Brand) Validate() error {
	if name := strings.TrimSpace(b.Name); name == "" || len(name) > 100 {
		return fault.BadField("/name", "wants 1 to 100 characters")
	}
	if _, err := time.LoadLocation(b.Zone); err != nil || b.Zone == "" || b.Zone == "Local" {
		return fault.BadField("/zone", "wants an IANA time zone such as Asia/Shanghai")
	}
	if !currencyForm.MatchString(b.Currency) {
		return fault.BadField("/currency", "wants an ISO 4217 code such as CNY")
	}
	return nil
}

// Location is the brand's zone; UTC if this machine does not know it any more.
func (b Brand) Location() *time.Location {
	loc, err := time.LoadLocation(b.Zone)
	if err != nil {
		return time.UTC
	}
	return loc
}

const brandKey = "brand"

// brandFor is how long a read brand is believed: it is asked for on busy roads.
const brandFor = 5 * time.Second

type keptBrand struct {
	brand Brand
	until time.Time
}

// Brand is the brand's settings, at most a few seconds old where another node set them.
func (s *Service) Brand(ctx context.Context) (Brand, error) {
	now := s.clock.Now()
	if kept := s.brand.Load(); kept != nil && now.Before(kept.until) {
		return kept.brand, nil
	}
	b, err := s.readBrand(ctx)
	if err == nil {
		s.brand.Store(&keptBrand{brand: b, until: now.Add(brandFor)})
	}
	return b, err
}

func (s *Service) readBrand(ctx context.Context) (Brand, error) {
	raw, err := s.setting(ctx, brandKey)
	if fault.Is(err, fault.NotFound) {
		return DefaultBrand, nil
	}
	if err != nil {
		return Brand{}, fmt.Errorf("load brand: %w", err)
	}
	b := DefaultBrand
	if err := json.Unmarshal(raw, &b); err != nil {
		return Brand{}, fmt.Errorf("load brand: %w", err)
	}
	return b, nil
}

// SetBrand replaces the brand's settings.
func (s *Service) SetBrand(ctx context.Context, b Brand) error {
	if err := b.Validate(); err != nil {
		return err
	}
	raw, err := json.Marshal(b)
	if err != nil {
		return fmt.Errorf("save brand: %w", err)
	}
	defer s.brand.Store(nil)
	return s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.putSetting(ctx, brandKey, raw); err != nil {
			return fmt.Errorf("save brand: %w", err)
		}
		return s.Audit(ctx, "brand.update", brandKey, b)
	})
}
