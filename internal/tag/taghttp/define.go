package taghttp

import (
	"context"
	"time"

	"yutang/internal/httpapi"
	"yutang/internal/page"
	"yutang/internal/tag"
)

// Tag is a definition with how many customers carry its label.
type Tag struct {
	ID        string    `json:"id"`
	Corp      string    `json:"corp,omitempty" doc:"corp whose tag it is; absent for an internal one"`
	Group     string    `json:"group,omitempty" doc:"id of its group"`
	Remote    string    `json:"remote,omitempty" doc:"the platform's id, absent if it is not there"`
	Name      string    `json:"name"`
	Label     string    `json:"label" doc:"what customers carry: group/name, or the name alone"`
	Held      string    `json:"held,omitempty" doc:"why a corp's tag is not at the platform: quota"`
	Audience  string    `json:"audience,omitempty" doc:"of a rule tag: whose members carry it"`
	Customers int       `json:"customers"`
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
}

func (h *handlers) wire(t tag.Tag) Tag {
	return Tag{
		ID: t.ID, Corp: t.Corp, Group: t.Group, Remote: t.Remote, Name: t.Name, Label: t.Label, Held: t.Held, Audience: t.Audience,
		Customers: h.Tags.Count(t.Label), CreatedAt: t.CreatedAt, UpdatedAt: t.UpdatedAt,
	}
}

type createInput struct {
	Body struct {
		Corp  string   `json:"corp,omitempty" doc:"absent: internal"`
		Group string   `json:"group,omitempty" maxLength:"120" doc:"name of the group, made if there is none; a corp's tags need one"`
		Names []string `json:"names" minItems:"1" maxItems:"100"`
	}
}

type tagsOutput struct {
	Body struct {
		Items []Tag `json:"items"`
	}
}

type tagOutput struct{ Body Tag }

func (h *handlers) create(ctx context.Context, in *createInput) (*tagsOutput, error) {
	made, err := h.Tags.Create(ctx, tag.NewTags{Corp: in.Body.Corp, Group: in.Body.Group, Names: in.Body.Names, By: actor(ctx)})
	if err != nil {
		return nil, err
	}
	out := &tagsOutput{}
	for _, t := range made {
		out.Body.Items = append(out.Body.Items, h.wire(t))
	}
	return out, h.Access.Audit(ctx, "tag.create", made[0].ID, in.Body)
}

type listInput struct {
	httpapi.PageQuery
	Corp     string `query:"corp" doc:"only this corp's tags"`
	Internal bool   `query:"internal" doc:"only internal tags"`
	Group    string `query:"group" doc:"only tags of this group"`
	Held     bool   `query:"held" doc:"only tags that wait for room at the platform"`
	Rule     bool   `query:"rule" doc:"only rule tags"`
}

// corp is the filter that two parameters say together.
func corp(id string, internal bool) *string {
	if internal {
		return new(string)
	}
	if id == "" {
		return nil
	}
	return &id
}

