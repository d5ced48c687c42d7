package privacy

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"yutang/internal/customer"
	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/id"
)

// AllFields asks for every personal value.
const AllFields = "all"

// Look asks for personal values of a customer in clear.
type Look struct {
	Ord    uint32
	Fields []string // traits, identity types, "contacts"; or AllFields alone
	Reason string
}

// Revealed is what was asked for, in clear.
type Revealed struct {
	Identities []event.Identity
	Traits     map[string]json.RawMessage
	Contacts   []Noted
}

// Noted is what a member of staff wrote down of a customer at the platform.
type Noted struct {
	Staff       string
	Remark      string
	Description string
	Company     string
	Mobiles     []string
}

func (l *Look) validate() (err error) {
	if l.Reason, err = checkReason(l.Reason); err != nil {
		return err
	}
	if len(l.Fields) == 0 || len(l.Fields) > 50 {
		return fault.BadField("/fields", `name 1 to 50 fields, such as "phone", or "all"`)
	}
	for _, f := range l.Fields {
		if f == "" || len(f) > 64 {
			return fault.BadField("/fields", "a field is the name of a trait or identity type of 1 to 64 bytes")
		}
	}
	slices.Sort(l.Fields)
	l.Fields = slices.Compact(l.Fields)
	return nil
}

// wants says whether a field was asked for.
func (l *Look) wants(name string) bool {
	return slices.Contains(l.Fields, AllFields) || slices.Contains(l.Fields, name)
}

// Reveal gives personal values in clear. Who asked, for what and why is on disk before.
func (s *Service) Reveal(ctx context.Context, l Look) (Revealed, error) {
	if err := l.validate(); err != nil {
		return Revealed{}, err
	}
	out, err := s.look(ctx, &l)
	if err != nil {
		return Revealed{}, err
	}
	err = s.Access.Audited(ctx, "customer.reveal", func(context.Context) (string, any, error) {
		return id.Customer(l.Ord), map[string]any{"fields": l.Fields, "reason": l.Reason}, nil
	})
	if err != nil {
		return Revealed{}, err
	}
	return out, nil
}

// look collects what is masked elsewhere.
func (s *Service) look(ctx context.Context, l *Look) (Revealed, error) {
	out := Revealed{Identities: []event.Identity{}, Traits: map[string]json.RawMessage{}, Contacts: []Noted{}}
	p, err := s.find(ctx, l.Ord, false)
	if err != nil {
		return out, err
	}
	l.Ord = p.root
	profile, err := s.Customers.Profile(ctx, p.root)
	if err != nil {
		return out, err
	}
	for name, value := range profile.Traits {
		if event.Personal(name) && l.wants(name) {
			out.Traits[name] = value
		}
	}
	for _, o := range p.identities {
		kind, _, _ := strings.Cut(o.Type, ":")
		if customer.MaskIdentity(o.Type, o.Value) != o.Value && (l.wants(o.Type) || l.wants(kind)) {
			out.Identities = append(out.Identities, o.Identity)
		}
	}
	if l.wants("contacts") {
		out.Contacts, err = s.noted(ctx, p)
	}
	return out, err
}
