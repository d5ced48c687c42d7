package exporter

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"yutang/internal/customer"
	"yutang/internal/identity"
)

// Sheet makes rows of customers.
type Sheet struct {
	Customers *customer.Service
	Identity  *identity.Service
	// StaffNames tells what members of staff are called; nil: nobody knows.
	StaffNames func(ctx context.Context, users []string) (map[string]string, error)
}

// Look is how customers are shown in a file.
type Look struct {
	Columns []Column
	Open    bool                     // personal values in clear
	Time    func(t time.Time) string // writes a moment; it is not asked for the zero one
}

// Rows are the cells of customers, each in the order of the columns.
func (s *Sheet) Rows(ctx context.Context, roots []uint32, look Look) ([][]string, error) {
	profiles, err := s.Customers.Profiles(ctx, roots)
	if err != nil {
		return nil, err
	}
	owned := make([][]identity.Owned, len(roots))
	if look.asks("phone", "email") {
		if owned, err = s.Identity.OfCustomers(ctx, roots); err != nil {
			return nil, err
		}
	}
	var names map[string]string
	if look.asks("staff") {
		if names, err = s.names(ctx, profiles); err != nil {
			return nil, err
		}
	}
	out := make([][]string, len(roots))
	for i := range profiles {
		l := line{open: profiles[i], shown: profiles[i], owned: owned[i], names: names, look: &look}
		if !look.Open {
			l.shown = customer.Mask(profiles[i])
		}
		out[i] = l.cells()
	}
	return out, nil
}

func (l *Look) asks(fields ...string) bool {
	return slices.ContainsFunc(l.Columns, func(c Column) bool { return slices.Contains(fields, c.Field) })
}

// names are what the staff of customers are called, by userid.
func (s *Sheet) names(ctx context.Context, profiles []customer.Profile) (map[string]string, error) {
	var users []string
	for i := range profiles {
		users = append(users, staffOf(&profiles[i])...)
	}
	if len(users) == 0 || s.StaffNames == nil {
		return nil, nil //nolint:nilnil // nobody has a name
	}
	slices.Sort(users)
	return s.StaffNames(ctx, slices.Compact(users))
}

func staffOf(p *customer.Profile) (users []string) {
	for _, user := range gjson.ParseBytes(p.Traits["staff"]).Array() {
		users = append(users, user.String())
	}
	return users
}

// line is one customer who becomes a row.
type line struct {
	open, shown customer.Profile
	owned       []identity.Owned
	names       map[string]string
	look        *Look
}

func (l *line) cells() []string {
	out := make([]string, len(l.look.Columns))
	for i, c := range l.look.Columns {
		out[i] = l.cell(c.Field)
	}
	return out
}

func (l *line) cell(field string) string {
	if name, ok := strings.CutPrefix(field, traitPrefix); ok {
		return text(l.shown.Traits[name])
	}
	p := &l.shown
	switch field {
	case "id":
		return p.ID
	case "name":
		return l.personal("name", customer.NameIn(l.open.Traits))
	case "phone":
		return l.personal("phone", l.or(customer.PhoneIn(l.open.Traits), "phone"))
	case "email":
		return l.personal("email", l.or(text(l.open.Traits["email"]), "email"))
	case "tags":
		return strings.Join(p.Tags, "; ")
	case "aipl":
		return p.Lifecycle.AIPL
	case "aarrr":
		return p.Lifecycle.AARRR
	case "tier":
		return p.Tier
	case "channel":
		return text(l.open.Traits["channel"])
	case "staff":
		return l.staff()
	case "first_seen":
		return l.moment(p.FirstSeen)
	case "last_seen":
		return l.moment(p.LastSeen)
	case "events":
		return strconv.Itoa(p.Events)
	}
	return l.orders(field)
}

func (l *line) orders(field string) string {
	o := &l.shown.Orders
	switch field {
	case "orders":
		return strconv.Itoa(o.Count)
	case "net_revenue":
		return strconv.FormatFloat(o.Decimal().Float(), 'f', -1, 64)
	case "currency":
		return o.Currency
	case "last_order":
		if o.LastAt != 0 {
			return l.moment(time.UnixMilli(o.LastAt))
		}
	}
	return ""
}

// or is value, or the first identity of a kind if there is none.
func (l *line) or(value, kind string) string {
	for _, o := range l.owned {
		if value == "" && o.Type == kind {
			value = o.Value
		}
	}
	return value
}

func (l *line) personal(kind, value string) string {
	if value == "" || l.look.Open {
		return value
	}
	return customer.MaskIdentity(kind, value)
}

func (l *line) staff() string {
	users := staffOf(&l.open)
	for i, user := range users {
		if name := l.names[user]; name != "" {
			users[i] = name
		}
	}
	return strings.Join(users, "; ")
}

func (l *line) moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return l.look.Time(t)
}

// text is a JSON value as a cell; lists and objects stay JSON.
func text(raw json.RawMessage) string {
	if v := gjson.ParseBytes(bytes.TrimSpace(raw)); v.Type != gjson.JSON {
		return v.String()
	}
	return string(raw)
}
