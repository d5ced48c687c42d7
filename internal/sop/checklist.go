package sop

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"yutang/internal/fault"
	"yutang/internal/id"
)

// What a checklist looks at.
const (
	OfAccount  = "account"
	OfGroup    = "group"
	OfCampaign = "campaign"
)

var abouts = []string{OfAccount, OfGroup, OfCampaign}

// Item is one thing to look at.
type Item struct {
	ID    string `yaml:"id" json:"id" maxLength:"64"`
	Title string `yaml:"title" json:"title"`
	How   string `yaml:"how" json:"how,omitempty" doc:"what counts as in order"`
}

// List is a checklist without a place: of the library, or to be kept.
type List struct {
	Key        string `yaml:"key" json:"key,omitempty" doc:"of the library"`
	Name       string `yaml:"name" json:"name"`
	About      string `yaml:"about" json:"about" enum:"account,group,campaign"`
	RepeatDays int    `yaml:"repeat_days" json:"repeat_days" doc:"days until the next audit of the same thing, 0 never"`
	Items      []Item `yaml:"items" json:"items"`
}

// Checklist is a list that is kept.
type Checklist struct {
	ID string
	List
	CreatedAt time.Time
	UpdatedAt time.Time
	By        string
}

var itemID = regexp.MustCompile(`^[a-z0-9_-]{1,64}$`)

// Lists are the checklists of the library in a language.
func (s *Service) Lists(lang string) ([]List, error) {
	if !slices.Contains(Languages, lang) {
		return nil, fault.BadField("/lang", "choose one of %s", strings.Join(Languages, ", "))
	}
	return slices.Clone(s.lib.lists[lang]), nil
}

// Validate names each fault with its JSON pointer.
func (l List) Validate() error {
	var fields []fault.Field
	add := func(at, format string, args ...any) {
		fields = append(fields, fault.Field{Pointer: at, Detail: fmt.Sprintf(format, args...)})
	}
	if n := utf8.RuneCountInString(l.Name); strings.TrimSpace(l.Name) == "" || n > maxTitle {
		add("/name", "is 1 to %d characters", maxTitle)
	}
	if !slices.Contains(abouts, l.About) {
		add("/about", "choose one of %s", strings.Join(abouts, ", "))
	}
	if l.RepeatDays < 0 || l.RepeatDays > 366 {
		add("/repeat_days", "is 0 to 366")
	}
	if len(l.Items) == 0 || len(l.Items) > maxPoints {
		add("/items", "is a list of 1 to %d items", maxPoints)
	}
	seen := map[string]bool{}
	for i, it := range l.Items {
		at := fmt.Sprintf("/items/%d", i)
		if !itemID.MatchString(it.ID) || seen[it.ID] {
			add(at+"/id", `is up to 64 of a-z, 0-9, "_" and "-", and each stands once`)
		}
		seen[it.ID] = true
		if n := utf8.RuneCountInString(it.Title); strings.TrimSpace(it.Title) == "" || n > maxTitle {
			add(at+"/title", "is 1 to %d characters", maxTitle)
		}
		if utf8.RuneCountInString(it.How) > maxSaid {
			add(at+"/how", "has more than %d characters", maxSaid)
		}
	}
	return refused(fields)
}

// CreateChecklist keeps a list.
func (s *Service) CreateChecklist(ctx context.Context, l List, by string) (Checklist, error) {
	if err := l.Validate(); err != nil {
		return Checklist{}, err
	}
	now := s.Clock.Now()
	l.Key = ""
	c := Checklist{ID: id.New("chk"), List: l, CreatedAt: now, UpdatedAt: now, By: by}
	if err := s.insertChecklist(ctx, c); err != nil {
		return Checklist{}, fmt.Errorf("create checklist: %w", err)
	}
	return c, nil
}

// ChangeChecklist replaces a list. Audits under way keep the one they began with.
func (s *Service) ChangeChecklist(ctx context.Context, key string, l List) (Checklist, error) {
	if err := l.Validate(); err != nil {
		return Checklist{}, err
	}
	if err := s.updateChecklist(ctx, key, l, s.Clock.Now()); err != nil {
		return Checklist{}, err
	}
	return s.Checklist(ctx, key)
}
