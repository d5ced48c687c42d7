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
				return nil, &fault.Error{
					Kind: fault.Conflict, Code: "tag_exists", Message: "the tag exists already",
					Fields: []fault.Field{{Pointer: fmt.Sprintf("/names/%d", i), Detail: t.Label + " exists"}},
				}
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
