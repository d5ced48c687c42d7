// Package content owns what a message says and the files it carries.
//
// A Content is a text with attachments, as the platform lets staff send it. Check holds it
// against the platform's limits, which are bytes, not letters, so that a message that is
// saved can be sent. Files are assets: checked for what they really are, kept under their
// hash as sealed files, and shared by all corps.
//
// The platform takes a file by an id that lives three days and belongs to one corp and one
// way of upload. Keep makes the ids of a content and renews them for as long as its owner
// needs them, well before they end:
//
//	absent ──upload──▶ alive ──60 % of life──▶ upload again ──▶ alive
//	   ▲                 │                          │ fails: again soon
//	   └──refused, end───┘◀─────────────────────────┘
//
// Now answers from memory and never waits; Ready uploads what is missing. One upload of a
// file runs at a time, whoever asks. An id made for a moment is never used elsewhere, and
// the other way round.
//
// Not promised: that the platform keeps an id as long as it says. Who is told that an id is
// unknown calls Stale, and it is made again.
package content

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"

	"yutang/internal/fault"
)

// Content is what a message says: a text, attachments, or both.
type Content struct {
	Text        string       `json:"text,omitempty" doc:"at most 4000 bytes; less for some uses"`
	Attachments []Attachment `json:"attachments,omitempty" doc:"at most 9; in this order"`
}

// Attachment is one thing attached to a message. Which fields it needs depends on its kind.
type Attachment struct {
	Kind        string `json:"kind" enum:"image,link,miniprogram,video,file"`
	Asset       string `json:"asset,omitempty" doc:"id of the image, video or file; of the cover of a link or mini program"`
	Title       string `json:"title,omitempty" doc:"of a link: 128 bytes, 64 in moments; of a mini program: 64 bytes"`
	Description string `json:"description,omitempty" doc:"of a link: 512 bytes"`
	URL         string `json:"url,omitempty" doc:"of a link"`
	AppID       string `json:"app_id,omitempty" doc:"of a mini program that is bound to the corp"`
	Page        string `json:"page,omitempty" doc:"of a mini program"`
}

// The kinds of attachment.
const (
	KindImage       = "image"
	KindLink        = "link"
	KindMiniProgram = "miniprogram"
	KindVideo       = "video"
	KindFile        = "file"
)

// Use says what a content is for: limits differ.
type Use string

// The uses.
const (
	Welcome      Use = "welcome"       // to one new contact
	MassSend     Use = "mass_send"     // to many contacts, confirmed by staff
	GroupSend    Use = "group_send"    // to customer groups, confirmed by staff
	Moment       Use = "moment"        // in the customers' moments
	GroupWelcome Use = "group_welcome" // to who joins a group
)

// Empty says that there is nothing to send.
func (c Content) Empty() bool { return c.Text == "" && len(c.Attachments) == 0 }

// Assets lists the assets that the content names, each once.
func (c Content) Assets() []string {
	var out []string
	seen := map[string]bool{}
	for _, a := range c.Attachments {
		if a.Asset != "" && !seen[a.Asset] {
			seen[a.Asset] = true
			out = append(out, a.Asset)
		}
	}
	return out
}

// Parse reads a content from JSON. Unknown fields and anything behind it are refused.
func Parse(raw []byte) (Content, error) {
	var c Content
	if err := decodeStrict(raw, &c); err != nil {
		return Content{}, fault.BadField("", "is not a content {text, attachments}: %v", err)
	}
	return c, nil
}

func decodeStrict(raw []byte, into any) error {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows it")
	}
	return nil
}

// pointer is the JSON pointer of a field of attachment i.
func pointer(at string, i int, field string) string {
	p := at + "/attachments/" + strconv.Itoa(i)
	if field != "" {
		p += "/" + field
	}
	return p
}
