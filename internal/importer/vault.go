package importer

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"

	"yutang/internal/seal"
)

// chunkSize is how much plain text one sealed frame of a file holds.
const chunkSize = 64 << 10

// sealedWriter appends to a file of sealed frames, each led by its length. The scope of a
// frame holds its number, so frames cannot be dropped, swapped or taken elsewhere.
type sealedWriter struct {
	f     *os.File
	box   *seal.Box
	scope string
	frame int
	size  int64 // bytes in the file
	plain []byte
	buf   []byte
}

// openSealedWriter opens path for appending after its first size bytes; what lies behind
// them is dropped.
func openSealedWriter(path string, box *seal.Box, scope string, size int64) (*sealedWriter, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	w := &sealedWriter{f: f, box: box, scope: scope, size: size}
	if w.frame, err = countFrames(f, size); err == nil {
		err = f.Truncate(size)
	}
	if err == nil {
		_, err = f.Seek(size, io.SeekStart)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", scope, err), f.Close())
	}
	return w, nil
}

func countFrames(f *os.File, size int64) (n int, err error) {
	var head [4]byte
	for at := int64(0); at < size; n++ {
		if _, err := f.ReadAt(head[:], at); err != nil {
			return 0, err
		}
		at += 4 + int64(binary.LittleEndian.Uint32(head[:]))
	}
	return n, nil
}

// Write buffers p and seals each full chunk.
func (w *sealedWriter) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		take := min(len(p), chunkSize-len(w.plain))
		w.plain = append(w.plain, p[:take]...)
		p = p[take:]
		if len(w.plain) == chunkSize {
			if err := w.seal(); err != nil {
				return 0, err
			}
		}
	}
	return n, nil
}

func (w *sealedWriter) seal() error {
	if len(w.plain) == 0 {
		return nil
	}
	w.buf = append(w.buf[:0], 0, 0, 0, 0)
	w.buf = w.box.Seal(w.buf, w.plain, w.scope+strconv.Itoa(w.frame))
	binary.LittleEndian.PutUint32(w.buf, uint32(len(w.buf)-4))
	n, err := w.f.Write(w.buf)
	w.size += int64(n)
	w.frame++
	w.plain = w.plain[:0]
	return err
}

// Sync seals what is buffered and makes the file durable.
func (w *sealedWriter) Sync() error {
	if len(w.plain) == 0 {
		return nil
	}
	return errors.Join(w.seal(), w.f.Sync())
}

// Close syncs and closes.
func (w *sealedWriter) Close() error { return errors.Join(w.Sync(), w.f.Close()) }

// sealedReader reads what a sealedWriter wrote.
type sealedReader struct {
	f     *os.File
	r     *bufio.Reader
	left  int64
	box   *seal.Box
	scope string
	frame int
	plain []byte
	rest  []byte
	buf   []byte
}

// openSealedReader reads the first size bytes of path.
func openSealedReader(path string, box *seal.Box, scope string, size int64) (*sealedReader, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", scope, err)
	}
	return &sealedReader{f: f, r: bufio.NewReaderSize(f, chunkSize), left: size, box: box, scope: scope}, nil
}

// Read gives plain text; a damaged or shortened file is an error, never a short read.
func (r *sealedReader) Read(p []byte) (int, error) {
	for len(r.rest) == 0 {
		if r.left == 0 {
			return 0, io.EOF
		}
		if err := r.open(); err != nil {
			return 0, fmt.Errorf("read %s: %w", r.scope, err)
		}
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

func (r *sealedReader) open() error {
	var head [4]byte
	if _, err := io.ReadFull(r.r, head[:]); err != nil {
		return io.ErrUnexpectedEOF
	}
	n := int(binary.LittleEndian.Uint32(head[:]))
	if n > chunkSize+seal.Overhead {
		return errors.New("a frame is too long")
	}
	if cap(r.buf) < n {
		r.buf = make([]byte, chunkSize+seal.Overhead)
	}
	if _, err := io.ReadFull(r.r, r.buf[:n]); err != nil {
		return io.ErrUnexpectedEOF
	}
	var err error
	r.plain, err = r.box.Open(r.plain[:0], r.buf[:n], r.scope+strconv.Itoa(r.frame))
	r.rest, r.frame, r.left = r.plain, r.frame+1, r.left-int64(n)-4
	return err
}

// Close closes the file.
func (r *sealedReader) Close() error { return r.f.Close() }
