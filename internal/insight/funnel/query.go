package funnel

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"yutang/internal/fault"
	"yutang/internal/insight"
	"yutang/internal/rule"
)

// Query asks for a funnel.
type Query struct {
	Steps         []json.RawMessage `json:"steps"` // {"event": E, "where"?: [P...], "name"?: label}
	WindowSeconds int64             `json:"window_seconds"`
	Mode          string            `json:"mode,omitempty"` // default "ordered"
	Modes         []string          `json:"modes,omitempty"`
	From          string            `json:"from,omitempty"`
	To            string            `json:"to,omitempty"`
	Timezone      string            `json:"timezone,omitempty"`
	Audience      string            `json:"audience,omitempty"`
	Exclude       []json.RawMessage `json:"exclude,omitempty"` // {"event": E, "from_step": i, "to_step": j}
	Breakdown     *Breakdown        `json:"breakdown,omitempty"`
}

// Breakdown divides the funnel by a value: of an event's property, of a trait, or a level
// ("aipl", "aarrr", "tier") of the customer.
type Breakdown struct {
	Prop        string `json:"prop,omitempty"`
	Trait       string `json:"trait,omitempty"`
	Level       string `json:"level,omitempty"`
	Attribution string `json:"attribution,omitempty"` // of a property: "first" (default), "last", "step", "all_events"
	Step        int    `json:"step,omitempty"`        // with "step": of which, from 0
	Top         int    `json:"top,omitempty"`         // values shown beside "other"; default 25, at most 1000
}

// The modes.
const (
	Ordered      = "ordered"
	Strict       = "strict"
	Unordered    = "unordered"
	WindowFunnel = "window_funnel"
)

// The modes of window_funnel, as ClickHouse has them.
var windowModes = []string{"strict_deduplication", "strict_order", "strict_increase", "strict_once", "allow_reentry"}

// Limits of a query.
const (
	maxSteps   = 20
	maxExclude = 8
	maxWindow  = 10 * 365 * 24 * 3600
	maxTop     = 1000
	maxValues  = 200_000 // distinct ones of a breakdown
	defaultTop = 25
)

// exclusion is a pick that ends attempts standing between two steps.
type exclusion struct{ from, to int }

// plan is a checked query.
type plan struct {
	Query
	zone     *time.Location
	from, to time.Time
	window   int64 // ms
	picks    []rule.Pick
	labels   []string
	exclude  []exclusion // their picks follow those of the steps
	modes    map[string]bool
}

// steps is how many steps there are.
func (p *plan) steps() int { return len(p.Steps) }

// parse checks a query completely. Errors name each fault with its pointer.
func parse(raw json.RawMessage, b *insight.Base) (*plan, error) {
	p := &plan{modes: map[string]bool{}}
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
	c := &checker{}
	p.checkSteps(c)
	p.checkModes(c)
	p.checkExclude(c)
	p.checkBreakdown(c)
	return p, c.err()
}

// checker gathers faults.
type checker struct{ faults []fault.Field }

func (c *checker) fail(ptr, format string, args ...any) {
	c.faults = append(c.faults, fault.Field{Pointer: ptr, Detail: fmt.Sprintf(format, args...)})
}

func (c *checker) err() error {
	if len(c.faults) == 0 {
		return nil
	}
	e := fault.New(fault.Invalid, "invalid_query", "%s", c.faults[0].Detail)
	e.Fields = c.faults
	return e
}

func (p *plan) checkSteps(c *checker) {
	if len(p.Steps) < 1 || len(p.Steps) > maxSteps {
		c.fail("/steps", "a funnel has 1 to %d steps", maxSteps)
	}
	if p.WindowSeconds < 1 || p.WindowSeconds > maxWindow {
		c.fail("/window_seconds", "a window is 1 to %d seconds", maxWindow)
	}
	p.window = p.WindowSeconds * 1000
	for i, raw := range p.Steps {
		pick, faults := rule.ParsePick(raw, fmt.Sprint("/steps/", i), p.zone, "name")
		c.faults = append(c.faults, faults...)
		p.picks = append(p.picks, pick)
		var named struct {
			Name string `json:"name"`
		}
		_ = json.Unmarshal(raw, &named) // ParsePick has told what is wrong
		p.labels = append(p.labels, named.Name)
	}
}

