package identity

import (
	"encoding/binary"
	"hash/fnv"
	"slices"
)

// limitReason names a broken limit.
func limitReason(p *TypePolicy) Reason {
	if p.exclusive() {
		return ReasonExclusive
	}
	return ReasonLimit
}

// full says whether root may not hold extra more values of a type. Root 0 holds none. An
// explicit link respects only the types of which two values are two people.
func (w *walk) full(root uint32, p *TypePolicy, typ string, extra int) bool {
	if p.Limit == 0 || (w.explicit && !p.exclusive()) {
		return false
	}
	return w.count(root, p, typ, w.day)+extra > p.Limit
}

// count is how many values of a type root holds within the policy's window.
func (s *Service) count(root uint32, p *TypePolicy, typ string, day int) (n int) {
	number := s.types.numbers[typ]
	if root == 0 || number == 0 {
		return 0
	}
	s.eachRecord(root, func(r *record) {
		if r.typ == number && p.counts(r, day) {
			n++
		}
	})
	return n
}

// counts says whether a value is within the window that ends on day.
func (t *TypePolicy) counts(r *record, day int) bool {
	return t.WindowDays == 0 || int(r.day)+t.WindowDays > day
}

// eachRecord visits the identities of all leaves of root.
func (s *Service) eachRecord(root uint32, visit func(*record)) {
	for _, leaf := range s.tl.Leaves(root) {
		for id := s.forest.nodes[leaf].first; id != 0; {
			r := s.index.at(id)
			visit(r)
			id = r.next
		}
	}
}

// mayJoin says why an identity of type link may not join two customers, "" if it may.
func (w *walk) mayJoin(a, b uint32, link *TypePolicy) (Reason, *TypePolicy) {
	switch {
	case w.separated(a, b):
		return ReasonSeparated, nil
	case !link.Merge && !w.explicit:
		return ReasonNotAllowed, link
	}
	for _, over := range w.crowded(w.tally(), a, b, w.day) {
		if over.exclusive() || !w.explicit {
			return limitReason(over), over
		}
	}
	if link.Class == Weak && !w.explicit && w.class(a) == Strong && w.class(b) == Strong {
		return ReasonIdentified, nil
	}
	return "", nil
}

// crowded lists, strongest first, the types of which two customers together hold more
// values than allowed while each holds some. Tally is empty, for counting.
func (s *Service) crowded(tally map[uint16][2]int, a, b uint32, day int) []*TypePolicy {
	for side, root := range [...]uint32{a, b} {
		s.eachRecord(root, func(r *record) {
			if s.types.of[r.typ].counts(r, day) {
				n := tally[r.typ]
				n[side]++
				tally[r.typ] = n
			}
		})
	}
	var out []*TypePolicy
	for typ, n := range tally {
		if p := s.types.of[typ]; p.Limit > 0 && n[0] > 0 && n[1] > 0 && n[0]+n[1] > p.Limit {
			out = append(out, p)
		}
	}
	slices.SortFunc(out, func(x, y *TypePolicy) int { return x.Priority - y.Priority })
	return out
}

// tally is an empty map for crowded, kept between events.
func (w *walk) tally() map[uint16][2]int {
	if w.scratch.tally == nil {
		w.scratch.tally = map[uint16][2]int{}
	}
	clear(w.scratch.tally)
	return w.scratch.tally
}

// class is the class of a customer's strongest identity; 0 if there is none.
func (s *Service) class(root uint32) (best Class) {
	s.eachRecord(root, func(r *record) { best = max(best, s.types.of[r.typ].Class) })
	return best
}

// outranks says whether a survives a merge with b: the better known, else the older.
func (s *Service) outranks(a, b uint32) bool {
	ca, cb := s.class(a), s.class(b)
	return ca > cb || (ca == cb && a < b)
}

// separated says whether a person took a leaf of a apart from a leaf of b.
func (s *Service) separated(a, b uint32) bool {
	if len(s.apart) == 0 {
		return false
	}
	for _, leaf := range s.tl.Leaves(a) {
		for _, other := range s.apart[leaf] {
			if s.tl.Root(other) == b {
				return true
			}
		}
	}
	return false
}

// record stores a refused link, unless the same was stored before.
func (w *walk) record(r refusal) {
	c := &w.scratch.cands[r.cand]
	mark := fingerprint(c.key, w.root, r.other, r.reason)
	if _, known := w.recorded[mark]; known || w.root == r.other {
		return
	}
	w.recorded[mark] = struct{}{}
	conflict := Conflict{
		At: w.clock.Now(), Identity: c.who, Customer: w.root, Other: r.other, Reason: r.reason, EventSeq: w.ev.Seq,
	}
	if r.over != nil {
		conflict.OverType = r.over.Type
	}
	w.out.Conflicts = append(w.out.Conflicts, conflict)
	w.pending.conflicts = append(w.pending.conflicts, conflictRow{conflict, c.key, mark})
}

// fingerprint tells conflicts apart. It is stored: never change it.
func fingerprint(key [16]byte, customer, other uint32, reason Reason) uint64 {
	h := fnv.New64a()
	buf := append(make([]byte, 0, 64), key[:]...)
	buf = binary.BigEndian.AppendUint32(buf, customer)
	buf = binary.BigEndian.AppendUint32(buf, other)
	buf = append(buf, reason...)
	h.Write(buf)
	return h.Sum64()
}
