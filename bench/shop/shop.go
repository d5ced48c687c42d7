// Package shop makes the events of an online shop for measurements: many customers, few of
// them busy, who look, choose, go to the checkout and sometimes buy, at once or days later.
//
// The same numbers give the same events. No two events of one customer have the same
// second, so that programs which sort by time agree on the order.
package shop

import (
	"math/rand/v2"
	"time"
)

// Names are the events that happen, by Event.Name.
var Names = []string{
	"Page Viewed", "Message Opened", "Product Viewed", "Product Added",
	"Checkout Started", "Coupon Applied", "Order Completed", "Product Shared",
}

// Places in Names.
const (
	page = iota
	opened
	viewed
	added
	checkout
	coupon
	order
	shared
)

// Browsers are the values of Event.Browser.
var Browsers = []string{"WeChat", "Chrome", "Safari", "Edge", "Firefox"}

// Categories and Prices are how many there are of each.
const (
	Categories = 50
	Prices     = 400
)

// Until is the end of what happens: events are before it.
var Until = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)

// Days is how long the shop has been open.
const Days = 400

// Event is something that happened.
type Event struct {
	Customer uint32 // from 1
	At       int64  // s since 1970
	Name     uint8
	Browser  uint8
	Category uint8  // of events about a product
	Price    uint16 // likewise; times 4.9
	Order    uint32 // of orders, from 1
}

// Product says whether the event has a category and a price.
func (e *Event) Product() bool { return e.Name >= viewed }

// Yuan is the price.
func (e *Event) Yuan() float64 { return float64(49*(int(e.Price)+1)) / 10 }

// Shop makes events, roughly by time. It is not safe for concurrent use.
type Shop struct {
	rng       *rand.Rand
	customers int
	left      int
	start     int64
	visits    float64 // begun so far
	each      float64 // seconds between the beginnings of visits
	pending   heap
	last      []uint32 // by customer: the latest second, from start
	orders    uint32
}

// perVisit is a little less than the mean number of events in a visit, so that the shop is
// not open for longer than Days.
const perVisit = 4.66

// New makes a shop that will have this many customers and events.
func New(seed uint64, customers, events int) *Shop {
	const span = Days * 86400
	return &Shop{
		rng:       rand.New(rand.NewPCG(seed, 11)), //nolint:gosec // repeatable load, not secrets
		customers: customers, left: events, start: Until.Unix() - span,
		each: span / (float64(events) / perVisit), last: make([]uint32, customers+1),
	}
}

// Next is the next event; false if there are no more.
func (s *Shop) Next() (Event, bool) {
	if s.left == 0 {
		return Event{}, false
	}
	s.left--
	begins := s.start + int64(s.visits*s.each)
	if len(s.pending) == 0 || s.pending[0].At >= begins {
		s.visits++
		s.pending.push(s.visit(begins))
	}
	e := s.pending.pop()
	second := max(uint32(e.At-s.start), s.last[e.Customer]+1)
	s.last[e.Customer] = second
	e.At = s.start + int64(second)
	if e.Name == order {
		s.orders++
		e.Order = s.orders
	}
	s.follow(e)
	return e, true
}

// visit begins one, of somebody who is rather a busy customer than not.
func (s *Shop) visit(at int64) Event {
	const calm = 0.01 // keeps the busiest at fifty times the mean
	u := calm + (1-calm)*s.rng.Float64()
	rank := uint64((u*u - calm*calm) / (1 - calm*calm) * float64(s.customers))
	e := Event{
		// Neighbours in rank are strangers in number: the factor is prime.
		Customer: uint32(min(rank, uint64(s.customers-1))*2_147_483_647%uint64(s.customers)) + 1,
		At:       at, Browser: uint8(min(s.rng.IntN(8), s.rng.IntN(len(Browsers)))),
	}
	if s.rng.IntN(100) < 15 {
		e.Name = opened
	}
	return e
}

// way is what may follow an event, with its share of 100.
type way struct {
	name  uint8
	share int
}

// ways are what follows what; the rest of 100 is the end of the visit.
var ways = [][]way{
	page:     {{page, 35}, {viewed, 55}},
	opened:   {{page, 40}, {viewed, 40}},
	viewed:   {{viewed, 50}, {page, 10}, {added, 14}, {shared, 1}},
	added:    {{viewed, 30}, {checkout, 40}},
	checkout: {{coupon, 25}, {order, 50}},
	coupon:   {{order, 80}},
	order:    {{shared, 4}},
	shared:   {{viewed, 20}},
}

func (s *Shop) follow(e Event) {
	n := s.rng.IntN(100)
	for _, w := range ways[e.Name] {
		if n -= w.share; n < 0 {
			e.At += s.gap(e.Name)
			if w.name == viewed || !e.Product() {
				e.Category, e.Price = uint8(min(s.rng.IntN(Categories), s.rng.IntN(Categories))), uint16(s.rng.IntN(Prices))
			}
			e.Name, e.Order = w.name, 0
			s.pending.push(e)
			return
		}
	}
}

// gap is how long until the next step: seconds, or days when somebody thinks it over.
func (s *Shop) gap(after uint8) int64 {
	if (after == added || after == checkout) && s.rng.IntN(100) < 20 {
		return 3600 + s.rng.Int64N(10*86400)
	}
	return 4 + s.rng.Int64N(90)
}

// heap is what will happen, the earliest first.
type heap []Event

func (h *heap) push(e Event) {
	*h = append(*h, e)
	l := *h
	for i := len(l) - 1; i > 0; {
		up := (i - 1) / 2
		if l[up].At <= l[i].At {
			return
		}
		l[up], l[i] = l[i], l[up]
		i = up
	}
}

func (h *heap) pop() Event {
	l := *h
	first, n := l[0], len(l)-1
	l[0] = l[n]
	l = l[:n]
	*h = l
	for i := 0; ; {
		down := 2*i + 1
		if down >= n {
			return first
		}
		if down+1 < n && l[down+1].At < l[down].At {
			down++
		}
		if l[i].At <= l[down].At {
			return first
		}
		l[i], l[down] = l[down], l[i]
		i = down
	}
}
