// Package trends owns how events develop over time: how many, of how many customers, and
// what their numbers come to, period by period, by a value, and combined by a formula.
//
// A customer counts once in a period and once in the total of a range, so the total of
// customers is not the sum of the periods. Periods at the ends of a range are cut by it.
package trends

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/RoaringBitmap/roaring/v2"

	"yutang/internal/audience"
	"yutang/internal/event"
	"yutang/internal/insight"
)

// Answer is the lines.
type Answer struct {
	insight.Meta
	Periods       []time.Time `json:"periods"` // their beginnings
	Series        []Line      `json:"series"`
	Formula       *Line       `json:"formula,omitempty"`
	OtherValues   int         `json:"other_values,omitempty"` // how many the breakdown does not show
	UnknownEvents []string    `json:"unknown_events,omitempty"`
}

// Line is a series. Values are nil where there is nothing to divide by.
type Line struct {
	Name    string     `json:"name,omitempty"`
	Value   string     `json:"value,omitempty"` // of the breakdown
	Measure Measure    `json:"measure,omitempty"`
	Total   *float64   `json:"total"` // of the whole range
	Values  []*float64 `json:"values"`
	By      []Line     `json:"by_breakdown,omitempty"`
}

// Report answers trend queries.
type Report struct{ Base *insight.Base }

// Run answers a Query.
func (r *Report) Run(ctx context.Context, query json.RawMessage) (any, error) {
	return r.Trends(ctx, query)
}

// Trends answers a Query.
func (r *Report) Trends(ctx context.Context, query json.RawMessage) (Answer, error) {
	started := r.Base.Clock.Now()
	p, err := parse(query, r.Base)
	if err != nil {
		return Answer{}, err
	}
	shown, others, err := r.top(ctx, p)
	if err != nil {
		return Answer{}, err
	}
	s, err := r.scan(ctx, p, nil, shown, false)
	if err != nil {
		return Answer{}, err
	}
	out := s.answer(shown, others)
	out.Meta, out.OtherValues, out.UnknownEvents = s.meta, others, r.Base.Unknown(p.picks...)
	out.TookMS = r.Base.Clock.Now().Sub(started).Milliseconds()
	return out, nil
}

// People are the customers behind {"series": i, "period"?: k, "value"?: v}.
func (r *Report) People(ctx context.Context, query, raw json.RawMessage) (*roaring.Bitmap, error) {
	p, err := parse(query, r.Base)
	if err != nil {
		return nil, err
	}
	c, err := p.parseCell(raw)
	if err != nil {
		return nil, err
	}
	var shown []string
	if c.Value != nil && *c.Value == insight.Other {
		if shown, _, err = r.top(ctx, p); err != nil {
			return nil, err
		}
	}
	s, err := r.scan(ctx, p, &c, shown, false)
	if err != nil {
		return nil, err
	}
	return insight.Gather(s.workers, func(w *worker) *roaring.Bitmap { return w.found }), nil
}

// top finds the values that most events have, and how many others there are.
func (r *Report) top(ctx context.Context, p *plan) (shown []string, others int, err error) {
	if p.Breakdown == nil {
		return nil, 0, nil
	}
	s, err := r.scan(ctx, p, nil, nil, true)
	if err != nil {
		return nil, 0, err
	}
	all := map[string]int{}
	for i := range s.workers {
		for v, n := range s.workers[i].values {
			all[v] += n
		}
	}
	names := slices.SortedFunc(maps.Keys(all), func(a, b string) int { return cmp.Or(cmp.Compare(all[b], all[a]), cmp.Compare(a, b)) })
	n := min(len(names), p.Breakdown.Top)
	return names[:n], len(names) - n, nil
}

// tally is what a series came to in a period, the last place being the whole range.
type tally struct {
	count, people, valued int
	sum                   event.Decimal
	last                  uint32 // the visit that counted last
}

type worker struct {
	visit  uint32
	all    [][]tally            // series, period
	by     map[string][][]tally // value
	values map[string]int
	found  *roaring.Bitmap
	_      [64]byte
}

