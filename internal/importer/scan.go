package importer

import (
	"errors"
	"io"
)

// survey is what the first pass over a file learns: how many rows there are, and which
// orders do not lie in one piece.
type survey struct {
	total     int64
	scattered map[uint64]struct{} // hashes of ids of orders that come in several pieces
	all       bool                // too many to list: every order is treated as scattered
	tooLong   map[uint64]struct{} // orders with more lines than allowed, in one piece
}

const (
	filterBits   = 1 << 27 // 16 MiB; at 10 million orders about 0.4 % seem scattered and are not
	maxScattered = 1 << 20
)

// scan makes the first pass. Its memory is bounded: ids seen go into a Bloom filter,
// whose false hits cost only the detour that scattered orders take.
func scan(t table, b *binding, maxLines int, tick func(rows int64) error) (*survey, error) {
	s := &survey{scattered: map[uint64]struct{}{}, tooLong: map[uint64]struct{}{}}
	var seen filter
	var last uint64
	lines := 0
	for {
		r, err := t.next()
		if errors.Is(err, io.EOF) {
			return s, nil
		}
		if err != nil {
			return nil, err
		}
		if s.total++; s.total%8192 == 0 {
			if err := tick(s.total); err != nil {
				return nil, err
			}
		}
		key := b.key(r)
		if key == "" {
			lines = 0 // a row between two lines parts them: see run.stream
			continue
		}
		h := hash(key)
		if h != last || lines == 0 {
			if seen.add(h) {
				s.scatter(h)
			}
			last, lines = h, 0
		}
		if lines++; lines == maxLines+1 {
			s.tooLong[h] = struct{}{}
		}
	}
}

func (s *survey) scatter(h uint64) {
	if s.all {
		return
	}
	s.scattered[h] = struct{}{}
	if len(s.scattered) > maxScattered {
		s.all, s.scattered = true, nil
	}
}

// spills says whether the order goes the way of scattered ones.
func (s *survey) spills(h uint64) bool {
	_, ok := s.scattered[h]
	return s.all || ok
}

// filter is a Bloom filter with four probes. The zero value is empty.
type filter struct{ words []uint64 }

// add puts h in and says whether it may have been in before.
func (f *filter) add(h uint64) bool {
	if f.words == nil {
		f.words = make([]uint64, filterBits/64)
	}
	before := true
	for step, probe := h>>32|1, h; probe != h+4*step; probe += step {
		bit := (probe * 0x9e3779b97f4a7c15) >> 37
		word, mask := &f.words[bit/64], uint64(1)<<(bit%64)
		before = before && *word&mask != 0
		*word |= mask
	}
	return before
}

// hash is 64-bit FNV-1a with a final mix. It must not differ between runs: an import
// that goes on must find the same orders scattered.
func hash(key string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(key) {
		h = (h ^ uint64(key[i])) * 1099511628211
	}
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	return h ^ h>>33
}
