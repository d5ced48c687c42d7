package customerhttp

import (
	"context"
	"encoding/json"

	"yutang/internal/httpapi"
	"yutang/internal/search"
)

// Listed is a page of customers.
type Listed struct {
	Items []View          `json:"items"`
	Next  string          `json:"next,omitempty"`
	Total int             `json:"total" doc:"how many customers pass the filter; exact when the first page was made"`
	Rule  json.RawMessage `json:"rule,omitempty" doc:"the filter as one rule; absent if it asks for words, which rules do not read"`
}

type listedOutput struct{ Body Listed }

type listInput struct {
	httpapi.PageQuery
	search.Terms
	Rule string `query:"rule" doc:"a rule as JSON: see docs/rules.md"`
	Sort string `query:"sort" doc:"id, last_seen, first_seen, orders or net_revenue; - before it for descending. -id if absent"`
}

func (h *handlers) list(ctx context.Context, in *listInput) (*listedOutput, error) {
	f := search.Filter{Terms: in.Terms}
	if in.Rule != "" {
		f.Rule = json.RawMessage(in.Rule)
	}
	return h.listed(ctx, search.Query{Filter: f, Sort: in.Sort, Cursor: in.Cursor, Limit: in.Limit})
}

type queryInput struct {
	Body struct {
		search.Filter
		Sort   string `json:"sort,omitempty" doc:"id, last_seen, first_seen, orders or net_revenue; - before it for descending. -id if absent"`
		Cursor string `json:"cursor,omitempty"`
		Limit  int    `json:"limit,omitempty" minimum:"0" maximum:"1000"`
	}
}

// query is list with the filter in the body.
func (h *handlers) query(ctx context.Context, in *queryInput) (*listedOutput, error) {
	b := in.Body
	return h.listed(ctx, search.Query{Filter: b.Filter, Sort: b.Sort, Cursor: b.Cursor, Limit: b.Limit})
}

func (h *handlers) listed(ctx context.Context, q search.Query) (*listedOutput, error) {
	found, err := h.Search.Page(ctx, q)
	if err != nil {
		return nil, err
	}
	items, err := h.views(ctx, found.Roots)
	if err != nil {
		return nil, err
	}
	return &listedOutput{Listed{Items: items, Next: found.Next, Total: found.Total, Rule: found.Rule}}, nil
}
