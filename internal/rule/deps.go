package rule

import (
	"maps"
	"slices"
)

// collector gathers what a rule reads.
type collector struct {
	deps                                           Deps
	events, props, traits, tags, stages, audiences map[string]bool
}

func depsOf(root node) Deps {
	c := &collector{
		events: map[string]bool{}, props: map[string]bool{}, traits: map[string]bool{},
		tags: map[string]bool{}, stages: map[string]bool{}, audiences: map[string]bool{},
	}
	c.node(root)
	d := &c.deps
	d.Events, d.Props, d.Traits = sorted(c.events), sorted(c.props), sorted(c.traits)
	d.Tags, d.Stages, d.Audiences = sorted(c.tags), sorted(c.stages), sorted(c.audiences)
	return c.deps
}

func sorted(set map[string]bool) []string { return slices.Sorted(maps.Keys(set)) }

func (c *collector) node(n node) {
	switch n := n.(type) {
	case groupNode:
		for _, kid := range n.kids {
			c.node(kid)
		}
	case notNode:
		c.node(n.kid)
	case traitNode:
		c.traits[n.pred.name] = true
		c.deps.Timed = c.deps.Timed || n.pred.op == opWithinLast
	case tagNode:
		c.tags[n.tag] = true
	case stageNode:
		c.stages[n.kind] = true
	case audienceNode:
		c.audiences[n.id] = true
	case didNode:
		c.selection(n.sel)
		c.prop(n.agg.of)
		c.prop(n.agg.pred.name)
	case sequenceNode:
		for _, s := range n.steps {
			c.selection(s)
		}
	}
}

func (c *collector) selection(s selection) {
	c.deps.Timed = true
	c.deps.AnyEvent = c.deps.AnyEvent || s.any
	for _, name := range s.names {
		c.events[name] = true
	}
	for _, w := range s.where {
		c.prop(w.name)
	}
}

func (c *collector) prop(name string) {
	if name != "" {
		c.props[name] = true
	}
}
