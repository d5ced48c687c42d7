// Package posterhttp serves posters: templates as materials of the library, their drawing
// for a member or a customer, whole batches, and each member's own poster in the side
// panel.
package posterhttp

import (
	"archive/zip"
	"context"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"yutang/internal/access"
	"yutang/internal/content"
	"yutang/internal/fault"
	"yutang/internal/httpapi"
	"yutang/internal/library"
	"yutang/internal/page"
	"yutang/internal/poster"
	"yutang/internal/sidepanel"
)

// Panel knows which member asks; sidepanel.Service does.
type Panel interface {
	Who(ctx context.Context) (sidepanel.Viewer, error)
	Get(ctx context.Context, v sidepanel.Viewer, external string) (sidepanel.Customer, error)
}

// Deps are what the routes need.
type Deps struct {
	Posters *poster.Service
	Library *library.Service
	Access  *access.Service
	Panel   Panel
	Content *content.Service
}

type handlers struct{ Deps }

// Routes lists what this package serves.
func Routes(a *httpapi.API, d Deps) {
	h := &handlers{d}
	op := func(method, path, id, summary string, needs access.Permission, status int) httpapi.Op {
		return httpapi.Op{Method: method, Path: path, ID: id, Summary: summary, Needs: needs, Scope: access.ScopeBrand, Status: status}
	}
	const get, post = http.MethodGet, http.MethodPost
	const read, write = access.ContentRead, access.ContentWrite

	httpapi.Register(a, op(get, "/posters/examples", "list-poster-examples", "Templates that come with the program", read, 0), h.examples)
	httpapi.Register(a, op(post, "/posters", "create-poster", "Create a poster template, as a material", write, http.StatusCreated), h.create)
	httpapi.Register(a, op(post, "/posters/render", "render-poster-template", "Draw a template that is not saved, to look at it", read, 0), h.try)
	httpapi.Register(a, op(post, "/posters/{id}/render", "render-poster", "Draw a poster for a member or a customer", read, 0), h.render)
	httpapi.Register(a, op(post, "/posters/{id}/batches", "create-poster-batch", "Draw the posters of many members", write, http.StatusCreated), h.startBatch)
	httpapi.Register(a, op(get, "/posters/{id}/batches", "list-poster-batches", "List the batches of a poster that are kept, newest first", read, 0), h.batches)
	httpapi.Register(a, op(get, "/poster-batches/{id}", "get-poster-batch", "How far a batch is", read, 0), h.batch)
	httpapi.Register(a, op(get, "/poster-batches/{id}/archive", "download-poster-batch", "The posters of a batch, as a zip", read, 0), h.archive)
	httpapi.Register(a, httpapi.Op{
		Method: get, Path: "/panel/posters/{id}", ID: "panel-get-poster", Summary: "My own poster, with my code",
		Needs: access.PanelUse, Scope: access.ScopeOwn,
	}, h.mine)
	httpapi.Register(a, httpapi.Op{
		Method: post, Path: "/panel/posters/{id}/media", ID: "panel-upload-poster", Summary: "The platform's id of my own poster, to send it in a chat",
		Needs: access.PanelUse, Scope: access.ScopeOwn,
	}, h.lend)
}

func (h *handlers) examples(context.Context, *httpapi.None) (*httpapi.List[poster.Example], error) {
	return httpapi.Listed(page.Page[poster.Example]{Items: poster.Examples}, func(e poster.Example) poster.Example { return e }), nil
}

type createInput struct {
	Body struct {
		Name     string          `json:"name"`
		Folder   string          `json:"folder,omitempty"`
		Tags     []string        `json:"tags,omitempty" nullable:"false"`
		Template json.RawMessage `json:"template,omitempty" doc:"see docs/content.md"`
		Example  string          `json:"example,omitempty" doc:"or the key of a template that comes with the program"`
		Note     string          `json:"note,omitempty"`
	}
}

// Material is the template as it lies in the library; see GET /materials/{id} for all of it.
type Material struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Folder string `json:"folder"`
	Latest int    `json:"latest" doc:"newest version, a draft"`
}

type materialOutput struct{ Body Material }

