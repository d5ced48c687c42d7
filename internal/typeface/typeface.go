// Package typeface owns the one font that lies in the program, a subset of Noto Sans CJK SC
// for what is drawn on the server: sheets of codes and posters.
//
// It promises the same shapes on every machine: nothing is read from the system. Characters
// outside of the subset have no shape; see Has.
package typeface

import (
	_ "embed" // the font
	"fmt"
	"sync"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

//go:embed font/notosanssc.ttf
var file []byte

// File is the font as TrueType. Do not change it.
func File() []byte { return file }

// Font is the font, read. It is safe for concurrent use.
var Font = sync.OnceValue(func() *opentype.Font {
	f, err := opentype.Parse(file)
	if err != nil {
		panic(fmt.Sprintf("typeface: the font in the program cannot be read: %v", err))
	}
	return f
})

// Face is the font at a size in pixels for each em. It is not safe for concurrent use.
func Face(pixels float64) (font.Face, error) {
	const dpi = 72 // at which a point is a pixel
	return opentype.NewFace(Font(), &opentype.FaceOptions{Size: pixels, DPI: dpi, Hinting: font.HintingNone})
}

// Has says whether the font has a shape for a character.
func Has(r rune) bool {
	var buf sfnt.Buffer
	g, err := Font().GlyphIndex(&buf, r)
	return err == nil && g != 0
}

// Ems is how wide a text is, in ems: the size of the text is 1.
func Ems(s string) float64 {
	const units = 1000 // of an em
	f, buf, sum := Font(), &sfnt.Buffer{}, 0.0
	for _, r := range s {
		g, err := f.GlyphIndex(buf, r)
		if err != nil {
			continue
		}
		adv, err := f.GlyphAdvance(buf, g, fixed.I(units), font.HintingNone)
		if err == nil {
			sum += float64(adv) / 64
		}
	}
	return sum / units
}
