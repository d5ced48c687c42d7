package attribution

import (
	"slices"

	"gonum.org/v1/gonum/mat"
)

// chain is a first-order Markov chain over channels: from the start through touches to an
// order or to nothing. Source: E. Anderl, I. Becker, F. v. Wangenheim, J. Schumann,
// "Mapping the Customer Journey", International Journal of Research in Marketing 33 (2016).
type chain struct {
	names []string
	n     [][]float64 // counts from state i to state j; states are channels, then the start
	order []float64   // counts from state i to an order
	total []float64   // counts out of state i
}

// newChain is a chain without steps. names are sorted; state i is names[i], the last one is
// the start.
func newChain(names []string) *chain {
	size := len(names) + 1
	c := &chain{names: names, n: make([][]float64, size), order: make([]float64, size), total: make([]float64, size)}
	for i := range c.n {
		c.n[i] = make([]float64, size)
	}
	return c
}

// step counts n steps from a state to a channel.
func (c *chain) step(from, to int, n float64) {
	c.n[from][to] += n
	c.total[from] += n
}

// end counts n paths that end at a state.
func (c *chain) end(at int, ordered bool, n float64) {
	c.total[at] += n
	if ordered {
		c.order[at] += n
	}
}

// effects are the removal effects of all channels at once. Of the fundamental matrix
// N = (I - Q)^-1, entry (s,i) over entry (i,i) is the probability to come to i from the
// start; without i, just what orders after coming to i is lost. Source: J. Kemeny, J. Snell,
// "Finite Markov Chains" (1960), theorem 3.5.4.
func (c *chain) effects() map[string]float64 {
	size := len(c.n)
	a, r := mat.NewDense(size, size, nil), mat.NewVecDense(size, nil)
	for i := range size {
		a.Set(i, i, 1)
		if c.total[i] == 0 {
			continue
		}
		for j := range size {
			a.Set(i, j, a.At(i, j)-c.n[i][j]/c.total[i])
		}
		r.SetVec(i, c.order[i]/c.total[i])
	}
	out := map[string]float64{}
	var n mat.Dense
	if n.Inverse(a) != nil {
		return out // a state that never ends cannot come from finite paths
	}
	var x mat.VecDense
	x.MulVec(&n, r)
	start := size - 1
	for i, name := range c.names {
		if all := x.AtVec(start); all > 0 {
			out[name] = min(1, max(0, n.At(start, i)/n.At(i, i)*x.AtVec(i)/all))
		}
	}
	return out
}

// channelsOf is the channels of a path, each once, with the weights they have in it.
func channelsOf(p Path, weights map[string]float64) (names []string, ws []float64) {
	for _, t := range p.Touches {
		if !slices.Contains(names, t.Channel) {
			names = append(names, t.Channel)
			ws = append(ws, weights[t.Channel])
		}
	}
	return names, ws
}

func pathWeight(p Path, weights map[string]float64) (sum float64) {
	_, ws := channelsOf(p, weights)
	for _, w := range ws {
		sum += w
	}
	return sum
}
