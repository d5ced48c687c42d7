// Package importhttp serves file imports over the management API.
package importhttp

import (
	"context"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"yutang/internal/access"
	"yutang/internal/httpapi"
	"yutang/internal/importer"
)

type handlers struct {
	imports *importer.Service
	access  *access.Service
}

// Routes lists the routes of imports. maxFile is how many bytes an upload may have.
func Routes(a *httpapi.API, s *importer.Service, acc *access.Service, maxFile int64) {
	h := &handlers{imports: s, access: acc}
	op := func(method, path, id, summary string, needs access.Permission, status int) httpapi.Op {
		return httpapi.Op{Method: method, Path: path, ID: id, Summary: summary, Needs: needs, Scope: access.ScopeBrand, Status: status}
	}
	upload := func(o httpapi.Op) httpapi.Op {
		o.Upload, o.MaxBody = true, maxFile+formOverhead
		return o
	}
	const get, post = http.MethodGet, http.MethodPost
	const read, write = access.ImportsRead, access.ImportsWrite

	httpapi.Register(a, upload(op(post, "/imports", "create-import", "Take in a file (multipart: file, kind, map, source) and import it", write, http.StatusCreated)), h.create)
	httpapi.Register(a, upload(op(post, "/imports/preview", "preview-import", "Read a file and tell what an import would do", write, 0)), h.preview)
	httpapi.Register(a, upload(op(post, "/imports/columns", "read-import-columns", "Read the header of a file (multipart: kind, file) and guess a mapping", write, 0)), h.columns)
	httpapi.Register(a, op(get, "/imports", "list-imports", "List imports, newest first", read, 0), h.list)
	httpapi.Register(a, op(get, "/imports/{id}", "get-import", "Show an import with its progress and first rejected rows", read, 0), h.get)
	httpapi.Register(a, op(get, "/imports/{id}/rejected.csv", "download-rejected-rows", "The rejected rows as CSV: line, column, reason, original columns", read, 0), h.rejected)
	httpapi.Register(a, op(post, "/imports/{id}/cancel", "cancel-import", "Stop an import; what it stored stays", write, 0), h.cancel)
}

// formOverhead is room for the fields beside the file.
const formOverhead = 1 << 20

type uploadInput struct{ httpapi.Upload }

type output struct{ Body Import }

func (h *handlers) create(ctx context.Context, in *uploadInput) (*output, error) {
	up, err := readForm(in)
	if err != nil {
		return nil, err
	}
	job, err := h.imports.Create(ctx, up)
	if err != nil {
		return nil, err
	}
	detail := map[string]any{"kind": job.Kind, "source": job.Source, "sha256": job.SHA256}
	if err := h.access.Audit(ctx, "import.create", job.ID, detail); err != nil {
		return nil, err
	}
	return &output{h.wire(job)}, nil
}

type previewOutput struct{ Body Preview }

func (h *handlers) preview(ctx context.Context, in *uploadInput) (*previewOutput, error) {
	up, err := readForm(in)
	if err != nil {
		return nil, err
	}
	p, err := h.imports.Preview(ctx, up)
	if err != nil {
		return nil, err
	}
	return &previewOutput{wirePreview(p, access.Can(ctx, access.CustomersUnmask))}, nil
}

type columnsOutput struct{ Body Columns }

func (h *handlers) columns(ctx context.Context, in *uploadInput) (*columnsOutput, error) {
	up, err := readForm(in)
	if err != nil {
		return nil, err
	}
	c, err := h.imports.Columns(ctx, up)
	if err != nil {
		return nil, err
	}
	return &columnsOutput{wireColumns(c, access.Can(ctx, access.CustomersUnmask))}, nil
}

type listInput struct{ httpapi.PageQuery }

func (h *handlers) list(ctx context.Context, in *listInput) (*httpapi.List[Import], error) {
	p, err := h.imports.List(ctx, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	return httpapi.Listed(p, h.wire), nil
}

type idInput struct {
	ID string `path:"id"`
}

func (h *handlers) get(ctx context.Context, in *idInput) (*output, error) {
	job, err := h.imports.Get(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	out := &output{h.wire(job)}
	rows, err := h.imports.Rejected(ctx, in.ID, maxRejected)
	if err != nil {
		return nil, err
	}
	out.Body.Rejected = wireRejected(rows)
	return out, nil
}

func (h *handlers) cancel(ctx context.Context, in *idInput) (*output, error) {
	job, err := h.imports.Cancel(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if err := h.access.Audit(ctx, "import.cancel", job.ID, nil); err != nil {
		return nil, err
	}
	return &output{h.wire(job)}, nil
}

// rejected streams the file; whoever may not see personal data gets it without the
// original columns.
func (h *handlers) rejected(ctx context.Context, in *idInput) (*huma.StreamResponse, error) {
	file, err := h.imports.RejectedFile(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	unmask := access.Can(ctx, access.CustomersUnmask)
	if err := h.access.Audit(ctx, "import.download_rejected", in.ID, map[string]any{"originals": unmask}); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return &huma.StreamResponse{Body: func(c huma.Context) {
		defer file.Close()
		c.SetHeader("Content-Type", "text/csv; charset=utf-8")
		c.SetHeader("Content-Disposition", `attachment; filename="rejected.csv"`)
		if err := writeRejected(c.BodyWriter(), file, unmask); err != nil {
			panic(http.ErrAbortHandler) // a cut answer must not look whole
		}
	}}, nil
}
