package content

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"yutang/internal/seal"
)

// frameSize is how much plain text one sealed frame of a file holds.
const frameSize = 64 << 10

const tempPrefix = "new-"

// vault is the directory of asset files. A file lies under the hash of its plain bytes, as
// sealed frames each led by its length. A frame is bound to its number, and the hash is
// checked on reading, so a file that was changed, cut or swapped is never read as whole.
type vault struct {
	dir string
	box *seal.Box
}

func (v *vault) path(hash string) string { return filepath.Join(v.dir, hash[:2], hash) }

func scopeOf(frame int) string { return "asset/" + strconv.Itoa(frame) }

// draft is a file on its way into the vault.
type draft struct {
	v     *vault
	f     *os.File
	sum   hash.Hash
	size  int64
	frame int
	plain []byte
	buf   []byte
}

func (v *vault) draft() (*draft, error) {
	if err := os.MkdirAll(v.dir, 0o700); err != nil {
		return nil, err
	}
	f, err := os.CreateTemp(v.dir, tempPrefix)
	if err != nil {
		return nil, err
	}
	return &draft{v: v, f: f, sum: sha256.New()}, nil
}

// Write takes plain bytes.
func (d *draft) Write(p []byte) (int, error) {
	n := len(p)
	d.sum.Write(p)
	d.size += int64(n)
	for len(p) > 0 {
		take := min(len(p), frameSize-len(d.plain))
		d.plain = append(d.plain, p[:take]...)
		p = p[take:]
		if len(d.plain) == frameSize {
			if err := d.seal(); err != nil {
				return 0, err
			}
		}
	}
	return n, nil
}

func (d *draft) seal() error {
	d.buf = append(d.buf[:0], 0, 0, 0, 0)
	d.buf = d.v.box.Seal(d.buf, d.plain, scopeOf(d.frame))
	binary.LittleEndian.PutUint32(d.buf, uint32(len(d.buf)-4))
	_, err := d.f.Write(d.buf)
	d.frame++
	d.plain = d.plain[:0]
	return err
}

// finish makes the bytes durable and gives their hash; keep puts them in place.
func (d *draft) finish() (hash string, err error) {
	if len(d.plain) > 0 {
		err = d.seal()
	}
	if err := errors.Join(err, d.f.Sync(), d.f.Close()); err != nil {
		return "", err
	}
	return hex.EncodeToString(d.sum.Sum(nil)), nil
}

// keep moves the file to its place, durably. A file that is there already has the same bytes.
func (d *draft) keep(hash string) error {
	path := d.v.path(hash)
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if err := os.Rename(d.f.Name(), path); err != nil {
		return err
	}
	return errors.Join(syncDir(dir), syncDir(d.v.dir))
}

// drop removes what was not kept.
func (d *draft) drop() {
	_ = d.f.Close()
	_ = os.Remove(d.f.Name())
}

func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// opened reads a file back.
type opened struct {
	f     *os.File
	r     *bufio.Reader
	v     *vault
	want  string
	sum   hash.Hash
	frame int
	plain []byte
	rest  []byte
	buf   []byte
}

func (v *vault) open(hash string) (*opened, error) {
	f, err := os.Open(v.path(hash))
	if err != nil {
		return nil, fmt.Errorf("open asset file: %w", err)
	}
	return &opened{f: f, r: bufio.NewReaderSize(f, frameSize), v: v, want: hash, sum: sha256.New()}, nil
}

// Read gives plain bytes. Its end says that all of them are right.
func (o *opened) Read(p []byte) (int, error) {
	for len(o.rest) == 0 {
		if err := o.next(); err != nil {
			return 0, err
		}
	}
	n := copy(p, o.rest)
	o.rest = o.rest[n:]
	return n, nil
}

func (o *opened) next() error {
	var head [4]byte
	if _, err := io.ReadFull(o.r, head[:]); errors.Is(err, io.EOF) {
		if hex.EncodeToString(o.sum.Sum(nil)) != o.want {
			return errors.New("read asset file: it is shortened or not the one it is named after")
		}
		return io.EOF
	} else if err != nil {
		return fmt.Errorf("read asset file: %w", err)
	}
	n := int(binary.LittleEndian.Uint32(head[:]))
	if n > frameSize+seal.Overhead {
		return errors.New("read asset file: a frame is too long")
	}
	if cap(o.buf) < n {
		o.buf = make([]byte, n)
	}
	o.buf = o.buf[:n]
	if _, err := io.ReadFull(o.r, o.buf); err != nil {
		return fmt.Errorf("read asset file: %w", io.ErrUnexpectedEOF)
	}
	var err error
	if o.plain, err = o.v.box.Open(o.plain[:0], o.buf, scopeOf(o.frame)); err != nil {
		return fmt.Errorf("read asset file: %w", err)
	}
	o.sum.Write(o.plain)
	o.rest, o.frame = o.plain, o.frame+1
	return nil
}

// Close closes the file.
func (o *opened) Close() error { return o.f.Close() }

// sweep removes files that no asset has. Uploads under way are left alone: see clear.
func (v *vault) sweep(used map[string]bool) error {
	err := filepath.WalkDir(v.dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		if name := e.Name(); used[name] || strings.HasPrefix(name, tempPrefix) {
			return nil
		}
		return os.Remove(path)
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// clear removes what uploads of an earlier process left unfinished.
func (v *vault) clear() error {
	left, err := filepath.Glob(filepath.Join(v.dir, tempPrefix+"*"))
	for _, path := range left {
		err = errors.Join(err, os.Remove(path))
	}
	return err
}
