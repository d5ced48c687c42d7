package customer

import (
	"bytes"
	"slices"
	"strings"
	"unicode"

	"yutang/internal/event"
	"yutang/internal/timeline"
)

// Marks in the text of the name index: an entry is startMark, names each ended by
// nameMark, phone digits each ended by phoneMark.
const (
	startMark = "\x02"
	nameMark  = "\x03"
	phoneMark = "\x04"
)

// nameIndex finds customers by a part of a name or the end of a phone number. It is one
// text that is searched from its start; entries are only appended, and the text is
// packed when half of it is stale. Guarded by the timeline store's lock.
type nameIndex struct {
	text   []byte
	starts []entry  // ascending by start
	of     []uint32 // by customer: start + 1 of the entry that counts, 0 none
	live   int      // bytes of entries that count
}

type entry struct {
	start uint32
	ord   timeline.Ord
}

// put replaces ord's entry; "" removes it.
func (x *nameIndex) put(ord timeline.Ord, text string) {
	if int(ord) >= len(x.of) && text == "" {
		return
	}
	x.of = reach(x.of, ord)
	if start := x.of[ord]; start != 0 {
		old := x.entryText(int(start - 1))
		if string(old) == text {
			return
		}
		x.live -= len(old)
		x.of[ord] = 0
	}
	if text == "" {
		return
	}
	if len(x.text) > 1<<20 && len(x.text) > 2*(x.live+len(text)) {
		x.pack()
	}
	x.starts = append(x.starts, entry{uint32(len(x.text)), ord})
	x.of[ord] = uint32(len(x.text)) + 1
	x.text = append(x.text, text...)
	x.live += len(text)
}

// entryText is the entry that begins at start.
func (x *nameIndex) entryText(start int) []byte {
	rest := x.text[start:]
	if end := bytes.IndexByte(rest[1:], startMark[0]); end >= 0 {
		return rest[:end+1]
	}
	return rest
}

func (x *nameIndex) pack() {
	old := *x
	*x = nameIndex{of: make([]uint32, len(old.of)), text: make([]byte, 0, old.live+old.live/2)}
	for _, e := range old.starts {
		if old.of[e.ord] == e.start+1 {
			x.put(e.ord, string(old.entryText(int(e.start))))
		}
	}
}

// find gives up to limit customers above after, ascending, whose entry contains part.
func (x *nameIndex) find(part string, after timeline.Ord, limit int) []timeline.Ord {
	var out []timeline.Ord
	needle := []byte(part)
	for from := 0; ; {
		hit := bytes.Index(x.text[from:], needle)
		if hit < 0 {
			break
		}
		i, exact := slices.BinarySearchFunc(x.starts, uint32(from+hit), func(e entry, at uint32) int {
			return int(int64(e.start) - int64(at))
		})
		if !exact {
			i--
		}
		e := x.starts[i]
		if x.of[e.ord] == e.start+1 && e.ord > after {
			out = append(out, e.ord)
		}
		if i+1 == len(x.starts) {
			break
		}
		from = int(x.starts[i+1].start)
	}
	slices.Sort(out)
	return out[:min(limit, len(out))]
}

// searchText is the index entry of a document, "" if it has no name and no phone.
func searchText(d *document) string {
	var names, phones strings.Builder
	for name, t := range d.traits {
		class := personalClass(name)
		if class != className && class != classPhone {
			continue
		}
		v := event.ParseValue([]byte(t.current()))
		if v.Kind == event.Missing {
			continue
		}
		text := v.Str
		if v.Kind == event.Number {
			text = v.Num.String()
		}
		if class == classPhone {
			phones.WriteString(digits(text) + phoneMark)
		} else {
			names.WriteString(plainText(text) + nameMark)
		}
	}
	if names.Len()+phones.Len() == 0 {
		return ""
	}
	return startMark + names.String() + phones.String()
}

func searchable(trait string) bool {
	c := personalClass(trait)
	return c == className || c == classPhone
}

func plainText(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, s)
}

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}

// Find gives up to limit customers with a number above after whose name contains query,
// or, for a query of at least four digits, whose phone ends with it. Any lock held.
func (s *Service) Find(query string, after uint32, limit int) []uint32 {
	q := plainText(strings.TrimSpace(query))
	if q == "" {
		return nil
	}
	if d := digits(q); len(d) >= 4 && len(d) == len(strings.NewReplacer(" ", "", "-", "", "+", "").Replace(q)) {
		return s.names.find(d+phoneMark, after, limit)
	}
	return s.names.find(q, after, limit)
}
