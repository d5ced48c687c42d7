package wechat

import (
	"context"
	"regexp"
	"strings"
	"unicode/utf8"

	"yutang/internal/outreach"
)

// Paths of the platform.
const (
	templatePath  = "/cgi-bin/message/template/send"
	servicePath   = "/cgi-bin/message/custom/send"
	subscribePath = "/cgi-bin/message/subscribe/send"
)

// Page is a place in a mini-program.
type Page struct {
	AppID string `json:"appid"`
	Path  string `json:"pagepath"`
}

// Template is the content of a template message.
type Template struct {
	TemplateID  string            `json:"template_id"`
	Data        map[string]string `json:"data"`
	URL         string            `json:"url,omitempty"`
	MiniProgram *Page             `json:"miniprogram,omitempty"`
}

// value is how the platform wants each text.
type value struct {
	Value string `json:"value"`
}

func values(data map[string]string) map[string]value {
	out := make(map[string]value, len(data))
	for name, text := range data {
		out[name] = value{Fit(name, text)}
	}
	return out
}

// SendTemplate sends a template message to a follower. ref is ours, at most 32 bytes.
func (c *Client) SendTemplate(ctx context.Context, a Account, openID, ref string, t Template) outreach.Outcome {
	return c.Send(ctx, a, templatePath, struct {
		To          string           `json:"touser"`
		TemplateID  string           `json:"template_id"`
		URL         string           `json:"url,omitempty"`
		MiniProgram *Page            `json:"miniprogram,omitempty"`
		Ref         string           `json:"client_msg_id"`
		Data        map[string]value `json:"data"`
	}{openID, t.TemplateID, t.URL, t.MiniProgram, ref, values(t.Data)})
}

// Subscribe is the content of a subscribe message.
type Subscribe struct {
	TemplateID string            `json:"template_id"`
	Data       map[string]string `json:"data"`
	Page       string            `json:"page,omitempty"`
	State      string            `json:"miniprogram_state,omitempty"` // formal, trial or developer
	Lang       string            `json:"lang,omitempty"`
}

// SendSubscribe sends a subscribe message. Each consent of a user is good for one.
func (c *Client) SendSubscribe(ctx context.Context, a Account, openID string, m Subscribe) outreach.Outcome {
	return c.Send(ctx, a, subscribePath, struct {
		To         string           `json:"touser"`
		TemplateID string           `json:"template_id"`
		Page       string           `json:"page,omitempty"`
		State      string           `json:"miniprogram_state,omitempty"`
		Lang       string           `json:"lang,omitempty"`
		Data       map[string]value `json:"data"`
	}{openID, m.TemplateID, m.Page, m.State, m.Lang, values(m.Data)})
}

// Service is the content of a customer-service message: one of its fields.
type Service struct {
	Text        string    `json:"text,omitempty"`
	Image       string    `json:"image,omitempty"` // media id
	Link        *Link     `json:"link,omitempty"`
	MiniProgram *MiniCard `json:"miniprogram,omitempty"`
}

// Link is a card that opens a page.
type Link struct {
	Title       string `json:"title"`
	Description string `json:"description"`
	URL         string `json:"url"`
	Picture     string `json:"picurl"`
}

// MiniCard is a card that opens a mini-program bound to the account.
type MiniCard struct {
	Title   string `json:"title"`
	AppID   string `json:"appid"`
	Page    string `json:"pagepath"`
	MediaID string `json:"thumb_media_id"`
}

// SendService sends a customer-service message: the platform takes it for a while after
// the customer wrote, followed, scanned or paid.
func (c *Client) SendService(ctx context.Context, a Account, openID string, m Service) outreach.Outcome {
	body := map[string]any{"touser": openID}
	switch {
	case m.Image != "":
		body["msgtype"], body["image"] = "image", map[string]string{"media_id": m.Image}
	case m.Link != nil:
		body["msgtype"], body["news"] = "news", map[string]any{"articles": []*Link{m.Link}}
	case m.MiniProgram != nil:
		body["msgtype"], body["miniprogrampage"] = "miniprogrampage", m.MiniProgram
	default:
		body["msgtype"], body["text"] = "text", map[string]string{"content": m.Text}
	}
	return c.Send(ctx, a, servicePath, body)
}

// fieldLimits are how many characters a field of a template may have, by its type.
var fieldLimits = map[string]int{
	"thing": 20, "number": 32, "letter": 32, "symbol": 5, "character_string": 32, "phone_number": 17, "car_number": 8,
	"name": 10, "phrase": 5, "const": 20,
}

var fieldPattern = regexp.MustCompile(`^(thing|number|letter|symbol|character_string|time|date|amount|phone_number|car_number|name|phrase|enum|const)[0-9]{1,3}$`)

// FieldOK says whether a subscribe message may have a field of this name.
func FieldOK(name string) bool { return fieldPattern.MatchString(name) }

// Fit makes a text fit its field: one line, and no longer than the platform allows. A
// thing that was cut ends in an ellipsis.
func Fit(name, text string) string {
	text = strings.Join(strings.Fields(text), " ")
	limit := fieldLimits[strings.TrimRight(name, "0123456789")]
	if limit == 0 || utf8.RuneCountInString(text) <= limit {
		return text
	}
	runes := []rune(text)
	if strings.HasPrefix(name, "thing") {
		return string(runes[:limit-1]) + "…"
	}
	return string(runes[:limit])
}
