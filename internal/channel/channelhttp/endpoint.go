package channelhttp

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"yutang/internal/access"
	"yutang/internal/channel"
	"yutang/internal/httpapi"
	"yutang/internal/outreach"
	"yutang/internal/page"
)

// Endpoint is an account.
type Endpoint struct {
	ID         string           `json:"id"`
	Kind       channel.Kind     `json:"kind" enum:"aliyun_sms,tencent_sms,smtp,wechat_official,wechat_mini"`
	Name       string           `json:"name"`
	Channels   []string         `json:"channels" doc:"the channels of playbooks that go through it"`
	Settings   channel.Settings `json:"settings"`
	HasSecret  bool             `json:"has_secret"`
	Disabled   bool             `json:"disabled"`
	ReceiptURL string           `json:"receipt_url,omitempty" doc:"SMS: give this to the provider for delivery reports and replies; keep it to yourself. Shown to those who may change it"`
	CreatedAt  time.Time        `json:"created_at"`
	UpdatedAt  time.Time        `json:"updated_at"`
}

// wire shows an endpoint. Where reports come in is a secret too.
func (h *handlers) wire(ctx context.Context, e channel.Endpoint) Endpoint {
	out := Endpoint{
		ID: e.ID, Kind: e.Kind, Name: e.Name, Channels: e.Kind.Channels(), Settings: e.Settings, HasSecret: e.Secret != "",
		Disabled: e.Disabled, CreatedAt: e.CreatedAt, UpdatedAt: e.UpdatedAt,
	}
	if path := h.Channels.ReceiptPath(e); path != "" && access.Can(ctx, access.OutreachWrite) {
		out.ReceiptURL = strings.TrimSuffix(e.Settings.PublicURL, "/") + path
	}
	return out
}

type endpointOutput struct{ Body Endpoint }

func (h *handlers) list(ctx context.Context, in *httpapi.PageQuery) (*httpapi.List[Endpoint], error) {
	after := ""
	if _, err := page.After(in.Cursor, &after); err != nil {
		return nil, err
	}
	limit := page.Limit(in.Limit)
	items, err := h.Channels.List(ctx, after, limit+1)
	if err != nil {
		return nil, err
	}
	p := page.Cut(items, limit, func(e channel.Endpoint) string { return e.ID })
	return httpapi.Listed(p, func(e channel.Endpoint) Endpoint { return h.wire(ctx, e) }), nil
}

type createInput struct {
	Body struct {
		Kind     channel.Kind     `json:"kind" enum:"aliyun_sms,tencent_sms,smtp,wechat_official,wechat_mini"`
		Name     string           `json:"name" minLength:"1" maxLength:"100"`
		Settings channel.Settings `json:"settings"`
		Secret   string           `json:"secret,omitempty" maxLength:"512" doc:"of the access key, the login or the app"`
		Disabled bool             `json:"disabled,omitempty"`
	}
}

func (h *handlers) create(ctx context.Context, in *createInput) (*endpointOutput, error) {
	f := in.Body
	return h.keep(ctx, "channel.create", func(ctx context.Context) (channel.Endpoint, error) {
		return h.Channels.Create(ctx, channel.Endpoint{Kind: f.Kind, Name: f.Name, Settings: f.Settings, Secret: f.Secret, Disabled: f.Disabled})
	})
}

// keep changes an endpoint and writes the audit row with it.
func (h *handlers) keep(ctx context.Context, action string, change func(ctx context.Context) (channel.Endpoint, error)) (*endpointOutput, error) {
	out := &endpointOutput{}
	err := h.Access.Audited(ctx, action, func(ctx context.Context) (string, any, error) {
		e, err := change(ctx)
		if err != nil {
			return "", nil, err
		}
		out.Body = h.wire(ctx, e)
		return e.ID, map[string]any{"name": e.Name, "kind": e.Kind, "disabled": e.Disabled}, nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

type oneInput struct {
	ID string `path:"id"`
}

func (h *handlers) get(ctx context.Context, in *oneInput) (*endpointOutput, error) {
	e, err := h.Channels.Get(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &endpointOutput{h.wire(ctx, e)}, nil
}

type updateInput struct {
	ID   string `path:"id"`
	Body struct {
		Name     string           `json:"name" minLength:"1" maxLength:"100"`
		Settings channel.Settings `json:"settings"`
		Secret   string           `json:"secret,omitempty" maxLength:"512" doc:"absent or empty: the one before stays"`
		Disabled bool             `json:"disabled,omitempty"`
	}
}

func (h *handlers) update(ctx context.Context, in *updateInput) (*endpointOutput, error) {
	f := in.Body
	return h.keep(ctx, "channel.update", func(ctx context.Context) (channel.Endpoint, error) {
		return h.Channels.Update(ctx, channel.Endpoint{ID: in.ID, Name: f.Name, Settings: f.Settings, Secret: f.Secret, Disabled: f.Disabled})
	})
}

func (h *handlers) delete(ctx context.Context, in *oneInput) (*httpapi.Empty, error) {
	err := h.Access.Audited(ctx, "channel.delete", func(ctx context.Context) (string, any, error) {
		return in.ID, nil, h.Channels.Delete(ctx, in.ID)
	})
	return &httpapi.Empty{}, err
}

func (h *handlers) rotate(ctx context.Context, in *oneInput) (*endpointOutput, error) {
	return h.keep(ctx, "channel.rotate", func(ctx context.Context) (channel.Endpoint, error) { return h.Channels.Rotate(ctx, in.ID) })
}

// Tested is what a test message came to.
type Tested struct {
	Verdict string          `json:"verdict" enum:"accepted,rejected,again,unknown"`
	Reason  outreach.Reason `json:"reason,omitempty"`
	Detail  string          `json:"detail,omitempty" say:"zh"`
}

type testInput struct {
	ID   string `path:"id"`
	Body struct {
		Channel string          `json:"channel" enum:"sms,email,wechat_template,wechat_service,mini_subscribe"`
		To      string          `json:"to" minLength:"1" maxLength:"254" doc:"a number such as +8613912345670, an e-mail address or an openid"`
		Message json.RawMessage `json:"message" doc:"the content of a step, with its templates filled in"`
	}
}

type testOutput struct{ Body Tested }

// test audits that a message was sent, not to whom.
func (h *handlers) test(ctx context.Context, in *testInput) (*testOutput, error) {
	o, err := h.Channels.Test(ctx, in.ID, in.Body.Channel, in.Body.To, in.Body.Message)
	if err != nil {
		return nil, err
	}
	if err := h.Access.Audit(ctx, "channel.test", in.ID, map[string]any{"channel": in.Body.Channel}); err != nil {
		return nil, err
	}
	return &testOutput{Tested{Verdict: o.Verdict.String(), Reason: o.Reason, Detail: o.Detail}}, nil
}
