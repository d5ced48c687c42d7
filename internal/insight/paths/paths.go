// Package paths owns which ways customers take: node after node through their events,
// session by session, as the flows of a Sankey diagram.
//
// A way is the nodes of one session: events without a pause longer than the gap. With a
// start it begins at the first such event of the session; with an end it is read backward
// from the last one, so that depth 0 is the end. It stops after max_depth nodes. A way that
// stops before that has dropped off at its last node.
//
// The other question is what stands right beside a chain of events, once for each customer,
// with the meaning of ClickHouse's sequenceNextNode (docs, parametric aggregate functions).
package paths

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"

	"yutang/internal/audience"
	"yutang/internal/insight"
	"yutang/internal/timeline"
)

// Answer is the ways.
type Answer struct {
	insight.Meta
	Paths         int         `json:"paths"`
	Customers     int         `json:"customers"`
	Nodes         []NodeCount `json:"nodes,omitempty"`
	Links         []Link      `json:"links,omitempty"`
	Next          []NextNode  `json:"next,omitempty"`
	Unmatched     int         `json:"unmatched,omitempty"` // customers with nodes, but none beside the chain
	UnknownEvents []string    `json:"unknown_events,omitempty"`
}

// NodeCount is a node at a depth.
type NodeCount struct {
	Depth     int    `json:"depth"`
	Node      string `json:"node"`
	Paths     int    `json:"paths"`
	Customers int    `json:"customers"`
	Dropped   int    `json:"dropped"` // ways that end here before the greatest depth
}

// Link is a step from a node to one at the next depth.
type Link struct {
	Depth     int    `json:"depth"` // of From
	From      string `json:"from"`
	To        string `json:"to"`
	Paths     int    `json:"paths"`
	Customers int    `json:"customers"`
}

// NextNode is a node beside the chain.
type NextNode struct {
	Node      string `json:"node"`
	Customers int    `json:"customers"`
}

// Report answers path queries. EventName is the name of an event by its number.
type Report struct {
	Base      *insight.Base
	EventName func(id timeline.NameID) (string, bool)
}

// Run answers a Query.
func (r *Report) Run(ctx context.Context, query json.RawMessage) (any, error) {
	return r.Paths(ctx, query)
}

// Paths answers a Query.
func (r *Report) Paths(ctx context.Context, query json.RawMessage) (Answer, error) {
	started := r.Base.Clock.Now()
	p, err := parse(query, r.Base)
	if err != nil {
		return Answer{}, err
	}
	s, err := r.full(ctx, p, nil)
	if err != nil {
		return Answer{}, err
	}
	out := s.answer()
	out.Meta, out.UnknownEvents = s.meta, r.Base.Unknown(p.picks...)
	out.TookMS = r.Base.Clock.Now().Sub(started).Milliseconds()
	return out, nil
}

// People are the customers behind {"depth": d, "node": N, "to"?: M, "dropped"?: bool}, or
// {"next": N} beside a chain.
func (r *Report) People(ctx context.Context, query, raw json.RawMessage) (*roaring.Bitmap, error) {
	p, err := parse(query, r.Base)
	if err != nil {
		return nil, err
	}
	c, err := p.parseCell(raw)
	if err != nil {
		return nil, err
	}
	s, err := r.full(ctx, p, &c)
	if err != nil {
		return nil, err
	}
	return insight.Gather(s.workers, func(w *worker) *roaring.Bitmap { return w.found }), nil
}

// full takes a pass that finds the nodes worth showing, then one that counts.
func (r *Report) full(ctx context.Context, p *plan, c *cell) (*scan, error) {
	first, err := r.scan(ctx, p, nil, nil)
	if err != nil {
		return nil, err
	}
	return r.scan(ctx, p, c, first.shown())
}

// spot is a node at a depth; step is one with the node after it.
type (
	spot struct {
		depth int
		node  string
	}
	step struct {
		spot
		to string
	}
	tally struct {
		paths, people, dropped int
		last                   uint32
	}
)

func (t *tally) mark(visit uint32) {
	t.paths++
	if t.last != visit {
		t.last = visit
		t.people++
	}
}

type worker struct {
	visit     uint32
	nodes     map[spot]*tally
	links     map[step]*tally
	next      map[string]int
	paths     int
	people    int
	unmatched int
	found     *roaring.Bitmap
	track     []stop // scratch
	way       []string
	_         [64]byte
}

// stop is an event of a node.
type stop struct {
	at   int64
	node string
	hits uint32
}

type scan struct {
	p       *plan
	meta    insight.Meta
	cell    *cell
	known   map[spot]bool // nodes with a name of their own; nil: first pass
	byName  []uint32
	plain   uint32
	name    func(timeline.NameID) (string, bool)
	workers []worker
}

