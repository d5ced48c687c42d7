// Package funnel owns funnels: how many customers take the first step, the second and so on
// within a window, and how long it takes them.
//
// Modes. ordered: steps in order, other events may come between, one event fills one step,
// and a customer's longest attempt counts. strict: nothing comes between. unordered: the
// steps in any order inside one window. window_funnel: the levels of ClickHouse's function
// of that name, with its modes. The window is counted from the first step and includes its
// last moment. Times are those of a customer's first attempt that comes as far as any of
// theirs.
package funnel

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"

	"github.com/RoaringBitmap/roaring/v2"

	"yutang/internal/audience"
	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/insight"
)

// Answer is a funnel.
type Answer struct {
	insight.Meta
	Steps         []Step   `json:"steps"`
	Levels        []int    `json:"levels,omitempty"` // window_funnel: customers whose highest level is the index
	ByBreakdown   []Value  `json:"by_breakdown,omitempty"`
	OtherValues   int      `json:"other_values,omitempty"` // distinct values joined in "(other)"
	UnknownEvents []string `json:"unknown_events,omitempty"`
}

// Step is how many came this far. Seconds are from the step before, nil for the first.
type Step struct {
	Name       string   `json:"name,omitempty"`
	Count      int      `json:"count"`
	Conversion float64  `json:"conversion"` // of those in the first step, 0 to 1
	FromBefore float64  `json:"from_previous"`
	Average    *float64 `json:"average_seconds"`
	Median     *float64 `json:"median_seconds"`
}

// Value is the funnel of the customers with one value.
type Value struct {
	Value string `json:"value"`
	Steps []Step `json:"steps"`
}

// Words for values of a breakdown that are none.
const (
	None  = "(none)"
	Other = "(other)"
)

// Report answers funnels.
type Report struct{ Base *insight.Base }

// Run answers a Query.
func (r *Report) Run(ctx context.Context, query json.RawMessage) (any, error) {
	return r.Funnel(ctx, query)
}

// Funnel answers a Query.
func (r *Report) Funnel(ctx context.Context, query json.RawMessage) (Answer, error) {
	started := r.Base.Clock.Now()
	p, err := parse(query, r.Base)
	if err != nil {
		return Answer{}, err
	}
	s, err := r.scan(ctx, p, nil)
	if err != nil {
		return Answer{}, err
	}
	out := s.answer()
	out.Meta, out.UnknownEvents = s.meta, r.Base.Unknown(p.picks...)
	out.TookMS = r.Base.Clock.Now().Sub(started).Milliseconds()
	return out, nil
}

// cell is one number of a funnel.
type cell struct {
	Step    int     `json:"step"`              // from 0: those who came at least this far
	Dropped bool    `json:"dropped,omitempty"` // only those who came no further
	Value   *string `json:"value,omitempty"`   // of the breakdown
}

// People are the customers behind {"step": k, "dropped"?: bool, "value"?: text}.
func (r *Report) People(ctx context.Context, query, raw json.RawMessage) (*roaring.Bitmap, error) {
	p, err := parse(query, r.Base)
	if err != nil {
		return nil, err
	}
	var c cell
	if err := insight.Decode(raw, &c); err != nil {
		return nil, err
	}
	if c.Step < 0 || c.Step >= p.steps() {
		return nil, fault.BadField("/cell/step", "there is no step %d", c.Step)
	}
	if c.Value != nil && p.Breakdown == nil {
		return nil, fault.BadField("/cell/value", "the query has no breakdown")
	}
	s, err := r.scan(ctx, p, &c)
	if err != nil {
		return nil, err
	}
	return s.gathered(), nil
}

func (s *scan) gathered() *roaring.Bitmap {
	parts := make([]*roaring.Bitmap, len(s.workers))
	for i := range s.workers {
		parts[i] = s.workers[i].people
	}
	return insight.Gather(parts)
}

// scan is one pass over everybody.
type scan struct {
	p       *plan
	meta    insight.Meta
	cell    *cell
	shown   map[string]bool // of a cell that asks for "(other)": the values with a line of their own
	byName  []uint32
	plain   uint32
	every   bool   // events that no step picks matter too
	least   uint32 // who has no event named by one of these picks is not counted; 0: everybody is looked at
	workers []worker
}

