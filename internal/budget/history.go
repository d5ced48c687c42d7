package budget

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sort"
	"time"

	"yutang/internal/customer"
	"yutang/internal/outreach"
)

// maxTouches bounds how many touches, the newest, are looked at: some 150 MB of memory.
const maxTouches = 2_000_000

// touched is one accepted touch.
type touched struct {
	root    uint32
	step    int32 // index of its playbook and step
	at      int64 // ms
	orders  int32
	revenue int64
}

// past is the touches of a span, by customer and time.
type past struct {
	steps   []Cell // of level 2
	touches []touched
}

// observe sums what accepted touches came to, by playbook, step, tier and stage.
func (s *Service) observe(ctx context.Context, now time.Time) (map[Cell]Sum, error) {
	p, err := s.readTouches(ctx, now.Add(-History))
	if err != nil {
		return nil, err
	}
	s.byCustomer(p)
	if err := s.attribute(ctx, p); err != nil {
		return nil, err
	}
	levels, err := s.readLevels(ctx, p)
	if err != nil {
		return nil, err
	}
	out := map[Cell]Sum{}
	over := now.Add(-Window).UnixMilli()
	for _, t := range p.touches {
		if t.at > over {
			continue
		}
		c := p.steps[t.step]
		c.Level, c.Tier, c.Stage = 3, levels.at(customer.Tier, t.root, t.at), levels.at(customer.AIPL, t.root, t.at)
		sum := Sum{Touches: 1}
		if t.orders > 0 {
			sum.Conversions, sum.Revenue, sum.Squares = 1, t.revenue, float64(t.revenue)*float64(t.revenue)
		}
		out[c] = out[c].plus(sum)
	}
	return out, nil
}

// readTouches reads the touches accepted since a moment, under the records they reached.
func (s *Service) readTouches(ctx context.Context, since time.Time) (*past, error) {
	p := &past{}
	index := map[Cell]int32{}
	return p, s.Ledger.Reached(ctx, since, maxTouches, func(x outreach.Reached) {
		c := Cell{Level: 2, Playbook: kin(x.Playbook), Step: x.Step}
		i, ok := index[c]
		if !ok {
			i = int32(len(p.steps))
			index[c] = i
			p.steps = append(p.steps, c)
		}
		p.touches = append(p.touches, touched{root: x.Ord, step: i, at: x.At})
	})
}

// lockEvery is how many customers are looked up under one hold of the timeline's lock.
const lockEvery = 10_000

// byCustomer gives each touch its customer of today and sorts them.
func (s *Service) byCustomer(p *past) {
	for chunk := range slices.Chunk(p.touches, lockEvery) {
		s.Timeline.RLock()
		for i := range chunk {
			chunk[i].root = s.Timeline.Root(chunk[i].root)
		}
		s.Timeline.RUnlock()
	}
	slices.SortFunc(p.touches, func(a, b touched) int { return cmp.Or(cmp.Compare(a.root, b.root), cmp.Compare(a.at, b.at)) })
}

// attribute gives each order to the last touch before it that is at most Window older.
func (s *Service) attribute(ctx context.Context, p *past) error {
	if len(p.touches) == 0 {
		return nil
	}
	err := s.Customers.Ledger(ctx, func(o customer.Order) error {
		if o.Net <= 0 || o.Record == 0 {
			return nil
		}
		s.Timeline.RLock()
		root := s.Timeline.Root(o.Record)
		s.Timeline.RUnlock()
		p.credit(root, o.At.UnixMilli(), o.Net)
		return nil
	})
	if err != nil {
		return fmt.Errorf("attribute orders: %w", err)
	}
	return nil
}

func (p *past) credit(root uint32, at, net int64) {
	i := sort.Search(len(p.touches), func(i int) bool {
		t := &p.touches[i]
		return t.root > root || t.root == root && t.at > at
	}) - 1
	if i < 0 || p.touches[i].root != root || at-p.touches[i].at > Window.Milliseconds() {
		return
	}
	p.touches[i].orders++
	p.touches[i].revenue += net
}

// levels are the levels that customers have had.
type levels struct {
	moves map[string]map[uint32][]customer.LevelMove // by kind and root, in order of time
	names map[string][]string
	now   map[string]map[uint32]int // for those who never changed
}

// readLevels reads the tiers and stages of the customers touched.
func (s *Service) readLevels(ctx context.Context, p *past) (levels, error) {
	l := levels{moves: map[string]map[uint32][]customer.LevelMove{}, names: map[string][]string{}, now: map[string]map[uint32]int{}}
	wanted := map[uint32]bool{}
	for _, t := range p.touches {
		wanted[t.root] = true
	}
	kinds := []string{customer.Tier, customer.AIPL}
	s.Timeline.RLock()
	for _, kind := range kinds {
		column := s.Customers.Level(kind)
		l.moves[kind], l.now[kind], l.names[kind] = map[uint32][]customer.LevelMove{}, map[uint32]int{}, column.Names()
		for root := range wanted {
			l.now[kind][root] = column.Of(root)
		}
	}
	s.Timeline.RUnlock()
	err := s.Customers.LevelMoves(ctx, func(m customer.LevelMove) error {
		if l.moves[m.Kind] == nil {
			return nil
		}
		s.Timeline.RLock()
		root := s.Timeline.Root(m.Record)
		s.Timeline.RUnlock()
		if wanted[root] {
			l.moves[m.Kind][root] = append(l.moves[m.Kind][root], m)
		}
		return nil
	})
	for _, kind := range kinds {
		for _, moves := range l.moves[kind] {
			slices.SortStableFunc(moves, func(a, b customer.LevelMove) int { return cmp.Compare(a.At, b.At) })
		}
	}
	return l, err
}

// at is the name of a customer's level at a moment, "" if none.
func (l levels) at(kind string, root uint32, at int64) string {
	level := l.now[kind][root]
	moves := l.moves[kind][root]
	for i := len(moves) - 1; i >= 0; i-- {
		if moves[i].At <= at {
			level = moves[i].To
			break
		}
		level = moves[i].From
	}
	if level < 0 || level >= len(l.names[kind]) {
		return ""
	}
	return l.names[kind][level]
}
