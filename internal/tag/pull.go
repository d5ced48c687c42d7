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

// Kinds of difference between what we hold and what the platform says.
const (
	DriftAdded   = "added"
	DriftRenamed = "renamed" // or moved to another place
	DriftGone    = "gone"
)

// Pull is Reconcile for who does not count.
func (s *Service) Pull(ctx context.Context, corp string) error {
	_, err := s.Reconcile(ctx, corp)
	return err
}

// Reconcile reads all corp tags of a corp, brings the definitions in line, and counts what
// was different. What we change ourselves waits for it. A new name changes the label of all
// customers, a tag that is gone is taken off them, both by an operation that Bulks shows.
func (s *Service) Reconcile(ctx context.Context, corp string) (drift map[string]int, err error) {
	s.defining.Lock()
	defer s.defining.Unlock()
	c, err := s.Client(ctx, corp)
	if err != nil {
		return nil, err
	}
	groups, err := c.GetCorpTagList(ctx, nil, nil)
	if err != nil {
		return nil, fmt.Errorf("list corp tags: %w", err)
	}
	gone, err := s.gone(ctx, c, corp, groups)
	if err != nil {
		return nil, err
	}
	drift = s.drift(corp, groups, len(gone))
	return drift, s.change(ctx, func(ctx context.Context) error { return s.align(ctx, corp, groups, gone) })
}

// drift counts differences between our definitions and the platform's.
func (s *Service) drift(corp string, groups []wecom.TagGroup, gone int) map[string]int {
	known, drift := s.known.Load(), map[string]int{}
	for _, g := range groups {
		for _, rt := range g.Tag {
			switch t := known.remote[remoteKey{corp, rt.ID}]; {
			case t == nil:
				drift[DriftAdded]++
			case t.Label != Label(g.GroupName, rt.Name) || t.Position != rt.Order:
				drift[DriftRenamed]++
			}
		}
	}
	if gone > 0 {
		drift[DriftGone] = gone
	}
	return drift
}

// gone lists our tags that the platform does not list, after asking for each by id: a
// short list is no proof.
func (s *Service) gone(ctx context.Context, c *wecom.Client, corp string, groups []wecom.TagGroup) (out []*Tag, err error) {
	known, listed, missing := s.known.Load(), alive(groups), map[string]*Tag{}
	for k, t := range known.remote {
		if k.corp == corp && !listed[k.id] {
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
	ended := map[string]bool{}
	for _, t := range gone {
		ended[t.ID] = true
	}
	for k, g := range s.known.Load().rgroups {
		if k.corp == corp && !listed[k.id] {
			if err := s.shrink(ctx, g, ended); err != nil {
				return err
			}
		}
	}
	return nil
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
