package sheet

import (
	"image"
	"image/color"
)

// canvas is what a layout draws on. Lengths are millimetres from the upper left corner,
// sizes of text are points.
type canvas interface {
	fill(x, y, w, h float64, c color.RGBA)
	picture(img image.Image, x, y, side float64)
	// text writes one line with its middle at x and its base line at y.
	text(s string, x, y, size float64, c color.RGBA)
}

// The paper.
const (
	a4Width, a4Height = 210.0, 297.0
	columns, lines    = 3, 4
	perSheet          = columns * lines
	marginX, marginY  = 9.0, 10.5
	labelWidth        = (a4Width - 2*marginX) / columns
	labelHeight       = (a4Height - 2*marginY) / lines
)

// The inks.
var (
	ink   = color.RGBA{0x1c, 0x1f, 0x26, 0xff}
	faint = color.RGBA{0x66, 0x6d, 0x78, 0xff}
	rule  = color.RGBA{0xc9, 0xce, 0xd6, 0xff}
	band  = color.RGBA{0x12, 0x5e, 0x52, 0xff}
	white = color.RGBA{0xff, 0xff, 0xff, 0xff}
)

// labelAt is where the nth label of a sheet lies.
func labelAt(n int) (x, y float64) {
	return marginX + float64(n%columns)*labelWidth, marginY + float64(n/columns)*labelHeight
}

// cutLines draws hair lines between the labels of a sheet.
func cutLines(c canvas) {
	const hair = 0.1
	for i := range columns + 1 {
		c.fill(marginX+float64(i)*labelWidth-hair/2, 4, hair, a4Height-8, rule)
	}
	for i := range lines + 1 {
		c.fill(4, marginY+float64(i)*labelHeight-hair/2, a4Width-8, hair, rule)
	}
}

// line fits a text into a width: it shrinks to two thirds of its size, then is cut.
type line struct {
	text string
	size float64
	ink  color.RGBA
}

func (l line) write(c canvas, x, y, width float64) {
	if l.text == "" {
		return
	}
	text, size := fit(l.text, l.size, width)
	c.text(text, x, y, size, l.ink)
}

func drawLabel(c canvas, card Card, qr image.Image, x, y float64) {
	const side, inner = 41.0, labelWidth - 6
	middle := x + labelWidth/2
	line{card.Brand, 10, band}.write(c, middle, y+7, inner)
	c.picture(qr, middle-side/2, y+9, side)
	line{card.Name, 11, ink}.write(c, middle, y+55.5, inner)
	line{card.Place, 8, faint}.write(c, middle, y+60, inner)
	line{card.Hint, 7.5, faint}.write(c, middle, y+64.5, inner)
}

func drawParcel(c canvas, card Card, qr image.Image, x, y float64) {
	const w, head, side = 105.0, 24.0, 72.0
	middle := x + w/2
	c.fill(x, y, w, head, band)
	line{card.Brand, 20, white}.write(c, middle, y+15.5, w-12)
	c.picture(qr, middle-side/2, y+head+8, side)
	line{card.Hint, 13, band}.write(c, middle, y+114, w-12)
	line{card.Name, 16, ink}.write(c, middle, y+126, w-12)
	line{card.Place, 10, faint}.write(c, middle, y+135, w-12)
}

func drawStand(c canvas, card Card, qr image.Image, x, y float64) {
	const w, h, side = 148.0, 210.0, 100.0
	middle := x + w/2
	c.fill(x, y, w, 34, band)
	line{card.Brand, 30, white}.write(c, middle, y+22, w-16)
	line{card.Name, 24, ink}.write(c, middle, y+51, w-16)
	c.fill(middle-side/2-3, y+58, side+6, side+6, rule)
	c.fill(middle-side/2-2.6, y+58.4, side+5.2, side+5.2, white)
	c.picture(qr, middle-side/2, y+61, side)
	line{card.Hint, 18, band}.write(c, middle, y+178, w-16)
	line{card.Place, 13, faint}.write(c, middle, y+190, w-16)
	c.fill(x, y+h-4, w, 4, band)
}
