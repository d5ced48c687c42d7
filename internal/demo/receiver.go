package demo

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"strings"
	"sync"
)

// Receiver is the webhook of the demo's playbook: it takes every message that is signed
// as package webhook signs, with a secret it trusts. The zero value trusts none. Safe for
// concurrent use.
type Receiver struct {
	mu      sync.Mutex
	secrets []string
	taken   int
	last    []byte
}

// signatureHeader holds t=SECONDS,v1=HEX[,v1=HEX]; see package webhook.
const signatureHeader = "Yutang-Signature"

// Trust sets the secrets that a message may be signed with.
func (r *Receiver) Trust(secrets ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.secrets = secrets
}

// ServeHTTP answers 200 to a signed message and 401 to any other.
func (r *Receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, req.Body, 1<<20))
	if err != nil {
		http.Error(w, "the body cannot be read", http.StatusBadRequest)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.signed(req.Header.Get(signatureHeader), body) {
		http.Error(w, "the signature is wrong", http.StatusUnauthorized)
		return
	}
	r.taken++
	r.last = body
	w.WriteHeader(http.StatusOK)
}

// signed says whether one of the header's signatures fits the body.
func (r *Receiver) signed(header string, body []byte) bool {
	parts := strings.Split(header, ",")
	at, ok := strings.CutPrefix(parts[0], "t=")
	if !ok {
		return false
	}
	for _, part := range parts[1:] {
		text, _ := strings.CutPrefix(part, "v1=")
		sent, err := hex.DecodeString(text)
		for _, secret := range r.secrets {
			mac := hmac.New(sha256.New, []byte(secret))
			mac.Write([]byte(at + "."))
			mac.Write(body)
			if err == nil && hmac.Equal(sent, mac.Sum(nil)) {
				return true
			}
		}
	}
	return false
}

// Taken is how many messages came.
func (r *Receiver) Taken() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.taken
}

// Last is the body of the newest message, nil before the first.
func (r *Receiver) Last() []byte {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.last
}
