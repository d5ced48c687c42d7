package rule

import (
	"slices"
	"strings"

	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/timeline"
)

// Compile binds the rule to w. The error is fault.Invalid with the JSON pointer of a
// reference to an audience or a stage that does not exist.
func (r *Rule) Compile(w World) (*Program, error) {
	c := &compiler{world: w, index: map[*timeline.Column]int{}}
	root := c.node(r.root)
	if c.err != nil {
		return nil, c.err
	}
	return &Program{rule: r, root: root, cols: c.cols, size: c.size, f: newFrame(c.size)}, nil
}

type compiler struct {
	world World
	cols  []*timeline.Column
	index map[*timeline.Column]int
	size  sizes
	err   error
}

func (c *compiler) fail(ptr, format string, args ...any) {
	if c.err == nil {
		c.err = fault.BadField(ptr, format, args...)
	}
}

func (c *compiler) node(n node) code {
	switch n := n.(type) {
	case groupNode:
		return c.group(n)
	case notNode:
		return &notCode{n, c.node(n.kid)}
	case traitNode:
		return c.trait(n)
	case tagNode:
		return &setCode{ast: n, set: c.world.Tag(n.tag)}
	case stageNode:
		return c.stage(n)
	case audienceNode:
		set, ok := c.world.Audience(n.id)
		if !ok {
			c.fail(n.pointer()+"/audience", "no audience has the id %q; use the id of an existing audience", n.id)
		}
		return &setCode{ast: n, set: set}
	case didNode:
		return c.did(n)
	case sequenceNode:
		return c.sequence(n)
	}
	panic("rule: unknown node")
}

// group puts the kids that cost a look-up before those that read events.
func (c *compiler) group(n groupNode) code {
	kids := make([]code, len(n.kids))
	for i, kid := range n.kids {
		kids[i] = c.node(kid)
	}
	quick := slices.Clone(kids)
	slices.SortStableFunc(quick, func(a, b code) int { return cost(a) - cost(b) })
	return &groupCode{n, kids, quick, n.kind == "all"}
}

func cost(n code) int {
	switch n := n.(type) {
	case *setCode, *levelCode:
		return 0
	case *traitCode:
		return 1
	case *notCode:
		return cost(n.kid)
	case *countCode, *foldCode:
		return 2
	case *sequenceCode:
		return 4
	}
	return 3
}

func (c *compiler) stage(n stageNode) code {
	level := c.world.Level(n.kind)
	want := slices.Index(level.Names(), n.name)
	if want < 0 {
		c.fail(n.at, "no stage has the name %q; use one of: %s", n.name, strings.Join(level.Names(), ", "))
	}
	return &levelCode{ast: n, level: level, want: want}
}

// column is the place of a property's column in the track.
func (c *compiler) column(prop string) (*timeline.Column, int) {
	col := c.world.Column(prop)
	i, ok := c.index[col]
	if !ok {
		i = len(c.cols)
		c.index[col] = i
		c.cols = append(c.cols, col)
	}
	return col, i
}

// check compiles a predicate over the values of a column, or of a trait if that is nil.
func (c *compiler) check(p predicate, column *timeline.Column) *check {
	k := &check{op: p.op, slot: len(c.size.known), last: p.last.ms, zone: c.world.Zone()}
	c.size.known = append(c.size.known, column)
	if p.op != opWithinLast {
		k.test = tester(p, k.zone)
	}
	return k
}

func (c *compiler) trait(n traitNode) code {
	return &traitCode{ast: n, trait: c.world.Trait(n.pred.name), check: c.check(n.pred, nil)}
}

func (c *compiler) selector(s selection) selector {
	sel := selector{any: s.any}
	names := s.names
	if s.any {
		names = event.InternalNames()
	}
	for _, name := range names {
		if id := c.world.EventName(name); id != 0 {
			sel.names.add(id)
		}
	}
	for _, p := range s.where {
		sel.where = append(sel.where, c.prop(p))
	}
	return sel
}

func (c *compiler) prop(p predicate) propCheck {
	column, i := c.column(p.name)
	return propCheck{c.check(p, column), i}
}

func (c *compiler) did(n didNode) code {
	r := reach{sel: c.selector(n.sel), from: always, to: Never, within: n.win.last.ms}
	if n.win.between != nil {
		r.from, r.to = n.win.between[0].lo-1, n.win.between[1].hi
	}
	r.timed = timedOf(r.sel.where)
	if n.agg.kind == "count" {
		need, over, negate := thresholds(n.agg.cmp)
		return &countCode{n, r, need, over, negate}
	}
	return c.fold(n, r)
}

func (c *compiler) fold(n didNode, r reach) code {
	d := &foldCode{ast: n, reach: r, cmp: n.agg.cmp}
	switch n.agg.kind {
	case "distinct_days":
		d.days = newCalendar(c.world.Zone())
		d.add, d.holds = d.addDay, d.holdsCount
	case "first", "last":
		d.value = c.prop(n.agg.pred)
		d.column, d.col = c.column(n.agg.pred.name)
		d.timed = append(d.timed, timedOf([]propCheck{d.value})...)
		d.add, d.holds = d.addLast, d.holdsValue
		if n.agg.kind == "first" {
			d.add = d.addFirst
		}
	default:
		d.column, d.col = c.column(n.agg.of)
		d.bind(n.agg.kind)
	}
	return d
}

func (c *compiler) sequence(n sequenceNode) code {
	s := &sequenceCode{ast: n, span: n.within.ms, window: n.inLast.ms}
	timed, some := make([][]propCheck, len(n.steps)), false
	for i, step := range n.steps {
		sel := c.selector(step)
		s.steps = append(s.steps, sel)
		timed[i] = timedOf(sel.where)
		some = some || timed[i] != nil
	}
	if some {
		s.timed = timed
	}
	c.size.steps = max(c.size.steps, len(s.steps))
	return s
}
