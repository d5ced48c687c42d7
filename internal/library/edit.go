package library

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"yutang/internal/access"
	"yutang/internal/fault"
	"yutang/internal/id"
	"yutang/internal/page"
)

const (
	maxName = 100 // characters
	maxTags = 30
	maxTag  = 40
	maxNote = 500
)

// NewMaterial is one to be made, with what its first version says.
type NewMaterial struct {
	Kind      Kind
	Folder    string
	Name      string
	Tags      []string
	ExpiresAt time.Time
	Body      json.RawMessage
	Note      string
}

// Change says what to change of a material; nil leaves a field as it is.
type Change struct {
	Folder    *string
	Name      *string
	Tags      *[]string
	ExpiresAt *time.Time // zero: never
	Seen      time.Time  // when it had last been changed as the writer saw it; zero: whatever it is
}

// NewVersion says something new.
type NewVersion struct {
	Body  json.RawMessage
	Note  string // what changed
	After int    // newest version that the writer saw; 0: whatever it is
}

// overtaken refuses what was written before somebody else's change.
func overtaken(m Material) error {
	return fault.New(fault.Conflict, "changed_meanwhile", "%q was changed at %s by somebody else; look at version %d before you save over it", m.Name,
		m.UpdatedAt.Format(time.RFC3339), m.Latest)
}

func actor(ctx context.Context) string {
	if p, ok := access.From(ctx); ok {
		return p.ID
	}
	return access.System.ID
}

// Create makes a material with a first version, a draft.
func (s *Service) Create(ctx context.Context, n NewMaterial) (Material, error) {
	space := Materials
	if n.Kind == Script {
		space = Scripts
	} else if !slices.Contains(Kinds, n.Kind) {
		return Material{}, fault.BadField("/kind", "there is no kind %q", n.Kind)
	}
	now, by := s.Clock.Now(), actor(ctx)
	m := Material{
		ID: id.New("mat"), Space: space, Kind: n.Kind, Latest: 1, CreatedAt: now, CreatedBy: by,
		Version: Version{Number: 1, State: Draft, Body: n.Body, Note: n.Note, CreatedAt: now, CreatedBy: by},
	}
	if space == Scripts {
		m.ID = id.New("scr")
	}
	assets, err := s.checkBody(ctx, n.Kind, n.Body)
	if err == nil {
		err = checkNote(n.Note)
	}
	if err != nil {
		return Material{}, err
	}
	return m, s.DB.InTx(ctx, func(ctx context.Context) error {
		if err := s.apply(ctx, &m, Change{Folder: &n.Folder, Name: &n.Name, Tags: &n.Tags, ExpiresAt: &n.ExpiresAt}); err != nil {
			return err
		}
		if err := s.insertMaterial(ctx, m, searchText(m, n.Body)); err != nil {
			return err
		}
		return s.insertVersion(ctx, m.ID, m.Version, assets)
	})
}

// apply checks a change and makes it in memory.
func (s *Service) apply(ctx context.Context, m *Material, c Change) error {
	now := s.Clock.Now()
	m.UpdatedAt, m.UpdatedBy = now, actor(ctx)
	if c.Name != nil {
		m.Name = strings.TrimSpace(*c.Name)
		if err := checkName(m.Name); err != nil {
			return err
		}
	}
	if c.Tags != nil {
		var err error
		if m.Tags, err = cleanTags(*c.Tags); err != nil {
			return err
		}
	}
	if c.ExpiresAt != nil {
		if m.ExpiresAt = *c.ExpiresAt; !m.ExpiresAt.IsZero() && !m.ExpiresAt.After(now) {
			return fault.BadField("/expires_at", "is past")
		}
	}
	if c.Folder != nil {
		m.Folder = *c.Folder
		if m.Folder == "" {
			return nil
		}
		f, err := s.Folder(ctx, m.Folder)
		if fault.Is(err, fault.NotFound) || err == nil && f.Space != m.Space {
			return fault.BadField("/folder", "there is no folder %q for this", m.Folder)
		}
		return err
	}
	return nil
}

func checkName(name string) error {
	if n := utf8.RuneCountInString(name); n == 0 || n > maxName || !utf8.ValidString(name) || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' }) {
		return fault.BadField("/name", "has 1 to %d characters of plain text", maxName)
	}
	return nil
}

func checkNote(note string) error {
	if utf8.RuneCountInString(note) > maxNote || !utf8.ValidString(note) {
		return fault.BadField("/note", "has at most %d characters", maxNote)
	}
	return nil
}

func cleanTags(tags []string) ([]string, error) {
	out := []string{}
	for _, tag := range tags {
		tag = strings.TrimSpace(tag)
		if tag == "" || slices.Contains(out, tag) {
			continue
		}
		if utf8.RuneCountInString(tag) > maxTag || !utf8.ValidString(tag) {
			return nil, fault.BadField("/tags", "%q is too long: at most %d characters", tag, maxTag)
		}
		out = append(out, tag)
	}
	if len(out) > maxTags {
		return nil, fault.BadField("/tags", "are %d of at most %d", len(out), maxTags)
	}
	return out, nil
}

// Get is a material with its newest version.
func (s *Service) Get(ctx context.Context, materialID string) (Material, error) {
	m, err := s.selectMaterial(ctx, materialID)
	if err != nil {
		return Material{}, err
	}
	m.Version, err = s.selectVersion(ctx, materialID, m.Latest)
	return m, err
}

