// Package retention owns retention matrices: of those who did something in one interval,
// how many came back in the next, the one after, and so on.
//
// A row is the cohort of interval i, column k its customers who were active in interval
// i+k. The matrix is triangular: intervals that have not begun are not shown. The last
// interval holds "to" and may be under way.
package retention

import (
	"context"
	"encoding/json"
	"math"
	"time"

	"github.com/RoaringBitmap/roaring/v2"

	"yutang/internal/audience"
	"yutang/internal/event"
	"yutang/internal/insight"
)

// Answer is a matrix.
type Answer struct {
	insight.Meta
	Cohorts       []Cohort `json:"cohorts"`
	Mean          []Mean   `json:"mean"` // per column, over the cohorts that have it
	By            []Part   `json:"by_breakdown,omitempty"`
	OtherValues   int      `json:"other_values,omitempty"` // how many are in the part "(other)"
	UnknownEvents []string `json:"unknown_events,omitempty"`
}

// Part is the matrix of the customers with a value. The parts of a cohort add up to it.
type Part struct {
	Value   string   `json:"value"`
	Cohorts []Cohort `json:"cohorts"`
	Mean    []Mean   `json:"mean"`
}

// Cohort is one row.
type Cohort struct {
	Start  time.Time `json:"start"`
	Size   int       `json:"size"`
	Counts []int     `json:"counts"`
	Sums   []float64 `json:"sums,omitempty"` // with a sum as measure, over the same customers
}

// Mean is how many came back in a column, weighted by the size of cohorts.
type Mean struct {
	Interval int     `json:"interval"`
	Share    float64 `json:"share"` // 0 to 1
	Cohorts  int     `json:"cohorts"`
}

// Report answers retention queries.
type Report struct{ Base *insight.Base }

// Run answers a Query.
func (r *Report) Run(ctx context.Context, query json.RawMessage) (any, error) {
	return r.Matrix(ctx, query)
}

// Matrix answers a Query.
func (r *Report) Matrix(ctx context.Context, query json.RawMessage) (Answer, error) {
	started := r.Base.Clock.Now()
	p, err := parse(query, r.Base)
	if err != nil {
		return Answer{}, err
	}
	shown, others, err := r.top(ctx, p)
	if err != nil {
		return Answer{}, err
	}
	s, err := r.scan(ctx, p, pass{shown: shown})
	if err != nil {
		return Answer{}, err
	}
	out := s.answer(shown, others)
	out.Meta, out.UnknownEvents = s.meta, r.Base.Unknown(p.picks...)
	out.TookMS = r.Base.Clock.Now().Sub(started).Milliseconds()
	return out, nil
}

// People are the customers behind {"cohort": i, "interval"?: k, "lost"?: bool,
// "value"?: v}.
func (r *Report) People(ctx context.Context, query, raw json.RawMessage) (*roaring.Bitmap, error) {
	p, err := parse(query, r.Base)
	if err != nil {
		return nil, err
	}
	c, err := p.parseCell(raw)
	if err != nil {
		return nil, err
	}
	want := pass{cell: &c}
	if c.Value != nil && *c.Value == insight.Other {
		if want.shown, _, err = r.top(ctx, p); err != nil {
			return nil, err
		}
	}
	s, err := r.scan(ctx, p, want)
	if err != nil {
		return nil, err
	}
	return insight.Gather(s.workers, func(w *worker) *roaring.Bitmap { return w.people }), nil
}

// scan is one pass over everybody.
type scan struct {
	p       *plan
	meta    insight.Meta
	cell    *cell
	values  bool            // only values of the breakdown are counted
	known   map[string]bool // those with a part of their own
	byName  []uint32
	plain   uint32
	brief   bool // sets of intervals are all that is to be known of a customer
	workers []worker
}

// worker is what one goroutine gathers.
type worker struct {
	all    *grid
	by     map[string]*grid
	values map[string]int // cohorts that customers with it are in
	people *roaring.Bitmap

	began  []bool          // of the customer at hand, per interval: the target happened
	value  []string        // of the breakdown
	back   []int           // returning events
	spent  []event.Decimal // their sum
	active []bool
	_      [64]byte
}

// pass is what a pass over everybody is for. The zero value counts without a breakdown.
type pass struct {
	cell   *cell    // only its people are wanted
	shown  []string // values with a part of their own
	values bool     // only values are counted
}

