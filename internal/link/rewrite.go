package link

import (
	"bytes"
	"context"
	"encoding/json"
	"html"
	"regexp"
	"strings"

	"github.com/tidwall/gjson"
)

// maxAddresses is how many addresses of one message become links; a message with more is
// a list, and keeps the rest.
const maxAddresses = 30

var (
	// addressPattern finds what may be a web address: up to a space, a quote, or a character
	// that no address has, such as those of Chinese.
	addressPattern = regexp.MustCompile(`(?i)https?://[!-~]+`)
	// notInside are characters that end an address though ASCII.
	notInside = "\"'<>`{}|\\^"
)

// ReplaceText replaces the web addresses in a text by short links.
func (s *Service) ReplaceText(ctx context.Context, text string, o Order) (string, error) {
	r := &rewriter{s: s, ctx: ctx, order: o}
	if err := r.begin(); err != nil {
		return "", err
	}
	out := r.prose(text)
	return out, r.err
}

// Replace replaces the web addresses in a message by short links: those that stand in
// texts, and those of link cards. Addresses of pictures and files, pages of mini programs,
// and addresses of this server stay. Without a public address nothing is replaced.
func (s *Service) Replace(ctx context.Context, message json.RawMessage, o Order) (json.RawMessage, error) {
	r := &rewriter{s: s, ctx: ctx, order: o}
	if err := r.begin(); err != nil {
		return nil, err
	}
	if r.public == "" || !bytes.Contains(message, []byte("://")) && !bytes.Contains(message, []byte(`:\/\/`)) {
		return message, nil
	}
	var out bytes.Buffer
	r.walk(&out, gjson.ParseBytes(message), "")
	return out.Bytes(), r.err
}

type rewriter struct {
	s      *Service
	ctx    context.Context //nolint:containedctx // lives as long as one call
	order  Order
	public string
	count  int
	err    error
}

func (r *rewriter) begin() (err error) {
	r.public, err = r.s.PublicURL(r.ctx)
	return err
}

// linkFields hold the address that a card leads to; whatever else is an address as a whole
// is a picture or a file, unless it stands in one of textFields.
var (
	linkFields = map[string]bool{"url": true, "link": true, "href": true}
	textFields = map[string]bool{"text": true, "content": true, "description": true, "desc": true, "title": true, "body": true, "html": true, "value": true}
	miniFields = map[string]bool{"page": true, "pagepath": true, "path": true, "app_id": true, "appid": true}
)

// walk copies v, whose place is in the field named key.
func (r *rewriter) walk(out *bytes.Buffer, v gjson.Result, key string) {
	switch {
	case v.Type == gjson.String:
		text := r.field(key, v.Str)
		if text == v.Str {
			out.WriteString(v.Raw)
			return
		}
		out.Write(gjson.AppendJSONString(nil, text))
	case v.IsObject():
		r.object(out, v)
	case v.IsArray():
		out.WriteByte('[')
		n := 0
		v.ForEach(func(_, member gjson.Result) bool {
			if n++; n > 1 {
				out.WriteByte(',')
			}
			r.walk(out, member, key)
			return true
		})
		out.WriteByte(']')
	default:
		out.WriteString(v.Raw)
	}
}

func (r *rewriter) object(out *bytes.Buffer, v gjson.Result) {
	mini := strings.HasPrefix(v.Get("kind").Str, "mini") || strings.HasPrefix(v.Get("msgtype").Str, "mini") || v.Get("app_id").Exists() || v.Get("appid").Exists()
	picture := v.Get("kind").Str == "image" || v.Get("kind").Str == "video" || v.Get("kind").Str == "file"
	out.WriteByte('{')
	n := 0
	v.ForEach(func(key, member gjson.Result) bool {
		if n++; n > 1 {
			out.WriteByte(',')
		}
		out.WriteString(key.Raw)
		out.WriteByte(':')
		if miniFields[key.Str] || strings.HasPrefix(key.Str, "mini") || (mini || picture) && linkFields[key.Str] {
			out.WriteString(member.Raw)
			return true
		}
		r.walk(out, member, key.Str)
		return true
	})
	out.WriteByte('}')
}

// field replaces what stands in one text.
func (r *rewriter) field(key, text string) string {
	trimmed := strings.TrimSpace(text)
	whole := addressPattern.FindString(trimmed) == trimmed && trimmed != ""
	switch {
	case whole && linkFields[key]:
		return r.short(trimmed)
	case whole && !textFields[key]:
		return text
	}
	return r.prose(text)
}

// prose replaces the addresses that stand free in a text.
func (r *rewriter) prose(text string) string {
	if r.public == "" {
		return text
	}
	var out strings.Builder
	last := 0
	for _, at := range addressPattern.FindAllStringIndex(text, -1) {
		start, end := at[0], at[0]+bound(text[at[0]:at[1]])
		if start < last || !free(text[:start]) {
			continue
		}
		address := text[start:end]
		if quoted := strings.HasSuffix(text[:start], `"`) || strings.HasSuffix(text[:start], `'`); quoted {
			address = html.UnescapeString(address)
		}
		short := r.short(address)
		if short == address {
			continue
		}
		out.WriteString(text[last:start])
		out.WriteString(short)
		last = end
	}
	return out.String() + text[last:]
}

// free says whether an address behind this text stands for itself: not within a word, and
// not the source of a picture.
func free(before string) bool {
	if before == "" {
		return true
	}
	c := before[len(before)-1]
	if c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || strings.IndexByte("/=&?%@_-.#", c) >= 0 {
		return false
	}
	if c == '"' || c == '\'' {
		attribute := strings.ToLower(strings.TrimRight(before[:len(before)-1], " "))
		return !strings.HasSuffix(attribute, "src=") && !strings.HasSuffix(attribute, "background=")
	}
	return c != '(' || !strings.HasSuffix(strings.ToLower(before), "url(")
}

// bound is where an address ends: before quotes and brackets, and before the marks that end
// a sentence.
func bound(text string) int {
	if at := strings.IndexAny(text, notInside); at >= 0 {
		text = text[:at]
	}
	for len(text) > 0 {
		c := text[len(text)-1]
		shut := c == ')' && strings.Count(text, "(") < strings.Count(text, ")") || c == ']' && strings.Count(text, "[") < strings.Count(text, "]")
		if !shut && strings.IndexByte(".,;:!?*", c) < 0 {
			break
		}
		text = text[:len(text)-1]
	}
	return len(text)
}

// short is the link for an address, or the address itself where it is ours or none.
func (r *rewriter) short(address string) string {
	if r.err != nil || r.public == "" || r.count >= maxAddresses || address == r.public || strings.HasPrefix(address, r.public+"/") {
		return address
	}
	if _, err := checkURL(address, ""); err != nil {
		return address
	}
	o := r.order
	o.URL = address
	out, err := r.s.Shorten(r.ctx, o)
	if err != nil {
		r.err = err
		return address
	}
	r.count++
	return out
}