// edit changes a material and its newest version in one transaction.
func (s *Service) edit(ctx context.Context, materialID string, change func(ctx context.Context, m *Material) error) (Material, error) {
	var m Material
	err := s.DB.InTx(ctx, func(ctx context.Context) error {
		var err error
		if m, err = s.Get(ctx, materialID); err != nil {
			return err
		}
		if err := change(ctx, &m); err != nil {
			return err
		}
		return s.updateMaterial(ctx, m, searchText(m, m.Version.Body))
	})
	return m, err
}

// Update changes where a material lies and what it is called. What it says is a version.
func (s *Service) Update(ctx context.Context, materialID string, c Change) (Material, error) {
	return s.edit(ctx, materialID, func(ctx context.Context, m *Material) error {
		if !c.Seen.IsZero() && !c.Seen.Equal(m.UpdatedAt) {
			return overtaken(*m)
		}
		return s.apply(ctx, m, c)
	})
}

// AddVersion says something new, as a draft. The version in use stays until another is
// approved.
func (s *Service) AddVersion(ctx context.Context, materialID string, n NewVersion) (Material, error) {
	if err := checkNote(n.Note); err != nil {
		return Material{}, err
	}
	return s.edit(ctx, materialID, func(ctx context.Context, m *Material) error {
		if n.After != 0 && n.After != m.Latest {
			return overtaken(*m)
		}
		assets, err := s.checkBody(ctx, m.Kind, n.Body)
		if err != nil {
			return err
		}
		m.Latest++
		m.UpdatedAt, m.UpdatedBy = s.Clock.Now(), actor(ctx)
		m.Version = Version{Number: m.Latest, State: Draft, Body: n.Body, Note: n.Note, CreatedAt: m.UpdatedAt, CreatedBy: m.UpdatedBy}
		return s.insertVersion(ctx, m.ID, m.Version, assets)
	})
}

// Trash puts a material that nothing uses into the trash.
func (s *Service) Trash(ctx context.Context, materialID string) (Material, error) {
	return s.edit(ctx, materialID, func(ctx context.Context, m *Material) error {
		uses, err := s.Usage(ctx, materialID)
		if err != nil {
			return err
		}
		if len(uses) > 0 {
			return fault.New(fault.Conflict, "material_in_use", "%q is used by %s %q, %d in all; change those first", m.Name, uses[0].Kind, uses[0].Name, len(uses))
		}
		m.TrashedAt = s.Clock.Now()
		return nil
	})
}

// Restore takes a material out of the trash. Where its folder is gone it lies at the top.
func (s *Service) Restore(ctx context.Context, materialID string) (Material, error) {
	return s.edit(ctx, materialID, func(ctx context.Context, m *Material) error {
		m.TrashedAt = time.Time{}
		if m.Folder == "" {
			return nil
		}
		_, err := s.Folder(ctx, m.Folder)
		if fault.Is(err, fault.NotFound) {
			m.Folder, err = "", nil
		}
		return err
	})
}

// Filter narrows a list; zero fields do not.
type Filter struct {
	Space  Space // "" is Materials
	Kind   Kind
	Folder string // "*" any, "" the top
	Text   string // part of the name, a tag or the text
	Tag    string
	State  State // has a version in this state
	Trash  bool
	Cursor string
	Limit  int
}

// List pages through materials or scripts, newest first, each with its newest version.
func (s *Service) List(ctx context.Context, f Filter) (page.Page[Material], error) {
	if f.Space == "" {
		f.Space = Materials
	}
	limit, before := page.Limit(f.Limit), "~"
	if _, err := page.After(f.Cursor, &before); err != nil {
		return page.Page[Material]{}, err
	}
	tag := "%"
	if f.Tag != "" {
		tag = like(list([]string{f.Tag})[1:]) // as it stands in the list
		tag = strings.TrimSuffix(tag, "]%") + "%"
	}
	all, err := s.readMaterials(ctx, listMaterials, string(f.Space), before, string(f.Kind), f.Folder, like(strings.ToLower(strings.TrimSpace(f.Text))), tag,
		string(f.State), f.Trash, limit+1)
	if err != nil {
		return page.Page[Material]{}, err
	}
	p := page.Cut(all, limit, func(m Material) string { return m.ID })
	return p, s.fillNewest(ctx, p.Items)
}

// Versions pages through the versions of a material, newest first.
func (s *Service) Versions(ctx context.Context, materialID, cursor string, limit int) (page.Page[Version], error) {
	limit, before := page.Limit(limit), 1<<31-1
	if _, err := page.After(cursor, &before); err != nil {
		return page.Page[Version]{}, err
	}
	if _, err := s.selectMaterial(ctx, materialID); err != nil {
		return page.Page[Version]{}, err
	}
	all, err := s.readVersions(ctx, listVersions, materialID, before, limit+1)
	if err != nil {
		return page.Page[Version]{}, err
	}
	return page.Cut(all, limit, func(v Version) int { return v.Number }), nil
}

// Version is one version of a material.
func (s *Service) Version(ctx context.Context, materialID string, number int) (Version, error) {
	return s.selectVersion(ctx, materialID, number)
}
