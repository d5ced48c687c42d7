package audience

import (
	"context"
	"fmt"
	"math"
	"math/bits"
	"runtime"
	"slices"
	"time"

	"github.com/RoaringBitmap/roaring/v2"

	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/rule"
	"yutang/internal/timeline"
)

// Survey says what a report reads of everybody.
type Survey struct {
	Picks    []rule.Pick // events of interest
	Reads    []string    // properties read beside those of the picks
	Traits   []string
	Audience string          // only its members of now; "" everybody
	Only     *roaring.Bitmap // only these roots; nil everybody
	At       time.Time       // events after it do not count; zero: now
}

// Reading is a survey ready to be taken. What it shows ends with one event of the log: what
// comes while it runs is not seen, so that all numbers of a report agree.
type Reading struct {
	Seq uint64    // the last event seen
	At  time.Time // no event after it is seen

	engine *Engine
	survey Survey
	picker *rule.Picker
	traits []rule.Trait
	only   *roaring.Bitmap
}

// Read prepares a survey. Properties and traits that nothing used before are indexed
// first. Errors: not_found for an unknown audience.
func (s *Service) Read(ctx context.Context, v Survey) (*Reading, error) {
	if err := s.prepareSurvey(ctx, v); err != nil {
		return nil, err
	}
	s.tl.RLock()
	defer s.tl.RUnlock()
	r := &Reading{Seq: s.tl.Last(), At: v.At, engine: s.Engine, survey: v, only: v.Only}
	if r.At.IsZero() {
		r.At = s.clock.Now()
	}
	if v.Audience != "" {
		u := s.byID[v.Audience]
		if u == nil {
			return nil, fault.BadField("/audience", "no live audience has the id %q", v.Audience)
		}
		r.only = u.members.Clone()
		if v.Only != nil {
			r.only.And(v.Only)
		}
	}
	r.picker = rule.CompilePicks(s.world, v.Picks, v.Reads)
	for _, name := range v.Traits {
		r.traits = append(r.traits, s.world.Trait(name))
	}
	return r, nil
}

func (s *Service) prepareSurvey(ctx context.Context, v Survey) error {
	s.scans.RLock()
	defer s.scans.RUnlock()
	for _, name := range v.Traits {
		if err := s.customers.EnsureTrait(ctx, name); err != nil {
			return fmt.Errorf("build column of trait %s: %w", name, err)
		}
	}
	props := slices.Clone(v.Reads)
	for _, p := range v.Picks {
		props = append(props, p.Props()...)
	}
	slices.Sort(props)
	if err := s.tl.BuildColumns(ctx, slices.Compact(props), s.fetch, nil); err != nil {
		return fmt.Errorf("build property columns: %w", err)
	}
	return nil
}

// Person is one customer under a survey. It is valid during the visit only.
type Person struct {
	Root   timeline.Ord
	At     []int64 // ms, ascending
	Name   []timeline.NameID
	Seq    []uint32
	worker int

	reading *Reading
	picker  *rule.Picker
	cut     timeline.Track // the track without what is too new
}

// Len is the number of events.
func (p *Person) Len() int { return len(p.At) }

// Is says whether event i passes pick k.
func (p *Person) Is(k, i int) bool { return p.picker.Match(k, i) }

// Value is property k of Survey.Reads, of event i.
func (p *Person) Value(k, i int) event.Value { return p.picker.Value(k, i) }

// Code stands for that value: equal codes are equal values, 0 is missing.
func (p *Person) Code(k, i int) uint32 { return p.picker.Code(k, i) }

// Trait is trait k of Survey.Traits, as it is now.
func (p *Person) Trait(k int) event.Value {
	t := p.reading.traits[k]
	return t.Dict().Value(t.Code(p.Root))
}

// Level is the name of the customer's stage or tier now, "" none. kind is "aipl", "aarrr"
// or "tier".
func (p *Person) Level(kind string) string {
	level := p.reading.engine.world.Level(kind)
	if i := level.Of(p.Root); i >= 0 {
		return level.Names()[i]
	}
	return ""
}

