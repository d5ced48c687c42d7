package budget

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"yutang/internal/outreach"
)

// MaxDays is how far ahead a plan looks.
const MaxDays = 31

// planAge is how long a plan is shown before it is made anew.
const planAge = 5 * time.Minute

// Touch is one touch that is planned, or foreseen.
type Touch struct {
	ID            string // unique in its source; the last rank
	Ord           uint32 // any record of the customer
	Playbook      string
	Name          string // of the playbook
	Version       int
	Step          string
	Channel       string
	Endpoint      string
	Priority      int // 0 is outreach.DefaultPriority
	Value         int64
	Unvalued      bool // Value is not known: the estimate is asked
	Transactional bool
	Counted       bool // was dispatched before: it takes no new place
	Due           time.Time
	Expires       time.Time
	Refuse        outreach.Reason // why it will not go, if that is known already
}

// Forecast tells of touches that are not in the ledger yet: those of live runs, of coming
// schedules, of mass sends. It visits those due before until, in any order.
type Forecast interface {
	Forecast(ctx context.Context, until time.Time, visit func(Touch) error) error
}

// kind is what many touches have in common.
type kind struct {
	source, playbook, name, step, channel, endpoint string
	version, priority                               int
	transactional                                   bool
}

// item is one touch of a plan.
type item struct {
	id      string
	root    uint32
	kind    int32
	due     int64 // ms
	expires int64
	at      int64 // when it will go: not in the past, not in quiet hours
	value   int64
	in      outreach.Windows
	refuse  outreach.Reason // whatever the caps leave
	verdict outreach.Reason // "": it goes
	counted bool
}

// shifted says whether something holds the touch up.
func (x *item) shifted(now int64) bool { return x.at > max(x.due, now) }

// group is one customer's touches: items[from:to].
type group struct {
	from, to int32
	zone     *time.Location
	standing outreach.Standing
	won      int32 // that the caps let through
	lost     int32 // that they do not
	value    int64 // of those that won
}

// Plan is what will be sent in the days ahead, as far as is known. It does not change once
// made.
type Plan struct {
	At        time.Time
	Days      int
	Until     time.Time
	Customers int
	Touches   int
	Lines     []Line
	Raises    []Raise
	Took      time.Duration

	policy outreach.Policy
	zone   *time.Location // of the brand
	kinds  []kind
	terms  []outreach.Terms // by kind
	quotas map[string][]outreach.AccountQuota
	items  []item
	groups []group
}

// Line counts touches that are alike: of one day, channel, playbook, step and verdict.
type Line struct {
	Day      string // YYYY-MM-DD in the brand's zone
	Source   string // "ledger", or the name of a forecast
	Channel  string
	Playbook string
	Name     string
	Step     string
	Verdict  string // "send", or the reason why not
	Count    int
	Shifted  int // of those: later than due
	Value    int64
}

// Send is the verdict of a touch that goes.
const Send = "send"

// Plan gives the plan for so many days, made anew if it is older than five minutes, of
// another length, or if fresh asks for it.
func (s *Service) Plan(ctx context.Context, days int, fresh bool) (*Plan, error) {
	s.planned.Lock()
	defer s.planned.Unlock()
	if p := s.latest.Load(); p != nil && !fresh && p.Days == days && s.Clock.Now().Sub(p.At) < planAge {
		return p, nil
	}
	p, err := s.makePlan(ctx, days)
	if err != nil {
		return nil, fmt.Errorf("plan %d days: %w", days, err)
	}
	s.latest.Store(p)
	return p, nil
}

func (s *Service) makePlan(ctx context.Context, days int) (*Plan, error) {
	now := s.Clock.Now()
	p := &Plan{At: now, Days: days, zone: s.Zone(), policy: s.Ledger.Policy()}
	y, m, d := now.In(p.zone).Date()
	p.Until = time.Date(y, m, d+days, 0, 0, 0, 0, p.zone).UTC()
	if err := s.collect(ctx, p); err != nil {
		return nil, err
	}
	if err := s.survey(ctx, p); err != nil {
		return nil, err
	}
	p.weigh(p.decide())
	p.count()
	p.Touches, p.Customers, p.Took = len(p.items), len(p.groups), s.Clock.Now().Sub(now)
	return p, nil
}

// decide gives each touch its verdict and says what goes.
func (p *Plan) decide() total {
	base := p.as(p.policy)
	p.schedule(base)
	return p.each(func(g *group, w *worker) total {
		for i := g.from; i < g.to; i++ {
			p.items[i].verdict = p.items[i].refuse
		}
		t := w.divide(p, g, base, func(x *item, d outreach.Decision) { x.verdict = d.Reason() })
		g.won, g.lost, g.value = int32(t.Touches), int32(t.lost), t.Value
		return t
	})
}

// count makes the lines.
func (p *Plan) count() {
	type key struct {
		day     int32
		kind    int32
		verdict outreach.Reason
	}
	lines := map[key]*Line{}
	now := p.At.UnixMilli()
	for i := range p.items {
		x := &p.items[i]
		k := key{outreach.WindowsOf(time.UnixMilli(x.at), p.zone)[outreach.Day], x.kind, x.verdict}
		l := lines[k]
		if l == nil {
			l = p.line(x)
			lines[k] = l
		}
		l.Count++
		l.Value += x.value
		if x.shifted(now) {
			l.Shifted++
		}
	}
	for _, l := range lines {
		p.Lines = append(p.Lines, *l)
	}
	slices.SortFunc(p.Lines, func(a, b Line) int {
		return cmp.Or(cmp.Compare(a.Day, b.Day), cmp.Compare(a.Channel, b.Channel), cmp.Compare(a.Playbook, b.Playbook),
			cmp.Compare(a.Step, b.Step), cmp.Compare(a.Source, b.Source), cmp.Compare(a.Verdict, b.Verdict))
	})
	p.Lines = merged(p.Lines)
}

// line is the empty line that a touch belongs to.
func (p *Plan) line(x *item) *Line {
	k := &p.kinds[x.kind]
	return &Line{
		Day: time.UnixMilli(x.at).In(p.zone).Format(time.DateOnly), Source: k.source, Channel: k.channel, Playbook: k.playbook,
		Name: k.name, Step: k.step, Verdict: verdict(x.verdict),
	}
}

func verdict(why outreach.Reason) string {
	if why == "" {
		return Send
	}
	return string(why)
}

// merged adds up neighbours that differ by what a line does not show.
func merged(lines []Line) (out []Line) {
	for _, l := range lines {
		if n := len(out); n > 0 && out[n-1].same(l) {
			out[n-1].Count, out[n-1].Shifted, out[n-1].Value = out[n-1].Count+l.Count, out[n-1].Shifted+l.Shifted, out[n-1].Value+l.Value
			continue
		}
		out = append(out, l)
	}
	return out
}

func (l Line) same(x Line) bool {
	x.Count, x.Shifted, x.Value, x.Name = l.Count, l.Shifted, l.Value, l.Name
	return l == x
}
