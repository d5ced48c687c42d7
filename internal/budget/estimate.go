package budget

import "math"

// The constants of the estimate. See the package comment for the formula.
const (
	priorRate     = 0.01 // conversions per touch of a brand without history
	defaultTouch  = 100  // k of rates where siblings cannot be compared
	leastTouch    = 10   // floor of k of rates
	mostTouch     = 100_000
	defaultOrder  = 20 // k of revenue where siblings cannot be compared
	leastOrder    = 5
	mostOrder     = 10_000
	levelsOfTrees = 4 // brand, playbook, step, tier and stage
)

// Cell says which touches are alike. Zero fields of a parent are all.
type Cell struct {
	Level    int // 0 brand, 1 playbook, 2 step, 3 step by tier and stage
	Playbook string
	Step     string
	Tier     string
	Stage    string // AIPL
}

// parent is the cell above; the brand has none.
func (c Cell) parent() Cell {
	switch c.Level {
	case 3:
		return Cell{Level: 2, Playbook: c.Playbook, Step: c.Step}
	case 2:
		return Cell{Level: 1, Playbook: c.Playbook}
	}
	return Cell{}
}

// Sum is what touches of a cell came to.
type Sum struct {
	Touches     int64
	Conversions int64
	Revenue     int64   // of the conversions, minor units
	Squares     float64 // sum of the squares of the conversions' revenue
}

func (s Sum) plus(x Sum) Sum {
	return Sum{s.Touches + x.Touches, s.Conversions + x.Conversions, s.Revenue + x.Revenue, s.Squares + x.Squares}
}

func (s Sum) mean() float64 { return float64(s.Revenue) / float64(s.Conversions) }

// Estimate is what a touch of a cell is expected to bring.
type Estimate struct {
	Sum
	Rate  float64 // conversions per touch, shrunk
	Mean  float64 // revenue of a conversion, shrunk, minor units
	Value int64   // rate times mean, minor units
}

// Strength is how many observations of its own a cell needs to weigh as much as its parent,
// for each level but the brand's own: index 0 is a playbook's.
type Strength [levelsOfTrees - 1]float64

// Model is the whole estimate.
type Model struct {
	RateK     Strength          `json:"rate_k"`
	MeanK     Strength          `json:"mean_k"`
	PriorMean float64           `json:"prior_mean"` // the brand's average order
	Cells     map[Cell]Estimate `json:"-"`
}

// estimate shrinks what was observed. leaves are cells of the lowest level; priorMean is what
// an order brings on average.
func estimate(leaves map[Cell]Sum, priorMean float64) Model {
	var level [levelsOfTrees]map[Cell]Sum
	level[levelsOfTrees-1] = leaves
	for l := levelsOfTrees - 2; l >= 0; l-- {
		level[l] = map[Cell]Sum{}
		for c, s := range level[l+1] {
			level[l][c.parent()] = level[l][c.parent()].plus(s)
		}
	}
	m := Model{PriorMean: priorMean, Cells: map[Cell]Estimate{}}
	brand := level[0][Cell{}]
	m.Cells[Cell{}] = shrink(brand, priorRate, priorMean, defaultTouch, defaultOrder)
	for l := 1; l < levelsOfTrees; l++ {
		m.RateK[l-1], m.MeanK[l-1] = rateStrength(level[l], level[l-1]), meanStrength(level[l], level[l-1])
		for c, s := range level[l] {
			up := m.Cells[c.parent()]
			m.Cells[c] = shrink(s, up.Rate, up.Mean, m.RateK[l-1], m.MeanK[l-1])
		}
	}
	return m
}

// shrink draws what was seen in a cell towards what is expected of its parent.
func shrink(s Sum, rate, mean, rateK, meanK float64) Estimate {
	e := Estimate{
		Sum:  s,
		Rate: (float64(s.Conversions) + rateK*rate) / (float64(s.Touches) + rateK),
		Mean: (float64(s.Revenue) + meanK*mean) / (float64(s.Conversions) + meanK),
	}
	e.Value = int64(math.Round(e.Rate * e.Mean))
	return e
}

// rateStrength estimates k of a beta-binomial by the method of moments: how much the rates of
// siblings differ beyond chance, over all families together.
func rateStrength(children, parents map[Cell]Sum) float64 {
	var over, size float64 // sum of squares beyond chance, and its weight
	for up, s := range squares(children, parents, func(s Sum) (n, x float64) {
		return float64(s.Touches), float64(s.Conversions) / float64(s.Touches)
	}) {
		p := parents[up]
		m := float64(p.Conversions) / float64(p.Touches)
		if m <= 0 || m >= 1 {
			continue
		}
		over += s.between/(m*(1-m)) - (s.groups - 1)
		size += s.n - s.nn/s.n - (s.groups - 1)
	}
	switch {
	case size <= 0:
		return defaultTouch
	case over <= 0:
		return mostTouch
	}
	rho := over / size
	return min(max(1/rho-1, leastTouch), mostTouch)
}

// meanStrength estimates k of the revenue of a conversion (Bühlmann and Straub): the variance
// within cells by that between siblings.
func meanStrength(children, parents map[Cell]Sum) float64 {
	var within, free float64
	for _, s := range children {
		if s.Conversions > 1 {
			within += s.Squares - float64(s.Conversions)*s.mean()*s.mean()
			free += float64(s.Conversions - 1)
		}
	}
	var over, size float64
	for _, s := range squares(children, parents, func(s Sum) (n, x float64) {
		return float64(s.Conversions), s.mean()
	}) {
		if free > 0 {
			over += s.between - (s.groups-1)*within/free
			size += s.n - s.nn/s.n
		}
	}
	switch {
	case size <= 0:
		return defaultOrder
	case over <= 0:
		return mostOrder
	}
	return min(max(within/free/(over/size), leastOrder), mostOrder)
}

// family is what siblings have in common.
type family struct{ groups, n, nn, between float64 }

// squares sums, for each parent, n·(x-mean)² over its children that have observations.
func squares(children, parents map[Cell]Sum, of func(Sum) (n, x float64)) map[Cell]family {
	out := map[Cell]family{}
	for c, s := range children {
		n, x := of(s)
		if n == 0 {
			continue
		}
		up := c.parent()
		_, mean := of(parents[up])
		f := out[up]
		f.groups, f.n, f.nn, f.between = f.groups+1, f.n+n, f.nn+n*n, f.between+n*(x-mean)*(x-mean)
		out[up] = f
	}
	return out
}
