package customer

import "math"

// vector is one code per customer number in the narrowest width that fits. Numbers
// beyond its end have code 0. Exactly one slice is in use.
type vector struct {
	w8  []uint8
	w16 []uint16
	w32 []uint32
}

func (v *vector) at(i uint32) uint32 {
	switch {
	case uint(i) < uint(len(v.w8)):
		return uint32(v.w8[i])
	case uint(i) < uint(len(v.w16)):
		return uint32(v.w16[i])
	case uint(i) < uint(len(v.w32)):
		return v.w32[i]
	}
	return 0
}

func (v *vector) len() int { return max(len(v.w8), len(v.w16), len(v.w32)) }

func (v *vector) put(i, code uint32) {
	if code == 0 && i >= uint32(v.len()) {
		return
	}
	v.widen(code)
	switch {
	case v.w32 != nil:
		v.w32 = reach(v.w32, i)
		v.w32[i] = code
	case v.w16 != nil:
		v.w16 = reach(v.w16, i)
		v.w16[i] = uint16(code)
	default:
		v.w8 = reach(v.w8, i)
		v.w8[i] = uint8(code)
	}
}

// widen makes room for code.
func (v *vector) widen(code uint32) {
	switch {
	case code > math.MaxUint16 && v.w32 == nil:
		wide := make([]uint32, v.len(), max(v.len(), cap(v.w8), cap(v.w16)))
		for i := range wide {
			wide[i] = v.at(uint32(i))
		}
		v.w8, v.w16, v.w32 = nil, nil, append(wide, 0)
	case code > math.MaxUint8 && v.w16 == nil && v.w32 == nil:
		wide := make([]uint16, v.len(), max(v.len(), cap(v.w8)))
		for i := range wide {
			wide[i] = uint16(v.w8[i])
		}
		v.w8, v.w16 = nil, append(wide, 0)
	}
}

// reach lengthens s to hold index i, with room to grow.
func reach[T any](s []T, i uint32) []T {
	if int(i) < len(s) {
		return s
	}
	if int(i) < cap(s) {
		return s[:i+1] // beyond the length it was never written
	}
	out := make([]T, i+1, int(i)+1+int(i)/4+16)
	copy(out, s)
	return out
}
