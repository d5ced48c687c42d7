// Package corphttp serves connected corps over the management API. Credentials are taken
// and never given.
package corphttp

import (
	"context"
	"net/http"
	"strings"
	"time"

	"yutang/internal/access"
	"yutang/internal/corp"
	"yutang/internal/httpapi"
)

// Deps are what the routes need.
type Deps struct {
	Corps  *corp.Service
	Access *access.Service
}

type handlers struct{ Deps }

// Routes lists what this package serves.
func Routes(a *httpapi.API, d Deps) {
	h := &handlers{d}
	op := func(method, path, id, summary string, needs access.Permission, status int) httpapi.Op {
		return httpapi.Op{Method: method, Path: path, ID: id, Summary: summary, Needs: needs, Scope: access.ScopeNone, Status: status}
	}
	const read, write = access.WeComRead, access.WeComWrite
	httpapi.Register(a, op(http.MethodGet, "/wecom/corps", "list-corps", "List connected corps", read, 0), h.list)
	httpapi.Register(a, op(http.MethodGet, "/wecom/corps/{corp}", "get-corp", "Show a connected corp", read, 0), h.get)
	httpapi.Register(a, op(http.MethodPut, "/wecom/corps/{corp}", "put-corp", "Connect a corp or change it; empty credentials stay", write, 0), h.put)
	httpapi.Register(a, op(http.MethodDelete, "/wecom/corps/{corp}", "delete-corp", "Disconnect a corp", write, http.StatusNoContent), h.remove)
}

type wireApp struct {
	Name        string `json:"name" enum:"main,directory,kf,archive"`
	AgentID     int64  `json:"agent_id,omitempty"`
	ReceiveID   string `json:"receive_id,omitempty" doc:"Of callbacks, when it is not the corpid"`
	HasSecret   bool   `json:"has_secret"`
	HasCallback bool   `json:"has_callback"`
	CallbackURL string `json:"callback_url" doc:"To be entered in the admin console"`
}

type wireCorp struct {
	ID       string        `json:"id"`
	Name     string        `json:"name"`
	BaseURL  string        `json:"base_url,omitempty"`
	Apps     []wireApp     `json:"apps"`
	Settings corp.Settings `json:"settings"`
	Created  time.Time     `json:"created_at"`
}

func wire(c corp.Corp) wireCorp {
	out := wireCorp{ID: c.ID, Name: c.Name, BaseURL: c.BaseURL, Settings: c.Settings, Created: c.Created, Apps: []wireApp{}}
	for _, a := range c.Apps {
		out.Apps = append(out.Apps, wireApp{
			Name: a.Name, AgentID: a.AgentID, ReceiveID: a.ReceiveID, HasSecret: a.Secret, HasCallback: a.Callback,
			CallbackURL: strings.TrimSuffix(c.Settings.PublicURL, "/") + corp.CallbackPath(c.ID, a.Name),
		})
	}
	return out
}

type one struct {
	Corp string `path:"corp"`
}

type answer struct{ Body wireCorp }

func (h *handlers) list(ctx context.Context, _ *httpapi.None) (*struct {
	Body struct {
		Items []wireCorp `json:"items"`
	}
}, error,
) {
	list, err := h.Corps.List(ctx)
	if err != nil {
		return nil, err
	}
	out := &struct {
		Body struct {
			Items []wireCorp `json:"items"`
		}
	}{}
	out.Body.Items = []wireCorp{}
	for _, c := range list {
		out.Body.Items = append(out.Body.Items, wire(c))
	}
	return out, nil
}

func (h *handlers) get(ctx context.Context, in *one) (*answer, error) {
	c, err := h.Corps.Get(ctx, in.Corp)
	return &answer{wire(c)}, err
}

type putInput struct {
	Corp string `path:"corp"`
	Body struct {
		Name     string         `json:"name" minLength:"1" maxLength:"100"`
		BaseURL  string         `json:"base_url,omitempty"`
		Settings *corp.Settings `json:"settings,omitempty" doc:"absent: they stay"`
		Apps     []struct {
			Name      string `json:"name"`
			AgentID   int64  `json:"agent_id,omitempty"`
			ReceiveID string `json:"receive_id,omitempty"`
			Secret    string `json:"secret,omitempty" maxLength:"256"`
			Token     string `json:"token,omitempty"`
			AESKey    string `json:"aes_key,omitempty"`
		} `json:"apps,omitempty" maxItems:"4"`
	}
}

func (h *handlers) put(ctx context.Context, in *putInput) (*answer, error) {
	n := corp.NewCorp{ID: in.Corp, Name: in.Body.Name, BaseURL: in.Body.BaseURL, Settings: in.Body.Settings}
	changed := []string{}
	for _, a := range in.Body.Apps {
		n.Apps = append(n.Apps, corp.NewApp(a))
		changed = append(changed, a.Name)
	}
	c, err := h.Corps.Put(ctx, n, func(ctx context.Context) error {
		return h.Access.Audit(ctx, "corp.put", in.Corp, map[string]any{"name": n.Name, "apps": changed, "settings": n.Settings})
	})
	return &answer{wire(c)}, err
}

func (h *handlers) remove(ctx context.Context, in *one) (*httpapi.Empty, error) {
	return nil, h.Corps.Delete(ctx, in.Corp, func(ctx context.Context) error {
		return h.Access.Audit(ctx, "corp.delete", in.Corp, nil)
	})
}
