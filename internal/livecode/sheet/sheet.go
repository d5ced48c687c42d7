// Package sheet draws live codes for print: labels to cut out of A4, cards for parcels,
// table stands; as PDF with text that can be searched, or as PNG at 300 dots an inch.
//
// Every layout is drawn once, in millimetres, on a canvas; PDF and PNG are two canvases, so
// they look alike. Texts that are too long shrink and are then cut with an ellipsis. The
// font is a subset of Noto Sans CJK SC that lies in the program; a character outside of it
// shows as an empty box.
//
// The package knows neither codes nor databases.
package sheet

import (
	"archive/zip"
	"bytes"
	"fmt"
	"image"
	_ "image/jpeg" // QR images come as JPEG or PNG
	"image/png"
	"io"
	"strings"
	"time"

	"yutang/internal/fault"
)

// Card is one code to print.
type Card struct {
	QR    []byte // PNG or JPEG
	Brand string // above the code
	Hint  string // below it, such as 微信扫码添加专属顾问
	Name  string
	Place string
}

// Layout is what the cards are for.
type Layout string

// The layouts.
const (
	Labels Layout = "labels" // 12 on an A4 sheet, with lines to cut along
	Parcel Layout = "parcel" // an A6 card to put into a parcel
	Stand  Layout = "stand"  // an A5 sheet for a table stand
)

// Limits of one sheet.
const (
	MaxPDF = 2000 // cards
	MaxPNG = 200
)

// size is the card of a layout in millimetres.
func (l Layout) size() (w, h float64, err error) {
	switch l {
	case Labels:
		return labelWidth, labelHeight, nil
	case Parcel:
		return 105, 148, nil
	case Stand:
		return 148, 210, nil
	}
	return 0, 0, fault.BadField("layout", "must be labels, parcel or stand")
}

// draw puts a card of this layout on c with its upper left corner at (x, y).
func (l Layout) draw(c canvas, card Card, qr image.Image, x, y float64) {
	switch l {
	case Labels:
		drawLabel(c, card, qr, x, y)
	case Parcel:
		drawParcel(c, card, qr, x, y)
	case Stand:
		drawStand(c, card, qr, x, y)
	}
}

// PDF writes the cards as a document. made is its date.
func PDF(w io.Writer, cards []Card, l Layout, made time.Time) error {
	cw, ch, err := l.size()
	if err != nil {
		return err
	}
	c := newPDF(made)
	for i, card := range cards {
		qr, err := decode(card)
		if err != nil {
			return err
		}
		x, y := 0.0, 0.0
		if l == Labels {
			x, y = labelAt(i % perSheet)
			if i%perSheet == 0 {
				c.page(a4Width, a4Height)
				cutLines(c)
			}
		} else {
			c.page(cw, ch)
		}
		l.draw(c, card, qr, x, y)
	}
	if err := c.doc.Output(w); err != nil {
		return fmt.Errorf("write a sheet as PDF: %w", err)
	}
	return nil
}

// PNG writes one card as an image.
func PNG(w io.Writer, card Card, l Layout) error {
	cw, ch, err := l.size()
	if err != nil {
		return err
	}
	qr, err := decode(card)
	if err != nil {
		return err
	}
	c := newRaster(cw, ch)
	l.draw(c, card, qr, 0, 0)
	enc := png.Encoder{CompressionLevel: png.BestSpeed}
	if err := enc.Encode(w, c.img); err != nil {
		return fmt.Errorf("write a sheet as PNG: %w", err)
	}
	return nil
}

// Zip writes the cards as PNG images in an archive, named after their place in the list
// and their name.
func Zip(w io.Writer, cards []Card, l Layout, made time.Time) error {
	z := zip.NewWriter(w)
	for i, card := range cards {
		f, err := z.CreateHeader(&zip.FileHeader{Name: fileName(i, card), Method: zip.Store, Modified: made})
		if err != nil {
			return fmt.Errorf("write a zip of sheets: %w", err)
		}
		if err := PNG(f, card, l); err != nil {
			return err
		}
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("write a zip of sheets: %w", err)
	}
	return nil
}

// fileName is a name that every system can store.
func fileName(i int, card Card) string {
	clean := strings.Map(func(r rune) rune {
		if r < 0x20 || strings.ContainsRune(`/\:*?"<>|`, r) {
			return '_'
		}
		return r
	}, card.Name)
	if r := []rune(clean); len(r) > 40 {
		clean = string(r[:40])
	}
	return fmt.Sprintf("%04d %s.png", i+1, strings.Trim(clean, ". "))
}

func decode(card Card) (image.Image, error) {
	img, _, err := image.Decode(bytes.NewReader(card.QR))
	if err != nil {
		return nil, fmt.Errorf("decode the QR image of %q: %w", card.Name, err)
	}
	return img, nil
}