func (h *handlers) create(ctx context.Context, in *createInput) (*materialOutput, error) {
	raw := in.Body.Template
	for _, e := range poster.Examples {
		if in.Body.Example == e.Key && len(raw) == 0 {
			raw = e.Template
		}
	}
	if len(raw) == 0 {
		return nil, fault.BadField("/template", "is needed, or the key of an example")
	}
	out := &materialOutput{}
	err := h.Access.Audited(ctx, "poster.create", func(ctx context.Context) (string, any, error) {
		m, err := h.Library.Create(ctx, library.NewMaterial{
			Kind: library.Poster, Folder: in.Body.Folder, Name: in.Body.Name, Tags: in.Body.Tags, Body: raw, Note: in.Body.Note,
		})
		out.Body = Material{m.ID, m.Name, m.Folder, m.Latest}
		return m.ID, nil, err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// Draw says for whom and how a poster is drawn.
type Draw struct {
	Corp     string         `json:"corp,omitempty"`
	Staff    string         `json:"staff,omitempty" doc:"userid of the member whose poster it is"`
	Customer string         `json:"customer,omitempty"`
	Values   map[string]any `json:"values,omitempty" doc:"what texts see under their own names, such as title"`
	Format   string         `json:"format,omitempty" enum:"png,jpeg" doc:"png if absent"`
	Sample   bool           `json:"sample,omitempty" doc:"stand in for a live code or link that is missing, to look at it"`
}

func (d Draw) order(t *poster.Template) poster.Order {
	return poster.Order{
		Template: t, Person: poster.Person{Corp: d.Corp, Staff: d.Staff, Customer: d.Customer}, Values: d.Values, Format: d.Format, Sample: d.Sample,
	}
}

type tryInput struct {
	Body struct {
		Template json.RawMessage `json:"template"`
		Draw
	}
}

func (h *handlers) try(ctx context.Context, in *tryInput) (*huma.StreamResponse, error) {
	t, err := poster.Parse(in.Body.Template)
	if err != nil {
		return nil, err
	}
	return h.draw(ctx, in.Body.order(t))
}

type renderInput struct {
	ID   string `path:"id"`
	Body struct {
		Version int `json:"version,omitempty" minimum:"0" doc:"the one in use if absent, else the newest"`
		Draw
	}
}

func (h *handlers) render(ctx context.Context, in *renderInput) (*huma.StreamResponse, error) {
	raw, err := h.template(ctx, in.ID, in.Body.Version)
	if err != nil {
		return nil, err
	}
	t, err := poster.Parse(raw)
	if err != nil {
		return nil, err
	}
	return h.draw(ctx, in.Body.order(t))
}

// template is the version asked for, or in use, or the newest.
func (h *handlers) template(ctx context.Context, materialID string, number int) (json.RawMessage, error) {
	m, err := h.Library.Get(ctx, materialID)
	if err != nil {
		return nil, err
	}
	if m.Kind != library.Poster {
		return nil, fault.New(fault.Precondition, "not_a_poster", "%q is of kind %s", m.Name, m.Kind)
	}
	if number == 0 {
		number = m.Approved
	}
	if number != 0 && number != m.Latest {
		m.Version, err = h.Library.Version(ctx, materialID, number)
	}
	return m.Version.Body, err
}

func (h *handlers) draw(ctx context.Context, o poster.Order) (*huma.StreamResponse, error) {
	p, err := h.Posters.Render(ctx, o)
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(c huma.Context) {
		c.SetHeader("Content-Type", p.Type)
		c.SetHeader("Content-Length", strconv.Itoa(len(p.Bytes)))
		c.SetHeader("Cache-Control", "no-store")
		if p.Missing != "" {
			c.SetHeader("X-Yutang-Missing-Characters", mime.QEncoding.Encode("utf-8", p.Missing))
		}
		_, _ = c.BodyWriter().Write(p.Bytes) // a reader that went away needs no picture
	}}, nil
}

// Batch is the posters of many members.
type Batch struct {
	ID        string    `json:"id"`
	Material  string    `json:"material,omitempty" doc:"the poster in the library"`
	Name      string    `json:"name"`
	Format    string    `json:"format" enum:"png,jpeg"`
	CreatedAt time.Time `json:"created_at"`
	CreatedBy string    `json:"created_by"`
	Total     int       `json:"total"`
	Done      int       `json:"done"`
	Failed    []Failure `json:"failed"`
	Complete  bool      `json:"complete" doc:"nothing waits any more"`
}

// Failure is a member whose poster could not be drawn.
type Failure struct {
	Staff  string `json:"staff"`
	Reason string `json:"reason" say:"zh"`
}

type batchOutput struct{ Body Batch }

func wireBatch(b poster.Batch) Batch {
	out := Batch{
		ID: b.ID, Material: b.Material, Name: b.Name, Format: b.Format, CreatedAt: b.CreatedAt, CreatedBy: b.CreatedBy, Total: b.Total, Done: b.Done, Failed: []Failure{},
		Complete: b.Done+len(b.Failed) == b.Total,
	}
	for _, f := range b.Failed {
		out.Failed = append(out.Failed, Failure{f.Staff, f.Reason})
	}
	return out
}

type startInput struct {
	ID   string `path:"id"`
	Body struct {
		Corp   string   `json:"corp" minLength:"1"`
		Staff  []string `json:"staff" minItems:"1" maxItems:"500" nullable:"false"`
		Format string   `json:"format,omitempty" enum:"png,jpeg" doc:"jpeg if absent"`
	}
}

func (h *handlers) startBatch(ctx context.Context, in *startInput) (*batchOutput, error) {
	m, err := h.Library.Approved(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if m.Kind != library.Poster {
		return nil, fault.New(fault.Precondition, "not_a_poster", "%q is of kind %s", m.Name, m.Kind)
	}
	out := &batchOutput{}
	err = h.Access.Audited(ctx, "poster.batch", func(ctx context.Context) (string, any, error) {
		b, err := h.Posters.StartBatch(ctx, poster.NewBatch{
			Material: in.ID, Name: m.Name, Template: m.Version.Body, Corp: in.Body.Corp, Staff: in.Body.Staff, Format: in.Body.Format,
		})
		out.Body = wireBatch(b)
		return b.ID, map[string]any{"material": in.ID, "members": len(in.Body.Staff)}, err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

type idInput struct {
	ID string `path:"id"`
}

func (h *handlers) batch(ctx context.Context, in *idInput) (*batchOutput, error) {
	b, err := h.Posters.Batch(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &batchOutput{wireBatch(b)}, nil
}

type batchesInput struct {
	httpapi.PageQuery
	ID string `path:"id"`
}

func (h *handlers) batches(ctx context.Context, in *batchesInput) (*httpapi.List[Batch], error) {
	p, err := h.Posters.Batches(ctx, in.ID, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	return httpapi.Listed(p, wireBatch), nil
}

func (h *handlers) archive(ctx context.Context, in *idInput) (*huma.StreamResponse, error) {
	b, err := h.Posters.Batch(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if b.Done+len(b.Failed) < b.Total {
		return nil, fault.New(fault.Precondition, "batch_not_done", "%d of %d posters are drawn", b.Done, b.Total)
	}
	all, err := h.Posters.Drawn(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(c huma.Context) {
		c.SetHeader("Content-Type", "application/zip")
		c.SetHeader("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": b.Name + ".zip"}))
		z := zip.NewWriter(c.BodyWriter())
		if err := h.pack(ctx, z, b, all); err != nil {
			panic(http.ErrAbortHandler) // a cut answer must not look whole
		}
	}}, nil
}

func (h *handlers) pack(ctx context.Context, z *zip.Writer, b poster.Batch, all []poster.Drawn) error {
	for _, d := range all {
		raw, err := h.Posters.Bytes(ctx, b.ID, d.Position)
		if err != nil {
			return err
		}
		f, err := z.CreateHeader(&zip.FileHeader{Name: d.FileName(b.Format), Method: zip.Store, Modified: b.CreatedAt})
		if err != nil {
			return err
		}
		if _, err := f.Write(raw); err != nil {
			return fmt.Errorf("write a zip of posters: %w", err)
		}
	}
	return z.Close()
}
