package library

import (
	"strings"

	"golang.org/x/text/encoding/simplifiedchinese"

	"yutang/internal/fault"
)

// The frequent characters of GB 2312 (its first level) are in the order of their pinyin, so
// where the characters of a letter begin tells the initial of each.
var initialsFrom = []struct {
	from   uint16
	letter byte
}{
	{0xb0a1, 'a'}, {0xb0c5, 'b'}, {0xb2c1, 'c'}, {0xb4ee, 'd'}, {0xb6ea, 'e'}, {0xb7a2, 'f'}, {0xb8c1, 'g'}, {0xb9fe, 'h'},
	{0xbbf7, 'j'}, {0xbfa6, 'k'}, {0xc0ac, 'l'}, {0xc2e8, 'm'}, {0xc4c3, 'n'}, {0xc5b6, 'o'}, {0xc5be, 'p'}, {0xc6da, 'q'},
	{0xc8bb, 'r'}, {0xc8f6, 's'}, {0xcbfa, 't'}, {0xcdda, 'w'}, {0xcef4, 'x'}, {0xd1b9, 'y'}, {0xd4d1, 'z'},
}

const initialsEnd = 0xd7f9 // the last character of the first level

// initials are the first letters of a text's pinyin, and its ASCII letters and digits.
// Characters outside of the first level of GB 2312 are passed over.
func initials(text string) string {
	var out strings.Builder
	enc := simplifiedchinese.GBK.NewEncoder()
	for _, r := range strings.ToLower(text) {
		if r < 0x80 {
			if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
				out.WriteRune(r)
			}
			continue
		}
		raw, err := enc.String(string(r))
		if err != nil || len(raw) != 2 {
			continue
		}
		code := uint16(raw[0])<<8 | uint16(raw[1])
		if code > initialsEnd || raw[1] < 0xa1 {
			continue
		}
		for i := len(initialsFrom) - 1; i >= 0; i-- {
			if code >= initialsFrom[i].from {
				out.WriteByte(initialsFrom[i].letter)
				break
			}
		}
	}
	return out.String()
}

func notShown(materialID string) error {
	return fault.New(fault.NotFound, "material_not_found", "there is no material %q for you", materialID)
}
