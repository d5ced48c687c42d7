package customerhttp

import (
	"context"
	"io"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"yutang/internal/access"
	"yutang/internal/exporter"
	"yutang/internal/search"
)

type exportInput struct {
	Body struct {
		search.Filter
		Traits []string `json:"traits,omitempty" maxItems:"50" doc:"traits to add as columns"`
		Expect *int     `json:"expect,omitempty" minimum:"0" doc:"the count that was shown; refused with count_changed if it is off by more than 1 in 100"`
	}
}

// exportChunk is how many customers are read together.
const exportChunk = 500

// export streams the customers of a filter, masked as the caller sees them.
func (h *handlers) export(ctx context.Context, in *exportInput) (*huma.StreamResponse, error) {
	found, err := h.Search.Expected(ctx, in.Body.Filter, in.Body.Expect)
	if err != nil {
		return nil, err
	}
	detail := map[string]any{"filter": in.Body.Logged(), "traits": in.Body.Traits, "customers": found.Set.GetCardinality()}
	if err := h.Access.Audit(ctx, "customer.export", "customers", detail); err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(c huma.Context) {
		c.SetHeader("Content-Type", "text/csv; charset=utf-8")
		c.SetHeader("Content-Disposition", `attachment; filename="customers.csv"`)
		if _, w := humago.Unwrap(c); w != nil {
			_ = http.NewResponseController(w).SetWriteDeadline(time.Time{}) // long files; the caller's leaving ends it
		}
		ended(h.write(ctx, c.BodyWriter(), found, in.Body.Traits))
	}}, nil
}

// exportFields are the columns of the file, before those of traits.
var exportFields = []string{
	"id", "name", "phone", "tags", "aipl", "aarrr", "tier", "orders", "net_revenue", "currency", "channel", "staff", "first_seen", "last_seen",
}

func (h *handlers) write(ctx context.Context, w io.Writer, found *search.Found, traits []string) error {
	look := exporter.Look{Open: access.Can(ctx, access.CustomersUnmask), Time: stamp}
	for _, field := range exportFields {
		look.Columns = append(look.Columns, exporter.Column{Field: field, Header: field})
	}
	for _, name := range traits {
		look.Columns = append(look.Columns, exporter.Column{Field: "trait:" + name, Header: name})
	}
	if err := exporter.Head(w, look.Columns); err != nil {
		return err
	}
	sheet := exporter.Sheet{Customers: h.Customers, Identity: h.Identity, StaffNames: h.StaffNames}
	it := found.Set.ManyIterator()
	roots := make([]uint32, exportChunk)
	for n := it.NextMany(roots); n > 0; n = it.NextMany(roots) {
		rows, err := sheet.Rows(ctx, roots[:n], look)
		if err == nil {
			err = exporter.Lines(w, rows)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
