package budget

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"yutang/internal/fault"
	"yutang/internal/outreach"
)

// maxPlanned bounds a plan.
const maxPlanned = 3_000_000

// collector gathers the touches of a plan.
type collector struct {
	s     *Service
	plan  *Plan
	index map[kind]int32
}

// collect gathers what is planned and what is foreseen, by customer.
func (s *Service) collect(ctx context.Context, p *Plan) error {
	c := &collector{s: s, plan: p, index: map[kind]int32{}}
	err := s.Ledger.Planned(ctx, p.Until, func(d outreach.Delivery) error { return c.add("ledger", fromLedger(d)) })
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(s.Forecasts)) {
		err := s.Forecasts[name].Forecast(ctx, p.Until, func(t Touch) error { return c.add(name, t) })
		if err != nil {
			return fmt.Errorf("forecast %s: %w", name, err)
		}
	}
	if err = s.nameKinds(ctx, p.kinds); err != nil {
		return err
	}
	if p.terms, err = s.termsOf(ctx, p.kinds); err != nil {
		return err
	}
	c.settle()
	return nil
}

func fromLedger(d outreach.Delivery) Touch {
	return Touch{
		ID: d.ID, Ord: d.Ord, Playbook: d.Playbook, Version: d.Version, Step: d.Step, Channel: d.Channel, Endpoint: d.Endpoint,
		Priority: d.Priority, Value: d.Value, Transactional: d.Transactional, Counted: d.Attempt > 0, Due: d.Due, Expires: d.ExpiresAt,
	}
}

func (c *collector) add(source string, t Touch) error {
	p := c.plan
	if !t.Due.Before(p.Until) {
		return nil
	}
	if len(p.items) == maxPlanned {
		return fault.New(fault.Precondition, "plan_too_large", "more than %d touches are planned; ask for fewer days", maxPlanned)
	}
	k := kind{
		source: source, playbook: t.Playbook, name: t.Name, step: t.Step, channel: t.Channel, endpoint: t.Endpoint,
		version: t.Version, priority: cmp.Or(t.Priority, outreach.DefaultPriority), transactional: t.Transactional,
	}
	i, ok := c.index[k]
	if !ok {
		i = int32(len(p.kinds))
		c.index[k] = i
		p.kinds = append(p.kinds, k)
	}
	x := item{
		id: t.ID, root: t.Ord, kind: i, due: t.Due.UnixMilli(), expires: t.Expires.UnixMilli(), value: t.Value, refuse: t.Refuse, counted: t.Counted,
	}
	if t.Unvalued {
		x.value = unvalued
	}
	p.items = append(p.items, x)
	return nil
}

// unvalued marks a touch whose value is still to be asked.
const unvalued = -1 << 63

// nameKinds puts the playbook's name on touches that came without one.
func (s *Service) nameKinds(ctx context.Context, kinds []kind) error {
	type version struct {
		playbook string
		n        int
	}
	names := map[version]string{}
	for i, k := range kinds {
		if k.name != "" || s.Named == nil {
			continue
		}
		v := version{k.playbook, k.version}
		name, ok := names[v]
		if !ok {
			var err error
			if name, err = s.Named(ctx, v.playbook, v.n); err != nil && !fault.Is(err, fault.NotFound) {
				return err
			}
			names[v] = name
		}
		kinds[i].name = name
	}
	return nil
}

// termsOf asks for the terms of each kind's playbook.
func (s *Service) termsOf(ctx context.Context, kinds []kind) ([]outreach.Terms, error) {
	type version struct {
		playbook string
		n        int
	}
	known := map[version]outreach.Terms{}
	out := make([]outreach.Terms, len(kinds))
	for i, k := range kinds {
		if s.Terms == nil {
			break
		}
		v := version{k.playbook, k.version}
		t, ok := known[v]
		if !ok {
			var err error
			if t, err = s.Terms(ctx, v.playbook, v.n); err != nil && !fault.Is(err, fault.NotFound) {
				return nil, err
			}
			known[v] = t
		}
		out[i] = t
	}
	return out, nil
}

