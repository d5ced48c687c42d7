package beforeafter

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
)

// means are weighted means of the matched, in minor units over the whole windows.
type means struct {
	n                       float64 // who joined
	pre, post, orders       float64
	preOther, postOther     float64
	ordersOther             float64
	early, earlyOther       float64 // of those known long enough, with what follows
	nEarly, late, lateOther float64
}

// side sums one side of a stratum.
type side struct {
	n, pre, post, orders float64
	old, early, late     float64 // of those known long enough
}

func sum(all []tested, weight []uint8) (s side) {
	for i := range all {
		t, w := &all[i], 1.0
		if weight != nil {
			if w = float64(weight[t.at]); w == 0 {
				continue
			}
		}
		s.n += w
		s.pre += w * t.pre
		s.post += w * t.post
		s.orders += w * t.orders
		if t.known {
			s.old += w
			s.early += w * t.early
			s.late += w * t.pre
		}
	}
	return s
}

// mean weighs the others of each stratum as those who joined. weight is how often each
// customer counts; nil once.
func (s *study) mean(weight []uint8) (m means) {
	for _, st := range s.order {
		a, b := sum(st.joined, weight), sum(st.others, weight)
		if a.n > 0 && b.n > 0 {
			m.n += a.n
			m.pre, m.post, m.orders = m.pre+a.pre, m.post+a.post, m.orders+a.orders
			f := a.n / b.n
			m.preOther, m.postOther, m.ordersOther = m.preOther+f*b.pre, m.postOther+f*b.post, m.ordersOther+f*b.orders
		}
		if a.old > 0 && b.old > 0 {
			f := a.old / b.old
			m.nEarly += a.old
			m.early, m.late = m.early+a.early, m.late+a.late
			m.earlyOther, m.lateOther = m.earlyOther+f*b.early, m.lateOther+f*b.late
		}
	}
	for _, v := range []*float64{&m.pre, &m.post, &m.orders, &m.preOther, &m.postOther, &m.ordersOther} {
		*v /= m.n
	}
	for _, v := range []*float64{&m.early, &m.late, &m.earlyOther, &m.lateOther} {
		*v /= m.nEarly
	}
	return m
}

// effect is the difference of the changes, per 30 days, in minor units.
func (p *plan) effect(m means) float64 {
	return p.after(m.post-m.postOther) - p.before(m.pre-m.preOther)
}

// trend is the same between the two windows before joining: about 0 if the two kinds of
// customer went alike.
func (p *plan) trend(m means) float64 {
	return p.before(m.late-m.lateOther) - p.before(m.early-m.earlyOther)
}

func (p *plan) before(v float64) float64 { return v * 30 / float64(p.PreDays) }
func (p *plan) after(v float64) float64  { return v * 30 / float64(p.PostDays) }

// samples repeats the estimates with every customer counted as often as chance has it.
func (s *study) samples(ctx context.Context) (effects, trends []float64, err error) {
	rng := rand.New(rand.NewPCG(s.p.Seed, 2))
	weight := make([]uint8, len(s.customers))
	for range s.p.Bootstrap {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		for i := range weight {
			weight[i] = poisson(rng.Uint64())
		}
		m := s.mean(weight)
		if v := s.p.effect(m); !math.IsNaN(v) {
			effects = append(effects, v)
		}
		if v := s.p.trend(m); !math.IsNaN(v) {
			trends = append(trends, v)
		}
	}
	return effects, trends, nil
}

// chances are the cumulative probabilities of the Poisson distribution of mean 1, in 2^-64.
var chances = func() (out [8]uint64) {
	term, total := math.Exp(-1), 0.0
	for k := range out {
		total += term
		out[k] = uint64(total * math.MaxUint64)
		term /= float64(k + 1)
	}
	return out
}()

func poisson(u uint64) uint8 {
	for k, c := range chances {
		if u < c {
			return uint8(k)
		}
	}
	return uint8(len(chances))
}

// interval is the middle 95 % of samples.
func interval(samples []float64) (low, high float64) {
	slices.Sort(samples)
	at := func(q float64) float64 { return samples[int(q*float64(len(samples)-1)+0.5)] }
	return at(0.025), at(0.975)
}
