package identity

import (
	"encoding/binary"
	"testing"
	"unsafe"

	"pgregory.net/rapid"
)

func TestIndex_FindsWhatWasAdded(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var x index
		want := map[shortKey]uint32{}
		// Few different bytes make keys that share segment, place and tag.
		narrow := rapid.Bool().Draw(t, "narrow")
		for i := range rapid.IntRange(0, 3000).Draw(t, "n") {
			var k shortKey
			binary.LittleEndian.PutUint32(k[8:], uint32(i))
			if !narrow {
				binary.LittleEndian.PutUint64(k[:], uint64(i)*0x9e3779b97f4a7c15)
			}
			want[k] = uint32(i + 1)
			if r := x.at(x.add(record{key: k, leaf: uint32(i + 1)})); r.leaf != uint32(i+1) {
				t.Fatalf("the id of record %d leads to %d", i+1, r.leaf)
			}
		}
		for k, leaf := range want {
			if got := x.owner(k); got != leaf {
				t.Fatalf("owner of %x is %d, want %d", k, got, leaf)
			}
			k[11] ^= 0x80
			if got := x.owner(k); got != 0 {
				t.Fatalf("an unknown key is of %d", got)
			}
		}
	})
}

func TestIndex_CostsFewBytes(t *testing.T) {
	t.Parallel()
	if size := unsafe.Sizeof(record{}); size != 24 {
		t.Errorf("a record has %d bytes, want 24", size)
	}
	var x index
	const n = 200_000
	for i := range uint64(n) {
		var k shortKey
		binary.LittleEndian.PutUint64(k[:], (i+1)*0x9e3779b97f4a7c15)
		x.add(record{key: k, leaf: 1})
	}
	bytes := 0
	for i := range x.segs {
		bytes += cap(x.segs[i].records)*24 + cap(x.segs[i].slots)*4
	}
	if per := float64(bytes) / n; per > 36 {
		t.Errorf("an identity costs %.1f bytes", per)
	} else {
		t.Logf("an identity costs %.1f bytes", per)
	}
}