func (r *Report) scan(ctx context.Context, p *plan, want pass) (*scan, error) {
	survey := audience.Survey{Picks: p.picks, Reads: p.reads, Audience: p.Audience}
	if p.Breakdown != nil && p.Breakdown.Trait != "" {
		survey.Traits = []string{p.Breakdown.Trait}
	}
	reading, meta, err := r.Base.Read(ctx, survey, p.zone)
	if err != nil {
		return nil, err
	}
	s := &scan{p: p, meta: meta, cell: want.cell, values: want.values, known: map[string]bool{}, workers: make([]worker, audience.Workers())}
	for _, v := range want.shown {
		s.known[v] = true
	}
	s.byName, s.plain = reading.Masks()
	n := p.TotalIntervals
	s.brief = n <= 64 && p.sum == "" && p.MinimumOccurrences == 1 && p.Breakdown == nil
	for i := range s.workers {
		s.workers[i] = worker{
			all: s.grid(), by: map[string]*grid{}, values: map[string]int{}, people: roaring.New(),
			began: make([]bool, n), value: make([]string, n), back: make([]int, n), spent: make([]event.Decimal, n), active: make([]bool, n),
		}
	}
	return s, reading.Visit(ctx, s.visit)
}

// The picks of a plan as bits.
const (
	isTarget = 1 << iota
	isReturning
)

func (s *scan) visit(person *audience.Person) error {
	w := &s.workers[person.Worker()]
	if s.brief {
		s.visitBrief(person, w)
		return nil
	}
	clear(w.began)
	clear(w.back)
	clear(w.spent)
	if !s.read(person, w) {
		return nil
	}
	s.activate(w)
	if s.cell != nil {
		s.find(w, person.Root)
		return nil
	}
	return s.count(w)
}

// read fills in what the customer did in which interval; false if in no cohort.
func (s *scan) read(person *audience.Person, w *worker) (some bool) {
	first, last := s.p.bounds[0], s.p.bounds[len(s.p.bounds)-1]
	met := false // a target, ever
	interval := 0
	for i, name := range person.Name {
		if s.byName[name] == 0 {
			continue
		}
		at := person.At[i]
		if at >= last {
			break
		}
		if at < first && (s.p.Type != FirstTime || met) {
			continue
		}
		hits := person.Hits(s.byName, s.plain, i)
		if hits == 0 {
			continue
		}
		if at >= first {
			for at >= s.p.bounds[interval+1] {
				interval++
			}
			if hits&isReturning != 0 {
				s.returned(person, w, i, interval)
			}
		}
		if hits&isTarget != 0 && !(met && s.p.Type == FirstTime) {
			met = true
			if at >= first && !w.began[interval] {
				w.began[interval], some = true, true
				if s.p.Breakdown != nil {
					w.value[interval] = s.p.Breakdown.Of(person, len(s.p.reads)-1, i)
				}
			}
		}
	}
	return some
}

func (s *scan) returned(person *audience.Person, w *worker, i, interval int) {
	w.back[interval]++
	if s.p.sum == "" {
		return
	}
	if v := person.Value(0, i); v.Kind == event.Number {
		w.spent[interval] += v.Num
	}
}

// activate says in which intervals the customer counts as back.
func (s *scan) activate(w *worker) {
	later := false
	for k := len(w.active) - 1; k >= 0; k-- {
		came := w.back[k] >= s.p.MinimumOccurrences
		later = later || came
		w.active[k] = came || s.p.Type == Rolling && later
	}
}

func (s *scan) count(w *worker) error {
	for i, began := range w.began {
		if !began {
			continue
		}
		if s.p.Type == Anchored && i > 0 {
			return nil
		}
		if s.p.Breakdown != nil {
			if err := s.countPart(w, i); err != nil {
				return err
			}
		}
		if !s.values {
			s.mark(w.all, w, i)
		}
	}
	return nil
}

// find adds the customer if the cell asks for them.
func (s *scan) find(w *worker, root uint32) {
	c := s.cell
	if !w.began[c.Cohort] || c.Value != nil && !s.has(*c.Value, w.value[c.Cohort]) {
		return
	}
	if c.Interval == nil || w.active[c.Cohort+*c.Interval] != c.Lost {
		w.people.Add(root)
	}
}

// has says whether a value is in the part of a name.
func (s *scan) has(part, value string) bool {
	if part == insight.Other {
		return !s.known[value]
	}
	return part == value
}

func (s *scan) answer(shown []string, others int) (out Answer) {
	all := s.grid()
	for i := range s.workers {
		all.join(s.workers[i].all)
	}
	out.Cohorts, out.OtherValues = s.cohorts(all), others
	out.Mean = means(out.Cohorts, s.p.TotalIntervals)
	out.By = s.parts(shown, others)
	return out
}

// means are the weighted shares per column. Cohorts that are empty tell nothing.
func means(cohorts []Cohort, n int) []Mean {
	out := make([]Mean, 0, n)
	for k := range n {
		m := Mean{Interval: k}
		size, came := 0, 0
		for _, c := range cohorts {
			if k < len(c.Counts) && c.Size > 0 {
				size += c.Size
				came += c.Counts[k]
				m.Cohorts++
			}
		}
		if m.Share = float64(came) / float64(size); math.IsNaN(m.Share) {
			continue
		}
		out = append(out, m)
	}
	return out
}
