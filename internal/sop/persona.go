package sop

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"yutang/internal/fault"
	"yutang/internal/id"
)

// Sheet says how a member of staff appears to customers.
type Sheet struct {
	Name         string   `yaml:"name" json:"name"`
	NameStyle    string   `yaml:"name_style" json:"name_style"`
	Avatar       string   `yaml:"avatar" json:"avatar"`
	Tone         string   `yaml:"tone" json:"tone"`
	Introduction string   `yaml:"introduction" json:"introduction" doc:"what to say of oneself; ${brand} stands for the brand in the library"`
	Story        string   `yaml:"story" json:"story"`
	Pillars      []string `yaml:"pillars" json:"pillars" doc:"what to post about"`
	Do           []string `yaml:"do" json:"do"`
	DoNot        []string `yaml:"do_not" json:"do_not"`
}

// Persona is a sheet with the members who follow it.
type Persona struct {
	ID        string
	Sheet     Sheet
	Members   []Member
	CreatedAt time.Time
	UpdatedAt time.Time
	By        string
}

// Member is a member of staff.
type Member struct {
	Corp  string `json:"corp"`
	Staff string `json:"staff"`
}

const (
	maxTitle   = 100 // runes
	maxSaid    = 2000
	maxPoints  = 30
	maxMembers = 1000
)

// Sheets are the sheets of the library in a language, by industry, with the brand's name.
func (s *Service) Sheets(ctx context.Context, lang string) (map[string]Sheet, error) {
	if !slices.Contains(Languages, lang) {
		return nil, fault.BadField("/lang", "choose one of %s", strings.Join(Languages, ", "))
	}
	b, err := s.Brand(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the brand: %w", err)
	}
	out := map[string]Sheet{}
	for industry, x := range s.lib.sheets[lang] {
		x.Introduction = strings.ReplaceAll(x.Introduction, "${brand}", b.Name)
		out[industry] = x
	}
	return out, nil
}

// Validate names each fault with its JSON pointer.
func (x Sheet) Validate() error {
	var fields []fault.Field
	add := func(at, text string, most int, needed bool) {
		switch n := utf8.RuneCountInString(text); {
		case needed && strings.TrimSpace(text) == "":
			fields = append(fields, fault.Field{Pointer: at, Detail: "is needed"})
		case n > most:
			fields = append(fields, fault.Field{Pointer: at, Detail: fmt.Sprintf("has %d characters of at most %d", n, most)})
		}
	}
	add("/name", x.Name, maxTitle, true)
	add("/introduction", x.Introduction, maxSaid, true)
	for at, text := range map[string]string{"/name_style": x.NameStyle, "/avatar": x.Avatar, "/tone": x.Tone, "/story": x.Story} {
		add(at, text, maxSaid, false)
	}
	for at, list := range map[string][]string{"/pillars": x.Pillars, "/do": x.Do, "/do_not": x.DoNot} {
		if len(list) > maxPoints {
			fields = append(fields, fault.Field{Pointer: at, Detail: fmt.Sprintf("has more than %d points", maxPoints)})
			continue
		}
		for i, text := range list {
			add(fmt.Sprintf("%s/%d", at, i), text, maxTitle*2, true)
		}
	}
	return refused(fields)
}

// refused makes one error of faults, nil of none.
func refused(fields []fault.Field) error {
	if len(fields) == 0 {
		return nil
	}
	slices.SortFunc(fields, func(a, b fault.Field) int { return strings.Compare(a.Pointer, b.Pointer) })
	e := fault.New(fault.Invalid, "invalid", "%s", fields[0].Detail)
	e.Fields = fields
	return e
}

// CreatePersona keeps a new sheet.
func (s *Service) CreatePersona(ctx context.Context, x Sheet, by string) (Persona, error) {
	if err := x.Validate(); err != nil {
		return Persona{}, err
	}
	now := s.Clock.Now()
	p := Persona{ID: id.New("per"), Sheet: x, Members: []Member{}, CreatedAt: now, UpdatedAt: now, By: by}
	if err := s.insertPersona(ctx, p); err != nil {
		return Persona{}, fmt.Errorf("create persona: %w", err)
	}
	return p, nil
}

// ChangePersona replaces a sheet.
func (s *Service) ChangePersona(ctx context.Context, key string, x Sheet) (Persona, error) {
	if err := x.Validate(); err != nil {
		return Persona{}, err
	}
	if err := s.updatePersona(ctx, key, x, s.Clock.Now()); err != nil {
		return Persona{}, err
	}
	return s.Persona(ctx, key)
}

// Persona is one persona with its members.
func (s *Service) Persona(ctx context.Context, key string) (Persona, error) {
	p, err := s.persona(ctx, key)
	if err != nil {
		return p, err
	}
	p.Members, err = s.members(ctx, key)
	return p, err
}

// AssignPersona makes these members, and no others, follow a persona. A member follows one
// at a time: the newest.
func (s *Service) AssignPersona(ctx context.Context, key string, members []Member) (Persona, error) {
	if len(members) > maxMembers {
		return Persona{}, fault.BadField("/members", "has more than %d members", maxMembers)
	}
	for i, m := range members {
		if m.Corp == "" || m.Staff == "" {
			return Persona{}, fault.BadField(fmt.Sprintf("/members/%d", i), "names a corp and a userid")
		}
	}
	err := s.DB.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.persona(ctx, key); err != nil {
			return err
		}
		return s.replaceMembers(ctx, key, members, s.Clock.Now())
	})
	if err != nil {
		return Persona{}, fmt.Errorf("assign persona: %w", err)
	}
	return s.Persona(ctx, key)
}

// PersonaOf is the persona of a member; not_found if there is none.
func (s *Service) PersonaOf(ctx context.Context, m Member) (Persona, error) {
	key, err := s.personaOf(ctx, m)
	if err != nil {
		return Persona{}, err
	}
	return s.persona(ctx, key)
}
