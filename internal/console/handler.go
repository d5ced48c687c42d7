package console

import (
	"encoding/json"
	"net/http"
	"net/url"

	"yutang/internal/access"
	"yutang/internal/fault"
	"yutang/internal/httpapi"
)

// handler shows a page to a signed-in account.
type handler func(w http.ResponseWriter, r *http.Request, v *view) error

// signedIn lets accounts with the permission through; others go to the sign-in page, or
// see that they may not.
func (c *Console) signedIn(a *httpapi.API, needs access.Permission, show handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := c.view(w, r)
		p, err := a.Authenticate(r)
		if fault.Is(err, fault.Unauthenticated) {
			c.toSignIn(w, r)
			return
		}
		switch {
		case err != nil:
		case r.Method != http.MethodGet && c.cross.Check(r) != nil:
			err = fault.New(fault.Forbidden, "cross_origin", "this comes from another site")
		case !p.Can(needs):
			v.Who = p
			err = fault.New(fault.Forbidden, "forbidden", "this needs the permission %s", needs)
		default:
			v.Who = p
			err = show(w, r.WithContext(access.As(r.Context(), p)), v)
		}
		if err != nil {
			c.fail(w, r, v, err)
		}
	})
}

// toSignIn sends a browser to the page that fits: set-up while nobody can get in.
func (c *Console) toSignIn(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/console/numbers" {
		http.Error(w, "signed out", http.StatusUnauthorized)
		return
	}
	target := "/sign-in"
	if needs, err := c.access.NeedsSetup(r.Context()); err == nil && needs {
		target = "/setup"
	} else if r.URL.Path != "/" && r.Method == http.MethodGet {
		target += "?to=" + url.QueryEscape(r.URL.Path)
	}
	http.Redirect(w, r, target, http.StatusSeeOther)
}

// open serves a page that needs no account. Forms must come from our own pages.
func (c *Console) open(show handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := c.view(w, r)
		if r.Method != http.MethodGet {
			r.Body = http.MaxBytesReader(w, r.Body, 16<<10)
			if c.cross.Check(r) != nil {
				c.fail(w, r, v, fault.New(fault.Forbidden, "cross_origin", "this comes from another site"))
				return
			}
		}
		if err := show(w, r, v); err != nil {
			c.fail(w, r, v, err)
		}
	})
}

// fail shows an error as a page. What went wrong inside is for the log.
func (c *Console) fail(w http.ResponseWriter, r *http.Request, v *view, err error) {
	status, key := http.StatusInternalServerError, "error.internal"
	switch fault.KindOf(err) {
	case fault.NotFound:
		status, key = http.StatusNotFound, "error.not_found"
	case fault.Forbidden:
		status, key = http.StatusForbidden, "error.forbidden"
	case fault.Invalid:
		status, key = http.StatusBadRequest, "error.invalid"
	case fault.Unavailable, fault.RateLimited:
		status, key = http.StatusServiceUnavailable, "error.unavailable"
	}
	if status >= http.StatusInternalServerError {
		c.log.ErrorContext(r.Context(), "page failed", "request_id", httpapi.RequestID(r.Context()), "error", err)
	}
	v.Title, v.Data = v.T(key+".title"), map[string]string{"Key": key, "Request": httpapi.RequestID(r.Context())}
	if err := c.render(w, r, status, "error", v); err != nil {
		c.log.ErrorContext(r.Context(), "error page failed", "request_id", httpapi.RequestID(r.Context()), "error", err)
	}
}

func (c *Console) overview(w http.ResponseWriter, r *http.Request, v *view) error {
	n, flow, err := c.live.read(r.Context())
	if err != nil {
		return err
	}
	v.Title, v.Data = v.T("overview"), board{Numbers: n, Flow: flow, view: v}
	return c.render(w, r, http.StatusOK, "overview", v)
}

// board is what the parts of the overview are rendered from.
type board struct {
	Numbers
	Flow Flow
	*view
}

// parts are the pieces of the overview that change by themselves: id and template.
var parts = []string{"status", "figures", "audiences", "transitions", "playbooks", "deliveries", "feed"}

// numbers gives the parts anew, as a JSON object from id to HTML.
func (c *Console) numbers(w http.ResponseWriter, r *http.Request, v *view) error {
	n, flow, err := c.live.read(r.Context())
	if err != nil {
		return err
	}
	out := make(map[string]string, len(parts))
	for _, part := range parts {
		html, err := c.renderPart(part, board{Numbers: n, Flow: flow, view: v})
		if err != nil {
			return err
		}
		out[part] = html
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	return json.NewEncoder(w).Encode(out)
}

const membersPerPage = 50

func (c *Console) members(w http.ResponseWriter, r *http.Request, v *view) error {
	m, err := c.live.rooms.Members(r.Context(), r.PathValue("id"), r.URL.Query().Get("cursor"), membersPerPage)
	if err != nil {
		return err
	}
	v.Title, v.Data = m.Audience.Name, m
	return c.render(w, r, http.StatusOK, "members", v)
}

func (c *Console) customer(w http.ResponseWriter, r *http.Request, v *view) error {
	customer, err := c.live.rooms.Customer(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	if !v.Who.Can(access.EventsRead) {
		customer.Timeline = nil
	}
	v.Title, v.Data = customer.ID, customer
	return c.render(w, r, http.StatusOK, "customer", v)
}
