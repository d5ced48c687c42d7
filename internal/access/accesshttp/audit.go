package accesshttp

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"yutang/internal/access"
	"yutang/internal/exporter"
	"yutang/internal/fault"
	"yutang/internal/httpapi"
	"yutang/internal/page"
)

// Entry is one row of the audit trail.
type Entry struct {
	ID     string          `json:"id"`
	At     time.Time       `json:"at"`
	Actor  string          `json:"actor" doc:"id of an account or token, staff/CORP/USERID, or system"`
	Action string          `json:"action"`
	Object string          `json:"object"`
	Detail json.RawMessage `json:"detail"`
}

func wireEntry(e access.Entry) Entry { return Entry(e) }

// AuditFilter narrows the trail.
type AuditFilter struct {
	Actor  string `json:"actor,omitempty" query:"actor"`
	Action string `json:"action,omitempty" query:"action" doc:"one, or several with commas between"`
	Object string `json:"object,omitempty" query:"object"`
	From   string `json:"from,omitempty" query:"from" doc:"first day in the brand's zone, YYYY-MM-DD"`
	To     string `json:"to,omitempty" query:"to" doc:"last day, inclusive"`
}

// asked is the filter in the brand's days. Faults point below at.
func (h *handlers) asked(ctx context.Context, f *AuditFilter, at string) (access.AuditQuery, error) {
	q := access.AuditQuery{Actor: f.Actor, Object: f.Object}
	if f.Action != "" {
		q.Actions = strings.Split(f.Action, ",")
	}
	b, err := h.access.Brand(ctx)
	if err != nil {
		return q, err
	}
	day := func(field, text string) (time.Time, error) {
		if text == "" {
			return time.Time{}, nil
		}
		t, err := time.ParseInLocation(time.DateOnly, text, b.Location())
		if err != nil {
			err = fault.BadField(at+field, "wants a day such as 2026-03-08")
		}
		return t, err
	}
	if q.From, err = day("from", f.From); err != nil {
		return q, err
	}
	if q.To, err = day("to", f.To); err == nil && !q.To.IsZero() {
		q.To = q.To.AddDate(0, 0, 1)
	}
	return q, err
}

type auditInput struct {
	httpapi.PageQuery
	AuditFilter
}

func (h *handlers) audit(ctx context.Context, in *auditInput) (*httpapi.List[Entry], error) {
	q, err := h.asked(ctx, &in.AuditFilter, "")
	if err != nil {
		return nil, err
	}
	q.Cursor, q.Limit = in.Cursor, in.Limit
	p, err := h.access.AuditTrail(ctx, q)
	if err != nil {
		return nil, err
	}
	return httpapi.Listed(p, wireEntry), nil
}

type auditExportInput struct {
	Body struct {
		AuditFilter
		Names map[string]string `json:"names,omitempty" doc:"what to call columns and actions in the file, by their names here; they keep their own if absent"`
	}
}

// auditColumns are the columns of the file.
var auditColumns = []string{"at", "actor", "actor_id", "action", "action_id", "object", "detail"}

// exportAudit streams the trail. That it was asked for stands in the trail, and in the file.
func (h *handlers) exportAudit(ctx context.Context, in *auditExportInput) (*huma.StreamResponse, error) {
	q, err := h.asked(ctx, &in.Body.AuditFilter, "/")
	if err != nil {
		return nil, err
	}
	f := auditFile{names: in.Body.Names}
	if f.actors, err = h.actors(ctx); err != nil {
		return nil, err
	}
	b, err := h.access.Brand(ctx)
	if err != nil {
		return nil, err
	}
	f.zone = b.Location()
	if err := h.access.Audit(ctx, "audit.export", "audit", in.Body.AuditFilter); err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(c huma.Context) {
		c.SetHeader("Content-Type", "text/csv; charset=utf-8")
		c.SetHeader("Content-Disposition", `attachment; filename="audit.csv"`)
		if _, w := humago.Unwrap(c); w != nil {
			_ = http.NewResponseController(w).SetWriteDeadline(time.Time{}) // long files; the caller's leaving ends it
		}
		if h.writeAudit(ctx, c.BodyWriter(), q, &f) != nil {
			panic(http.ErrAbortHandler) // a file that was cut off must not look whole
		}
	}}, nil
}

func (h *handlers) writeAudit(ctx context.Context, w io.Writer, q access.AuditQuery, f *auditFile) error {
	columns := make([]exporter.Column, len(auditColumns))
	for i, name := range auditColumns {
		columns[i] = exporter.Column{Field: name, Header: f.name(name)}
	}
	if err := exporter.Head(w, columns); err != nil {
		return err
	}
	for q.Limit = page.MaxLimit; ; {
		p, err := h.access.AuditTrail(ctx, q)
		if err != nil {
			return err
		}
		rows := make([][]string, len(p.Items))
		for i := range p.Items {
			rows[i] = f.row(&p.Items[i])
		}
		if err := exporter.Lines(w, rows); err != nil {
			return err
		}
		if q.Cursor = p.Next; q.Cursor == "" {
			return nil
		}
	}
}

// actors are the names of accounts and tokens, by id.
func (h *handlers) actors(ctx context.Context) (map[string]string, error) {
	names := map[string]string{}
	for cursor := ""; ; {
		p, err := h.access.Accounts(ctx, cursor, page.MaxLimit)
		if err != nil {
			return nil, err
		}
		for _, a := range p.Items {
			names[a.ID] = a.Name
		}
		if cursor = p.Next; cursor == "" {
			break
		}
	}
	for cursor := ""; ; {
		p, err := h.access.Tokens(ctx, cursor, page.MaxLimit)
		if err != nil {
			return nil, err
		}
		for i := range p.Items {
			names[p.Items[i].ID] = p.Items[i].Name
		}
		if cursor = p.Next; cursor == "" {
			return names, nil
		}
	}
}

// auditFile is how entries are written.
type auditFile struct {
	names, actors map[string]string
	zone          *time.Location
}

func (f *auditFile) name(of string) string {
	if name := f.names[of]; name != "" {
		return name
	}
	return of
}

func (f *auditFile) row(e *access.Entry) []string {
	actor := f.actors[e.Actor]
	if actor == "" {
		actor = f.name(e.Actor)
	}
	return []string{e.At.In(f.zone).Format(time.DateTime), actor, e.Actor, f.name(e.Action), e.Action, e.Object, string(e.Detail)}
}
