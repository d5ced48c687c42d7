package groupchathttp

import (
	"context"
	"time"

	"yutang/internal/content"
	"yutang/internal/groupchat"
	"yutang/internal/httpapi"
)

// Code is a join code.
type Code struct {
	ID        string    `json:"id"`
	Corp      string    `json:"corp"`
	Name      string    `json:"name"`
	QR        string    `json:"qr" doc:"address of the picture"`
	State     string    `json:"state" doc:"comes back with who joins"`
	Groups    []string  `json:"groups" doc:"all groups it may lead to, in order"`
	Active    []string  `json:"active" doc:"those it leads to now, at most five"`
	FullAt    int       `json:"full_at" doc:"members at which a group gives way to the next"`
	AutoMake  bool      `json:"auto_make" doc:"the platform makes a new group when all are full"`
	BaseName  string    `json:"base_name,omitempty" doc:"of the groups that it makes"`
	BaseNext  int       `json:"base_next,omitempty"`
	Problem   string    `json:"problem,omitempty" doc:"full: no group has room; gone: the platform does not know the code"`
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
}

func wireCode(c groupchat.Code) Code {
	return Code{
		ID: c.ID, Corp: c.Corp, Name: c.Name, QR: c.QR, State: c.State, Groups: c.Groups, Active: c.Active, FullAt: c.FullAt,
		AutoMake: c.AutoMake, BaseName: c.BaseName, BaseNext: c.BaseNext, Problem: c.Problem, CreatedAt: c.CreatedAt, UpdatedAt: c.UpdatedAt,
	}
}

type codeBody struct {
	Corp     string   `json:"corp,omitempty" doc:"needed for a new one; stays as it is later"`
	Name     string   `json:"name"`
	Groups   []string `json:"groups" doc:"chat_ids in the order in which they fill" maxItems:"200"`
	FullAt   int      `json:"full_at,omitempty" doc:"190 if absent"`
	AutoMake bool     `json:"auto_make,omitempty"`
	BaseName string   `json:"base_name,omitempty"`
	BaseNext int      `json:"base_next,omitempty"`
}

func (b codeBody) wish() groupchat.NewCode {
	return groupchat.NewCode{
		Corp: b.Corp, Name: b.Name, Groups: b.Groups, FullAt: b.FullAt, AutoMake: b.AutoMake, BaseName: b.BaseName, BaseNext: b.BaseNext,
	}
}

type createCodeInput struct{ Body codeBody }

type codeOutput struct{ Body Code }

func (h *handlers) createCode(ctx context.Context, in *createCodeInput) (*codeOutput, error) {
	c, err := h.Groups.CreateCode(ctx, in.Body.wish())
	if err != nil {
		return nil, err
	}
	return &codeOutput{wireCode(c)}, h.Access.Audit(ctx, "group_code.create", c.ID, map[string]any{"name": c.Name, "groups": c.Groups})
}

type updateCodeInput struct {
	ID   string `path:"id"`
	Body codeBody
}

func (h *handlers) updateCode(ctx context.Context, in *updateCodeInput) (*codeOutput, error) {
	c, err := h.Groups.ChangeCode(ctx, in.ID, in.Body.wish())
	if err != nil {
		return nil, err
	}
	return &codeOutput{wireCode(c)}, h.Access.Audit(ctx, "group_code.update", c.ID, map[string]any{"name": c.Name, "groups": c.Groups})
}

func (h *handlers) deleteCode(ctx context.Context, in *oneInput) (*httpapi.Empty, error) {
	if err := h.Groups.DeleteCode(ctx, in.ID); err != nil {
		return nil, err
	}
	return &httpapi.Empty{}, h.Access.Audit(ctx, "group_code.delete", in.ID, nil)
}

type corpInput struct {
	httpapi.PageQuery
	Corp string `query:"corp"`
}

func (h *handlers) codes(ctx context.Context, in *corpInput) (*httpapi.List[Code], error) {
	p, err := h.Groups.Codes(ctx, in.Corp, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	return httpapi.Listed(p, wireCode), nil
}

// Welcome is a template with which owners greet who joins.
type Welcome struct {
	ID        string          `json:"id"`
	Corp      string          `json:"corp"`
	Name      string          `json:"name"`
	Template  string          `json:"template" doc:"the platform's id"`
	Content   content.Content `json:"content"`
	Notify    bool            `json:"notify" doc:"owners are told of it"`
	CreatedAt time.Time       `json:"created_at"`
	UpdatedAt time.Time       `json:"updated_at"`
}

func wireWelcome(w groupchat.Welcome) Welcome {
	return Welcome{
		ID: w.ID, Corp: w.Corp, Name: w.Name, Template: w.Template, Content: w.Content, Notify: w.Notify,
		CreatedAt: w.CreatedAt, UpdatedAt: w.UpdatedAt,
	}
}

type welcomeBody struct {
	Corp    string          `json:"corp,omitempty" doc:"needed for a new one; stays as it is later"`
	Name    string          `json:"name"`
	Content content.Content `json:"content" doc:"a text and at most one attachment"`
	Notify  bool            `json:"notify,omitempty" doc:"owners are told of it"`
}

type createWelcomeInput struct{ Body welcomeBody }

type welcomeOutput struct{ Body Welcome }

func (h *handlers) createWelcome(ctx context.Context, in *createWelcomeInput) (*welcomeOutput, error) {
	b := in.Body
	w, err := h.Groups.CreateWelcome(ctx, groupchat.NewWelcome{Corp: b.Corp, Name: b.Name, Content: b.Content, Notify: b.Notify})
	if err != nil {
		return nil, err
	}
	return &welcomeOutput{wireWelcome(w)}, h.Access.Audit(ctx, "group_welcome.create", w.ID, map[string]string{"name": w.Name})
}

type updateWelcomeInput struct {
	ID   string `path:"id"`
	Body welcomeBody
}

func (h *handlers) updateWelcome(ctx context.Context, in *updateWelcomeInput) (*welcomeOutput, error) {
	w, err := h.Groups.ChangeWelcome(ctx, in.ID, groupchat.NewWelcome{Name: in.Body.Name, Content: in.Body.Content, Notify: in.Body.Notify})
	if err != nil {
		return nil, err
	}
	return &welcomeOutput{wireWelcome(w)}, h.Access.Audit(ctx, "group_welcome.update", w.ID, map[string]string{"name": w.Name})
}

func (h *handlers) deleteWelcome(ctx context.Context, in *oneInput) (*httpapi.Empty, error) {
	if err := h.Groups.DeleteWelcome(ctx, in.ID); err != nil {
		return nil, err
	}
	return &httpapi.Empty{}, h.Access.Audit(ctx, "group_welcome.delete", in.ID, nil)
}

func (h *handlers) welcomes(ctx context.Context, in *corpInput) (*httpapi.List[Welcome], error) {
	p, err := h.Groups.Welcomes(ctx, in.Corp, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	return httpapi.Listed(p, wireWelcome), nil
}
