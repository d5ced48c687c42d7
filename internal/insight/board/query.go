package board

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"yutang/internal/customer"
	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/insight"
	"yutang/internal/rule"
)

// Query asks for a board.
type Query struct {
	Board     string         `json:"board,omitempty"` // see Boards; the route /insight/boards/NAME sets it
	From      string         `json:"from,omitempty"`  // default 30 days before to
	To        string         `json:"to,omitempty"`    // a plain date is the end of that day; default now
	Period    insight.Period `json:"period,omitempty"`
	WeekStart string         `json:"week_start,omitempty"`
	Timezone  string         `json:"timezone,omitempty"`
	Audience  string         `json:"audience,omitempty"`
	Compare   string         `json:"compare,omitempty"` // "previous" or "year"; "" nothing
	Kind      string         `json:"kind,omitempty"`    // of the board aipl: "aipl" (default), "aarrr" or "tier"
	Top       int            `json:"top,omitempty"`     // rows shown beside other; default 100, at most 1000
	Settings  Settings       `json:"settings,omitzero"`
}

// Settings are what a brand says about itself.
type Settings struct {
	Activation   json.RawMessage `json:"activation,omitempty"`          // {"event": E, "where"?: [P...]}: the first key action
	Active       json.RawMessage `json:"active,omitempty"`              // what counts as being active
	Scan         json.RawMessage `json:"scan,omitempty"`                // a code was scanned or a link opened
	GrossMargin  *float64        `json:"gross_margin,omitempty"`        // 0 to 1
	TeamPerMonth *float64        `json:"team_cost_per_month,omitempty"` // major units
}

const (
	defaultDays = 30
	maxPeriods  = 400
	defaultTop  = 100
	maxTop      = 1000
	maxRows     = 200_000 // distinct ones before other
)

// Defaults of the selections.
var (
	keyActions    = []string{event.OrderCompleted, event.MessageReplied, event.GroupJoined, event.FormSubmitted, event.MaterialOpened, event.CouponRedeemed}
	activeActions = []string{
		event.ProductViewed, event.ProductAdded, event.CheckoutStarted, event.OrderCompleted, event.ContactAdded, event.GroupJoined,
		event.MessageReplied, event.MaterialOpened, event.MaterialForwarded, event.FormSubmitted, event.LinkClicked, event.CouponRedeemed,
		event.ReferralCompleted, event.MomentLiked, event.MomentCommented, event.PageViewed, event.ScreenViewed, event.ServiceStarted,
	}
	scans = []string{"Code Scanned", event.LinkClicked}
)

// window is a stretch of time whose numbers are wanted. before is where the stretch of the
// same kind before it begins.
type window struct{ before, from, to int64 } // to is exclusive

func (w window) holds(at int64) bool { return at >= w.from && at < w.to }

// The first windows of a plan; those of the series follow.
const (
	now     = 0
	then    = 1
	periods = 2
)

// plan is a checked query.
type plan struct {
	Query
	spec     *Spec
	zone     *time.Location
	from, to time.Time // to is inclusive
	windows  []window  // now, then, periods; then is empty without a comparison
	bounds   []int64   // of the periods
	picks    []rule.Pick
}

