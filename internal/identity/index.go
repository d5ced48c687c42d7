package identity

import "encoding/binary"

// The index finds the leaf of an identity by its blind key, and the identities of a leaf.
//
// Records lie in 256 segments by the first byte of the key. Each segment keeps its records
// in order of arrival and an open-addressing table of record numbers; both grow by an
// eighth and a quarter, one segment at a time, so no growth is long. Nothing holds a
// pointer. An identity costs about 32 bytes.

const (
	segments    = 256
	maxInRegion = 1<<24 - 1 // records of one segment, a slot's 24 bits
)

// shortKey is the first 96 bits of a blind key. Two among a thousand million identities
// are equal with probability 1e-11.
type shortKey [12]byte

func shorten(key [16]byte) shortKey { return shortKey(key[:12]) }

// hash is the part of the key that places it within its segment.
func (k *shortKey) hash() uint32 { return binary.LittleEndian.Uint32(k[1:5]) }

// tag tells most different keys apart without reading the record.
func (k *shortKey) tag() uint32 { return uint32(k[5]) << 24 }

// record is one identity. Never changed but for next.
type record struct {
	key  shortKey
	leaf uint32
	next recordID // another identity of the same leaf
	typ  uint16   // number in typeTable
	day  uint16   // first seen, days since 1970
}

// recordID is segment<<24 | number within the segment from 1. 0 is none.
type recordID uint32

type segment struct {
	records []record
	slots   []uint32 // 0 empty; else tag | number from 1
}

// index is guarded by the timeline store's lock.
type index struct {
	segs  [segments]segment
	count int
}

// owner is the leaf of an identity, 0 if it is unknown.
func (x *index) owner(key shortKey) uint32 {
	seg := &x.segs[key[0]]
	n := uint64(len(seg.slots))
	if n == 0 {
		return 0
	}
	tag := key.tag()
	for i := uint64(key.hash()) * n >> 32; ; {
		slot := seg.slots[i]
		if slot == 0 {
			return 0
		}
		if slot&0xff000000 == tag {
			if r := &seg.records[slot&maxInRegion-1]; r.key == key {
				return r.leaf
			}
		}
		if i++; i == n {
			i = 0
		}
	}
}

// add inserts an identity that is not there and gives its record's id.
func (x *index) add(r record) recordID {
	seg := &x.segs[r.key[0]]
	if (len(seg.records)+1)*5 > len(seg.slots)*4 {
		seg.grow()
	}
	if len(seg.records) == cap(seg.records) {
		bigger := make([]record, len(seg.records), len(seg.records)+len(seg.records)/8+4)
		copy(bigger, seg.records)
		seg.records = bigger
	}
	seg.records = append(seg.records, r)
	number := uint32(len(seg.records))
	if number > maxInRegion {
		panic("identity: more than 4 billion identities")
	}
	seg.place(&r.key, number)
	x.count++
	return recordID(uint32(r.key[0])<<24 | number)
}

// at is the record with this id.
func (x *index) at(id recordID) *record { return &x.segs[id>>24].records[id&maxInRegion-1] }

func (g *segment) grow() {
	g.slots = make([]uint32, len(g.slots)+len(g.slots)/4+8)
	for i := range g.records {
		g.place(&g.records[i].key, uint32(i+1))
	}
}

func (g *segment) place(key *shortKey, number uint32) {
	n := uint64(len(g.slots))
	i := uint64(key.hash()) * n >> 32
	for g.slots[i] != 0 {
		if i++; i == n {
			i = 0
		}
	}
	g.slots[i] = key.tag() | number
}
