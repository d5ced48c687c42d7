package cac

import (
	"encoding/json"
	"slices"
	"time"

	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/insight"
	"yutang/internal/insight/cost"
	"yutang/internal/rule"
)

// Query asks what the customers connected in a span of time cost and brought.
type Query struct {
	From         string           `json:"from,omitempty"` // whole days; default: all time
	To           string           `json:"to,omitempty"`   // default now
	Timezone     string           `json:"timezone,omitempty"`
	Audience     string           `json:"audience,omitempty"`
	By           []cost.Dimension `json:"by,omitempty"`            // "channel", "month", "staff", "campaign", "phase"; default all but phase
	PendingDays  int              `json:"pending_days,omitempty"`  // how long an ask may wait before it counts as not accepted; default 7
	RetainedDays int              `json:"retained_days,omitempty"` // default 7
	HorizonDays  int              `json:"horizon_days,omitempty"`  // of the payback curve; default 365
	Step         insight.Period   `json:"step,omitempty"`          // of the curve: "week" (default) or "day"
	Margin       float64          `json:"margin,omitempty"`        // share of revenue that is profit before these costs; default the gross margin of the boards' settings, else 1
	Predict      *bool            `json:"predict,omitempty"`       // also what customers will bring; default true
	PredictWeeks float64          `json:"predict_weeks,omitempty"` // default 52
	Failed       []string         `json:"failed,omitempty"`        // events that say that an ask failed; default none
	Exposure     json.RawMessage  `json:"exposure,omitempty"`      // {"event": E, "where"?: [P...]} that shows a customer the way in
}

const (
	maxHorizon = 730
	maxWait    = 365
	maxValues  = 1000 // of a dimension; the rest is (other)
	maxFailed  = 20
)

// plan is a checked query.
type plan struct {
	Query
	zone        *time.Location
	from, to    int64 // ms, inclusive
	first, last cost.Day
	picks       []rule.Pick
	predict     bool
}

// The picks of a plan as bits. The last two may be missing.
const (
	isAdded = 1 << iota
	isHalf
	isEnd
	isFailed
	isExposed
)

// nothing is an event that nobody can send: it stands for what a query does not name.
const nothing = "\x00"

// parse checks a query. margin is that of one that names none, 0 for all of the revenue.
func parse(raw json.RawMessage, b *insight.Base, margin float64) (*plan, error) {
	p := &plan{}
	if err := insight.Decode(raw, &p.Query); err != nil {
		return nil, err
	}
	if p.Margin == 0 {
		p.Margin = margin
	}
	if err := p.check(); err != nil {
		return nil, err
	}
	var err error
	if p.zone, err = b.Location(p.Timezone, "/timezone"); err != nil {
		return nil, err
	}
	start, end, err := b.Span(p.From, p.To, p.zone)
	if err != nil {
		return nil, err
	}
	p.first, p.last = 1, cost.DayOf(end.In(p.zone))
	if !start.IsZero() {
		p.first = cost.DayOf(start.In(p.zone))
	}
	p.from, p.to = p.first.In(p.zone).UnixMilli(), (p.last+1).In(p.zone).UnixMilli()-1
	return p, p.parsePicks()
}

func (p *plan) check() error {
	if p.PendingDays == 0 {
		p.PendingDays = 7
	}
	if p.RetainedDays == 0 {
		p.RetainedDays = 7
	}
	if p.HorizonDays == 0 {
		p.HorizonDays = 365
	}
	if p.Step == "" {
		p.Step = insight.Week
	}
	if p.Margin == 0 {
		p.Margin = 1
	}
	if p.PredictWeeks == 0 {
		p.PredictWeeks = 52
	}
	if len(p.By) == 0 {
		p.By = []cost.Dimension{cost.ByChannel, cost.ByMonth, cost.ByStaff, cost.ByCampaign}
	}
	p.predict = p.Predict == nil || *p.Predict
	switch {
	case p.PendingDays < 0 || p.PendingDays > maxWait:
		return fault.BadField("/pending_days", "is 1 to %d", maxWait)
	case p.RetainedDays < 0 || p.RetainedDays > maxWait:
		return fault.BadField("/retained_days", "is 1 to %d", maxWait)
	case p.HorizonDays < 0 || p.HorizonDays > maxHorizon:
		return fault.BadField("/horizon_days", "is 1 to %d", maxHorizon)
	case p.Step != insight.Day && p.Step != insight.Week:
		return fault.BadField("/step", `must be "day" or "week"`)
	case !(p.Margin > 0 && p.Margin <= 1):
		return fault.BadField("/margin", "is a share, more than 0 and at most 1")
	case !(p.PredictWeeks > 0 && p.PredictWeeks <= 520):
		return fault.BadField("/predict_weeks", "is more than 0 and at most 520")
	case len(p.Failed) > maxFailed:
		return fault.BadField("/failed", "at most %d events", maxFailed)
	}
	for i, by := range p.By {
		if !slices.Contains([]cost.Dimension{cost.ByChannel, cost.ByMonth, cost.ByStaff, cost.ByCampaign, cost.ByPhase}, by) || slices.Index(p.By, by) < i {
			return fault.BadField("/by", `is a list of "channel", "month", "staff", "campaign" and "phase", each at most once`)
		}
	}
	return nil
}

func (p *plan) parsePicks() error {
	failed := p.Failed
	if len(failed) == 0 {
		failed = []string{nothing}
	}
	exposed := rule.PickOf(nothing)
	if len(p.Exposure) > 0 {
		var faults []fault.Field
		if exposed, faults = rule.ParsePick(p.Exposure, "/exposure", p.zone); len(faults) > 0 {
			e := fault.New(fault.Invalid, "invalid_query", "%s", faults[0].Detail)
			e.Fields = faults
			return e
		}
	}
	p.picks = []rule.Pick{
		rule.PickOf(event.ContactAdded), rule.PickOf(event.ContactHalfAdded), rule.PickOf(event.ContactLost, event.ContactDeleted),
		rule.PickOf(failed...), exposed,
	}
	return nil
}

// named are the picks that the query itself names, whose events may be unknown.
func (p *plan) named() (out []rule.Pick) {
	if len(p.Failed) > 0 {
		out = append(out, p.picks[3])
	}
	if len(p.Exposure) > 0 {
		out = append(out, p.picks[4])
	}
	return out
}

// cell is one number of an answer.
type cell struct {
	By     cost.Dimension `json:"by,omitempty"` // none: of the total
	Value  string         `json:"value,omitempty"`
	Number Number         `json:"number"`
}

// Number names a number that counts customers.
type Number string

// The numbers.
const (
	Connected   Number = "connected"
	HalfAdded   Number = "half_added"
	Pending     Number = "pending"
	AskFailed   Number = "failed"
	Exposed     Number = "exposed"
	FirstOrders Number = "first_orders"
	Buyers      Number = "buyers"
	Retained    Number = "retained"
	Lost        Number = "lost"
)

var numbers = []Number{Connected, HalfAdded, Pending, AskFailed, Exposed, FirstOrders, Buyers, Retained, Lost}

func (p *plan) parseCell(raw json.RawMessage) (c cell, err error) {
	if err := insight.DecodeCell(raw, &c); err != nil {
		return c, err
	}
	if !slices.Contains(numbers, c.Number) {
		return c, fault.BadField("/cell/number", "is one of %v", numbers)
	}
	if c.By != "" && c.By != cost.ByPhase && !slices.Contains(p.By, c.By) {
		return c, fault.BadField("/cell/by", "the query does not divide by %q", c.By)
	}
	return c, nil
}
