package poster

import (
	"image"
	"image/color"
	"math"
	"math/rand/v2"

	"golang.org/x/image/draw"
	"golang.org/x/image/vector"
)

// canvas is the picture under way.
type canvas struct {
	img     *image.RGBA
	missing map[rune]bool // characters that the font has no shape for
}

func newCanvas(w, h int, background string) *canvas {
	c := &canvas{img: image.NewRGBA(image.Rect(0, 0, w, h)), missing: map[rune]bool{}}
	paint, ok := parseColor(background)
	if !ok {
		paint = color.NRGBA{0xff, 0xff, 0xff, 0xff}
	}
	draw.Draw(c.img, c.img.Bounds(), image.White, image.Point{}, draw.Src)
	draw.Draw(c.img, c.img.Bounds(), image.NewUniform(paint), image.Point{}, draw.Over)
	return c
}

// path is an outline in pixels of the canvas.
type path func(z *vector.Rasterizer, dx, dy float32)

// box is the part of the canvas around a layer, one pixel wider.
func (c *canvas) box(x, y, w, h float64) image.Rectangle {
	r := image.Rect(int(math.Floor(x))-1, int(math.Floor(y))-1, int(math.Ceil(x+w))+1, int(math.Ceil(y+h))+1)
	return r.Intersect(c.img.Bounds())
}

// fill paints the inside of a path within r.
func (c *canvas) fill(r image.Rectangle, p path, paint image.Image) {
	if r.Empty() {
		return
	}
	c.through(c.mask(r, p), r, paint)
}

// mask is the inside of a path as coverage; its bounds begin at (0, 0).
func (c *canvas) mask(r image.Rectangle, p path) *image.Alpha {
	z := vector.NewRasterizer(r.Dx(), r.Dy())
	p(z, -float32(r.Min.X), -float32(r.Min.Y))
	out := image.NewAlpha(image.Rect(0, 0, r.Dx(), r.Dy()))
	z.Draw(out, out.Bounds(), image.Opaque, image.Point{})
	return out
}

func (c *canvas) through(mask *image.Alpha, r image.Rectangle, paint image.Image) {
	draw.DrawMask(c.img, r, paint, r.Min, mask, image.Point{}, draw.Over)
}

// paint is what a layer is filled with: a colour or a gradient over its box.
func (l Layer) paint(r image.Rectangle) image.Image {
	opacity := l.Opacity
	if opacity == 0 {
		opacity = 1
	}
	if l.Gradient != nil {
		return l.gradient(r, opacity)
	}
	fill, ok := parseColor(l.Fill)
	if !ok {
		return nil
	}
	return image.NewUniform(faded(fill, opacity))
}

func faded(c color.NRGBA, opacity float64) color.NRGBA {
	c.A = uint8(math.Round(float64(c.A) * opacity))
	return c
}

// gradient paints the part r of the canvas.
func (l Layer) gradient(r image.Rectangle, opacity float64) image.Image {
	from, _ := parseColor(l.Gradient.From)
	to, _ := parseColor(l.Gradient.To)
	from, to = faded(from, opacity), faded(to, opacity)
	var steps [1024]color.RGBA // premultiplied
	for i := range steps {
		steps[i] = color.RGBAModel.Convert(between(from, to, float64(i)/float64(len(steps)-1))).(color.RGBA) //nolint:forcetypeassert // the model's own
	}
	out := image.NewRGBA(r)
	sin, cos := math.Sincos(l.Gradient.Angle * math.Pi / 180)
	length := math.Abs(l.W*cos) + math.Abs(l.H*sin)
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			dx, dy := float64(x)+0.5-l.X-l.W/2, float64(y)+0.5-l.Y-l.H/2
			t := (dx*cos+dy*sin)/length + 0.5
			if l.Gradient.Radial {
				t = math.Hypot(dx/l.W, dy/l.H) * 2
			}
			out.SetRGBA(x, y, steps[int(math.Round(min(max(t, 0), 1)*float64(len(steps)-1)))])
		}
	}
	return out
}

func between(a, b color.NRGBA, t float64) color.NRGBA {
	mix := func(x, y uint8) uint8 { return uint8(math.Round(float64(x) + (float64(y)-float64(x))*t)) }
	return color.NRGBA{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B), mix(a.A, b.A)}
}

// kappa makes a quarter of a circle of a cubic curve.
const kappa = 0.5522847498

func ellipse(x, y, w, h float64) path { return rounded(x, y, w, h, w/2, h/2) }

