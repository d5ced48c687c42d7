package outreachhttp

import (
	"context"
	"time"

	"yutang/internal/httpapi"
	"yutang/internal/outreach"
	"yutang/internal/page"
	"yutang/internal/webhook"
)

// Endpoint is where webhooks go.
type Endpoint struct {
	ID             string    `json:"id"`
	Name           string    `json:"name"`
	URL            string    `json:"url"`
	Idempotent     bool      `json:"idempotent"`
	TimeoutSeconds int       `json:"timeout_seconds"`
	Disabled       bool      `json:"disabled"`
	Secrets        int       `json:"secrets" doc:"how many secrets sign; two while one is replaced"`
	CreatedAt      time.Time `json:"created_at"`
	Secret         string    `json:"secret,omitempty" doc:"shown once: when made or rotated"`
}

func wireEndpoint(e webhook.Endpoint) Endpoint {
	return Endpoint{
		ID: e.ID, Name: e.Name, URL: e.URL, Idempotent: e.Idempotent, TimeoutSeconds: int(e.Timeout / time.Second),
		Disabled: e.Disabled, Secrets: len(e.Secrets), CreatedAt: e.CreatedAt,
	}
}

type endpointFields struct {
	Name           string `json:"name" minLength:"1" maxLength:"100"`
	URL            string `json:"url" maxLength:"2000"`
	Idempotent     bool   `json:"idempotent,omitempty" doc:"the endpoint deduplicates by the header Idempotency-Key, so that a call without an answer may be repeated"`
	TimeoutSeconds int    `json:"timeout_seconds,omitempty" minimum:"0" maximum:"30" doc:"10 if absent"`
	Disabled       bool   `json:"disabled,omitempty"`
}

func (f endpointFields) endpoint(key string) webhook.Endpoint {
	return webhook.Endpoint{
		ID: key, Name: f.Name, URL: f.URL, Idempotent: f.Idempotent, Timeout: time.Duration(f.TimeoutSeconds) * time.Second, Disabled: f.Disabled,
	}
}

type endpointOutput struct{ Body Endpoint }

func (h *handlers) endpoints(ctx context.Context, in *httpapi.PageQuery) (*httpapi.List[Endpoint], error) {
	after := ""
	if _, err := page.After(in.Cursor, &after); err != nil {
		return nil, err
	}
	limit := page.Limit(in.Limit)
	items, err := h.Webhooks.List(ctx, after, limit+1)
	if err != nil {
		return nil, err
	}
	p := page.Cut(items, limit, func(e webhook.Endpoint) string { return e.ID })
	return httpapi.Listed(p, wireEndpoint), nil
}

type createEndpointInput struct{ Body endpointFields }

func (h *handlers) createEndpoint(ctx context.Context, in *createEndpointInput) (*endpointOutput, error) {
	return h.keep(ctx, "webhook.create", true, func(ctx context.Context) (webhook.Endpoint, error) {
		return h.Webhooks.Create(ctx, in.Body.endpoint(""))
	})
}

// keep changes an endpoint and writes the audit row with it. reveal shows its newest secret.
func (h *handlers) keep(ctx context.Context, action string, reveal bool, change func(ctx context.Context) (webhook.Endpoint, error)) (*endpointOutput, error) {
	out := &endpointOutput{}
	err := h.Access.Audited(ctx, action, func(ctx context.Context) (string, any, error) {
		e, err := change(ctx)
		if err != nil {
			return "", nil, err
		}
		out.Body = wireEndpoint(e)
		if reveal {
			out.Body.Secret = e.Secrets[0]
		}
		return e.ID, map[string]any{"name": e.Name, "idempotent": e.Idempotent, "disabled": e.Disabled}, nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

func (h *handlers) endpoint(ctx context.Context, in *oneInput) (*endpointOutput, error) {
	e, err := h.Webhooks.Get(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &endpointOutput{wireEndpoint(e)}, nil
}

type updateEndpointInput struct {
	ID   string `path:"id"`
	Body endpointFields
}

func (h *handlers) updateEndpoint(ctx context.Context, in *updateEndpointInput) (*endpointOutput, error) {
	return h.keep(ctx, "webhook.update", false, func(ctx context.Context) (webhook.Endpoint, error) {
		return h.Webhooks.Update(ctx, in.Body.endpoint(in.ID))
	})
}

func (h *handlers) deleteEndpoint(ctx context.Context, in *oneInput) (*httpapi.Empty, error) {
	err := h.Access.Audited(ctx, "webhook.delete", func(ctx context.Context) (string, any, error) {
		return in.ID, nil, h.Webhooks.Delete(ctx, in.ID)
	})
	return &httpapi.Empty{}, err
}

func (h *handlers) rotate(ctx context.Context, in *oneInput) (*endpointOutput, error) {
	return h.keep(ctx, "webhook.rotate", true, func(ctx context.Context) (webhook.Endpoint, error) {
		return h.Webhooks.Rotate(ctx, in.ID)
	})
}

func (h *handlers) retire(ctx context.Context, in *oneInput) (*endpointOutput, error) {
	return h.keep(ctx, "webhook.retire", false, func(ctx context.Context) (webhook.Endpoint, error) {
		return h.Webhooks.Retire(ctx, in.ID)
	})
}

// Tested is what a test message came to.
type Tested struct {
	Verdict string          `json:"verdict" enum:"accepted,rejected,again,unknown"`
	Reason  outreach.Reason `json:"reason,omitempty"`
	Detail  string          `json:"detail,omitempty" say:"zh"`
}

type testOutput struct{ Body Tested }

func (h *handlers) test(ctx context.Context, in *oneInput) (*testOutput, error) {
	o, err := h.Webhooks.Test(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if err := h.Access.Audit(ctx, "webhook.test", in.ID, nil); err != nil {
		return nil, err
	}
	return &testOutput{Tested{Verdict: o.Verdict.String(), Reason: o.Reason, Detail: o.Detail}}, nil
}
