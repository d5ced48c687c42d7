package insighthttp

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/RoaringBitmap/roaring/v2"

	"yutang/internal/access"
	"yutang/internal/audience"
	"yutang/internal/fault"
	"yutang/internal/id"
	"yutang/internal/page"
)

type input[Q any] struct{ Body Q }

type output[A any] struct{ Body A }

// answer serves a report's own route with the types of its query and answer.
func answer[Q, A any](h *handlers, name string) func(context.Context, *input[Q]) (*output[A], error) {
	return func(ctx context.Context, in *input[Q]) (*output[A], error) {
		report, err := h.Desk.Report(name)
		if err != nil {
			return nil, err
		}
		query, err := json.Marshal(in.Body)
		if err != nil {
			return nil, fault.BadField("/", "the query cannot be read: %s", err.Error())
		}
		found, err := report.Run(ctx, query)
		if err != nil {
			return nil, err
		}
		a, ok := found.(A)
		if !ok {
			return nil, fmt.Errorf("the report %s answers with %T", name, found)
		}
		return &output[A]{a}, nil
	}
}

// Behind asks for the customers behind a number.
type Behind struct {
	Query  json.RawMessage `json:"query" doc:"the report's query"`
	Cell   json.RawMessage `json:"cell" doc:"which number, in the report's words: {\"step\":1} of a funnel"`
	Cursor string          `json:"cursor,omitempty"`
	Limit  int             `json:"limit,omitempty" minimum:"0" maximum:"1000"`
}

type behindInput struct {
	Report string `path:"report"`
	Body   Behind
}

// find gives the customers, with the pointers of faults below /query or /cell.
func (h *handlers) find(ctx context.Context, report string, b Behind) (*roaring.Bitmap, error) {
	r, err := h.Desk.Report(report)
	if err != nil {
		return nil, err
	}
	people, err := r.People(ctx, b.Query, b.Cell)
	return people, fault.Moved(err, func(pointer string) string {
		if strings.HasPrefix(pointer, "/cell") {
			return pointer
		}
		return "/query" + pointer
	})
}

// Person is a customer behind a number.
type Person struct {
	ID string `json:"id"`
}

type peopleOutput struct {
	Body struct {
		Total uint64   `json:"total"`
		Items []Person `json:"items"`
		Next  string   `json:"next,omitempty"`
	}
}

func (h *handlers) people(ctx context.Context, in *behindInput) (*peopleOutput, error) {
	all, err := h.find(ctx, in.Report, in.Body)
	if err != nil {
		return nil, err
	}
	var after uint32
	if _, err := page.After(in.Body.Cursor, &after); err != nil {
		return nil, err
	}
	out := &peopleOutput{}
	out.Body.Total, out.Body.Items = all.GetCardinality(), []Person{}
	limit := page.Limit(in.Body.Limit)
	it := all.Iterator()
	it.AdvanceIfNeeded(after + 1)
	last := after
	for it.HasNext() && len(out.Body.Items) < limit {
		last = it.Next()
		out.Body.Items = append(out.Body.Items, Person{ID: id.Customer(last)})
	}
	if it.HasNext() {
		out.Body.Next = page.Cursor(last)
	}
	return out, nil
}

type fileOutput struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        []byte
}

func (h *handlers) export(ctx context.Context, in *behindInput) (*fileOutput, error) {
	all, err := h.find(ctx, in.Report, in.Body)
	if err != nil {
		return nil, err
	}
	err = h.Access.Audited(ctx, "insight.export", func(context.Context) (string, any, error) {
		return in.Report, map[string]any{"cell": in.Body.Cell, "customers": all.GetCardinality()}, nil
	})
	if err != nil {
		return nil, err
	}
	var text bytes.Buffer
	text.WriteString("customer\r\n")
	all.Iterate(func(root uint32) bool {
		text.WriteString(id.Customer(root) + "\r\n")
		return true
	})
	return &fileOutput{"text/csv; charset=utf-8", `attachment; filename="` + in.Report + `.csv"`, text.Bytes()}, nil
}

type saveInput struct {
	Report string `path:"report"`
	Body   struct {
		Behind
		Name string `json:"name" minLength:"1" maxLength:"100" doc:"of the audience; the tag is 分析/NAME"`
	}
}

func (h *handlers) save(ctx context.Context, in *saveInput) (*output[audience.Audience], error) {
	all, err := h.find(ctx, in.Report, in.Body.Behind)
	if err != nil {
		return nil, err
	}
	who, _ := access.From(ctx)
	a, err := h.Saver.Save(ctx, in.Body.Name, who.ID, all)
	if err != nil {
		return nil, err
	}
	return &output[audience.Audience]{a}, h.Access.Audit(ctx, "insight.save", a.ID, map[string]any{"report": in.Report, "customers": all.GetCardinality()})
}
