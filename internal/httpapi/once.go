package httpapi

import (
	"context"
	"crypto/sha256"
	"net/http"
	"strconv"

	"yutang/internal/access"
	"yutang/internal/fault"
)

const (
	// KeyHeader names a write, so that repeating it has no second effect.
	KeyHeader = "Idempotency-Key"
	// ReplayHeader marks an answer that was given before.
	ReplayHeader = "Idempotent-Replayed"
)

// checkKey refuses keys that headers, proxies or logs might change on the way.
func checkKey(key string) error {
	ok := len(key) >= 1 && len(key) <= 255
	for i := 0; ok && i < len(key); i++ {
		ok = key[i] > ' ' && key[i] <= '~'
	}
	if !ok {
		return fault.BadField(KeyHeader, "wants 1 to 255 visible ASCII characters")
	}
	return nil
}

// once runs a write under its key: the first time for real, later from memory. A keyed
// write runs to its end even if the client goes away, so that its outcome is known.
func (a *API) once(w http.ResponseWriter, r *http.Request, op Op, key string, next http.HandlerFunc) {
	if err := checkKey(key); err != nil {
		a.refuse(w, r, err)
		return
	}
	ctx := context.WithoutCancel(r.Context())
	p, _ := access.From(ctx)
	claim, answer, err := a.keys.claim(ctx, p.ID, key, fingerprint(r, op))
	if err != nil {
		a.refuse(w, r, err)
		return
	}
	if answer != nil {
		w.Header().Set(ReplayHeader, "true")
		w.Header().Set("Content-Type", answer.Type)
		w.WriteHeader(answer.status)
		w.Write(answer.Body) //nolint:errcheck // the client may be gone; nobody to tell
		return
	}
	defer claim.leave()
	rec := newRecorder()
	next(rec, r.WithContext(ctx))
	if err := a.settle(ctx, claim, rec); err != nil {
		a.log.ErrorContext(ctx, "answer of a keyed write not kept", "request_id", RequestID(ctx), "error", err)
	}
	rec.send(w)
}

// settle keeps the answer, or frees the key if the write was refused without effect. An
// internal error is kept: what it left behind is not known, so it is not tried again
// under the same key.
func (a *API) settle(ctx context.Context, c *claim, rec *recorder) error {
	if rec.status == http.StatusTooManyRequests || rec.status == http.StatusServiceUnavailable {
		return c.free(ctx)
	}
	return c.keep(ctx, &answer{status: max(rec.status, http.StatusOK), Type: rec.header.Get("Content-Type"), Body: rec.body.Bytes()})
}

// fingerprint tells requests apart. An upload is known by its length only: it is not read
// before the handler reads it.
func fingerprint(r *http.Request, op Op) [32]byte {
	h := sha256.New()
	h.Write([]byte(r.Method + " " + r.URL.RequestURI() + "\n"))
	if op.Upload {
		h.Write([]byte(strconv.FormatInt(r.ContentLength, 10)))
	} else if body, ok := r.Body.(*bodyReader); ok {
		h.Write(body.raw)
	}
	return [32]byte(h.Sum(nil))
}
