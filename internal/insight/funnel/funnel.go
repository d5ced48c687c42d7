// Package funnel owns funnels: how many customers take the first step, the second and so on
// within a window, and how long it takes them.
//
// Modes. ordered: steps in order, other events may come between, one event fills one step,
// and a customer's longest attempt counts. strict: nothing comes between. unordered: the
// steps in any order inside one window. window_funnel: the levels of ClickHouse's function
// of that name, with its modes. The window is counted from the first step and includes its
// last moment. Times are those of a customer's first attempt that comes as far as any of
// theirs.
package funnel

import (
	"context"
	"encoding/json"
	"strconv"

	"github.com/RoaringBitmap/roaring/v2"

	"yutang/internal/audience"
	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/insight"
)

// Answer is a funnel.
type Answer struct {
	insight.Meta
	Steps         []Step   `json:"steps"`
	Levels        []int    `json:"levels,omitempty"` // window_funnel: customers whose highest level is the index
	ByBreakdown   []Value  `json:"by_breakdown,omitempty"`
	OtherValues   int      `json:"other_values,omitempty"` // distinct values joined in "(other)"
	UnknownEvents []string `json:"unknown_events,omitempty"`
}

// Step is how many came this far. Seconds are from the step before, nil for the first.
type Step struct {
	Name       string   `json:"name,omitempty"`
	Count      int      `json:"count"`
	Conversion float64  `json:"conversion"` // of those in the first step, 0 to 1
	FromBefore float64  `json:"from_previous"`
	Average    *float64 `json:"average_seconds"`
	Median     *float64 `json:"median_seconds"`
}

// Value is the funnel of the customers with one value.
type Value struct {
	Value string `json:"value"`
	Steps []Step `json:"steps"`
}

// Words for values of a breakdown that are none.
const (
	None  = "(none)"
	Other = "(other)"
)

// Report answers funnels.
type Report struct{ Base *insight.Base }

// Run answers a Query.
func (r *Report) Run(ctx context.Context, query json.RawMessage) (any, error) {
	return r.Funnel(ctx, query)
}

// Funnel answers a Query.
func (r *Report) Funnel(ctx context.Context, query json.RawMessage) (Answer, error) {
	started := r.Base.Clock.Now()
	p, err := parse(query, r.Base)
	if err != nil {
		return Answer{}, err
	}
	s, err := r.scan(ctx, p, nil)
	if err != nil {
		return Answer{}, err
	}
	out := s.answer()
	out.Meta, out.UnknownEvents = s.meta, r.Base.Unknown(p.picks...)
	out.TookMS = r.Base.Clock.Now().Sub(started).Milliseconds()
	return out, nil
}

// cell is one number of a funnel.
type cell struct {
	Step    int     `json:"step"`              // from 0: those who came at least this far
	Dropped bool    `json:"dropped,omitempty"` // only those who came no further
	Value   *string `json:"value,omitempty"`   // of the breakdown
}

// People are the customers behind {"step": k, "dropped"?: bool, "value"?: text}.
func (r *Report) People(ctx context.Context, query, raw json.RawMessage) (*roaring.Bitmap, error) {
	p, err := parse(query, r.Base)
	if err != nil {
		return nil, err
	}
	var c cell
	if err := insight.DecodeCell(raw, &c); err != nil {
		return nil, err
	}
	if c.Step < 0 || c.Step >= p.steps() {
		return nil, fault.BadField("/cell/step", "there is no step %d", c.Step)
	}
	if c.Value != nil && p.Breakdown == nil {
		return nil, fault.BadField("/cell/value", "the query has no breakdown")
	}
	s, err := r.scan(ctx, p, &c)
	if err != nil {
		return nil, err
	}
	return s.gathered(), nil
}

func (s *scan) gathered() *roaring.Bitmap {
	return insight.Gather(s.workers, func(w *worker) *roaring.Bitmap { return w.people })
}

// value is what the breakdown says of a customer's attempt.
func (s *scan) value(person *audience.Person, a *attempt) string {
	b := s.p.Breakdown
	switch {
	case b.Trait != "":
		return text(person.Trait(0))
	case b.Level != "":
		if name := person.Level(b.Level); name != "" {
			return name
		}
		return None
	}
	if b.Attribution == "step" {
		if b.Step >= a.level {
			return None
		}
		return text(person.Value(0, int(a.events[b.Step])))
	}
	value := None
	for k := range a.level {
		if v := text(person.Value(0, int(a.events[k]))); v != None {
			value = v
			if b.Attribution == "first" {
				break
			}
		}
	}
	return value
}

// text is how a value is shown.
func text(v event.Value) string {
	switch v.Kind {
	case event.String, event.List:
		return v.Str
	case event.Number:
		return v.Num.String()
	case event.Bool:
		return strconv.FormatBool(v.Num != 0)
	}
	return None
}
