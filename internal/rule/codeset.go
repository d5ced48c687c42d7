package rule

// codeSet is a set of codes that is emptied in constant time. Its zero value is empty.
type codeSet struct {
	keys   []uint32
	stamps []uint32 // a key counts if its stamp is gen
	gen    uint32
	n      int
}

func (s *codeSet) reset() {
	s.gen++
	s.n = 0
	if s.gen == 0 {
		clear(s.stamps)
		s.gen = 1
	}
}

// add says whether the code is new.
func (s *codeSet) add(code uint32) bool {
	if 2*(s.n+1) > len(s.keys) {
		s.grow()
	}
	if !s.put(code) {
		return false
	}
	s.n++
	return true
}

func (s *codeSet) put(code uint32) bool {
	mask := uint32(len(s.keys) - 1)
	for i := (code * 2654435761) & mask; ; i = (i + 1) & mask {
		if s.stamps[i] != s.gen {
			s.keys[i], s.stamps[i] = code, s.gen
			return true
		}
		if s.keys[i] == code {
			return false
		}
	}
}

func (s *codeSet) grow() {
	old := *s
	size := max(64, 2*len(old.keys))
	s.keys, s.stamps = make([]uint32, size), make([]uint32, size)
	s.gen = 1
	for i, code := range old.keys {
		if old.stamps[i] == old.gen && old.gen != 0 {
			s.put(code)
		}
	}
}
