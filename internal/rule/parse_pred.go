package rule

import (
	"math"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"yutang/internal/event"
)

const propExample = `{"prop":"category","op":"eq","value":"tea"}`

var allOps = []op{
	opEq, opNe, opIn, opNotIn, opContains, opStartsWith, opGt, opGte, opLt, opLte, opBetween,
	opExists, opMissing, opBefore, opAfter, opWithinLast,
}

func opNames(ops []op) string {
	names := make([]string, len(ops))
	for i, o := range ops {
		names[i] = string(o)
	}
	return strings.Join(names, ", ")
}

// predicate reads {key: name, "op": ..., "value": ...}.
func (p *parser) predicate(o object, key string) predicate {
	p.only(o, key, "op", "value")
	pred := predicate{name: p.name(o, key)}
	opText, value := o.members["op"], o.members["value"]
	if !opText.Exists() {
		p.fail(o.ptr, `"op" is missing; add one of: %s`, opNames(allOps))
		return pred
	}
	pred.op = op(opText.Str)
	switch {
	case opText.Type != gjson.String || !slices.Contains(allOps, pred.op):
		p.fail(o.at("op"), "unknown comparison; use one of: %s", opNames(allOps))
	case key == "prop" && event.PersonalProp("", pred.name):
		p.fail(o.at(key), `%q is personal data, which rules do not read; choose another property`, pred.name)
	case pred.op == opExists || pred.op == opMissing:
		if value.Exists() {
			p.fail(o.at("value"), "%q takes no value; remove it", pred.op)
		}
	case key == "trait" && event.Personal(pred.name):
		p.fail(o.at("op"), `%q is personal data, which rules do not read; only "exists" and "missing" are allowed`, pred.name)
	case !value.Exists():
		p.fail(o.ptr, `"value" is missing; %q compares with one`, pred.op)
	default:
		p.operand(o, &pred, value)
	}
	return pred
}

// operand reads the value that pred.op compares with.
func (p *parser) operand(o object, pred *predicate, v gjson.Result) {
	ptr := o.at("value")
	switch pred.op {
	case opEq, opNe, opContains:
		pred.vals = []event.Value{p.scalar(ptr, v)}
	case opIn, opNotIn:
		items, _ := p.list(ptr, v, 0, math.MaxInt)
		for i, item := range items {
			pred.vals = append(pred.vals, p.scalar(element(ptr, i), item))
		}
	case opStartsWith:
		if v.Type != gjson.String {
			p.fail(ptr, `must be a text in quotes, such as "A"`)
		}
		pred.vals = []event.Value{{Kind: event.String, Str: v.Str}}
	case opGt, opGte, opLt, opLte:
		pred.vals = []event.Value{p.ordered(ptr, v)}
	case opBetween:
		p.bounds(ptr, pred, v)
	case opBefore, opAfter:
		pred.dates = []span{p.date(ptr, v)}
	case opWithinLast:
		pred.last = p.duration(o, "value")
	}
}

func (p *parser) scalar(ptr string, v gjson.Result) event.Value {
	switch v.Type {
	case gjson.String, gjson.True, gjson.False:
		return event.ValueOf(v)
	case gjson.Number:
		return event.Value{Kind: event.Number, Num: p.decimal(ptr, v)}
	case gjson.Null:
		p.fail(ptr, `null is no value; use the op "exists" or "missing"`)
	default:
		p.fail(ptr, `must be a text, a number, true or false; for several values use "in" or "not_in"`)
	}
	return event.Value{}
}

func (p *parser) ordered(ptr string, v gjson.Result) event.Value {
	if v.Type != gjson.Number && v.Type != gjson.String {
		p.fail(ptr, "must be a number or a text")
		return event.Value{}
	}
	return p.scalar(ptr, v)
}

// bounds reads [low, high] of between: two numbers, two dates or two texts.
func (p *parser) bounds(ptr string, pred *predicate, v gjson.Result) {
	items, ok := p.list(ptr, v, 2, 2)
	if !ok {
		return
	}
	before := len(p.faults)
	lo, hi := p.ordered(element(ptr, 0), items[0]), p.ordered(element(ptr, 1), items[1])
	pred.vals = []event.Value{lo, hi}
	if len(p.faults) > before {
		return
	}
	a, aDate := parseDate(lo.Str, p.zone)
	b, bDate := parseDate(hi.Str, p.zone)
	switch {
	case lo.Kind != hi.Kind:
		p.fail(ptr, "both ends must be numbers, or both texts")
	case aDate && bDate && a.lo <= b.hi:
		pred.dates = []span{a, b}
	case aDate && bDate, lo.Num > hi.Num, lo.Str > hi.Str:
		p.fail(ptr, "the low end is above the high end; write [low, high]")
	}
}