// worker is what one goroutine gathers.
type worker struct {
	*walker
	hits   []hit
	all    tally
	values map[string]*tally
	people *roaring.Bitmap
	_      [64]byte // workers write on cache lines of their own
}

// tally counts customers by how far they came. The lists grow as far as somebody came.
type tally struct {
	levels  []int32
	seconds [][]float32 // per step, from the one before
	sums    []int64     // of the same, in ms
}

func (t *tally) add(a *attempt) {
	t.reach(a.level)
	t.levels[a.level]++
	for k := 1; k < a.level; k++ {
		took := a.times[k] - a.times[k-1]
		t.sums[k] += took
		t.seconds[k] = append(t.seconds[k], float32(took)/1000)
	}
}

// reach makes room for a level.
func (t *tally) reach(level int) {
	for len(t.levels) <= level {
		t.levels, t.seconds, t.sums = append(t.levels, 0), append(t.seconds, nil), append(t.sums, 0)
	}
}

func (t *tally) join(u *tally) {
	t.reach(len(u.levels) - 1)
	for k := range u.levels {
		t.levels[k] += u.levels[k]
		t.sums[k] += u.sums[k]
		t.seconds[k] = append(t.seconds[k], u.seconds[k]...)
	}
}

// at is how many stopped at a level.
func (t *tally) at(level int) int {
	if level >= len(t.levels) {
		return 0
	}
	return int(t.levels[level])
}

func (r *Report) scan(ctx context.Context, p *plan, c *cell) (*scan, error) {
	survey := audience.Survey{Picks: p.picks, Audience: p.Audience}
	if b := p.Breakdown; b != nil && b.Prop != "" {
		survey.Reads = []string{b.Prop}
	} else if b != nil && b.Trait != "" {
		survey.Traits = []string{b.Trait}
	}
	if event.PersonalProp("", firstOf(survey.Reads)) {
		return nil, fault.BadField("/breakdown/prop", "%q is personal data, which reports do not show; choose another property", p.Breakdown.Prop)
	}
	if event.Personal(firstOf(survey.Traits)) {
		return nil, fault.BadField("/breakdown/trait", "%q is personal data, which reports do not show; choose another trait", p.Breakdown.Trait)
	}
	reading, meta, err := r.Base.Read(ctx, survey, p.zone)
	if err != nil {
		return nil, err
	}
	s := &scan{p: p, meta: meta, cell: c, workers: make([]worker, audience.Workers())}
	if c != nil && c.Value != nil && *c.Value == Other {
		all, err := r.scan(ctx, p, nil)
		if err != nil {
			return nil, err
		}
		s.shown = map[string]bool{}
		for _, v := range all.answer().ByBreakdown {
			s.shown[v.Value] = true
		}
	}
	s.byName, s.plain = reading.Masks()
	s.every = p.Mode == Strict || p.modes["strict_order"]
	switch {
	case p.Mode == Ordered || p.Mode == Strict:
		s.least = 1
	case !s.every: // window_funnel counts who comes to level 0 too
		s.least = 1<<p.steps() - 1
	}
	for i := range s.workers {
		s.workers[i] = worker{walker: newWalker(p), values: map[string]*tally{}, people: roaring.New()}
	}
	return s, reading.Visit(ctx, s.visit)
}

