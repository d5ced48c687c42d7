package paths

import "yutang/internal/insight"

// beside counts the node beside the chain of the customer at hand.
func (s *scan) beside(w *worker, root uint32) {
	w.paths++
	w.people++
	node, ok := s.p.next(w.track)
	if ok && s.known != nil && !s.known[spot{0, node}] {
		node = insight.Other
	}
	if s.cell != nil {
		if want := *s.cell.Next; ok && want == node || !ok && want == "" {
			w.found.Add(root)
		}
		return
	}
	if !ok {
		w.unmatched++
		return
	}
	w.next[node]++
}

// next finds the base, follows the chain from it, and gives the node after that; false if
// there is none.
func (p *plan) next(track []stop) (string, bool) {
	at, ok := p.findBase(track)
	if !ok {
		return "", false
	}
	way := 1
	if p.Next.Direction == "backward" {
		way = -1
	}
	for k := range p.Next.Chain {
		if at < 0 || at >= len(track) || track[at].hits&(1<<(p.chain+k)) == 0 {
			return "", false
		}
		at += way
	}
	if at < 0 || at >= len(track) {
		return "", false
	}
	return track[at].node, true
}

// findBase is where the chain begins. A base must meet the base condition; one that is
// matched must also be the first event of the chain.
func (p *plan) findBase(track []stop) (int, bool) {
	meets := func(i int) bool { return p.base < 0 || track[i].hits&(1<<p.base) != 0 }
	matches := func(i int) bool { return meets(i) && track[i].hits&(1<<p.chain) != 0 }
	switch last := len(track) - 1; p.Next.Base {
	case "head":
		return 0, meets(0)
	case "tail":
		return last, meets(last)
	case "first_match":
		for i := range track {
			if matches(i) {
				return i, true
			}
		}
	default:
		for i := last; i >= 0; i-- {
			if matches(i) {
				return i, true
			}
		}
	}
	return 0, false
}
