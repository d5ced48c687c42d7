package wecom

import (
	"context"
	"net/url"
	"strconv"
)

// AppMessage is a message of the app to members of staff. One body field is set, the one
// MsgType names. Lists are joined with "|"; "@all" is everyone.
type AppMessage struct {
	ToUser                 string        `json:"touser,omitempty"`
	ToParty                string        `json:"toparty,omitempty"`
	ToTag                  string        `json:"totag,omitempty"`
	MsgType                string        `json:"msgtype,omitempty"`
	AgentID                int64         `json:"agentid,omitempty"` // 0: the client's
	Text                   *TextContent  `json:"text,omitempty"`
	Image                  *MediaContent `json:"image,omitempty"`
	Voice                  *MediaContent `json:"voice,omitempty"`
	Video                  *VideoContent `json:"video,omitempty"`
	File                   *MediaContent `json:"file,omitempty"`
	TextCard               *TextCard     `json:"textcard,omitempty"`
	News                   *News         `json:"news,omitempty"`
	MPNews                 any           `json:"mpnews,omitempty"`
	Markdown               *TextContent  `json:"markdown,omitempty"`
	MiniProgramNotice      any           `json:"miniprogram_notice,omitempty"`
	TemplateCard           any           `json:"template_card,omitempty"`
	Safe                   int           `json:"safe,omitempty"`
	EnableDuplicateCheck   int           `json:"enable_duplicate_check,omitempty"`
	DuplicateCheckInterval int           `json:"duplicate_check_interval,omitempty"` // seconds, 4 hours at most
}

// VideoContent is a video message.
type VideoContent struct {
	MediaID     string `json:"media_id,omitempty"`
	Title       string `json:"title,omitempty"`
	Description string `json:"description,omitempty"`
}

// TextCard is a card with a link.
type TextCard struct {
	Title       string `json:"title,omitempty"`       // 128 bytes
	Description string `json:"description,omitempty"` // 512 bytes
	URL         string `json:"url,omitempty"`
	BtnTxt      string `json:"btntxt,omitempty"`
}

// News is up to eight articles.
type News struct {
	Articles []Article `json:"articles,omitempty"`
}

// Article is one entry of News.
type Article struct {
	Title       string `json:"title,omitempty"`
	Description string `json:"description,omitempty"`
	URL         string `json:"url,omitempty"`
	PicURL      string `json:"picurl,omitempty"`
	AppID       string `json:"appid,omitempty"`
	PagePath    string `json:"pagepath,omitempty"`
}

// SentMessage says who will not get a message, joined with "|".
type SentMessage struct {
	InvalidUser    string `json:"invaliduser"`
	InvalidParty   string `json:"invalidparty"`
	InvalidTag     string `json:"invalidtag"`
	UnlicensedUser string `json:"unlicenseduser"`
	MsgID          string `json:"msgid"`
	ResponseCode   string `json:"response_code"` // of an interactive template card
}

// MessageSend sends a message to staff. With EnableDuplicateCheck the platform drops an
// equal message within the interval, so then a call of unknown outcome is repeated.
func (c *Client) MessageSend(ctx context.Context, m AppMessage) (SentMessage, error) {
	if m.AgentID == 0 {
		m.AgentID = c.cfg.AgentID
	}
	return post[SentMessage](ctx, c, "/message/send", m, m.EnableDuplicateCheck == 1)
}

// MessageRecall takes back a message sent within 24 hours.
func (c *Client) MessageRecall(ctx context.Context, msg string) error {
	return put(ctx, c, "/message/recall", msgQuery{MsgID: msg})
}

// CardUpdate replaces a template card, or only its button's text. The response code is good once.
type CardUpdate struct {
	UserIDs      []string    `json:"userids,omitempty"`
	PartyIDs     []int64     `json:"partyids,omitempty"`
	TagIDs       []int64     `json:"tagids,omitempty"`
	AtAll        int         `json:"atall,omitempty"`
	AgentID      int64       `json:"agentid,omitempty"` // 0: the client's
	ResponseCode string      `json:"response_code,omitempty"`
	Button       *CardButton `json:"button,omitempty"`
	TemplateCard any         `json:"template_card,omitempty"`
}

// CardButton is the text that replaces a card's button.
type CardButton struct {
	ReplaceName string `json:"replace_name,omitempty"`
}

// UpdateTemplateCard changes a card that was sent, and gives the members it missed.
func (c *Client) UpdateTemplateCard(ctx context.Context, u CardUpdate) ([]string, error) {
	if u.AgentID == 0 {
		u.AgentID = c.cfg.AgentID
	}
	a, err := write[struct {
		InvalidUser []string `json:"invaliduser"`
	}](ctx, c, "/message/update_template_card", u)
	return a.InvalidUser, err
}

// Agent is the app itself: its name and who may see it.
type Agent struct {
	AgentID        int64  `json:"agentid"`
	Name           string `json:"name"`
	Description    string `json:"description"`
	Close          int    `json:"close"` // 1: switched off
	RedirectDomain string `json:"redirect_domain"`
	HomeURL        string `json:"home_url"`
	Users          struct {
		User []UserRef `json:"user"`
	} `json:"allow_userinfos"`
	Parties struct {
		PartyID []int64 `json:"partyid"`
	} `json:"allow_partys"`
	Tags struct {
		TagID []int64 `json:"tagid"`
	} `json:"allow_tags"`
}

// AgentGet reads the client's app.
func (c *Client) AgentGet(ctx context.Context) (Agent, error) {
	return get[Agent](ctx, c, "/agent/get", url.Values{"agentid": {strconv.FormatInt(c.cfg.AgentID, 10)}})
}
