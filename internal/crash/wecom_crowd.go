package crash

import (
	"math/rand/v2"

	"yutang/internal/wecomsim"
)

// crowd is what customers and members do at the platform. One goroutine uses it.
type crowd struct {
	sim   *wecomsim.Sim
	rng   *rand.Rand
	staff []string

	pairs []pair
	at    map[pair]int64   // second of the latest act: the platform's notices tell no finer time
	adds  map[pair][]int64 // seconds of its additions
	ends  map[pair]int     // how often it ended
	lives map[pair]bool    // whether they are in contact
	codes map[string]int   // welcome codes that may have been given, by customer
	acts  int              // all
}

func newCrowd(w *WeCom) *crowd {
	return &crowd{
		sim: w.sim, rng: rand.New(rand.NewPCG(w.Seed, 2)), staff: w.staff,
		at: map[pair]int64{}, adds: map[pair][]int64{}, ends: map[pair]int{}, lives: map[pair]bool{}, codes: map[string]int{},
	}
}

// act does one thing: mostly somebody new comes, else somebody goes, comes back, or is
// written about.
func (c *crowd) act() error {
	now := c.sim.Now().Unix()
	if len(c.pairs) < 10 || c.rng.IntN(10) < 5 {
		return c.come(pair{c.staff[c.rng.IntN(len(c.staff))], c.sim.AddCustomer(wecomsim.NewCustomer{})}, now)
	}
	p := c.pairs[c.rng.IntN(len(c.pairs))]
	if c.at[p] >= now {
		return nil
	}
	if !c.lives[p] {
		return c.come(p, now)
	}
	c.at[p], c.acts = now+1, c.acts+1 // the second may end before it is done
	switch c.rng.IntN(3) {
	case 0:
		c.lives[p], c.ends[p] = false, c.ends[p]+1
		return c.sim.DeleteStaff(p.external, p.staff)
	case 1:
		c.lives[p], c.ends[p] = false, c.ends[p]+1
		return c.sim.DeleteCustomer(p.staff, p.external)
	}
	words := "seen"
	return c.sim.EditRemark(wecomsim.Remark{Pair: wecomsim.Pair{User: p.staff, Customer: p.external}, Description: &words})
}

func (c *crowd) come(p pair, now int64) error {
	if _, known := c.adds[p]; !known {
		c.pairs = append(c.pairs, p)
	}
	if _, err := c.sim.Add(p.staff, p.external, 1); err != nil {
		return err
	}
	c.at[p], c.lives[p], c.acts = now, true, c.acts+1
	who, _ := c.sim.Customer(p.external)
	for _, f := range who.Follows {
		if f.User == p.staff {
			c.at[p] = f.At // the second may have ended since
		}
	}
	c.adds[p] = append(c.adds[p], c.at[p])
	c.codes[p.external]++
	return nil
}
