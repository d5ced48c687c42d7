package planner

import (
	"context"
	"encoding/json"
	"math"
	"math/rand/v2"
	"time"

	"github.com/RoaringBitmap/roaring/v2"
	"gonum.org/v1/gonum/stat/distuv"

	"yutang/internal/fault"
	"yutang/internal/insight"
)

// Progress is a plan beside what has happened.
type Progress struct {
	insight.Meta
	Plan    string         `json:"plan"`
	Version int            `json:"version"`
	From    string         `json:"from"`
	To      string         `json:"to"`
	Elapsed float64        `json:"elapsed"` // share of the days, 0 to 1
	Season  bool           `json:"seasonal"`
	Behind  float64        `json:"behind_percent"` // the gap that makes an alarm
	Nodes   []NodeProgress `json:"nodes"`
	Notes   []string       `json:"notes" say:"zh"`
}

// NodeProgress is one number of a plan so far. Null is what nothing is known of.
type NodeProgress struct {
	Name       string   `json:"name"`
	Channel    string   `json:"channel,omitempty"`
	Definition string   `json:"definition"`
	Unit       string   `json:"unit"`
	Planned    *float64 `json:"planned"` // to the end
	PlannedNow *float64 `json:"planned_to_date"`
	Actual     float64  `json:"actual"`
	Gap        *float64 `json:"gap"` // actual less planned to date
	P10        *float64 `json:"forecast_p10"`
	P50        *float64 `json:"forecast_p50"` // at the end, going on as so far
	P90        *float64 `json:"forecast_p90"`
	Probable   *float64 `json:"behind_probability"` // of being behind by more than the percent asked for
	Alarm      bool     `json:"alarm"`
	People     int      `json:"people"` // customers behind the actual number
}

// actual is what has happened to one node.
type actual struct {
	name, channel, unit, definition string
	sum                             float64
	squares                         float64 // of amounts; 0 for counts
	people                          *roaring.Bitmap
	seasonal                        bool
}

// certain is the probability from which a gap makes an alarm.
const certain = 0.8

// defaultBehind is the gap in percent that makes an alarm.
const defaultBehind = 10

// forecasts is how many times the rest of a plan is drawn.
const forecasts = 2000

// Progress compares the newest version of a plan with what has happened. behind is the gap
// in percent that makes an alarm, 0 for 10. Errors: not_found.
func (s *Service) Progress(ctx context.Context, planID string, behind float64) (Progress, error) {
	started := s.Clock.Now()
	if behind == 0 {
		behind = defaultBehind
	}
	if math.IsNaN(behind) || behind < 0 || behind >= 100 {
		return Progress{}, fault.BadField("/behind", "is a percentage: 0 to less than 100")
	}
	plan, err := s.Get(ctx, planID, 0)
	if err != nil {
		return Progress{}, err
	}
	p, err := s.check(plan.Revision.Scenario)
	if err != nil {
		return Progress{}, err
	}
	list, meta, err := s.actuals(ctx, p)
	if err != nil {
		return Progress{}, err
	}
	season := plan.Revision.Answer.Seasonality
	out := Progress{
		Meta: meta, Plan: planID, Version: plan.Version, From: p.From, To: p.To, Elapsed: p.elapsed(started, nil), Season: season.Known,
		Behind: behind, Nodes: []NodeProgress{},
		Notes: []string{
			"Planned to date is the plan times the share of its days that has passed; orders and buyers by the brand's own days of the week where they are known.",
			"A forecast goes on as so far: counts by a Gamma-Poisson model with Jeffreys' prior, revenue with the average order of the plan's time.",
		},
	}
	for _, a := range list {
		weights := season.Orders
		if !a.seasonal {
			weights = nil
		}
		n := a.compare(plan.Revision.Answer, p.elapsed(started, weights), behind, p.Seed)
		out.Nodes = append(out.Nodes, n)
	}
	out.TookMS = s.Clock.Now().Sub(started).Milliseconds()
	return out, nil
}

