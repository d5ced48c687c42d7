// Package exporthttp serves exports of customers over the management API.
package exporthttp

import (
	"context"
	"io"
	"math"
	"mime"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"yutang/internal/access"
	"yutang/internal/exporter"
	"yutang/internal/httpapi"
	"yutang/internal/search"
)

type handlers struct{ exports *exporter.Service }

// Routes lists what this package serves.
func Routes(a *httpapi.API, s *exporter.Service) {
	h := &handlers{s}
	op := func(method, path, id, summary string, status int) httpapi.Op {
		return httpapi.Op{Method: method, Path: path, ID: id, Summary: summary, Needs: access.CustomersRead, Scope: access.ScopeBrand, Status: status}
	}
	const get, post, del = http.MethodGet, http.MethodPost, http.MethodDelete

	httpapi.Register(a, op(post, "/exports", "create-export", "Make a CSV file of customers in the background: of a filter, an audience, a report's number, or chosen by id", http.StatusAccepted), h.create)
	httpapi.Register(a, op(get, "/exports", "list-exports", "List one's own exports, newest first; an owner sees all", 0), h.list)
	httpapi.Register(a, op(get, "/exports/{id}", "get-export", "Show an export with its progress", 0), h.get)
	httpapi.Register(a, op(get, "/exports/{id}/file", "download-export", "Fetch the file of an export, for 7 days", 0), h.file)
	httpapi.Register(a, op(del, "/exports/{id}", "delete-export", "Cancel an export, or delete one that has ended, with its file", http.StatusNoContent), h.remove)
}

// Export is one file and how far it is.
type Export struct {
	ID         string            `json:"id"`
	Kind       exporter.Kind     `json:"kind" enum:"customers,audience,report"`
	Name       string            `json:"name" doc:"for people; may be empty"`
	Subject    string            `json:"subject,omitempty" doc:"id of the audience, name of the report"`
	Columns    []exporter.Column `json:"columns"`
	Unmasked   bool              `json:"unmasked" doc:"holds personal values in clear"`
	State      exporter.State    `json:"state" enum:"queued,running,done,failed,cancelled,expired"`
	Problem    string            `json:"problem,omitempty" say:"zh" doc:"why it failed, or expired early"`
	Rows       int64             `json:"rows" doc:"customers that were asked for"`
	Done       int64             `json:"done" doc:"customers that are in the file"`
	Percent    float64           `json:"percent"`
	Bytes      int64             `json:"bytes" doc:"of the file so far"`
	By         string            `json:"by" doc:"id of the account or token that asked"`
	Mine       bool              `json:"mine"`
	CreatedAt  time.Time         `json:"created_at"`
	FinishedAt *time.Time        `json:"finished_at,omitempty"`
	ExpiresAt  time.Time         `json:"expires_at"`
}

func wire(ctx context.Context, x *exporter.Export) Export {
	who, _ := access.From(ctx)
	out := Export{
		ID: x.ID, Kind: x.Kind, Name: x.Name, Subject: x.Subject, Columns: x.Columns, Unmasked: x.Unmasked, State: x.State, Problem: x.Problem,
		Rows: x.Total, Done: x.Done, Percent: percent(x), Bytes: x.Bytes, By: x.By, Mine: x.By == who.ID, CreatedAt: x.CreatedAt, ExpiresAt: x.ExpiresAt,
	}
	if !x.FinishedAt.IsZero() {
		out.FinishedAt = &x.FinishedAt
	}
	return out
}

func percent(x *exporter.Export) float64 {
	if x.Total == 0 || x.State == exporter.Done {
		return 100
	}
	return math.Round(float64(x.Done)/float64(x.Total)*1000) / 10
}

// ExportOrder asks for a file. Everything that narrows must hold.
type ExportOrder struct {
	search.Filter
	Behind  *exporter.Behind  `json:"behind,omitempty" doc:"the customers behind a number of a report"`
	Name    string            `json:"name,omitempty" maxLength:"100" doc:"for people, and of the file"`
	Columns []exporter.Column `json:"columns" minItems:"1" maxItems:"100" nullable:"false" doc:"in their order"`
	Expect  *int              `json:"expect,omitempty" minimum:"0" doc:"the count that was shown; refused with count_changed if it is off by more than 1 in 100"`
}

type createInput struct{ Body ExportOrder }

type output struct{ Body Export }

func (h *handlers) create(ctx context.Context, in *createInput) (*output, error) {
	b := in.Body
	x, err := h.exports.Create(ctx, exporter.Order{Name: b.Name, Filter: b.Filter, Behind: b.Behind, Columns: b.Columns, Expect: b.Expect})
	if err != nil {
		return nil, err
	}
	return &output{wire(ctx, &x)}, nil
}

type listInput struct{ httpapi.PageQuery }

func (h *handlers) list(ctx context.Context, in *listInput) (*httpapi.List[Export], error) {
	p, err := h.exports.List(ctx, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	return httpapi.Listed(p, func(x exporter.Export) Export { return wire(ctx, &x) }), nil
}

type idInput struct {
	ID string `path:"id"`
}

func (h *handlers) get(ctx context.Context, in *idInput) (*output, error) {
	x, err := h.exports.Get(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &output{wire(ctx, &x)}, nil
}

func (h *handlers) remove(ctx context.Context, in *idInput) (*httpapi.Empty, error) {
	return &httpapi.Empty{}, h.exports.Remove(ctx, in.ID)
}

func (h *handlers) file(ctx context.Context, in *idInput) (*huma.StreamResponse, error) {
	x, file, err := h.exports.File(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(c huma.Context) {
		defer file.Close()
		c.SetHeader("Content-Type", "text/csv; charset=utf-8")
		c.SetHeader("Content-Length", strconv.FormatInt(x.Bytes, 10))
		c.SetHeader("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": fileName(&x)}))
		if _, w := humago.Unwrap(c); w != nil {
			_ = http.NewResponseController(w).SetWriteDeadline(time.Time{}) // long files; the caller's leaving ends it
		}
		if _, err := io.Copy(c.BodyWriter(), file); err != nil {
			panic(http.ErrAbortHandler) // a cut answer must not look whole
		}
	}}, nil
}

// fileName is what the browser calls the file.
func fileName(x *exporter.Export) string {
	name := x.Name
	if name == "" {
		name = string(x.Kind)
	}
	return name + " " + x.CreatedAt.Format(time.DateOnly) + ".csv"
}
