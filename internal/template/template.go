// Package template owns texts with liquid expressions in them: what they may use, and how
// they become words for one customer.
//
// A Content is a JSON object whose texts are templates; it renders to JSON of the same
// shape. Templates cannot read files, assign, or loop inside loops, and what they make is
// bounded, so one costs time in its own length and that of its data. The package knows
// nothing about customers: a caller passes bindings.
package template

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/osteele/liquid"
	"github.com/tidwall/gjson"

	"yutang/internal/fault"
)

// Limits of templates and of what they make.
const (
	maxTemplate = 8 << 10
	maxRendered = 32 << 10 // bytes of one text
	maxContent  = 128 << 10
	maxTexts    = 200
	maxLoops    = 1 // for inside for
)

// tags that templates may use. Without assign, capture and ranges a template cannot grow
// a text or run longer than its data.
var tagsAllowed = map[string]bool{
	"if": true, "elsif": true, "else": true, "endif": true, "unless": true, "endunless": true, "case": true, "when": true,
	"endcase": true, "for": true, "endfor": true, "break": true, "continue": true, "comment": true, "endcomment": true,
}

var (
	tagPattern   = regexp.MustCompile(`\{%-?\s*([^\s%-]*)`)
	rangePattern = regexp.MustCompile(`\{[{%][^}]*\.\.[^}]*[}%]\}`)
	engines      = map[bool]*liquid.Engine{false: newEngine(false), true: newEngine(true)}
)

func newEngine(strict bool) *liquid.Engine {
	e := liquid.NewEngine()
	e.UnregisterTag("include")
	e.UnregisterTag("render")
	if strict {
		e.StrictVariables()
	}
	return e
}

// Content is a JSON object whose texts are templates, in the order they are written. It
// does not change and is safe for concurrent use.
type Content struct {
	raw   []byte
	texts []place
}

// place is one template with its place in the raw object.
type place struct {
	start, end int // of the JSON string
	pointer    string
	text       *Text
}

// Text is one template. It does not change and is safe for concurrent use.
type Text struct {
	template *liquid.Template
	roots    []string
}

// ParseText checks and compiles one text. Strict: a value that is missing when it renders
// is ErrMissing, else it is the empty text.
func ParseText(source string, strict bool) (*Text, error) {
	t, err := compile(source, strict)
	if err != nil {
		return nil, err
	}
	return &Text{template: t, roots: roots(source)}, nil
}

// Render makes the text for one set of values.
func (t *Text) Render(bind map[string]any) (string, error) { return renderText(t.template, bind) }

// Parse checks the object at the pointer ptr of the caller's document and compiles its
// texts, strict or not as in ParseText. faults is empty if it is right.
func Parse(raw json.RawMessage, ptr string, strict bool) (c *Content, faults []fault.Field) {
	var flat bytes.Buffer
	if json.Compact(&flat, raw) != nil || !gjson.ParseBytes(flat.Bytes()).IsObject() {
		return nil, fault.BadField(ptr, `must be an object such as {"text":"Hello {{ traits.first_name }}"}; every text in it is a template`).Fields
	}
	c = &Content{raw: flat.Bytes()}
	walk(gjson.ParseBytes(c.raw), ptr, func(t place, source string) {
		var err error
		if t.text, err = ParseText(source, strict); err != nil {
			faults = append(faults, fault.BadField(t.pointer, "%s", err.Error()).Fields...)
		}
		c.texts = append(c.texts, t)
	})
	if len(c.texts) > maxTexts {
		faults = append(faults, fault.BadField(ptr, "has more than %d texts", maxTexts).Fields...)
	}
	return c, faults
}

// walk finds the texts in v, which knows its place in the raw object.
func walk(v gjson.Result, ptr string, found func(t place, source string)) {
	if v.Type == gjson.String {
		found(place{start: v.Index, end: v.Index + len(v.Raw), pointer: ptr}, v.Str)
		return
	}
	if !v.IsObject() && !v.IsArray() {
		return
	}
	n := 0
	v.ForEach(func(k, member gjson.Result) bool {
		name := strconv.Itoa(n)
		if v.IsObject() {
			name = escape(k.Str)
		}
		n++
		walk(member, ptr+"/"+name, found)
		return true
	})
}

var escape = strings.NewReplacer("~", "~0", "/", "~1").Replace

// compile checks and compiles one template.
func compile(source string, strict bool) (*liquid.Template, error) {
	if len(source) > maxTemplate {
		return nil, fmt.Errorf("a template has at most %d bytes", maxTemplate)
	}
	depth := 0
	for _, m := range tagPattern.FindAllStringSubmatch(source, -1) {
		switch name := m[1]; {
		case !tagsAllowed[name]:
			return nil, fmt.Errorf("the tag %q cannot be used here", name)
		case name == "for":
			depth++
		case name == "endfor":
			depth--
		}
		if depth > maxLoops {
			return nil, errors.New("loops cannot be nested")
		}
	}
	if rangePattern.MatchString(source) {
		return nil, errors.New("ranges such as (1..9) cannot be used here")
	}
	for open, shut := range map[string]string{"{{": "}}", "{%": "%}"} {
		if strings.Count(source, open) != strings.Count(source, shut) {
			return nil, fmt.Errorf("a %s is not closed by %s", open, shut)
		}
	}
	t, err := engines[strict].ParseString(source)
	if err != nil {
		return nil, fmt.Errorf("not a liquid template: %w", err)
	}
	return t, checkFilters(source)
}

// checkFilters finds filters that do not exist, which liquid tells only when it renders.
func checkFilters(source string) error {
	t, err := engines[false].ParseString(source)
	if err != nil {
		return fmt.Errorf("not a liquid template: %w", err)
	}
	if _, err := renderText(t, liquid.Bindings{}); err != nil && strings.Contains(err.Error(), "undefined filter") {
		return fmt.Errorf("not a liquid template: %w", err)
	}
	return nil
}

// ErrMissing is a strict template that needs a value which is not there.
var ErrMissing = errors.New("a value is missing")

// Render makes the object for one set of values.
func (c *Content) Render(bind map[string]any) (json.RawMessage, error) {
	var out bytes.Buffer
	last := 0
	for _, t := range c.texts {
		rendered, err := t.text.Render(bind)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", t.pointer, err)
		}
		out.Write(c.raw[last:t.start])
		out.Write(gjson.AppendJSONString(nil, rendered))
		last = t.end
		if out.Len() > maxContent {
			return nil, fmt.Errorf("%s: the content has more than %d bytes", t.pointer, maxContent)
		}
	}
	out.Write(c.raw[last:])
	return out.Bytes(), nil
}

func renderText(t *liquid.Template, bind liquid.Bindings) (rendered string, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the template failed: %v", p)
		}
	}()
	w := &limited{}
	if e := t.FRender(w, bind); e != nil {
		if strings.Contains(e.Error(), "undefined variable") {
			return "", ErrMissing
		}
		return "", e
	}
	return strings.ToValidUTF8(w.String(), ""), nil
}

// limited refuses to grow beyond maxRendered.
type limited struct{ bytes.Buffer }

func (l *limited) Write(p []byte) (int, error) {
	if l.Len()+len(p) > maxRendered {
		return 0, fmt.Errorf("the text has more than %d bytes", maxRendered)
	}
	return l.Buffer.Write(p)
}
