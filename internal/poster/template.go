package poster

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"image/color"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"yutang/internal/fault"
	"yutang/internal/template"
)

// Limits of a template.
const (
	MaxSide      = 4096
	MaxPixels    = 8 << 20
	MinSide      = 64
	MaxTemplate  = 64 << 10
	maxLayers    = 80
	maxPoints    = 64
	maxCount     = 400
	maxTextSize  = 800.0
	maxPosterURL = 1000
)

// The kinds of layer.
const (
	Rect     = "rect"
	Ellipse  = "ellipse"
	Polygon  = "polygon"
	Rays     = "rays"     // count wedges from the middle of the box, or from one point
	Confetti = "confetti" // count scraps strewn over the box; seed says how
	Image    = "image"    // an asset
	Photo    = "photo"    // of a person; without one their initial
	Text     = "text"
	QR       = "qr"
)

// What a QR layer shows.
const (
	OfURL      = "url"
	OfLink     = "link"      // a short link to url, of the member's own
	OfLiveCode = "live_code" // the member's own live code
)

// Document is a template as it is written. Lengths are pixels from the upper left corner.
type Document struct {
	Width      float64 `json:"width"`
	Height     float64 `json:"height"`
	Background string  `json:"background,omitempty"` // colour; default white
	Layers     []Layer `json:"layers"`
}

// Layer is one thing to draw, above those before it. Which fields count depends on kind.
type Layer struct {
	Kind    string  `json:"kind"`
	X       float64 `json:"x"`
	Y       float64 `json:"y"`
	W       float64 `json:"w"`
	H       float64 `json:"h,omitempty"`
	Opacity float64 `json:"opacity,omitempty"` // above 0 to 1; 0 is 1

	Fill        string       `json:"fill,omitempty"` // #rgb, #rrggbb or #rrggbbaa
	Gradient    *Gradient    `json:"gradient,omitempty"`
	Stroke      string       `json:"stroke,omitempty"` // of texts: the outline
	StrokeWidth float64      `json:"stroke_width,omitempty"`
	Radius      float64      `json:"radius,omitempty"` // of corners
	Points      [][2]float64 `json:"points,omitempty"` // of a polygon; of rays where they come from
	Count       int          `json:"count,omitempty"`
	Seed        uint64       `json:"seed,omitempty"`
	Colors      []string     `json:"colors,omitempty"` // of confetti

	Asset string `json:"asset,omitempty"`
	Fit   string `json:"fit,omitempty"`  // "cover" (default) or "contain"
	Mask  string `json:"mask,omitempty"` // "rect" (default, with radius) or "round"
	Of    string `json:"of,omitempty"`   // photo: "staff" (default) or "customer"; qr: url, link, live_code
	URL   string `json:"url,omitempty"`  // liquid

	Text       string  `json:"text,omitempty"` // liquid
	Size       float64 `json:"size,omitempty"` // of an em
	Color      string  `json:"color,omitempty"`
	Weight     int     `json:"weight,omitempty"` // 100 to 900; from 500 on bolder
	Align      string  `json:"align,omitempty"`  // "left" (default), "center" or "right"
	Lines      int     `json:"lines,omitempty"`  // at most; then an ellipsis; default 1
	LineHeight float64 `json:"line_height,omitempty"`
	Spacing    float64 `json:"spacing,omitempty"` // between characters
	Shrink     bool    `json:"shrink,omitempty"`  // down to half its size before it is cut
}

// Gradient runs from one colour to another, along an angle (0 to the right, 90 down) or
// from the middle outwards.
type Gradient struct {
	From   string  `json:"from"`
	To     string  `json:"to"`
	Angle  float64 `json:"angle,omitempty"`
	Radial bool    `json:"radial,omitempty"`
}

// Template is a document that can be drawn. It does not change and is safe for concurrent
// use.
type Template struct {
	Document
	texts []*template.Text // of each layer, nil without
}

// Assets lists the pictures that the document names, each once.
func (d Document) Assets() []string {
	var out []string
	for _, l := range d.Layers {
		if l.Asset != "" && !slices.Contains(out, l.Asset) {
			out = append(out, l.Asset)
		}
	}
	return out
}

// Parse reads and checks a template. Errors name every field at fault by a JSON pointer.
func Parse(raw []byte) (*Template, error) {
	if len(raw) > MaxTemplate {
		return nil, fault.BadField("", "has %d bytes of at most %d", len(raw), MaxTemplate)
	}
	t := &Template{}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&t.Document); err != nil {
		return nil, fault.BadField("", "is no poster template: %v", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, fault.BadField("", "has something behind the template")
	}
	c := &checker{}
	c.canvas(t.Document)
	t.texts = make([]*template.Text, len(t.Layers))
	for i, l := range t.Layers {
		c.at = "/layers/" + strconv.Itoa(i)
		t.texts[i] = c.layer(l)
	}
	if len(c.fields) > 0 {
		e := fault.New(fault.Invalid, "invalid_poster", "the poster cannot be drawn")
		e.Fields = c.fields
		return nil, e
	}
	return t, nil
}

// checker gathers what is wrong with a document.
type checker struct {
	at     string
	fields []fault.Field
}

func (c *checker) add(field, format string, args ...any) {
	c.fields = append(c.fields, fault.Field{Pointer: c.at + field, Detail: fmt.Sprintf(format, args...)})
}

func (c *checker) canvas(d Document) {
	for field, side := range map[string]float64{"/width": d.Width, "/height": d.Height} {
		if !(side >= MinSide && side <= MaxSide) || side != math.Trunc(side) {
			c.add(field, "must be %d to %d whole pixels", MinSide, MaxSide)
		}
	}
	if d.Width*d.Height > MaxPixels {
		c.add("/height", "with this width there are more than %d million pixels", MaxPixels>>20)
	}
	c.colour("/background", d.Background)
	if len(d.Layers) > maxLayers {
		c.add("/layers", "are %d of at most %d", len(d.Layers), maxLayers)
	}
}

