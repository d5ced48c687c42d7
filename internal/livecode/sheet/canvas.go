package sheet

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"time"

	"github.com/go-pdf/fpdf"
	"golang.org/x/image/draw"
	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"yutang/internal/typeface"
)

// document is a canvas of PDF pages.
type document struct {
	doc    *fpdf.Fpdf
	images int
}

func newPDF(made time.Time) *document {
	doc := fpdf.NewCustom(&fpdf.InitType{UnitStr: "mm", Size: fpdf.SizeType{Wd: a4Width, Ht: a4Height}})
	doc.SetMargins(0, 0, 0)
	doc.SetAutoPageBreak(false, 0)
	doc.SetCreationDate(made)
	doc.SetModificationDate(made)
	doc.SetCatalogSort(true)
	doc.AddUTF8FontFromBytes(fontName, "", bytes.Clone(typeface.File()))
	return &document{doc: doc}
}

func (d *document) page(w, h float64) {
	d.doc.AddPageFormat("P", fpdf.SizeType{Wd: w, Ht: h})
}

func (d *document) fill(x, y, w, h float64, c color.RGBA) {
	d.doc.SetFillColor(int(c.R), int(c.G), int(c.B))
	d.doc.Rect(x, y, w, h, "F")
}

func (d *document) picture(img image.Image, x, y, side float64) {
	var buf bytes.Buffer
	if err := png.Encode(&buf, opaque(img)); err != nil {
		d.doc.SetError(err)
		return
	}
	d.images++
	name := fmt.Sprintf("qr%d", d.images)
	d.doc.RegisterImageOptionsReader(name, fpdf.ImageOptions{ImageType: "PNG"}, &buf)
	d.doc.ImageOptions(name, x, y, side, side, false, fpdf.ImageOptions{ImageType: "PNG"}, 0, "")
}

// opaque puts an image on white, in a form that every reader of PNG knows.
func opaque(img image.Image) *image.RGBA {
	b := img.Bounds()
	out := image.NewRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	draw.Draw(out, out.Bounds(), image.White, image.Point{}, draw.Src)
	draw.Draw(out, out.Bounds(), img, b.Min, draw.Over)
	return out
}

func (d *document) text(s string, x, y, size float64, c color.RGBA) {
	d.doc.SetFont(fontName, "", size)
	d.doc.SetTextColor(int(c.R), int(c.G), int(c.B))
	d.doc.Text(x-width(s, size)/2, y, s)
}

// raster is a canvas of dots.
type raster struct {
	img   *image.RGBA
	faces map[float64]font.Face
}

func newRaster(w, h float64) *raster {
	img := image.NewRGBA(image.Rect(0, 0, dots(w), dots(h)))
	draw.Draw(img, img.Bounds(), image.White, image.Point{}, draw.Src)
	return &raster{img: img, faces: map[float64]font.Face{}}
}

// dots is a length in dots.
func dots(mm float64) int { return int(math.Round(mm * dpi / mmPerInch)) }

func (r *raster) fill(x, y, w, h float64, c color.RGBA) {
	box := image.Rect(dots(x), dots(y), max(dots(x+w), dots(x)+1), max(dots(y+h), dots(y)+1))
	draw.Draw(r.img, box, image.NewUniform(c), image.Point{}, draw.Src)
}

func (r *raster) picture(img image.Image, x, y, side float64) {
	box := image.Rect(dots(x), dots(y), dots(x+side), dots(y+side))
	draw.CatmullRom.Scale(r.img, box, img, img.Bounds(), draw.Over, nil)
}

func (r *raster) text(s string, x, y, size float64, c color.RGBA) {
	face := r.faces[size]
	if face == nil {
		var err error
		face, err = opentype.NewFace(typeface.Font(), &opentype.FaceOptions{Size: size, DPI: dpi, Hinting: font.HintingNone})
		if err != nil {
			return // only for a size that is not positive
		}
		r.faces[size] = face
	}
	d := font.Drawer{Dst: r.img, Src: image.NewUniform(c), Face: face}
	d.Dot = fixed.Point26_6{X: fixed.I(dots(x)) - d.MeasureString(s)/2, Y: fixed.I(dots(y))}
	d.DrawString(s)
}
