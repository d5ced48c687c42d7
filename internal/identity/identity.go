// Package identity owns One-ID: which identities belong to which customer.
//
// Every customer record is a leaf with a number. An identity belongs to one leaf for ever.
// A merge draws an edge from one leaf to another; the leaves that hang together are one
// customer, named after the root of their tree. An unmerge cuts the edge, so it restores
// both sides exactly and nothing is ever copied back. Old numbers resolve to the root.
//
// It promises: the same events in the same order give the same customers; an event never
// makes a customer hold more values of a type than the policy allows; two customers that a
// person took apart are not joined again by an event; whatever was not linked is listed as
// a conflict. Values are sealed at rest and found by their blind key.
//
// It does not keep traits, orders or events: those are recorded under leaves elsewhere and
// folded per root, whose grouping it hands to the timeline. Memory is authoritative: state
// changes only under the timeline store's write lock and reaches SQL with Flush.
package identity

import (
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/RoaringBitmap/roaring/v2"

	"yutang/internal/clock"
	"yutang/internal/db"
	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/seal"
	"yutang/internal/timeline"
)

// Resolution says who an event belongs to and what was learned from it.
type Resolution struct {
	Leaf      uint32 // record to store the event under; 0 if it identifies nobody
	Root      uint32 // customer that the leaf is part of, after the merges
	Created   bool   // Leaf is new
	Linked    []event.Identity
	Merged    []Merge // in the order made
	Conflicts []Conflict
}

// Merge is one join of two customers.
type Merge struct {
	ID   string // "m7"
	Kept uint32 // root of the whole
	Gone uint32 // root that now resolves to Kept
}

// Conflict is a link that an event suggests and the policy does not make.
type Conflict struct {
	ID       string // "x7"; empty until it is stored
	At       time.Time
	Identity event.Identity // value in clear: mask it before showing
	Customer uint32         // who the event went to
	Other    uint32         // who the identity belongs to; 0: nobody, it was not attached
	Reason   Reason
	OverType string // the type whose limit stood in the way, if any
	EventSeq uint64
}

// Reason is why a link was not made.
type Reason string

// The reasons.
const (
	ReasonExclusive  Reason = "exclusive"   // both hold a value of a strong type that allows one
	ReasonLimit      Reason = "limit"       // too many values of one type
	ReasonIdentified Reason = "identified"  // both are known by strong identities, the link is weak
	ReasonSeparated  Reason = "separated"   // a person took them apart
	ReasonNotAllowed Reason = "not_allowed" // the type may not merge customers
)

// Owned is an identity of a customer. Value is in clear: mask it before showing.
type Owned struct {
	event.Identity
	Leaf      uint32
	FirstSeen time.Time
}

// Service resolves identities. Prepare may be called by many goroutines; the other
// methods say which lock of the timeline store their caller holds.
type Service struct {
	db    *db.DB
	box   *seal.Box
	tl    *timeline.Store
	clock clock.Clock

	settings atomic.Pointer[settings]
	saving   sync.Mutex // one change of settings at a time
	drops    dropCounts

	index    index
	forest   forest
	types    typeTable
	apart    map[uint32][]uint32 // leaf → leaves that a person took apart from it
	recorded map[uint64]struct{} // fingerprints of stored conflicts

	pending pending
	dirty   roaring.Bitmap
	scratch scratch
}

// New makes a service with the default policy and no customers; see Load and Restore.
func New(d *db.DB, box *seal.Box, tl *timeline.Store, clk clock.Clock) *Service {
	s := &Service{db: d, box: box, tl: tl, clock: clk}
	s.settings.Store(newSettings(0, DefaultPolicy()))
	s.reset()
	return s
}

// reset forgets all customers.
func (s *Service) reset() {
	s.index = index{}
	s.forest = newForest()
	s.types = newTypeTable()
	s.apart = map[uint32][]uint32{}
	s.recorded = map[uint64]struct{}{}
	s.pending = pending{}
	s.dirty.Clear()
}

// MergeID is the public form of a merge's number.
func MergeID(n uint32) string { return "m" + strconv.FormatUint(uint64(n), 10) }

// ParseMergeID reads a public merge id.
func ParseMergeID(s string) (uint32, error) {
	if len(s) > 1 && s[0] == 'm' && s[1] != '0' && s[1] != '+' {
		if n, err := strconv.ParseUint(s[1:], 10, 32); err == nil {
			return uint32(n), nil
		}
	}
	return 0, fault.New(fault.NotFound, "merge_not_found", "no merge has the id %q", s)
}

// Lookup finds the customer who owns an identity, however it is spelled. Any lock held.
func (s *Service) Lookup(who event.Identity) (root uint32, ok bool) {
	leaf, ok := s.LookupLeaf(who)
	if !ok {
		return 0, false
	}
	return s.tl.Root(leaf), true
}

// LookupLeaf is the record that owns an identity. It stays the same through merges and
// unmerges. Any lock held.
func (s *Service) LookupLeaf(who event.Identity) (leaf uint32, ok bool) {
	who, fate := s.settings.Load().clean(who)
	if fate != good {
		return 0, false
	}
	leaf = s.index.owner(shorten(s.blind(who)))
	return leaf, leaf != 0
}

func (s *Service) blind(who event.Identity) seal.Blind {
	return s.box.Blind("identity/"+who.Type, who.Value)
}

// Customers is how many customer records exist. Any lock held.
func (s *Service) Customers() uint32 { return s.forest.len() }
