// Package checkhttp serves the live checks of a corp over the management API.
package checkhttp

import (
	"context"
	"net/http"

	"yutang/internal/access"
	"yutang/internal/corp/check"
	"yutang/internal/httpapi"
)

// Routes lists what this package serves.
func Routes(a *httpapi.API, k *check.Checker) {
	op := httpapi.Op{
		Method: http.MethodGet, Path: "/wecom/corps/{corp}/check", ID: "check-corp",
		Summary: "Check live what keeps a corp's connection from working, with remedies", Needs: access.WeComRead, Scope: access.ScopeNone,
	}
	httpapi.Register(a, op, func(ctx context.Context, in *input) (*output, error) {
		list, err := k.Run(ctx, in.Corp)
		if err != nil {
			return nil, err
		}
		out := &output{}
		out.Body.Items, out.Body.Failed = list, check.Failed(list)
		return out, nil
	})
}

type input struct {
	Corp string `path:"corp"`
}

type output struct {
	Body struct {
		Items  []check.Finding `json:"items"`
		Failed int             `json:"failed" doc:"how many fail"`
	}
}
