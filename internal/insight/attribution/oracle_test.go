package attribution

import (
	"maps"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// build counts the steps of all paths. Repeated touches of one channel in a row count.
func build(paths []Path) *chain {
	index := map[string]int{}
	for _, p := range paths {
		for _, t := range p.Touches {
			index[t.Channel] = 0
		}
	}
	c := newChain(slices.Sorted(maps.Keys(index)))
	for i, name := range c.names {
		index[name] = i
	}
	for _, p := range paths {
		at := len(c.names)
		for _, t := range p.Touches {
			c.step(at, index[t.Channel], 1)
			at = index[t.Channel]
		}
		if len(p.Touches) > 0 {
			c.end(at, p.Ordered, 1)
		}
	}
	return c
}

// converts is the probability to end in an order from the start when a channel is removed
// (-1 none): whoever would come to it is lost. It solves (I - Q) x = r exactly.
func (c *chain) converts(without int) float64 {
	size := len(c.n)
	a := mat.NewDense(size, size, nil)
	r := mat.NewVecDense(size, nil)
	for i := range size {
		a.Set(i, i, 1)
		if i == without || c.total[i] == 0 {
			continue
		}
		for j := range size {
			if j != without {
				a.Set(i, j, a.At(i, j)-c.n[i][j]/c.total[i])
			}
		}
		r.SetVec(i, c.order[i]/c.total[i])
	}
	var x mat.VecDense
	if x.SolveVec(a, r) != nil {
		return 0 // a state that never ends cannot come from finite paths
	}
	return x.AtVec(size - 1)
}

// removal is each channel's removal effect: the share of all conversions that would be lost
// without it.
func removal(paths []Path) map[string]float64 { return build(paths).effects() }

// attribute divides the orders of paths among channels. halfLife is of time decay, ms. The
// revenue of all credits together is that of all ordered paths, exactly. The answer is
// sorted by revenue, then by name.
func attribute(m Model, paths []Path, halfLife float64) []Credit {
	l := newLedger(m, halfLife, nil)
	if m == Markov {
		l.weights = removal(paths)
	}
	for _, p := range paths {
		if p.Ordered {
			l.enter(p)
		}
	}
	return l.credits()
}
