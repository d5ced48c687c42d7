package attribution

import (
	"cmp"
	"context"
	"encoding/binary"
	"slices"
	"strconv"
	"sync"

	"yutang/internal/audience"
	"yutang/internal/customer"
	"yutang/internal/event"
	"yutang/internal/insight"
)

// touch is a touch while customers are read: its value is a number in the dictionary.
type touch struct {
	at    int64
	value uint32
}

// sale is one order with its way.
type sale struct {
	root    uint32
	at, net int64
	path    []touch
	seen    bool // the survey showed its customer
	cut     bool // the way was longer
}

// sums are orders that are counted beside the credited ones.
type sums struct {
	orders int
	net    int64
}

func (s *sums) add(net int64) {
	s.orders++
	s.net += net
}

// study is what one pass over the ledger and one over the timeline found.
type study struct {
	p      *plan
	meta   insight.Meta
	cell   *cell
	sales  []sale // by root, then time
	nobody sums   // orders of nobody known
	void   sums   // taken back as a whole
	all    sums   // of the ledger in the range
	last   []int64
	byName []uint32
	plain  uint32
	dict   *dictionary
	labels []uint32 // of the kinds of touch
	work   []worker
}

// worker is what one goroutine gathers.
type worker struct {
	touches []touch
	cache   map[uint64]uint32 // place and code of a property to value
	counts  map[uint32]int    // touches by value
	steps   map[uint64]int    // of ways that led to no order: from, to
	lost    map[string]*lostPath
	more    int // lost ways beyond what is told apart
	key     []byte
	_       [64]byte
}

// lostPath is a way that led to no order. Roots are kept only when people are asked for.
type lostPath struct {
	count int
	roots []uint32
}

// The states that are no value. Values count from 1.
const none = 0

func (r *Report) study(ctx context.Context, p *plan, c *cell) (*study, error) {
	s := &study{p: p, cell: c, dict: &dictionary{index: map[string]uint32{}, names: []string{""}}}
	reading, meta, err := r.Base.Read(ctx, audience.Survey{Picks: p.picks, Reads: p.reads, Audience: p.Audience}, p.zone)
	if err != nil {
		return nil, err
	}
	s.meta = meta
	if err := s.readLedger(ctx, r.Base); err != nil {
		return nil, err
	}
	s.byName, s.plain = reading.Masks()
	for _, k := range p.kinds {
		s.labels = append(s.labels, s.dict.number(k.Label))
	}
	s.work = make([]worker, audience.Workers())
	for i := range s.work {
		s.work[i] = worker{cache: map[uint64]uint32{}, counts: map[uint32]int{}, steps: map[uint64]int{}, lost: map[string]*lostPath{}}
	}
	return s, reading.Visit(ctx, s.visit)
}

// readLedger takes the orders in the range, and when everybody ordered last.
func (s *study) readLedger(ctx context.Context, b *insight.Base) error {
	from, to := s.p.from.UnixMilli(), s.p.to.UnixMilli()
	err := b.Customers.Ledger(ctx, func(o customer.Order) error {
		at := o.At.UnixMilli()
		inside := at >= from && at <= to
		if inside {
			s.all.add(o.Net)
		}
		switch {
		case inside && o.Void:
			s.void.add(o.Net)
		case inside && o.Record == 0:
			s.nobody.add(o.Net)
		case inside:
			s.sales = append(s.sales, sale{root: o.Record, at: at, net: o.Net})
		}
		if !o.Void && o.Record != 0 {
			s.ordered(o.Record, at)
		}
		return nil
	})
	if err != nil {
		return err
	}
	s.toRoots(b)
	slices.SortFunc(s.sales, func(a, b sale) int {
		return cmp.Or(cmp.Compare(a.root, b.root), cmp.Compare(a.at, b.at), cmp.Compare(a.net, b.net))
	})
	return nil
}

func (s *study) ordered(record uint32, at int64) {
	if int(record) >= len(s.last) {
		s.last = append(s.last, make([]int64, int(record)+1-len(s.last))...)
	}
	s.last[record] = max(s.last[record], at)
}

// toRoots gives the orders of records to the customers they belong to.
func (s *study) toRoots(b *insight.Base) {
	b.Timeline.RLock()
	defer b.Timeline.RUnlock()
	for i := range s.sales {
		s.sales[i].root = b.Timeline.Root(s.sales[i].root)
	}
	for record, at := range s.last {
		if at != 0 {
			s.ordered(b.Timeline.Root(uint32(record)), at)
		}
	}
}

// salesOf are the orders of one customer in the range.
func (s *study) salesOf(root uint32) []sale {
	lo, _ := slices.BinarySearchFunc(s.sales, root, func(x sale, root uint32) int { return cmp.Compare(x.root, root) })
	hi := lo
	for hi < len(s.sales) && s.sales[hi].root == root {
		hi++
	}
	return s.sales[lo:hi]
}

