package budget

import (
	"context"
	"slices"
	"sort"
	"strings"
	"time"

	"yutang/internal/fault"
	"yutang/internal/outreach"
	"yutang/internal/page"
)

// Planned is one touch of a plan with its verdict.
type Planned struct {
	Touch
	Source  string
	At      time.Time // when it goes, or would
	Verdict string    // "send", or the reason why not
	Shifted bool      // later than due
	Detail  string    // the rule that decides; only in a customer's own list
}

// PlanFilter narrows a list of planned touches. Zero fields do not.
type PlanFilter struct {
	Day      string // YYYY-MM-DD in the brand's zone
	Source   string
	Channel  string
	Playbook string
	Step     string
	Verdict  string
	Shifted  bool
	Cursor   string
	Limit    int
}

// planCursor is a place in one plan.
type planCursor struct {
	Plan int64 `json:"p"`
	Next int   `json:"n"`
}

// atHand is the latest plan; the first one asked for is made, for the days of a week.
func (s *Service) atHand(ctx context.Context) (*Plan, error) {
	if p := s.latest.Load(); p != nil {
		return p, nil
	}
	return s.Plan(ctx, 7, false)
}

// Touches lists the touches of the latest plan by customer. The error is precondition if
// the plan that the cursor came from has been made anew.
func (s *Service) Touches(ctx context.Context, f PlanFilter) (out page.Page[Planned], err error) {
	p, err := s.atHand(ctx)
	if err != nil {
		return out, err
	}
	at := planCursor{Plan: p.At.UnixMilli()}
	if _, err := page.After(f.Cursor, &at); err != nil {
		return out, err
	}
	if at.Plan != p.At.UnixMilli() {
		return out, fault.New(fault.Precondition, "plan_changed", "the plan was made anew at %s: start from its first page", p.At.Format(time.RFC3339))
	}
	limit := page.Limit(f.Limit)
	out.Items = []Planned{}
	for i := max(at.Next, 0); i < len(p.items); i++ {
		if !p.matches(&p.items[i], f) {
			continue
		}
		if len(out.Items) == limit {
			out.Next = page.Cursor(planCursor{at.Plan, i})
			return out, nil
		}
		out.Items = append(out.Items, p.show(&p.items[i]))
	}
	return out, nil
}

func (p *Plan) matches(x *item, f PlanFilter) bool {
	k := &p.kinds[x.kind]
	is := func(want, have string) bool { return want == "" || want == have }
	return is(f.Channel, k.channel) && is(f.Playbook, k.playbook) && is(f.Step, k.step) && is(f.Source, k.source) &&
		is(f.Verdict, verdict(x.verdict)) && (!f.Shifted || x.shifted(p.At.UnixMilli())) &&
		(f.Day == "" || f.Day == time.UnixMilli(x.at).In(p.zone).Format(time.DateOnly))
}

func (p *Plan) show(x *item) Planned {
	k := &p.kinds[x.kind]
	return Planned{
		Touch: Touch{
			ID: x.id, Ord: x.root, Playbook: k.playbook, Name: k.name, Version: k.version, Step: k.step, Channel: k.channel, Endpoint: k.endpoint,
			Priority: k.priority, Value: x.value, Transactional: k.transactional, Counted: x.counted,
			Due: time.UnixMilli(x.due).UTC(), Expires: time.UnixMilli(x.expires).UTC(), Refuse: x.refuse,
		},
		Source: k.source, At: time.UnixMilli(x.at).UTC(), Verdict: verdict(x.verdict), Shifted: x.shifted(p.At.UnixMilli()),
	}
}

// OfCustomer lists one customer's touches in the latest plan in the order in which they go,
// with the rule that decides about each.
func (s *Service) OfCustomer(ctx context.Context, ord uint32) ([]Planned, error) {
	p, err := s.atHand(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := s.Timeline.Records(ord); err != nil {
		return nil, err
	}
	s.Timeline.RLock()
	root := s.Timeline.Root(ord)
	s.Timeline.RUnlock()
	n := sort.Search(len(p.groups), func(i int) bool { return p.items[p.groups[i].from].root >= root })
	out := []Planned{}
	if n == len(p.groups) || p.items[p.groups[n].from].root != root {
		return out, nil
	}
	g := &p.groups[n]
	rules := map[*item]string{}
	(&worker{}).divide(p, g, p.as(p.policy), func(x *item, d outreach.Decision) {
		if !d.Won {
			rules[x] = d.String()
		}
	})
	for i := g.from; i < g.to; i++ {
		x := p.show(&p.items[i])
		x.Detail = rules[&p.items[i]]
		out = append(out, x)
	}
	slices.SortStableFunc(out, func(a, b Planned) int {
		if c := a.At.Compare(b.At); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	return out, nil
}
