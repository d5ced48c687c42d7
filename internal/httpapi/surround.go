package httpapi

import (
	"context"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"yutang/internal/id"
)

// note is what inner handlers ask and tell about a request.
type note struct {
	requestID string
	actor     string
	chinese   bool // what the caller reads
}

type noteKey struct{}

// RequestID is the id of the request that ctx belongs to, "" outside of one.
func RequestID(ctx context.Context) string {
	if n, ok := ctx.Value(noteKey{}).(*note); ok {
		return n.requestID
	}
	return ""
}

func noteActor(ctx context.Context, actor string) {
	if n, ok := ctx.Value(noteKey{}).(*note); ok {
		n.actor = actor
	}
}

// surround gives every request an id, safe headers, recovery from panics, a line in the
// log and a place in the metrics.
func (a *API) surround(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := a.clock.Now()
		n := &note{requestID: requestID(r), chinese: wantsChinese(r)}
		r = r.WithContext(context.WithValue(r.Context(), noteKey{}, n))
		sw := &statusWriter{ResponseWriter: w}
		setHeaders(w.Header(), r, n.requestID)
		defer func() {
			if v := recover(); v != nil {
				a.recovered(sw, r, v)
			}
			a.record(r, sw.statusCode(), a.clock.Now().Sub(began), n)
		}()
		if strings.HasPrefix(r.URL.Path, "/api/") {
			if h, pattern := mux.Handler(r); pattern == "" {
				a.unrouted(sw, r, h)
				return
			}
		}
		mux.ServeHTTP(sw, r)
	})
}

// unrouted answers what the mux would, as a problem: 404, or 405 with Allow.
func (a *API) unrouted(w http.ResponseWriter, r *http.Request, h http.Handler) {
	probe := newRecorder()
	h.ServeHTTP(probe, r)
	if allow := probe.header.Get("Allow"); allow != "" {
		w.Header().Set("Allow", allow)
		writeProblem(w, r, newProblem(http.StatusMethodNotAllowed, codeOf[http.StatusMethodNotAllowed], "this route does not take "+r.Method))
		return
	}
	writeProblem(w, r, newProblem(http.StatusNotFound, codeOf[http.StatusNotFound], "there is no such route"))
}

func (a *API) recovered(w *statusWriter, r *http.Request, v any) {
	if v == http.ErrAbortHandler {
		panic(v)
	}
	a.log.ErrorContext(r.Context(), "handler panicked",
		"request_id", RequestID(r.Context()), "panic", v, "stack", string(debug.Stack()))
	if w.status == 0 {
		writeProblem(w, r, newProblem(http.StatusInternalServerError, "internal",
			"something went wrong on our side; quote request id "+RequestID(r.Context())))
	}
}

// record logs the route's pattern, never the path or query: those may name people.
func (a *API) record(r *http.Request, status int, took time.Duration, n *note) {
	route := r.Pattern
	if _, path, ok := strings.Cut(route, " "); ok {
		route = path
	}
	if route == "" {
		route = "unrouted"
	}
	if a.metrics != nil {
		a.metrics.Request(route, r.Method, status, took)
	}
	level := slog.LevelDebug
	if strings.HasPrefix(route, Prefix) || status >= http.StatusInternalServerError {
		level = slog.LevelInfo
	}
	a.log.Log(r.Context(), level, "request",
		"request_id", n.requestID, "method", r.Method, "route", route, "status", status,
		"ms", float64(took.Microseconds())/1000, "actor", n.actor)
}

// requestID takes over a caller's id if it looks like one.
func requestID(r *http.Request) string {
	given := r.Header.Get("X-Request-Id")
	if given == "" || len(given) > 64 {
		return id.New("req")
	}
	for _, c := range []byte(given) {
		if !isWord(c) {
			return id.New("req")
		}
	}
	return given
}

func isWord(c byte) bool {
	return c == '-' || c == '_' || c == '.' || (c >= '0' && c <= '9') || (c|0x20 >= 'a' && c|0x20 <= 'z')
}

const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

func setHeaders(h http.Header, r *http.Request, requestID string) {
	h.Set("X-Request-Id", requestID)
	h.Set("Content-Security-Policy", contentPolicy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	// Not "no-referrer": with it browsers hide the Origin of a form's own site.
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	if Secure(r) {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
	if strings.HasPrefix(r.URL.Path, Prefix) {
		h.Set("Cache-Control", "no-store")
	}
}
