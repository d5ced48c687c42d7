package rule

import (
	"math"
	"regexp"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"yutang/internal/event"
)

var heads = []string{"all", "any", "not", "trait", "tag", "stage", "tier", "aipl", "aarrr", "audience", "did", "sequence"}

const nodeExample = `{"tag":"VIP"}`

// node reads one rule of any form at the given depth.
func (p *parser) node(ptr string, v gjson.Result, depth int) node {
	if depth > MaxDepth {
		p.fail(ptr, "a rule may be at most %d deep; make the inner part an audience of its own and refer to it", MaxDepth)
		return nil
	}
	o, ok := p.object(ptr, v, nodeExample)
	if !ok {
		return nil
	}
	head := p.head(o)
	if !slices.Contains([]string{"", "all", "any", "not"}, head) {
		p.leaves++
	}
	switch head {
	case "all", "any":
		p.only(o, head)
		return p.group(o, head, depth)
	case "not":
		p.only(o, head)
		return notNode{place(ptr), p.node(o.at(head), o.members[head], depth+1)}
	case "trait":
		return traitNode{place(ptr), p.predicate(o, "trait")}
	case "tag":
		p.only(o, head)
		return tagNode{place(ptr), p.name(o, head)}
	case "stage":
		p.only(o, head)
		return p.stage(ptr, o.at(head), o.members[head])
	case "tier", "aipl", "aarrr": // short for {"stage":{...}}
		return p.stage(ptr, ptr, v)
	case "audience":
		p.only(o, head)
		return audienceNode{place(ptr), p.name(o, head)}
	case "did":
		p.only(o, head)
		return p.did(ptr, o.at(head), o.members[head])
	case "sequence":
		p.only(o, head)
		return p.sequence(ptr, o.at(head), o.members[head])
	}
	return nil
}

// head is the key that says what form the rule has, "" after a fault.
func (p *parser) head(o object) string {
	found := ""
	for _, k := range o.keys {
		if !slices.Contains(heads, k) {
			continue
		}
		if found != "" && k != found {
			p.fail(o.at(k), `%q and %q stand in one object; join them with {"all":[...]} or {"any":[...]}`, found, k)
			return ""
		}
		found = k
	}
	switch {
	case found != "":
	case len(o.keys) > 0:
		p.fail(o.at(o.keys[0]), "unknown key %q; a rule is one of: %s", o.keys[0], strings.Join(heads, ", "))
	default:
		p.fail(o.ptr, "an empty object is no rule; write one of: %s", strings.Join(heads, ", "))
	}
	return found
}

func (p *parser) group(o object, kind string, depth int) node {
	g := groupNode{place: place(o.ptr), kind: kind}
	items, ok := p.list(o.at(kind), o.members[kind], 0, math.MaxInt)
	if !ok {
		return g
	}
	for i, item := range items {
		g.kids = append(g.kids, p.node(element(o.at(kind), i), item, depth+1))
	}
	return g
}

var (
	stageKinds = []string{"aipl", "aarrr", "tier"}
	stageShape = regexp.MustCompile(`^[\p{L}\p{N}_-]{1,64}$`)
	tierSigns  = []struct {
		sign string
		op   op
	}{{">=", opGte}, {"<=", opLte}, {"!=", opNe}, {">", opGt}, {"<", opLt}, {"=", opEq}}
)

func (p *parser) stage(ptr, inner string, v gjson.Result) node {
	n := stageNode{place: place(ptr), cmp: opEq}
	o, ok := p.object(inner, v, `{"aipl":"purchase"}`)
	if !ok {
		return n
	}
	p.only(o, stageKinds...)
	if len(o.keys) != 1 {
		p.fail(inner, "must have exactly one key of: %s", strings.Join(stageKinds, ", "))
		return n
	}
	n.kind = o.keys[0]
	n.at = o.at(n.kind)
	n.name = p.text(n.at, o.members[n.kind])
	text := n.name
	if n.kind == "tier" {
		n.cmp, n.name = tier(text)
	}
	switch {
	case text == "":
	case n.kind == "tier" && !tierShape(n.name):
		p.fail(n.at, `must be a tier such as "V3" or a comparison such as ">=V3"`)
	case !stageShape.MatchString(n.name):
		p.fail(n.at, `must be the name of a stage such as "purchase": letters, digits, "_" and "-"`)
	}
	return n
}

// tier splits ">=V3" into its comparison and its name.
func tier(text string) (op, string) {
	for _, s := range tierSigns {
		if rest, ok := strings.CutPrefix(text, s.sign); ok {
			return s.op, strings.TrimSpace(rest)
		}
	}
	return opEq, text
}

func (p *parser) sequence(ptr, inner string, v gjson.Result) node {
	n := sequenceNode{place: place(ptr)}
	o, ok := p.object(inner, v, `{"steps":[{"event":"Product Viewed"},{"event":"Order Completed"}],"within":"7d"}`)
	if !ok {
		return n
	}
	p.only(o, "steps", "within", "in_last")
	n.within, n.inLast = p.duration(o, "within"), p.duration(o, "in_last")
	if !o.has("steps") {
		p.fail(o.ptr, `"steps" is missing; add a list such as [{"event":"Product Viewed"},{"event":"Order Completed"}]`)
		return n
	}
	items, ok := p.list(o.at("steps"), o.members["steps"], 1, maxSteps)
	if !ok {
		return n
	}
	for i, item := range items {
		step, ok := p.object(element(o.at("steps"), i), item, `{"event":"Order Completed"}`)
		if ok {
			p.only(step, "event", "where")
			n.steps = append(n.steps, p.selection(step))
		}
	}
	return n
}

// selection reads the members "event" and "where".
func (p *parser) selection(o object) selection {
	s := selection{}
	v, ptr := o.members["event"], o.at("event")
	switch {
	case !v.Exists():
		p.fail(o.ptr, `"event" is missing; add an event name, a list of names, or "*" for any`)
	case v.IsArray():
		items, _ := p.list(ptr, v, 1, maxEvents)
		for i, item := range items {
			s.names = append(s.names, p.text(element(ptr, i), item))
		}
	default:
		s.names = []string{p.text(ptr, v)}
	}
	if slices.Contains(s.names, "*") {
		s.any, s.names = true, nil
	}
	if !o.has("where") {
		return s
	}
	items, _ := p.list(o.at("where"), o.members["where"], 0, maxWhere)
	for i, item := range items {
		if w, ok := p.object(element(o.at("where"), i), item, propExample); ok {
			s.where = append(s.where, p.predicate(w, "prop"))
			p.readable(w.at("prop"), s, s.where[len(s.where)-1].name)
		}
	}
	return s
}

// readable refuses a property that is personal in one of the events selected, though not
// in all events: it would look missing.
func (p *parser) readable(ptr string, s selection, prop string) {
	if event.PersonalProp("", prop) {
		return // refused already
	}
	for _, name := range s.names {
		if event.PersonalProp(name, prop) {
			p.fail(ptr, `%q of %q is personal data, which rules do not read; choose another property`, prop, name)
			return
		}
	}
}
