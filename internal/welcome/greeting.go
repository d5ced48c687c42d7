package welcome

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"yutang/internal/content"
	"yutang/internal/fault"
)

// Greeting is what a new contact is told. The text may hold {{customer}} and {{staff}}.
type Greeting struct {
	content.Content
	Fallback string    `json:"fallback,omitempty" doc:"sent alone when the attachments are refused and there is no text"`
	Variants []Variant `json:"variants,omitempty" doc:"the first that fits the moment takes the place of the text and attachments above"`
}

// Variant is another content for some days or hours, in the brand's zone.
type Variant struct {
	Days []int  `json:"days,omitempty" doc:"1 Monday to 7 Sunday; none: every day"`
	From string `json:"from,omitempty" doc:"HH:MM; with to"`
	To   string `json:"to,omitempty" doc:"HH:MM, exclusive; before from: past midnight, of the day it begins on"`
	content.Content
}

const maxVariants = 20

// ParseGreeting reads a greeting from JSON. An absent one ("", null, {}) has nothing to say.
// A plain content is a greeting too.
func ParseGreeting(raw []byte) (Greeting, error) {
	var g Greeting
	if len(bytes.TrimSpace(raw)) == 0 {
		return g, nil
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	err := dec.Decode(&g)
	if err == nil {
		if _, more := dec.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("something follows it")
		}
	}
	if err != nil {
		return Greeting{}, fault.BadField("", "is not a greeting {text, attachments, variants}: %v", err)
	}
	return g, nil
}

// Empty says that there is nothing to say at any time.
func (g Greeting) Empty() bool { return g.Content.Empty() && len(g.Variants) == 0 }

// At is the content for a moment.
func (g Greeting) At(t time.Time) content.Content {
	for _, v := range g.Variants {
		if v.fits(t) {
			return v.Content
		}
	}
	return g.Content
}

func (v Variant) fits(t time.Time) bool {
	day, minute := weekday(t), t.Hour()*60+t.Minute()
	if v.From == "" {
		return v.on(day)
	}
	from, _ := minutes(v.From)
	to, _ := minutes(v.To)
	switch {
	case from < to:
		return v.on(day) && minute >= from && minute < to
	case minute >= from:
		return v.on(day)
	default:
		return minute < to && v.on((day+5)%7+1) // began yesterday
	}
}

func weekday(t time.Time) int { return (int(t.Weekday())+6)%7 + 1 }

func (v Variant) on(day int) bool {
	for _, d := range v.Days {
		if d == day {
			return true
		}
	}
	return len(v.Days) == 0
}

// minutes reads HH:MM as minutes since midnight.
func minutes(text string) (int, error) {
	t, err := time.Parse("15:04", text)
	if err != nil || len(text) != 5 {
		return 0, fmt.Errorf("%q is not HH:MM", text)
	}
	return t.Hour()*60 + t.Minute(), nil
}

// check holds a greeting against the platform's limits, assets included. Errors name the
// fields below at.
func (s *Service) check(ctx context.Context, g Greeting, at string) error {
	if g.Empty() {
		return fault.BadField(at, "a text or an attachment is needed")
	}
	var f faults
	if !g.Content.Empty() {
		f.add(s.checkContent(ctx, g.Content, at))
	}
	if len(g.Fallback) > 0 {
		f.add(s.checkContent(ctx, content.Content{Text: g.Fallback}, at+"/fallback"))
	}
	if len(g.Variants) > maxVariants {
		f.add(fault.BadField(at+"/variants", "are %d of at most %d", len(g.Variants), maxVariants))
	}
	for i, v := range g.Variants {
		here := at + "/variants/" + strconv.Itoa(i)
		f.fields = append(f.fields, v.check(here)...)
		f.add(s.checkContent(ctx, v.Content, here))
	}
	return f.err()
}

// faults gathers the fields at fault; another error goes first.
type faults struct {
	fields []fault.Field
	other  error
}

func (f *faults) add(err error) {
	var bad *fault.Error
	if errors.As(err, &bad) && bad.Kind == fault.Invalid {
		f.fields = append(f.fields, bad.Fields...)
	} else if err != nil && f.other == nil {
		f.other = err
	}
}

func (f *faults) err() error {
	if f.other != nil || len(f.fields) == 0 {
		return f.other
	}
	e := fault.New(fault.Invalid, "invalid", "the greeting cannot be sent")
	if len(f.fields) == 1 {
		e.Message = f.fields[0].Detail
	}
	e.Fields = f.fields
	return e
}

// checkContent checks one content with its names as long as they may get.
func (s *Service) checkContent(ctx context.Context, c content.Content, at string) error {
	if _, err := split(c.Text); err != nil {
		return fault.BadField(at+"/text", "%v", err)
	}
	c.Text = widest(c.Text)
	return s.Content.Check(ctx, c, content.Welcome, at)
}

func (v Variant) check(at string) (out []fault.Field) {
	for i, d := range v.Days {
		if d < 1 || d > 7 {
			out = append(out, fault.Field{Pointer: at + "/days/" + strconv.Itoa(i), Detail: "a day is 1 (Monday) to 7 (Sunday)"})
		}
	}
	if v.From == "" && v.To == "" {
		return out
	}
	for name, text := range map[string]string{"from": v.From, "to": v.To} {
		if _, err := minutes(text); err != nil {
			out = append(out, fault.Field{Pointer: at + "/" + name, Detail: err.Error()})
		}
	}
	if v.From == v.To {
		out = append(out, fault.Field{Pointer: at + "/to", Detail: "is the same as from; leave both away for the whole day"})
	}
	return out
}

// all is everything that the greeting may attach at any time, as one content.
func (g Greeting) all() content.Content {
	var c content.Content
	c.Attachments = append(c.Attachments, g.Attachments...)
	for _, v := range g.Variants {
		c.Attachments = append(c.Attachments, v.Attachments...)
	}
	return c
}

// Check holds the greeting of a live code, as JSON, against the platform's limits. Errors
// name the fields below at. An absent one passes: the rules apply then.
func (s *Service) Check(ctx context.Context, raw json.RawMessage, at string) error {
	g, err := ParseGreeting(raw)
	var f *fault.Error
	if errors.As(err, &f) {
		return fault.BadField(at, "%s", f.Message)
	}
	if err != nil || g.Empty() {
		return err
	}
	return s.check(ctx, g, at)
}

// Keep has the media of a live code's greeting made and renewed. It replaces what the owner
// ("livecode:ID") kept before; in ctx's transaction it takes effect with it.
func (s *Service) Keep(ctx context.Context, owner, corp string, raw json.RawMessage) error {
	g, err := ParseGreeting(raw)
	if err != nil {
		return err
	}
	return s.Content.Keep(ctx, owner, corp, g.all(), content.Welcome)
}

// Drop lets go of what an owner kept.
func (s *Service) Drop(ctx context.Context, owner string) error { return s.Content.Drop(ctx, owner) }

// CheckGreeting holds a greeting against the platform's limits without saving it.
func (s *Service) CheckGreeting(ctx context.Context, g Greeting) error { return s.check(ctx, g, "") }
