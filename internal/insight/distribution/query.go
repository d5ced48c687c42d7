package distribution

import (
	"encoding/json"
	"math"
	"slices"
	"time"

	"yutang/internal/customer"
	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/insight"
	"yutang/internal/rule"
)

// Query asks how values are spread over customers or events.
type Query struct {
	Of       Of              `json:"of"`
	Bins     json.RawMessage `json:"bins,omitempty"` // "auto" (default), or the edges of numbers, ascending: [0, 100, 500]
	Top      int             `json:"top,omitempty"`  // texts shown beside "(other)"; default 50, at most 1000
	From     string          `json:"from,omitempty"` // of events; default all time
	To       string          `json:"to,omitempty"`
	Timezone string          `json:"timezone,omitempty"`
	Audience string          `json:"audience,omitempty"`
	// Breakdown parts the customers by a trait or a level. A property would put somebody into
	// several parts.
	Breakdown *insight.By `json:"breakdown,omitempty"`
}

// Of says what is spread: {"trait": T}, {"level": "tier"}, {"event": E, "prop": P} (a value
// of each event), {"event": E, "count": true} or {"event": E, "sum": P} (of each customer).
type Of struct {
	Trait string          `json:"trait,omitempty"`
	Level string          `json:"level,omitempty"`
	Event json.RawMessage `json:"event,omitempty"` // a name or several
	Where json.RawMessage `json:"where,omitempty"`
	Prop  string          `json:"prop,omitempty"`
	Count bool            `json:"count,omitempty"`
	Sum   string          `json:"sum,omitempty"`
}

const (
	defaultTop = 50
	maxEdges   = 200
	autoBins   = 20
)

// plan is a checked query.
type plan struct {
	Query
	zone     *time.Location
	from, to time.Time
	picks    []rule.Pick
	reads    []string
	edges    []event.Decimal // nil: found from the values
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
	if p.Top == 0 {
		p.Top = defaultTop
	}
	if p.Top < 1 || p.Top > insight.MaxTop {
		return nil, fault.BadField("/top", "1 to %d values are shown, the rest as other", insight.MaxTop)
	}
	if err := p.parseOf(); err != nil {
		return nil, err
	}
	if err := p.parseBreakdown(); err != nil {
		return nil, err
	}
	return p, p.parseBins()
}

func (p *plan) parseBreakdown() error {
	by := p.Breakdown
	if by == nil {
		return nil
	}
	if err := by.Check("/breakdown"); err != nil {
		return err
	}
	if by.Prop != "" {
		return fault.BadField("/breakdown/prop", `a customer may have several values of it; use a "trait" or a "level", or the report "trends"`)
	}
	return nil
}

func (p *plan) parseOf() error {
	o := &p.Of
	named := 0
	for _, is := range []bool{o.Trait != "", o.Level != "", o.Prop != "", o.Count, o.Sum != ""} {
		if is {
			named++
		}
	}
	ofEvents := o.Prop != "" || o.Count || o.Sum != ""
	switch {
	case named != 1:
		return fault.BadField("/of", `is one of {"trait": T}, {"level": L}, {"event": E, "prop": P}, {"event": E, "count": true}, {"event": E, "sum": P}`)
	case ofEvents && len(o.Event) == 0:
		return fault.BadField("/of/event", "is missing")
	case !ofEvents && (len(o.Event) > 0 || len(o.Where) > 0):
		return fault.BadField("/of/event", "does not go with a trait or a level")
	case event.Personal(o.Trait) || event.PersonalProp("", o.Prop) || event.PersonalProp("", o.Sum):
		return fault.BadField("/of", "personal data is not shown in reports; choose another value")
	case o.Level != "" && !slices.Contains(customer.LevelKinds(), o.Level):
		return fault.BadField("/of/level", "must be one of %v", customer.LevelKinds())
	case !ofEvents:
		return nil
	}
	raw, err := json.Marshal(struct {
		Event json.RawMessage `json:"event"`
		Where json.RawMessage `json:"where,omitempty"`
	}{o.Event, o.Where})
	if err != nil {
		return fault.BadField("/of", "cannot be read: %s", err.Error())
	}
	pick, faults := rule.ParsePick(raw, "/of", p.zone)
	p.picks = []rule.Pick{pick}
	for _, prop := range []string{o.Prop, o.Sum} {
		if prop != "" {
			p.reads = []string{prop}
		}
	}
	return insight.Faults(faults)
}

func (p *plan) parseBins() error {
	var word string
	if len(p.Bins) == 0 || json.Unmarshal(p.Bins, &word) == nil && word == "auto" {
		return nil
	}
	var edges []json.Number
	if json.Unmarshal(p.Bins, &edges) != nil || len(edges) < 2 || len(edges) > maxEdges {
		return fault.BadField("/bins", `is "auto" or a list of 2 to %d edges`, maxEdges)
	}
	for _, text := range edges {
		d, ok := event.ParseDecimal(text.String())
		if n := len(p.edges); !ok || d == math.MaxInt64 || d == math.MinInt64 || n > 0 && d <= p.edges[n-1] {
			return fault.BadField("/bins", "the edges are numbers below 9 million million, each higher than the one before")
		}
		p.edges = append(p.edges, d)
	}
	return nil
}

// cell names a bin, or those without any value; with Value, of a part.
type cell struct {
	Bin     *int    `json:"bin,omitempty"`
	Missing bool    `json:"missing,omitempty"`
	Value   *string `json:"value,omitempty"` // of the breakdown, "(other)" all that are not shown
}
