package customerhttp

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/tidwall/gjson"

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

// byteOrder tells spreadsheets that the text is UTF-8.
const byteOrder = "\ufeff"

var exportHead = []string{
	"id", "name", "phone", "tags", "aipl", "aarrr", "tier", "orders", "net_revenue", "currency", "channel", "staff", "first_seen", "last_seen",
}

func (h *handlers) write(ctx context.Context, w io.Writer, found *search.Found, traits []string) error {
	if _, err := io.WriteString(w, byteOrder); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	if err := out.Write(inert(slices.Concat(exportHead, traits))); err != nil {
		return err
	}
	it := found.Set.ManyIterator()
	roots := make([]uint32, exportChunk)
	for n := it.NextMany(roots); n > 0; n = it.NextMany(roots) {
		views, err := h.views(ctx, roots[:n])
		if err != nil {
			return err
		}
		for i := range views {
			if err := out.Write(inert(views[i].cells(traits))); err != nil {
				return err
			}
		}
	}
	out.Flush()
	return out.Error()
}

func (v *View) cells(traits []string) []string {
	var staff []string
	for _, m := range v.Staff {
		if m.Name == "" {
			m.Name = m.ID
		}
		staff = append(staff, m.Name)
	}
	out := []string{
		v.ID, v.Name, v.Phone, strings.Join(v.Tags, "; "), v.Lifecycle.AIPL, v.Lifecycle.AARRR, v.Tier, strconv.Itoa(v.Orders.Count),
		strconv.FormatFloat(v.Orders.NetRevenue, 'f', -1, 64), v.Orders.Currency, v.Channel, strings.Join(staff, "; "),
		stamp(v.FirstSeen), stamp(v.LastSeen),
	}
	for _, name := range traits {
		out = append(out, cell(v.Traits[name]))
	}
	return out
}

func stamp(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// cell is a JSON value as a text; lists and objects stay JSON.
func cell(raw json.RawMessage) string {
	if v := gjson.ParseBytes(bytes.TrimSpace(raw)); v.Type != gjson.JSON {
		return v.String()
	}
	return string(raw)
}

// inert keeps spreadsheets from running a cell: one that begins like a formula begins with
// an apostrophe. Numbers stay numbers.
func inert(cells []string) []string {
	for i, c := range cells {
		if c == "" || !strings.ContainsRune("=+-@\t\r\n", rune(c[0])) {
			continue
		}
		if _, err := strconv.ParseFloat(c, 64); err != nil || c[0] == '+' {
			cells[i] = "'" + c
		}
	}
	return cells
}
