package demo

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
)

// Receiver is the webhook of the demo's playbook: it takes every message that is signed
// with the secret. Safe for concurrent use.
type Receiver struct {
	Secret string
	Header string // that holds the hex HMAC-SHA256 of the body, after an optional "sha256="
	taken  atomic.Int64
	last   atomic.Value
}

// ServeHTTP answers 200 to a signed message and 401 to any other.
func (r *Receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, req.Body, 1<<20))
	if err != nil {
		http.Error(w, "the body cannot be read", http.StatusBadRequest)
		return
	}
	mac := hmac.New(sha256.New, []byte(r.Secret))
	mac.Write(body)
	sent, err := hex.DecodeString(strings.TrimPrefix(req.Header.Get(r.Header), "sha256="))
	if err != nil || !hmac.Equal(sent, mac.Sum(nil)) {
		http.Error(w, "the signature is wrong", http.StatusUnauthorized)
		return
	}
	r.taken.Add(1)
	r.last.Store(body)
	w.WriteHeader(http.StatusOK)
}

// Taken is how many messages came.
func (r *Receiver) Taken() int { return int(r.taken.Load()) }

// Last is the body of the newest message, nil before the first.
func (r *Receiver) Last() []byte {
	body, _ := r.last.Load().([]byte)
	return body
}
