package rule

import (
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"yutang/internal/event"
)

const didExample = `{"event":"Order Completed","within":"30d","count":{"gte":1}}`

var (
	aggregates = []string{"count", "distinct_days", "sum", "avg", "min", "max", "distinct", "first", "last"}
	ofKinds    = []string{"sum", "avg", "min", "max", "distinct"}
	bounds     = []op{opEq, opNe, opGt, opGte, opLt, opLte, opBetween}
)

func (p *parser) did(ptr, inner string, v gjson.Result) node {
	n := didNode{place: place(ptr)}
	o, ok := p.object(inner, v, didExample)
	if !ok {
		return n
	}
	p.only(o, append([]string{"event", "where", "within", "between", "of"}, aggregates...)...)
	n.sel = p.selection(o)
	n.win.last = p.duration(o, "within")
	if o.has("between") {
		n.win.between = p.dates(o.at("between"), o.members["between"])
	}
	if o.has("within") && o.has("between") {
		p.fail(o.at("between"), `"within" and "between" exclude each other; keep one`)
	}
	n.agg = p.aggregate(o)
	p.readable(o.at(n.agg.kind), n.sel, n.agg.of+n.agg.pred.name) // at most one of the two is there
	return n
}

// aggregate reads the one aggregate of a did; without any it is "at least once".
func (p *parser) aggregate(o object) aggregate {
	a := aggregate{}
	for _, k := range o.keys {
		if !slices.Contains(aggregates, k) || k == a.kind {
			continue
		}
		if a.kind != "" {
			p.fail(o.at(k), `%q and %q exclude each other; write two conditions joined with {"all":[...]}`, a.kind, k)
			return a
		}
		a.kind = k
	}
	if o.has("of") && !slices.Contains(ofKinds, a.kind) {
		p.fail(o.at("of"), `"of" goes with one of: %s`, strings.Join(ofKinds, ", "))
	}
	switch a.kind {
	case "":
		a.kind, a.cmp = "count", comparison{op: opGte, a: event.DecimalScale}
	case "first", "last":
		if w, ok := p.object(o.at(a.kind), o.members[a.kind], propExample); ok {
			a.pred = p.predicate(w, "prop")
		}
	default:
		p.compared(o, &a)
	}
	return a
}

// compared reads {"of": prop, OP: bound}; "of" may stand beside the aggregate instead.
func (p *parser) compared(o object, a *aggregate) {
	c, ok := p.object(o.at(a.kind), o.members[a.kind], `{"gte":1}`)
	if !ok {
		return
	}
	allowed := strings.Split(opNames(bounds), ", ")
	if slices.Contains(ofKinds, a.kind) {
		allowed = append(allowed, "of")
		a.of = p.of(o, c)
	}
	p.only(c, allowed...)
	for _, k := range c.keys {
		switch {
		case !slices.Contains(bounds, op(k)):
		case a.cmp.op != "":
			p.fail(c.at(k), `one comparison only; for a range use {"between":[low, high]}`)
		default:
			a.cmp.op = op(k)
		}
	}
	if a.cmp.op == "" {
		p.fail(c.ptr, "a comparison is missing; add one of: %s", opNames(bounds))
		return
	}
	p.bound(c, a)
}

func (p *parser) of(o, c object) string {
	holder := c
	switch {
	case o.has("of") && c.has("of"):
		p.fail(o.at("of"), `"of" stands twice; keep the one inside`)
	case o.has("of"):
		holder = o
	case !c.has("of"):
		p.fail(c.ptr, `"of" is missing; add the property to compute over, such as "of":"revenue"`)
		return ""
	}
	name := p.name(holder, "of")
	if event.PersonalProp("", name) {
		p.fail(holder.at("of"), `%q is personal data, which rules do not read; choose another property`, name)
	}
	return name
}

// bound reads the number or numbers of the comparison.
func (p *parser) bound(c object, a *aggregate) {
	ptr, v := c.at(string(a.cmp.op)), c.members[string(a.cmp.op)]
	whole := slices.Contains([]string{"count", "distinct_days", "distinct"}, a.kind)
	if a.cmp.op != opBetween {
		a.cmp.a = p.amount(ptr, v, whole)
		return
	}
	items, ok := p.list(ptr, v, 2, 2)
	if !ok {
		return
	}
	before := len(p.faults)
	a.cmp.a, a.cmp.b = p.amount(element(ptr, 0), items[0], whole), p.amount(element(ptr, 1), items[1], whole)
	if len(p.faults) == before && a.cmp.a > a.cmp.b {
		p.fail(ptr, "the low end is above the high end; write [low, high]")
	}
}

func (p *parser) amount(ptr string, v gjson.Result, whole bool) event.Decimal {
	d := p.number(ptr, v)
	if whole && (d < 0 || d%event.DecimalScale != 0) {
		p.fail(ptr, "must be a whole number, zero or more")
	}
	return d
}
