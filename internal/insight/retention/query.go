package retention

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/insight"
	"yutang/internal/rule"
)

// Query asks for a retention matrix.
type Query struct {
	Period             insight.Period  `json:"period"`
	TotalIntervals     int             `json:"total_intervals"`
	To                 string          `json:"to,omitempty"` // the last interval holds it; default now
	Type               Type            `json:"type,omitempty"`
	Target             json.RawMessage `json:"target"`              // {"event": E, "where"?: [P...]}
	Returning          json.RawMessage `json:"returning,omitempty"` // default: the target
	WeekStart          string          `json:"week_start,omitempty"`
	MinimumOccurrences int             `json:"minimum_occurrences,omitempty"` // returning events in an interval; default 1
	Timezone           string          `json:"timezone,omitempty"`
	Audience           string          `json:"audience,omitempty"`
	Measure            json.RawMessage `json:"measure,omitempty"`   // "count" (default), or {"sum": PROP} of the returning events
	Breakdown          *insight.By     `json:"breakdown,omitempty"` // a property is that of the target event that begins the cohort
}

// Type says who is in a cohort and what counts as coming back.
type Type string

// The types.
const (
	Recurring Type = "recurring"  // in the cohort of each interval in which the target happened
	FirstTime Type = "first_time" // only of the interval of the first target ever
	Rolling   Type = "rolling"    // recurring; came back in that interval or any later one
	Anchored  Type = "anchored"   // one cohort: the first interval's
)

// maxIntervals bounds the matrix.
const maxIntervals = 400

// plan is a checked query.
type plan struct {
	Query
	zone   *time.Location
	bounds []int64
	picks  []rule.Pick // target, returning
	sum    string      // property that is summed, "" customers are counted
	reads  []string    // properties: the sum's, then the breakdown's
}

func parse(raw json.RawMessage, b *insight.Base) (*plan, error) {
	p := &plan{}
	if err := insight.Decode(raw, &p.Query); err != nil {
		return nil, err
	}
	if p.Type == "" {
		p.Type = Recurring
	}
	if !slices.Contains([]Type{Recurring, FirstTime, Rolling, Anchored}, p.Type) {
		return nil, fault.BadField("/type", `must be "recurring", "first_time", "rolling" or "anchored"`)
	}
	if p.TotalIntervals < 1 || p.TotalIntervals > maxIntervals {
		return nil, fault.BadField("/total_intervals", "1 to %d intervals can be shown", maxIntervals)
	}
	if p.MinimumOccurrences < 0 {
		return nil, fault.BadField("/minimum_occurrences", "is 1 or more")
	}
	p.MinimumOccurrences = max(p.MinimumOccurrences, 1)
	var err error
	if p.zone, err = b.Location(p.Timezone, "/timezone"); err != nil {
		return nil, err
	}
	_, to, err := b.Span("", p.To, p.zone)
	if err != nil {
		return nil, err
	}
	calendar, err := insight.NewCalendar(p.Period, p.zone, p.WeekStart)
	if err != nil {
		return nil, err
	}
	p.bounds = calendar.Bounds(p.TotalIntervals, to)
	if err := p.parsePicks(); err != nil {
		return nil, err
	}
	if err := p.parseMeasure(); err != nil {
		return nil, err
	}
	return p, p.parseBreakdown()
}

// maxNumbers is how many numbers an answer may have with its breakdown.
const maxNumbers = 1_000_000

func (p *plan) parseBreakdown() error {
	if p.sum != "" {
		p.reads = append(p.reads, p.sum)
	}
	by := p.Breakdown
	if by == nil {
		return nil
	}
	if err := by.Check("/breakdown"); err != nil {
		return err
	}
	if n := by.Top * p.TotalIntervals * (p.TotalIntervals + 1) / 2; n > maxNumbers {
		return insight.TooWide("/breakdown/top", "numbers", n, maxNumbers)
	}
	if by.Prop != "" {
		p.reads = append(p.reads, by.Prop)
	}
	return nil
}

func (p *plan) parsePicks() error {
	if len(p.Target) == 0 {
		return fault.BadField("/target", `is missing; {"event":"Order Completed"} is one`)
	}
	if len(p.Returning) == 0 {
		p.Returning = p.Target
	}
	var faults []fault.Field
	for _, part := range []struct {
		raw json.RawMessage
		ptr string
	}{{p.Target, "/target"}, {p.Returning, "/returning"}} {
		pick, wrong := rule.ParsePick(part.raw, part.ptr, p.zone, "name")
		p.picks = append(p.picks, pick)
		faults = append(faults, wrong...)
	}
	if len(faults) > 0 {
		e := fault.New(fault.Invalid, "invalid_query", "%s", faults[0].Detail)
		e.Fields = faults
		return e
	}
	return nil
}

// parseMeasure reads "count", {"sum": PROP}, or the same in words: "sum of PROP".
func (p *plan) parseMeasure() error {
	if len(p.Measure) == 0 {
		return nil
	}
	var words string
	var sum struct {
		Sum string `json:"sum"`
	}
	switch {
	case json.Unmarshal(p.Measure, &words) == nil:
		prop, ok := strings.CutPrefix(words, "sum of ")
		if !ok && words != "count" {
			return fault.BadField("/measure", `must be "count" or {"sum":"revenue"}`)
		}
		p.sum = prop
		if !ok {
			p.sum = ""
		}
	case json.Unmarshal(p.Measure, &sum) == nil && sum.Sum != "":
		p.sum = sum.Sum
	default:
		return fault.BadField("/measure", `must be "count" or {"sum":"revenue"}`)
	}
	if event.PersonalProp("", p.sum) {
		return fault.BadField("/measure", "%q is personal data, which reports do not read", p.sum)
	}
	return nil
}

// cell is one number of the matrix.
type cell struct {
	Cohort   int     `json:"cohort"`          // its interval, from 0
	Interval *int    `json:"interval"`        // after the cohort's, from 0; none: the whole cohort
	Lost     bool    `json:"lost,omitempty"`  // who did not come back in it
	Value    *string `json:"value,omitempty"` // of the breakdown
}

func (p *plan) parseCell(raw json.RawMessage) (c cell, err error) {
	if err := insight.DecodeCell(raw, &c); err != nil {
		return c, err
	}
	last := p.TotalIntervals - 1
	if c.Value != nil && p.Breakdown == nil {
		return c, fault.BadField("/cell/value", "the query has no breakdown")
	}
	if c.Cohort < 0 || c.Cohort > last || p.Type == Anchored && c.Cohort > 0 {
		return c, fault.BadField("/cell/cohort", "there is no cohort %d", c.Cohort)
	}
	if c.Interval != nil && (*c.Interval < 0 || c.Cohort+*c.Interval > last) {
		return c, fault.BadField("/cell/interval", "%s", fmt.Sprintf("cohort %d has the intervals 0 to %d", c.Cohort, last-c.Cohort))
	}
	return c, nil
}
