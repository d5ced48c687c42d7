package wecomsim

import (
	"cmp"
	"slices"
)

// tagGroup is a group of corp tags; it lives while it has tags.
type tagGroup struct {
	id, name string
	made     int64
	order    uint32
	app      string // maker; "" is the admin console
	strategy int64  // rule group it belongs to, 0 for the corp's own
	tags     []*tag
	deleted  bool
}

type tag struct {
	id, name string
	made     int64
	order    uint32
	app      string
	group    *tagGroup
	deleted  bool
}

const (
	maxTags     = 3000 // of the corp, and of a pair
	maxTagsName = 30
)

func tagEndpoints() []endpoint {
	return []endpoint{
		{method: post, path: "/externalcontact/get_corp_tag_list", need: permContact, run: listTags},
		{method: post, path: "/externalcontact/add_corp_tag", need: permContact, run: addTag},
		{method: post, path: "/externalcontact/edit_corp_tag", need: permContact, run: editTag},
		{method: post, path: "/externalcontact/del_corp_tag", need: permContact, run: delTag},
		{method: post, path: "/externalcontact/mark_tag", need: permContact, atOnce: 5, run: markTag},
	}
}

type tagQuery struct {
	Tags     []string `json:"tag_id"`
	Groups   []string `json:"group_id"`
	Strategy int64    `json:"strategy_id"`
}

func listTags(s *Sim, c *call) (any, error) {
	var in tagQuery
	if err := c.bindOptional(&in); err != nil {
		return nil, err
	}
	return s.showTags(in, func(g *tagGroup) bool { return g.strategy == 0 }), nil
}

// showTags lists the groups that match. Deleted ones show only when asked for by id.
func (s *Sim) showTags(in tagQuery, match func(*tagGroup) bool) obj {
	out := []obj{}
	all := len(in.Groups) == 0 && len(in.Tags) == 0
	for _, g := range s.sortedGroups() {
		if !match(g) {
			continue
		}
		whole := all || slices.Contains(in.Groups, g.id)
		tags := []obj{}
		for _, t := range sortTags(g.tags) {
			asked := whole || len(in.Groups) == 0 && slices.Contains(in.Tags, t.id)
			if asked && (!all || !t.deleted) {
				tags = append(tags, t.show(!all))
			}
		}
		if whole && (!all || !g.deleted) || len(tags) > 0 {
			out = append(out, g.show(tags, !all))
		}
	}
	return obj{"tag_group": out}
}

func (s *Sim) sortedGroups() []*tagGroup {
	return slices.SortedStableFunc(slices.Values(s.tagGroups), func(a, b *tagGroup) int { return cmp.Compare(b.order, a.order) })
}

func sortTags(list []*tag) []*tag {
	return slices.SortedStableFunc(slices.Values(list), func(a, b *tag) int { return cmp.Compare(b.order, a.order) })
}

func (t *tag) show(byID bool) obj {
	out := obj{"id": t.id, "name": t.name, "create_time": t.made, "order": t.order}
	if byID {
		out["deleted"] = t.deleted
	}
	return out
}

func (g *tagGroup) show(tags []obj, byID bool) obj {
	out := obj{"group_id": g.id, "group_name": g.name, "create_time": g.made, "order": g.order, "tag": tags}
	if g.strategy != 0 {
		out["strategy_id"] = g.strategy
	}
	if byID {
		out["deleted"] = g.deleted
	}
	return out
}

type newTag struct {
	Name  string `json:"name"`
	Order uint32 `json:"order"`
}

type tagsIn struct {
	GroupID   string   `json:"group_id"`
	GroupName string   `json:"group_name"`
	Order     uint32   `json:"order"`
	Tags      []newTag `json:"tag"`
	Agent     int64    `json:"agentid"`
	Strategy  int64    `json:"strategy_id"`
}

func addTag(s *Sim, c *call) (any, error) {
	var in tagsIn
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	in.Strategy = 0
	return s.addTags(c, in, s.ids.tag)
}

