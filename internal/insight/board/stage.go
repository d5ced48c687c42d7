package board

import (
	"context"
	"slices"
	"time"

	"github.com/RoaringBitmap/roaring/v2"

	"yutang/internal/audience"
	"yutang/internal/customer"
	"yutang/internal/insight"
)

// Stages is the board of stages: where customers stand, and how they move.
type Stages struct {
	Kind   string  `json:"kind"`
	Levels []Stage `json:"levels"` // lowest first; those of no stage first, under ""
	Flows  []Flow  `json:"flows"`  // moves within the range, each with its customers
}

// Stage is one stage, or "" for customers at none.
type Stage struct {
	Stage   string   `json:"stage"`
	Start   int      `json:"start"` // customers at the start of the range
	End     int      `json:"end"`
	Series  []int    `json:"series"`           // at the end of each period
	Present int      `json:"present"`          // there at the start, or came within the range
	Rose    int      `json:"rose"`             // of these, moved on to any higher stage within the range
	Rate    *float64 `json:"conversion"`       // rose / present
	Days    *float64 `json:"days,omitempty"`   // mean time in the stage, of the stays that ended in the range
	Median  *float64 `json:"median,omitempty"` // likewise, in days
}

// Flow is how many customers moved from one stage to another, each once.
type Flow struct {
	From   string `json:"from"`
	To     string `json:"to"`
	People int    `json:"people"`
	Moves  int    `json:"moves"`
}

// counts is what one goroutine gathers of stages; index 0 is no stage.
type counts struct {
	start, end, present, rose []int
	series                    [][]int // stage, period
	people, moves             [][]int // from, to
	days                      [][]float64
	found                     *roaring.Bitmap
	seen                      [][]bool // scratch: flows of the customer at hand
	_                         [64]byte
}

func newCounts(levels, periods int) counts {
	grid := func(n int) [][]int {
		g := make([][]int, levels)
		for i := range g {
			g[i] = make([]int, n)
		}
		return g
	}
	c := counts{
		start: make([]int, levels), end: make([]int, levels), present: make([]int, levels), rose: make([]int, levels),
		series: grid(periods), people: grid(levels), moves: grid(levels), days: make([][]float64, levels), found: roaring.New(),
	}
	for range levels {
		c.seen = append(c.seen, make([]bool, levels))
	}
	return c
}

// stageScan passes over everybody's stages.
func (r *Report) stageScan(ctx context.Context, p *plan, c *cell) ([]string, []counts, insight.Meta, error) {
	names := append([]string{""}, r.Base.Customers.Level(p.Kind).Names()...)
	reading, meta, err := r.Base.Read(ctx, audience.Survey{Audience: p.Audience}, p.zone)
	if err != nil {
		return nil, nil, meta, err
	}
	all, err := r.journey(ctx, p.Kind, reading.At.UnixMilli())
	if err != nil {
		return nil, nil, meta, err
	}
	want, err := wanted(c, names)
	if err != nil {
		return nil, nil, meta, err
	}
	workers := make([]counts, audience.Workers())
	for i := range workers {
		workers[i] = newCounts(len(names), len(p.windows)-periods)
	}
	err = reading.Visit(ctx, func(person *audience.Person) error {
		w, own := &workers[person.Worker()], all.of(person.Root)
		if c == nil {
			if person.Len() > 0 || len(own) > 0 {
				w.count(p, own)
			}
		} else if want(p, own) {
			w.found.Add(person.Root)
		}
		return nil
	})
	return names, workers, meta, err
}

// maxLevels is more than any kind has, with that of no stage.
const maxLevels = 8

// count adds one customer's stages.
func (c *counts) count(p *plan, own journey) {
	win := p.windows[now]
	c.start[own.at(win.from)+1]++
	c.end[own.at(win.to)+1]++
	for k := range c.seen {
		clear(c.seen[k])
	}
	for k, w := range p.windows[periods:] {
		c.series[own.at(w.to)+1][k]++
	}
	level, since := customer.NoLevel, int64(0)
	var present [maxLevels]bool
	var highest [maxLevels]int
	first := own.at(win.from)
	present[first+1], highest[first+1] = true, first
	for _, s := range own {
		to := int(s.to)
		if to == level {
			continue
		}
		if win.holds(s.at) {
			c.moves[level+1][to+1]++
			if !c.seen[level+1][to+1] {
				c.seen[level+1][to+1] = true
				c.people[level+1][to+1]++
			}
			if since > 0 {
				c.days[level+1] = append(c.days[level+1], float64(s.at-since)/float64(day))
			}
			for was := range present {
				highest[was] = max(highest[was], to)
			}
			if !present[to+1] {
				present[to+1], highest[to+1] = true, to
			}
		}
		level, since = to, s.at
	}
	for at := range c.present {
		if !present[at] {
			continue
		}
		c.present[at]++
		if highest[at] > at-1 {
			c.rose[at]++
		}
	}
}

