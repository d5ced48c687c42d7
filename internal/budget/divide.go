package budget

import (
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"yutang/internal/outreach"
)

// scene is under which limits the places are divided: the policy, or one like it.
type scene struct {
	cap      outreach.Cap
	quiet    *outreach.Quiet
	staff    int
	quota    int // more than the platform's
	playbook string
	caps     outreach.PlaybookCap // more than the playbook's own
}

func (p *Plan) as(policy outreach.Policy) scene {
	return scene{cap: policy.Cap, quiet: policy.Quiet, staff: policy.StaffPerDay}
}

// worker divides for one customer after the other.
type worker struct {
	outreach.Allocator
	claims []outreach.Claim
	of     []int32
}

// each visits every customer, on all processors, and sums up what visit says.
func (p *Plan) each(visit func(g *group, w *worker) total) (sum total) {
	parts := slices.Collect(slices.Chunk(p.groups, max(len(p.groups)/runtime.GOMAXPROCS(0)+1, 1)))
	sums := make([]total, len(parts))
	var all sync.WaitGroup
	for n, part := range parts {
		all.Go(func() {
			var t total
			w := &worker{}
			for i := range part {
				t = t.plus(visit(&part[i], w))
			}
			sums[n] = t
		})
	}
	all.Wait()
	for _, t := range sums {
		sum = sum.plus(t)
	}
	return sum
}

// total is what goes to one customer or to all.
type total struct {
	Touches int
	Value   int64
	lost    int
}

func (t total) plus(x total) total {
	return total{t.Touches + x.Touches, t.Value + x.Value, t.lost + x.lost}
}

// divide gives the places that a scene leaves to a customer's touches. note, if not nil, is
// called for each touch that the policy does not refuse anyway.
func (w *worker) divide(p *Plan, g *group, sc scene, note func(x *item, d outreach.Decision)) (t total) {
	w.claims, w.of, w.Cap = w.claims[:0], w.of[:0], sc.cap
	for i := g.from; i < g.to; i++ {
		x := &p.items[i]
		k := &p.kinds[x.kind]
		switch {
		case x.refuse != "":
		case k.transactional || x.counted:
			t.Touches, t.Value = t.Touches+1, t.Value+x.value
			if note != nil {
				note(x, outreach.Decision{Won: true})
			}
		default:
			w.claims, w.of = append(w.claims, p.claim(x, k, sc)), append(w.of, i)
		}
	}
	for i, d := range w.Allocate(g.standing.Taken, w.claims) {
		x := &p.items[w.of[i]]
		if note != nil {
			note(x, d)
		}
		if d.Won {
			t.Touches, t.Value = t.Touches+1, t.Value+x.value
		} else {
			t.lost++
		}
	}
	return t
}

// claim is a touch in the eyes of the allocation.
func (p *Plan) claim(x *item, k *kind, sc scene) outreach.Claim {
	c := outreach.Claim{
		ID: x.id, Channel: k.channel, Playbook: k.playbook, Priority: k.priority, Value: x.value, Due: x.due, In: x.in, Caps: p.terms[x.kind].Caps,
	}
	if sc.playbook == k.playbook {
		for w, more := range sc.caps {
			c.Caps[w] += more
		}
	}
	if k.channel == outreach.WeComMass {
		c.Quota = p.quotaAt(accountOf(k.endpoint), x.at, sc.quota)
	}
	return c
}

// accountOf is the corp of an endpoint CORP or CORP/MEMBER.
func accountOf(endpoint string) string {
	account, _, _ := strings.Cut(endpoint, "/")
	return account
}

// quotaAt is the quota of an account in the period that holds a moment.
func (p *Plan) quotaAt(account string, at int64, more int) (c outreach.QuotaClaim) {
	for _, q := range p.quotas[account] {
		if q.Since.UnixMilli() <= at {
			c = outreach.QuotaClaim{Account: q.Account, Period: q.Period, Limit: q.Limit + more}
		}
	}
	return c
}

// goesAt is when a touch goes in a scene: not in the past and not in quiet hours.
func (p *Plan) goesAt(x *item, g *group, sc scene) int64 {
	at := max(x.due, p.At.UnixMilli())
	if p.kinds[x.kind].transactional {
		return at
	}
	quiet := sc.quiet
	if own := p.terms[x.kind].Quiet; own != nil {
		quiet = own
	}
	if quiet != nil {
		if end, ok := quiet.Until(time.UnixMilli(at), g.zone); ok {
			return end.UnixMilli()
		}
	}
	return at
}
