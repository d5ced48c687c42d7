package attribution

import (
	"cmp"
	"encoding/binary"
	"maps"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"
)

// folded is a study in which rare values are joined. Its values count from 1, in order of
// name.
type folded struct {
	*study
	names  []string // by folded value, names[0] is empty
	to     []uint32 // value of the dictionary to folded value
	counts []int    // touches by folded value
	others int      // values joined in Other
	chain  *chain
}

// fold joins all values but the most frequent.
func (s *study) fold() *folded {
	counts := make([]int, len(s.dict.names))
	for i := range s.work {
		for value, n := range s.work[i].counts {
			counts[value] += n
		}
	}
	var met []uint32
	for value, n := range counts {
		if n > 0 {
			met = append(met, uint32(value))
		}
	}
	names := s.dict.names
	slices.SortFunc(met, func(a, b uint32) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(names[a], names[b]))
	})
	shown := map[string]bool{}
	for _, value := range met[:min(len(met), s.p.Values)] {
		shown[names[value]] = true
	}
	f := &folded{study: s, to: make([]uint32, len(names)), others: max(0, len(met)-s.p.Values)}
	if f.others > 0 {
		shown[Other] = true
	}
	f.names = append([]string{""}, slices.Sorted(maps.Keys(shown))...)
	f.counts = make([]int, len(f.names))
	for _, value := range met {
		name := names[value]
		if !shown[name] {
			name = Other
		}
		at, _ := slices.BinarySearch(f.names, name)
		f.to[value] = uint32(at)
		f.counts[at] += counts[value]
	}
	return f
}

// markov is the chain of all ways, made once.
func (f *folded) markov() *chain {
	if f.chain != nil {
		return f.chain
	}
	f.chain = newChain(f.names[1:])
	start := len(f.names) - 1
	state := func(value uint32) int { // of a value of the dictionary
		if value == none {
			return start
		}
		return int(f.to[value]) - 1
	}
	for i := range f.work {
		for step, n := range f.work[i].steps {
			from, to := uint32(step>>32), uint32(step)
			if to == none {
				f.chain.end(state(from), false, float64(n))
			} else {
				f.chain.step(state(from), state(to), float64(n))
			}
		}
	}
	for _, x := range f.sales {
		at := start
		for _, t := range x.path {
			f.chain.step(at, state(t.value), 1)
			at = state(t.value)
		}
		if at != start {
			f.chain.end(at, true, 1)
		}
	}
	return f.chain
}

// path shows a sale as the models take it, in into's memory.
func (f *folded) path(x *sale, into []Touch) Path {
	into = into[:0]
	for _, t := range x.path {
		into = append(into, Touch{Channel: f.names[f.to[t.value]], At: t.at})
	}
	return Path{Touches: into, At: x.at, Revenue: x.net, Ordered: true}
}

// outside says that a sale's customer was not asked for.
func (f *folded) outside(x *sale) bool { return !x.seen && f.p.Audience != "" }

// key joins repetitions of a way of folded values.
func (f *folded) key(key []byte, way []touch) []byte {
	key = key[:0]
	before := uint32(none)
	for _, t := range way {
		if v := f.to[t.value]; v != before {
			key = binary.BigEndian.AppendUint32(key, v)
			before = v
		}
	}
	return key
}

// refold turns the key of a lost way into one of folded values.
func (f *folded) refold(lost string) string {
	out := make([]byte, 0, len(lost))
	before := uint32(none)
	for i := 0; i < len(lost); i += 4 {
		if v := f.to[binary.BigEndian.Uint32([]byte(lost[i:i+4]))]; v != before {
			out = binary.BigEndian.AppendUint32(out, v)
			before = v
		}
	}
	return string(out)
}

// unkey names the values of a key.
func (f *folded) unkey(key string) []string {
	out := make([]string, 0, len(key)/4)
	for i := 0; i < len(key); i += 4 {
		out = append(out, f.names[binary.BigEndian.Uint32([]byte(key[i:i+4]))])
	}
	return out
}

// credited are the customers with an order that a model ("" any) credits to a value.
func (f *folded) credited(value string, m Model) *roaring.Bitmap {
	out := roaring.New()
	var weights map[string]float64
	if m == Markov {
		weights = f.markov().effects()
	}
	buf := make([]Touch, 0, maxPath)
	for i := range f.sales {
		x := &f.sales[i]
		if f.outside(x) {
			continue
		}
		if p := f.path(x, buf); owes(p, value, m, weights) {
			out.Add(x.root)
		}
	}
	return out
}

// owes says whether a model credits an order to a value.
func owes(p Path, value string, m Model, weights map[string]float64) bool {
	n := len(p.Touches)
	if n == 0 {
		return value == Direct
	}
	switch m {
	case First:
		return p.Touches[0].Channel == value
	case Last:
		return p.Touches[n-1].Channel == value
	case Markov:
		if pathWeight(p, weights) > 0 && weights[value] == 0 {
			return false
		}
	}
	return slices.ContainsFunc(p.Touches, func(t Touch) bool { return t.Channel == value })
}

// went are the customers who went a way.
func (f *folded) went(path []string, ordered *bool) *roaring.Bitmap {
	out := roaring.New()
	wants := func(bought bool) bool { return ordered == nil || *ordered == bought }
	var key []byte
	for i := range f.sales {
		x := &f.sales[i]
		if key = f.key(key, x.path); wants(true) && len(key) > 0 && slices.Equal(f.unkey(string(key)), path) {
			out.Add(x.root)
		}
	}
	for i := range f.work {
		for lost, l := range f.work[i].lost {
			if wants(false) && slices.Equal(f.unkey(f.refold(lost)), path) {
				out.AddMany(l.roots)
			}
		}
	}
	return out
}