func firstOf(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

func (s *scan) visit(person *audience.Person) error {
	w := &s.workers[person.Worker()]
	named := uint32(0)
	for _, name := range person.Name {
		named |= s.byName[name]
	}
	if s.least != 0 && named&s.least == 0 {
		return nil
	}
	w.hits = s.collect(person, w.hits)
	if s.p.Breakdown != nil && s.p.Breakdown.Attribution == "all_events" && s.p.Breakdown.Prop != "" {
		return s.visitEach(person, w)
	}
	a := w.only(w.hits, named)
	if a == nil {
		a = w.longest(w.hits)
	}
	if a.level == 0 {
		if s.p.Mode == WindowFunnel && s.cell == nil && len(w.hits) > 0 {
			w.all.reach(0)
			w.all.levels[0]++
		}
		return nil
	}
	value := ""
	if s.p.Breakdown != nil {
		value = s.value(person, a)
	}
	if s.cell == nil {
		w.all.add(a)
	}
	return w.take(s, person.Root, a, value)
}

// take counts an attempt under its value, or the customer if they are asked for.
func (w *worker) take(s *scan, root uint32, a *attempt, value string) error {
	if c := s.cell; c != nil {
		if a.level > c.Step && (!c.Dropped || a.level == c.Step+1) && s.wants(value) {
			w.people.Add(root)
		}
		return nil
	}
	if s.p.Breakdown == nil {
		return nil
	}
	t := w.values[value]
	if t == nil {
		if len(w.values) == maxValues {
			return insight.TooWide("/breakdown", "values", maxValues+1, maxValues)
		}
		t = &tally{}
		w.values[value] = t
	}
	t.add(a)
	return nil
}

// wants says whether a cell asks for the customers of a value.
func (s *scan) wants(value string) bool {
	switch {
	case s.cell.Value == nil:
		return true
	case s.shown != nil:
		return !s.shown[value]
	}
	return *s.cell.Value == value
}

// visitEach takes the funnel for each value by itself, over the events that have it.
func (s *scan) visitEach(person *audience.Person, w *worker) error {
	byValue := map[string][]hit{}
	for _, h := range w.hits {
		value := text(person.Value(0, int(h.event)))
		byValue[value] = append(byValue[value], h)
	}
	var longest attempt
	for value, hits := range byValue {
		a := w.longest(hits)
		if a.level == 0 {
			continue
		}
		if err := w.take(s, person.Root, a, value); err != nil {
			return err
		}
		if a.level > longest.level {
			longest = *a
		}
	}
	if longest.level > 0 && s.cell == nil {
		w.all.add(&longest)
	}
	return nil
}

// collect lists the events that matter, in the memory of hits. Strict modes look at all of
// them.
func (s *scan) collect(person *audience.Person, hits []hit) []hit {
	lo, hi := 0, person.Len()
	if !s.p.from.IsZero() {
		lo, _ = slices.BinarySearch(person.At, s.p.from.UnixMilli())
	}
	if hi > 0 && person.At[hi-1] > s.p.to.UnixMilli() {
		hi, _ = slices.BinarySearch(person.At, s.p.to.UnixMilli()+1)
	}
	steps := uint32(1)<<s.p.steps() - 1
	hits = slices.Grow(hits[:0], hi-lo)[:hi-lo]
	names, at, n := person.Name[lo:hi], person.At[lo:hi], 0
	for i, name := range names {
		m := s.byName[name]
		if m == 0 && !s.every {
			continue
		}
		if m&^s.plain != 0 {
			if m = person.Hits(s.byName, s.plain, lo+i); m == 0 && !s.every {
				continue
			}
		}
		hits[n] = hit{at: at[i], event: int32(lo + i), steps: m & steps, out: m >> s.p.steps()}
		n++
	}
	return hits[:n]
}

// value is what the breakdown says of a customer's attempt.
func (s *scan) value(person *audience.Person, a *attempt) string {
	b := s.p.Breakdown
	switch {
	case b.Trait != "":
		return text(person.Trait(0))
	case b.Level != "":
		if name := person.Level(b.Level); name != "" {
			return name
		}
		return None
	}
	if b.Attribution == "step" {
		if b.Step >= a.level {
			return None
		}
		return text(person.Value(0, int(a.events[b.Step])))
	}
	value := None
	for k := range a.level {
		if v := text(person.Value(0, int(a.events[k]))); v != None {
			value = v
			if b.Attribution == "first" {
				break
			}
		}
	}
	return value
}

// text is how a value is shown.
func text(v event.Value) string {
	switch v.Kind {
	case event.String, event.List:
		return v.Str
	case event.Number:
		return v.Num.String()
	case event.Bool:
		return strconv.FormatBool(v.Num != 0)
	}
	return None
}
