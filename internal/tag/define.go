package tag

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"yutang/internal/fault"
	"yutang/internal/wecom"
)

// HeldForQuota says that the corp had no room for another tag at the platform.
const HeldForQuota = "quota"

// maxName is the platform's limit for names of tags and groups, in characters.
const maxName = 30

// NewTags asks for tags in a group, which is made if the corp has none of that name. Corp ""
// makes internal ones; then Group may be "".
type NewTags struct {
	Corp  string
	Group string // its name
	Names []string
	By    string
}

func (n NewTags) validate() error {
	var fields []fault.Field
	bad := func(pointer, detail string) { fields = append(fields, fault.Field{Pointer: pointer, Detail: detail}) }
	if n.Group == "" && n.Corp != "" {
		bad("/group", "a tag of a corp wants a group")
	}
	if n.Group != "" && !isName(n.Group) {
		bad("/group", "wants 1 to 30 printable characters")
	}
	if len(n.Names) == 0 || len(n.Names) > 100 {
		bad("/names", "wants 1 to 100 names")
	}
	for i, name := range n.Names {
		if !isName(name) {
			bad(fmt.Sprintf("/names/%d", i), "wants 1 to 30 printable characters")
		} else if slices.Contains(n.Names[:i], name) {
			bad(fmt.Sprintf("/names/%d", i), "stands there twice")
		}
	}
	if len(fields) == 0 {
		return nil
	}
	return &fault.Error{Kind: fault.Invalid, Code: "invalid", Message: "the tags cannot be made", Fields: fields}
}

func isName(s string) bool {
	n := utf8.RuneCountInString(s)
	return n > 0 && n <= maxName && utf8.ValidString(s) && strings.TrimSpace(s) == s && !strings.ContainsFunc(s, unicode.IsControl)
}

// Create makes tags. Those of a corp are made at the platform first; when it has no room
// they are held, and everything else about them works.
func (s *Service) Create(ctx context.Context, n NewTags) ([]Tag, error) {
	if err := n.validate(); err != nil {
		return nil, err
	}
	s.defining.Lock()
	defer s.defining.Unlock()
	known := s.known.Load()
	g := known.named(n.Corp, n.Group)
	for i, name := range n.Names {
		for _, t := range known.label[Label(n.Group, name)] {
			if t.Corp == n.Corp {
				return nil, &fault.Error{Kind: fault.Conflict, Code: "tag_exists", Message: "the tag exists already",
					Fields: []fault.Field{{Pointer: fmt.Sprintf("/names/%d", i), Detail: t.Label + " exists"}}}
			}
		}
	}
	if g == nil {
		g = &Group{Corp: n.Corp, Name: n.Group}
	}
	made := make([]Tag, len(n.Names))
	for i, name := range n.Names {
		made[i] = Tag{Corp: n.Corp, Name: name, Label: Label(n.Group, name)}
	}
	group := *g
	if n.Corp != "" {
		if err := s.offer(ctx, &group, made); err != nil {
			return nil, err
		}
	}
	return made, s.change(ctx, func(ctx context.Context) error {
		if group.Name != "" {
			if err := s.saveGroup(ctx, &group); err != nil {
				return err
			}
		}
		for i := range made {
			made[i].Group = group.ID
			if err := s.saveTag(ctx, &made[i]); err != nil {
				return err
			}
			if made[i].Remote != "" {
				if err := s.spreadAll(ctx, &made[i], n.By); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// offer makes tags at the platform and fills in its ids. Without room they are held.
func (s *Service) offer(ctx context.Context, g *Group, tags []Tag) error {
	if s.known.Load().atPlatform(g.Corp)+len(tags) > MaxCorpTags {
		hold(tags)
		return nil
	}
	c, err := s.Client(ctx, g.Corp)
	if err != nil {
		return err
	}
	ask := wecom.NewCorpTag{GroupID: g.Remote, AgentID: c.AgentID()}
	if g.Remote == "" {
		ask.GroupName = g.Name
	}
	for _, t := range tags {
		ask.Tag = append(ask.Tag, wecom.CorpTag{Name: t.Name})
	}
	answer, err := c.AddCorpTag(ctx, ask)
	switch {
	case wecom.CodeOf(err) == wecom.CodeTagCap:
		hold(tags)
		return nil
	case wecom.CodeOf(err) == wecom.CodeTagNameTaken || err != nil && !wecom.Unsent(err):
		// They may exist there by now: the list says.
		if answer, err = s.lookFor(ctx, c, g.Name, err); err != nil {
			return err
		}
	case err != nil:
		return fmt.Errorf("add corp tags: %w", err)
	}
	return fill(g, tags, answer)
}

func hold(tags []Tag) {
	for i := range tags {
		tags[i].Held = HeldForQuota
	}
}

// lookFor finds a group by its name after an attempt whose outcome is not known.
func (s *Service) lookFor(ctx context.Context, c *wecom.Client, name string, cause error) (wecom.TagGroup, error) {
	groups, err := c.GetCorpTagList(ctx, nil, nil)
	if err != nil {
		return wecom.TagGroup{}, fmt.Errorf("add corp tags: %w", cause)
	}
	for _, g := range groups {
		if g.GroupName == name {
			return g, nil
		}
	}
	return wecom.TagGroup{}, fmt.Errorf("add corp tags: %w", cause)
}

// fill copies the platform's ids into our definitions.
func fill(g *Group, tags []Tag, answer wecom.TagGroup) error {
	g.Remote, g.Position = answer.GroupID, answer.Order
	for i := range tags {
		for _, rt := range answer.Tag {
			if rt.Name == tags[i].Name {
				tags[i].Remote, tags[i].Position, tags[i].Held = rt.ID, rt.Order, ""
			}
		}
		if tags[i].Remote == "" {
			return fault.New(fault.Unavailable, "tag_not_made", "the platform did not make the tag %s", tags[i].Label)
		}
	}
	return nil
}

// Promote makes a held tag at the platform, now that there is room; those who carry it are
// told to their contacts.
func (s *Service) Promote(ctx context.Context, key, by string) (Tag, error) {
	s.defining.Lock()
	defer s.defining.Unlock()
	t, err := s.Get(key)
	if err != nil {
		return t, err
	}
	if t.Held == "" {
		return t, fault.New(fault.Precondition, "tag_not_held", "the tag is not held back")
	}
	group, tags := *s.known.Load().groups[t.Group], []Tag{t}
	if err := s.offer(ctx, &group, tags); err != nil {
		return t, err
	}
	if tags[0].Held != "" {
		return t, fault.New(fault.Precondition, "tag_quota", "the corp has %d tags at the platform, which is all it may have", MaxCorpTags)
	}
	err = s.change(ctx, func(ctx context.Context) error {
		if err := s.saveGroup(ctx, &group); err != nil {
			return err
		}
		if err := s.saveTag(ctx, &tags[0]); err != nil {
			return err
		}
		return s.spreadAll(ctx, &tags[0], by)
	})
	return tags[0], err
}

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