func (in tagsIn) check(c *call) error {
	if len(in.Tags) == 0 {
		return code(40063, "tag list is empty")
	}
	if in.GroupID == "" && in.GroupName == "" {
		return code(40063, "group_id and group_name are both empty")
	}
	for _, t := range in.Tags {
		if t.Name == "" {
			return code(40063, "tag name is empty")
		}
		if err := c.chars("tag name", t.Name, maxTagsName); err != nil {
			return err
		}
	}
	return c.chars("group_name", in.GroupName, maxTagsName)
}

// addTags adds tags to a group, made if there is none of its name.
func (s *Sim) addTags(c *call, in tagsIn, newID func() string) (any, error) {
	if err := in.check(c); err != nil {
		return nil, err
	}
	g, err := s.tagGroupFor(in.GroupID, in.GroupName, in.Strategy)
	if err != nil {
		return nil, err
	}
	made, err := s.newTags(g, in.Tags, c.app.Name)
	if err != nil {
		return nil, err
	}
	if g.id == "" {
		g.id, g.made, g.order, g.app = newID(), s.at.Unix(), in.Order, c.app.Name
		s.tagGroups = append(s.tagGroups, g)
	}
	shown := []obj{}
	for _, t := range made {
		t.id = newID()
		s.tags[t.id] = t
		g.tags = append(g.tags, t)
		shown = append(shown, t.show(false))
	}
	return obj{"tag_group": g.show(shown, false)}, nil
}

// tagGroupFor finds the group named, or makes one that has no id yet.
func (s *Sim) tagGroupFor(id, name string, strategy int64) (*tagGroup, error) {
	for _, g := range s.tagGroups {
		if !g.deleted && g.strategy == strategy && (id != "" && g.id == id || id == "" && g.name == name) {
			return g, nil
		}
	}
	if id != "" {
		return nil, code(40068, "invalid group_id")
	}
	return &tagGroup{name: name, strategy: strategy}, nil
}

// newTags makes the tags that are not in the group yet; equal names in one call are one tag.
func (s *Sim) newTags(g *tagGroup, list []newTag, app string) ([]*tag, error) {
	var made []*tag
	for _, n := range list {
		if slices.ContainsFunc(made, func(t *tag) bool { return t.name == n.Name }) {
			continue
		}
		if slices.ContainsFunc(g.tags, func(t *tag) bool { return !t.deleted && t.name == n.Name }) {
			return nil, code(40071)
		}
		made = append(made, &tag{name: n.Name, order: n.Order, made: s.at.Unix(), app: app, group: g})
	}
	most := maxTags
	if s.knobs.TagCap > 0 {
		most = s.knobs.TagCap
	}
	if s.liveTags()+len(made) > most {
		return nil, code(40126)
	}
	return made, nil
}

func (s *Sim) liveTags() int {
	n := 0
	for _, g := range s.tagGroups {
		for _, t := range g.tags {
			if !t.deleted {
				n++
			}
		}
	}
	return n
}

func (s *Sim) liveTagGroup(id string) (*tagGroup, bool) {
	for _, g := range s.tagGroups {
		if g.id == id && !g.deleted {
			return g, true
		}
	}
	return nil, false
}

func editTag(s *Sim, c *call) (any, error) {
	var in struct {
		ID    string  `json:"id"`
		Name  *string `json:"name"`
		Order *uint32 `json:"order"`
		Agent int64   `json:"agentid"`
	}
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	if in.ID == "" {
		return nil, code(40063, "id is empty")
	}
	if in.Name != nil {
		if err := c.chars("name", *in.Name, maxTagsName); err != nil {
			return nil, err
		}
	}
	if g, ok := s.liveTagGroup(in.ID); ok {
		if g.app != c.app.Name {
			return nil, code(81011)
		}
		return nil, s.renameGroup(g, in.Name, in.Order)
	}
	t, ok := s.tags[in.ID]
	if !ok || t.deleted {
		return nil, code(40068)
	}
	if t.app != c.app.Name {
		return nil, code(81011)
	}
	return nil, renameTag(t, in.Name, in.Order)
}

