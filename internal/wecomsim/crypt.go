package wecomsim

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha1" //nolint:gosec // the platform's signature
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
)

// cryptor seals callbacks as the platform does.
type cryptor struct {
	token, receiver string
	key             []byte
}

func newCryptor(token, aesKey, receiver string) (*cryptor, error) {
	key, err := base64.StdEncoding.DecodeString(aesKey + "=")
	if err != nil || len(aesKey) != 43 || len(key) != 32 {
		return nil, errors.New("the EncodingAESKey must be 43 letters and digits")
	}
	return &cryptor{token: token, receiver: receiver, key: key}, nil
}

// seal encrypts plain behind 16 random bytes.
func (c *cryptor) seal(random, plain []byte) string {
	frame := make([]byte, 0, len(plain)+len(c.receiver)+64)
	frame = append(frame, random...)
	frame = binary.BigEndian.AppendUint32(frame, uint32(len(plain)))
	frame = append(frame, plain...)
	frame = append(frame, c.receiver...)
	pad := 32 - len(frame)%32
	for range pad {
		frame = append(frame, byte(pad))
	}
	block, err := aes.NewCipher(c.key)
	if err != nil {
		panic(err) // the key was measured
	}
	cipher.NewCBCEncrypter(block, c.key[:16]).CryptBlocks(frame, frame)
	return base64.StdEncoding.EncodeToString(frame)
}

// sign is the signature of an encrypted text.
func (c *cryptor) sign(timestamp, nonce, encrypted string) string {
	parts := []string{c.token, timestamp, nonce, encrypted}
	slices.Sort(parts)
	sum := sha1.Sum([]byte(strings.Join(parts, ""))) //nolint:gosec // the platform's signature
	return hex.EncodeToString(sum[:])
}
