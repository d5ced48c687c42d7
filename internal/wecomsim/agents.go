package wecomsim

import (
	"hash/fnv"
	"maps"
	"math/rand/v2"
	"time"

	"yutang/internal/fault"
)

// agents act as members and customers, by the virtual clock: at each tick first what somebody
// is due to do, such as confirming a mass message, else something drawn at random. Every tick
// has dice of its own, so that the same seed and the same calls give the same acts.
type agents struct {
	rate  float64 // acts in a virtual hour of the day; 0: nobody acts
	epoch uint64  // grows with every change of rate; ticks planned before are void
	ticks uint64
	acts  map[string]int       // done, by action
	fresh []pair               // added lately, nothing said yet
	asked []pair               // customers who wait for an answer
	held  map[string]time.Time // phones in somebody's hands, until when
}

const (
	agentsMost   = 36_000           // acts in an hour
	agentsMemory = 64               // pairs remembered
	agentsGap    = 2 * time.Hour    // longest pause
	agentsHold   = 10 * time.Minute // for which a phone in use is left alone
	agentsNight  = 0.4              // of the day's acts happen at night
	agentsTries  = 4                // acts tried at a tick until one is possible
)

func newAgents() agents { return agents{acts: map[string]int{}, held: map[string]time.Time{}} }

func agentActions() []action {
	return []action{
		act("agents", "let seeded agents act so many times in a virtual hour; 0 ends it", setAgents),
		act("hold", "keep the agents off a phone for ten minutes", hold),
	}
}

type agentArgs struct {
	Rate float64 `json:"rate"`
}

// SetAgents lets seeded agents act as members and customers, so many times in a virtual hour;
// 0 ends it.
func (s *Sim) SetAgents(rate float64) error {
	_, err := perform(s, "agents", agentArgs{rate}, setAgents)
	return err
}

func setAgents(s *Sim, a agentArgs) (struct{}, error) {
	if a.Rate < 0 || a.Rate > agentsMost {
		return struct{}{}, fault.BadField("/rate", "give 0 to %d acts in an hour", agentsMost)
	}
	g := &s.more.agents
	g.rate = a.Rate
	g.epoch++
	s.planTick()
	return struct{}{}, nil
}

type holdArgs struct {
	Who string `json:"who"` // userid or external_userid
}

// Hold keeps the agents off a phone for ten minutes: somebody uses it.
func (s *Sim) Hold(who string) error {
	_, err := perform(s, "hold", holdArgs{who}, hold)
	return err
}

func hold(s *Sim, a holdArgs) (struct{}, error) {
	if s.nameOf(a.Who) == "" {
		return struct{}{}, notFound("phone", a.Who)
	}
	maps.DeleteFunc(s.more.agents.held, func(_ string, until time.Time) bool { return !s.at.Before(until) })
	s.more.agents.held[a.Who] = s.at.Add(agentsHold)
	return struct{}{}, nil
}

// idle says whether agents may use the phone.
func (s *Sim) idle(who string) bool { return !s.at.Before(s.more.agents.held[who]) }

// AgentsView is what the agents do, as visitors see it.
type AgentsView struct {
	Rate float64        `json:"rate"`
	Acts map[string]int `json:"acts"` // done, by action
}

// Agents says how busy the agents are and what they did.
func (s *Sim) Agents() AgentsView {
	s.mu.Lock()
	defer s.mu.Unlock()
	return AgentsView{s.more.agents.rate, maps.Clone(s.more.agents.acts)}
}

// planTick plans the next tick, if agents act at all.
func (s *Sim) planTick() {
	g := &s.more.agents
	if g.rate == 0 {
		return
	}
	r := rand.New(rand.NewPCG(s.cfg.Seed^0x9a9, g.ticks))
	gap := time.Duration(r.ExpFloat64() / (g.rate * daylight(s.at)) * float64(time.Hour))
	epoch := g.epoch
	s.after(min(gap, agentsGap), func() {
		if epoch == g.epoch {
			s.tick()
		}
	})
}

// daylight is how busy the hour is.
func daylight(at time.Time) float64 {
	if h := at.In(chinaTime).Hour(); h < 8 || h >= 23 {
		return agentsNight
	}
	return 1
}

// tick does one act and plans the next.
func (s *Sim) tick() {
	g := &s.more.agents
	g.ticks++
	r := rand.New(rand.NewPCG(s.cfg.Seed^0xa6e, g.ticks))
	if !s.dutyDue() {
		for range agentsTries {
			if drawn(r)(s, r) {
				break
			}
		}
	}
	s.planTick()
}

// drawn picks an act by its weight.
func drawn(r *rand.Rand) func(*Sim, *rand.Rand) bool {
	total := 0
	for _, a := range agentActs {
		total += a.weight
	}
	n := r.IntN(total)
	for _, a := range agentActs {
		if n -= a.weight; n < 0 {
			return a.run
		}
	}
	return agentActs[0].run
}

// does lets an agent act: like perform, but within a tick. It is not recorded, because a replay
// has the same agents.
func does[A, R any](s *Sim, name string, a A, fn func(*Sim, A) (R, error)) (R, bool) {
	out, err := fn(s, a)
	if err == nil {
		s.more.agents.acts[name]++
		s.ring.add(Entry{At: s.at, Kind: "action", App: "agents", Path: name, Request: asJSON(a), Answer: asJSON(out)})
	}
	return out, err == nil
}

// fate is a number that follows from the seed and the names, whenever it is asked for.
func (s *Sim) fate(names ...string) uint64 {
	h := fnv.New64a()
	for _, n := range names {
		_, _ = h.Write([]byte(n))
		_, _ = h.Write([]byte{0})
	}
	return rand.NewPCG(s.cfg.Seed, h.Sum64()).Uint64()
}

// remember keeps the latest pairs.
func remember(list []pair, p pair) []pair {
	if len(list) == agentsMemory {
		list = list[1:]
	}
	return append(list, p)
}
