// Package customer owns what is known of each customer beside their history: traits,
// tags, lifecycle stages and tier, and order totals.
//
// Facts are recorded under a customer record (a leaf); what is shown and what rules read
// is the fold over all records of one person (their root), as if everything had always
// been recorded under one. A merge or unmerge therefore only asks for the fold again
// (Regroup), and an unmerge restores both sides exactly.
//
// How a trait folds, by event time and not by arrival:
//
//	set, unset   the newest counts; of equal times the later in the log. null is unset.
//	set_once     the oldest since the newest unset; a set always beats it.
//	increment    the sum of those not older than the newest set or unset is added to it.
//	append       elements not older than the newest set or unset are added, each once.
//	erase        Profile Erased drops all trait changes at or before its time.
//
// This is exact however late events come, as long as the late one is overtaken by at
// most 3 set_once or 31 increments of the same trait and the list has at most 200
// appended elements. Tags: the newest operation counts.
//
// An order counts once, whoever reports it how often. See order.
//
// Columns of traits and tags, levels and order totals live in memory under the timeline
// store's lock; documents are sealed rows. Apply, Regroup, SetLevel, Load, Reload and
// Restore belong to the one writer, with the write lock held; so does Flush, without it.
// If the transaction fails, Load again.
//
// The package does not resolve identities, does not evaluate the rules of stages, and
// does not decide who may see personal values: callers mask (Mask).
package customer

import (
	"sync"

	"github.com/RoaringBitmap/roaring/v2"

	"yutang/internal/clock"
	"yutang/internal/db"
	"yutang/internal/money"
	"yutang/internal/seal"
	"yutang/internal/timeline"
)

// Service keeps the profiles of all customers.
type Service struct {
	db       *db.DB
	box      *seal.Box
	tl       *timeline.Store
	clk      clock.Clock
	currency string // the brand's

	docs    map[timeline.Ord]*document // read or written lately; all that is not committed is among them
	flushed bool                       // docs holds nothing newer than SQL once the next batch begins
	unsaved map[timeline.Ord]struct{}  // docs to write at Flush
	stored  *roaring.Bitmap            // records that have a document
	dirty   *roaring.Bitmap            // records changed since the last Dirty

	colMu   sync.Mutex // guards the maps below it, not what they point to
	cols    map[string]*TraitColumn
	crowded bool // traits were passed over because there are too many names
	tags    map[string]*roaring.Bitmap

	building sync.Mutex     // held by EnsureTrait
	live     []*TraitColumn // computed columns in use
	levels   [len(levelKinds)]*LevelColumn
	moves    []move   // level changes, until Flush
	moveSeq  int64    // last number in customer_level
	lastMove []uint32 // per record: number of its newest change, 0 none
	names    nameIndex

	totals     []leafTotals // by record; [0] is nobody's orders
	brand      leafTotals
	foreign    map[foreignKey]leafTotals
	currencies []string            // those of foreign, ever
	known      map[uint64]struct{} // fingerprints of all order ids
	orders     map[string]*order   // changed since the last Flush
	args       []any               // scratch of Flush
}

// New makes a service that knows nobody; Load or Restore fills it.
func New(d *db.DB, box *seal.Box, tl *timeline.Store, clk clock.Clock) *Service {
	s := &Service{
		db: d, box: box, tl: tl, clk: clk, currency: money.DefaultCurrency,
		cols: map[string]*TraitColumn{}, tags: map[string]*roaring.Bitmap{},
	}
	for i, k := range levelKinds {
		s.levels[i] = &LevelColumn{kind: k.name, names: k.levels, counts: make([]int, len(k.levels))}
	}
	s.clear()
	return s
}

// UseCurrency says which currency the brand counts in; CNY if never called. Call it
// before Load.
func (s *Service) UseCurrency(code string) { s.currency = code }

// Currency is the brand's currency.
func (s *Service) Currency() string { return s.currency }

// clear empties the memory. Columns, tag sets and levels stay the same objects.
func (s *Service) clear() {
	s.docs, s.unsaved = map[timeline.Ord]*document{}, map[timeline.Ord]struct{}{}
	s.stored, s.dirty = roaring.New(), roaring.New()
	s.flushed, s.crowded, s.live = false, false, nil
	for _, c := range s.columns() {
		c.reset()
		c.kept, c.touched = c.computed == nil, nil
	}
	for _, set := range s.tags {
		set.Clear()
	}
	for _, l := range s.levels {
		l.reset()
	}
	s.moves, s.moveSeq, s.lastMove, s.names = nil, 0, nil, nameIndex{}
	s.totals, s.brand, s.foreign, s.currencies = nil, leafTotals{}, map[foreignKey]leafTotals{}, nil
	s.known, s.orders = map[uint64]struct{}{}, map[string]*order{}
}

// Dirty gives the numbers of the customer records changed since it was last called, 0
// among them if orders of nobody changed. It stays complete when the batch fails: Load
// follows then.
func (s *Service) Dirty() []uint32 {
	out := s.dirty.ToArray()
	s.dirty.Clear()
	return out
}

// TagSet is the set of customers who have tag. Read it under the store's lock; it stays
// the same object for the life of the service. Safe for concurrent use.
func (s *Service) TagSet(tag string) *roaring.Bitmap {
	s.colMu.Lock()
	defer s.colMu.Unlock()
	set := s.tags[tag]
	if set == nil {
		set = roaring.New()
		s.tags[tag] = set
	}
	return set
}

// HasTag is TagSet for a tag that anyone ever had; ok is false for another.
func (s *Service) HasTag(tag string) (set *roaring.Bitmap, ok bool) {
	s.colMu.Lock()
	defer s.colMu.Unlock()
	set, ok = s.tags[tag]
	return set, ok
}

// TagCount is a tag and how many customers have it.
type TagCount struct {
	Tag   string `json:"tag"`
	Count int    `json:"count"`
}
