package customer

import (
	"errors"
	"strconv"

	"github.com/tidwall/gjson"

	"yutang/internal/event"
)

// A stored document is JSON: {"t":{name:TRAIT},"g":{tag:[at,0|1]},"e":erased}. TRAIT is
// [at,value] or [at] after an unset; with more to remember it is an object with that
// under "b", and "o", "a", "l" (set_once, increments, list elements) as lists of [at,value].

func (d *document) encode(dst []byte) []byte {
	dst = append(dst, `{"t":{`...)
	sep := false
	for name, t := range d.traits {
		if sep {
			dst = append(dst, ',')
		}
		sep = true
		dst = gjson.AppendJSONString(dst, name)
		dst = append(dst, ':')
		dst = t.encode(dst)
	}
	dst = append(dst, `},"g":{`...)
	sep = false
	for tag, s := range d.tags {
		if sep {
			dst = append(dst, ',')
		}
		sep = true
		dst = gjson.AppendJSONString(dst, tag)
		dst = append(dst, ':')
		on := "0"
		if s.on {
			on = "1"
		}
		dst = appendPoint(dst, point{s.at, on})
	}
	dst = append(dst, `},"e":`...)
	dst = strconv.AppendInt(dst, d.erased, 10)
	return append(dst, '}')
}

func (t *trait) encode(dst []byte) []byte {
	if t.based && len(t.once)+len(t.added)+len(t.items) == 0 {
		return appendPoint(dst, point{t.at, t.value})
	}
	dst = append(dst, '{')
	if t.based {
		dst = append(dst, `"b":`...)
		dst = appendPoint(dst, point{t.at, t.value})
		dst = append(dst, ',')
	}
	dst = append(dst, `"o":`...)
	dst = appendPoints(dst, t.once)
	dst = append(dst, `,"a":`...)
	sums := make([]point, len(t.added))
	for i, s := range t.added {
		sums[i] = point{s.at, s.sum.String()}
	}
	dst = appendPoints(dst, sums)
	dst = append(dst, `,"l":`...)
	dst = appendPoints(dst, t.items)
	return append(dst, '}')
}

func appendPoints(dst []byte, list []point) []byte {
	dst = append(dst, '[')
	for i, p := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendPoint(dst, p)
	}
	return append(dst, ']')
}

func appendPoint(dst []byte, p point) []byte {
	dst = append(dst, '[')
	dst = strconv.AppendInt(dst, p.at, 10)
	if p.value != "" {
		dst = append(dst, ',')
		dst = append(dst, p.value...)
	}
	return append(dst, ']')
}

// decode reads an encoded document.
func decode(raw []byte) (*document, error) {
	if !gjson.ValidBytes(raw) {
		return nil, errors.New("the stored profile is not readable")
	}
	d := newDocument()
	gjson.ParseBytes(raw).ForEach(func(k, v gjson.Result) bool {
		switch k.Str {
		case "t":
			v.ForEach(func(name, t gjson.Result) bool {
				d.traits[name.Str] = decodeTrait(t)
				return true
			})
		case "g":
			v.ForEach(func(tag, s gjson.Result) bool {
				p := decodePoint(s)
				d.tags[tag.Str] = tagState{at: p.at, on: p.value == "1"}
				return true
			})
		case "e":
			d.erased = v.Int()
		}
		return true
	})
	return d, nil
}

func decodeTrait(r gjson.Result) *trait {
	t := &trait{}
	if r.IsArray() {
		p := decodePoint(r)
		t.based, t.at, t.value = true, p.at, p.value
		return t
	}
	r.ForEach(func(k, v gjson.Result) bool {
		switch k.Str {
		case "b":
			p := decodePoint(v)
			t.based, t.at, t.value = true, p.at, p.value
		case "o":
			t.once = decodePoints(v)
		case "a":
			for _, p := range decodePoints(v) {
				sum, _ := event.ParseDecimal(p.value)
				t.added = append(t.added, step{p.at, sum})
			}
		case "l":
			t.items = decodePoints(v)
		}
		return true
	})
	return t
}

func decodePoints(r gjson.Result) (out []point) {
	r.ForEach(func(_, e gjson.Result) bool {
		out = append(out, decodePoint(e))
		return true
	})
	return out
}

func decodePoint(r gjson.Result) (p point) {
	i := 0
	r.ForEach(func(_, e gjson.Result) bool {
		if i == 0 {
			p.at = e.Int()
		} else {
			p.value = e.Raw
		}
		i++
		return true
	})
	return p
}