func (c *checker) colour(field, text string) {
	if _, ok := parseColor(text); !ok && text != "" {
		c.add(field, "must be a colour such as #c8102e or #c8102e80")
	}
}

// within asks for a number between least and most.
func (c *checker) within(field string, v, least, most float64) {
	if !(v >= least && v <= most) {
		c.add(field, "must be %g to %g", least, most)
	}
}

func (c *checker) oneOf(field, v string, allowed ...string) {
	if v != "" && !slices.Contains(allowed, v) {
		c.add(field, "must be one of %s", strings.Join(allowed, ", "))
	}
}

func (c *checker) layer(l Layer) *template.Text {
	c.within("/x", l.X, -MaxSide, MaxSide)
	c.within("/y", l.Y, -MaxSide, MaxSide)
	if l.Kind != Polygon {
		c.within("/w", l.W, 1, 2*MaxSide)
	}
	c.within("/opacity", l.Opacity, 0, 1)
	c.within("/radius", l.Radius, 0, MaxSide)
	c.within("/stroke_width", l.StrokeWidth, 0, 100)
	for field, text := range map[string]string{"/fill": l.Fill, "/stroke": l.Stroke, "/color": l.Color} {
		c.colour(field, text)
	}
	if l.Gradient != nil {
		c.colour("/gradient/from", l.Gradient.From)
		c.colour("/gradient/to", l.Gradient.To)
		c.within("/gradient/angle", l.Gradient.Angle, -360, 360)
	}
	switch l.Kind {
	case Text:
		return c.text(l)
	case QR:
		return c.qr(l)
	case Rect, Ellipse, Rays, Confetti, Image, Photo, Polygon:
		c.shape(l)
	default:
		c.add("/kind", "there is no kind %q", l.Kind)
	}
	return nil
}

func (c *checker) shape(l Layer) {
	if l.Kind != Polygon {
		c.within("/h", l.H, 1, 2*MaxSide)
	}
	switch l.Kind {
	case Polygon:
		if len(l.Points) < 3 || len(l.Points) > maxPoints {
			c.add("/points", "must be 3 to %d", maxPoints)
		}
		for i, p := range l.Points {
			c.within(fmt.Sprintf("/points/%d/0", i), p[0], -2*MaxSide, 2*MaxSide)
			c.within(fmt.Sprintf("/points/%d/1", i), p[1], -2*MaxSide, 2*MaxSide)
		}
	case Rays, Confetti:
		if len(l.Points) > 1 {
			c.add("/points", "is one point at most")
		}
		c.within("/count", float64(l.Count), 1, maxCount)
		if len(l.Colors) > maxPoints {
			c.add("/colors", "are %d of at most %d", len(l.Colors), maxPoints)
		}
		for i, text := range l.Colors {
			c.colour(fmt.Sprintf("/colors/%d", i), text)
			if text == "" {
				c.add(fmt.Sprintf("/colors/%d", i), "is needed")
			}
		}
	case Image:
		if l.Asset == "" {
			c.add("/asset", "name the image to draw")
		}
		c.oneOf("/fit", l.Fit, "cover", "contain")
		c.oneOf("/mask", l.Mask, "rect", "round")
	case Photo:
		c.oneOf("/of", l.Of, "staff", "customer")
		c.oneOf("/mask", l.Mask, "rect", "round")
	}
}

func (c *checker) text(l Layer) *template.Text {
	c.within("/size", l.Size, 6, maxTextSize)
	c.within("/lines", float64(l.Lines), 0, 60)
	c.within("/line_height", l.LineHeight, 0, 4)
	c.within("/spacing", l.Spacing, -20, 200)
	c.within("/weight", float64(l.Weight), 0, 900)
	c.oneOf("/align", l.Align, "left", "center", "right")
	return c.liquid("/text", l.Text)
}

func (c *checker) qr(l Layer) *template.Text {
	c.oneOf("/of", l.Of, OfURL, OfLink, OfLiveCode)
	if dark, ok := parseColor(l.Color); ok && luminance(dark) > 0.35 {
		c.add("/color", "is too light: phones could not read the code")
	}
	if l.Of == OfLiveCode {
		return nil
	}
	return c.liquid("/url", l.URL)
}

func (c *checker) liquid(field, source string) *template.Text {
	if strings.TrimSpace(source) == "" {
		c.add(field, "is needed")
		return nil
	}
	t, err := template.ParseText(source, false)
	if err != nil {
		c.add(field, "%s", err.Error())
	}
	return t
}

// parseColor reads #rgb, #rrggbb or #rrggbbaa.
func parseColor(text string) (color.NRGBA, bool) {
	hex, ok := strings.CutPrefix(text, "#")
	if ok && len(hex) == 3 {
		hex = string([]byte{hex[0], hex[0], hex[1], hex[1], hex[2], hex[2]})
	}
	if len(hex) == 6 {
		hex += "ff"
	}
	if !ok || len(hex) != 8 {
		return color.NRGBA{}, false
	}
	n, err := strconv.ParseUint(hex, 16, 32)
	return color.NRGBA{R: uint8(n >> 24), G: uint8(n >> 16), B: uint8(n >> 8), A: uint8(n)}, err == nil
}

func luminance(c color.NRGBA) float64 {
	return (0.299*float64(c.R) + 0.587*float64(c.G) + 0.114*float64(c.B)) / 255
}