func (p *plan) checkModes(c *checker) {
	if p.Mode == "" {
		p.Mode = Ordered
	}
	if !slices.Contains([]string{Ordered, Strict, Unordered, WindowFunnel}, p.Mode) {
		c.fail("/mode", `must be "ordered", "strict", "unordered" or "window_funnel"`)
	}
	for i, m := range p.Modes {
		switch {
		case p.Mode != WindowFunnel:
			c.fail("/modes", `belongs to the mode "window_funnel"`)
		case !slices.Contains(windowModes, m):
			c.fail(fmt.Sprint("/modes/", i), "unknown; choose from %v", windowModes)
		}
		p.modes[m] = true
	}
}

func (p *plan) checkExclude(c *checker) {
	if len(p.Exclude) > maxExclude {
		c.fail("/exclude", "at most %d events are excluded", maxExclude)
		return
	}
	if len(p.Exclude) > 0 && p.Mode == WindowFunnel {
		c.fail("/exclude", `does not go with "window_funnel"`)
	}
	for i, raw := range p.Exclude {
		ptr := fmt.Sprint("/exclude/", i)
		pick, faults := rule.ParsePick(raw, ptr, p.zone, "from_step", "to_step")
		c.faults = append(c.faults, faults...)
		var span struct {
			From *int `json:"from_step"`
			To   *int `json:"to_step"`
		}
		if json.Unmarshal(raw, &span) != nil {
			c.fail(ptr, `"from_step" and "to_step" are numbers of steps, from 0`)
		}
		e := exclusion{0, p.steps() - 1}
		if span.From != nil {
			e.from = *span.From
		}
		if span.To != nil {
			e.to = *span.To
		}
		switch {
		case e.from < 0 || e.to >= p.steps() || e.from >= e.to:
			c.fail(ptr, "from_step must be below to_step, both within the %d steps", p.steps())
		case p.Mode == Unordered && (e.from != 0 || e.to != p.steps()-1):
			c.fail(ptr, "an unordered funnel has no order of steps: exclude over the whole of it")
		}
		p.exclude = append(p.exclude, e)
		p.picks = append(p.picks, pick)
	}
}

func (p *plan) checkBreakdown(c *checker) {
	b := p.Breakdown
	if b == nil {
		return
	}
	named := 0
	for _, s := range []string{b.Prop, b.Trait, b.Level} {
		if s != "" {
			named++
		}
	}
	if named != 1 {
		c.fail("/breakdown", `name one of "prop", "trait" and "level"`)
	}
	if b.Attribution == "" {
		b.Attribution = "first"
	}
	if !slices.Contains([]string{"first", "last", "step", "all_events"}, b.Attribution) {
		c.fail("/breakdown/attribution", `must be "first", "last", "step" or "all_events"`)
	}
	if b.Step < 0 || b.Step >= max(p.steps(), 1) {
		c.fail("/breakdown/step", "there is no step %d", b.Step)
	}
	if b.Level != "" && !slices.Contains([]string{"aipl", "aarrr", "tier"}, b.Level) {
		c.fail("/breakdown/level", `must be "aipl", "aarrr" or "tier"`)
	}
	if b.Attribution == "all_events" && p.Mode == WindowFunnel {
		c.fail("/breakdown/attribution", `"all_events" does not go with "window_funnel"`)
	}
	if b.Top == 0 {
		b.Top = defaultTop
	}
	if b.Top < 1 || b.Top > maxTop {
		c.fail("/breakdown/top", "1 to %d values are shown, the rest as other", maxTop)
	}
}
