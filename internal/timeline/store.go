// Package timeline owns the history of all customers in memory: who did what, when, as
// columns sorted by customer and time.
//
// Everything that asks about the past (rules, previews, backfills, funnels) reads one
// customer's events as one run of memory. The timeline is derived: the event log can
// build it again, and a saved copy plus the rest of the log gives the same state as
// never having stopped. It holds times, names, places in the log, and properties as
// codes of dictionaries; it never holds a property that event.Personal names.
//
// Customers of neighbouring numbers share a segment: a sorted base and a small recent
// part that is merged into the base when it has grown.
//
//	Append ──▶ recent (rows, by arrival) ── more than a quarter of the base ──▶ base (columns, sorted)
//	                    └───────────── Read, Scan see both ─────────────┘
//
// A property becomes a column when it is first seen. It is given up when it has too many
// values to be cheap, unless somebody uses it; BuildColumn makes it again from the log.
//
// The store does not resolve identities, does not read SQL, and has one lock: the
// embedded one, which guards all derived state of the product.
package timeline

import (
	"sync"

	"yutang/internal/event"
)

// Store is the timeline of all customers. Methods say which lock the caller holds.
type Store struct {
	sync.RWMutex
	segments []*segment
	groups   groups
	events   int
	last     uint64 // highest Seq taken in
	silent   []NameID

	named   sync.Mutex // guards the four below; taken inside the store's lock, or alone
	byProp  map[string]*Column
	columns []*Column // by slot
	crowded bool      // properties were passed over because there are too many names
	built   uint64    // columns built so far

	some    FetchSome
	shapes  [][]*Column   // by event name: columns of the last event's properties
	scratch scratch       // the writer's
	turn    chan struct{} // held by the one who builds columns
	manners manners       // of scans
}

// New makes an empty store.
func New() *Store {
	return &Store{
		groups:  groups{root: make([]Ord, 1), leaves: map[Ord][]Ord{}},
		byProp:  map[string]*Column{},
		turn:    make(chan struct{}, 1),
		manners: newManners(),
	}
}

// Record is one event for the timeline.
type Record struct {
	Seq   uint64 // place in the log; below 2^32
	Ord   Ord    // the leaf it was recorded under
	At    int64  // ms since 1970
	Name  NameID
	Props []event.Prop // not kept after the call
}

// Grow makes customers up to ord exist, each its own root. The write lock is held.
func (s *Store) Grow(ord Ord) {
	s.groups.grow(ord)
	for len(s.segments) <= int(ord>>segmentBits) {
		s.segments = append(s.segments, &segment{})
	}
}

// Append adds one event; its customer exists. Events of nobody are passed over, and so
// is an event at or below the highest Seq that its segment has: events come in the order
// of the log, and may come again. The write lock is held.
func (s *Store) Append(r Record) {
	if r.Ord == 0 {
		return
	}
	g := s.segments[r.Ord>>segmentBits]
	if r.Seq <= g.applied {
		return
	}
	g.applied = r.Seq
	s.last = max(s.last, r.Seq)
	s.events++
	for i := range r.Props {
		p := &r.Props[i]
		c := s.columnAt(r.Name, i, p.Key)
		if c == nil || !c.coded() {
			continue
		}
		if code := s.codeOf(c, p.Value); code != 0 {
			g.recent.pairs = append(g.recent.pairs, pair{code, uint16(c.slot)})
		}
	}
	g.recent.add(int(r.Ord&(segmentSize-1)), row{at: r.At, seq: uint32(r.Seq), name: r.Name})
	if g.full(r.Ord >> segmentBits) {
		s.mergeSegment(g)
	}
}

// Customers is the highest number of a customer. Any lock is held.
func (s *Store) Customers() int { return len(s.groups.root) - 1 }

// Last is the highest Seq taken in: the event that what is read now ends with. Any lock is
// held.
func (s *Store) Last() uint64 { return s.last }

// Events is the number of events held. Any lock is held.
func (s *Store) Events() int { return s.events }

// Reset forgets everything, as if the store were new. Columns handed out before belong to
// no store any more. The write lock is held and nobody builds a column.
func (s *Store) Reset() {
	s.named.Lock()
	defer s.named.Unlock()
	s.segments, s.groups = nil, groups{root: make([]Ord, 1), leaves: map[Ord][]Ord{}}
	s.events, s.last = 0, 0
	s.byProp, s.columns, s.crowded, s.built = map[string]*Column{}, nil, false, 0
	s.shapes, s.scratch = nil, scratch{}
}
