package rule

// Since gives a moment such that nobody without an event after it matches at now: a scan
// may pass over them. ok is false if the rule says nothing of the kind.
func (p *Program) Since(now int64) (moment int64, ok bool) { return since(p.root, now) }

func since(n code, now int64) (moment int64, ok bool) {
	switch n := n.(type) {
	case *countCode:
		if n.negate || n.need < 1 {
			return 0, false
		}
		if n.within > 0 {
			return now - n.within, true
		}
		return n.from, true
	case *groupCode:
		return sinceOf(n, now)
	}
	return 0, false
}

// sinceOf is the latest moment of the kids where all of them must hold, and the earliest
// where one is enough.
func sinceOf(n *groupCode, now int64) (moment int64, ok bool) {
	for _, kid := range n.kids {
		m, said := since(kid, now)
		switch {
		case !said && !n.neutral:
			return 0, false
		case !said:
		case !ok:
			moment, ok = m, true
		case n.neutral:
			moment = max(moment, m)
		default:
			moment = min(moment, m)
		}
	}
	return moment, ok
}
