package ingest

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"yutang/internal/fault"
)

// Open lets pages of any origin call h, without credentials, and answers their preflight.
func Open(h http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		head := w.Header()
		head.Set("Access-Control-Allow-Origin", "*")
		if r.Method != http.MethodOptions {
			h(w, r)
			return
		}
		head.Set("Access-Control-Allow-Methods", "GET, POST, OPTIONS")
		if asked := r.Header.Get("Access-Control-Request-Headers"); asked != "" {
			head.Set("Access-Control-Allow-Headers", asked)
		}
		head.Set("Access-Control-Max-Age", "86400")
		w.WriteHeader(http.StatusNoContent)
	}
}

var (
	success = []byte(`{"success":true}`)
	isJSON  = []string{"application/json"}
)

// Accept says that everything was stored.
func Accept(w http.ResponseWriter) {
	w.Header()["Content-Type"] = isJSON
	_, _ = w.Write(success) // a caller that has gone sends again; the repeat has no effect
}

// problem is RFC 9457; success is what tracking libraries look for.
type problem struct {
	Success bool          `json:"success"`
	Type    string        `json:"type"`
	Title   string        `json:"title"`
	Status  int           `json:"status"`
	Code    string        `json:"code"`
	Detail  string        `json:"detail"`
	Errors  []fault.Field `json:"errors,omitempty"`
}

// Refuse answers with the status of err's kind. There is no WWW-Authenticate with 401:
// browsers would ask the page's visitor for a password.
func (in *Intake) Refuse(w http.ResponseWriter, r *http.Request, err error) {
	e := asFault(err)
	if e.Kind == fault.Internal {
		in.Log.LogAttrs(r.Context(), slog.LevelError, "intake failed", slog.String("path", r.URL.Path), slog.Any("error", err))
		e = fault.New(fault.Internal, "internal", "the server failed: send again later")
	}
	status := statusOf(e)
	head := w.Header()
	head.Set("Content-Type", "application/problem+json")
	if status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable {
		head.Set("Retry-After", strconv.Itoa(retrySeconds(e.RetryAfter)))
	}
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(problem{
		Type: "about:blank", Title: http.StatusText(status), Status: status,
		Code: e.Code, Detail: e.Message, Errors: e.Fields,
	})
}

func asFault(err error) *fault.Error {
	var e *fault.Error
	switch {
	case errors.As(err, &e):
		return e
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return fault.New(fault.Unavailable, "interrupted", "the request ended before the events were stored: send again")
	}
	return fault.Wrap(fault.Internal, "internal", err)
}

func statusOf(e *fault.Error) int {
	if e.Code == TooLarge {
		return http.StatusRequestEntityTooLarge
	}
	switch e.Kind {
	case fault.Unauthenticated:
		return http.StatusUnauthorized
	case fault.Forbidden:
		return http.StatusForbidden
	case fault.RateLimited:
		return http.StatusTooManyRequests
	case fault.Unavailable:
		return http.StatusServiceUnavailable
	case fault.Internal:
		return http.StatusInternalServerError
	default:
		return http.StatusBadRequest
	}
}

func retrySeconds(d time.Duration) int {
	return max(1, int((d+time.Second-1)/time.Second))
}

// Within says that err happened inside the part of the request at pointer.
func Within(pointer string, err error) error {
	var e *fault.Error
	if !errors.As(err, &e) {
		return err
	}
	inner := *e
	inner.Fields = make([]fault.Field, len(e.Fields))
	for i, f := range e.Fields {
		inner.Fields[i] = fault.Field{Pointer: pointer + f.Pointer, Detail: f.Detail}
	}
	if len(e.Fields) == 1 && e.Fields[0].Detail == e.Message {
		inner.Message = pointer + e.Fields[0].Pointer + ": " + e.Message
	}
	return &inner
}