func (s *study) visit(person *audience.Person) error {
	w := &s.work[person.Worker()]
	sales := s.salesOf(person.Root)
	w.touches = s.touchesOf(person, w)
	for i := range sales {
		x := &sales[i]
		lo, _ := slices.BinarySearchFunc(w.touches, x.at-s.p.lookback, compareTouch)
		hi, _ := slices.BinarySearchFunc(w.touches, x.at+1, compareTouch)
		x.seen, x.cut = true, hi-lo > maxPath
		x.path = slices.Clone(w.touches[max(lo, hi-maxPath):hi])
		w.count(x.path)
	}
	s.visitLost(person, w)
	return nil
}

func compareTouch(t touch, at int64) int { return cmp.Compare(t.at, at) }

// touchesOf lists the touches that may count, oldest first.
func (s *study) touchesOf(person *audience.Person, w *worker) []touch {
	out := w.touches[:0]
	lo, _ := slices.BinarySearch(person.At, s.p.earliest)
	for i := lo; i < person.Len() && person.At[i] <= s.p.latest; i++ {
		if s.byName[person.Name[i]] == 0 {
			continue
		}
		hits := person.Hits(s.byName, s.plain, i)
		for k := 0; hits != 0; k, hits = k+1, hits>>1 {
			if hits&1 == 0 {
				continue
			}
			if value := s.value(person, w, k, i); value != none {
				out = append(out, touch{person.At[i], value})
			}
			break // one event is one touch, of the first kind that takes it
		}
	}
	return out
}

// value is what a touch is called, none if it is no touch after all.
func (s *study) value(person *audience.Person, w *worker, kind, i int) uint32 {
	k := &s.p.kinds[kind]
	for _, place := range k.reads {
		code := person.Code(place, i)
		if code == 0 {
			continue
		}
		key := uint64(place)<<32 | uint64(code)
		if k.prefix != "" {
			key |= 1 << 63
		}
		value, known := w.cache[key]
		if !known {
			if name := text(person.Value(place, i)); name != "" {
				value = s.dict.number(k.prefix + name)
			}
			w.cache[key] = value
		}
		if value != none {
			return value
		}
	}
	return s.labels[kind]
}

// visitLost takes the way that led to no order: the touches in the range after the
// customer's last order, if no order came after it to this day.
func (s *study) visitLost(person *audience.Person, w *worker) {
	since := s.p.from.UnixMilli()
	if int(person.Root) < len(s.last) {
		since = max(since, s.last[person.Root]+1)
	}
	lo, _ := slices.BinarySearchFunc(w.touches, since, compareTouch)
	way := w.touches[lo:]
	if len(way) == 0 {
		return
	}
	lo, _ = slices.BinarySearchFunc(way, way[len(way)-1].at-s.p.lookback, compareTouch)
	way = way[max(lo, len(way)-maxPath):]
	w.count(way)
	at := uint32(none)
	for _, t := range way {
		w.steps[uint64(at)<<32|uint64(t.value)]++
		at = t.value
	}
	w.steps[uint64(at)<<32]++
	w.keep(way, person.Root, s.cell != nil)
}

func (w *worker) count(way []touch) {
	for _, t := range way {
		w.counts[t.value]++
	}
}

// keep counts a lost way with repetitions joined.
func (w *worker) keep(way []touch, root uint32, roots bool) {
	w.key = w.key[:0]
	before := uint32(none)
	for _, t := range way {
		if t.value != before {
			w.key = binary.BigEndian.AppendUint32(w.key, t.value)
		}
		before = t.value
	}
	l := w.lost[string(w.key)]
	if l == nil {
		if len(w.lost) == maxValues {
			w.more++
			return
		}
		l = &lostPath{}
		w.lost[string(w.key)] = l
	}
	l.count++
	if roots {
		l.roots = append(l.roots, root)
	}
}

// dictionary numbers values from 1. What is beyond maxValues is Other.
type dictionary struct {
	mu    sync.Mutex
	index map[string]uint32
	names []string
}

func (d *dictionary) number(name string) uint32 {
	if name == "" {
		return none
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if n, ok := d.index[name]; ok {
		return n
	}
	if len(d.names) > maxValues {
		name = Other
		if n, ok := d.index[name]; ok {
			return n
		}
	}
	n := uint32(len(d.names))
	d.index[name], d.names = n, append(d.names, name)
	return n
}

// text is how a value is shown, "" for none.
func text(v event.Value) string {
	switch v.Kind {
	case event.String, event.List:
		return v.Str
	case event.Number:
		return v.Num.String()
	case event.Bool:
		return strconv.FormatBool(v.Num != 0)
	}
	return ""
}
