package paths

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/insight"
	"yutang/internal/rule"
)

// Query asks which ways customers take.
type Query struct {
	Nodes             []json.RawMessage `json:"nodes,omitempty"` // {"event": E, "where"?: [P...], "prop"?: P}: a node for each event, or each value of prop; default any event
	Start             json.RawMessage   `json:"start,omitempty"` // {"event": E, "where"?}: ways begin with it
	End               json.RawMessage   `json:"end,omitempty"`   // ways end with it, and are read backward
	MaxDepth          int               `json:"max_depth,omitempty"`
	SessionGapSeconds int64             `json:"session_gap_seconds,omitempty"` // a longer pause begins another way; default 1800
	MergeRepeats      bool              `json:"merge_repeats,omitempty"`       // the same node again and again is one
	Top               int               `json:"top,omitempty"`                 // nodes shown at each depth beside "(other)"; default 20, at most 100
	From              string            `json:"from,omitempty"`
	To                string            `json:"to,omitempty"`
	Timezone          string            `json:"timezone,omitempty"`
	Audience          string            `json:"audience,omitempty"`
	Next              *Next             `json:"next,omitempty"` // instead of ways: the node beside a chain
}

// Next asks for the node right after (or before) a chain of events, one for each customer,
// with the meaning of ClickHouse's sequenceNextNode.
type Next struct {
	Direction     string            `json:"direction,omitempty"`      // "forward" (default) or "backward"
	Base          string            `json:"base,omitempty"`           // "head", "tail", "first_match" (default) or "last_match"
	BaseCondition json.RawMessage   `json:"base_condition,omitempty"` // {"event": E, "where"?}; default any
	Chain         []json.RawMessage `json:"chain"`                    // what stands at the base and on from it
}

const (
	maxNodes   = 12
	maxChain   = 12
	maxDepth   = 10
	defaultGap = 30 * 60
	defaultTop = 20
	maxTop     = 100
)

// plan is a checked query. Its picks are those of the nodes, then start, end, base, chain.
type plan struct {
	Query
	zone       *time.Location
	from, to   time.Time
	picks      []rule.Pick
	nodes      []node
	start, end int // places of their picks, -1 none
	base       int
	chain      int // place of the first pick of the chain
	reads      []string
	gap        int64 // ms
}

// node is what a pick of nodes is shown as.
type node struct {
	Prop string `json:"prop"`
	read int    // place of Prop in the survey's reads
}

func parse(raw json.RawMessage, b *insight.Base) (*plan, error) {
	p := &plan{start: -1, end: -1, base: -1}
	if err := insight.Decode(raw, &p.Query); err != nil {
		return nil, err
	}
	var err error
	if p.zone, err = b.Location(p.Timezone, "/timezone"); err != nil {
		return nil, err
	}
	if p.from, p.to, err = b.Span(p.From, p.To, p.zone); err != nil {
		return nil, err
	}
	if err := p.parseLimits(); err != nil {
		return nil, err
	}
	var faults []fault.Field
	faults = append(faults, p.parseNodes()...)
	if len(p.Start) > 0 {
		faults = append(faults, p.pick(p.Start, "/start", &p.start)...)
	}
	if len(p.End) > 0 {
		faults = append(faults, p.pick(p.End, "/end", &p.end)...)
	}
	if p.Next != nil {
		faults = append(faults, p.parseNext()...)
	}
	return p, insight.Faults(faults)
}

func (p *plan) parseLimits() error {
	p.MaxDepth = orElse(p.MaxDepth, maxDepth)
	p.Top = orElse(p.Top, defaultTop)
	if p.SessionGapSeconds == 0 {
		p.SessionGapSeconds = defaultGap
	}
	p.gap = p.SessionGapSeconds * 1000
	switch {
	case p.MaxDepth < 2 || p.MaxDepth > maxDepth:
		return fault.BadField("/max_depth", "ways of 2 to %d nodes can be shown", maxDepth)
	case p.Top < 1 || p.Top > maxTop:
		return fault.BadField("/top", "1 to %d nodes are shown at each depth, the rest as other", maxTop)
	case p.SessionGapSeconds < 1 || p.SessionGapSeconds > 366*24*3600:
		return fault.BadField("/session_gap_seconds", "is 1 second to a year")
	case len(p.Start) > 0 && len(p.End) > 0:
		return fault.BadField("/end", `ways have either a "start" or an "end"`)
	case p.Next != nil && (len(p.Start) > 0 || len(p.End) > 0):
		return fault.BadField("/next", `does not go with "start" or "end"`)
	}
	return nil
}

