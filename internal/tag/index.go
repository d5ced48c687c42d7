package tag

import (
	"cmp"
	"context"
	"fmt"
	"slices"
)

// index finds definitions. It does not change.
type index struct {
	groups   map[string]*Group
	tags     map[string]*Tag
	remote   map[remoteKey]*Tag
	rgroups  map[remoteKey]*Group
	label    map[string][]*Tag
	audience map[string][]*Tag
}

// remoteKey names a thing of the platform.
type remoteKey struct{ corp, id string }

func newIndex(groups []*Group, tags []*Tag) *index {
	x := &index{
		groups: map[string]*Group{}, tags: map[string]*Tag{}, remote: map[remoteKey]*Tag{}, rgroups: map[remoteKey]*Group{},
		label: map[string][]*Tag{}, audience: map[string][]*Tag{},
	}
	for _, g := range groups {
		x.groups[g.ID] = g
		if g.Remote != "" {
			x.rgroups[remoteKey{g.Corp, g.Remote}] = g
		}
	}
	for _, t := range tags {
		x.tags[t.ID] = t
		x.label[t.Label] = append(x.label[t.Label], t)
		if t.Remote != "" {
			x.remote[remoteKey{t.Corp, t.Remote}] = t
		}
		if t.Audience != "" {
			x.audience[t.Audience] = append(x.audience[t.Audience], t)
		}
	}
	return x
}

// reload makes the index of what is stored and committed.
func (s *Service) reload(ctx context.Context) error {
	groups, err := s.selectGroups(ctx)
	if err != nil {
		return fmt.Errorf("load tag groups: %w", err)
	}
	tags, err := s.selectTags(ctx)
	if err != nil {
		return fmt.Errorf("load tags: %w", err)
	}
	s.known.Store(newIndex(groups, tags))
	return nil
}

// change runs one change of definitions in a transaction and makes it known.
func (s *Service) change(ctx context.Context, fn func(ctx context.Context) error) error {
	if err := s.DB.InTx(ctx, fn); err != nil {
		return err
	}
	return s.reload(ctx)
}

// tagsOf lists the tags of a group, in their order.
func (x *index) tagsOf(group string) (out []*Tag) {
	for _, t := range x.tags {
		if t.Group == group {
			out = append(out, t)
		}
	}
	slices.SortFunc(out, func(a, b *Tag) int { return cmp.Or(cmp.Compare(b.Position, a.Position), cmp.Compare(a.ID, b.ID)) })
	return out
}

// named finds a group of a corp by its name.
func (x *index) named(corp, name string) *Group {
	for _, g := range x.groups {
		if g.Corp == corp && g.Name == name {
			return g
		}
	}
	return nil
}

// find reads what a caller calls a tag of a corp: the platform's id, ours, or a label. nil
// if no definition fits; the corp's own comes before others of the same label.
func (x *index) find(corp, name string) *Tag {
	if t := x.remote[remoteKey{corp, name}]; t != nil {
		return t
	}
	if t := x.tags[name]; t != nil {
		return t
	}
	var found *Tag
	for _, t := range x.label[name] {
		if found == nil || t.Corp == corp {
			found = t
		}
	}
	return found
}

// atPlatform counts the tags of a corp that exist there.
func (x *index) atPlatform(corp string) (n int) {
	for k := range x.remote {
		if k.corp == corp {
			n++
		}
	}
	return n
}
