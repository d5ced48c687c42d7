// Package snapshot owns the file that lets the product start fast: a copy of derived
// state as named sections, sealed and checked.
//
// It promises that a file which opens and reads to the end is whole, unchanged, of this
// key, and was on disk before it got its name. A file that is not is an error, never
// wrong data: the state is derived, so the caller builds it again. What the sections
// hold is the business of those who write them.
//
//	header   "YTSNAP" format(2) file id(16)
//	chunks   last(1) length(4) sealed      sections in order of writing, 1 MiB each plain
//	trailer  sealed number of sections     fixed length, at the end
//
// Every sealed part is bound to the file id, its section, its number in the section and
// whether it is the last one: parts cannot be cut off, repeated, moved or mixed.
package snapshot

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"

	"yutang/internal/seal"
)

const (
	magic       = "YTSNAP"
	format      = 1
	idSize      = 16
	headerSize  = len(magic) + 2 + idSize
	chunkHeader = 1 + 4
	chunkSize   = 1 << 20
	trailerSize = 8 + seal.Overhead
)

// place says where in which file a chunk is.
type place struct {
	file    [idSize]byte
	section int // from 1
	name    string
	chunk   int // from 1
	last    bool
}

func (p place) scope() string {
	return fmt.Sprintf("snapshot/%d/%s/%d/%q/%d/%t", format, hex.EncodeToString(p.file[:]), p.section, p.name, p.chunk, p.last)
}

// trailerScope is the scope of the trailer.
func trailerScope(file [idSize]byte) string {
	return fmt.Sprintf("snapshot/%d/%s/end", format, hex.EncodeToString(file[:]))
}

func header(file [idSize]byte) []byte {
	h := append([]byte(magic), 0, 0)
	binary.LittleEndian.PutUint16(h[len(magic):], format)
	return append(h, file[:]...)
}
