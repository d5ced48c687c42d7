package rule

import "yutang/internal/event"

// node is a part of a checked rule; each knows its JSON pointer.
type node interface{ pointer() string }

type place string

func (p place) pointer() string { return string(p) }

type (
	groupNode struct {
		place
		kind string // "all" or "any"
		kids []node
	}
	notNode struct {
		place
		kid node
	}
	traitNode struct {
		place
		pred predicate
	}
	tagNode struct {
		place
		tag string
	}
	stageNode struct {
		place
		at   string // pointer of the name
		kind string // "aipl", "aarrr" or "tier"
		cmp  op     // opEq unless kind is "tier"
		name string
	}
	audienceNode struct {
		place
		id string
	}
	didNode struct {
		place
		sel selection
		win window
		agg aggregate
	}
	sequenceNode struct {
		place
		steps  []selection
		within duration // zero: no limit
		inLast duration // zero: ever
	}
)

// op is a comparison of a value.
type op string

const (
	opEq         op = "eq"
	opNe         op = "ne"
	opIn         op = "in"
	opNotIn      op = "not_in"
	opContains   op = "contains"
	opStartsWith op = "starts_with"
	opGt         op = "gt"
	opGte        op = "gte"
	opLt         op = "lt"
	opLte        op = "lte"
	opBetween    op = "between"
	opExists     op = "exists"
	opMissing    op = "missing"
	opBefore     op = "before"
	opAfter      op = "after"
	opWithinLast op = "within_last"
)

// predicate tests one named value. Which of the last fields are set depends on op.
type predicate struct {
	name  string
	op    op
	vals  []event.Value // the literals in order
	dates []span        // before, after; between of two dates
	last  duration      // within_last
}

// selection picks events by name and properties.
type selection struct {
	any   bool // "*"
	names []string
	where []predicate
}

// window limits events by time. At most one of last and between is set.
type window struct {
	last    duration
	between []span // two of them, or none
}

// aggregate is what is compared over the selected events.
type aggregate struct {
	kind string // "count", "distinct_days", "sum", "avg", "min", "max", "distinct", "first", "last"
	of   string
	cmp  comparison
	pred predicate // first, last
}

// comparison holds a number against one bound, or two for between.
type comparison struct {
	op   op
	a, b event.Decimal
}

// holds takes the order of the number relative to a and to b: negative, zero or positive.
func (c comparison) holds(vsA, vsB int) bool {
	switch c.op {
	case opEq:
		return vsA == 0
	case opNe:
		return vsA != 0
	case opGt:
		return vsA > 0
	case opGte:
		return vsA >= 0
	case opLt:
		return vsA < 0
	case opLte:
		return vsA <= 0
	}
	return vsA >= 0 && vsB <= 0
}
