package ltvtree

import (
	"context"

	"github.com/RoaringBitmap/roaring/v2"

	"yutang/internal/audience"
	"yutang/internal/insight"
)

// What can be true of a customer in a month, or in the whole span.
const (
	known     = iota // connected or touched by its end
	tried            // a touch was tried
	delivered        // one arrived
	converted        // one was the last before an order
	referred         // brought somebody
	factCount
)

// sums is what happened in a month, or in the whole span.
type sums struct {
	customers [factCount]int
	tried     int // touches
	delivered int
	spent     int64 // net revenue over their life of the customers converted, minor units
	referrals int
}

// find asks for the customers of whom a fact is true.
type find struct{ month, fact int }

// study is everything one answer is made from.
type study struct {
	p       *plan
	meta    insight.Meta
	base    *insight.Base
	book    *insight.Book
	now     int64
	find    *find
	byName  []uint32
	plain   uint32
	workers []worker
	sums    []sums // by month, then the whole span
}

// worker is what one goroutine gathers.
type worker struct {
	sums    []sums
	people  *roaring.Bitmap
	mine    []sums  // of the customer at hand
	arrived []int64 // their delivered touches
	_       [64]byte
}

func (r *Report) study(ctx context.Context, p *plan, want *find) (*study, error) {
	reading, meta, err := r.Base.Read(ctx, audience.Survey{Picks: p.picks, Audience: p.Audience}, p.zone)
	if err != nil {
		return nil, err
	}
	s := &study{p: p, meta: meta, base: r.Base, now: reading.At.UnixMilli(), find: want, workers: make([]worker, audience.Workers())}
	if s.book, err = r.Base.Book(ctx, reading.At); err != nil {
		return nil, err
	}
	s.byName, s.plain = reading.Masks()
	spans := len(p.months)
	for i := range s.workers {
		s.workers[i] = worker{sums: make([]sums, spans), mine: make([]sums, spans), people: roaring.New()}
	}
	if err := reading.Visit(ctx, s.visit); err != nil {
		return nil, err
	}
	s.sums = make([]sums, spans)
	for i := range s.workers {
		for k := range s.sums {
			s.sums[k].add(&s.workers[i].sums[k])
		}
	}
	return s, nil
}

func (s *sums) add(x *sums) {
	for i := range s.customers {
		s.customers[i] += x.customers[i]
	}
	s.tried += x.tried
	s.delivered += x.delivered
	s.spent += x.spent
	s.referrals += x.referrals
}

func (s *study) visit(who *audience.Person) error {
	w := &s.workers[who.Worker()]
	clear(w.mine)
	w.arrived = w.arrived[:0]
	first := s.read(who, w)
	if first == 0 {
		return nil
	}
	s.meet(w, first)
	s.convert(who.Root, w)
	for k := range w.mine {
		m := &w.mine[k]
		m.customers[tried], m.customers[delivered], m.customers[referred] = min(m.tried, 1), min(m.delivered, 1), min(m.referrals, 1)
		w.sums[k].add(m)
	}
	if f := s.find; f != nil && w.mine[f.month].customers[f.fact] > 0 {
		w.people.Add(who.Root)
	}
	return nil
}

// read counts touches and referrals; it returns when the customer became known, 0 never.
func (s *study) read(who *audience.Person, w *worker) (first int64) {
	whole := len(w.mine) - 1
	for i, name := range who.Name {
		at := who.At[i]
		if at > s.p.to {
			return first
		}
		if s.byName[name] == 0 {
			continue
		}
		hits := who.Hits(s.byName, s.plain, i)
		if hits == 0 {
			continue
		}
		if first == 0 && hits&isReferral == 0 {
			first = at
		}
		if at < s.p.from {
			continue
		}
		for _, k := range []int{insight.Find(s.p.months, at), whole} {
			m := &w.mine[k]
			if hits&(isDelivered|isFailed) != 0 {
				m.tried++
			}
			if hits&isDelivered != 0 {
				m.delivered++
			}
			if hits&isReferral != 0 {
				m.referrals++
			}
		}
		if hits&isDelivered != 0 {
			w.arrived = append(w.arrived, at)
		}
	}
	return first
}

// meet counts the customer among those of every month that ends after they became known.
func (s *study) meet(w *worker, first int64) {
	for k := range w.mine[:len(w.mine)-1] {
		if first < s.p.months[k+1] {
			w.mine[k].customers[known] = 1
		}
	}
	w.mine[len(w.mine)-1].customers[known] = 1
}

// convert gives every order to the last touch delivered before it.
func (s *study) convert(root uint32, w *worker) {
	orders, life := s.book.Of(root), int64(0)
	for _, o := range orders {
		life += o.Net
	}
	next := 0
	for _, o := range orders {
		for next < len(w.arrived) && w.arrived[next] <= o.At {
			next++
		}
		if o.Void || next == 0 || o.At-w.arrived[next-1] > s.p.window {
			continue
		}
		for _, k := range []int{insight.Find(s.p.months, w.arrived[next-1]), len(w.mine) - 1} {
			w.mine[k].customers[converted], w.mine[k].spent = 1, life
		}
	}
}
