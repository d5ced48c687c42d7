package content

import "unicode/utf8"

// Length is how long a text of a content is and may be. Limits of 0 do not bound.
type Length struct {
	Pointer   string `json:"pointer"`
	Bytes     int    `json:"bytes"`
	Limit     int    `json:"limit"`
	Runes     int    `json:"characters"`
	RuneLimit int    `json:"character_limit,omitempty"`
}

// Lengths measures the texts of a content against the limits of a use, in order. An unknown
// use has no limits.
func (c Content) Lengths(use Use) []Length {
	var out []Length
	add := func(pointer, text string, limit, runes int) {
		if text != "" {
			out = append(out, Length{pointer, len(text), limit, utf8.RuneCountInString(text), runes})
		}
	}
	l, known := limitsOf[use]
	bound := func(n int) int {
		if !known {
			return 0
		}
		return n
	}
	add("/text", c.Text, l.textBytes, l.textRunes)
	for i, a := range c.Attachments {
		title := l.linkTitle
		if a.Kind == KindMiniProgram {
			title = maxAppTitle
		}
		add(pointer("", i, "title"), a.Title, bound(title), 0)
		add(pointer("", i, "description"), a.Description, bound(maxDescription), 0)
		add(pointer("", i, "url"), a.URL, bound(maxURL), 0)
		add(pointer("", i, "page"), a.Page, bound(maxPage), 0)
	}
	return out
}
