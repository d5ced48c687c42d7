package wecomsim

import "yutang/internal/fault"

// CorpTag is a tag of the admin console.
type CorpTag struct {
	Group string `json:"group,omitempty"`
	Name  string `json:"name,omitempty"`
	ID    string `json:"id,omitempty"`
	By    string `json:"by,omitempty"` // app that may change it; default none, as made in the console
}

// CreateTag adds a corp tag in the admin console, with its group if there is none, and gives its id.
func (s *Sim) CreateTag(group, name string) (string, error) {
	t, err := perform(s, "create_tag", CorpTag{Group: group, Name: name}, createTag)
	return t.ID, err
}

func createTag(s *Sim, a CorpTag) (CorpTag, error) {
	if a.Group == "" || a.Name == "" {
		return a, fault.New(fault.Invalid, "bad_tag", "give a group and a name")
	}
	g, _ := s.tagGroupFor("", a.Group, 0)
	made, err := s.newTags(g, []newTag{{Name: a.Name}}, a.By)
	if err != nil {
		return a, fault.New(fault.Conflict, "tag_refused", "%v", err)
	}
	if g.id == "" {
		g.id, g.made, g.app = s.ids.tag(), s.at.Unix(), a.By
		s.tagGroups = append(s.tagGroups, g)
		s.emit(tagEvent("create", g.id, "tag_group"))
	}
	t := made[0]
	t.id = s.ids.tag()
	s.tags[t.id] = t
	g.tags = append(g.tags, t)
	s.emit(tagEvent("create", t.id, "tag"))
	a.ID = t.id
	return a, nil
}

func tagEvent(change, id, kind string) event {
	f := []field{text("Event", "change_external_tag"), text("Id", id)}
	if kind != "" {
		f = append(f, text("TagType", kind))
	}
	return event{kind: kindContact, key: "tag", fields: append(f, text("ChangeType", change))}
}

// RenameTag renames a corp tag or a group in the admin console.
func (s *Sim) RenameTag(id, name string) error {
	_, err := perform(s, "rename_tag", CorpTag{ID: id, Name: name}, renameTagByAdmin)
	return err
}

func renameTagByAdmin(s *Sim, a CorpTag) (struct{}, error) {
	kind, err := "tag_group", error(nil)
	if g, ok := s.liveTagGroup(a.ID); ok {
		err = s.renameGroup(g, &a.Name, nil)
	} else if t, ok := s.tags[a.ID]; ok && !t.deleted {
		kind, err = "tag", renameTag(t, &a.Name, nil)
	} else {
		return struct{}{}, notFound("tag", a.ID)
	}
	if err != nil {
		return struct{}{}, fault.New(fault.Conflict, "tag_refused", "%v", err)
	}
	s.emit(tagEvent("update", a.ID, kind))
	return struct{}{}, nil
}

// DeleteTag deletes a corp tag, or a group with its tags, in the admin console.
func (s *Sim) DeleteTag(id string) error {
	_, err := perform(s, "delete_tag", CorpTag{ID: id}, deleteTagByAdmin)
	return err
}

func deleteTagByAdmin(s *Sim, a CorpTag) (struct{}, error) {
	if g, ok := s.liveTagGroup(a.ID); ok {
		s.dropTags(g.tags)
		s.emit(tagEvent("delete", a.ID, "tag_group"))
		return struct{}{}, nil
	}
	t, ok := s.tags[a.ID]
	if !ok || t.deleted {
		return struct{}{}, notFound("tag", a.ID)
	}
	groups := s.dropTags([]*tag{t})
	s.emit(tagEvent("delete", a.ID, "tag"))
	for _, g := range groups {
		s.emit(tagEvent("delete", g.id, "tag_group"))
	}
	return struct{}{}, nil
}

func shuffleTags(s *Sim, a CorpTag) (struct{}, error) {
	g, ok := s.liveTagGroup(a.ID)
	if !ok {
		return struct{}{}, notFound("tag group", a.ID)
	}
	for i, t := range g.tags {
		t.order = uint32(len(g.tags) - i)
	}
	s.emit(tagEvent("shuffle", g.id, ""))
	return struct{}{}, nil
}
