package seal

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
)

// frameSize is how much plain text one sealed frame of a file holds.
const frameSize = 64 << 10

// FileWriter appends to a file of sealed frames, each led by its length. The scope of a
// frame holds its number, so frames cannot be dropped, swapped or taken elsewhere.
type FileWriter struct {
	f     *os.File
	box   *Box
	scope string
	frame int
	size  int64
	plain []byte
	buf   []byte
}

// Size is how many bytes the file has. What Write still buffers comes with the next Sync.
func (w *FileWriter) Size() int64 { return w.size }

// OpenFileWriter opens path for appending after its first size bytes; what lies behind
// them is dropped.
func OpenFileWriter(path string, box *Box, scope string, size int64) (*FileWriter, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	w := &FileWriter{f: f, box: box, scope: scope, size: size}
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
func (w *FileWriter) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		take := min(len(p), frameSize-len(w.plain))
		w.plain = append(w.plain, p[:take]...)
		p = p[take:]
		if len(w.plain) == frameSize {
			if err := w.seal(); err != nil {
				return 0, err
			}
		}
	}
	return n, nil
}

func (w *FileWriter) seal() error {
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
func (w *FileWriter) Sync() error {
	if len(w.plain) == 0 {
		return nil
	}
	return errors.Join(w.seal(), w.f.Sync())
}

// Close syncs and closes.
func (w *FileWriter) Close() error { return errors.Join(w.Sync(), w.f.Close()) }

// FileReader reads what a FileWriter wrote.
type FileReader struct {
	f     *os.File
	r     *bufio.Reader
	left  int64
	box   *Box
	scope string
	frame int
	plain []byte
	rest  []byte
	buf   []byte
}

// OpenFileReader reads the first size bytes of path.
func OpenFileReader(path string, box *Box, scope string, size int64) (*FileReader, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", scope, err)
	}
	return &FileReader{f: f, r: bufio.NewReaderSize(f, frameSize), left: size, box: box, scope: scope}, nil
}

// Read gives plain text; a damaged or shortened file is an error, never a short read.
func (r *FileReader) Read(p []byte) (int, error) {
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

func (r *FileReader) open() error {
	var head [4]byte
	if _, err := io.ReadFull(r.r, head[:]); err != nil {
		return io.ErrUnexpectedEOF
	}
	n := int(binary.LittleEndian.Uint32(head[:]))
	if n > frameSize+Overhead {
		return errors.New("a frame is too long")
	}
	if cap(r.buf) < n {
		r.buf = make([]byte, frameSize+Overhead)
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
func (r *FileReader) Close() error { return r.f.Close() }
