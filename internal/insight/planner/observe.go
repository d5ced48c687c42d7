package planner

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/RoaringBitmap/roaring/v2"

	"yutang/internal/insight"
)

// observer counts what happened in a plan's time.
type observer struct {
	from, to int64
	book     *insight.Book
	workers  []seen
}

// seen is what one worker found.
type seen struct {
	people         map[string]*roaring.Bitmap // by node, adds also by channel
	touches, tasks int
	_              [64]byte
}

func nodeKey(name, channel string) string {
	if channel == "" {
		return name
	}
	return name + ":" + channel
}

func (o *observer) begin(workers int, book *insight.Book) {
	o.book, o.workers = book, make([]seen, workers)
	for i := range o.workers {
		o.workers[i].people = map[string]*roaring.Bitmap{}
	}
}

func (w *seen) add(key string, root uint32) {
	b := w.people[key]
	if b == nil {
		b = roaring.New()
		w.people[key] = b
	}
	b.Add(root)
}

func (o *observer) within(at int64) bool { return at >= o.from && at <= o.to }

func (o *observer) see(worker int, c *journey) {
	w := &o.workers[worker]
	if i := slices.IndexFunc(c.orders, func(x insight.Purchase) bool { return o.within(x.At) }); i >= 0 {
		w.add(NodeBuyers, c.root)
		if i > 0 {
			w.add(NodeReturning, c.root)
		} else {
			w.add(NodeFirstTime, c.root)
		}
	}
	if o.within(c.added) {
		w.add(NodeAdds, c.root)
		if key := nodeKey(NodeAdds, c.channel); len(w.people) < maxChannels {
			w.add(key, c.root)
		} else {
			w.add(nodeKey(NodeAdds, otherChannels), c.root)
		}
	}
	for stage, node := range map[int]string{stageInterest: NodeInterest, stageLoyal: NodeLoyal} {
		if o.within(c.stage[stage]) {
			w.add(node, c.root)
		}
	}
	if slices.ContainsFunc(c.referrals, o.within) {
		w.add(NodeReferred, c.root)
	}
	for _, x := range c.acts {
		switch {
		case !o.within(x.at):
		case x.kind == actTouch:
			w.touches++
			w.add(NodeTouches, c.root)
		case x.kind == actTask:
			w.tasks++
			w.add(NodeTasks, c.root)
		}
	}
}

// actuals are what has happened to each node so far.
func (s *Service) actuals(ctx context.Context, p *span) ([]*actual, insight.Meta, error) {
	o := &observer{from: p.from.UnixMilli(), to: p.to.UnixMilli()}
	meta, err := s.survey(ctx, p.zone, p.to, o)
	if err != nil {
		return nil, meta, err
	}
	people := map[string]*roaring.Bitmap{}
	touches, tasks := 0, 0
	for i := range o.workers {
		w := &o.workers[i]
		touches, tasks = touches+w.touches, tasks+w.tasks
		for key, b := range w.people {
			if people[key] == nil {
				people[key] = roaring.New()
			}
			people[key].Or(b)
		}
	}
	out := o.money(s.Base.Customers.Currency(), people[NodeBuyers])
	for _, name := range []string{NodeBuyers, NodeReturning, NodeFirstTime, NodeAdds, NodeInterest, NodeLoyal, NodeReferred} {
		out = append(out, counted(name, people[name], -1, slices.Contains([]string{NodeBuyers, NodeReturning, NodeFirstTime}, name)))
	}
	out = append(out, counted(NodeTouches, people[NodeTouches], touches, false), counted(NodeTasks, people[NodeTasks], tasks, false))
	spent, err := s.spent(ctx, p, people[NodeAdds])
	if err != nil {
		return nil, meta, err
	}
	return append(append(out, spent), channelActuals(people)...), meta, nil
}

// channelActuals are the adds of each channel, the largest first.
func channelActuals(people map[string]*roaring.Bitmap) (out []*actual) {
	prefix := NodeAdds + ":"
	for key, b := range people {
		if len(key) > len(prefix) && key[:len(prefix)] == prefix {
			out = append(out, &actual{
				name: NodeAdds, channel: key[len(prefix):], unit: "customers", people: b, sum: float64(b.GetCardinality()),
				definition: "customers whose first contact in the time of the plan came through the channel",
			})
		}
	}
	slices.SortFunc(out, func(a, b *actual) int { return cmp.Or(cmp.Compare(b.sum, a.sum), cmp.Compare(a.channel, b.channel)) })
	return out
}

// observed tells how the actual numbers are counted.
var observed = map[string]string{
	NodeRevenue:   "revenue of all orders completed, net of refunds, by the order ledger",
	NodeOrders:    "orders completed that were not taken back as a whole, of nobody known too",
	NodeBuyers:    "customers with such an order",
	NodeReturning: "of them, with an order before the plan",
	NodeFirstTime: "of them, without one",
	NodeAdds:      "customers whose first contact is in the time of the plan",
	NodeInterest:  "customers who entered interest or a higher stage",
	NodeLoyal:     "customers who became loyal",
	NodeReferred:  "customers who completed a referral",
	NodeTouches:   "messages delivered, or sent by members",
	NodeTasks:     "tasks completed",
	NodeBudget:    "costs of the days so far",
}

func counted(name string, people *roaring.Bitmap, n int, seasonal bool) *actual {
	if people == nil {
		people = roaring.New()
	}
	if n < 0 {
		n = int(people.GetCardinality())
	}
	a := &actual{name: name, people: people, sum: float64(n), seasonal: seasonal, definition: observed[name]}
	for _, d := range nodeDefs {
		if d.name == name {
			a.unit = d.unit
		}
	}
	return a
}

// money is revenue and orders, of nobody too.
func (o *observer) money(currency string, buyers *roaring.Bitmap) []*actual {
	revenue, orders := counted(NodeRevenue, buyers, 0, true), counted(NodeOrders, buyers, 0, true)
	unit, net := majorUnit(currency), int64(0)
	o.book.Each(func(x insight.Purchase) {
		if !o.within(x.At) {
			return
		}
		net += x.Net
		revenue.squares += float64(x.Net) / unit * float64(x.Net) / unit
		if !x.Void {
			orders.sum++
		}
	})
	revenue.sum = float64(net) / unit
	return []*actual{revenue, orders}
}

// spent is the costs so far. The people behind it are those added.
func (s *Service) spent(ctx context.Context, p *span, added *roaring.Bitmap) (*actual, error) {
	a := counted(NodeBudget, added, 0, false)
	to := p.to.Add(time.Millisecond)
	if now := s.Clock.Now(); now.Before(to) {
		to = now
	}
	if s.Costs == nil || !p.from.Before(to) {
		return a, nil
	}
	costs, err := s.Costs.ByChannel(ctx, p.from, to)
	if err != nil {
		return nil, err
	}
	sum := int64(0)
	for _, amount := range costs {
		sum += amount
	}
	a.sum = float64(sum) / majorUnit(s.Base.Customers.Currency())
	return a, nil
}
