package link

import (
	"encoding/json"
	"math/big"
	"net/url"
	"strings"
	"unicode/utf8"

	"yutang/internal/fault"
	"yutang/internal/seal"
)

// Path is where short links live, before the code.
const Path = "/l/"

const (
	digits   = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	minCode  = 8
	maxCode  = 21 // digits of 128 bits
	codeStep = 3  // longer if another link has the code
	maxURL   = 2048
)

// ParseCode says whether text can be the code of a link.
func ParseCode(text string) (code string, ok bool) {
	if len(text) < minCode || len(text) > maxCode {
		return "", false
	}
	for i := range len(text) {
		if strings.IndexByte(digits, text[i]) < 0 {
			return "", false
		}
	}
	return text, true
}

// codeOf are the first n digits of a keyed hash in base 62.
func codeOf(hash seal.Blind, n int) string {
	rest, base, digit := new(big.Int).SetBytes(hash[:]), big.NewInt(int64(len(digits))), new(big.Int)
	out := make([]byte, n)
	for i := range out {
		rest.DivMod(rest, base, digit)
		out[i] = digits[digit.Int64()]
	}
	return string(out)
}

// hash names an order. Only who has the key can make it.
func (s *Service) hash(o Order) seal.Blind {
	text, _ := json.Marshal([]any{o.URL, o.Ord, o.Playbook, o.Step, o.Run, o.Delivery}) // plain values: no error
	return s.Box.Blind("link", string(text))
}

func (s *Service) targetHash(address string) seal.Blind { return s.Box.Blind("link_target", address) }

// checkURL reads an address that customers may be sent to.
func checkURL(text, pointer string) (*url.URL, error) {
	switch {
	case text == "":
		return nil, fault.BadField(pointer, "is needed")
	case len(text) > maxURL:
		return nil, fault.BadField(pointer, "has %d bytes of at most %d", len(text), maxURL)
	case !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r == 0x7f || r == '\\' }):
		return nil, fault.BadField(pointer, "has spaces, control characters or backslashes: write them as %%20 and the like")
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil {
		return nil, fault.BadField(pointer, "must be a whole web address: https://example.com/page")
	}
	return u, nil
}
