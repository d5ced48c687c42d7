package flow

import "hash/fnv"

// Draw gives a unit its place among shares in percent, -1 beyond them. The same salt and
// unit always fall on the same spot of 0 to 100, and different salts are independent. With
// one share it agrees with outreach.InHoldout.
func Draw(salt, unit string, percents []float64) int {
	h := fnv.New64a()
	_, _ = h.Write([]byte(salt + "/" + unit))
	x := h.Sum64() // FNV's high bits are weak for short inputs: finish as MurmurHash3 does
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	x *= 0xc4ceb9fe1a85ec53
	x ^= x >> 33
	spot := float64(x>>11) / (1 << 53) * 100
	for i, p := range percents {
		if spot -= p; spot < 0 {
			return i
		}
	}
	return -1
}
