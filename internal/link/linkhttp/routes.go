// Package linkhttp serves short links: to visitors under /l/, without credentials, and to
// operators over the management API.
package linkhttp

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"rsc.io/qr"

	"yutang/internal/access"
	"yutang/internal/httpapi"
	"yutang/internal/id"
	"yutang/internal/link"
	"yutang/internal/page"
)

// Deps are what the routes need.
type Deps struct {
	Links  *link.Service
	Access *access.Service
	Log    *slog.Logger
}

type handlers struct{ Deps }

// Routes lists what this package serves.
func Routes(a *httpapi.API, d Deps) {
	h := &handlers{d}
	op := func(method, path, id, summary string, needs access.Permission, status int) httpapi.Op {
		return httpapi.Op{Method: method, Path: path, ID: id, Summary: summary, Needs: needs, Scope: access.ScopeBrand, Status: status}
	}
	const get, post, put, del = http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete
	const read, write = access.ContentRead, access.ContentWrite

	a.Mount("GET "+link.Path+"{code}", &visits{Links: d.Links, Log: d.Log})
	httpapi.Register(a, op(post, "/links", "create-link", "Make a short link", write, http.StatusCreated), h.create)
	httpapi.Register(a, op(get, "/links", "list-links", "List the short links that people made, newest first", read, 0), h.list)
	httpapi.Register(a, op(get, "/links/settings", "get-link-settings", "Under which address customers reach this server", read, 0), h.settings)
	httpapi.Register(a, op(put, "/links/settings", "set-link-settings", "Say under which address customers reach this server", access.SettingsWrite, 0), h.setSettings)
	httpapi.Register(a, op(get, "/links/stats", "get-link-stats", "Clicks and people by playbook, step and address", read, 0), h.stats)
	httpapi.Register(a, op(get, "/links/customers", "list-link-customers", "The customers behind the clicks of a playbook, the latest first", access.CustomersRead, 0), h.openers)
	httpapi.Register(a, op(get, "/links/{code}", "get-link", "Show a short link", read, 0), h.get)
	httpapi.Register(a, op(del, "/links/{code}", "close-link", "Close a short link: it leads nowhere any more", write, http.StatusNoContent), h.close)
	httpapi.Register(a, op(get, "/links/{code}/clicks", "list-link-clicks", "The clicks of a link, newest first", read, 0), h.clicks)
	httpapi.Register(a, op(get, "/links/{code}/image", "get-link-image", "The QR code of a link, as PNG", read, 0), h.image)
}

// Link is a short link.
type Link struct {
	Code      string     `json:"code"`
	Short     string     `json:"short" doc:"what customers open"`
	URL       string     `json:"url" doc:"where it leads; of links for one customer without query unless personal data may be seen"`
	Name      string     `json:"name,omitempty"`
	Customer  string     `json:"customer,omitempty" doc:"for whom it was made"`
	Playbook  string     `json:"playbook,omitempty"`
	Step      string     `json:"step,omitempty"`
	Delivery  string     `json:"delivery,omitempty"`
	Clicks    int        `json:"clicks"`
	Devices   int        `json:"devices,omitempty" doc:"that clicked; absent in the list of customers"`
	FirstAt   *time.Time `json:"first_at,omitempty" doc:"of the clicks"`
	LastAt    *time.Time `json:"last_at,omitempty"`
	CreatedAt time.Time  `json:"created_at"`
	ExpiresAt *time.Time `json:"expires_at,omitempty"`
	ClosedAt  *time.Time `json:"closed_at,omitempty"`
}

func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func wire(ctx context.Context, l link.Link, public string) Link {
	out := Link{
		Code: l.Code, Short: public + link.Path + l.Code, URL: l.URL, Name: l.Name, Playbook: l.Playbook, Step: l.Step, Delivery: l.Delivery, Clicks: l.Clicks,
		FirstAt: moment(l.FirstAt), LastAt: moment(l.LastAt), CreatedAt: l.CreatedAt, ExpiresAt: moment(l.ExpiresAt), ClosedAt: moment(l.ClosedAt),
	}
	if l.Ord != 0 {
		out.Customer = id.Customer(l.Ord)
		if !access.Can(ctx, access.CustomersUnmask) {
			out.URL = link.Plain(l.URL)
		}
	}
	return out
}

type output struct{ Body Link }

type createInput struct {
	Body struct {
		URL       string    `json:"url" maxLength:"2048"`
		Name      string    `json:"name,omitempty"`
		ExpiresAt time.Time `json:"expires_at,omitempty"`
	}
}

func (h *handlers) create(ctx context.Context, in *createInput) (*output, error) {
	var code string
	err := h.Access.Audited(ctx, "link.create", func(ctx context.Context) (string, any, error) {
		l, err := h.Links.Create(ctx, link.NewLink(in.Body))
		code = l.Code
		return l.Code, map[string]any{"url": link.Plain(l.URL), "name": l.Name}, err
	})
	if err != nil {
		return nil, err
	}
	return h.get(ctx, &codeInput{Code: code})
}

