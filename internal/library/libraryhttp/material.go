package libraryhttp

import (
	"context"
	"encoding/json"
	"time"

	"yutang/internal/httpapi"
	"yutang/internal/library"
)

type output struct{ Body Material }

type createInput struct {
	Body struct {
		Kind      library.Kind    `json:"kind" enum:"text,image,video,file,link,miniprogram,message,article,poster,script"`
		Folder    string          `json:"folder,omitempty"`
		Name      string          `json:"name"`
		Tags      []string        `json:"tags,omitempty" nullable:"false"`
		ExpiresAt time.Time       `json:"expires_at,omitempty"`
		Body      json.RawMessage `json:"body" doc:"{text, attachments}; of a poster its template"`
		Note      string          `json:"note,omitempty"`
	}
}

func (h *handlers) create(ctx context.Context, in *createInput) (*output, error) {
	return h.change(ctx, "material.create", func(ctx context.Context) (library.Material, error) {
		return h.Library.Create(ctx, library.NewMaterial(in.Body))
	})
}

// change makes a change and its audit row.
func (h *handlers) change(ctx context.Context, action string, change func(ctx context.Context) (library.Material, error)) (*output, error) {
	out := &output{}
	err := h.Access.Audited(ctx, action, func(ctx context.Context) (string, any, error) {
		m, err := change(ctx)
		out.Body = wireMaterial(m)
		return m.ID, map[string]any{"kind": m.Kind, "latest": m.Latest, "approved": m.Approved}, err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

type listInput struct {
	httpapi.PageQuery
	Space  library.Space `query:"space" enum:"materials,scripts" default:"materials"`
	Kind   library.Kind  `query:"kind" enum:"text,image,video,file,link,miniprogram,message,article,poster,script"`
	Folder string        `query:"folder" default:"*" doc:"empty: the top; * any"`
	Text   string        `query:"q" maxLength:"100" doc:"part of the name, a tag or the text"`
	Tag    string        `query:"tag" maxLength:"40"`
	State  library.State `query:"state" enum:"draft,review,approved,archived,rejected" doc:"has a version in this state"`
	Trash  bool          `query:"trash" doc:"what lies in the trash"`
}

func (h *handlers) list(ctx context.Context, in *listInput) (*httpapi.List[Material], error) {
	p, err := h.Library.List(ctx, library.Filter{
		Space: in.Space, Kind: in.Kind, Folder: in.Folder, Text: in.Text, Tag: in.Tag, State: in.State, Trash: in.Trash,
		Cursor: in.Cursor, Limit: in.Limit,
	})
	if err != nil {
		return nil, err
	}
	return httpapi.Listed(p, wireMaterial), nil
}

type idInput struct {
	ID string `path:"id"`
}

func (h *handlers) get(ctx context.Context, in *idInput) (*output, error) {
	m, err := h.Library.Get(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	out := &output{wireMaterial(m)}
	out.Body.Uses, err = h.Library.Usage(ctx, in.ID)
	return out, err
}

type updateInput struct {
	ID   string `path:"id"`
	Body struct {
		Folder    *string    `json:"folder,omitempty"`
		Name      *string    `json:"name,omitempty"`
		Tags      *[]string  `json:"tags,omitempty" nullable:"false"`
		ExpiresAt *time.Time `json:"expires_at,omitempty"`
		Endless   bool       `json:"endless,omitempty" doc:"takes the end away"`
		Seen      time.Time  `json:"seen,omitzero" doc:"updated_at as you saw it; refused with 409 if it was changed since"`
	}
}

func (h *handlers) update(ctx context.Context, in *updateInput) (*output, error) {
	c := library.Change{Folder: in.Body.Folder, Name: in.Body.Name, Tags: in.Body.Tags, ExpiresAt: in.Body.ExpiresAt, Seen: in.Body.Seen}
	if in.Body.Endless {
		c.ExpiresAt = &time.Time{}
	}
	return h.change(ctx, "material.update", func(ctx context.Context) (library.Material, error) { return h.Library.Update(ctx, in.ID, c) })
}

func (h *handlers) trash(ctx context.Context, in *idInput) (*output, error) {
	return h.change(ctx, "material.trash", func(ctx context.Context) (library.Material, error) { return h.Library.Trash(ctx, in.ID) })
}

func (h *handlers) restore(ctx context.Context, in *idInput) (*output, error) {
	return h.change(ctx, "material.restore", func(ctx context.Context) (library.Material, error) { return h.Library.Restore(ctx, in.ID) })
}

type versionInput struct {
	ID   string `path:"id"`
	Body struct {
		Body  json.RawMessage `json:"body"`
		Note  string          `json:"note,omitempty" doc:"what changed"`
		After int             `json:"after,omitempty" minimum:"0" doc:"the newest version that you saw; refused with 409 if there is a newer one"`
	}
}

func (h *handlers) addVersion(ctx context.Context, in *versionInput) (*output, error) {
	return h.change(ctx, "material.version", func(ctx context.Context) (library.Material, error) {
		return h.Library.AddVersion(ctx, in.ID, library.NewVersion(in.Body))
	})
}

type versionsInput struct {
	httpapi.PageQuery
	ID string `path:"id"`
}

func (h *handlers) versions(ctx context.Context, in *versionsInput) (*httpapi.List[Version], error) {
	p, err := h.Library.Versions(ctx, in.ID, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	return httpapi.Listed(p, wireVersion), nil
}

type oneVersion struct {
	ID      string `path:"id"`
	Version int    `path:"version" minimum:"1"`
}

type versionOutput struct{ Body Version }

func (h *handlers) version(ctx context.Context, in *oneVersion) (*versionOutput, error) {
	v, err := h.Library.Version(ctx, in.ID, in.Version)
	if err != nil {
		return nil, err
	}
	return &versionOutput{wireVersion(v)}, nil
}
