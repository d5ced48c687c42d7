package rule

// setCode is a tag or an audience: membership of a live set.
type setCode struct {
	ast node
	set Set
}

func (c *setCode) eval(f *frame) (bool, int64) {
	return c.set != nil && c.set.Contains(f.root), Never
}

type traitCode struct {
	ast   traitNode
	trait Trait
	check *check
}

func (c *traitCode) eval(f *frame) (bool, int64) {
	f.known[c.check.slot].use(c.trait.Dict())
	code := c.trait.Code(f.root)
	if c.check.op == opWithinLast {
		return c.check.match(f, code), c.check.change(f, code)
	}
	return c.check.match(f, code), Never
}

// levelCode compares a place in an ordered list. No place is no match, except for "!=".
type levelCode struct {
	ast   stageNode
	level Level
	want  int
}

func (c *levelCode) eval(f *frame) (bool, int64) {
	have := c.level.Of(f.root)
	if have < 0 {
		return c.ast.cmp == opNe, Never
	}
	return comparison{op: c.ast.cmp}.holds(have-c.want, 0), Never
}
