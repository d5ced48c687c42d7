package httpapi

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"

	"yutang/internal/access"
	"yutang/internal/fault"
)

const (
	// SessionCookie holds the secret of a session.
	SessionCookie = "yutang_session"
	// CSRFHeader must be present, with any value, on writes with a session: other sites
	// cannot set it without our consent.
	CSRFHeader = "X-Yutang-Request"
)

// guard lets a request through to an operation: known, allowed, of bounded size, and not
// a repetition. Each step refuses before the next one reads anything.
func (a *API) guard(op Op, next http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, err := a.admit(r, op)
		if err != nil {
			a.refuse(w, r, err)
			return
		}
		r = r.WithContext(ctx)
		if op.Upload {
			r.Body = http.MaxBytesReader(w, r.Body, op.MaxBody)
		} else if err := a.readBody(r, op.MaxBody); err != nil {
			a.refuse(w, r, err)
			return
		}
		if key := r.Header.Get(KeyHeader); key != "" && op.Writes() && op.Needs != access.Anyone {
			a.once(w, r, op, key, next)
			return
		}
		next(w, r)
	})
}

// admit finds out who asks and whether that one may.
func (a *API) admit(r *http.Request, op Op) (context.Context, error) {
	ctx := context.WithValue(r.Context(), requestKey{}, r)
	p, err := a.Authenticate(r)
	if op.Needs == access.Anyone {
		if err == nil {
			ctx = access.As(ctx, p)
		}
		return ctx, a.checkOrigin(r)
	}
	if err != nil {
		return ctx, err
	}
	noteActor(ctx, p.ID)
	if p.Cookied() && op.Writes() {
		if r.Header.Get(CSRFHeader) == "" {
			return ctx, fault.New(fault.Forbidden, "csrf", "a write with a session needs the header %s", CSRFHeader)
		}
		if err := a.checkOrigin(r); err != nil {
			return ctx, err
		}
	}
	if !p.Can(op.Needs) {
		return ctx, fault.New(fault.Forbidden, "forbidden", "this needs the permission %s", op.Needs)
	}
	if !p.Scope.Covers(op.Scope) {
		return ctx, fault.New(fault.Forbidden, "out_of_scope", "this needs the data scope %s", op.Scope)
	}
	return access.As(ctx, p), nil
}

func (a *API) checkOrigin(r *http.Request) error {
	if a.cross.Check(r) != nil {
		return fault.New(fault.Forbidden, "cross_origin", "this comes from another site")
	}
	return nil
}

var errNoCredentials = fault.New(fault.Unauthenticated, "unauthenticated", "send an API token: Authorization: Bearer TOKEN")

// Authenticate finds the principal of a request by its bearer token, or else its session.
func (a *API) Authenticate(r *http.Request) (access.Principal, error) {
	if header := r.Header.Get("Authorization"); header != "" {
		scheme, token, _ := strings.Cut(header, " ")
		if !strings.EqualFold(scheme, "Bearer") {
			return access.Principal{}, errNoCredentials
		}
		return a.access.Authenticate(r.Context(), strings.TrimSpace(token))
	}
	if c := SessionOf(r); c != nil {
		return a.access.AuthenticateSession(r.Context(), c.Value)
	}
	return access.Principal{}, errNoCredentials
}

// readBody takes the whole body into memory, so that what follows can look at it twice.
func (a *API) readBody(r *http.Request, limit int64) error {
	if r.Body == nil || r.Body == http.NoBody {
		return nil
	}
	tooLarge := newProblem(http.StatusRequestEntityTooLarge, "too_large", "the body is too large")
	if r.ContentLength > limit {
		return tooLarge
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, limit+1))
	switch {
	case err != nil:
		return unreadable(err)
	case int64(len(body)) > limit:
		return tooLarge
	}
	r.Body = &bodyReader{Reader: bytes.NewReader(body), raw: body}
	return nil
}

func unreadable(err error) error {
	var timeout interface{ Timeout() bool }
	if errors.As(err, &timeout) && timeout.Timeout() {
		return newProblem(http.StatusRequestTimeout, "request_timeout", "the body did not arrive in time")
	}
	return newProblem(http.StatusBadRequest, "bad_request", "the body did not arrive whole")
}

// bodyReader is a body that is in memory already.
type bodyReader struct {
	*bytes.Reader
	raw []byte
}

// Close has nothing to close.
func (*bodyReader) Close() error { return nil }

type requestKey struct{}

// Request is the HTTP request of an operation's ctx, for the few handlers that need its
// address or cookies. Its body is not theirs to read.
func Request(ctx context.Context) *http.Request {
	r, _ := ctx.Value(requestKey{}).(*http.Request)
	return r
}
