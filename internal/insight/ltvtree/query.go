package ltvtree

import (
	"encoding/json"
	"slices"
	"time"

	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/insight"
	"yutang/internal/rule"
)

// Query asks for the tree of a span of time.
type Query struct {
	From       string          `json:"from,omitempty"` // default: eleven months before the month of To
	To         string          `json:"to,omitempty"`   // default now
	Timezone   string          `json:"timezone,omitempty"`
	Audience   string          `json:"audience,omitempty"`
	Where      json.RawMessage `json:"where,omitempty"`       // conditions on touches, as in a rule: [{"prop":"channel","op":"eq","value":"wecom_mass"}]
	WindowDays int             `json:"window_days,omitempty"` // an order within so many days after a delivered touch is its conversion; default 7
	MinCount   int             `json:"min_count,omitempty"`   // months with a smaller denominator set no example; default 30
}

const (
	maxWindow = 90
	maxMonths = 60
)

// plan is a checked query.
type plan struct {
	Query
	zone     *time.Location
	from, to int64   // ms, inclusive
	months   []int64 // bounds
	window   int64   // ms
	picks    []rule.Pick
}

// The picks of a plan as bits.
const (
	isDelivered = 1 << iota
	isFailed
	isAdded
	isReferral
)

func parse(raw json.RawMessage, b *insight.Base) (*plan, error) {
	p := &plan{}
	if err := insight.Decode(raw, &p.Query); err != nil {
		return nil, err
	}
	if p.WindowDays == 0 {
		p.WindowDays = 7
	}
	if p.MinCount == 0 {
		p.MinCount = 30
	}
	switch {
	case p.WindowDays < 0 || p.WindowDays > maxWindow:
		return nil, fault.BadField("/window_days", "is 1 to %d", maxWindow)
	case p.MinCount < 0:
		return nil, fault.BadField("/min_count", "is 1 or more")
	}
	p.window = int64(p.WindowDays) * 24 * 60 * 60 * 1000
	if err := p.parseTimes(b); err != nil {
		return nil, err
	}
	return p, p.parsePicks()
}

func (p *plan) parseTimes(b *insight.Base) (err error) {
	if p.zone, err = b.Location(p.Timezone, "/timezone"); err != nil {
		return err
	}
	from, to, err := b.Span(p.From, p.To, p.zone)
	if err != nil {
		return err
	}
	months, err := insight.NewCalendar(insight.Month, p.zone, "")
	if err != nil {
		return err
	}
	if from.IsZero() {
		from = months.Move(months.Start(to), -11)
	}
	if p.months = months.Between(from, to, maxMonths); p.months == nil {
		return fault.BadField("/from", "at most %d months can be shown", maxMonths)
	}
	p.from, p.to = from.UnixMilli(), to.UnixMilli()
	return nil
}

func (p *plan) parsePicks() error {
	for _, name := range []string{event.MessageDelivered, event.MessageFailed} {
		selection := map[string]any{"event": name}
		if len(p.Where) > 0 {
			selection["where"] = p.Where
		}
		raw, err := json.Marshal(selection)
		if err != nil {
			return fault.BadField("/where", "must be a list of conditions")
		}
		pick, faults := rule.ParsePick(raw, "", p.zone)
		if len(faults) > 0 {
			e := fault.New(fault.Invalid, "invalid_query", "%s", faults[0].Detail)
			e.Fields = faults
			return e
		}
		p.picks = append(p.picks, pick)
	}
	p.picks = append(p.picks, rule.PickOf(event.ContactAdded), rule.PickOf(event.ReferralCompleted))
	return nil
}

// cell is one number of an answer.
type cell struct {
	Leaf  Name   `json:"leaf"`
	Side  string `json:"side,omitempty"`  // "numerator" (default) or "denominator"
	Month string `json:"month,omitempty"` // "2026-01"; none: the whole span
}

func (p *plan) parseCell(raw json.RawMessage) (c cell, month int, err error) {
	if err := insight.DecodeCell(raw, &c); err != nil {
		return c, 0, err
	}
	if !slices.Contains(names, c.Leaf) {
		return c, 0, fault.BadField("/cell/leaf", "is one of %v", names)
	}
	if c.Side != "" && c.Side != "numerator" && c.Side != "denominator" {
		return c, 0, fault.BadField("/cell/side", `must be "numerator" or "denominator"`)
	}
	month = len(p.months) - 1 // the whole span
	if c.Month != "" {
		at, err := time.ParseInLocation("2006-01", c.Month, p.zone)
		if err == nil {
			month = insight.Find(p.months, at.UnixMilli())
		}
		if err != nil || month < 0 {
			return c, 0, fault.BadField("/cell/month", "%q is no month of the span; write 2026-01", c.Month)
		}
	}
	return c, month, nil
}
