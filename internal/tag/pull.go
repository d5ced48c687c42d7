package tag

import (
	"context"
	"fmt"
	"time"

	"yutang/internal/job"
	"yutang/internal/wecom"
	"yutang/internal/wecom/notice"
)

// Notice handles the callbacks change_external_tag: whatever has changed, the list is
// pulled, once for many notices.
func (s *Service) Notice(ctx context.Context, n notice.Notice) error {
	return s.Jobs.Put(ctx, job.Job{Kind: pullKind, Key: n.Corp, Queue: n.Corp, Due: s.Clock.Now().Add(time.Second)})
}

// Pull reads all corp tags of a corp and brings the definitions in line. What we changed
// after the list was asked for stays. A new name changes the label of all customers, a tag
// that is gone is taken off them, both by an operation that Bulks shows.
func (s *Service) Pull(ctx context.Context, corp string) error {
	s.defining.Lock()
	defer s.defining.Unlock()
	asked := s.Clock.Now()
	c, err := s.Client(ctx, corp)
	if err != nil {
		return err
	}
	groups, err := c.GetCorpTagList(ctx, nil, nil)
	if err != nil {
		return fmt.Errorf("list corp tags: %w", err)
	}
	gone, err := s.gone(ctx, c, corp, groups, asked)
	if err != nil {
		return err
	}
	return s.change(ctx, func(ctx context.Context) error { return s.align(ctx, corp, groups, gone) })
}

// gone lists our tags that the platform does not list, after asking for each by id: a
// short list is no proof.
func (s *Service) gone(ctx context.Context, c *wecom.Client, corp string, groups []wecom.TagGroup, asked time.Time) (out []*Tag, err error) {
	known, listed, missing := s.known.Load(), alive(groups), map[string]*Tag{}
	for k, t := range known.remote {
		if k.corp == corp && !listed[k.id] && t.UpdatedAt.Before(asked) {
			missing[k.id] = t
		}
	}
	if len(missing) == 0 {
		return nil, nil
	}
	ids := make([]string, 0, len(missing))
	for id := range missing {
		ids = append(ids, id)
	}
	again, err := c.GetCorpTagList(ctx, ids, nil)
	if err != nil && wecom.CodeOf(err) != wecom.CodeBadTag {
		return nil, fmt.Errorf("ask for missing corp tags: %w", err)
	}
	listed = alive(again)
	for id, t := range missing {
		if !listed[id] {
			out = append(out, t)
		}
	}
	return out, nil
}

// alive are the ids of tags that exist.
func alive(groups []wecom.TagGroup) map[string]bool {
	ids := map[string]bool{}
	for _, g := range groups {
		for _, t := range g.Tag {
			if !g.Deleted && !t.Deleted {
				ids[t.ID] = true
			}
		}
	}
	return ids
}

// align writes what the platform lists, in ctx's transaction.
func (s *Service) align(ctx context.Context, corp string, groups []wecom.TagGroup, gone []*Tag) error {
	for _, t := range gone {
		if err := s.end(ctx, t, "platform"); err != nil {
			return err
		}
	}
	listed := map[string]bool{}
	for _, rg := range groups {
		listed[rg.GroupID] = true
		if err := s.alignGroup(ctx, corp, rg); err != nil {
			return err
		}
	}
	for k, g := range s.known.Load().rgroups {
		if k.corp == corp && !listed[k.id] && s.empty(g, gone) {
			if err := s.dropGroup(ctx, g.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// empty says whether a group has no tags but those in gone.
func (s *Service) empty(g *Group, gone []*Tag) bool {
	ended := map[string]bool{}
	for _, t := range gone {
		ended[t.ID] = true
	}
	for _, t := range s.known.Load().tagsOf(g.ID) {
		if !ended[t.ID] {
			return false
		}
	}
	return true
}

func (s *Service) alignGroup(ctx context.Context, corp string, rg wecom.TagGroup) error {
	known := s.known.Load()
	g := Group{Corp: corp, Remote: rg.GroupID, Name: rg.GroupName, Position: rg.Order}
	old := known.rgroups[remoteKey{corp, rg.GroupID}]
	if old == nil { // a group of ours that waited for room takes the platform's id
		if held := known.named(corp, rg.GroupName); held != nil && held.Remote == "" {
			old = held
		}
	}
	if old != nil {
		g.ID, g.CreatedAt, g.UpdatedAt = old.ID, old.CreatedAt, old.UpdatedAt
	}
	if old == nil || old.Name != g.Name || old.Position != g.Position || old.Remote != g.Remote {
		if err := s.saveGroup(ctx, &g); err != nil {
			return err
		}
	}
	for _, rt := range rg.Tag {
		if err := s.alignTag(ctx, g, rt); err != nil {
			return err
		}
	}
	if old == nil || old.Name == g.Name {
		return nil
	}
	return s.relabelHeld(ctx, g)
}

// relabelHeld gives the tags of a group that are not at the platform their new label.
func (s *Service) relabelHeld(ctx context.Context, g Group) error {
	for _, t := range s.known.Load().tagsOf(g.ID) {
		if t.Remote != "" {
			continue
		}
		next := *t
		next.Label = Label(g.Name, t.Name)
		if err := s.renamed(ctx, t, &next, "platform"); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) alignTag(ctx context.Context, g Group, rt wecom.CorpTag) error {
	if rt.Deleted {
		return nil
	}
	known := s.known.Load()
	next := Tag{Corp: g.Corp, Group: g.ID, Remote: rt.ID, Name: rt.Name, Label: Label(g.Name, rt.Name), Position: rt.Order}
	old := known.remote[remoteKey{g.Corp, rt.ID}]
	if old == nil {
		return s.adopt(ctx, next)
	}
	if old.Group == next.Group && old.Name == next.Name && old.Position == next.Position && old.Label == next.Label {
		return nil
	}
	next.ID, next.CreatedAt, next.Audience = old.ID, old.CreatedAt, old.Audience
	return s.renamed(ctx, old, &next, "platform")
}

// adopt takes in a tag that is new at the platform. A held one of the same label becomes
// it, and those who carry it are told to the platform.
func (s *Service) adopt(ctx context.Context, next Tag) error {
	for _, t := range s.known.Load().label[next.Label] {
		if t.Corp == next.Corp && t.Remote == "" {
			next.ID, next.CreatedAt, next.Audience = t.ID, t.CreatedAt, t.Audience
			if err := s.saveTag(ctx, &next); err != nil {
				return err
			}
			return s.spreadAll(ctx, &next, "platform")
		}
	}
	return s.saveTag(ctx, &next)
}

// renamed saves next over old. Customers who carry the old label are given the new one.
func (s *Service) renamed(ctx context.Context, old, next *Tag, by string) error {
	if err := s.saveTag(ctx, next); err != nil || old.Label == next.Label {
		return err
	}
	return s.relabel(ctx, *next, old.Label, by)
}

// end deletes a definition; it is taken off the customers.
func (s *Service) end(ctx context.Context, t *Tag, by string) error {
	if err := s.dropTag(ctx, t.ID); err != nil {
		return err
	}
	return s.strip(ctx, *t, by)
}
