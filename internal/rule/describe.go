package rule

import (
	"strings"

	"yutang/internal/event"
)

// Describe is the rule as one sentence, in Chinese if lang starts with "zh", else in English.
func (r *Rule) Describe(lang string) string {
	t := &english
	if strings.HasPrefix(lang, "zh") {
		t = &chinese
	}
	s := describe(r.root, t)
	if g, ok := r.root.(groupNode); ok && len(g.kids) > 1 {
		s = strings.TrimSuffix(strings.TrimPrefix(s, t.open), t.close)
	}
	return s
}

// with fills the {name}s of a form.
func with(form string, pairs ...string) string {
	for i := 0; i < len(pairs); i += 2 {
		pairs[i] = "{" + pairs[i] + "}"
	}
	return strings.NewReplacer(pairs...).Replace(form)
}

func describe(n node, t *tongue) string {
	switch n := n.(type) {
	case groupNode:
		return t.group(n)
	case notNode:
		return with(t.not, "rule", describe(n.kid, t))
	case traitNode:
		return t.predicate(n.pred)
	case tagNode:
		return with(t.tag, "name", t.quote(n.tag))
	case stageNode:
		return with(t.stage, "kind", t.kinds[n.kind], "cmp", t.signs[n.cmp], "name", n.name)
	case audienceNode:
		return with(t.audience, "name", n.id)
	case didNode:
		return t.did(n)
	case sequenceNode:
		return t.sequence(n)
	}
	return ""
}

func (t *tongue) group(g groupNode) string {
	joint, none := t.and, t.everyone
	if g.kind == "any" {
		joint, none = t.or, t.nobody
	}
	parts := make([]string, len(g.kids))
	for i, kid := range g.kids {
		parts[i] = describe(kid, t)
	}
	switch len(parts) {
	case 0:
		return none
	case 1:
		return parts[0]
	}
	return t.open + strings.Join(parts, joint) + t.close
}

func (t *tongue) quote(s string) string { return t.left + s + t.right }

func (t *tongue) value(v event.Value) string {
	if v.Kind == event.String {
		return t.quote(v.Str)
	}
	return v.JSON()
}

func (t *tongue) predicate(p predicate) string {
	vals := make([]string, 0, len(p.vals)+1)
	for _, d := range p.dates {
		vals = append(vals, d.text)
	}
	for _, v := range p.vals {
		if p.dates == nil {
			vals = append(vals, t.value(v))
		}
	}
	if p.op == opWithinLast {
		vals = append(vals, t.duration(p.last))
	}
	joint := t.comma
	if p.op == opBetween {
		joint = t.to
	}
	return with(t.ops[p.op], "name", p.name, "value", strings.Join(vals, joint))
}

func (t *tongue) duration(d duration) string {
	n, unit := d.text[:len(d.text)-1], d.text[len(d.text)-1]
	word := t.units[unit]
	if n != "1" {
		word += t.plural
	}
	return n + word
}

func (t *tongue) selection(s selection) string {
	what := t.anything
	if !s.any {
		names := make([]string, len(s.names))
		for i, name := range s.names {
			names[i] = t.quote(name)
		}
		what = strings.Join(names, t.either)
	}
	if len(s.where) == 0 {
		return what
	}
	parts := make([]string, len(s.where))
	for i, p := range s.where {
		parts[i] = t.predicate(p)
	}
	return what + with(t.where, "tests", strings.Join(parts, t.and))
}

func (t *tongue) window(w window) string {
	switch {
	case w.between != nil:
		return with(t.between, "from", w.between[0].text, "to", w.between[1].text)
	case w.last.ms > 0:
		return with(t.within, "time", t.duration(w.last))
	}
	return ""
}

func (t *tongue) did(n didNode) string {
	events, when := t.selection(n.sel), t.window(n.win)
	a := n.agg
	switch a.kind {
	case "count":
		need, over, negate := thresholds(a.cmp)
		if need == 1 && over > 1<<32 || need == 0 && over == 1 {
			form := t.once
			if negate || need == 0 {
				form = t.never
			}
			return with(form, "events", events, "when", when)
		}
		return with(t.times, "events", events, "when", when, "n", t.number(t.counts, a.cmp))
	case "first", "last":
		return with(t.folds[a.kind], "events", events, "when", when, "test", t.predicate(a.pred))
	}
	return with(t.folds[a.kind], "events", events, "when", when, "of", a.of, "n", t.number(t.bounds, a.cmp))
}

func (t *tongue) number(forms map[op]string, c comparison) string {
	return with(forms[c.op], "a", c.a.String(), "b", c.b.String())
}

func (t *tongue) sequence(n sequenceNode) string {
	steps := make([]string, len(n.steps))
	for i, s := range n.steps {
		steps[i] = t.selection(s)
	}
	span, when := "", t.window(window{last: n.inLast})
	if n.within.ms > 0 {
		span = with(t.span, "time", t.duration(n.within))
	}
	return with(t.order, "steps", strings.Join(steps, t.then), "span", span, "when", when)
}
