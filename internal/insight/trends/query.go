package trends

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/insight"
	"yutang/internal/rule"
)

// Query asks how events develop.
type Query struct {
	Series    []json.RawMessage `json:"series"` // {"event": E, "where"?: [P...], "measure"?: M, "of"?: prop, "name"?: label}
	Period    insight.Period    `json:"period,omitempty"`
	WeekStart string            `json:"week_start,omitempty"`
	From      string            `json:"from,omitempty"` // default 30 days before to
	To        string            `json:"to,omitempty"`
	Timezone  string            `json:"timezone,omitempty"`
	Audience  string            `json:"audience,omitempty"`
	Breakdown *insight.By       `json:"breakdown,omitempty"`
	Formula   string            `json:"formula,omitempty"` // of the series A, B, C...: "A/B*100"
}

// Measure says what is taken of a series' events.
type Measure string

// The measures.
const (
	Count       Measure = "count"        // events
	Customers   Measure = "customers"    // each once in a period
	Sum         Measure = "sum"          // of a property that is a number
	Average     Measure = "avg"          // of the events that have it
	PerCustomer Measure = "per_customer" // events of each customer who did it
)

const (
	maxSeries   = 12
	maxPeriods  = 1000
	maxCells    = 1_000_000 // of an answer
	defaultDays = 30
)

// series is one line.
type series struct {
	Name    string  `json:"name"`
	Measure Measure `json:"measure"`
	Of      string  `json:"of"`
	read    int     // place of Of in the survey's reads
}

// plan is a checked query.
type plan struct {
	Query
	zone     *time.Location
	from, to time.Time
	bounds   []int64
	picks    []rule.Pick
	lines    []series
	reads    []string // the breakdown's property first
	formula  *formula
}

func parse(raw json.RawMessage, b *insight.Base) (*plan, error) {
	p := &plan{}
	if err := insight.Decode(raw, &p.Query); err != nil {
		return nil, err
	}
	var err error
	if p.zone, err = b.Location(p.Timezone, "/timezone"); err != nil {
		return nil, err
	}
	if p.from, p.to, err = b.Span(p.From, p.To, p.zone); err != nil {
		return nil, err
	}
	if p.from.IsZero() {
		y, m, d := p.to.In(p.zone).Date()
		p.from = time.Date(y, m, d-defaultDays+1, 0, 0, 0, 0, p.zone)
	}
	if p.Period == "" {
		p.Period = insight.Day
	}
	calendar, err := insight.NewCalendar(p.Period, p.zone, p.WeekStart)
	if err != nil {
		return nil, err
	}
	if p.bounds = calendar.Between(p.from, p.to, maxPeriods); p.bounds == nil {
		return nil, fault.BadField("/period", "the range has more than %d periods; choose a longer period or a shorter range", maxPeriods)
	}
	if b := p.Breakdown; b != nil {
		if err := b.Check("/breakdown"); err != nil {
			return nil, err
		}
		if b.Prop != "" {
			p.reads = append(p.reads, b.Prop)
		}
	}
	if err := p.parseSeries(); err != nil {
		return nil, err
	}
	if p.Breakdown != nil && p.Breakdown.Top*len(p.lines)*len(p.bounds) > maxCells {
		return nil, insight.TooWide("/breakdown/top", "numbers", p.Breakdown.Top*len(p.lines)*len(p.bounds), maxCells)
	}
	return p, p.parseFormula()
}

func (p *plan) parseSeries() error {
	if len(p.Series) < 1 || len(p.Series) > maxSeries {
		return fault.BadField("/series", "1 to %d series can be shown", maxSeries)
	}
	var faults []fault.Field
	for i, raw := range p.Series {
		ptr := fmt.Sprint("/series/", i)
		pick, wrong := rule.ParsePick(raw, ptr, p.zone, "name", "measure", "of")
		faults = append(faults, wrong...)
		line := series{Measure: Count}
		if len(wrong) == 0 && json.Unmarshal(raw, &line) != nil {
			faults = append(faults, fault.Field{Pointer: ptr, Detail: `"name", "measure" and "of" are texts`})
		}
		faults = append(faults, line.check(ptr)...)
		if line.Of != "" {
			if line.read = slices.Index(p.reads, line.Of); line.read < 0 {
				line.read = len(p.reads)
				p.reads = append(p.reads, line.Of)
			}
		}
		p.picks, p.lines = append(p.picks, pick), append(p.lines, line)
	}
	return insight.Faults(faults)
}

func (s *series) check(ptr string) (out []fault.Field) {
	fail := func(ptr, format string, args ...any) {
		out = append(out, fault.Field{Pointer: ptr, Detail: fmt.Sprintf(format, args...)})
	}
	needs := s.Measure == Sum || s.Measure == Average
	switch {
	case !slices.Contains([]Measure{Count, Customers, Sum, Average, PerCustomer}, s.Measure):
		fail(ptr+"/measure", `must be "count", "customers", "sum", "avg" or "per_customer"`)
	case needs && s.Of == "":
		fail(ptr+"/of", "%q needs the property it is of", s.Measure)
	case !needs && s.Of != "":
		fail(ptr+"/of", `belongs to "sum" and "avg"`)
	case s.Of != "" && event.PersonalProp("", s.Of):
		fail(ptr+"/of", "%q is personal data, which reports do not show; choose another property", s.Of)
	}
	return out
}

func (p *plan) parseFormula() (err error) {
	if p.Formula == "" {
		return nil
	}
	p.formula, err = parseFormula(p.Formula, len(p.lines))
	return err
}

// cell names a number: of a series, in a period (nil: the whole range), with a value.
type cell struct {
	Series int     `json:"series"`
	Period *int    `json:"period,omitempty"`
	Value  *string `json:"value,omitempty"`
}

func (p *plan) parseCell(raw json.RawMessage) (c cell, err error) {
	if err := insight.DecodeCell(raw, &c); err != nil {
		return c, err
	}
	switch {
	case c.Series < 0 || c.Series >= len(p.lines):
		return c, insight.BadCell("/series", "there is no series %d", c.Series)
	case c.Period != nil && (*c.Period < 0 || *c.Period >= len(p.bounds)-1):
		return c, insight.BadCell("/period", "there is no period %d", *c.Period)
	case c.Value != nil && p.Breakdown == nil:
		return c, insight.BadCell("/value", "the query has no breakdown")
	}
	return c, nil
}
