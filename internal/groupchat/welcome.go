package groupchat

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"yutang/internal/content"
	"yutang/internal/fault"
	"yutang/internal/id"
	"yutang/internal/wecom"
)

// MaxWelcomes is how many welcome templates a corp may have.
const MaxWelcomes = 100

// Welcome is a template with which owners greet who joins their groups: a text and at most
// one attachment. Owners choose it on their phones.
type Welcome struct {
	ID        string
	Corp      string
	Name      string
	Template  string // the platform's id
	Content   content.Content
	Notify    bool // owners are told of it
	CreatedAt time.Time
	UpdatedAt time.Time
}

// NewWelcome asks for a template, or says how one shall be.
type NewWelcome struct {
	Corp    string
	Name    string
	Content content.Content
	Notify  bool
}

// CreateWelcome makes a template at the platform and here.
func (s *Service) CreateWelcome(ctx context.Context, n NewWelcome) (Welcome, error) {
	w := Welcome{ID: id.New("gwel"), Corp: n.Corp, Name: n.Name, Content: n.Content, Notify: n.Notify, CreatedAt: s.Clock.Now()}
	client, ask, err := s.template(ctx, w)
	if err != nil {
		return w, err
	}
	n1, err := s.countWelcomes(ctx, n.Corp)
	if err != nil {
		return w, err
	}
	if n1 >= MaxWelcomes {
		return w, fault.New(fault.Precondition, "group_welcome_quota", "the corp has %d templates, which is all it may have", MaxWelcomes)
	}
	if w.Template, err = client.AddGroupWelcome(ctx, ask); err != nil {
		return w, fmt.Errorf("add group welcome: %w", err)
	}
	return w, s.saveWelcome(ctx, &w)
}

// template is what the platform wants of a template, with its files uploaded.
func (s *Service) template(ctx context.Context, w Welcome) (client *wecom.Client, ask wecom.GroupWelcome, err error) {
	if w.Corp == "" {
		return nil, ask, fault.BadField("/corp", "wants a corp")
	}
	if strings.TrimSpace(w.Name) == "" || utf8.RuneCountInString(w.Name) > 100 {
		return nil, ask, fault.BadField("/name", "wants 1 to 100 characters")
	}
	if err := s.Content.Check(ctx, w.Content, content.GroupWelcome, "/content"); err != nil {
		return nil, ask, err
	}
	text, attachments, err := s.Content.Ready(ctx, w.Corp, w.Content, content.GroupWelcome)
	if err != nil {
		return nil, ask, fmt.Errorf("upload files of a group welcome: %w", err)
	}
	if client, err = s.Client(ctx, w.Corp); err != nil {
		return nil, ask, err
	}
	notify := 0
	if w.Notify {
		notify = 1
	}
	ask = wecom.GroupWelcome{TemplateID: w.Template, AgentID: client.AgentID(), Notify: &notify}
	if text != "" {
		ask.Text = &wecom.TextContent{Content: text}
	}
	for _, a := range attachments {
		ask.Image, ask.Link, ask.MiniProgram, ask.Video, ask.File = a.Image, a.Link, a.MiniProgram, a.Video, a.File
	}
	return client, ask, nil
}

// ChangeWelcome replaces a template, at the platform too.
func (s *Service) ChangeWelcome(ctx context.Context, key string, n NewWelcome) (Welcome, error) {
	w, err := s.Welcome(ctx, key)
	if err != nil {
		return w, err
	}
	w.Name, w.Content, w.Notify = n.Name, n.Content, n.Notify
	client, ask, err := s.template(ctx, w)
	if err != nil {
		return w, err
	}
	if err := client.EditGroupWelcome(ctx, ask); err != nil {
		return w, fmt.Errorf("edit group welcome: %w", err)
	}
	return w, s.saveWelcome(ctx, &w)
}

// codeNoTemplate says that the platform does not know a template.
const codeNoTemplate = 40037

// DeleteWelcome ends a template, at the platform too.
func (s *Service) DeleteWelcome(ctx context.Context, key string) error {
	w, err := s.Welcome(ctx, key)
	if err != nil {
		return err
	}
	client, err := s.Client(ctx, w.Corp)
	if err != nil {
		return err
	}
	if err := client.DelGroupWelcome(ctx, w.Template); err != nil && wecom.CodeOf(err) != codeNoTemplate {
		return fmt.Errorf("delete group welcome: %w", err)
	}
	return s.dropWelcome(ctx, key)
}
