package customerhttp

import (
	"context"
	"net/http"

	"yutang/internal/access"
	"yutang/internal/audience"
	"yutang/internal/fault"
	"yutang/internal/search"
)

type keepInput struct {
	Body struct {
		search.Filter
		Name        string `json:"name" minLength:"1" maxLength:"100"`
		Description string `json:"description,omitempty" maxLength:"2000"`
		Fixed       bool   `json:"fixed,omitempty" doc:"keep who passes the filter now, as a tag; else members come and go by the filter's rule"`
		Expect      *int   `json:"expect,omitempty" minimum:"0" doc:"the count that was shown; refused with count_changed if it is off by more than 1 in 100"`
	}
}

type keepOutput struct {
	Body struct {
		ID    string `json:"id" doc:"of the audience"`
		Count int    `json:"count" doc:"customers who pass the filter now"`
		Fixed bool   `json:"fixed"`
	}
}

// keep makes an audience of a filter.
func (h *handlers) keep(ctx context.Context, in *keepInput) (*keepOutput, error) {
	b := in.Body
	found, err := h.Search.Expected(ctx, b.Filter, b.Expect)
	if err != nil {
		return nil, err
	}
	who, _ := access.From(ctx)
	out := &keepOutput{}
	out.Body.Count, out.Body.Fixed = int(found.Set.GetCardinality()), b.Fixed
	detail := map[string]any{"name": b.Name, "rule": found.Rule, "customers": out.Body.Count, "fixed": b.Fixed}
	var a audience.Audience
	switch {
	case b.Fixed:
		if a, err = h.KeepFixed(ctx, b.Name, who.ID, found.Set); err == nil {
			err = h.Access.Audit(ctx, "audience.create", a.ID, detail)
		}
	case found.Rule == nil:
		err = fault.BadField("/fixed", "must be true: the filter asks for words, which rules do not read")
	default:
		err = h.Access.Audited(ctx, "audience.create", func(ctx context.Context) (string, any, error) {
			a, err = h.Keep.Create(ctx, audience.Input{Name: b.Name, Description: b.Description, Rule: found.Rule, By: who.ID})
			return a.ID, detail, err
		})
		if err == nil {
			h.Keep.Build(a)
		}
	}
	out.Body.ID = a.ID
	return out, err
}

// ended marks an answer that was cut off: it must not look whole.
func ended(err error) {
	if err != nil {
		panic(http.ErrAbortHandler)
	}
}
