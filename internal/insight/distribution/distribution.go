// Package distribution owns how values are spread: a trait or a level over customers, how
// often or for how much each did something, or a property over events.
//
// Numbers fall into bins: the edges asked for, one bin for each value if there are few, or
// about twenty of a round width. Texts are counted by value, the rarest together. Everybody
// is in a bin or without a value.
package distribution

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"

	"yutang/internal/audience"
	"yutang/internal/event"
	"yutang/internal/insight"
)

// Answer is a distribution.
type Answer struct {
	insight.Meta
	Bins          []Bin    `json:"bins"`
	Customers     int      `json:"customers"` // with a value
	Missing       int      `json:"missing"`   // without
	Events        int      `json:"events,omitempty"`
	OtherValues   int      `json:"other_values,omitempty"`
	Summary       *Summary `json:"summary,omitempty"` // of numbers
	UnknownEvents []string `json:"unknown_events,omitempty"`
	Parts         []Part   `json:"by_breakdown,omitempty"`
	OtherParts    int      `json:"other_breakdown_values,omitempty"` // that are shown together
}

// Part is the customers with one value of the breakdown.
type Part struct {
	Value     string `json:"value"`
	Customers int    `json:"customers"` // with a value that is spread
	Missing   int    `json:"missing"`   // without
	Bins      []int  `json:"bins"`      // customers of each bin
}

// Bin is one bar: a text, a number by itself, or the numbers from From up to, and without,
// To. Without From it begins below everything, without To it has no end.
type Bin struct {
	Value     *string  `json:"value,omitempty"`
	From      *float64 `json:"from,omitempty"`
	To        *float64 `json:"to,omitempty"`
	Customers int      `json:"customers"` // each once in a bin
	Events    int      `json:"events,omitempty"`
	Share     float64  `json:"share"` // of the customers with a value
}

// Report answers distribution queries.
type Report struct{ Base *insight.Base }

// Run answers a Query.
func (r *Report) Run(ctx context.Context, query json.RawMessage) (any, error) {
	return r.Distribution(ctx, query)
}

// Distribution answers a Query.
func (r *Report) Distribution(ctx context.Context, query json.RawMessage) (Answer, error) {
	started := r.Base.Clock.Now()
	p, err := parse(query, r.Base)
	if err != nil {
		return Answer{}, err
	}
	found, err := r.values(ctx, p)
	if err != nil {
		return Answer{}, err
	}
	b := p.bins(found)
	s, err := r.scan(ctx, p, b, nil, found.top(p)...)
	if err != nil {
		return Answer{}, err
	}
	out := s.answer()
	out.Parts, out.OtherParts = s.parts(), max(0, len(found.parts)-len(s.shown))
	out.Meta, out.OtherValues, out.UnknownEvents = s.meta, b.others, r.Base.Unknown(p.picks...)
	if b.texts == nil {
		out.Summary = found.summary()
	}
	out.TookMS = r.Base.Clock.Now().Sub(started).Milliseconds()
	return out, nil
}

// People are the customers behind {"bin": i} or {"missing": true}, both with "value": v of
// a breakdown.
func (r *Report) People(ctx context.Context, query, raw json.RawMessage) (*roaring.Bitmap, error) {
	p, err := parse(query, r.Base)
	if err != nil {
		return nil, err
	}
	var c cell
	if insight.Decode(raw, &c) != nil || (c.Bin == nil) != c.Missing {
		return nil, insight.BadCell("", `is {"bin": 0} or {"missing": true}`)
	}
	if c.Value != nil && p.Breakdown == nil {
		return nil, insight.BadCell("/value", "names a value, but the query has no breakdown")
	}
	found, err := r.values(ctx, p)
	if err != nil {
		return nil, err
	}
	b := p.bins(found)
	if c.Bin != nil && (*c.Bin < 0 || *c.Bin >= len(b.list)) {
		return nil, insight.BadCell("/bin", "there is no bin %d", *c.Bin)
	}
	s, err := r.scan(ctx, p, b, &c, found.top(p)...)
	if err != nil {
		return nil, err
	}
	return insight.Gather(s.workers, func(w *worker) *roaring.Bitmap { return w.people }), nil
}

// worker is what one goroutine gathers.
type worker struct {
	values    found
	visit     uint32
	last      []uint32 // per bin: the visit that counted last
	customers []int
	events    []int
	valued    int
	missing   int
	total     int // events
	part      int // of the customer at hand, -1 none
	parts     []part
	people    *roaring.Bitmap
	_         [64]byte
}

// scan is one pass over everybody. Without bins it gathers values.
type scan struct {
	p       *plan
	meta    insight.Meta
	bins    *bins
	cell    *cell
	byName  []uint32
	plain   uint32
	shown   []string // values of the breakdown; the others stand behind them
	workers []worker
}

