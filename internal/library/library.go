// Package library owns what a brand says again and again: materials in folders, and scripts
// (话术) by scenario, with versions that somebody answers for.
//
// What a material says is a version. A version never changes but in its state:
//
//	draft ──publish──▶ review ──approve──▶ approved ──a newer one is approved, or archive──▶ archived
//	  │                  └──reject──▶ rejected
//	  └──publish by who may approve, where the brand asks for no second look──▶ approved
//
// Where the brand asks for a second look, nobody approves what they wrote themselves. At
// most one version of a material is approved; it is what Approved and Script give. Who
// composes a message takes the version approved at that moment: a playbook that names a
// material follows it, without being published anew.
//
// A material says a content of package content, with liquid expressions in its texts; a
// script is a text with them; a poster template is a document that the poster room reads.
// Kinds other than message bound the shape: an image has one image and no text.
//
// Promises. A file that a version names is not deleted (see Guard). A folder is deleted
// only empty; a material goes to the trash, out of which it comes back as it was, and only
// while nothing uses it. Staff see approved, unexpired materials of folders that are shown
// to them: a folder that is for the panel shows all below it, and departments bound it and
// all below it.
//
// Not here: sending, and the drawing of posters.
package library

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"yutang/internal/clock"
	"yutang/internal/content"
	"yutang/internal/customer"
	"yutang/internal/db"
	"yutang/internal/fault"
	"yutang/internal/staff"
	"yutang/internal/timeline"
)

// Space is one of the two trees.
type Space string

// The spaces.
const (
	Materials Space = "materials"
	Scripts   Space = "scripts"
)

// Kind says what a material is.
type Kind string

// The kinds. Script is the only one of its space.
const (
	Text        Kind = "text"
	Image       Kind = "image"
	Video       Kind = "video"
	File        Kind = "file"
	LinkCard    Kind = "link"
	MiniProgram Kind = "miniprogram"
	Message     Kind = "message"
	Article     Kind = "article"
	Poster      Kind = "poster"
	Script      Kind = "script"
)

// Kinds lists the kinds of materials.
var Kinds = []Kind{Text, Image, Video, File, LinkCard, MiniProgram, Message, Article, Poster}

// State is what became of a version.
type State string

// The states.
const (
	Draft    State = "draft"
	Review   State = "review"
	Approved State = "approved"
	Archived State = "archived"
	Rejected State = "rejected"
)

// Material is something to send or to say.
type Material struct {
	ID        string
	Space     Space
	Kind      Kind
	Folder    string // "" the top
	Name      string
	Tags      []string // of scripts: keywords
	Latest    int      // newest version
	Approved  int      // version in use, 0 none
	Used      int      // how often staff took it
	Opened    int
	Forwarded int
	ExpiresAt time.Time // zero: never
	TrashedAt time.Time // zero: not in the trash
	CreatedAt time.Time
	CreatedBy string
	UpdatedAt time.Time
	UpdatedBy string

	Version Version // the one asked for, in lists the newest
}

// Version is what a material says, or said.
type Version struct {
	Number      int
	State       State
	Body        json.RawMessage
	Note        string
	CreatedAt   time.Time
	CreatedBy   string
	SubmittedAt time.Time // zero: not yet
	SubmittedBy string
	DecidedAt   time.Time
	DecidedBy   string
	Reason      string // of a rejection
}

// Usage is one thing that uses a material.
type Usage struct {
	Kind string `json:"kind"` // such as "playbook"
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Config is what the library is made of. Poster checks a poster template; nil refuses them.
// Uses say who uses a material.
type Config struct {
	DB        *db.DB
	Clock     clock.Clock
	Content   *content.Service
	Customers *customer.Service
	Timeline  *timeline.Store
	Staff     *staff.Service
	Brand     func(ctx context.Context) (name string, err error)
	Poster    func(raw json.RawMessage) error
	Uses      []func(ctx context.Context, id string) ([]Usage, error)
}

// Service is the library. Safe for concurrent use.
type Service struct {
	Config

	mu    sync.Mutex
	index *index // of approved scripts and materials, nil until asked for
}

// New makes the library.
func New(cfg Config) *Service { return &Service{Config: cfg} }

// Approved is a material with the version in use. One without, in the trash or past its end
// is a precondition fault.
func (s *Service) Approved(ctx context.Context, id string) (Material, error) {
	m, err := s.Get(ctx, id)
	if err != nil {
		return Material{}, err
	}
	if why := m.unusable(s.Clock.Now()); why != "" {
		return Material{}, fault.New(fault.Precondition, "material_"+why, "the material %q is %s", m.Name, reasons[why])
	}
	m.Version, err = s.selectVersion(ctx, id, m.Approved)
	return m, err
}

var reasons = map[string]string{
	"trashed":      "in the trash: restore it",
	"expired":      "past its end: give it a later one",
	"not_approved": "not approved yet: publish a version of it",
}

func (m Material) unusable(now time.Time) string {
	switch {
	case !m.TrashedAt.IsZero():
		return "trashed"
	case !m.ExpiresAt.IsZero() && !now.Before(m.ExpiresAt):
		return "expired"
	case m.Approved == 0:
		return "not_approved"
	}
	return ""
}

// Script is the text of a script in use, a liquid template.
func (s *Service) Script(ctx context.Context, id string) (string, error) {
	m, err := s.Approved(ctx, id)
	if err != nil {
		return "", err
	}
	if m.Kind != Script && m.Kind != Text {
		return "", fault.New(fault.Precondition, "not_a_script", "%q is of kind %s; choose a script", m.Name, m.Kind)
	}
	c, err := content.Parse(m.Version.Body)
	return c.Text, err
}

// Usage says what uses a material.
func (s *Service) Usage(ctx context.Context, id string) ([]Usage, error) {
	var out []Usage
	for _, uses := range s.Uses {
		some, err := uses(ctx, id)
		if err != nil {
			return nil, err
		}
		out = append(out, some...)
	}
	return out, nil
}
