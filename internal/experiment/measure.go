package experiment

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"yutang/internal/customer"
	"yutang/internal/event"
	"yutang/internal/timeline"
)

// subject is one customer of an experiment with what they did.
type subject struct {
	root      uint32
	cluster   uint32 // 1 + index in clusters; 0 none
	at        int64  // of the first exposure, ms
	revenue   int64  // of orders in the horizon, minor units, net
	before    int64  // of orders before it
	orders    uint32
	guards    uint16 // bit i: guardrail i happened
	arm       uint8
	converted bool
}

// measured is everybody of an experiment at one moment.
type measured struct {
	subjects []subject // by root
	arms     []string
	clusters []string
	merged   int // left out: two arms, by a merge
	erased   int // left out: nothing is left of them
	homeless int // left out of a cluster experiment: of no cluster
	seq      uint64
	asOf     time.Time
}

const dayMS = 24 * 60 * 60 * 1000

// measure looks everybody up who was exposed.
func (s *Service) measure(ctx context.Context, x Info) (*measured, error) {
	m := &measured{seq: s.Log.Last(), asOf: s.Clock.Now()}
	all, err := s.exposures(ctx, x, m)
	if err != nil {
		return nil, fmt.Errorf("read exposures of %s: %w", x.Name, err)
	}
	s.group(all)
	g := s.newGauge(x.Settings)
	for start := 0; start < len(all); {
		if start, err = s.meet(ctx, x, m, g, all, start); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(m.subjects, func(a, b subject) int { return cmp.Compare(a.root, b.root) })
	if err := s.addRevenue(ctx, x.Settings, m); err != nil {
		return nil, fmt.Errorf("read orders for %s: %w", x.Name, err)
	}
	return m, nil
}

// drawn is one exposure of one record.
type drawn struct {
	root, ord uint32
	cluster   uint32
	arm       uint8
	at        int64
}

// group finds the persons and sorts by them, the earliest exposure first.
func (s *Service) group(all []drawn) {
	s.Timeline.RLock()
	for i := range all {
		all[i].root = s.Timeline.Root(all[i].ord)
	}
	s.Timeline.RUnlock()
	slices.SortFunc(all, func(a, b drawn) int {
		return cmp.Or(cmp.Compare(a.root, b.root), cmp.Compare(a.at, b.at), cmp.Compare(a.ord, b.ord))
	})
}

// gauge knows what to look for in a timeline.
type gauge struct {
	track   timeline.Track
	event   timeline.NameID
	erased  timeline.NameID
	guards  []timeline.NameID
	horizon int64
}

func (s *Service) newGauge(x Settings) *gauge {
	id := func(name string) timeline.NameID {
		n, _ := s.Log.NameID(name)
		return n
	}
	g := &gauge{event: id(x.Event), erased: id(event.ProfileErased), horizon: int64(x.Horizon) * dayMS}
	for _, name := range x.Guardrails {
		g.guards = append(g.guards, id(name))
	}
	return g
}

// meetStep is how many exposures are looked up before the writer is let in.
const meetStep = 2048

// meet looks up the persons of the exposures from start on, and says where it stopped.
func (s *Service) meet(ctx context.Context, x Info, m *measured, g *gauge, all []drawn, start int) (int, error) {
	if err := ctx.Err(); err != nil {
		return start, err
	}
	s.Timeline.RLock()
	defer s.Timeline.RUnlock()
	for limit := start + meetStep; start < len(all) && start < limit; {
		end := start + 1
		for end < len(all) && all[end].root == all[start].root {
			end++
		}
		s.Timeline.Read(all[start].root, nil, &g.track)
		g.judge(x, m, all[start:end])
		start = end
	}
	return start, nil
}

// judge makes a subject of the exposures of one person, whose events are in the track.
func (g *gauge) judge(x Info, m *measured, own []drawn) {
	if at, ok := g.erasedAt(); ok {
		own = slices.DeleteFunc(slices.Clone(own), func(e drawn) bool { return e.at <= at })
	}
	if len(own) == 0 {
		m.erased++
		return
	}
	first := own[0]
	if slices.ContainsFunc(own, func(e drawn) bool { return e.arm != first.arm }) {
		m.merged++
		return
	}
	if x.Kind == Cluster && first.cluster == 0 {
		m.homeless++
		return
	}
	sub := subject{root: first.root, arm: first.arm, at: first.at, cluster: first.cluster}
	i, _ := slices.BinarySearch(g.track.At, first.at+1)
	for ; i < g.track.Len() && g.track.At[i] <= first.at+g.horizon; i++ {
		name := g.track.Name[i]
		if name == g.event && name != 0 {
			sub.converted = true
		}
		for k, guard := range g.guards {
			if name == guard && name != 0 {
				sub.guards |= 1 << k
			}
		}
	}
	m.subjects = append(m.subjects, sub)
}

// erasedAt is when the person's profile was erased last.
func (g *gauge) erasedAt() (int64, bool) {
	if g.erased == 0 {
		return 0, false
	}
	for i := g.track.Len() - 1; i >= 0; i-- {
		if g.track.Name[i] == g.erased {
			return g.track.At[i], true
		}
	}
	return 0, false
}

// addRevenue reads the order ledger once.
func (s *Service) addRevenue(ctx context.Context, x Settings, m *measured) error {
	if len(m.subjects) == 0 {
		return nil
	}
	horizon, before := int64(x.Horizon)*dayMS, int64(x.Before)*dayMS
	return s.Customers.Ledger(ctx, func(o customer.Order) error {
		if o.Record == 0 {
			return nil
		}
		s.Timeline.RLock()
		root := s.Timeline.Root(o.Record)
		s.Timeline.RUnlock()
		i, ok := m.find(root)
		if !ok {
			return nil
		}
		sub := &m.subjects[i]
		switch age := o.At.UnixMilli() - sub.at; {
		case age > 0 && age <= horizon:
			sub.revenue += o.Net
			sub.orders++
		case age <= 0 && age > -before:
			sub.before += o.Net
		}
		return nil
	})
}

func (m *measured) find(root uint32) (int, bool) {
	return slices.BinarySearchFunc(m.subjects, root, func(a subject, root uint32) int { return cmp.Compare(a.root, root) })
}

// matureAt is when a subject's horizon is over.
func (sub *subject) matureAt(x Settings) int64 { return sub.at + int64(x.Horizon)*dayMS }
