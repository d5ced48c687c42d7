package attribution

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

// Query asks what the orders of a time are owed to.
type Query struct {
	From     string  `json:"from,omitempty"` // of the orders; a plain date is the start of that day
	To       string  `json:"to,omitempty"`   // of the orders; a plain date is the end of that day; default now
	Lookback float64 `json:"lookback_days,omitempty"`
	Models   []Model `json:"models,omitempty"`         // default all
	HalfLife float64 `json:"half_life_days,omitempty"` // of time decay; default 7
	By       By      `json:"by,omitempty"`             // default "channel"
	Touches  []Spec  `json:"touches,omitempty"`        // default: the standard ones of By
	Audience string  `json:"audience,omitempty"`
	Timezone string  `json:"timezone,omitempty"`
	Values   int     `json:"values,omitempty"` // told apart, the rest is "(other)"; default 100, at most 1000
	Paths    int     `json:"paths,omitempty"`  // shown; default 25, at most 1000
}

// By is what touches are called after.
type By string

// What touches are called after.
const (
	ByChannel  By = "channel"
	ByPlaybook By = "playbook"
	ByCampaign By = "campaign"
	ByStaff    By = "staff"
	ByCode     By = "code"
)

// Spec says which events are touches and what each is called: the value of Prop; where the
// event has none, Label; without a label it is no touch. Without Prop it is called Label, or
// by the name of the event.
type Spec struct {
	Event json.RawMessage `json:"event"` // a name or a list of names
	Where json.RawMessage `json:"where,omitempty"`
	Prop  string          `json:"prop,omitempty"`
	Label string          `json:"label,omitempty"`
}

const (
	maxTouches      = 30 // kinds of touch in a query: a survey has 32 picks
	maxPath         = 50 // touches of a path; the last ones count
	maxValues       = 200_000
	maxShown        = 1000
	defaultValues   = 100
	defaultPaths    = 25
	defaultLookback = 30
	defaultHalfLife = 7
	maxLookback     = 3660
	day             = 24 * time.Hour
)

// Kind is a kind of touch as the answer tells it.
type Kind struct {
	Events []string `json:"events"`
	Props  []string `json:"props,omitempty"` // the first that an event has names the touch
	Label  string   `json:"label,omitempty"` // where it has none; "" then it is no touch

	prefix string
	reads  []int // places of Props in the survey
}

// plan is a checked query.
type plan struct {
	Query
	zone             *time.Location
	from, to         time.Time
	lookback, half   int64 // ms
	kinds            []Kind
	picks            []rule.Pick // of kinds
	reads            []string
	earliest, latest int64 // of touches, ms
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
	if p.from, p.to, err = b.Span(p.From, p.To, p.zone); err != nil {
		return nil, err
	}
	if err := p.check(); err != nil {
		return nil, err
	}
	p.lookback, p.half = int64(p.Lookback*float64(day/time.Millisecond)), int64(p.HalfLife*float64(day/time.Millisecond))
	p.earliest, p.latest = p.from.UnixMilli()-p.lookback, p.to.UnixMilli()
	if len(p.Touches) == 0 {
		p.useStandard()
		return p, nil
	}
	return p, p.useOwn()
}

func (p *plan) defaults() {
	if p.Lookback == 0 {
		p.Lookback = defaultLookback
	}
	if p.HalfLife == 0 {
		p.HalfLife = defaultHalfLife
	}
	if p.By == "" {
		p.By = ByChannel
	}
	if len(p.Models) == 0 {
		p.Models = Models()
	}
	if p.Values == 0 {
		p.Values = defaultValues
	}
	if p.Paths == 0 {
		p.Paths = defaultPaths
	}
}

func (p *plan) check() error {
	for i, m := range p.Models {
		if !slices.Contains(Models(), m) {
			return fault.BadField(fmt.Sprint("/models/", i), "unknown; choose from %v", Models())
		}
	}
	switch {
	case p.Lookback < 0 || p.Lookback > maxLookback:
		return fault.BadField("/lookback_days", "is more than 0 and at most %d", maxLookback)
	case p.HalfLife < 0.001 || p.HalfLife > maxLookback:
		return fault.BadField("/half_life_days", "is 0.001 to %d", maxLookback)
	case !slices.Contains([]By{ByChannel, ByPlaybook, ByCampaign, ByStaff, ByCode}, p.By):
		return fault.BadField("/by", `must be "channel", "playbook", "campaign", "staff" or "code"`)
	case p.Values < 1 || p.Values > maxShown:
		return fault.BadField("/values", "1 to %d values are told apart, the rest is %q", maxShown, Other)
	case p.Paths < 1 || p.Paths > maxShown:
		return fault.BadField("/paths", "1 to %d paths are shown", maxShown)
	case len(p.Touches) > maxTouches:
		return insight.TooWide("/touches", "kinds of touch", len(p.Touches), maxTouches)
	}
	return nil
}