// elapsed is the share of the plan's time before now, with days weighed by weekday.
func (p *span) elapsed(now time.Time, weights []float64) float64 {
	passed, all := 0.0, 0.0
	for day := p.from; day.Before(p.to); {
		y, m, d := day.In(p.zone).Date()
		next := time.Date(y, m, d+1, 0, 0, 0, 0, p.zone)
		weight := 1.0
		if len(weights) == 7 {
			weight = weights[day.In(p.zone).Weekday()]
		}
		all += weight
		passed += weight * min(1, max(0, float64(now.Sub(day))/float64(next.Sub(day))))
		day = next
	}
	return passed / all
}

// compare puts a node beside its plan.
func (a *actual) compare(plan *Answer, elapsed, behind float64, seed uint64) NodeProgress {
	n := NodeProgress{Name: a.name, Channel: a.channel, Definition: a.definition, Unit: a.unit, Actual: a.sum, People: int(a.people.GetCardinality())}
	if a.channel == "" {
		n.Planned = plan.node(a.name).Point
	} else {
		n.Planned = new(float64)
		for _, c := range plan.Channels {
			if c.Channel == a.channel {
				n.Planned = c.Adds.Point
			}
		}
	}
	if a.name != NodeBudget {
		n.P10, n.P50, n.P90 = a.forecast(elapsed, seed)
	}
	if n.Planned == nil {
		return n
	}
	due := *n.Planned * elapsed
	gap := a.sum - due
	n.PlannedNow, n.Gap = &due, &gap
	switch {
	case due <= 0:
	case a.name == NodeBudget:
		n.Alarm = a.sum > due*(1+behind/100)
	default:
		odds := a.below(due * (1 - behind/100))
		n.Probable, n.Alarm = &odds, odds >= certain
	}
	return n
}

// below is the probability that what is expected to date lies below a level.
func (a *actual) below(level float64) float64 {
	if a.squares > 0 {
		if a.sum <= 0 {
			return 1
		}
		rate := a.sum / a.squares // by moments: mean sum, variance the sum of squares
		return distuv.Gamma{Alpha: a.sum * rate, Beta: rate}.CDF(level)
	}
	return distuv.Gamma{Alpha: a.sum + 0.5, Beta: 1}.CDF(level)
}

// forecast draws where a node ends when it goes on as so far.
func (a *actual) forecast(elapsed float64, seed uint64) (p10, p50, p90 *float64) {
	if elapsed <= 0 {
		return nil, nil, nil
	}
	src := rand.NewPCG(seed, 0)
	ends := make([]float64, forecasts)
	size := 1.0 // of one count
	if a.squares > 0 && a.sum > 0 {
		size = a.squares / a.sum
	}
	for i := range ends {
		expected := distuv.Gamma{Alpha: max(a.sum, 0)/size + 0.5, Beta: elapsed, Src: src}.Rand() * (1 - elapsed)
		ends[i] = a.sum
		if expected > 0 {
			ends[i] += size * distuv.Poisson{Lambda: expected, Src: src}.Rand()
		}
	}
	return percentiles(ends)
}

// cell is one actual number.
type cell struct {
	Node    string `json:"node"`
	Channel string `json:"channel,omitempty"`
}

// People are the customers behind the actual number {"node": N, "channel"?: C} of a plan.
func (r Report) People(ctx context.Context, query, raw json.RawMessage) (*roaring.Bitmap, error) {
	q, err := parseFollow(query)
	if err != nil {
		return nil, err
	}
	var c cell
	if err := insight.DecodeCell(raw, &c); err != nil {
		return nil, err
	}
	plan, err := r.Get(ctx, q.Plan, 0)
	if err != nil {
		return nil, err
	}
	if c.Channel != "" && c.Node != NodeAdds {
		return nil, fault.BadField("/cell/channel", "only adds are told by channel")
	}
	if observed[c.Node] == "" {
		return nil, fault.BadField("/cell/node", "%q has no actual number", c.Node)
	}
	p, err := r.check(plan.Revision.Scenario)
	if err != nil {
		return nil, err
	}
	list, _, err := r.actuals(ctx, p)
	if err != nil {
		return nil, err
	}
	for _, a := range list {
		if a.name == c.Node && a.channel == c.Channel {
			return a.people, nil
		}
	}
	return roaring.New(), nil // a channel without adds
}
