// Package seal owns the encryption of personal data at rest.
//
// A Box seals bytes with AES-256-GCM under a key that lives in a file outside the
// database, and makes keyed fingerprints (the blind index) that allow equality look-up
// without the value. A sealed text starts with the key's number, so that a later key can
// be added while old texts stay readable. A Box is safe for concurrent use. FileWriter and
// FileReader keep what is too long for one text in a file of many.
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

const (
	keyVersion = 1
	nonceSize  = 12
	// Overhead is how many bytes longer a sealed text is than the plain one.
	Overhead = 1 + nonceSize + 16
)

// Blind is the keyed fingerprint of a value: 128 bits of HMAC-SHA256.
type Blind [16]byte

// Box seals, opens and fingerprints with one master key.
type Box struct {
	aead cipher.AEAD
	macs sync.Pool
}

// New makes a box from a 32-byte master key. Encryption and fingerprints use keys
// derived from it, never the master itself.
func New(master []byte) (*Box, error) {
	if len(master) != 32 {
		return nil, fmt.Errorf("seal: the master key has %d bytes, want 32", len(master))
	}
	block, err := aes.NewCipher(derive(master, "seal"))
	if err != nil {
		return nil, fmt.Errorf("seal: make cipher: %w", err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("seal: make cipher: %w", err)
	}
	blindKey := derive(master, "blind")
	b := &Box{aead: aead}
	b.macs.New = func() any { return hmac.New(sha256.New, blindKey) }
	return b, nil
}

func derive(master []byte, purpose string) []byte {
	mac := hmac.New(sha256.New, master)
	mac.Write([]byte("yutang/" + purpose + "/1"))
	return mac.Sum(nil)
}

// Seal appends the sealed form of plain to dst. Scope binds it to its place (a table
// name, say): it opens only with the same scope.
func (b *Box) Seal(dst, plain []byte, scope string) []byte {
	n := len(dst)
	dst = append(dst, make([]byte, 1+nonceSize)...)
	dst[n] = keyVersion
	nonce := dst[n+1 : n+1+nonceSize]
	rand.Read(nonce) //nolint:errcheck // crypto/rand.Read never fails: it ends the program instead
	return b.aead.Seal(dst, nonce, plain, []byte(scope))
}

// Open appends the plain form of sealed to dst. It fails if a bit or the scope differs.
func (b *Box) Open(dst, sealed []byte, scope string) ([]byte, error) {
	if len(sealed) < Overhead || sealed[0] != keyVersion {
		return dst, errors.New("seal: not a sealed text of a known key")
	}
	out, err := b.aead.Open(dst, sealed[1:1+nonceSize], sealed[1+nonceSize:], []byte(scope))
	if err != nil {
		return dst, errors.New("seal: the text was changed or belongs to another key or place")
	}
	return out, nil
}

// Blind fingerprints value within scope. Equal inputs give equal fingerprints; without
// the key nothing else can be learned.
func (b *Box) Blind(scope, value string) Blind {
	mac := b.macs.Get().(hash.Hash)
	defer b.macs.Put(mac)
	mac.Reset()
	var buf [128]byte
	msg := append(append(append(buf[:0], scope...), 0), value...)
	mac.Write(msg)
	var sum [32]byte
	var out Blind
	copy(out[:], mac.Sum(sum[:0]))
	return out
}

// OpenKeyFile reads the master key in path (64 hex digits), making the file with mode
// 0600 when it does not exist. A file that others can read is refused.
func OpenKeyFile(path string) (*Box, error) {
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		raw, err = makeKeyFile(path)
	}
	if err != nil {
		return nil, fmt.Errorf("seal: read key file: %w", err)
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("seal: read key file: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("seal: %s can be read by others; run: chmod 600 %s", path, path)
	}
	master, err := hex.DecodeString(strings.TrimSpace(string(raw)))
	if err != nil {
		return nil, fmt.Errorf("seal: %s is not a key file: want 64 hex digits", path)
	}
	return New(master)
}

// makeKeyFile writes a new key durably before anyone can use it: a key lost in a power
// cut would make everything sealed with it unreadable.
func makeKeyFile(path string) ([]byte, error) {
	master := make([]byte, 32)
	rand.Read(master) //nolint:errcheck // see Seal
	text := []byte(hex.EncodeToString(master) + "\n")
	tmp := path + ".new"
	f, err := os.OpenFile(tmp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, err
	}
	_, werr := f.Write(text)
	if err := errors.Join(werr, f.Sync(), f.Close()); err != nil {
		return nil, err
	}
	if err := os.Rename(tmp, path); err != nil {
		return nil, err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return nil, err
	}
	return text, errors.Join(dir.Sync(), dir.Close())
}

// NewSecret makes 256 random bits as text, for keys and tokens.
func NewSecret() string {
	raw := make([]byte, 32)
	rand.Read(raw) //nolint:errcheck // see Seal
	return hex.EncodeToString(raw)
}