// rounded is a rectangle whose corners are quarters of ellipses.
func rounded(x, y, w, h, rx, ry float64) path {
	rx, ry = min(rx, w/2), min(ry, h/2)
	kx, ky := rx*(1-kappa), ry*(1-kappa)
	return func(z *vector.Rasterizer, dx, dy float32) {
		at := func(px, py float64) (float32, float32) { return float32(px) + dx, float32(py) + dy }
		move := func(px, py float64) { a, b := at(px, py); z.MoveTo(a, b) }
		line := func(px, py float64) { a, b := at(px, py); z.LineTo(a, b) }
		curve := func(ax, ay, bx, by, cx, cy float64) {
			a, b := at(ax, ay)
			c, d := at(bx, by)
			e, f := at(cx, cy)
			z.CubeTo(a, b, c, d, e, f)
		}
		move(x+rx, y)
		line(x+w-rx, y)
		curve(x+w-kx, y, x+w, y+ky, x+w, y+ry)
		line(x+w, y+h-ry)
		curve(x+w, y+h-ky, x+w-kx, y+h, x+w-rx, y+h)
		line(x+rx, y+h)
		curve(x+kx, y+h, x, y+h-ky, x, y+h-ry)
		line(x, y+ry)
		curve(x, y+ky, x+kx, y, x+rx, y)
		z.ClosePath()
	}
}

func polygon(points [][2]float64) path {
	return func(z *vector.Rasterizer, dx, dy float32) {
		for i, p := range points {
			if i == 0 {
				z.MoveTo(float32(p[0])+dx, float32(p[1])+dy)
				continue
			}
			z.LineTo(float32(p[0])+dx, float32(p[1])+dy)
		}
		z.ClosePath()
	}
}

// ring paints the line around a shape, inside of it: what the shape covers and the smaller
// one does not.
func (c *canvas) ring(r image.Rectangle, outer, inner path, paint image.Image) {
	if r.Empty() {
		return
	}
	mask, hole := c.mask(r, outer), c.mask(r, inner)
	for i, v := range hole.Pix {
		mask.Pix[i] -= min(v, mask.Pix[i])
	}
	c.through(mask, r, paint)
}

// strew scatters scraps of paper over a box.
func (c *canvas) strew(l Layer) {
	rng := rand.New(rand.NewPCG(l.Seed, 0x9e3779b97f4a7c15)) //nolint:gosec // a pattern, no secret
	opacity := l.Opacity
	if opacity == 0 {
		opacity = 1
	}
	colors := l.Colors
	if len(colors) == 0 {
		colors = []string{l.Fill}
	}
	for range l.Count {
		x, y := l.X+rng.Float64()*l.W, l.Y+rng.Float64()*l.H
		long, turn, kind := 6+rng.Float64()*12, rng.Float64()*math.Pi, rng.IntN(3)
		paint, ok := parseColor(colors[rng.IntN(len(colors))])
		if !ok {
			continue
		}
		r := c.box(x-long, y-long, 2*long, 2*long)
		shape := ellipse(x-long/3, y-long/3, long*2/3, long*2/3)
		if kind > 0 {
			shape = polygon(turned(x, y, long, long*0.45, turn))
		}
		c.fill(r, shape, image.NewUniform(faded(paint, opacity)))
	}
}

// turned are the corners of a rectangle about a point.
func turned(x, y, w, h, angle float64) [][2]float64 {
	sin, cos := math.Sincos(angle)
	out := make([][2]float64, 0, 4)
	for _, corner := range [][2]float64{{-w / 2, -h / 2}, {w / 2, -h / 2}, {w / 2, h / 2}, {-w / 2, h / 2}} {
		out = append(out, [2]float64{x + corner[0]*cos - corner[1]*sin, y + corner[0]*sin + corner[1]*cos})
	}
	return out
}

// rays draws wedges from the middle of the box, or from the layer's one point, within the
// rounded box.
func (c *canvas) rays(l Layer) {
	mx, my, far := l.X+l.W/2, l.Y+l.H/2, math.Hypot(l.W, l.H)
	if len(l.Points) == 1 {
		mx, my = l.Points[0][0], l.Points[0][1]
		far = math.Hypot(max(mx-l.X, l.X+l.W-mx), max(my-l.Y, l.Y+l.H-my)) * 2
	}
	r := c.box(l.X, l.Y, l.W, l.H)
	paint := l.paint(r)
	if paint == nil || r.Empty() {
		return
	}
	step := 2 * math.Pi / float64(l.Count)
	wedges := func(z *vector.Rasterizer, dx, dy float32) {
		for i := range l.Count {
			a, b := (float64(i)-0.25)*step, (float64(i)+0.25)*step
			polygon([][2]float64{
				{mx, my}, {mx + far*math.Cos(a), my + far*math.Sin(a)}, {mx + far*math.Cos(b), my + far*math.Sin(b)},
			})(z, dx, dy)
		}
	}
	mask, within := c.mask(r, wedges), c.mask(r, l.outline())
	for i, v := range within.Pix {
		mask.Pix[i] = uint8(uint32(mask.Pix[i]) * uint32(v) / 0xff)
	}
	c.through(mask, r, paint)
}
