// Package contenthttp serves assets over the management API.
package contenthttp

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"yutang/internal/access"
	"yutang/internal/content"
	"yutang/internal/httpapi"
)

type handlers struct {
	content *content.Service
	access  *access.Service
}

// formOverhead is room for the fields beside the file.
const formOverhead = 64 << 10

// Routes lists the routes of assets.
func Routes(a *httpapi.API, s *content.Service, acc *access.Service) {
	h := &handlers{content: s, access: acc}
	op := func(method, path, id, summary string, needs access.Permission, status int) httpapi.Op {
		return httpapi.Op{Method: method, Path: path, ID: id, Summary: summary, Needs: needs, Scope: access.ScopeNone, Status: status}
	}
	const get, post, put, del = http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete
	const read, write = access.ContentRead, access.ContentWrite

	upload := op(post, "/assets", "create-asset", "Take in a file (multipart: kind, name, then file) that messages can carry", write, http.StatusCreated)
	upload.Upload, upload.MaxBody = true, content.MaxFile+formOverhead
	httpapi.Register(a, upload, h.create)
	httpapi.Register(a, op(get, "/assets", "list-assets", "List assets, newest first", read, 0), h.list)
	httpapi.Register(a, op(get, "/assets/{id}", "get-asset", "Show an asset and who uses it", read, 0), h.get)
	httpapi.Register(a, op(get, "/assets/{id}/content", "download-asset", "The bytes of an asset", read, 0), h.download)
	httpapi.Register(a, op(put, "/assets/{id}", "rename-asset", "Rename an asset", write, 0), h.rename)
	staff := func(method, path, id, summary string) httpapi.Op {
		return httpapi.Op{Method: method, Path: path, ID: id, Summary: summary, Needs: access.PanelUse, Scope: access.ScopeOwn}
	}
	httpapi.Register(a, staff(get, "/panel/assets/{id}/content", "panel-download-asset", "The bytes of an asset, for staff"), h.download)
	httpapi.Register(a, staff(post, "/panel/assets/{id}/media", "panel-upload-asset", "The platform's id of an asset, to send it in a chat"), h.media)
	httpapi.Register(a, op(del, "/assets/{id}", "delete-asset", "Delete an asset that nothing uses", write, http.StatusNoContent), h.remove)
}

// Asset is a file that messages carry.
type Asset struct {
	ID         string          `json:"id"`
	Kind       string          `json:"kind" enum:"image,voice,video,file"`
	Name       string          `json:"name" doc:"customers see it with files"`
	Type       string          `json:"type" doc:"media type, found in the bytes"`
	SHA256     string          `json:"sha256"`
	Size       int64           `json:"size" doc:"bytes"`
	Width      int             `json:"width,omitempty" doc:"of an image, pixels"`
	Height     int             `json:"height,omitempty"`
	DurationMS int64           `json:"duration_ms,omitempty" doc:"of a video or recording"`
	CreatedAt  time.Time       `json:"created_at"`
	CreatedBy  string          `json:"created_by"`
	Media      []content.Media `json:"media" doc:"what the platform has of it now, by corp"`
	Uses       []Usage         `json:"uses,omitempty" doc:"who keeps it ready; only when one asset is asked for"`
}

// Usage is one place that keeps an asset ready to be sent.
type Usage struct {
	Owner string `json:"owner" doc:"kind and id, such as welcome:wel_01..."`
	Corp  string `json:"corp"`
}

func wire(a content.Asset) Asset {
	return Asset{
		ID: a.ID, Kind: a.Kind, Name: a.Name, Type: a.Type, SHA256: a.Hash, Size: a.Size, Width: a.Width, Height: a.Height,
		DurationMS: a.Duration.Milliseconds(), CreatedAt: a.CreatedAt, CreatedBy: a.CreatedBy, Media: []content.Media{},
	}
}

type output struct{ Body Asset }

type createInput struct{ httpapi.Upload }

func (h *handlers) create(ctx context.Context, in *createInput) (*output, error) {
	n, err := readForm(in)
	if err != nil {
		return nil, err
	}
	who, _ := access.From(ctx)
	n.By = who.ID
	a, err := h.content.Add(ctx, n)
	if err != nil {
		return nil, tooLarge(err)
	}
	detail := map[string]any{"kind": a.Kind, "sha256": a.Hash, "size": a.Size}
	return &output{wire(a)}, h.access.Audit(ctx, "asset.create", a.ID, detail)
}

type listInput struct {
	httpapi.PageQuery
	Kind string `query:"kind" enum:"image,voice,video,file"`
}

func (h *handlers) list(ctx context.Context, in *listInput) (*httpapi.List[Asset], error) {
	p, err := h.content.Assets(ctx, in.Kind, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(p.Items))
	for i, a := range p.Items {
		ids[i] = a.ID
	}
	media, err := h.content.Media(ctx, ids...)
	return httpapi.Listed(p, func(a content.Asset) Asset {
		out := wire(a)
		out.Media = append(out.Media, media[a.ID]...)
		return out
	}), err
}

type idInput struct {
	ID string `path:"id"`
}

func (h *handlers) get(ctx context.Context, in *idInput) (*output, error) {
	a, err := h.content.Asset(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	uses, err := h.content.Uses(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	media, err := h.content.Media(ctx, a.ID)
	if err != nil {
		return nil, err
	}
	out := &output{wire(a)}
	out.Body.Media = append(out.Body.Media, media[a.ID]...)
	for _, u := range uses {
		out.Body.Uses = append(out.Body.Uses, Usage(u))
	}
	return out, nil
}

type renameInput struct {
	ID   string `path:"id"`
	Body struct {
		Name string `json:"name" minLength:"1" maxLength:"200"`
	}
}

func (h *handlers) rename(ctx context.Context, in *renameInput) (*output, error) {
	err := h.access.Audited(ctx, "asset.rename", func(ctx context.Context) (string, any, error) {
		_, err := h.content.Rename(ctx, in.ID, in.Body.Name)
		return in.ID, nil, err
	})
	if err != nil {
		return nil, err
	}
	return h.get(ctx, &idInput{ID: in.ID})
}

func (h *handlers) remove(ctx context.Context, in *idInput) (*httpapi.Empty, error) {
	err := h.access.Audited(ctx, "asset.delete", func(ctx context.Context) (string, any, error) {
		return in.ID, nil, h.content.Delete(ctx, in.ID)
	})
	return &httpapi.Empty{}, err
}

// inline are media types that a browser may show in the page; others are saved.
var inline = map[string]bool{"image/jpeg": true, "image/png": true, "video/mp4": true, "audio/amr": true}

func (h *handlers) download(ctx context.Context, in *idInput) (*huma.StreamResponse, error) {
	a, err := h.content.Asset(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	f, err := h.content.Open(a)
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(c huma.Context) {
		defer f.Close()
		kind, how := "application/octet-stream", "attachment"
		if inline[a.Type] {
			kind, how = a.Type, "inline"
		}
		c.SetHeader("Content-Type", kind)
		c.SetHeader("Content-Length", strconv.FormatInt(a.Size, 10))
		c.SetHeader("Content-Disposition", mime.FormatMediaType(how, map[string]string{"filename": a.Name}))
		if _, err := io.Copy(c.BodyWriter(), f); err != nil && !errors.Is(err, context.Canceled) {
			panic(http.ErrAbortHandler) // a cut answer must not look whole
		}
	}}, nil
}
