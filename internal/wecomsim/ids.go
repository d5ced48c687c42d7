package wecomsim

import (
	"encoding/hex"
	"hash/fnv"
	"math/rand/v2"
	"strconv"
)

// ids makes ids that follow from the seed, the kind and how many were made of it.
type ids struct {
	seed uint64
	next map[string]uint64
}

const idAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"

// make gives prefix and n random-looking characters.
func (i *ids) make(prefix string, n int) string {
	r := i.stream(prefix)
	b := make([]byte, len(prefix), len(prefix)+n)
	copy(b, prefix)
	var bits uint64
	for k := range n {
		if k%10 == 0 {
			bits = r.Uint64()
		}
		b = append(b, idAlphabet[bits&63])
		bits >>= 6
	}
	return string(b)
}

// number gives the next number of a kind, from 1.
func (i *ids) number(kind string) uint64 {
	i.next[kind]++
	return i.next[kind]
}

// hex gives n random-looking bytes in hex.
func (i *ids) hex(kind string, n int) string {
	r := i.stream(kind)
	b := make([]byte, n)
	for k := range b {
		b[k] = byte(r.Uint32())
	}
	return hex.EncodeToString(b)
}

// digits gives a decimal number of 15 to 16 digits.
func (i *ids) digits(kind string) string {
	return strconv.FormatUint(1_000_000_000_000_000+i.stream(kind).Uint64N(6_000_000_000_000_000), 10)
}

func (i *ids) stream(kind string) *rand.Rand {
	n := i.number(kind)
	h := fnv.New64a()
	_, _ = h.Write([]byte(kind))
	return rand.New(rand.NewPCG(i.seed^h.Sum64(), n))
}

// Shapes of the platform's ids.
func (i *ids) customer() string  { return i.make("wm", 30) }
func (i *ids) wecomUser() string { return i.make("wo", 30) }
func (i *ids) tag() string       { return i.make("et", 30) }
func (i *ids) chat() string      { return i.make("wr", 30) }
func (i *ids) kf() string        { return i.make("wk", 30) }
func (i *ids) moment() string    { return i.make("mom", 29) }
func (i *ids) message() string   { return i.make("msg", 29) }
