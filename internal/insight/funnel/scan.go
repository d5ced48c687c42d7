package funnel

import (
	"context"
	"math"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"

	"yutang/internal/audience"
	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/insight"
	"yutang/internal/timeline"
)

// scan is one pass over everybody.
type scan struct {
	p       *plan
	meta    insight.Meta
	cell    *cell
	shown   map[string]bool // of a cell that asks for "(other)": the values with a line of their own
	byName  []uint32
	plain   uint32
	from    int64 // ms, like until
	until   int64
	every   bool // events that no step picks matter too, but those of inner
	inner   []timeline.NameID
	simple  bool   // names alone decide which events matter
	least   uint32 // who has no event named by one of these picks is not counted; 0: everybody is looked at
	brief   bool   // who has no event named by a pick of second comes to the first step at most, by the first event that it picks
	second  uint32
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
	seconds []durations // per step, from the one before
}

func (t *tally) add(a *attempt) {
	t.reach(a.level)
	t.levels[a.level]++
	for k := 1; k < a.level; k++ {
		t.seconds[k].add(a.times[k] - a.times[k-1])
	}
}

// reach makes room for a level.
func (t *tally) reach(level int) {
	for len(t.levels) <= level {
		t.levels, t.seconds = append(t.levels, 0), append(t.seconds, durations{})
	}
}

func (t *tally) join(u *tally) {
	t.reach(len(u.levels) - 1)
	for k := range u.levels {
		t.levels[k] += u.levels[k]
		t.seconds[k].join(&u.seconds[k])
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
	s.inner = reading.Internal()
	s.prune()
	for i := range s.workers {
		s.workers[i] = worker{walker: newWalker(p), values: map[string]*tally{}, people: roaring.New()}
	}
	return s, reading.Visit(ctx, s.visit)
}

// prune finds out what need not be looked at.
func (s *scan) prune() {
	p := s.p
	s.from, s.until = math.MinInt64, p.to.UnixMilli()
	if !p.from.IsZero() {
		s.from = p.from.UnixMilli()
	}
	s.every = p.Mode == Strict || p.modes["strict_order"]
	s.simple = !s.every && s.plain == 1<<len(p.picks)-1
	switch inOrder := p.Mode == Ordered || p.Mode == Strict; {
	case inOrder:
		s.least, s.brief = 1, p.Breakdown == nil || p.Breakdown.Attribution != "all_events"
		if p.steps() > 1 {
			s.second = 2
		}
	case !s.every: // window_funnel counts who comes to level 0 too
		s.least = 1<<p.steps() - 1
		s.brief, s.second = p.Mode == WindowFunnel && p.Breakdown == nil, s.least&^1
	}
}

func firstOf(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

func (s *scan) visit(person *audience.Person) error {
	w := &s.workers[person.Worker()]
	byName, named := (*[1 << 16]uint32)(s.byName), uint32(0)
	for _, name := range person.Name {
		named |= byName[name]
	}
	if s.least != 0 && named&s.least == 0 {
		return nil
	}
	var a *attempt
	if s.brief && named&s.second == 0 {
		w.hits = w.hits[:0]
		a = s.first(person, w)
	} else {
		w.hits = s.collect(person, w.hits)
		if s.p.Breakdown != nil && s.p.Breakdown.Attribution == "all_events" && s.p.Breakdown.Prop != "" {
			return s.visitEach(person, w)
		}
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
	lo, hi := s.span(person)
	steps := uint32(1)<<s.p.steps() - 1
	hits = slices.Grow(hits[:0], hi-lo)[:hi-lo]
	names, at, n := person.Name[lo:hi], person.At[lo:hi], 0
	if s.simple {
		return s.collectSimple(names, at, lo, hits)
	}
	for i, name := range names {
		m := s.byName[name]
		if m == 0 && (!s.every || slices.Contains(s.inner, name)) {
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

// collectSimple is collect where names decide. It has no branches: which names follow
// which is not to be foretold.
func (s *scan) collectSimple(names []timeline.NameID, at []int64, lo int, hits []hit) []hit {
	byName, n := (*[1 << 16]uint32)(s.byName), 0
	steps, shift := uint32(1)<<s.p.steps()-1, s.p.steps()
	at, hits = at[:len(names)], hits[:len(names)]
	for i, name := range names {
		m := byName[name]
		hits[n] = hit{at: at[i], event: int32(lo + i), steps: m & steps, out: m >> shift}
		n += int((m | -m) >> 31)
	}
	return hits[:n]
}

// span is the events within the query's time.
func (s *scan) span(person *audience.Person) (lo, hi int) {
	hi = person.Len()
	if hi > 0 && person.At[hi-1] > s.until {
		hi, _ = slices.BinarySearch(person.At, s.until+1)
	}
	if hi > 0 && person.At[0] < s.from {
		lo, _ = slices.BinarySearch(person.At[:hi], s.from)
	}
	return lo, hi
}

// first is the longest attempt of a customer whose events' names allow no more than the
// first step. Most customers of most funnels are such.
func (s *scan) first(person *audience.Person, w *worker) *attempt {
	lo, hi := s.span(person)
	if s.simple && s.p.Breakdown == nil && hi-lo == person.Len() {
		w.found.level = 1 // some event has the name, and nobody asks which
		return &w.found
	}
	w.found.level = 0
	for i := lo; i < hi; i++ {
		if s.byName[person.Name[i]]&1 != 0 && person.Hits(s.byName, s.plain, i)&1 != 0 {
			w.found.begin(&hit{at: person.At[i], event: int32(i)})
			break
		}
	}
	return &w.found
}
