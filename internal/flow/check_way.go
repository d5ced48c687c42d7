package flow

import (
	"fmt"
	"strconv"
)

func (p *parser) branch(op *Op, ptr string, b *Branch, depth int) {
	if n := len(b.Cases); n == 0 || n > maxWays {
		p.fail(ptr+"/cases", "a branch has 1 to %d cases", maxWays)
	}
	names := map[string]bool{WayElse: true}
	for i := range b.Cases {
		c, at := &b.Cases[i], fmt.Sprintf("%s/cases/%d", ptr, i)
		p.wayName(at, c.Name, names)
		op.cases = append(op.cases, p.caseOf(at, c))
		p.way(op, c.Name, c.Steps, at+"/steps", depth)
	}
	p.way(op, WayElse, b.Else, ptr+"/else", depth)
}

func (p *parser) wayName(at, name string, taken map[string]bool) {
	p.text(at+"/name", name, 64)
	if taken[name] {
		p.fail(at+"/name", "the name %q is taken; names of ways differ", name)
	}
	taken[name] = true
}

func (p *parser) caseOf(at string, c *Case) *cond {
	out := &cond{pointer: at, rule: -1}
	switch {
	case (len(c.Rule) > 0) == (len(c.Where) > 0):
		p.fail(at, `must have either "rule" (on the customer) or "where" (on the trigger's event)`)
	case len(c.Rule) > 0:
		out.rule = p.keep(at+"/rule", c.Rule)
	case p.Definition.Trigger.Event == "" && !p.Definition.Trigger.API:
		p.fail(at+"/where", `reads the event that started the run; this trigger has none, so use "rule"`)
	default:
		out.where = p.where(at+"/where", c.Where)
	}
	return out
}

func (p *parser) split(op *Op, ptr string, s *Split, depth int) {
	names := map[string]bool{}
	for i := range s.Arms {
		a, at := &s.Arms[i], fmt.Sprintf("%s/arms/%d", ptr, i)
		p.wayName(at, a.Name, names)
		op.arms = append(op.arms, Assignment{a.Name, a.Percent})
		p.way(op, a.Name, a.Steps, at+"/steps", depth)
	}
	p.percents(ptr+"/arms", op.arms)
	p.experiment(ptr+"/experiment", s.Experiment)
	p.oneOf(ptr+"/by", s.By, "staff", "department")
	if s.By != "" && !p.customers() {
		p.fail(ptr+"/by", "is for customers; leave it out")
	}
}

// percents checks that arms share out everything.
func (p *parser) percents(ptr string, arms []Assignment) {
	sum := 0.0
	for i, a := range arms {
		sum += a.Percent
		if a.Percent < 0 || a.Percent > 100 {
			p.fail(fmt.Sprintf("%s/%d/percent", ptr, i), "is 0 to 100")
		}
	}
	switch {
	case len(arms) < 2 || len(arms) > maxWays:
		p.fail(ptr, "there are 2 to %d of them", maxWays)
	case sum < 99.999 || sum > 100.001:
		p.fail(ptr, "the percents add up to %s; make it 100", strconv.FormatFloat(sum, 'f', -1, 64))
	}
}
