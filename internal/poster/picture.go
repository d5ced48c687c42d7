package poster

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	_ "image/jpeg" // pictures are JPEG or PNG
	_ "image/png"
	"math"

	"golang.org/x/image/draw"
	"rsc.io/qr"

	"yutang/internal/fault"
)

const (
	maxPicture       = 12 << 20 // bytes
	maxPicturePixels = 24 << 20
	quiet            = 3 // modules around a code
)

// decode reads a picture of bounded size. How a camera was held (EXIF) is not looked at.
func decode(raw []byte, what string) (image.Image, error) {
	if len(raw) > maxPicture {
		return nil, fault.New(fault.Precondition, "picture_too_large", "%s has more than %d MB", what, maxPicture>>20)
	}
	cfg, _, err := image.DecodeConfig(bytes.NewReader(raw))
	if err != nil {
		return nil, fault.New(fault.Precondition, "no_picture", "%s is neither JPEG nor PNG", what)
	}
	if cfg.Width <= 0 || cfg.Height <= 0 || cfg.Width > maxPicturePixels/cfg.Height {
		return nil, fault.New(fault.Precondition, "picture_too_large", "%s has %d x %d pixels; %d million are drawn", what, cfg.Width, cfg.Height, maxPicturePixels>>20)
	}
	img, _, err := image.Decode(bytes.NewReader(raw))
	if err != nil {
		return nil, fault.New(fault.Precondition, "no_picture", "%s is damaged", what)
	}
	return img, nil
}

// picture draws an image into the layer's box, through its mask.
func (c *canvas) picture(l Layer, img image.Image) {
	r := c.box(l.X, l.Y, l.W, l.H)
	if r.Empty() {
		return
	}
	b := img.Bounds()
	scale := max(l.W/float64(b.Dx()), l.H/float64(b.Dy()))
	if l.Fit == "contain" {
		scale = min(l.W/float64(b.Dx()), l.H/float64(b.Dy()))
	}
	w, h := float64(b.Dx())*scale, float64(b.Dy())*scale
	left, top := l.X+(l.W-w)/2, l.Y+(l.H-h)/2
	to := image.Rect(int(math.Round(left)), int(math.Round(top)), int(math.Round(left+w)), int(math.Round(top+h)))
	layer := image.NewRGBA(r)
	var kernel draw.Scaler = draw.CatmullRom
	if scale < 0.05 {
		kernel = draw.BiLinear // the difference is not seen, the time is
	}
	kernel.Scale(layer, to, img, b, draw.Over, nil)
	mask := c.mask(r, l.outline())
	if l.Opacity > 0 && l.Opacity < 1 {
		for i, v := range mask.Pix {
			mask.Pix[i] = uint8(float64(v) * l.Opacity)
		}
	}
	c.through(mask, r, layer)
	c.border(l)
}

func (l Layer) outline() path {
	if l.Kind == Ellipse || l.Mask == "round" {
		return ellipse(l.X, l.Y, l.W, l.H)
	}
	return rounded(l.X, l.Y, l.W, l.H, l.Radius, l.Radius)
}

// border draws the line around a layer, inside of it.
func (c *canvas) border(l Layer) {
	paint, ok := parseColor(l.Stroke)
	if !ok || l.StrokeWidth <= 0 {
		return
	}
	if l.Opacity > 0 {
		paint = faded(paint, l.Opacity)
	}
	in := l
	in.X, in.Y, in.W, in.H = l.X+l.StrokeWidth, l.Y+l.StrokeWidth, max(l.W-2*l.StrokeWidth, 0.1), max(l.H-2*l.StrokeWidth, 0.1)
	in.Radius = max(l.Radius-l.StrokeWidth, 0)
	c.ring(c.box(l.X, l.Y, l.W, l.H), l.outline(), in.outline(), image.NewUniform(paint))
}

// faces are the colours behind the initial of somebody without a photo.
var faces = [][2]string{{"#f2994a", "#eb5757"}, {"#56ccf2", "#2f80ed"}, {"#6fcf97", "#219653"}, {"#bb6bd9", "#7b2cbf"}, {"#f2c94c", "#f2994a"}}

// initial stands for a photo that there is none of.
func (c *canvas) initial(l Layer, name string) error {
	letter, sum := "·", 0
	for i, r := range []rune(c.shown(name)) {
		if i == 0 {
			letter = string(r)
		}
		sum += int(r)
	}
	pair := faces[sum%len(faces)]
	back := l
	back.Gradient = &Gradient{From: pair[0], To: pair[1], Angle: 60}
	r := c.box(l.X, l.Y, l.W, l.H)
	c.fill(r, l.outline(), back.paint(r))
	c.border(l)
	side := min(l.W, l.H)
	return c.text(Layer{X: l.X, Y: l.Y, W: l.W, H: l.H, Size: max(side*0.46, 6), Color: "#ffffff", Weight: 600, Align: "center", Shrink: true}, letter)
}

// code draws a QR code of a text, in whole pixels, on a light plate.
func (c *canvas) code(l Layer, text string) error {
	if len(text) > maxPosterURL {
		return fault.New(fault.Precondition, "url_too_long", "the address for the QR code has %d bytes of at most %d: use a short link", len(text), maxPosterURL)
	}
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return fmt.Errorf("make a QR code: %w", err)
	}
	c.plate(l)
	module := int(l.W) / (code.Size + 2*quiet)
	if module < 1 {
		return fault.New(fault.Precondition, "qr_too_small", "a QR code of this address needs a box of %d pixels", code.Size+2*quiet)
	}
	dark, ok := parseColor(l.Color)
	if !ok {
		dark = color.NRGBA{0x14, 0x14, 0x14, 0xff}
	}
	side := module * code.Size
	left, top := int(math.Round(l.X+(l.W-float64(side))/2)), int(math.Round(l.Y+(l.W-float64(side))/2))
	for y := range code.Size {
		for x := range code.Size {
			if code.Black(x, y) {
				r := image.Rect(left+x*module, top+y*module, left+(x+1)*module, top+(y+1)*module)
				draw.Draw(c.img, r.Intersect(c.img.Bounds()), image.NewUniform(dark), image.Point{}, draw.Src)
			}
		}
	}
	return nil
}

// plate is the light ground of a code.
func (c *canvas) plate(l Layer) {
	c.fill(c.box(l.X, l.Y, l.W, l.W), rounded(l.X, l.Y, l.W, l.W, l.Radius, l.Radius), image.White)
}
