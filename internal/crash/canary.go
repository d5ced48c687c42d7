package crash

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"unicode/utf16"
)

// Hit is a place where a canary stands in clear, in some form.
type Hit struct {
	Place  string // file
	Canary string
	Form   string
}

// forms are the shapes that a text can leak in, by name.
func forms(text string) map[string][]byte {
	raw := []byte(text)
	out := map[string][]byte{
		"utf-8": raw, "hex": []byte(hex.EncodeToString(raw)), "HEX": []byte(strings.ToUpper(hex.EncodeToString(raw))),
		"utf-16le": wide(text, binary.LittleEndian), "utf-16be": wide(text, binary.BigEndian),
		"percent": []byte(url.QueryEscape(text)), "JSON escapes": escaped(text),
	}
	for name, encoding := range map[string]*base64.Encoding{"base64": base64.RawStdEncoding, "base64url": base64.RawURLEncoding} {
		for shift := range 3 {
			out[name+"+"+strconv.Itoa(shift)] = shifted(raw, shift, encoding)
		}
	}
	if n, err := strconv.ParseUint(text, 10, 48); err == nil { // a number is also kept as one
		whole := binary.BigEndian.AppendUint64(nil, n)
		out["integer be"] = whole[2:]
		whole = binary.LittleEndian.AppendUint64(nil, n)
		out["integer le"] = whole[:6]
	}
	return out
}

func wide(text string, order binary.AppendByteOrder) (out []byte) {
	for _, unit := range utf16.Encode([]rune(text)) {
		out = order.AppendUint16(out, unit)
	}
	return out
}

// escaped writes everything beyond ASCII as \uXXXX.
func escaped(text string) []byte {
	var b bytes.Buffer
	for _, unit := range utf16.Encode([]rune(text)) {
		if unit < 0x80 {
			b.WriteByte(byte(unit))
		} else {
			fmt.Fprintf(&b, `\u%04x`, unit)
		}
	}
	return b.Bytes()
}

// shifted is what base64 makes of raw behind some other bytes, without the characters that
// depend on the neighbours.
func shifted(raw []byte, shift int, encoding *base64.Encoding) []byte {
	text := encoding.EncodeToString(append(make([]byte, shift), raw...))
	return []byte(text[(shift*8+5)/6 : (shift+len(raw))*8/6])
}

// Scan looks for each canary in each form in every file below the given paths.
func Scan(canaries []string, paths ...string) (hits []Hit, files int, err error) {
	for _, root := range paths {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() {
				return err
			}
			raw, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			files++
			hits = append(hits, find(path, append(raw, path...), canaries)...)
			return nil
		})
		if err != nil {
			return nil, files, fmt.Errorf("scan: %w", err)
		}
	}
	return hits, files, nil
}

func find(place string, raw []byte, canaries []string) (hits []Hit) {
	for _, c := range canaries {
		for name, form := range forms(c) {
			if bytes.Contains(raw, form) {
				hits = append(hits, Hit{place, c, name})
			}
		}
	}
	return hits
}

// readable is a JSON document without escapes for what needs none.
func readable(doc json.RawMessage) (string, error) {
	var v any
	if err := json.Unmarshal(doc, &v); err != nil {
		return "", err
	}
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return b.String(), err
}
