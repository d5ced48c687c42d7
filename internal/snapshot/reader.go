package snapshot

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"

	"yutang/internal/seal"
)

// ErrDamaged is the error of a file that is cut off, changed, or of another key.
var ErrDamaged = errors.New("the snapshot is damaged or belongs to another key")

// Reader reads one snapshot file. Not safe for concurrent use.
type Reader struct {
	box      *seal.Box
	close    func() error
	buf      *bufio.Reader
	at       place
	sections int
	sealed   []byte
	plain    []byte // opened and not read yet
	opened   []byte // the memory of plain
}

// Open opens a snapshot and checks that it is of this key and has its end. A file that
// does not exist is an error that os.IsNotExist knows.
func Open(path string, box *seal.Box) (*Reader, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	r, err := read(f, info.Size(), box)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open snapshot: %w", err), f.Close())
	}
	r.close = f.Close
	return r, nil
}

func read(f io.ReaderAt, size int64, box *seal.Box) (*Reader, error) {
	r := &Reader{box: box, close: func() error { return nil }}
	body := size - int64(headerSize) - int64(trailerSize)
	if body < 0 {
		return nil, ErrDamaged
	}
	ends := make([]byte, headerSize+trailerSize)
	if _, err := f.ReadAt(ends[:headerSize], 0); err != nil {
		return nil, err
	}
	if _, err := f.ReadAt(ends[headerSize:], size-int64(trailerSize)); err != nil {
		return nil, err
	}
	copy(r.at.file[:], ends[headerSize-idSize:])
	if !bytes.Equal(ends[:headerSize], header(r.at.file)) {
		return nil, ErrDamaged
	}
	sections, err := box.Open(nil, ends[headerSize:], trailerScope(r.at.file))
	if err != nil || len(sections) != 8 {
		return nil, ErrDamaged
	}
	r.sections = int(binary.LittleEndian.Uint64(sections))
	r.at.last = true
	r.buf = bufio.NewReaderSize(io.NewSectionReader(f, int64(headerSize), body), 1<<16)
	return r, nil
}

// Section gives the next section, which must have this name. What is left of the one
// before is skipped.
func (r *Reader) Section(name string) (io.Reader, error) {
	if r.at.section > 0 {
		if _, err := io.Copy(io.Discard, &sectionReader{r, r.at.section}); err != nil {
			return nil, err
		}
	}
	if r.at.section == r.sections {
		return nil, fmt.Errorf("read snapshot: no section %q: %w", name, ErrDamaged)
	}
	r.at.section, r.at.name, r.at.chunk, r.at.last = r.at.section+1, name, 0, false
	if err := r.next(); err != nil {
		return nil, fmt.Errorf("read snapshot: section %q: %w", name, err)
	}
	return &sectionReader{r, r.at.section}, nil
}

// Close closes the file.
func (r *Reader) Close() error { return r.close() }

// next opens the next chunk of the section.
func (r *Reader) next() error {
	var head [chunkHeader]byte
	if _, err := io.ReadFull(r.buf, head[:]); err != nil {
		return ErrDamaged
	}
	length := binary.LittleEndian.Uint32(head[1:])
	if head[0] > 1 || length < seal.Overhead || length > chunkSize+seal.Overhead {
		return ErrDamaged
	}
	r.at.last = head[0] == 1
	r.at.chunk++
	r.sealed = append(r.sealed[:0], make([]byte, length)...)
	if _, err := io.ReadFull(r.buf, r.sealed); err != nil {
		return ErrDamaged
	}
	plain, err := r.box.Open(r.opened[:0], r.sealed, r.at.scope())
	if err != nil {
		return ErrDamaged
	}
	r.opened, r.plain = plain, plain
	return nil
}

type sectionReader struct {
	r       *Reader
	section int
}

// Read gives plain bytes; each was checked before it is given.
func (s *sectionReader) Read(p []byte) (int, error) {
	r := s.r
	if s.section != r.at.section {
		return 0, errors.New("read snapshot: the section has ended")
	}
	for len(r.plain) == 0 {
		if r.at.last {
			return 0, io.EOF
		}
		if err := r.next(); err != nil {
			return 0, fmt.Errorf("read snapshot: section %q: %w", r.at.name, err)
		}
	}
	n := copy(p, r.plain)
	r.plain = r.plain[n:]
	return n, nil
}
