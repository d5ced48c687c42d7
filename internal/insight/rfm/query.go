package rfm

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

// Query asks how recently, how often and for how much customers bought.
type Query struct {
	At             string          `json:"at,omitempty"`    // end of watching; a plain date is the end of that day; default now
	Unit           insight.Period  `json:"unit,omitempty"`  // "day" (default) or "week"
	Event          string          `json:"event,omitempty"` // default Order Completed
	Where          json.RawMessage `json:"where,omitempty"`
	Value          string          `json:"value,omitempty"` // property with the money; default revenue
	CalibrationEnd string          `json:"calibration_end,omitempty"`
	WeekStart      string          `json:"week_start,omitempty"`
	Timezone       string          `json:"timezone,omitempty"`
	Audience       string          `json:"audience,omitempty"`
	Scoring        Scoring         `json:"scoring,omitzero"`
	Limit          int             `json:"limit,omitempty"`  // customers shown; default 1000, at most 10000
	Cursor         string          `json:"cursor,omitempty"` // of the page before
}

// Scoring says how the three numbers become scores, 1 the worst.
type Scoring struct {
	Buckets   int    `json:"buckets,omitempty"`   // scores are 1 to this; 2 to 10, default 5
	Method    string `json:"method,omitempty"`    // "quantile" (default) or "threshold"
	Frequency string `json:"frequency,omitempty"` // "periods" (default: repeat periods), "events", or "sum" of FrequencyOf
	SumOf     string `json:"sum_of,omitempty"`    // with "sum": a property, such as lines
	Monetary  string `json:"monetary,omitempty"`  // "mean" (default: of repeat periods) or "sum" of everything
	// Thresholds are the inner edges, ascending, Buckets-1 of each. Days for recency.
	Thresholds Thresholds `json:"thresholds,omitzero"`
}

// Thresholds are edges between scores. A value above k of them has the score k+1; for
// recency the order is turned round.
type Thresholds struct {
	Recency   []float64 `json:"recency,omitempty"`
	Frequency []float64 `json:"frequency,omitempty"`
	Monetary  []float64 `json:"monetary,omitempty"`
}

const (
	defaultLimit = 1000
	maxLimit     = 10_000
)

// plan is a checked query.
type plan struct {
	Query
	zone        *time.Location
	clock       clockwork
	end         int64
	calibration int64 // 0 none
	picks       []rule.Pick
	reads       []string // the money, and what frequency sums
}

func parse(raw json.RawMessage, b *insight.Base) (*plan, error) {
	p := &plan{}
	if err := insight.Decode(raw, &p.Query); err != nil {
		return nil, err
	}
	if p.Event == "" {
		p.Event = event.OrderCompleted
	}
	if p.Value == "" {
		p.Value = "revenue"
	}
	if p.Unit == "" {
		p.Unit = insight.Day
	}
	if p.Unit != insight.Day && p.Unit != insight.Week {
		return nil, fault.BadField("/unit", `must be "day" or "week"`)
	}
	var err error
	if p.zone, err = b.Location(p.Timezone, "/timezone"); err != nil {
		return nil, err
	}
	calendar, err := insight.NewCalendar(p.Unit, p.zone, p.WeekStart)
	if err != nil {
		return nil, err
	}
	p.clock = newClockwork(calendar)
	if err := p.parseTimes(b); err != nil {
		return nil, err
	}
	if err := p.parsePick(); err != nil {
		return nil, err
	}
	return p, p.parseScoring()
}

// parseTimes reads the ends. Plain dates are the ends of those days.
func (p *plan) parseTimes(b *insight.Base) error {
	end, err := dayEnd(p.At, "/at", p.zone, b.Clock.Now())
	if err != nil {
		return err
	}
	p.end = end.UnixMilli()
	if p.CalibrationEnd == "" {
		return nil
	}
	split, err := dayEnd(p.CalibrationEnd, "/calibration_end", p.zone, end)
	if err != nil {
		return err
	}
	if !split.Before(end) {
		return fault.BadField("/calibration_end", "must be before the end of watching")
	}
	p.calibration = split.UnixMilli()
	return nil
}

func dayEnd(text, ptr string, zone *time.Location, open time.Time) (time.Time, error) {
	if text == "" {
		return open, nil
	}
	at, err := insight.Moment(text, ptr, zone)
	if _, plain := time.ParseInLocation(time.DateOnly, text, zone); err == nil && plain == nil {
		at = at.AddDate(0, 0, 1).Add(-time.Millisecond)
	}
	return at, err
}

func (p *plan) parsePick() error {
	selection := map[string]any{"event": p.Event}
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
	if event.PersonalProp(p.Event, p.Value) {
		return fault.BadField("/value", "%q is personal data, which reports do not read", p.Value)
	}
	p.picks, p.reads = []rule.Pick{pick}, []string{p.Value}
	return nil
}

func (p *plan) parseScoring() error {
	s := &p.Scoring
	if s.Buckets == 0 {
		s.Buckets = 5
	}
	if s.Buckets < 2 || s.Buckets > 10 {
		return fault.BadField("/scoring/buckets", "scores go from 1 to at least 2 and at most 10")
	}
	for _, c := range []struct {
		value   *string
		ptr     string
		allowed []string
	}{
		{&s.Method, "/scoring/method", []string{"quantile", "threshold"}},
		{&s.Frequency, "/scoring/frequency", []string{"periods", "events", "sum"}},
		{&s.Monetary, "/scoring/monetary", []string{"mean", "sum"}},
	} {
		if *c.value == "" {
			*c.value = c.allowed[0]
		}
		if !slices.Contains(c.allowed, *c.value) {
			return fault.BadField(c.ptr, "must be one of %q", c.allowed)
		}
	}
	if (s.Frequency == "sum") != (s.SumOf != "") {
		return fault.BadField("/scoring/sum_of", `goes with "frequency": "sum", and names the property`)
	}
	if s.SumOf != "" {
		p.reads = append(p.reads, s.SumOf)
	}
	if p.Limit == 0 {
		p.Limit = defaultLimit
	}
	if p.Limit < 1 || p.Limit > maxLimit {
		return fault.BadField("/limit", "1 to %d customers are shown at a time", maxLimit)
	}
	return s.checkThresholds()
}

func (s *Scoring) checkThresholds() error {
	for name, edges := range map[string][]float64{"recency": s.Thresholds.Recency, "frequency": s.Thresholds.Frequency, "monetary": s.Thresholds.Monetary} {
		ptr := "/scoring/thresholds/" + name
		switch {
		case s.Method == "quantile" && edges != nil:
			return fault.BadField(ptr, `goes with "method": "threshold"`)
		case s.Method == "threshold" && len(edges) != s.Buckets-1:
			return fault.BadField(ptr, "%s", fmt.Sprintf("%d scores have %d edges between them", s.Buckets, s.Buckets-1))
		case !slices.IsSorted(edges):
			return fault.BadField(ptr, "edges ascend")
		}
	}
	return nil
}
