package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"yutang/internal/fault"
)

// statusOf is the one table from kind to HTTP status.
var statusOf = map[fault.Kind]int{
	fault.Internal:        http.StatusInternalServerError,
	fault.Invalid:         http.StatusUnprocessableEntity,
	fault.NotFound:        http.StatusNotFound,
	fault.Conflict:        http.StatusConflict,
	fault.Precondition:    http.StatusConflict,
	fault.Unauthenticated: http.StatusUnauthorized,
	fault.Forbidden:       http.StatusForbidden,
	fault.RateLimited:     http.StatusTooManyRequests,
	fault.Unavailable:     http.StatusServiceUnavailable,
}

// codeOf names failures of HTTP itself, which no kind stands for.
var codeOf = map[int]string{
	http.StatusBadRequest:            "bad_request",
	http.StatusNotFound:              "no_such_route",
	http.StatusMethodNotAllowed:      "method_not_allowed",
	http.StatusNotAcceptable:         "not_acceptable",
	http.StatusRequestTimeout:        "request_timeout",
	http.StatusRequestEntityTooLarge: "too_large",
	http.StatusUnsupportedMediaType:  "unsupported_media_type",
	http.StatusUnprocessableEntity:   "invalid",
}

// Problem is an error as RFC 9457 writes it. Code is stable for programs.
type Problem struct {
	Type   string        `json:"type" doc:"about:blank; the code tells problems apart"`
	Title  string        `json:"title" say:"zh" doc:"the status in words"`
	Status int           `json:"status" doc:"the HTTP status"`
	Detail string        `json:"detail" say:"zh" doc:"what went wrong, for people"`
	Code   string        `json:"code" doc:"what went wrong, for programs; stable"`
	Errors []fault.Field `json:"errors,omitempty" doc:"the fields at fault"`

	retryAfter int
	fault      *fault.Error // what it was made of, if anything
}

// Error is the detail.
func (p *Problem) Error() string { return p.Detail }

// GetStatus tells huma the status.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType makes huma answer with the media type of problems.
func (p *Problem) ContentType(string) string { return problemType }

// GetHeaders gives Retry-After where waiting helps.
func (p *Problem) GetHeaders() http.Header {
	h := http.Header{}
	if p.retryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(p.retryAfter))
	}
	return h
}

const problemType = "application/problem+json"

// problem turns an error into what the caller may know. The cause of an internal error
// is logged under the request id and not told.
func (a *API) problem(ctx context.Context, err error) *Problem {
	var asProblem *Problem
	if errors.As(err, &asProblem) {
		return asProblem
	}
	kind := fault.KindOf(err)
	p := newProblem(statusOf[kind], kind.String(), err.Error())
	var e *fault.Error
	if errors.As(err, &e) {
		p.Errors, p.fault = e.Fields, e
		if e.Code != "" {
			p.Code = e.Code
		}
	}
	switch kind {
	case fault.Internal:
		a.log.ErrorContext(ctx, "request failed", "request_id", RequestID(ctx), "error", err)
		p.Code, p.Errors, p.fault = "internal", nil, nil
		p.Detail = "something went wrong on our side; quote request id " + RequestID(ctx)
	case fault.Unavailable:
		a.log.WarnContext(ctx, "request could not be served", "request_id", RequestID(ctx), "error", err)
		p.Detail, p.Errors, p.fault = "cannot serve this now; try again", nil, nil
		p.retryAfter = 1
	case fault.RateLimited:
		p.retryAfter = 1
	}
	if e != nil && e.RetryAfter > 0 && p.retryAfter > 0 {
		p.retryAfter = int(math.Ceil(e.RetryAfter.Seconds()))
	}
	return p
}

func newProblem(status int, code, detail string) *Problem {
	return &Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: detail, Code: code}
}

// refuse answers with err as a problem.
func (a *API) refuse(w http.ResponseWriter, r *http.Request, err error) {
	writeProblem(w, r, a.problem(r.Context(), err))
}

func writeProblem(w http.ResponseWriter, r *http.Request, p *Problem) {
	raw, err := json.Marshal(p.in(r.Context()))
	if err != nil {
		panic("httpapi: a problem does not marshal: " + err.Error())
	}
	for name, values := range p.GetHeaders() {
		w.Header()[name] = values
	}
	if p.Status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer realm="yutang"`)
	}
	w.Header().Set("Content-Type", problemType)
	w.WriteHeader(p.Status)
	w.Write(append(raw, '\n')) //nolint:errcheck // the client may be gone; nobody to tell
}

// huma makes its own errors through this hook: input that does not fit the declaration.
func init() {
	huma.DefaultArrayNullable = false
	huma.NewError = func(status int, detail string, errs ...error) huma.StatusError {
		return fromHuma(status, detail, errs)
	}
}
