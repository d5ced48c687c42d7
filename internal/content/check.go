package content

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"yutang/internal/fault"
)

// limits are what the platform allows for one use. Bytes are UTF-8.
type limits struct {
	textBytes   int
	textRunes   int // 0 is no limit but bytes
	attachments int
	kinds       []string
	linkTitle   int
	cover       bool // a link needs a cover
	together    bool // kinds may be mixed
}

var (
	allKinds   = []string{KindImage, KindLink, KindMiniProgram, KindVideo, KindFile}
	ofMessages = limits{textBytes: 4000, attachments: 9, kinds: allKinds, linkTitle: 128, together: true}
)

var limitsOf = map[Use]limits{
	Welcome:      ofMessages,
	MassSend:     ofMessages,
	GroupSend:    ofMessages,
	GroupWelcome: {textBytes: 3000, attachments: 1, kinds: allKinds, linkTitle: 128, together: true},
	Moment: {
		textBytes: 4000, textRunes: 2000, attachments: 9, kinds: []string{KindImage, KindVideo, KindLink},
		linkTitle: 64, cover: true,
	},
}

const (
	maxDescription = 512
	maxAppTitle    = 64
	maxURL         = 2048
	maxAppID       = 64
	maxPage        = 1024
)

// Check holds the content against the limits of a use. The error names every field at
// fault by a JSON pointer below at, which is "" or a pointer such as "/welcome". It does
// not know the assets: see Service.Check.
func (c Content) Check(use Use, at ...string) error {
	f := faults{at: strings.Join(at, "")}
	l, known := limitsOf[use]
	if !known {
		return fault.BadField(f.at, "there is no use %q", use)
	}
	f.text(c, l)
	f.attachments(c, l)
	return f.err()
}

// faults gathers what is wrong with one content.
type faults struct {
	at     string
	fields []fault.Field
}

func (f *faults) add(pointer, format string, args ...any) {
	f.fields = append(f.fields, fault.Field{Pointer: pointer, Detail: fmt.Sprintf(format, args...)})
}

func (f *faults) err() error {
	if len(f.fields) == 0 {
		return nil
	}
	e := fault.New(fault.Invalid, "invalid", "the content cannot be sent")
	if len(f.fields) == 1 {
		e.Message = f.fields[0].Detail
	}
	e.Fields = f.fields
	return e
}

func (f *faults) text(c Content, l limits) {
	switch n := len(c.Text); {
	case c.Empty():
		f.add(f.at, "a text or an attachment is needed")
	case !utf8.ValidString(c.Text):
		f.add(f.at+"/text", "is not valid UTF-8")
	case strings.TrimSpace(c.Text) == "" && n > 0:
		f.add(f.at+"/text", "is blank; leave it away")
	case n > l.textBytes:
		f.add(f.at+"/text", "has %d bytes of at most %d; a Chinese character takes 3", n, l.textBytes)
	case l.textRunes > 0 && utf8.RuneCountInString(c.Text) > l.textRunes:
		f.add(f.at+"/text", "has %d characters of at most %d", utf8.RuneCountInString(c.Text), l.textRunes)
	}
}

func (f *faults) attachments(c Content, l limits) {
	if n := len(c.Attachments); n > l.attachments {
		f.add(f.at+"/attachments", "are %d of at most %d", n, l.attachments)
		return
	}
	for i, a := range c.Attachments {
		if !slices.Contains(l.kinds, a.Kind) {
			f.add(pointer(f.at, i, "kind"), "%q cannot be attached here; choose one of %s", a.Kind, strings.Join(l.kinds, ", "))
			continue
		}
		f.attachment(i, a, l)
		if !l.together && i > 0 && (a.Kind != KindImage || c.Attachments[0].Kind != KindImage) {
			f.add(pointer(f.at, i, "kind"), "a moment has up to 9 images, or one video, or one link")
		}
	}
}

func (f *faults) attachment(i int, a Attachment, l limits) {
	switch a.Kind {
	case KindLink:
		f.within(i, "title", a.Title, 1, l.linkTitle)
		f.within(i, "description", a.Description, 0, maxDescription)
		f.link(i, a.URL)
		if l.cover && a.Asset == "" {
			f.add(pointer(f.at, i, "asset"), "a link needs a cover image here")
		}
	case KindMiniProgram:
		f.within(i, "title", a.Title, 1, maxAppTitle)
		f.within(i, "app_id", a.AppID, 1, maxAppID)
		f.within(i, "page", a.Page, 1, maxPage)
		if a.Asset == "" {
			f.add(pointer(f.at, i, "asset"), "a mini program needs a cover image")
		}
	default:
		if a.Asset == "" {
			f.add(pointer(f.at, i, "asset"), "name the asset to attach")
		}
	}
}

// within asks for between least and most bytes of UTF-8.
func (f *faults) within(i int, field, text string, least, most int) {
	switch n := len(text); {
	case n < least || least > 0 && strings.TrimSpace(text) == "":
		f.add(pointer(f.at, i, field), "is needed")
	case n > most:
		f.add(pointer(f.at, i, field), "has %d bytes of at most %d", n, most)
	case !utf8.ValidString(text):
		f.add(pointer(f.at, i, field), "is not valid UTF-8")
	}
}

func (f *faults) link(i int, text string) {
	u, err := url.Parse(text)
	switch {
	case text == "":
		f.add(pointer(f.at, i, "url"), "is needed")
	case len(text) > maxURL:
		f.add(pointer(f.at, i, "url"), "has %d bytes of at most %d", len(text), maxURL)
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		f.add(pointer(f.at, i, "url"), "is not an address such as https://example.com/page")
	}
}
