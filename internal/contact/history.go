package contact

import (
	"cmp"
	"encoding/binary"
	"errors"
	"slices"
)

// mark is what a fact says. Of equal times the larger counts as the later.
type mark uint8

const (
	markHalf        mark = 1
	markFound       mark = 2 // a pull lists it, added at this time
	markAdded       mark = 3
	markDeleted     mark = 4
	markLost        mark = 5
	markTransferred mark = 6
	markGone        mark = 7 // a pull does not list it
)

var kindOf = map[mark]Kind{
	markHalf: HalfAdded, markFound: Added, markAdded: Added,
	markDeleted: WasDeleted, markLost: WasLost, markTransferred: WasTransferred, markGone: WasDeleted,
}

var stateOf = map[mark]State{
	markHalf: Half, markFound: Active, markAdded: Active,
	markDeleted: Deleted, markLost: Lost, markTransferred: Transferred, markGone: Deleted,
}

func (m mark) ends() bool { return m >= markDeleted }

// fact is one thing that happened to a relation.
type fact struct {
	at   int64 // ms since 1970
	mark mark
}

func (f fact) compare(g fact) int {
	return cmp.Or(cmp.Compare(f.at, g.at), cmp.Compare(f.mark, g.mark))
}

// history is all that happened to a relation, sorted, each once. Relations that come and
// go very often keep their newest facts and the number of additions before those.
type history struct {
	earlier int // additions before the first fact kept
	facts   []fact
	told    []fact // those of facts that were news, sorted
}

// keptFacts is how many facts a relation keeps at most.
const keptFacts = 64

// with is the history with one more fact, and whether that is new. Facts before the
// oldest that is kept are not taken up again.
func (h history) with(f fact) (history, bool) {
	at, found := slices.BinarySearchFunc(h.facts, f, fact.compare)
	if found || (h.earlier > 0 && at == 0) {
		return h, false
	}
	h.facts = slices.Insert(slices.Clone(h.facts), at, f)
	h.told = slices.Clone(h.told)
	if len(h.facts) > keptFacts {
		h = h.shortened()
	}
	return h, true
}

// shortened folds the older half away, up to an end, so that what is left starts anew.
func (h history) shortened() history {
	cut := len(h.facts) / 2
	for cut < len(h.facts)-1 && !h.facts[cut-1].mark.ends() {
		cut++
	}
	old := history{earlier: h.earlier, facts: h.facts[:cut]}.fold()
	kept := history{earlier: max(old.count, 1), facts: slices.Clone(h.facts[cut:])}
	for _, f := range h.told {
		if f.compare(kept.facts[0]) >= 0 {
			kept.told = append(kept.told, f)
		}
	}
	return kept
}

// tell is the history with some of its facts told.
func (h history) tell(facts []fact) history {
	for _, f := range facts {
		if at, found := slices.BinarySearchFunc(h.told, f, fact.compare); !found {
			h.told = slices.Insert(slices.Clone(h.told), at, f)
		}
	}
	return h
}

func (h history) wasTold(f fact) bool {
	_, found := slices.BinarySearchFunc(h.told, f, fact.compare)
	return found
}

// sameAddition is how far apart two sayings of one addition may be.
const sameAddition = 5 * minuteMS

const minuteMS = 60_000

// shape is what a history comes to.
type shape struct {
	state State // "" if nothing happened
	count int
	added int64
	ended int64
	steps []fact // those that changed something, in order

	last mark
}

// fold walks through the facts.
func (h history) fold() shape {
	s := shape{count: h.earlier}
	for _, f := range h.facts {
		if s.moves(f) {
			s.take(f)
			s.steps = append(s.steps, f)
		}
	}
	return s
}

// moves says whether f changes the state.
func (s *shape) moves(f fact) bool {
	switch {
	case f.mark == markHalf:
		return s.state != Active && s.state != Half
	case f.mark == markAdded && s.state == Active && s.last == markAdded:
		return f.at-s.added > sameAddition
	case !f.mark.ends():
		return s.state != Active
	case f.mark == markGone:
		return s.state.Alive()
	default:
		return s.state == "" || s.state.Alive() || s.last == markGone
	}
}

func (s *shape) take(f fact) {
	s.state, s.last = stateOf[f.mark], f.mark
	switch {
	case f.mark.ends():
		s.ended = f.at
	case f.mark == markHalf:
		s.added, s.ended = f.at, 0
	default:
		s.added, s.ended = f.at, 0
		s.count++
	}
}

// news lists what is to be told now that the history has become h: as many steps of each
// kind as there are more than before, of those that were not told yet. A step that merely
// stands at another time than before is not news.
func (h history) news(before, after shape) []fact {
	grown := map[Kind]int{}
	for _, f := range after.steps {
		grown[kindOf[f.mark]]++
	}
	for _, f := range before.steps {
		grown[kindOf[f.mark]]--
	}
	var out []fact
	for _, f := range slices.Backward(after.steps) {
		k := kindOf[f.mark]
		if grown[k] > 0 && !h.wasTold(f) {
			grown[k]--
			out = append(out, f)
		}
	}
	slices.Reverse(out)
	return out
}

const toldBit = 0x80

// encode writes the history: the earlier additions, then each fact in nine bytes.
func (h history) encode() []byte {
	out := binary.AppendUvarint(make([]byte, 0, 2+9*len(h.facts)), uint64(h.earlier))
	for _, f := range h.facts {
		m := byte(f.mark)
		if h.wasTold(f) {
			m |= toldBit
		}
		out = append(out, m)
		out = binary.BigEndian.AppendUint64(out, uint64(f.at))
	}
	return out
}

var errHistory = errors.New("contact: a history cannot be read")

func decodeHistory(raw []byte) (history, error) {
	earlier, n := binary.Uvarint(raw)
	if n <= 0 || (len(raw)-n)%9 != 0 {
		return history{}, errHistory
	}
	h := history{earlier: int(earlier)}
	for raw = raw[n:]; len(raw) > 0; raw = raw[9:] {
		f := fact{mark: mark(raw[0] &^ toldBit), at: int64(binary.BigEndian.Uint64(raw[1:9]))}
		if stateOf[f.mark] == "" {
			return history{}, errHistory
		}
		h.facts = append(h.facts, f)
		if raw[0]&toldBit != 0 {
			h.told = append(h.told, f)
		}
	}
	return h, nil
}