// standard are the touches of a query that names none. The first property that an event has
// names the touch. Where no By is listed, the event is no touch for it.
var standard = []struct {
	event string
	label string // by channel, for events without a channel of their own
	props map[By][]string
}{
	{event.ContactAdded, "contact", map[By][]string{ByChannel: {"channel", "code_name"}, ByStaff: {"staff"}, ByCode: {"code_name", "code", "state"}, ByCampaign: {"campaign"}}},
	{event.MessageDelivered, "message", map[By][]string{ByChannel: {"channel"}, ByPlaybook: {"playbook"}, ByCampaign: {"campaign", "playbook"}, ByStaff: {"staff"}}},
	{event.LinkClicked, "link", map[By][]string{ByChannel: {}, ByPlaybook: {"playbook"}, ByCampaign: {"campaign", "playbook"}}},
	{event.GroupJoined, "group", map[By][]string{ByChannel: {}, ByCode: {"state"}}},
	{event.MaterialOpened, "material", map[By][]string{ByChannel: {}, ByPlaybook: {"playbook"}, ByStaff: {"staff"}}},
	{event.MomentLiked, "moment", map[By][]string{ByChannel: {}, ByStaff: {"staff"}}},
	{event.ServiceStarted, "service", map[By][]string{ByChannel: {}, ByStaff: {"staff"}}},
	{event.PageViewed, "", map[By][]string{ByChannel: {"utm_source", "channel"}, ByCampaign: {"utm_campaign", "campaign"}}},
	{event.CouponIssued, "coupon", map[By][]string{ByChannel: {}, ByPlaybook: {"playbook"}, ByCampaign: {"campaign", "playbook"}}},
}

func (p *plan) useStandard() {
	for _, s := range standard {
		props, ok := s.props[p.By]
		if !ok {
			continue
		}
		k := Kind{Events: []string{s.event}, Props: props, reads: p.read(props)}
		if p.By == ByChannel {
			k.Label = s.label
		}
		if p.By == ByChannel && s.event == event.MessageDelivered {
			k.prefix = s.label + ":" // a message's channel is how it came, not where from
		}
		p.kinds, p.picks = append(p.kinds, k), append(p.picks, rule.PickOf(s.event))
	}
}

func (p *plan) useOwn() error {
	for i, s := range p.Touches {
		ptr := fmt.Sprint("/touches/", i)
		raw, err := json.Marshal(s)
		if err != nil {
			return fault.BadField(ptr, "cannot be read: %s", err.Error())
		}
		pick, faults := rule.ParsePick(raw, ptr, p.zone, "prop", "label")
		if len(faults) > 0 {
			e := fault.New(fault.Invalid, "invalid_query", "%s", faults[0].Detail)
			e.Fields = faults
			return e
		}
		k := Kind{Events: pick.Names(), Label: s.Label}
		if s.Prop != "" {
			if event.PersonalProp(first(k.Events), s.Prop) {
				return fault.BadField(ptr+"/prop", "%q is personal data, which reports do not show; choose another property", s.Prop)
			}
			k.Props = []string{s.Prop}
		} else if s.Label == "" {
			k.Label = first(k.Events)
		}
		k.reads = p.read(k.Props)
		p.kinds, p.picks = append(p.kinds, k), append(p.picks, pick)
	}
	return nil
}

func first(list []string) string {
	if len(list) == 0 {
		return "(any event)"
	}
	return list[0]
}

// read gives properties places in the survey.
func (p *plan) read(props []string) (places []int) {
	for _, prop := range props {
		at := slices.Index(p.reads, prop)
		if at < 0 {
			at = len(p.reads)
			p.reads = append(p.reads, prop)
		}
		places = append(places, at)
	}
	return places
}