// wanted tests whether a customer is behind a cell.
func wanted(c *cell, names []string) (func(*plan, journey) bool, error) {
	if c == nil {
		return nil, nil //nolint:nilnil // nobody is looked for
	}
	index := func(ptr, name string) (int, error) {
		i := slices.Index(names, name)
		if i < 0 {
			return 0, invalidCell(ptr, "there is no stage %q; choose from %v", name, names)
		}
		return i - 1, nil
	}
	if c.Flow != nil {
		if len(*c.Flow) != 2 {
			return nil, invalidCell("/flow", `is ["from", "to"]`)
		}
		from, err := index("/flow/0", (*c.Flow)[0])
		if err != nil {
			return nil, err
		}
		to, err := index("/flow/1", (*c.Flow)[1])
		return func(p *plan, j journey) bool { return j.moved(p.windows[now], from, to) }, err
	}
	if c.Stage == nil {
		return nil, invalidCell("", `name a "stage" or a "flow"`)
	}
	at, err := index("/stage", *c.Stage)
	return func(p *plan, j journey) bool {
		moment := p.windows[c.window()].to
		if c.At == "start" {
			moment = p.windows[c.window()].from
		}
		return j.at(moment) == at
	}, err
}

func (r *Report) stagePeople(ctx context.Context, p *plan, c *cell) (*roaring.Bitmap, error) {
	_, workers, _, err := r.stageScan(ctx, p, c)
	if err != nil {
		return nil, err
	}
	return insight.Gather(workers, func(w *counts) *roaring.Bitmap { return w.found }), nil
}

// stages answers the board of stages.
func (r *Report) stages(ctx context.Context, p *plan) (Answer, error) {
	names, workers, meta, err := r.stageScan(ctx, p, nil)
	if err != nil {
		return Answer{}, err
	}
	all := newCounts(len(names), len(p.windows)-periods)
	for i := range workers {
		all.join(&workers[i])
	}
	out := &Stages{Kind: p.Kind, Flows: []Flow{}}
	for i, name := range names {
		s := Stage{Stage: name, Start: all.start[i], End: all.end[i], Series: all.series[i], Present: all.present[i], Rose: all.rose[i]}
		if s.Present > 0 {
			rate := float64(s.Rose) / float64(s.Present)
			s.Rate = &rate
		}
		s.Days, s.Median = middle(all.days[i])
		out.Levels = append(out.Levels, s)
		for k, to := range names {
			if all.moves[i][k] > 0 {
				out.Flows = append(out.Flows, Flow{name, to, all.people[i][k], all.moves[i][k]})
			}
		}
	}
	return Answer{Meta: meta, Stages: out, Numbers: []Value{}, Periods: []time.Time{}}, nil
}

func (c *counts) join(o *counts) {
	for i := range c.start {
		c.start[i] += o.start[i]
		c.end[i] += o.end[i]
		c.present[i] += o.present[i]
		c.rose[i] += o.rose[i]
		c.days[i] = append(c.days[i], o.days[i]...)
		for k := range c.series[i] {
			c.series[i][k] += o.series[i][k]
		}
		for k := range c.people[i] {
			c.people[i][k] += o.people[i][k]
			c.moves[i][k] += o.moves[i][k]
		}
	}
}

// middle is the mean and the median, nil of nothing.
func middle(days []float64) (mean, median *float64) {
	n := len(days)
	if n == 0 {
		return nil, nil
	}
	slices.Sort(days)
	total := 0.0
	for _, d := range days {
		total += d
	}
	m, half := total/float64(n), (days[(n-1)/2]+days[n/2])/2
	return &m, &half
}
