// Package crypt owns the signature and encryption of the platform's callbacks.
//
// It promises: nothing is decrypted before its signature has been checked in constant time,
// and nothing is given out unless it was made for the receiver we are. Every failure is a
// fault with a code that says which key to look at: callback_signature (Token),
// callback_cipher (EncodingAESKey or a damaged body), callback_receiver (another corp or
// suite). No error holds a key or content. It does not know what a callback says; see
// package notice.
package crypt

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // the platform's signature is SHA-1
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"slices"
	"strings"

	"yutang/internal/fault"
)

const (
	keyLength  = 43 // of an EncodingAESKey
	padTo      = 32
	randomSize = 16
	headSize   = randomSize + 4
	maxCipher  = 1 << 20 // base64 characters
)

// Keys is what the platform's page of an app shows. ReceiveID is the corp id of a
// self-built app, the suite id for a third-party one.
type Keys struct {
	Token, AESKey, ReceiveID string
}

// Crypt verifies, decrypts and encrypts for one receiver. Safe for concurrent use.
type Crypt struct {
	token, receiver string
	block           cipher.Block
	iv              []byte
}

// New checks the keys. A fault names the key that is wrong.
func New(k Keys) (*Crypt, error) {
	if k.Token == "" {
		return nil, fault.BadField("/token", "the Token of the callback is empty")
	}
	key, err := base64.StdEncoding.DecodeString(k.AESKey + "=")
	if err != nil || len(k.AESKey) != keyLength {
		return nil, fault.BadField("/aes_key", "an EncodingAESKey has %d letters and digits", keyLength)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("make cipher of callbacks: %w", err)
	}
	return &Crypt{token: k.Token, receiver: k.ReceiveID, block: block, iv: key[:aes.BlockSize]}, nil
}

// Sign is the signature over an encrypted text.
func (c *Crypt) Sign(timestamp, nonce, encrypted string) string {
	parts := []string{c.token, timestamp, nonce, encrypted}
	slices.Sort(parts)
	sum := sha1.Sum([]byte(strings.Join(parts, ""))) //nolint:gosec // the platform's signature is SHA-1
	return hex.EncodeToString(sum[:])
}

// Verify checks a signature in constant time.
func (c *Crypt) Verify(signature, timestamp, nonce, encrypted string) error {
	want := c.Sign(timestamp, nonce, encrypted)
	if subtle.ConstantTimeCompare([]byte(signature), []byte(want)) != 1 {
		return fault.New(fault.Unauthenticated, "callback_signature", "the signature does not match: another Token, or a forged call")
	}
	return nil
}

// Decrypt checks the signature and gives what was encrypted: the XML of a notice, or the
// text to answer when the platform checks the address.
func (c *Crypt) Decrypt(signature, timestamp, nonce, encrypted string) ([]byte, error) {
	if len(encrypted) > maxCipher {
		return nil, damaged("it is longer than %d characters", maxCipher)
	}
	if err := c.Verify(signature, timestamp, nonce, encrypted); err != nil {
		return nil, err
	}
	raw, err := base64.StdEncoding.DecodeString(encrypted)
	if err != nil {
		return nil, damaged("it is not base64")
	}
	if len(raw) == 0 || len(raw)%padTo != 0 {
		return nil, damaged("its length is no multiple of %d", padTo)
	}
	cipher.NewCBCDecrypter(c.block, c.iv).CryptBlocks(raw, raw)
	return c.unframe(raw)
}

func damaged(format string, args ...any) error {
	return fault.New(fault.Invalid, "callback_cipher", "the encrypted text cannot be read: "+format, args...)
}

// unframe takes the message out of 16 random bytes, its length, itself, the receiver and
// the padding.
func (c *Crypt) unframe(raw []byte) ([]byte, error) {
	pad := int(raw[len(raw)-1])
	if pad < 1 || pad > padTo || bytes.Count(raw[len(raw)-pad:], raw[len(raw)-1:]) != pad {
		return nil, damaged("wrong padding; probably another EncodingAESKey")
	}
	raw = raw[:len(raw)-pad]
	if len(raw) < headSize {
		return nil, damaged("it is too short")
	}
	size := uint64(binary.BigEndian.Uint32(raw[randomSize:headSize]))
	body := raw[headSize:]
	if size > uint64(len(body)) {
		return nil, damaged("its length field is wrong; probably another EncodingAESKey")
	}
	if subtle.ConstantTimeCompare(body[size:], []byte(c.receiver)) != 1 {
		return nil, fault.New(fault.Forbidden, "callback_receiver", "the callback is for another corp or suite")
	}
	return body[:size:size], nil
}

// reply is the XML of an encrypted answer.
type reply struct {
	XMLName   xml.Name `xml:"xml"`
	Encrypt   cdata    `xml:"Encrypt"`
	Signature cdata    `xml:"MsgSignature"`
	TimeStamp string   `xml:"TimeStamp"`
	Nonce     cdata    `xml:"Nonce"`
}

type cdata struct {
	Text string `xml:",cdata"`
}

// Encrypt makes the XML of an encrypted, signed answer.
func (c *Crypt) Encrypt(plain []byte, timestamp, nonce string) ([]byte, error) {
	var random [randomSize]byte
	rand.Read(random[:]) //nolint:errcheck // crypto/rand.Read never fails: it ends the program instead
	text := c.frame(random, plain)
	out, err := xml.Marshal(reply{
		Encrypt: cdata{text}, Signature: cdata{c.Sign(timestamp, nonce, text)}, TimeStamp: timestamp, Nonce: cdata{nonce},
	})
	if err != nil {
		return nil, fmt.Errorf("encode answer to a callback: %w", err)
	}
	return out, nil
}

func (c *Crypt) frame(random [randomSize]byte, plain []byte) string {
	raw := make([]byte, 0, headSize+len(plain)+len(c.receiver)+padTo)
	raw = append(raw, random[:]...)
	raw = binary.BigEndian.AppendUint32(raw, uint32(len(plain)))
	raw = append(append(raw, plain...), c.receiver...)
	pad := padTo - len(raw)%padTo
	raw = append(raw, bytes.Repeat([]byte{byte(pad)}, pad)...)
	cipher.NewCBCEncrypter(c.block, c.iv).CryptBlocks(raw, raw)
	return base64.StdEncoding.EncodeToString(raw)
}
