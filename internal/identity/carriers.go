package identity

import "github.com/RoaringBitmap/roaring/v2"

// Carriers are the roots of all customers who have an identity of a type. It takes the
// timeline's read lock, and gives it up often.
func (s *Service) Carriers(typ string) *roaring.Bitmap {
	out := roaring.New()
	s.tl.RLock()
	number, known := s.types.numbers[typ]
	s.tl.RUnlock()
	var roots []uint32
	for i := 0; known && i < segments; i++ {
		roots = roots[:0]
		s.tl.RLock()
		for k := range s.index.segs[i].records {
			if r := &s.index.segs[i].records[k]; r.typ == number && r.leaf != 0 {
				roots = append(roots, s.tl.Root(r.leaf))
			}
		}
		s.tl.RUnlock()
		out.AddMany(roots)
	}
	return out
}