// settle finds the customer of each touch, asks for values that are missing, and divides the
// touches by customer.
func (c *collector) settle() {
	p := c.plan
	for chunk := range slices.Chunk(p.items, lockEvery) {
		c.s.Timeline.RLock()
		for i := range chunk {
			x := &chunk[i]
			x.root = c.s.Timeline.Root(x.root)
			if x.value == unvalued {
				k := &p.kinds[x.kind]
				x.value = c.s.Value(k.playbook, k.step, x.root)
			}
		}
		c.s.Timeline.RUnlock()
	}
	slices.SortFunc(p.items, func(a, b item) int {
		return cmp.Or(cmp.Compare(a.root, b.root), cmp.Compare(a.due, b.due), cmp.Compare(a.id, b.id))
	})
	for i := range p.items {
		if n := len(p.groups); n > 0 && p.items[p.groups[n-1].from].root == p.items[i].root {
			p.groups[n-1].to++
			continue
		}
		p.groups = append(p.groups, group{from: int32(i), to: int32(i + 1), zone: p.zone})
	}
	if c.s.ZoneOf == nil {
		return
	}
	for chunk := range slices.Chunk(p.groups, lockEvery) {
		c.s.Timeline.RLock()
		for i := range chunk {
			if zone := c.s.ZoneOf(p.items[chunk[i].from].root); zone != nil {
				chunk[i].zone = zone
			}
		}
		c.s.Timeline.RUnlock()
	}
}

// survey learns where the customers of the plan stand and refuses what cannot go whatever the
// caps leave.
func (s *Service) survey(ctx context.Context, p *Plan) error {
	if err := s.quotasOf(ctx, p); err != nil {
		return err
	}
	people := make([]outreach.Person, len(p.groups))
	for i, g := range p.groups {
		people[i] = outreach.Person{Ord: p.items[g.from].root, Zone: g.zone}
	}
	var quotas []outreach.AccountQuota
	for _, account := range slices.Sorted(maps.Keys(p.quotas)) {
		quotas = append(quotas, p.quotas[account][0]) // nothing has gone of later periods
	}
	standings, err := s.Ledger.Survey(ctx, p.At, quotas, people)
	if err != nil {
		return err
	}
	for i := range p.groups {
		g := &p.groups[i]
		g.standing = standings[i]
		for j := g.from; j < g.to; j++ {
			p.refuse(&p.items[j], g)
		}
	}
	return s.reach(ctx, p)
}

// refuse notes why a touch cannot go whatever the caps leave.
func (p *Plan) refuse(x *item, g *group) {
	switch k := &p.kinds[x.kind]; {
	case x.refuse != "" || k.transactional:
	case !g.standing.Allows(k.channel):
		x.refuse = outreach.NoConsent
	case g.standing.HeldOut:
		x.refuse = outreach.Holdout
	}
}

// quotasOf asks for the quotas of the endpoints in the plan, from now on until its end.
func (s *Service) quotasOf(ctx context.Context, p *Plan) error {
	p.quotas = map[string][]outreach.AccountQuota{}
	asked := map[string]bool{}
	for _, k := range p.kinds {
		account := accountOf(k.endpoint)
		if s.Quota == nil || k.channel != outreach.WeComMass || asked[account] {
			continue
		}
		asked[account] = true
		for at := p.At; at.Before(p.Until.Add(24 * time.Hour)); {
			q, err := s.Quota(ctx, k.channel, account, at)
			if err != nil && !fault.Is(err, fault.NotFound) {
				return fmt.Errorf("ask for the quota of %s: %w", account, err)
			}
			if q.Limit == 0 || !q.End.After(at) {
				break
			}
			p.quotas[account] = append(p.quotas[account], outreach.AccountQuota{
				QuotaRule: outreach.QuotaRule{Account: q.Account, Limit: q.Limit, Since: q.Start}, Channel: k.channel,
				Period: int32(q.Start.Unix() / 3600),
			})
			at = q.End
		}
	}
	return nil
}
