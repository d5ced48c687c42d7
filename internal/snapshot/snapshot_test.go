package snapshot

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"yutang/internal/seal"
)

func newBox(t testing.TB, key byte) *seal.Box {
	t.Helper()
	box, err := seal.New(bytes.Repeat([]byte{key}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return box
}

type section struct {
	name string
	data []byte
}

func noise(n int) []byte {
	rng := rand.New(rand.NewPCG(1, uint64(n)))
	p := make([]byte, n)
	for i := range p {
		p[i] = byte(rng.Uint32())
	}
	return p
}

func write(t testing.TB, path string, box *seal.Box, sections []section) {
	t.Helper()
	w, err := Create(path, box)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range sections {
		out := w.Section(s.name)
		for rest := s.data; len(rest) > 0; {
			n := min(len(rest), 300_001)
			if _, err := out.Write(rest[:n]); err != nil {
				t.Fatal(err)
			}
			rest = rest[n:]
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

// readAll reads every section of raw by name.
func readAll(raw []byte, box *seal.Box, names []string) ([][]byte, error) {
	r, err := read(bytes.NewReader(raw), int64(len(raw)), box)
	if err != nil {
		return nil, err
	}
	var out [][]byte
	for _, name := range names {
		in, err := r.Section(name)
		if err != nil {
			return out, err
		}
		data, err := io.ReadAll(in)
		if err != nil {
			return out, err
		}
		out = append(out, data)
	}
	return out, nil
}

func someSections() ([]section, []string) {
	list := []section{{"timeline", noise(2*chunkSize + 7)}, {"empty", nil}, {"exact", noise(chunkSize)}, {"end", noise(10)}}
	var names []string
	for _, s := range list {
		names = append(names, s.name)
	}
	return list, names
}

// covers: J4
func TestSnapshot_ReadsWhatWasWritten(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "snap")
	sections, _ := someSections()
	write(t, path, newBox(t, 1), sections)
	r, err := Open(path, newBox(t, 1))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for _, s := range sections {
		in, err := r.Section(s.name)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(in); err != nil || !bytes.Equal(got, s.data) {
			t.Fatalf("section %s: %d bytes, %v", s.name, len(got), err)
		}
	}
	if _, err := r.Section("more"); !errors.Is(err, ErrDamaged) {
		t.Fatalf("a section that was not written: %v", err)
	}
}

func TestSnapshot_SkipsARestAndRefusesAnotherOrder(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "snap")
	sections, _ := someSections()
	write(t, path, newBox(t, 1), sections)
	r, err := Open(path, newBox(t, 1))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	first, err := r.Section("timeline")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Section("empty"); err != nil {
		t.Fatalf("after an unread section: %v", err)
	}
	if _, err := first.Read(make([]byte, 1)); err == nil {
		t.Fatal("an ended section can be read")
	}
	if _, err := r.Section("end"); !errors.Is(err, ErrDamaged) {
		t.Fatalf("a section out of order: %v", err)
	}
}

func TestSnapshot_ShowsEveryDamage(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "snap")
	sections, names := someSections()
	box := newBox(t, 1)
	write(t, path, box, sections)
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := readAll(raw, box, names); err != nil {
		t.Fatalf("the whole file: %v", err)
	}
	if _, err := readAll(raw, newBox(t, 2), names); !errors.Is(err, ErrDamaged) {
		t.Fatalf("another key: %v", err)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for range 40 {
		bad := bytes.Clone(raw)
		at := rng.IntN(len(bad))
		bad[at] ^= 1 << rng.IntN(8)
		if _, err := readAll(bad, box, names); !errors.Is(err, ErrDamaged) {
			t.Fatalf("a bit changed at %d: %v", at, err)
		}
		cut := raw[:rng.IntN(len(raw))]
		if _, err := readAll(cut, box, names); !errors.Is(err, ErrDamaged) {
			t.Fatalf("cut at %d: %v", len(cut), err)
		}
	}
	full := chunkHeader + chunkSize + seal.Overhead
	one, two := raw[headerSize:headerSize+full], raw[headerSize+full:headerSize+2*full]
	swapped := bytes.Join([][]byte{raw[:headerSize], two, one, raw[headerSize+2*full:]}, nil)
	if _, err := readAll(swapped, box, names); !errors.Is(err, ErrDamaged) {
		t.Fatalf("chunks swapped: %v", err)
	}
	dropped := bytes.Join([][]byte{raw[:headerSize], one, raw[headerSize+2*full:]}, nil)
	if _, err := readAll(dropped, box, names); !errors.Is(err, ErrDamaged) {
		t.Fatalf("chunk dropped: %v", err)
	}
}

func TestSnapshot_DoesNotMixFiles(t *testing.T) {
	t.Parallel()
	dir, box := t.TempDir(), newBox(t, 1)
	var raw [2][]byte
	for i := range raw {
		path := filepath.Join(dir, "snap")
		write(t, path, box, []section{{"a", noise(100 + i)}, {"b", noise(200)}})
		raw[i], _ = os.ReadFile(path)
	}
	mixed := append(bytes.Clone(raw[0][:headerSize]), raw[1][headerSize:]...)
	if _, err := readAll(mixed, box, []string{"a", "b"}); !errors.Is(err, ErrDamaged) {
		t.Fatalf("parts of two files: %v", err)
	}
}

func TestSnapshot_TheOldFileStaysUntilClose(t *testing.T) {
	t.Parallel()
	dir, box := t.TempDir(), newBox(t, 1)
	path := filepath.Join(dir, "snap")
	write(t, path, box, []section{{"a", []byte("old")}})
	w, err := Create(path, box)
	if err != nil {
		t.Fatal(err)
	}
	out := w.Section("a")
	if _, err := out.Write([]byte("new")); err != nil {
		t.Fatal(err)
	}
	w.Abort()
	if _, err := out.Write([]byte("new")); err == nil {
		t.Fatal("an aborted snapshot can be written")
	}
	if err := w.Close(); err == nil {
		t.Fatal("an aborted snapshot can be closed")
	}
	raw, _ := os.ReadFile(path)
	got, err := readAll(raw, box, []string{"a"})
	if err != nil || string(got[0]) != "old" {
		t.Fatalf("after Abort: %q, %v", got, err)
	}
	if files, _ := os.ReadDir(dir); len(files) != 1 {
		t.Fatalf("%d files are left", len(files))
	}
	if _, err := Open(filepath.Join(dir, "none"), box); !os.IsNotExist(err) {
		t.Fatalf("a file that is not there: %v", err)
	}
}

func FuzzRead(f *testing.F) {
	box := newBox(f, 1)
	path := filepath.Join(f.TempDir(), "snap")
	write(f, path, box, []section{{"a", noise(3000)}, {"b", nil}})
	good, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add(good[:len(good)-1])
	f.Add([]byte(magic))
	f.Fuzz(func(t *testing.T, raw []byte) {
		got, err := readAll(raw, box, []string{"a", "b"})
		if err == nil && (!bytes.Equal(got[0], noise(3000)) || len(got[1]) > 0) {
			t.Fatal("a file nobody wrote was read")
		}
	})
}

func BenchmarkSnapshot(b *testing.B) {
	box, data := newBox(b, 1), noise(64<<20)
	path := filepath.Join(b.TempDir(), "snap")
	b.Run("write", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		for b.Loop() {
			write(b, path, box, []section{{"a", data}})
		}
	})
	b.Run("read", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		for b.Loop() {
			r, err := Open(path, box)
			if err != nil {
				b.Fatal(err)
			}
			in, err := r.Section("a")
			if err != nil {
				b.Fatal(err)
			}
			if n, err := io.Copy(io.Discard, in); err != nil || n != int64(len(data)) {
				b.Fatal(n, err)
			}
			r.Close()
		}
	})
}
