package tag

import (
	"context"

	"yutang/internal/fault"
	"yutang/internal/wecom"
)

// Rename gives a tag another name, at the platform too.
func (s *Service) Rename(ctx context.Context, key, name, by string) (Tag, error) {
	s.defining.Lock()
	defer s.defining.Unlock()
	t, err := s.Get(key)
	if err != nil || t.Name == name {
		return t, err
	}
	known := s.known.Load()
	group := ""
	if g := known.groups[t.Group]; g != nil {
		group = g.Name
	}
	next := t
	next.Name, next.Label = name, Label(group, name)
	if err := s.free(next, name); err != nil {
		return t, err
	}
	if err := s.edit(ctx, t.Corp, t.Remote, name); err != nil {
		return t, err
	}
	return next, s.change(ctx, func(ctx context.Context) error { return s.renamed(ctx, &t, &next, by) })
}

// free checks a new name.
func (s *Service) free(t Tag, name string) error {
	if !isName(name) {
		return fault.BadField("/name", "wants 1 to 30 printable characters")
	}
	for _, other := range s.known.Load().label[t.Label] {
		if other.Corp == t.Corp && other.ID != t.ID {
			return fault.New(fault.Conflict, "tag_exists", "%s exists already", t.Label)
		}
	}
	return nil
}

// edit renames a thing at the platform, if it is there.
func (s *Service) edit(ctx context.Context, corp, remote, name string) error {
	if remote == "" {
		return nil
	}
	c, err := s.Client(ctx, corp)
	if err != nil {
		return err
	}
	return own(c.EditCorpTag(ctx, wecom.TagEdit{ID: remote, Name: name, AgentID: c.AgentID()}))
}

// own explains the refusal to change what another app has made.
func own(err error) error {
	switch wecom.CodeOf(err) {
	case wecom.CodeForeignTag:
		return fault.New(fault.Precondition, "tag_foreign", "the tag was made elsewhere; change it in the WeCom console")
	case wecom.CodeTagNameTaken:
		return fault.New(fault.Conflict, "tag_exists", "the platform has a tag of that name already")
	}
	return err
}

// RenameGroup gives a group another name: all its tags have another label.
func (s *Service) RenameGroup(ctx context.Context, key, name, by string) (Group, error) {
	s.defining.Lock()
	defer s.defining.Unlock()
	g, err := s.GetGroup(key)
	if err != nil || g.Name == name {
		return g, err
	}
	known := s.known.Load()
	if !isName(name) {
		return g, fault.BadField("/name", "wants 1 to 30 printable characters")
	}
	if known.named(g.Corp, name) != nil {
		return g, fault.New(fault.Conflict, "tag_group_exists", "the group %s exists already", name)
	}
	if err := s.edit(ctx, g.Corp, g.Remote, name); err != nil {
		return g, err
	}
	g.Name = name
	return g, s.change(ctx, func(ctx context.Context) error {
		if err := s.saveGroup(ctx, &g); err != nil {
			return err
		}
		for _, t := range known.tagsOf(g.ID) {
			next := *t
			next.Label = Label(name, t.Name)
			if err := s.renamed(ctx, t, &next, by); err != nil {
				return err
			}
		}
		return nil
	})
}

// Delete ends a tag, at the platform too, and takes it off all customers. The platform
// deletes a group with its last tag, and so do we.
func (s *Service) Delete(ctx context.Context, key, by string) error {
	s.defining.Lock()
	defer s.defining.Unlock()
	t, err := s.Get(key)
	if err != nil {
		return err
	}
	if err := s.remove(ctx, t.Corp, t.Remote, ""); err != nil {
		return err
	}
	return s.change(ctx, func(ctx context.Context) error {
		if err := s.end(ctx, &t, by); err != nil {
			return err
		}
		if g := s.known.Load().groups[t.Group]; g != nil {
			return s.shrink(ctx, g, map[string]bool{t.ID: true})
		}
		return nil
	})
}

// shrink follows the platform, where a group goes with its last tag: a group without tags
// is deleted, one with held tags alone is not there any more. ended are tags just deleted.
func (s *Service) shrink(ctx context.Context, g *Group, ended map[string]bool) error {
	left, there := 0, 0
	for _, t := range s.known.Load().tagsOf(g.ID) {
		if ended[t.ID] {
			continue
		}
		left++
		if t.Remote != "" {
			there++
		}
	}
	if left == 0 {
		return s.dropGroup(ctx, g.ID)
	}
	if there > 0 || g.Remote == "" {
		return nil
	}
	next := *g
	next.Remote = ""
	return s.saveGroup(ctx, &next)
}

// DeleteGroup ends a group with all its tags.
func (s *Service) DeleteGroup(ctx context.Context, key, by string) error {
	s.defining.Lock()
	defer s.defining.Unlock()
	g, err := s.GetGroup(key)
	if err != nil {
		return err
	}
	if err := s.remove(ctx, g.Corp, "", g.Remote); err != nil {
		return err
	}
	return s.change(ctx, func(ctx context.Context) error {
		for _, t := range s.known.Load().tagsOf(g.ID) {
			if err := s.end(ctx, t, by); err != nil {
				return err
			}
		}
		return s.dropGroup(ctx, g.ID)
	})
}

// remove deletes a tag or a group at the platform, if it is there.
func (s *Service) remove(ctx context.Context, corp, tag, group string) error {
	if tag == "" && group == "" {
		return nil
	}
	c, err := s.Client(ctx, corp)
	if err != nil {
		return err
	}
	if group != "" {
		err = c.DelCorpTag(ctx, nil, []string{group})
	} else {
		err = c.DelCorpTag(ctx, []string{tag}, nil)
	}
	if wecom.CodeOf(err) == wecom.CodeBadTag { // gone already
		return nil
	}
	return own(err)
}
