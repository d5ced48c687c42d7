// Package vocabulary owns what a rule can speak of: the events, properties, traits, tags,
// stages and tiers that there are, with common values.
//
// Promises. Names are complete up to the limits below; counts of events are exact when
// they are taken. Values come from a sample of customers, the commonest first, and are
// never personal. An answer may be a minute old. It holds nothing of its own.
//
// Not here: what a rule means (rule), and whether one is right.
package vocabulary

import (
	"context"
	"sync"
	"time"

	"yutang/internal/clock"
	"yutang/internal/customer"
	"yutang/internal/event"
	"yutang/internal/timeline"
)

// Limits of an answer.
const (
	maxEvents     = 500
	maxProperties = 100 // of one event
	maxTraits     = 256
	maxTags       = 500
	maxValues     = 20
	maxValueBytes = 64
)

// fresh is how long an answer is given again.
const fresh = time.Minute

// Words are what a rule can speak of.
type Words struct {
	At     time.Time
	Events []Event // the commonest first
	Traits []Trait // by name
	Tags   []customer.TagCount
	Levels map[string][]string // stages and tiers by kind, lowest first
}

// Event is an event name.
type Event struct {
	Name       string
	Count      int
	Last       time.Time // of the latest such event
	Internal   bool      // recorded by the product: "any event" does not mean it
	Properties []Property
}

// Property is a property of an event.
type Property struct {
	Name   string
	Type   string        // text, number, bool, date or list; empty if that is not known
	Values []event.Value // the commonest first; none if there are too many
}

// Trait is a trait of customers.
type Trait struct {
	Property
	Personal bool // only whether it is there can be asked, and it has no values
	Computed bool // from orders
}

// Service reads the vocabulary.
type Service struct {
	log       *event.Log
	timeline  *timeline.Store
	customers *customer.Service
	clock     clock.Clock

	mu   sync.Mutex
	kept Words
}

// New makes the service.
func New(log *event.Log, tl *timeline.Store, customers *customer.Service, clk clock.Clock) *Service {
	return &Service{log: log, timeline: tl, customers: customers, clock: clk}
}

// Words gives the vocabulary, a minute old at most. Do not change it.
func (s *Service) Words(ctx context.Context) (Words, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock.Now()
	if age := now.Sub(s.kept.At); !s.kept.At.IsZero() && age >= 0 && age < fresh {
		return s.kept, nil
	}
	events, err := s.events(ctx)
	if err != nil {
		return Words{}, err
	}
	tags := s.customers.Tags()
	w := Words{At: now, Events: events, Traits: s.traits(), Tags: tags[:min(len(tags), maxTags)], Levels: map[string][]string{}}
	for _, kind := range customer.LevelKinds() {
		w.Levels[kind] = s.customers.Level(kind).Names()
	}
	s.kept = w
	return w, nil
}
