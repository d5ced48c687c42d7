package snapshot

import (
	"bufio"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"yutang/internal/seal"
)

// Writer writes one snapshot file beside the old one, which stays until Close. Not safe
// for concurrent use.
type Writer struct {
	path   string
	box    *seal.Box
	file   *os.File
	buf    *bufio.Writer
	at     place
	plain  []byte // of the chunk being filled
	sealed []byte
	err    error
}

// Create begins a snapshot that becomes path when it is closed. A file that an earlier
// writer left half done is replaced.
func Create(path string, box *seal.Box) (*Writer, error) {
	f, err := os.OpenFile(path+".tmp", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, fmt.Errorf("create snapshot: %w", err)
	}
	w := &Writer{path: path, box: box, file: f, buf: bufio.NewWriterSize(f, chunkSize), plain: make([]byte, 0, chunkSize)}
	rand.Read(w.at.file[:]) //nolint:errcheck // crypto/rand.Read never fails: it ends the program instead
	_, w.err = w.buf.Write(header(w.at.file))
	return w, nil
}

// Section ends the section before and begins one. Writing to the old one is an error.
func (w *Writer) Section(name string) io.Writer {
	w.endSection()
	w.at.section, w.at.name, w.at.chunk = w.at.section+1, name, 1
	return &sectionWriter{w, w.at.section}
}

type sectionWriter struct {
	w       *Writer
	section int
}

// Write adds p to the section.
func (s *sectionWriter) Write(p []byte) (int, error) {
	w := s.w
	if w.err == nil && s.section != w.at.section {
		return 0, errors.New("write snapshot: the section has ended")
	}
	written := 0
	for len(p) > 0 && w.err == nil {
		if len(w.plain) == chunkSize {
			w.flush(false)
		}
		n := min(len(p), chunkSize-len(w.plain))
		w.plain = append(w.plain, p[:n]...)
		p, written = p[n:], written+n
	}
	return written, w.err
}

func (w *Writer) endSection() {
	if w.at.section > 0 {
		w.flush(true)
	}
}

func (w *Writer) flush(last bool) {
	if w.err != nil {
		return
	}
	w.at.last = last
	w.sealed = append(w.sealed[:0], make([]byte, chunkHeader)...)
	w.sealed = w.box.Seal(w.sealed, w.plain, w.at.scope())
	if last {
		w.sealed[0] = 1
	}
	binary.LittleEndian.PutUint32(w.sealed[1:], uint32(len(w.sealed)-chunkHeader))
	_, w.err = w.buf.Write(w.sealed)
	w.plain = w.plain[:0]
	w.at.chunk++
}

// Close ends the last section and gives the file its name, once all of it is on disk.
// After an error of this or an earlier call, the old file is as it was.
func (w *Writer) Close() error {
	if err := w.finish(); err != nil {
		w.Abort()
		return fmt.Errorf("write snapshot: %w", err)
	}
	if err := os.Rename(w.path+".tmp", w.path); err != nil {
		w.Abort()
		return fmt.Errorf("write snapshot: %w", err)
	}
	if err := syncDir(filepath.Dir(w.path)); err != nil {
		return fmt.Errorf("write snapshot: %w", err)
	}
	return nil
}

func (w *Writer) finish() error {
	w.endSection()
	sections := binary.LittleEndian.AppendUint64(nil, uint64(w.at.section))
	if w.err == nil {
		_, w.err = w.buf.Write(w.box.Seal(nil, sections, trailerScope(w.at.file)))
	}
	if w.err == nil {
		w.err = w.buf.Flush()
	}
	if w.err == nil {
		w.err = w.file.Sync()
	}
	err := errors.Join(w.err, w.file.Close())
	w.err = errors.New("the snapshot is closed")
	return err
}

// Abort throws away what was written. After Close it does nothing.
func (w *Writer) Abort() {
	w.err = errors.New("the snapshot is closed")
	w.file.Close()             //nolint:errcheck // the file goes
	os.Remove(w.path + ".tmp") //nolint:errcheck // the next Create replaces it
}

func syncDir(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
