package poster

import (
	"image"
	"image/color"
	"strings"
	"unicode"

	"golang.org/x/image/font"
	"golang.org/x/image/math/fixed"

	"yutang/internal/typeface"
)

const (
	ellipsis     = '…'
	unknown      = '□' // for a character that the font does not have
	maxTextRunes = 2000
	defaultLine  = 1.35 // line height
	baseline     = 0.88 // of an em below the top of a line's em
	notFirst     = "，。！？、；：）】》」』”’…—,.!?;:)]}%％°·"
	notLast      = "（【《「『“‘([{￥¥$"
)

// shown keeps what can be drawn: emoji and marks that join or colour them go, line breaks
// stay, other characters without a shape become a box and are noted.
func (c *canvas) shown(s string) string {
	var out strings.Builder
	n := 0
	for _, r := range strings.ReplaceAll(s, "\r\n", "\n") {
		switch {
		case r == '\n':
		case r == '\t' || unicode.IsSpace(r):
			r = ' '
		case unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Mn, unicode.Me, unicode.Co, unicode.Cs) || emoji(r):
			if emoji(r) {
				c.missing[r] = true
			}
			continue
		case !typeface.Has(r):
			c.missing[r] = true
			r = unknown
			if !typeface.Has(r) {
				r = '?'
			}
		}
		if n++; n > maxTextRunes {
			break
		}
		out.WriteRune(r)
	}
	return out.String()
}

// emoji are pictures, not writing: they vanish rather than become boxes.
func emoji(r rune) bool {
	return r >= 0x1f000 && r <= 0x1faff || r >= 0x2600 && r <= 0x27bf && !typeface.Has(r) || r >= 0xfe00 && r <= 0xfe0f || r == 0x20e3 || r == 0x2b50 && !typeface.Has(r)
}

// text draws a text layer.
func (c *canvas) text(l Layer, words string) error {
	words = strings.TrimSpace(c.shown(words))
	if words == "" {
		return nil
	}
	size, lines := l.fit(words)
	face, err := typeface.Face(size)
	if err != nil {
		return err
	}
	height := l.LineHeight
	if height == 0 {
		height = defaultLine
	}
	top := l.Y
	if l.H > 0 { // the lines stand in the middle of the box
		top += (l.H - size*(1+height*float64(len(lines)-1))) / 2
	}
	paint, ok := parseColor(l.Color)
	if !ok {
		paint = color.NRGBA{0x1c, 0x1f, 0x26, 0xff}
	}
	if l.Opacity > 0 {
		paint = faded(paint, l.Opacity)
	}
	for i, line := range lines {
		x, w := l.X, l.width(line, size)
		switch l.Align {
		case "center":
			x += (l.W - w) / 2
		case "right":
			x += l.W - w
		}
		y := top + size*baseline + size*height*float64(i)
		if outline, ok := parseColor(l.Stroke); ok && l.StrokeWidth > 0 {
			for _, at := range around(l.StrokeWidth) {
				c.line(face, line, x+at[0], y+at[1], l.Spacing, outline)
			}
		}
		for _, at := range bolder(l.Weight, size) {
			c.line(face, line, x+at[0], y+at[1], l.Spacing, paint)
		}
	}
	return nil
}

// line writes one line with its base line at y.
func (c *canvas) line(face font.Face, s string, x, y, spacing float64, paint color.NRGBA) {
	d := font.Drawer{Dst: c.img, Src: image.NewUniform(paint), Face: face}
	d.Dot = fixed.Point26_6{X: fixed.Int26_6(x * 64), Y: fixed.Int26_6(y * 64)}
	for _, r := range s {
		d.DrawString(string(r))
		d.Dot.X += fixed.Int26_6(spacing * 64)
	}
}

// around are places on a circle, for outlines.
func around(r float64) [][2]float64 {
	return [][2]float64{
		{r, 0}, {-r, 0}, {0, r}, {0, -r}, {0.7 * r, 0.7 * r}, {-0.7 * r, 0.7 * r}, {0.7 * r, -0.7 * r}, {-0.7 * r, -0.7 * r},
		{0.92 * r, 0.38 * r}, {-0.92 * r, 0.38 * r}, {0.92 * r, -0.38 * r}, {-0.92 * r, -0.38 * r},
		{0.38 * r, 0.92 * r}, {-0.38 * r, 0.92 * r}, {0.38 * r, -0.92 * r}, {-0.38 * r, -0.92 * r},
	}
}

// bolder are the places to write at, so that one weight of font looks like several.
func bolder(weight int, size float64) [][2]float64 {
	if weight < 500 {
		return [][2]float64{{0, 0}}
	}
	d := size * float64(weight-400) / 500 * 0.022
	return append(around(d), [2]float64{})
}

func (l Layer) width(line string, size float64) float64 {
	n := len([]rune(line))
	if n == 0 {
		return 0
	}
	return typeface.Ems(line)*size + l.Spacing*float64(n-1)
}

// fit breaks a text into lines. A text that shrinks is made smaller until it fits; one that
// never does is cut with an ellipsis.
func (l Layer) fit(words string) (size float64, lines []string) {
	limit := max(l.Lines, 1)
	least := l.Size
	if l.Shrink {
		least = l.Size / 2
	}
	for size = l.Size; ; size = max(size*0.94, least) {
		lines = l.wrap(words, size)
		if len(lines) <= limit || size <= least {
			break
		}
	}
	if len(lines) > limit {
		last := []rune(strings.TrimRight(lines[limit-1], " "))
		for len(last) > 0 && l.width(string(last)+string(ellipsis), size) > l.W {
			last = last[:len(last)-1]
		}
		lines = append(lines[:limit-1], strings.TrimRight(string(last), " ")+string(ellipsis))
	}
	return size, lines
}

// wrap breaks a text at the width of the layer: between Chinese characters, at spaces
// between words, and within a word that is wider than a line. Marks that close do not begin
// a line and those that open do not end one.
func (l Layer) wrap(words string, size float64) []string {
	var out []string
	for _, paragraph := range strings.Split(words, "\n") {
		line := ""
		for _, piece := range pieces(paragraph) {
			if line != "" && l.width(strings.TrimRight(line+piece, " "), size) > l.W {
				out = append(out, strings.TrimRight(line, " "))
				line = ""
				piece = strings.TrimLeft(piece, " ")
			}
			for line == "" && l.width(piece, size) > l.W && len([]rune(piece)) > 1 {
				head := l.head([]rune(piece), size)
				out = append(out, head)
				piece = piece[len(head):]
			}
			line += piece
		}
		out = append(out, strings.TrimRight(line, " "))
	}
	return out
}

// head is as much of a piece as fits a line, at least one character.
func (l Layer) head(piece []rune, size float64) string {
	n := 1
	for n < len(piece) && l.width(string(piece[:n+1]), size) <= l.W {
		n++
	}
	return string(piece[:n])
}

// pieces are what a line is not broken within.
func pieces(s string) []string {
	var out []string
	glue := false // the next character stays with this one
	for _, r := range s {
		join := glue || strings.ContainsRune(notFirst, r)
		if n := len(out); n > 0 && !join {
			before := []rune(out[n-1])
			last := before[len(before)-1]
			join = !wide(r) && !wide(last) && (last != ' ' || r == ' ')
		}
		if len(out) == 0 || !join {
			out = append(out, string(r))
		} else {
			out[len(out)-1] += string(r)
		}
		glue = strings.ContainsRune(notLast, r)
	}
	return out
}

// wide says whether a line may break on both sides of a character.
func wide(r rune) bool { return r >= 0x2e80 }
