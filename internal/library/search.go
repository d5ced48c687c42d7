package library

import (
	"cmp"
	"context"
	"math/bits"
	"slices"
	"strings"

	"yutang/internal/content"
)

// index is what staff search in: all that is in use, in memory.
type index struct {
	revision int64
	entries  []entry
	folders  map[Space]map[string]Folder
}

type entry struct {
	Material
	name     string // lower case
	keywords []string
	initials string // of name
	text     string // lower case
}

// Hit is a material or script that staff see.
type Hit struct {
	Material
	Text      string // what it says, a template
	Favourite bool
	score     int
}

// Look says what staff look for.
type Look struct {
	Space      Space
	Folder     string // and those below; "" all
	Text       string // words, all of which must be found; also initials of pinyin
	Kind       Kind
	Favourites bool
	Limit      int
}

const maxHits = 100

// Find lists what a member may use: with words the best match first, else favourites, then
// what is used most. A word is found in the name, the keywords and the text, and by the
// initials of the name's pinyin: fhsj finds 发货时间.
func (s *Service) Find(ctx context.Context, who Staff, l Look) ([]Hit, error) {
	ix, err := s.current(ctx)
	if err != nil {
		return nil, err
	}
	liked, err := s.favourites(ctx, who)
	if err != nil {
		return nil, err
	}
	if l.Limit <= 0 || l.Limit > maxHits {
		l.Limit = maxHits
	}
	words, now := strings.Fields(strings.ToLower(l.Text)), s.Clock.Now()
	var out []Hit
	for _, e := range ix.entries {
		byID := ix.folders[e.Space]
		if e.Space != l.Space || l.Kind != "" && e.Kind != l.Kind || l.Favourites && !liked[e.ID] || e.unusable(now) != "" ||
			!within(byID, e.Folder, l.Folder) || !shown(byID, e.Space, e.Folder, who) {
			continue
		}
		if score := e.score(words); score > 0 {
			h := Hit{Material: e.Material, Favourite: liked[e.ID], score: score + bits.Len(uint(e.Used))}
			if h.Favourite {
				h.score += 20
			}
			out = append(out, h)
		}
	}
	slices.SortStableFunc(out, func(a, b Hit) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(b.Used, a.Used), cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	out = out[:min(len(out), l.Limit)]
	for i := range out {
		if c, err := content.Parse(out[i].Version.Body); err == nil {
			out[i].Text = c.Text
		}
	}
	return out, nil
}

// Shown lists the folders of a space that a member sees.
func (s *Service) Shown(ctx context.Context, who Staff, space Space) ([]Folder, error) {
	all, err := s.Folders(ctx, space)
	if err != nil {
		return nil, err
	}
	byID := tree(all)
	return slices.DeleteFunc(all, func(f Folder) bool { return !shown(byID, space, f.ID, who) }), nil
}

// ForStaff is one material or script that a member may use.
func (s *Service) ForStaff(ctx context.Context, who Staff, materialID string) (Material, error) {
	m, err := s.Approved(ctx, materialID)
	if err != nil {
		return Material{}, err
	}
	folders, err := s.Folders(ctx, m.Space)
	if err == nil && !shown(tree(folders), m.Space, m.Folder, who) {
		err = notShown(materialID)
	}
	return m, err
}

// CountUse notes that staff took a material or script.
func (s *Service) CountUse(ctx context.Context, materialID string) error {
	if err := s.countUse(ctx, materialID); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.index != nil {
		next := *s.index // others read the old one
		next.entries = slices.Clone(next.entries)
		for i := range next.entries {
			if next.entries[i].ID == materialID {
				next.entries[i].Used++
			}
		}
		s.index = &next
	}
	return nil
}

// score says how well all words fit, 0 if one does not.
func (e *entry) score(words []string) int {
	total := 1
	for _, word := range words {
		best := 0
		for _, field := range []struct {
			fits  bool
			score int
		}{
			{e.name == word, 100},
			{strings.HasPrefix(e.name, word), 80},
			{slices.Contains(e.keywords, word), 75},
			{strings.Contains(e.name, word), 60},
			{slices.ContainsFunc(e.keywords, func(k string) bool { return strings.Contains(k, word) }), 50},
			{strings.HasPrefix(e.initials, word), 45},
			{len(word) > 1 && strings.Contains(e.initials, word), 35},
			{strings.Contains(e.text, word), 20},
		} {
			if field.fits {
				best = max(best, field.score)
			}
		}
		if best == 0 {
			return 0
		}
		total += best
	}
	return total
}

// within says whether a folder is top or lies below it.
func within(byID map[string]Folder, folderID, top string) bool {
	for n := 0; top != "" && folderID != top && n <= maxDepth; n++ {
		if folderID == "" {
			return false
		}
		folderID = byID[folderID].Parent
	}
	return true
}

// current is the index, read anew after a change. The revision is read first: a change
// that comes between is seen by the next look.
func (s *Service) current(ctx context.Context) (*index, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	revision, err := s.revision(ctx)
	if err != nil || s.index != nil && s.index.revision == revision {
		return s.index, err
	}
	ix := &index{revision: revision, folders: map[Space]map[string]Folder{}}
	if err := s.fill(ctx, ix); err != nil {
		return nil, err
	}
	s.index = ix
	return ix, nil
}

func (s *Service) fill(ctx context.Context, ix *index) error {
	for _, space := range []Space{Materials, Scripts} {
		all, err := s.Folders(ctx, space)
		if err != nil {
			return err
		}
		ix.folders[space] = tree(all)
	}
	all, err := s.readMaterials(ctx, eachInUse)
	if err != nil {
		return err
	}
	bodies, err := s.bodiesInUse(ctx)
	for _, m := range all {
		m.Version = Version{Number: m.Approved, State: Approved, Body: bodies[m.ID]}
		e := entry{Material: m, name: strings.ToLower(m.Name), initials: initials(m.Name), text: strings.ToLower(words(m.Version.Body))}
		for _, tag := range m.Tags {
			e.keywords = append(e.keywords, strings.ToLower(tag))
		}
		ix.entries = append(ix.entries, e)
	}
	return err
}
