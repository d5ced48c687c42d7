package sidepanel

import (
	"context"
	"fmt"

	"yutang/internal/fault"
	"yutang/internal/tag"
)

// Groups is the tags that a member may put, by group: those of the corp and the internal
// ones, without rule tags.
func (s *Service) Groups(v Viewer) (groups []tag.Group, tags map[string][]tag.Tag) {
	tags = map[string][]tag.Tag{}
	for _, owner := range []string{v.Corp, ""} {
		list, of := s.Tags.Groups(&owner)
		for _, g := range list {
			for _, t := range of[g.ID] {
				if t.Audience == "" {
					tags[g.ID] = append(tags[g.ID], t)
				}
			}
			if len(tags[g.ID]) > 0 {
				groups = append(groups, g)
			}
		}
	}
	return groups, tags
}

// maxTags is how many tags one order may change.
const maxTags = 50

// SetTags puts defined tags on a customer and takes others off, as the member's own act; of
// a customer whom only a member led has, as an act on that member's contact. Both sides
// follow by jobs.
func (s *Service) SetTags(ctx context.Context, v Viewer, external string, add, remove []string) error {
	mine, err := s.theirs(ctx, v, external)
	if err != nil {
		return err
	}
	if len(add)+len(remove) == 0 || len(add)+len(remove) > maxTags {
		return fault.BadField("/add", "name 1 to %d tags to put on or take off", maxTags)
	}
	for field, names := range map[string][]string{"add": add, "remove": remove} {
		for i, name := range names {
			if err := s.maySet(v.Corp, name); err != nil {
				return fault.BadField(fmt.Sprintf("/%s/%d", field, i), "%v", err)
			}
		}
	}
	return s.Access.Audited(ctx, "panel.tags", func(ctx context.Context) (string, any, error) {
		return external, map[string]any{"staff": mine[0].User, "add": add, "remove": remove}, s.Tags.Put(ctx, tag.Order{
			Corp: v.Corp, User: mine[0].User, External: external, Add: add, Remove: remove, Why: "panel", At: s.Clock.Now(),
		})
	})
}

// maySet says why a member may not change a tag.
func (s *Service) maySet(corp, name string) error {
	t, ok := s.Tags.Find(corp, name)
	switch {
	case !ok || (t.Corp != "" && t.Corp != corp):
		return fault.New(fault.Invalid, "no_tag", "is not a tag of the corp")
	case t.Audience != "":
		return fault.New(fault.Invalid, "rule_tag", "belongs to a rule, which puts it by itself")
	}
	return nil
}
