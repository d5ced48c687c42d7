package notice

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"

	"yutang/internal/fault"
)

const (
	maxSize     = 1 << 20 // bytes
	maxDepth    = 12
	maxElements = 20_000
)

// fields is an XML document as texts by the path of their element below the root, such as
// "MemChangeList/Item". A path that repeats has its texts in order.
type fields map[string][]string

func invalid(format string, args ...any) error {
	return fault.New(fault.Invalid, "notice_xml", "the XML cannot be read: "+format, args...)
}

// walk is one pass over a document.
type walk struct {
	path  []string
	texts [][]byte // of the open elements
	inner []bool   // whether the open element has elements in it
	seen  int
	out   fields
}

// parse reads a document whose root is <xml>. It takes no DTD, no entity of its own, no
// second root and nothing cut off.
func parse(raw []byte) (fields, error) {
	if len(raw) > maxSize {
		return nil, invalid("it is larger than %d bytes", maxSize)
	}
	d := xml.NewDecoder(bytes.NewReader(raw))
	w := &walk{out: fields{}}
	for {
		tok, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			return w.end()
		}
		if err != nil {
			return nil, invalid("%v", err)
		}
		if err := w.token(tok); err != nil {
			return nil, err
		}
	}
}

func (w *walk) end() (fields, error) {
	if len(w.path) > 0 || w.seen == 0 {
		return nil, invalid("it is cut off")
	}
	return w.out, nil
}

func (w *walk) token(tok xml.Token) error {
	switch t := tok.(type) {
	case xml.StartElement:
		return w.start(t.Name.Local)
	case xml.EndElement:
		return w.close(t.Name.Local)
	case xml.CharData:
		if len(w.path) > 0 {
			i := len(w.path) - 1
			w.texts[i] = append(w.texts[i], t...)
		} else if len(bytes.TrimSpace(t)) > 0 {
			return invalid("text outside the root")
		}
	case xml.Directive:
		return invalid("a DTD is not accepted")
	}
	return nil
}

func (w *walk) start(name string) error {
	w.seen++
	switch {
	case len(w.path) == 0 && (w.seen > 1 || name != "xml"):
		return invalid("the root is not one <xml>")
	case len(w.path) >= maxDepth:
		return invalid("it is deeper than %d", maxDepth)
	case w.seen > maxElements:
		return invalid("it has more than %d elements", maxElements)
	}
	if len(w.inner) > 0 {
		w.inner[len(w.inner)-1] = true
	}
	w.path = append(w.path, name)
	w.texts = append(w.texts, nil)
	w.inner = append(w.inner, false)
	return nil
}

func (w *walk) close(name string) error {
	n := len(w.path) - 1
	if n < 0 || w.path[n] != name {
		return invalid("</%s> closes nothing", name)
	}
	if !w.inner[n] && n > 0 {
		key := strings.Join(w.path[1:], "/")
		w.out[key] = append(w.out[key], string(w.texts[n]))
	}
	w.path, w.texts, w.inner = w.path[:n], w.texts[:n], w.inner[:n]
	return nil
}

// first is the first text of a path, "" if there is none.
func (f fields) first(path string) string {
	if v := f[path]; len(v) > 0 {
		return strings.TrimSpace(v[0])
	}
	return ""
}
