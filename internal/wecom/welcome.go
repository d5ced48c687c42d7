package wecom

import "context"

// WelcomeMsg is the first message to a new contact. The code lives 20 seconds and is good
// once. Text and Attachments are not both empty.
type WelcomeMsg struct {
	WelcomeCode string       `json:"welcome_code,omitempty"`
	Text        *TextContent `json:"text,omitempty"`
	Attachments []Attachment `json:"attachments,omitempty"`
}

// SendWelcomeMsg greets a new contact. CodeWelcomeBusy: another app is about to, try again.
// CodeWelcomeSent: it has been done or the two already talk; stop. A repeat after an unknown
// outcome is harmless, for the code is good once; the caller does it, who knows how much
// time is left and what a CodeWelcomeSent then means.
func (c *Client) SendWelcomeMsg(ctx context.Context, m WelcomeMsg) error {
	return act(ctx, c, "/externalcontact/send_welcome_msg", m)
}

// GroupWelcome is a welcome template for customer groups: text and at most one more.
type GroupWelcome struct {
	TemplateID  string           `json:"template_id,omitempty"`
	Text        *TextContent     `json:"text,omitempty"`
	Image       *ImageContent    `json:"image,omitempty"`
	Link        *LinkContent     `json:"link,omitempty"`
	MiniProgram *MiniProgContent `json:"miniprogram,omitempty"`
	File        *MediaContent    `json:"file,omitempty"`
	Video       *MediaContent    `json:"video,omitempty"`
	AgentID     int64            `json:"agentid,omitempty"`
	Notify      *int             `json:"notify,omitempty"` // 1, the default: tell the owners of groups
}

type templateID struct {
	TemplateID string `json:"template_id"`
	AgentID    int64  `json:"agentid,omitempty"`
}

// AddGroupWelcome makes a template and gives its id. A corp has 100 at most.
func (c *Client) AddGroupWelcome(ctx context.Context, w GroupWelcome) (string, error) {
	a, err := write[templateID](ctx, c, "/externalcontact/group_welcome_template/add", w)
	return a.TemplateID, err
}

// EditGroupWelcome replaces the content of a template of this app.
func (c *Client) EditGroupWelcome(ctx context.Context, w GroupWelcome) error {
	return put(ctx, c, "/externalcontact/group_welcome_template/edit", w)
}

// GetGroupWelcome reads a template.
func (c *Client) GetGroupWelcome(ctx context.Context, id string) (GroupWelcome, error) {
	w, err := read[GroupWelcome](ctx, c, "/externalcontact/group_welcome_template/get", templateID{TemplateID: id})
	w.TemplateID = id
	return w, err
}

// DelGroupWelcome deletes a template of this app.
func (c *Client) DelGroupWelcome(ctx context.Context, id string) error {
	return put(ctx, c, "/externalcontact/group_welcome_template/del", templateID{TemplateID: id, AgentID: c.cfg.AgentID})
}