func orElse(n, instead int) int {
	if n == 0 {
		return instead
	}
	return n
}

func (p *plan) parseNodes() (faults []fault.Field) {
	if len(p.Nodes) > maxNodes {
		return []fault.Field{{Pointer: "/nodes", Detail: fmt.Sprintf("at most %d kinds of node", maxNodes)}}
	}
	if len(p.Nodes) == 0 {
		p.picks, p.nodes = append(p.picks, rule.PickOf("*")), append(p.nodes, node{})
	}
	for i, raw := range p.Nodes {
		ptr := fmt.Sprint("/nodes/", i)
		pick, wrong := rule.ParsePick(raw, ptr, p.zone, "prop")
		faults = append(faults, wrong...)
		var n node
		if len(wrong) == 0 && json.Unmarshal(raw, &n) != nil {
			faults = append(faults, fault.Field{Pointer: ptr + "/prop", Detail: "is the name of a property"})
		}
		if event.PersonalProp("", n.Prop) {
			faults = append(faults, fault.Field{Pointer: ptr + "/prop", Detail: "is personal data, which reports do not show"})
		}
		if n.Prop != "" {
			if n.read = slices.Index(p.reads, n.Prop); n.read < 0 {
				n.read = len(p.reads)
				p.reads = append(p.reads, n.Prop)
			}
		}
		p.picks, p.nodes = append(p.picks, pick), append(p.nodes, n)
	}
	return faults
}

func (p *plan) pick(raw json.RawMessage, ptr string, place *int) []fault.Field {
	pick, faults := rule.ParsePick(raw, ptr, p.zone)
	*place = len(p.picks)
	p.picks = append(p.picks, pick)
	return faults
}

func (p *plan) parseNext() (faults []fault.Field) {
	n := p.Next
	if n.Direction == "" {
		n.Direction = "forward"
	}
	if n.Base == "" {
		n.Base = "first_match"
	}
	fail := func(ptr, detail string) { faults = append(faults, fault.Field{Pointer: ptr, Detail: detail}) }
	if n.Direction != "forward" && n.Direction != "backward" {
		fail("/next/direction", `must be "forward" or "backward"`)
	}
	if !slices.Contains([]string{"head", "tail", "first_match", "last_match"}, n.Base) {
		fail("/next/base", `must be "head", "tail", "first_match" or "last_match"`)
	}
	if n.Base == "head" && n.Direction == "backward" || n.Base == "tail" && n.Direction == "forward" {
		fail("/next/base", `nothing stands before the head or after the tail: "head" goes forward, "tail" backward`)
	}
	if len(n.Chain) < 1 || len(n.Chain) > maxChain {
		fail("/next/chain", fmt.Sprintf("has 1 to %d events", maxChain))
		return faults
	}
	if len(n.BaseCondition) > 0 {
		faults = append(faults, p.pick(n.BaseCondition, "/next/base_condition", &p.base)...)
	}
	p.chain = len(p.picks)
	for i, raw := range n.Chain {
		var place int
		faults = append(faults, p.pick(raw, fmt.Sprint("/next/chain/", i), &place)...)
	}
	return faults
}

// cell names a node, a link, or the node beside a chain.
type cell struct {
	Depth   *int    `json:"depth,omitempty"` // of the node, or where the link begins; from 0
	Node    string  `json:"node,omitempty"`
	To      *string `json:"to,omitempty"` // of a link
	Dropped bool    `json:"dropped,omitempty"`
	Next    *string `json:"next,omitempty"` // "" nobody stands beside the chain
}

func (p *plan) parseCell(raw json.RawMessage) (c cell, err error) {
	if err := insight.DecodeCell(raw, &c); err != nil {
		return c, err
	}
	switch {
	case p.Next != nil && c.Next == nil:
		return c, insight.BadCell("/next", "names the node beside the chain")
	case p.Next == nil && (c.Depth == nil || *c.Depth < 0 || *c.Depth >= p.MaxDepth):
		return c, insight.BadCell("/depth", "is 0 to %d", p.MaxDepth-1)
	case c.To != nil && c.Dropped:
		return c, insight.BadCell("/dropped", `does not go with "to"`)
	}
	return c, nil
}
