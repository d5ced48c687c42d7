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

// build counts the steps of all paths. Repeated touches of one channel in a row count.
func build(paths []Path) *chain {
	index := map[string]int{}
	c := &chain{}
	for _, p := range paths {
		for _, t := range p.Touches {
			if _, ok := index[t.Channel]; !ok {
				index[t.Channel] = -1
				c.names = append(c.names, t.Channel)
			}
		}
	}
	slices.Sort(c.names)
	for i, name := range c.names {
		index[name] = i
	}
	size := len(c.names) + 1
	c.n = make([][]float64, size)
	for i := range c.n {
		c.n[i] = make([]float64, size)
	}
	c.order, c.total = make([]float64, size), make([]float64, size)
	for _, p := range paths {
		at := size - 1
		for _, t := range p.Touches {
			to := index[t.Channel]
			c.n[at][to]++
			c.total[at]++
			at = to
		}
		if len(p.Touches) == 0 {
			continue
		}
		c.total[at]++
		if p.Ordered {
			c.order[at]++
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
func removal(paths []Path) map[string]float64 {
	c := build(paths)
	all := c.converts(-1)
	out := map[string]float64{}
	for i, name := range c.names {
		if all > 0 {
			out[name] = max(0, 1-c.converts(i)/all)
		}
	}
	return out
}

// Removal tells the removal effects, for showing beside the credits.
func Removal(paths []Path) map[string]float64 { return removal(paths) }

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