func parse(raw json.RawMessage, b *insight.Base, defaults Settings) (*plan, error) {
	p := &plan{}
	if err := insight.Decode(raw, &p.Query); err != nil {
		return nil, err
	}
	if p.spec = find(p.Board); p.spec == nil {
		return nil, fault.BadField("/board", "there is no board %q; choose from %v", p.Board, Names())
	}
	p.Settings = p.Settings.over(defaults)
	if err := p.parseWords(); err != nil {
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
	if err := p.parseWindows(); err != nil {
		return nil, err
	}
	return p, p.parsePicks()
}

func (p *plan) parseWords() error {
	if !slices.Contains([]string{"", "previous", "year"}, p.Compare) {
		return fault.BadField("/compare", `must be "previous" or "year"`)
	}
	if p.Kind == "" {
		p.Kind = customer.AIPL
	}
	if !slices.Contains(customer.LevelKinds(), p.Kind) {
		return fault.BadField("/kind", "must be one of %v", customer.LevelKinds())
	}
	if p.Top == 0 {
		p.Top = defaultTop
	}
	if p.Top < 1 || p.Top > maxTop {
		return fault.BadField("/top", "1 to %d rows are shown, the rest as other", maxTop)
	}
	if p.Period == "" {
		p.Period = insight.Day
	}
	return p.Settings.check("/settings")
}

// check refuses amounts that cannot be, with pointers below ptr.
func (s Settings) check(ptr string) error {
	if m := s.GrossMargin; m != nil && (*m < 0 || *m > 1) {
		return fault.BadField(ptr+"/gross_margin", "is a share between 0 and 1: 0.35 of 35 %%")
	}
	if c := s.TeamPerMonth; c != nil && (*c < 0 || *c > 1e12) {
		return fault.BadField(ptr+"/team_cost_per_month", "is an amount of 0 or more")
	}
	return nil
}

// over fills what a query leaves open.
func (s Settings) over(d Settings) Settings {
	if len(s.Activation) == 0 {
		s.Activation = d.Activation
	}
	if len(s.Active) == 0 {
		s.Active = d.Active
	}
	if len(s.Scan) == 0 {
		s.Scan = d.Scan
	}
	if s.GrossMargin == nil {
		s.GrossMargin = d.GrossMargin
	}
	if s.TeamPerMonth == nil {
		s.TeamPerMonth = d.TeamPerMonth
	}
	return s
}

func (p *plan) parseWindows() error {
	calendar, err := insight.NewCalendar(p.Period, p.zone, p.WeekStart)
	if err != nil {
		return err
	}
	p.bounds = calendar.Between(p.from, p.to, maxPeriods)
	if p.bounds == nil {
		return fault.BadField("/period", "the range has more than %d periods; choose a longer period or a shorter range", maxPeriods)
	}
	from, to := p.from.UnixMilli(), p.to.UnixMilli()+1
	p.windows = []window{{shift(p.from, p.to, p.zone).UnixMilli(), from, to}, {}}
	switch p.Compare {
	case "previous":
		start := shift(p.from, p.to, p.zone)
		p.windows[then] = window{shift(start, p.from.Add(-time.Millisecond), p.zone).UnixMilli(), start.UnixMilli(), from}
	case "year":
		start, end := p.from.In(p.zone).AddDate(-1, 0, 0), p.to.Add(time.Millisecond).In(p.zone).AddDate(-1, 0, 0)
		p.windows[then] = window{shift(start, end.Add(-time.Millisecond), p.zone).UnixMilli(), start.UnixMilli(), end.UnixMilli()}
	}
	for i := range len(p.bounds) - 1 {
		before := calendar.Move(time.UnixMilli(p.bounds[i]), -1).UnixMilli()
		p.windows = append(p.windows, window{before, max(p.bounds[i], from), min(p.bounds[i+1], to)})
	}
	return nil
}

// shift is where the stretch just before [from, to] begins that is as long: in days if both
// ends are those of days, so that a change of the clock does not matter.
func shift(from, to time.Time, zone *time.Location) time.Time {
	end := to.Add(time.Millisecond).In(zone)
	start := from.In(zone)
	if midnight(start) && midnight(end) {
		y, m, d := start.Date()
		y2, m2, d2 := end.Date()
		days := time.Date(y2, m2, d2, 0, 0, 0, 0, time.UTC).Sub(time.Date(y, m, d, 0, 0, 0, 0, time.UTC)) / (24 * time.Hour)
		return start.AddDate(0, 0, -int(days))
	}
	return from.Add(-end.Sub(from))
}

func midnight(t time.Time) bool {
	h, m, s := t.Clock()
	return h == 0 && m == 0 && s == 0 && t.Nanosecond() < int(time.Millisecond)
}

func (p *plan) parsePicks() error {
	p.picks = make([]rule.Pick, picksEnd)
	for k, name := range pickNames {
		p.picks[k] = rule.PickOf(name)
	}
	own, err := p.Settings.picks("/settings", p.zone)
	for k, pick := range own {
		p.picks[k] = pick
	}
	return err
}

// picks are the selections by their place, the usual ones where nothing is set, with
// pointers of faults below ptr.
func (s Settings) picks(ptr string, zone *time.Location) (map[int]rule.Pick, error) {
	out := map[int]rule.Pick{}
	var faults []fault.Field
	for _, part := range []struct {
		k       int
		raw     json.RawMessage
		name    string
		instead []string
	}{
		{pickKey, s.Activation, "/activation", keyActions},
		{pickActive, s.Active, "/active", activeActions},
		{pickScan, s.Scan, "/scan", scans},
	} {
		if len(part.raw) == 0 {
			out[part.k] = rule.PickOf(part.instead...)
			continue
		}
		pick, wrong := rule.ParsePick(part.raw, ptr+part.name, zone)
		out[part.k] = pick
		faults = append(faults, wrong...)
	}
	return out, insight.Faults(faults)
}

// cell names a number of the answer.
type cell struct {
	Number  string  `json:"number,omitempty"`
	Part    string  `json:"part,omitempty"` // "numerator" (default) or "denominator"
	Period  *int    `json:"period,omitempty"`
	Compare bool    `json:"compare,omitempty"`
	Row     *string `json:"row,omitempty"`

	Stage *string   `json:"stage,omitempty"` // of the board aipl: at the start, the end or the end of a period
	At    string    `json:"at,omitempty"`    // "start" or "end" (default)
	Flow  *[]string `json:"flow,omitempty"`  // [from, to]
}

func (p *plan) parseCell(raw json.RawMessage) (c cell, err error) {
	if err := insight.DecodeCell(raw, &c); err != nil {
		return c, err
	}
	switch {
	case c.Part != "" && c.Part != "numerator" && c.Part != "denominator":
		return c, fault.BadField("/cell/part", `must be "numerator" or "denominator"`)
	case c.Period != nil && (*c.Period < 0 || *c.Period >= len(p.windows)-periods):
		return c, fault.BadField("/cell/period", "there is no period %d", *c.Period)
	case c.Compare && p.Compare == "":
		return c, fault.BadField("/cell/compare", "the query compares nothing")
	case c.Row != nil && p.spec.Rows == "":
		return c, fault.BadField("/cell/row", "this board has no rows")
	case c.Row != nil && c.Period != nil:
		return c, fault.BadField("/cell/row", "rows have no periods")
	case c.Stage != nil && c.At != "" && c.At != "start" && c.At != "end":
		return c, fault.BadField("/cell/at", `must be "start" or "end"`)
	}
	return c, nil
}

// window is the window that the cell asks for.
func (c *cell) window() int {
	switch {
	case c.Period != nil:
		return periods + *c.Period
	case c.Compare:
		return then
	}
	return now
}

func invalidCell(ptr, format string, args ...any) error {
	return fault.BadField("/cell"+ptr, "%s", fmt.Sprintf(format, args...))
}
