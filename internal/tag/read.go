package tag

import (
	"cmp"
	"slices"

	"yutang/internal/fault"
	"yutang/internal/page"
)

// Get is one definition.
func (s *Service) Get(key string) (Tag, error) {
	if t := s.known.Load().tags[key]; t != nil {
		return *t, nil
	}
	return Tag{}, fault.New(fault.NotFound, "tag_not_found", "there is no tag %q", key)
}

// GetGroup is one group.
func (s *Service) GetGroup(key string) (Group, error) {
	if g := s.known.Load().groups[key]; g != nil {
		return *g, nil
	}
	return Group{}, fault.New(fault.NotFound, "tag_group_not_found", "there is no tag group %q", key)
}

// Find is the definition that a corp's tag id, our id or a label means; ok is false if
// nothing fits.
func (s *Service) Find(corp, name string) (t Tag, ok bool) {
	found := s.known.Load().find(corp, name)
	if found == nil {
		return Tag{}, false
	}
	return *found, true
}

// Filter narrows a list of tags; nil and "" do not.
type Filter struct {
	Corp   *string // "" is internal
	Group  string
	Held   bool // only those held back
	Rule   bool // only rule tags
	Cursor string
	Limit  int
}

// List is the tags by label.
func (s *Service) List(f Filter) (page.Page[Tag], error) {
	type key struct{ Label, ID string }
	var after key
	more, err := page.After(f.Cursor, &after)
	if err != nil {
		return page.Page[Tag]{}, err
	}
	var all []Tag
	for _, t := range s.known.Load().tags {
		fits := (f.Corp == nil || t.Corp == *f.Corp) && (f.Group == "" || t.Group == f.Group) &&
			(!f.Held || t.Held != "") && (!f.Rule || t.Audience != "")
		if fits && (!more || cmp.Or(cmp.Compare(t.Label, after.Label), cmp.Compare(t.ID, after.ID)) > 0) {
			all = append(all, *t)
		}
	}
	slices.SortFunc(all, func(a, b Tag) int { return cmp.Or(cmp.Compare(a.Label, b.Label), cmp.Compare(a.ID, b.ID)) })
	limit := page.Limit(f.Limit)
	return page.Cut(all[:min(len(all), limit+1)], limit, func(t Tag) key { return key{t.Label, t.ID} }), nil
}

// Groups is the groups with their tags, in the order of the platform.
func (s *Service) Groups(corp *string) (groups []Group, tags map[string][]Tag) {
	known := s.known.Load()
	tags = map[string][]Tag{}
	for _, g := range known.groups {
		if corp != nil && g.Corp != *corp {
			continue
		}
		groups = append(groups, *g)
		for _, t := range known.tagsOf(g.ID) {
			tags[g.ID] = append(tags[g.ID], *t)
		}
	}
	slices.SortFunc(groups, func(a, b Group) int {
		return cmp.Or(cmp.Compare(a.Corp, b.Corp), cmp.Compare(b.Position, a.Position), cmp.Compare(a.ID, b.ID))
	})
	return groups, tags
}

// Count is how many customers carry a label.
func (s *Service) Count(label string) int {
	s.Timeline.RLock()
	defer s.Timeline.RUnlock()
	if set, ok := s.Customers.HasTag(label); ok {
		return int(set.GetCardinality())
	}
	return 0
}

// Quota is how many tags a corp has at the platform, and how many are held for want of room.
func (s *Service) Quota(corp string) (used, held int) {
	known := s.known.Load()
	for _, t := range known.tags {
		if t.Corp == corp && t.Held != "" {
			held++
		}
	}
	return known.atPlatform(corp), held
}