// Worker counts from 0 to Workers()-1: what is gathered per worker needs no lock.
func (p *Person) Worker() int { return p.worker }

// Workers is how many goroutines take a survey.
func Workers() int { return max(1, min(scanWorkers, runtime.GOMAXPROCS(0))) }

// Visit takes the survey: it shows every customer asked for, those without events too. It
// gives the lock up often, so the road goes on meanwhile. visit takes no lock. The first
// error ends it.
func (r *Reading) Visit(ctx context.Context, visit func(p *Person) error) error {
	e := r.engine
	e.scans.RLock()
	defer e.scans.RUnlock()
	people := make([]Person, Workers())
	e.tl.RLock()
	for i := range people {
		people[i] = Person{worker: i, reading: r, picker: r.picker.Fork()}
	}
	e.tl.RUnlock()
	now := r.At.UnixMilli()
	return e.tl.Scan(ctx, r.picker.Columns(), len(people), func(worker int, root timeline.Ord, t *timeline.Track) error {
		if r.only != nil && !r.only.Contains(root) {
			return nil
		}
		p := &people[worker]
		p.turn(root, t, uint32(r.Seq), now)
		return visit(p)
	})
}

// turn shows a customer with the events that count.
func (p *Person) turn(root timeline.Ord, t *timeline.Track, seq uint32, now int64) {
	if !fits(t, seq, now) {
		p.trim(t, seq, now)
		t = &p.cut
	}
	p.Root, p.At, p.Name, p.Seq = root, t.At, t.Name, t.Seq
	p.picker.On(&rule.Subject{Root: root, Track: t}, now)
}

func fits(t *timeline.Track, seq uint32, now int64) bool {
	if n := len(t.At); n > 0 && t.At[n-1] > now {
		return false
	}
	if t.Last() <= uint64(seq) {
		return true
	}
	for _, s := range t.Seq {
		if s > seq {
			return false
		}
	}
	return true
}

// trim copies what counts.
func (p *Person) trim(t *timeline.Track, seq uint32, now int64) {
	c := &p.cut
	c.At, c.Name, c.Seq = c.At[:0], c.Name[:0], c.Seq[:0]
	var keep []int
	for i := range t.At {
		if t.Seq[i] <= seq && t.At[i] <= now {
			keep = append(keep, i)
			c.At, c.Name, c.Seq = append(c.At, t.At[i]), append(c.Name, t.Name[i]), append(c.Seq, t.Seq[i])
		}
	}
	c.Codes = make([]timeline.Codes, len(t.Codes))
	for k := range t.Codes {
		wide := make([]uint32, len(keep))
		for j, i := range keep {
			wide[j] = t.Codes[k].At(i)
		}
		c.Codes[k] = timeline.Codes{W32: wide}
	}
}

// Masks tells for every event name, by its number, which picks select it by name: bit k for
// pick k of at most 32; and which picks ask for no more than the name.
func (r *Reading) Masks() (byName []uint32, plain uint32) {
	r.engine.tl.RLock()
	defer r.engine.tl.RUnlock()
	return r.picker.Masks(math.MaxUint16), r.picker.Plain()
}

// Internal are the numbers of the events that are none of the customer's own: between two
// of those they are nothing.
func (r *Reading) Internal() (ids []timeline.NameID) {
	for _, name := range event.InternalNames() {
		if id, ok := r.engine.log.NameID(name); ok {
			ids = append(ids, id)
		}
	}
	return ids
}

// Hits is which picks select event i, given Masks.
func (p *Person) Hits(byName []uint32, plain uint32, i int) uint32 {
	named := byName[p.Name[i]]
	hits := named & plain
	for rest := named &^ plain; rest != 0; rest &= rest - 1 {
		if k := bits.TrailingZeros32(rest); p.Is(k, i) {
			hits |= 1 << k
		}
	}
	return hits
}
