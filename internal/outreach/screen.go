package outreach

import (
	"context"
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"time"

	"yutang/internal/timeline"
)

// Person is somebody whom a grouped touch is to reach.
type Person struct {
	Ord  uint32         // the record that is written to
	Zone *time.Location // their own; nil: the brand's

	root     timeline.Ord
	leaves   []timeline.Ord
	delivery string // their touch, if it is planned already
}

// Screen says under which conditions people are to be reached.
type Screen struct {
	Channel       string
	Playbook      string // whatever sends: its id is also the key of the holdout
	Run           string // its touches do not count against themselves
	At            time.Time
	Transactional bool   // exempt from consent, quiet hours and caps
	Quiet         *Quiet // instead of the brand's; nil: the brand's
	PerDay        int    // touches of this playbook to one customer a day; 0 unlimited
	PerWeek       int
	PerMonth      int
	Priority      int // as of a touch
	Value         int64
	Holdout       float64 // percent of customers who are not reached
	Quota         QuotaRule
}

// QuotaRule is how many messages a platform lets one customer have in a period from all
// members of an account. Open touches count too: they may still arrive. The zero value is
// no quota.
type QuotaRule struct {
	Account string // the corp; endpoints of the channel are named ACCOUNT or ACCOUNT/MEMBER
	Limit   int
	Since   time.Time // when the period began
}

// Screening is what the policy says of one person. Refuse is "" if they may be reached;
// with QuietHours they may be from Later on.
type Screening struct {
	Refuse Reason
	Later  time.Time
	Detail string // the rule, with Capped and Outranked
}

// Screen asks the policy about people, in their order. Consent, quiet hours, caps, rank and
// quota are judged as for a touch that travels alone; but one that is outranked does not
// wait.
func (s *Service) Screen(ctx context.Context, q Screen, people []Person) ([]Screening, error) {
	s.gather(people)
	return s.screen(ctx, q, people)
}

// gather fills in who the people are. It takes the timeline's lock.
func (s *Service) gather(people []Person) {
	s.Timeline.RLock()
	defer s.Timeline.RUnlock()
	for i := range people {
		p := &people[i]
		p.root = s.Timeline.Root(p.Ord)
		p.leaves = slices.Clone(s.Timeline.Leaves(p.root))
		if p.Zone == nil {
			p.Zone = s.Zone()
		}
	}
}

// screen is Screen for people who are gathered; ctx may have a transaction.
func (s *Service) screen(ctx context.Context, q Screen, people []Person) ([]Screening, error) {
	known, err := s.learn(ctx, q, people)
	if err != nil {
		return nil, fmt.Errorf("screen %d people: %w", len(people), err)
	}
	policy := s.Policy()
	out := make([]Screening, len(people))
	for i, p := range people {
		if q.Holdout > 0 && InHoldout(q.Playbook, p.root, q.Holdout) {
			out[i].Refuse = Holdout
			continue
		}
		j := policy.judge(q.terms(p), known[i])
		out[i] = Screening{Refuse: j.why, Detail: j.detail}
		if j.why == QuietHours {
			out[i].Later = j.until
		}
	}
	return out, nil
}

// terms are those for one person.
func (q Screen) terms(p Person) terms {
	c := Claim{
		ID: p.delivery, Channel: q.Channel, Playbook: q.Playbook, Priority: q.Priority, Value: q.Value, Due: q.At.UnixMilli(), Caps: q.caps(),
	}
	if c.Priority == 0 {
		c.Priority = DefaultPriority
	}
	return terms{claim: c, at: q.At, zone: p.Zone, quiet: q.Quiet, exempt: q.Transactional, limit: q.Quota.Limit}
}

func (q Screen) caps() PlaybookCap { return PlaybookCap{q.PerDay, q.PerWeek, q.PerMonth} }

// InHoldout puts percent of all customers into the control group of a playbook, each
// always the same way.
func InHoldout(playbook string, root uint32, percent float64) bool {
	h := fnv.New64a()
	fmt.Fprintf(h, "%s/%d", playbook, root)
	x := h.Sum64() // FNV's high bits are weak for short inputs: finish as MurmurHash3 does
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	x *= 0xc4ceb9fe1a85ec53
	x ^= x >> 33
	return float64(x>>11)/(1<<53)*100 < percent
}

// span is customer numbers from and to, inclusive.
type span struct{ from, to uint32 }

// maxGap is how many numbers that nobody asks for a span reads over.
const maxGap = 16

// spansOf covers the customers of a map with few ranges.
func spansOf(of map[uint32][]int) (out []span) {
	for _, ord := range slices.Sorted(maps.Keys(of)) {
		if last := len(out) - 1; last >= 0 && ord-out[last].to <= maxGap {
			out[last].to = ord
			continue
		}
		out = append(out, span{ord, ord})
	}
	return out
}
