package ltv

import (
	"encoding/json"
	"slices"
	"time"

	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/insight"
	"yutang/internal/rule"
)

// Query asks for predicted value.
type Query struct {
	CalibrationEnd string          `json:"calibration_end,omitempty"` // the models learn until the end of this day; default At
	At             string          `json:"at,omitempty"`              // the data end here; default now
	Unit           insight.Period  `json:"unit,omitempty"`            // of time in the models: "week" (default) or "day"
	Horizon        float64         `json:"horizon,omitempty"`         // units ahead; default 52 weeks or 365 days
	Model          string          `json:"model,omitempty"`           // "auto" (default: the likelier), "bgnbd+gg" or "pareto+gg"
	Event          string          `json:"event,omitempty"`           // default Order Completed
	Where          json.RawMessage `json:"where,omitempty"`
	Value          string          `json:"value,omitempty"`    // property with the money; default revenue
	Discount       float64         `json:"discount,omitempty"` // rate a year, 0.1 is 10 %
	Timezone       string          `json:"timezone,omitempty"`
	Audience       string          `json:"audience,omitempty"`
	Limit          int             `json:"limit,omitempty"`
	Cursor         string          `json:"cursor,omitempty"`
}

// The models.
const (
	BGNBD  = "bgnbd+gg"
	Pareto = "pareto+gg"
	Auto   = "auto"
)

const (
	defaultLimit = 1000
	maxLimit     = 10_000
	maxHorizon   = 20 * 365
)

// plan is a checked query.
type plan struct {
	Query
	zone  *time.Location
	days  float64 // in a unit
	end   int64   // the last day of the data, as a day number
	split int64   // the last day that the models learn from
	endMS int64
	picks []rule.Pick
}

func parse(raw json.RawMessage, b *insight.Base) (*plan, error) {
	p := &plan{}
	if err := insight.Decode(raw, &p.Query); err != nil {
		return nil, err
	}
	p.defaults()
	var err error
	if p.zone, err = b.Location(p.Timezone, "/timezone"); err != nil {
		return nil, err
	}
	switch {
	case p.Unit != insight.Day && p.Unit != insight.Week:
		return nil, fault.BadField("/unit", `must be "day" or "week"`)
	case p.Horizon <= 0 || p.Horizon*p.days > maxHorizon:
		return nil, fault.BadField("/horizon", "is more than 0 and at most 20 years")
	case !slices.Contains([]string{BGNBD, Pareto, Auto}, p.Model):
		return nil, fault.BadField("/model", "must be %q, %q or %q", BGNBD, Pareto, Auto)
	case p.Discount < 0 || p.Discount > 10:
		return nil, fault.BadField("/discount", "is a rate a year, 0 to 10")
	case p.Limit < 1 || p.Limit > maxLimit:
		return nil, fault.BadField("/limit", "1 to %d customers are shown at a time", maxLimit)
	case event.PersonalProp(p.Event, p.Value):
		return nil, fault.BadField("/value", "%q is personal data, which reports do not read", p.Value)
	}
	if err := p.parseTimes(b); err != nil {
		return nil, err
	}
	selection := map[string]any{"event": p.Event}
	if len(p.Where) > 0 {
		selection["where"] = p.Where
	}
	picked, err := json.Marshal(selection)
	if err != nil {
		return nil, fault.BadField("/where", "must be a list of conditions")
	}
	pick, faults := rule.ParsePick(picked, "", p.zone)
	if len(faults) > 0 {
		e := fault.New(fault.Invalid, "invalid_query", "%s", faults[0].Detail)
		e.Fields = faults
		return nil, e
	}
	p.picks = []rule.Pick{pick}
	return p, nil
}

func (p *plan) defaults() {
	if p.Unit == "" {
		p.Unit = insight.Week
	}
	p.days = 7
	if p.Unit == insight.Day {
		p.days = 1
	}
	if p.Horizon == 0 {
		p.Horizon = 364 / p.days
	}
	if p.Model == "" {
		p.Model = Auto
	}
	if p.Event == "" {
		p.Event = event.OrderCompleted
	}
	if p.Value == "" {
		p.Value = "revenue"
	}
	if p.Limit == 0 {
		p.Limit = defaultLimit
	}
}

func (p *plan) parseTimes(b *insight.Base) error {
	end, err := insight.Moment(p.At, "/at", p.zone)
	if err != nil {
		return err
	}
	now := b.Clock.Now()
	switch {
	case p.At == "":
		end = now
	case end.After(now.AddDate(0, 0, 1)): // today, in any zone
		return fault.BadField("/at", "lies ahead: what nobody has bought until then is not known")
	}
	p.end = p.day(end.UnixMilli())
	p.split = p.end
	last := end.In(p.zone)
	p.endMS = time.Date(last.Year(), last.Month(), last.Day()+1, 0, 0, 0, 0, p.zone).UnixMilli() - 1
	if p.CalibrationEnd == "" {
		return nil
	}
	split, err := insight.Moment(p.CalibrationEnd, "/calibration_end", p.zone)
	if err != nil {
		return err
	}
	if p.split = p.day(split.UnixMilli()); p.split > p.end {
		return fault.BadField("/calibration_end", "is after the end of the data")
	}
	return nil
}

// day numbers the days of the zone.
func (p *plan) day(ms int64) int64 {
	t := time.UnixMilli(ms).In(p.zone)
	_, offset := t.Zone()
	seconds := t.Unix() + int64(offset)
	if seconds < 0 {
		seconds -= 86399
	}
	return seconds / 86400
}
