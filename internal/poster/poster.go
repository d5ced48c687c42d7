// Package poster owns how posters are drawn: a template of layers, filled with the words of
// a customer and the code of a member of staff, becomes a PNG or JPEG on the server.
//
// It promises the same picture from the same input on every machine (one font lies in the
// program, shapes and scrap patterns have no chance in them), bounded work whatever a
// template or picture says, and that what the font cannot write is left out (emoji) or a
// box, and told. Nothing is fetched from other servers: pictures are assets, or come from
// the hooks of Config.
//
// Posters of many members are drawn by a job and kept, sealed, for a day:
//
//	waiting ──drawn──▶ done
//	   └──cannot be──▶ failed, with the reason; the others go on
//
// Templates themselves lie in the library, as materials of kind poster; see Parse for what
// they are. Built-in ones that need no picture are in Builtin.
package poster

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"slices"

	"yutang/internal/clock"
	"yutang/internal/content"
	"yutang/internal/db"
	"yutang/internal/fault"
	"yutang/internal/job"
	"yutang/internal/seal"
)

// The formats.
const (
	PNG  = "png"
	JPEG = "jpeg"

	quality = 88
	atOnce  = 2 // pictures drawn at the same time
)

// Person is for whom a poster is drawn. Empty fields are nobody.
type Person struct {
	Corp     string
	Staff    string // userid
	Customer string // public id
}

// Config is what the service is made of. Bindings are what texts see. The other hooks may
// be nil or give nothing: Photo is a picture of the staff or customer of p, whichever of
// says; LiveCode is the QR picture of a member's own live code; Shorten makes a short link
// of the member's own.
type Config struct {
	DB       *db.DB
	Box      *seal.Box
	Clock    clock.Clock
	Jobs     *job.Queue
	Content  *content.Service
	Bindings func(ctx context.Context, p Person) (map[string]any, error)
	Photo    func(ctx context.Context, p Person, of string) ([]byte, error)
	LiveCode func(ctx context.Context, corp, staff string) ([]byte, error)
	Shorten  func(ctx context.Context, url, corp, staff string) (string, error)
}

// Service draws posters. Safe for concurrent use.
type Service struct {
	Config
	slots chan struct{}
}

// New makes the service and takes over its kinds of jobs. Call it before the queue starts.
func New(cfg Config) *Service {
	s := &Service{Config: cfg, slots: make(chan struct{}, atOnce)}
	if cfg.Jobs != nil {
		cfg.Jobs.Handle(kindBatch, &job.Each{Queue: cfg.Jobs, Concurrency: 1, MaxAttempts: 20, Do: s.drawBatch})
		cfg.Jobs.Handle(kindPurge, &job.Each{Queue: cfg.Jobs, Concurrency: 1, MaxAttempts: 20, Do: s.purgeBatch})
	}
	return s
}

// Order asks for one poster.
type Order struct {
	Template *Template
	Person
	Values map[string]any // seen by texts under their own names, before all others
	Format string         // PNG (default) or JPEG
	Sample bool           // stand in for a missing live code or link: it is only looked at
}

// Picture is a poster.
type Picture struct {
	Bytes   []byte
	Type    string // media type
	Missing string // characters that the font has no shape for
}

// Render draws a poster.
func (s *Service) Render(ctx context.Context, o Order) (Picture, error) {
	if o.Format != "" && o.Format != PNG && o.Format != JPEG {
		return Picture{}, fault.BadField("/format", "must be png or jpeg")
	}
	bind, err := s.Bindings(ctx, o.Person)
	if err != nil {
		return Picture{}, err
	}
	for name, value := range o.Values {
		bind[name] = value
	}
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	case <-ctx.Done():
		return Picture{}, ctx.Err()
	}
	c := newCanvas(int(o.Template.Width), int(o.Template.Height), o.Template.Background)
	for i, l := range o.Template.Layers {
		if err := ctx.Err(); err != nil {
			return Picture{}, err
		}
		if err := s.layer(ctx, c, o, i, bind); err != nil {
			return Picture{}, fmt.Errorf("layer %d (%s): %w", i, l.Kind, err)
		}
	}
	return encode(c, o.Format)
}