func (s *Sim) renameGroup(g *tagGroup, name *string, order *uint32) error {
	if name != nil && *name != "" {
		if slices.ContainsFunc(s.tagGroups, func(o *tagGroup) bool { return o != g && !o.deleted && o.strategy == g.strategy && o.name == *name }) {
			return code(40071)
		}
		g.name = *name
	}
	set(&g.order, order)
	return nil
}

func renameTag(t *tag, name *string, order *uint32) error {
	if name != nil && *name != "" {
		if slices.ContainsFunc(t.group.tags, func(o *tag) bool { return o != t && !o.deleted && o.name == *name }) {
			return code(40071)
		}
		t.name = *name
	}
	set(&t.order, order)
	return nil
}

func delTag(s *Sim, c *call) (any, error) {
	var in struct {
		Tags   []string `json:"tag_id"`
		Groups []string `json:"group_id"`
		Agent  int64    `json:"agentid"`
	}
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	if len(in.Tags) == 0 && len(in.Groups) == 0 {
		return nil, code(40063, "tag_id and group_id are both empty")
	}
	var gone []*tag
	for _, id := range in.Groups {
		g, ok := s.liveTagGroup(id)
		if !ok {
			return nil, code(40068)
		}
		gone = append(gone, g.tags...)
	}
	for _, id := range in.Tags {
		t, ok := s.tags[id]
		if !ok || t.deleted {
			return nil, code(40068)
		}
		gone = append(gone, t)
	}
	for _, t := range gone {
		if t.app != c.app.Name {
			return nil, code(81011)
		}
	}
	s.dropTags(gone)
	return nil, nil
}

// dropTags deletes tags, takes them off all customers, and deletes groups left empty, which
// it returns.
func (s *Sim) dropTags(gone []*tag) (groups []*tagGroup) {
	for _, t := range gone {
		t.deleted = true
		g := t.group
		if !g.deleted && !slices.ContainsFunc(g.tags, func(t *tag) bool { return !t.deleted }) {
			g.deleted = true
			groups = append(groups, g)
		}
	}
	for _, m := range s.memberList {
		for _, f := range m.contacts {
			if slices.ContainsFunc(f.tags, func(t *tag) bool { return t.deleted }) {
				f.tags = slices.DeleteFunc(slices.Clone(f.tags), func(t *tag) bool { return t.deleted })
			}
		}
	}
	return groups
}

func markTag(s *Sim, c *call) (any, error) {
	var in struct {
		User     string   `json:"userid"`
		External string   `json:"external_userid"`
		Add      []string `json:"add_tag"`
		Remove   []string `json:"remove_tag"`
	}
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	f, err := c.relation(s, in.User, in.External)
	if err != nil {
		return nil, err
	}
	if len(in.Add) == 0 && len(in.Remove) == 0 {
		return nil, code(40063, "add_tag and remove_tag are both empty")
	}
	return nil, s.changeTags(f, in.Add, in.Remove)
}

// changeTags puts tags on a relation and takes tags off, whole or not at all.
func (s *Sim) changeTags(f *follow, add, remove []string) error {
	next := slices.Clone(f.tags)
	for _, id := range remove {
		t, ok := s.tags[id]
		if !ok {
			return code(40068)
		}
		next = slices.DeleteFunc(next, func(o *tag) bool { return o == t })
	}
	for _, id := range add {
		t, ok := s.tags[id]
		if !ok || t.deleted {
			return code(40068)
		}
		if !slices.Contains(next, t) {
			next = append(next, t)
		}
	}
	if len(next) > maxTags {
		return code(40126, "customer has too many tags")
	}
	f.tags = next
	return nil
}