type scan struct {
	p        *plan
	meta     insight.Meta
	cell     *cell
	first    bool // only values are counted
	byName   []uint32
	plain    uint32
	from, to int64
	known    map[string]bool // values that have lines of their own
	workers  []worker
}

func (r *Report) scan(ctx context.Context, p *plan, c *cell, shown []string, first bool) (*scan, error) {
	survey := audience.Survey{Picks: p.picks, Reads: p.reads, Audience: p.Audience}
	if p.Breakdown != nil && p.Breakdown.Trait != "" {
		survey.Traits = []string{p.Breakdown.Trait}
	}
	reading, meta, err := r.Base.Read(ctx, survey, p.zone)
	if err != nil {
		return nil, err
	}
	s := &scan{p: p, meta: meta, cell: c, first: first, from: p.from.UnixMilli(), to: p.to.UnixMilli(), known: map[string]bool{}}
	for _, v := range shown {
		s.known[v] = true
	}
	s.byName, s.plain = reading.Masks()
	s.workers = make([]worker, audience.Workers())
	for i := range s.workers {
		s.workers[i] = worker{all: s.grid(), by: map[string][][]tally{}, values: map[string]int{}, found: roaring.New()}
	}
	return s, reading.Visit(ctx, s.visit)
}

func (s *scan) grid() [][]tally {
	g := make([][]tally, len(s.p.lines))
	for i := range g {
		g[i] = make([]tally, len(s.p.bounds))
	}
	return g
}

func (s *scan) visit(p *audience.Person) error {
	w := &s.workers[p.Worker()]
	w.visit++
	i, _ := slices.BinarySearch(p.At, s.from)
	for ; i < p.Len() && p.At[i] <= s.to; i++ {
		if s.byName[p.Name[i]] == 0 {
			continue
		}
		hits := p.Hits(s.byName, s.plain, i)
		if hits == 0 {
			continue
		}
		value := ""
		if s.p.Breakdown != nil {
			value = s.p.Breakdown.Of(p, 0, i)
		}
		for k := range s.p.lines {
			if hits&(1<<k) == 0 {
				continue
			}
			if err := s.take(w, p, i, k, value); err != nil {
				return err
			}
		}
	}
	return nil
}

// take counts event i in series k.
func (s *scan) take(w *worker, p *audience.Person, i, k int, value string) error {
	if s.first {
		if w.values[value]++; len(w.values) > insight.MaxValues {
			return insight.TooWide("/breakdown", "values", len(w.values), insight.MaxValues)
		}
		return nil
	}
	period := insight.Find(s.p.bounds, p.At[i])
	if s.cell != nil {
		s.seek(w, p.Root, k, period, value)
		return nil
	}
	s.mark(w, w.all[k], p, i, k, period)
	if s.p.Breakdown == nil {
		return nil
	}
	if !s.known[value] {
		value = insight.Other
	}
	g := w.by[value]
	if g == nil {
		g = s.grid()
		w.by[value] = g
	}
	s.mark(w, g[k], p, i, k, period)
	return nil
}

func (s *scan) seek(w *worker, root uint32, k, period int, value string) {
	c := s.cell
	switch {
	case c.Series != k || c.Period != nil && *c.Period != period:
		return
	case c.Value != nil && *c.Value == insight.Other:
		if s.known[value] {
			return
		}
	case c.Value != nil && *c.Value != value:
		return
	}
	w.found.Add(root)
}

func (s *scan) mark(w *worker, line []tally, p *audience.Person, i, k, period int) {
	number, valued := event.Decimal(0), false
	if s.p.lines[k].Of != "" {
		v := p.Value(s.p.lines[k].read, i)
		number, valued = v.Num, v.Kind == event.Number
	}
	for _, at := range [...]int{period, len(line) - 1} {
		t := &line[at]
		t.count++
		if valued {
			t.valued++
			t.sum += number
		}
		if t.last != w.visit {
			t.last = w.visit
			t.people++
		}
	}
}