func (h *handlers) list(_ context.Context, in *listInput) (*httpapi.List[Tag], error) {
	p, err := h.Tags.List(tag.Filter{Corp: corp(in.Corp, in.Internal), Group: in.Group, Held: in.Held, Rule: in.Rule, Cursor: in.Cursor, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	return httpapi.Listed(p, h.wire), nil
}

// Group is a group with its tags.
type Group struct {
	ID     string `json:"id"`
	Corp   string `json:"corp,omitempty"`
	Remote string `json:"remote,omitempty"`
	Name   string `json:"name"`
	Tags   []Tag  `json:"tags"`
}

type groupsInput struct {
	Corp     string `query:"corp"`
	Internal bool   `query:"internal"`
}

func (h *handlers) groups(_ context.Context, in *groupsInput) (*httpapi.List[Group], error) {
	groups, tags := h.Tags.Groups(corp(in.Corp, in.Internal))
	return httpapi.Listed(page.Page[tag.Group]{Items: groups}, func(g tag.Group) Group {
		out := Group{ID: g.ID, Corp: g.Corp, Remote: g.Remote, Name: g.Name, Tags: []Tag{}}
		for _, t := range tags[g.ID] {
			out.Tags = append(out.Tags, h.wire(t))
		}
		return out
	}), nil
}

type oneInput struct {
	ID string `path:"id"`
}

func (h *handlers) get(_ context.Context, in *oneInput) (*tagOutput, error) {
	t, err := h.Tags.Get(in.ID)
	if err != nil {
		return nil, err
	}
	return &tagOutput{h.wire(t)}, nil
}

type renameInput struct {
	ID   string `path:"id"`
	Body struct {
		Name string `json:"name" minLength:"1" maxLength:"120"`
	}
}

func (h *handlers) rename(ctx context.Context, in *renameInput) (*tagOutput, error) {
	return h.changed(ctx, "tag.rename", in.Body, func() (tag.Tag, error) { return h.Tags.Rename(ctx, in.ID, in.Body.Name, actor(ctx)) })
}

// changed runs a change of a definition and notes who asked for it. The change speaks to
// the platform, so it is no part of the audit's transaction.
func (h *handlers) changed(ctx context.Context, action string, detail any, change func() (tag.Tag, error)) (*tagOutput, error) {
	t, err := change()
	if err != nil {
		return nil, err
	}
	return &tagOutput{h.wire(t)}, h.Access.Audit(ctx, action, t.ID, detail)
}

func (h *handlers) renameGroup(ctx context.Context, in *renameInput) (*groupOutput, error) {
	g, err := h.Tags.RenameGroup(ctx, in.ID, in.Body.Name, actor(ctx))
	if err != nil {
		return nil, err
	}
	out := &groupOutput{Group{ID: g.ID, Corp: g.Corp, Remote: g.Remote, Name: g.Name, Tags: []Tag{}}}
	return out, h.Access.Audit(ctx, "tag.rename_group", g.ID, in.Body)
}

type groupOutput struct{ Body Group }

func (h *handlers) remove(ctx context.Context, in *oneInput) (*httpapi.Empty, error) {
	if err := h.Tags.Delete(ctx, in.ID, actor(ctx)); err != nil {
		return nil, err
	}
	return &httpapi.Empty{}, h.Access.Audit(ctx, "tag.delete", in.ID, nil)
}

func (h *handlers) deleteGroup(ctx context.Context, in *oneInput) (*httpapi.Empty, error) {
	if err := h.Tags.DeleteGroup(ctx, in.ID, actor(ctx)); err != nil {
		return nil, err
	}
	return &httpapi.Empty{}, h.Access.Audit(ctx, "tag.delete_group", in.ID, nil)
}

func (h *handlers) promote(ctx context.Context, in *oneInput) (*tagOutput, error) {
	return h.changed(ctx, "tag.promote", nil, func() (tag.Tag, error) { return h.Tags.Promote(ctx, in.ID, actor(ctx)) })
}

type bindInput struct {
	ID   string `path:"id"`
	Body struct {
		Audience string `json:"audience" minLength:"1"`
	}
}

func (h *handlers) bind(ctx context.Context, in *bindInput) (*tagOutput, error) {
	return h.changed(ctx, "tag.bind", in.Body, func() (tag.Tag, error) { return h.Tags.Bind(ctx, in.ID, in.Body.Audience) })
}

type releaseInput struct {
	ID   string `path:"id"`
	Body struct {
		Take bool `json:"take,omitempty" doc:"take the tag off everybody; else who carries it keeps it"`
	}
}

func (h *handlers) release(ctx context.Context, in *releaseInput) (*tagOutput, error) {
	return h.changed(ctx, "tag.release", in.Body, func() (tag.Tag, error) { return h.Tags.Release(ctx, in.ID, in.Body.Take, actor(ctx)) })
}
