package seal

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"pgregory.net/rapid"
)

func box(t interface{ Fatal(...any) }, fill byte) *Box {
	b, err := New(bytes.Repeat([]byte{fill}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// covers: J3
func TestOpen_GivesBackWhatWasSealed(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		b := box(t, 1)
		plain := rapid.SliceOf(rapid.Byte()).Draw(t, "plain")
		sealed := b.Seal(nil, plain, "table")
		if len(sealed) != len(plain)+Overhead {
			t.Fatalf("%d bytes became %d", len(plain), len(sealed))
		}
		got, err := b.Open(nil, sealed, "table")
		if err != nil || !bytes.Equal(got, plain) {
			t.Fatalf("Open = %q, %v, want %q", got, err, plain)
		}
		if _, err := b.Open(nil, sealed, "another table"); err == nil {
			t.Fatal("a text opens in another place")
		}
		if _, err := box(t, 2).Open(nil, sealed, "table"); err == nil {
			t.Fatal("a text opens with another key")
		}
		i := rapid.IntRange(0, len(sealed)-1).Draw(t, "bit")
		sealed[i] ^= 1
		if _, err := b.Open(nil, sealed, "table"); err == nil {
			t.Fatalf("a text opens with byte %d changed", i)
		}
	})
}

func TestBlind_IsEqualOnlyForEqualValues(t *testing.T) {
	t.Parallel()
	b := box(t, 1)
	if b.Blind("phone", "1") != b.Blind("phone", "1") {
		t.Fatal("equal values differ")
	}
	seen := map[Blind]string{}
	for _, pair := range [][2]string{{"phone", "1"}, {"phone", "2"}, {"email", "1"}, {"phon", "e1"}} {
		key := b.Blind(pair[0], pair[1])
		if other := seen[key]; other != "" {
			t.Fatalf("%v and %s have one fingerprint", pair, other)
		}
		seen[key] = pair[0] + pair[1]
	}
	if b.Blind("phone", "1") == box(t, 2).Blind("phone", "1") {
		t.Fatal("the fingerprint does not depend on the key")
	}
}

// covers: J3
func TestOpenKeyFile_MakesAPrivateFileOnce(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "key")
	b, err := OpenKeyFile(path)
	if err != nil {
		t.Fatal(err)
	}
	again, err := OpenKeyFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := again.Open(nil, b.Seal(nil, []byte("x"), "s"), "s"); err != nil {
		t.Fatalf("the file gave another key: %v", err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("mode %v, %v, want 0600", info.Mode(), err)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenKeyFile(path); err == nil {
		t.Fatal("a key that others can read is taken")
	}
	if err := os.WriteFile(path, []byte("not a key"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenKeyFile(path); err == nil {
		t.Fatal("a damaged key file is taken")
	}
}

func FuzzOpen(f *testing.F) {
	b := box(f, 1)
	f.Add(b.Seal(nil, []byte("x"), "s"))
	f.Fuzz(func(t *testing.T, sealed []byte) {
		plain, err := b.Open(nil, sealed, "s")
		if err == nil && len(plain)+Overhead != len(sealed) {
			t.Fatalf("%d bytes opened to %d", len(sealed), len(plain))
		}
	})
}