func (r *Report) scan(ctx context.Context, p *plan, c *cell, known map[spot]bool) (*scan, error) {
	reading, meta, err := r.Base.Read(ctx, audience.Survey{Picks: p.picks, Reads: p.reads, Audience: p.Audience}, p.zone)
	if err != nil {
		return nil, err
	}
	s := &scan{p: p, meta: meta, cell: c, known: known, name: r.EventName, workers: make([]worker, audience.Workers())}
	s.byName, s.plain = reading.Masks()
	for i := range s.workers {
		s.workers[i] = worker{nodes: map[spot]*tally{}, links: map[step]*tally{}, next: map[string]int{}, found: roaring.New()}
	}
	return s, reading.Visit(ctx, s.visit)
}

func (s *scan) visit(p *audience.Person) error {
	w := &s.workers[p.Worker()]
	w.visit++
	w.track = s.stops(p, w.track[:0])
	if len(w.track) == 0 {
		return nil
	}
	if s.p.Next != nil {
		s.beside(w, p.Root)
		return w.check()
	}
	some := false
	for from := 0; from < len(w.track); {
		to := from + 1
		for to < len(w.track) && w.track[to].at-w.track[to-1].at <= s.p.gap {
			to++
		}
		if way := s.way(w, w.track[from:to]); len(way) > 0 {
			some = true
			s.take(w, p.Root, way)
		}
		from = to
	}
	if some {
		w.people++
	}
	return w.check()
}

func (w *worker) check() error {
	if n := len(w.nodes) + len(w.next); n > insight.MaxValues {
		return insight.TooWide("/nodes", "nodes", n, insight.MaxValues)
	}
	return nil
}

// stops lists the events that are nodes.
func (s *scan) stops(p *audience.Person, out []stop) []stop {
	i, to := 0, s.p.to.UnixMilli()
	if !s.p.from.IsZero() {
		i, _ = slices.BinarySearch(p.At, s.p.from.UnixMilli())
	}
	for ; i < p.Len() && p.At[i] <= to; i++ {
		if s.byName[p.Name[i]] == 0 {
			continue
		}
		hits := p.Hits(s.byName, s.plain, i)
		for k := range s.p.nodes {
			if hits&(1<<k) != 0 {
				out = append(out, stop{p.At[i], s.label(p, k, i), hits})
				break
			}
		}
	}
	return out
}

// label is what the node of event i is called.
func (s *scan) label(p *audience.Person, k, i int) string {
	if n := s.p.nodes[k]; n.Prop != "" {
		return insight.Text(p.Value(n.read, i))
	}
	name, _ := s.name(p.Name[i])
	return name
}

// way is the nodes of a session that count, in the order of reading.
func (s *scan) way(w *worker, session []stop) []string {
	switch {
	case s.p.start >= 0:
		i := slices.IndexFunc(session, func(t stop) bool { return t.hits&(1<<s.p.start) != 0 })
		if i < 0 {
			return nil
		}
		session = session[i:]
	case s.p.end >= 0:
		i := len(session) - 1
		for i >= 0 && session[i].hits&(1<<s.p.end) == 0 {
			i--
		}
		session = session[:i+1]
	}
	way := w.way[:0]
	for k := range session {
		t := session[k]
		if s.p.end >= 0 {
			t = session[len(session)-1-k]
		}
		if n := len(way); s.p.MergeRepeats && n > 0 && way[n-1] == t.node {
			continue
		}
		if len(way) == s.p.MaxDepth {
			break
		}
		way = append(way, t.node)
	}
	w.way = way
	return way
}

// take counts a way, or finds its customer.
func (s *scan) take(w *worker, root uint32, way []string) {
	w.paths++
	if s.known != nil {
		for d, n := range way {
			if !s.known[spot{d, n}] {
				way[d] = insight.Other
			}
		}
	}
	if s.cell != nil {
		if s.cell.matches(way, s.p.MaxDepth) {
			w.found.Add(root)
		}
		return
	}
	for d, n := range way {
		t := w.nodes[spot{d, n}]
		if t == nil {
			t = &tally{}
			w.nodes[spot{d, n}] = t
		}
		t.mark(w.visit)
		if d == len(way)-1 {
			if len(way) < s.p.MaxDepth {
				t.dropped++
			}
			break
		}
		if s.known == nil {
			continue // links wait for the nodes worth showing
		}
		at := step{spot{d, n}, way[d+1]}
		l := w.links[at]
		if l == nil {
			l = &tally{}
			w.links[at] = l
		}
		l.mark(w.visit)
	}
}

func (c *cell) matches(way []string, depth int) bool {
	d := *c.Depth
	if d >= len(way) || way[d] != c.Node {
		return false
	}
	if c.Dropped {
		return d == len(way)-1 && len(way) < depth
	}
	return c.To == nil || d+1 < len(way) && way[d+1] == *c.To
}