func (r *Report) scan(ctx context.Context, p *plan, b *bins, c *cell, shown ...string) (*scan, error) {
	survey := audience.Survey{Picks: p.picks, Reads: p.reads, Audience: p.Audience, Traits: p.traits()}
	reading, meta, err := r.Base.Read(ctx, survey, p.zone)
	if err != nil {
		return nil, err
	}
	s := &scan{p: p, meta: meta, bins: b, cell: c, shown: shown, workers: make([]worker, audience.Workers())}
	s.byName, s.plain = reading.Masks()
	for i := range s.workers {
		w := &s.workers[i]
		w.values, w.people = newFound(), roaring.New()
		if b != nil {
			n := len(b.list)
			w.last, w.customers, w.events = make([]uint32, n), make([]int, n), make([]int, n)
			w.parts = newParts(len(shown)+1, n)
		}
	}
	return s, reading.Visit(ctx, s.visit)
}

// values are what there is to be spread.
func (r *Report) values(ctx context.Context, p *plan) (*found, error) {
	s, err := r.scan(ctx, p, nil, nil)
	if err != nil {
		return nil, err
	}
	all := newFound()
	for i := range s.workers {
		all.join(&s.workers[i].values)
	}
	slices.Sort(all.single)
	return &all, nil
}

func (s *scan) visit(p *audience.Person) error {
	w := &s.workers[p.Worker()]
	w.visit++
	if err := s.enter(w, p); err != nil {
		return err
	}
	some, err := s.each(p, func(v event.Value) error { return s.take(w, p.Root, v) })
	switch {
	case err != nil || s.bins == nil:
	case some:
		w.valued++
		w.parts[w.part].valued++
	default:
		w.missing++
		w.parts[w.part].missing++
		if s.cell != nil && s.cell.Missing && s.wants(w) {
			w.people.Add(p.Root)
		}
	}
	return err
}

// each gives the values of one customer: one, or one for each event.
func (s *scan) each(p *audience.Person, take func(event.Value) error) (some bool, err error) {
	o := &s.p.Of
	switch {
	case o.Trait != "":
		if v := p.Trait(0); v.Kind != event.Missing {
			return true, take(v)
		}
		return false, nil
	case o.Level != "":
		if name := p.Level(o.Level); name != "" {
			return true, take(event.Value{Kind: event.String, Str: name})
		}
		return false, nil
	}
	n, total := 0, event.Decimal(0)
	i, to := 0, s.p.to.UnixMilli()
	if !s.p.from.IsZero() {
		i, _ = slices.BinarySearch(p.At, s.p.from.UnixMilli())
	}
	for ; i < p.Len() && p.At[i] <= to; i++ {
		if s.byName[p.Name[i]] == 0 || p.Hits(s.byName, s.plain, i) == 0 {
			continue
		}
		if o.Count {
			n++
			continue
		}
		v := p.Value(0, i)
		if v.Kind == event.Missing || o.Sum != "" && v.Kind != event.Number {
			continue
		}
		n++
		if o.Sum != "" {
			total += v.Num
		} else if err := take(v); err != nil {
			return true, err
		}
	}
	switch {
	case n == 0:
		return false, nil
	case o.Count:
		return true, take(event.Value{Kind: event.Number, Num: event.Decimal(n) * event.DecimalScale})
	case o.Sum != "":
		return true, take(event.Value{Kind: event.Number, Num: total})
	}
	return true, nil
}

// take gathers a value, counts it in its bin, or finds the customer.
func (s *scan) take(w *worker, root uint32, v event.Value) error {
	if s.bins == nil {
		return w.values.add(v, s.p.Of.Prop == "")
	}
	w.total++
	i := s.bins.of(v)
	if i < 0 {
		return nil
	}
	if s.cell != nil {
		if s.cell.Bin != nil && *s.cell.Bin == i && s.wants(w) {
			w.people.Add(root)
		}
		return nil
	}
	w.events[i]++
	if w.last[i] != w.visit {
		w.last[i] = w.visit
		w.customers[i]++
		w.parts[w.part].bins[i]++
	}
	return nil
}

func (s *scan) answer() (out Answer) {
	out.Bins = slices.Clone(s.bins.list)
	for i := range s.workers {
		w := &s.workers[i]
		out.Customers += w.valued
		out.Missing += w.missing
		if s.p.Of.Prop != "" {
			out.Events += w.total
		}
		for k := range out.Bins {
			out.Bins[k].Customers += w.customers[k]
			if s.p.Of.Prop != "" {
				out.Bins[k].Events += w.events[k]
			}
		}
	}
	for k := range out.Bins {
		if out.Customers > 0 {
			out.Bins[k].Share = float64(out.Bins[k].Customers) / float64(out.Customers)
		}
	}
	if out.Bins == nil {
		out.Bins = []Bin{}
	}
	return out
}