// layer draws one layer.
func (s *Service) layer(ctx context.Context, c *canvas, o Order, i int, bind map[string]any) error {
	l := o.Template.Layers[i]
	words := ""
	if t := o.Template.texts[i]; t != nil {
		var err error
		if words, err = t.Render(bind); err != nil {
			return fault.New(fault.Precondition, "bad_template", "the text cannot be rendered: %v", err)
		}
	}
	switch l.Kind {
	case Text:
		return c.text(l, words)
	case QR:
		return s.qr(ctx, c, o, l, words)
	case Image:
		img, err := s.asset(ctx, l.Asset)
		if err == nil {
			c.picture(l, img)
		}
		return err
	case Photo:
		return s.photo(ctx, c, o, l, bind)
	}
	c.shape(l)
	return nil
}

// shape draws what needs nothing but its layer.
func (c *canvas) shape(l Layer) {
	switch l.Kind {
	case Confetti:
		c.strew(l)
	case Rays:
		c.rays(l)
	case Polygon:
		r := c.img.Bounds()
		l.X, l.Y, l.W, l.H = extent(l.Points)
		if paint := l.paint(r); paint != nil {
			c.fill(r, polygon(l.Points), paint)
		}
	default:
		r := c.box(l.X, l.Y, l.W, l.H)
		if paint := l.paint(r); paint != nil {
			c.fill(r, l.outline(), paint)
		}
		c.border(l)
	}
}

func extent(points [][2]float64) (x, y, w, h float64) {
	x, y = points[0][0], points[0][1]
	right, bottom := x, y
	for _, p := range points {
		x, right, y, bottom = min(x, p[0]), max(right, p[0]), min(y, p[1]), max(bottom, p[1])
	}
	return x, y, max(right-x, 1), max(bottom-y, 1)
}

// asset reads a picture of the library.
func (s *Service) asset(ctx context.Context, id string) (image.Image, error) {
	a, err := s.Content.Asset(ctx, id)
	if err != nil {
		return nil, err
	}
	f, err := s.Content.Open(a)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, maxPicture+1))
	if err != nil {
		return nil, err
	}
	return decode(raw, fmt.Sprintf("the picture %q", a.Name))
}

func (s *Service) photo(ctx context.Context, c *canvas, o Order, l Layer, bind map[string]any) error {
	of := l.Of
	if of == "" {
		of = "staff"
	}
	if s.Photo != nil {
		raw, err := s.Photo(ctx, o.Person, of)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		if len(raw) > 0 {
			if img, err := decode(raw, "the photo"); err == nil {
				c.picture(l, img)
				return nil
			}
		}
	}
	source, key := "staff", "name"
	if of == "customer" {
		source = "traits"
	}
	object, _ := bind[source].(map[string]any)
	name, _ := object[key].(string)
	return c.initial(l, name)
}

const sampleURL = "https://example.com/yutang"

func (s *Service) qr(ctx context.Context, c *canvas, o Order, l Layer, address string) error {
	switch l.Of {
	case OfLiveCode:
		var raw []byte
		var err error
		if s.LiveCode != nil && o.Staff != "" {
			raw, err = s.LiveCode(ctx, o.Corp, o.Staff)
		}
		switch {
		case err != nil && !fault.Is(err, fault.NotFound):
			return err
		case len(raw) > 0:
			img, err := decode(raw, "the live code")
			if err != nil {
				return err
			}
			l.H, l.Mask, l.Fit = l.W, "", "contain"
			c.plate(l)
			c.picture(l, img)
			return nil
		case !o.Sample:
			return fault.New(fault.Precondition, "no_live_code", "%q has no live code of their own", o.Staff)
		}
		address = sampleURL
	case OfLink:
		if s.Shorten != nil && !o.Sample {
			var err error
			if address, err = s.Shorten(ctx, address, o.Corp, o.Staff); err != nil {
				return err
			}
		}
	}
	return c.code(l, address)
}

func encode(c *canvas, format string) (Picture, error) {
	var out bytes.Buffer
	p := Picture{Type: "image/png"}
	var err error
	if format == JPEG {
		p.Type = "image/jpeg"
		err = jpeg.Encode(&out, c.img, &jpeg.Options{Quality: quality})
	} else {
		enc := png.Encoder{CompressionLevel: png.BestSpeed}
		err = enc.Encode(&out, c.img)
	}
	if err != nil {
		return Picture{}, fmt.Errorf("write the poster: %w", err)
	}
	var missing []rune
	for r := range c.missing {
		missing = append(missing, r)
	}
	slices.Sort(missing)
	p.Bytes, p.Missing = out.Bytes(), string(missing)
	return p, nil
}
