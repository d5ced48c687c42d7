package console

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"yutang/internal/fault"
	"yutang/internal/httpapi"
)

// client asks the management API on behalf of who looks at a page, inside the process. So
// a page can do what its viewer may do over the API, in the same words: permissions,
// masking, checks of input and the audit trail are the API's.
type client struct{ api http.Handler }

// caller is one viewer's client during one request.
type caller struct {
	client
	page *http.Request
}

func (c client) of(r *http.Request) caller { return caller{c, r} }

// get decodes the answer to a question into out.
func (c caller) get(path string, query url.Values, out any) error {
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	return c.do(http.MethodGet, path, "", nil, out)
}

// send writes body as JSON and decodes the answer into out; both may be nil.
func (c caller) send(method, path string, body, out any) error {
	if body == nil {
		return c.do(method, path, "", nil, out)
	}
	raw, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("encode %s %s: %w", method, path, err)
	}
	return c.do(method, path, "application/json", bytes.NewReader(raw), out)
}

// sendText writes a text as the body and decodes the answer into out.
func (c caller) sendText(method, path, kind, body string, out any) error {
	return c.do(method, path, kind, strings.NewReader(body), out)
}

// raw gives an answer that is no JSON as it is, with its type.
func (c caller) raw(method, path string, body any) (text []byte, kind string, err error) {
	var in io.Reader
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			return nil, "", fmt.Errorf("encode %s %s: %w", method, path, err)
		}
		in = bytes.NewReader(raw)
	}
	a, err := c.ask(method, path, "application/json", in)
	if err != nil {
		return nil, "", err
	}
	return a.body.Bytes(), a.header.Get("Content-Type"), nil
}

// pass hands the body of the page's request on as it is: a form with a file.
func (c caller) pass(path string, out any) error {
	return c.do(http.MethodPost, path, c.page.Header.Get("Content-Type"), c.page.Body, out)
}

func (c caller) do(method, path, kind string, body io.Reader, out any) error {
	a, err := c.ask(method, path, kind, body)
	if err != nil || out == nil || a.body.Len() == 0 {
		return err
	}
	if err := json.Unmarshal(a.body.Bytes(), out); err != nil {
		return fmt.Errorf("decode %s %s: %w", method, path, err)
	}
	return nil
}

// ask makes the request; an answer that refuses is an error.
func (c caller) ask(method, path, kind string, body io.Reader) (*answer, error) {
	r, err := http.NewRequestWithContext(c.page.Context(), method, httpapi.Prefix+path, body)
	if err != nil {
		return nil, fault.New(fault.Invalid, "invalid", "%s is no path", path)
	}
	r.Host, r.RemoteAddr, r.TLS = c.page.Host, c.page.RemoteAddr, c.page.TLS
	for _, name := range []string{"Cookie", "Authorization", "Origin", "Sec-Fetch-Site", "X-Forwarded-Proto", "X-Forwarded-For"} {
		if values := c.page.Header.Values(name); len(values) > 0 {
			r.Header[name] = values
		}
	}
	r.Header.Set("X-Request-Id", httpapi.RequestID(c.page.Context()))
	r.Header.Set(httpapi.CSRFHeader, "console") // signedIn has refused other sites already
	if body != nil {
		r.Header.Set("Content-Type", kind)
	}
	a := &answer{header: http.Header{}, status: http.StatusOK}
	c.api.ServeHTTP(a, r)
	if a.status >= http.StatusBadRequest {
		return nil, a.fault()
	}
	return a, nil
}

// answer keeps what the API writes.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header is what the API sets.
func (a *answer) Header() http.Header { return a.header }

// WriteHeader keeps the status.
func (a *answer) WriteHeader(status int) { a.status = status }

// Write keeps the body.
func (a *answer) Write(p []byte) (int, error) { return a.body.Write(p) }

var kindOf = map[int]fault.Kind{
	http.StatusBadRequest:            fault.Invalid,
	http.StatusUnauthorized:          fault.Unauthenticated,
	http.StatusForbidden:             fault.Forbidden,
	http.StatusNotFound:              fault.NotFound,
	http.StatusConflict:              fault.Precondition,
	http.StatusRequestEntityTooLarge: fault.Invalid,
	http.StatusUnsupportedMediaType:  fault.Invalid,
	http.StatusUnprocessableEntity:   fault.Invalid,
	http.StatusTooManyRequests:       fault.RateLimited,
	http.StatusServiceUnavailable:    fault.Unavailable,
}

// fault turns a problem back into the error that it was.
func (a *answer) fault() error {
	var p httpapi.Problem
	if err := json.Unmarshal(a.body.Bytes(), &p); err != nil {
		return fmt.Errorf("the API answered %d without a problem: %w", a.status, err)
	}
	e := fault.New(kindOf[a.status], p.Code, "%s", p.Detail)
	e.Fields = p.Errors
	return e
}

// listed is the form of every list of the API.
type listed[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next"`
}

// maxListed bounds what a page reads of a list that it shows as choices.
const maxListed = 5000

// all reads a list to its end, or as much as fits a page of choices.
func all[T any](c caller, path string, query url.Values) (out []T, err error) {
	q := url.Values{}
	for name, values := range query {
		q[name] = values
	}
	q.Set("limit", "1000")
	for {
		var p listed[T]
		if err := c.get(path, q, &p); err != nil {
			return nil, err
		}
		out = append(out, p.Items...)
		if p.Next == "" || len(out) >= maxListed {
			return out, nil
		}
		q.Set("cursor", p.Next)
	}
}

// allIfAllowed is all, and nothing for those who may not see the list.
func allIfAllowed[T any](c caller, path string, query url.Values) ([]T, error) {
	out, err := all[T](c, path, query)
	if fault.Is(err, fault.Forbidden) {
		return nil, nil
	}
	return out, err
}

// refused gives an error back as what is wrong with a form; ok is false for errors that a
// form cannot show.
func refused(err error) (e *fault.Error, ok bool) {
	if !errors.As(err, &e) {
		return nil, false
	}
	switch e.Kind {
	case fault.Invalid, fault.Conflict, fault.Precondition, fault.NotFound, fault.RateLimited, fault.Unavailable:
		return e, true
	}
	return nil, false
}

// Corp is a connected corp, by name.
type Corp struct{ ID, Name string }

// corps lists the corps; without the seam there are none.
func (c *Console) corps(ctx context.Context) ([]Corp, error) {
	if c.listCorps == nil {
		return nil, nil
	}
	return c.listCorps(ctx)
}
