package paths

import (
	"cmp"
	"maps"
	"slices"
)

// shown are the nodes that most ways pass, at each depth.
func (s *scan) shown() map[spot]bool {
	all := map[spot]int{}
	for i := range s.workers {
		for at, t := range s.workers[i].nodes {
			all[at] += t.paths
		}
		for n, count := range s.workers[i].next {
			all[spot{0, n}] += count
		}
	}
	order := slices.SortedFunc(maps.Keys(all), func(a, b spot) int {
		return cmp.Or(cmp.Compare(a.depth, b.depth), cmp.Compare(all[b], all[a]), cmp.Compare(a.node, b.node))
	})
	out, n := map[spot]bool{}, map[int]int{}
	for _, at := range order {
		if n[at.depth] < s.p.Top {
			n[at.depth]++
			out[at] = true
		}
	}
	return out
}

func (s *scan) answer() (out Answer) {
	nodes, links, next := map[spot]tally{}, map[step]tally{}, map[string]int{}
	for i := range s.workers {
		w := &s.workers[i]
		out.Paths += w.paths
		out.Customers += w.people
		out.Unmatched += w.unmatched
		for at, t := range w.nodes {
			nodes[at] = nodes[at].plus(t)
		}
		for at, t := range w.links {
			links[at] = links[at].plus(t)
		}
		for n, count := range w.next {
			next[n] += count
		}
	}
	for at, t := range nodes {
		out.Nodes = append(out.Nodes, NodeCount{at.depth, at.node, t.paths, t.people, t.dropped})
	}
	for at, t := range links {
		out.Links = append(out.Links, Link{at.depth, at.node, at.to, t.paths, t.people})
	}
	for n, count := range next {
		out.Next = append(out.Next, NextNode{n, count})
	}
	slices.SortFunc(out.Nodes, func(a, b NodeCount) int {
		return cmp.Or(cmp.Compare(a.Depth, b.Depth), cmp.Compare(b.Paths, a.Paths), cmp.Compare(a.Node, b.Node))
	})
	slices.SortFunc(out.Links, func(a, b Link) int {
		return cmp.Or(cmp.Compare(a.Depth, b.Depth), cmp.Compare(b.Paths, a.Paths), cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
	})
	slices.SortFunc(out.Next, func(a, b NextNode) int {
		return cmp.Or(cmp.Compare(b.Customers, a.Customers), cmp.Compare(a.Node, b.Node))
	})
	return out
}

func (t tally) plus(o *tally) tally {
	return tally{paths: t.paths + o.paths, people: t.people + o.people, dropped: t.dropped + o.dropped}
}