func (h *handlers) list(ctx context.Context, in *httpapi.PageQuery) (*httpapi.List[Link], error) {
	p, err := h.Links.List(ctx, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	public, err := h.Links.PublicURL(ctx)
	if err != nil {
		return nil, err
	}
	codes := make([]string, len(p.Items))
	for i, l := range p.Items {
		codes[i] = l.Code
	}
	devices, err := h.Links.Devices(ctx, codes)
	return httpapi.Listed(p, func(l link.Link) Link {
		out := wire(ctx, l, public)
		out.Devices = devices[l.Code]
		return out
	}), err
}

type codeInput struct {
	Code string `path:"code" maxLength:"21"`
}

func (h *handlers) get(ctx context.Context, in *codeInput) (*output, error) {
	l, err := h.Links.Get(ctx, in.Code)
	if err != nil {
		return nil, err
	}
	public, err := h.Links.PublicURL(ctx)
	if err != nil {
		return nil, err
	}
	devices, err := h.Links.Devices(ctx, []string{in.Code})
	out := &output{wire(ctx, l, public)}
	out.Body.Devices = devices[in.Code]
	return out, err
}

func (h *handlers) close(ctx context.Context, in *codeInput) (*httpapi.Empty, error) {
	err := h.Access.Audited(ctx, "link.close", func(ctx context.Context) (string, any, error) {
		return in.Code, nil, h.Links.Close(ctx, in.Code)
	})
	h.Links.Forget(in.Code)
	return &httpapi.Empty{}, err
}

// Settings are how links are written.
type Settings struct {
	PublicURL string `json:"public_url" maxLength:"200" doc:"such as https://go.example.com; empty: no links are made"`
}

type settingsOutput struct{ Body Settings }

func (h *handlers) settings(ctx context.Context, _ *httpapi.None) (*settingsOutput, error) {
	public, err := h.Links.PublicURL(ctx)
	return &settingsOutput{Settings{public}}, err
}

func (h *handlers) setSettings(ctx context.Context, in *settingsOutput) (*settingsOutput, error) {
	err := h.Access.Audited(ctx, "link.settings", func(ctx context.Context) (string, any, error) {
		return "links", in.Body, h.Links.SetPublicURL(ctx, in.Body.PublicURL)
	})
	if err != nil {
		return nil, err
	}
	return h.settings(ctx, nil)
}

// Figures are the clicks of one address in one step.
type Figures struct {
	Playbook string `json:"playbook"`
	Step     string `json:"step"`
	URL      string `json:"url"`
	Links    int    `json:"links" doc:"made: one for each message"`
	Opened   int    `json:"opened" doc:"of these, clicked"`
	Clicks   int    `json:"clicks"`
	People   int    `json:"people"`
}

type statsInput struct {
	Playbook string `query:"playbook"`
	Step     string `query:"step"`
}

func (h *handlers) stats(ctx context.Context, in *statsInput) (*httpapi.List[Figures], error) {
	all, err := h.Links.Stats(ctx, in.Playbook, in.Step)
	if err != nil {
		return nil, err
	}
	return httpapi.Listed(page.Page[link.Figures]{Items: all}, func(f link.Figures) Figures {
		if !access.Can(ctx, access.CustomersUnmask) {
			f.URL = link.Plain(f.URL)
		}
		return Figures(f)
	}), nil
}

type openersInput struct {
	httpapi.PageQuery
	Playbook string `query:"playbook" required:"true"`
	Step     string `query:"step"`
}

func (h *handlers) openers(ctx context.Context, in *openersInput) (*httpapi.List[Link], error) {
	p, err := h.Links.Openers(ctx, in.Playbook, in.Step, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	public, err := h.Links.PublicURL(ctx)
	return httpapi.Listed(p, func(o link.Opener) Link {
		out := wire(ctx, o.Link, public)
		if o.Customer != 0 {
			out.Customer = id.Customer(o.Customer)
		}
		return out
	}), err
}

// Click is one click of a link.
type Click struct {
	At     time.Time `json:"at"`
	Device string    `json:"device" doc:"tells devices apart"`
}

type clicksInput struct {
	httpapi.PageQuery
	Code string `path:"code"`
}

func (h *handlers) clicks(ctx context.Context, in *clicksInput) (*httpapi.List[Click], error) {
	p, err := h.Links.Clicks(ctx, in.Code, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	return httpapi.Listed(p, func(c link.Clicked) Click {
		return Click{c.At, strconv.FormatUint(uint64(c.Device[0])<<24|uint64(c.Device[1])<<16|uint64(c.Device[2])<<8|uint64(c.Device[3]), 36)}
	}), nil
}

type imageInput struct {
	Code  string `path:"code"`
	Scale int    `query:"scale" minimum:"1" maximum:"40" default:"10" doc:"pixels per module"`
}

func (h *handlers) image(ctx context.Context, in *imageInput) (*huma.StreamResponse, error) {
	if _, err := h.Links.Get(ctx, in.Code); err != nil {
		return nil, err
	}
	address, err := h.Links.Address(ctx, in.Code)
	if err != nil {
		return nil, err
	}
	code, err := qr.Encode(address, qr.M)
	if err != nil {
		return nil, err
	}
	code.Scale = in.Scale
	raw := code.PNG()
	return &huma.StreamResponse{Body: func(c huma.Context) {
		c.SetHeader("Content-Type", "image/png")
		c.SetHeader("Content-Length", strconv.Itoa(len(raw)))
		_, _ = bytes.NewReader(raw).WriteTo(c.BodyWriter()) // a reader that went away needs no picture
	}}, nil
}
