package sheet

import (
	"strings"

	"yutang/internal/typeface"
)

const (
	fontName  = "noto"
	dpi       = 300
	mmPerInch = 25.4
	mmPerPt   = mmPerInch / 72
)

// printable keeps what a line of text can show.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x20 || r == 0x7f || r > 0xffff {
			return -1
		}
		return r
	}, strings.Join(strings.Fields(s), " "))
}

// width is how wide a text is in millimetres.
func width(s string, size float64) float64 { return typeface.Ems(s) * size * mmPerPt }

// fit makes a text no wider than max millimetres.
func fit(s string, size, maximum float64) (string, float64) {
	s = printable(s)
	w := width(s, size)
	if w <= maximum {
		return s, size
	}
	least := size * 2 / 3
	if size = max(size*maximum/w, least); size > least {
		return s, size
	}
	r := []rune(s)
	for len(r) > 1 && width(string(r)+"…", size) > maximum {
		r = r[:len(r)-1]
	}
	if len(r) == len([]rune(s)) {
		return s, size
	}
	return strings.TrimRight(string(r), " ") + "…", size
}
