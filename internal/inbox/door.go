package inbox

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"net/http"
	"time"

	"yutang/internal/fault"
	"yutang/internal/wecom/crypt"
	"yutang/internal/wecom/notice"
)

// maxBody is how many bytes a callback may have. The platform's largest are some tens of
// KiB: lists of group members.
const maxBody = 1 << 20

// Check answers the platform's test of the URL:
// GET /wecom/callback/{corp}/{app}?msg_signature&timestamp&nonce&echostr.
func (s *Service) Check(w http.ResponseWriter, r *http.Request) {
	c, _, err := s.crypt(r)
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	q := r.URL.Query()
	plain, err := c.Decrypt(q.Get("msg_signature"), q.Get("timestamp"), q.Get("nonce"), q.Get("echostr"))
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write(plain) //nolint:gosec // plain text that the platform signed; a caller that went away asks again
}

// Receive takes a callback: POST /wecom/callback/{corp}/{app}?msg_signature&timestamp&nonce.
// It answers 200 with an empty body once the callback is on disk.
func (s *Service) Receive(w http.ResponseWriter, r *http.Request) {
	begun := s.Clock.Now()
	plain, err := s.open(r)
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	c := s.callback(r.PathValue("corp"), r.PathValue("app"), begun, plain)
	if err := s.keep(r.Context(), c); err != nil {
		s.refuse(w, r, err)
		return
	}
	s.Observe(c.Event, "", s.Clock.Now().Sub(begun))
	w.WriteHeader(http.StatusOK)
}

// crypt finds the keys of the app that the path names.
func (s *Service) crypt(r *http.Request) (*crypt.Crypt, crypt.Keys, error) {
	keys, err := s.Keys(r.Context(), r.PathValue("corp"), r.PathValue("app"))
	if err != nil {
		return nil, keys, err
	}
	c, err := crypt.New(keys)
	return c, keys, err
}

// open reads, verifies and decrypts a callback.
func (s *Service) open(r *http.Request) ([]byte, error) {
	c, _, err := s.crypt(r)
	if err != nil {
		return nil, err
	}
	raw, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, maxBody))
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, "callback_unreadable", err)
	}
	envelope, err := notice.ParseEnvelope(raw)
	if err != nil {
		return nil, err
	}
	q := r.URL.Query()
	return c.Decrypt(q.Get("msg_signature"), q.Get("timestamp"), q.Get("nonce"), envelope.Encrypt)
}

// callback makes the row of a decrypted body. One that cannot be understood, or that
// speaks of another corp, is kept as dead: it is authentic, so the reason can be looked up.
func (s *Service) callback(corp, app string, received time.Time, plain []byte) *Callback {
	sum := sha256.Sum256(plain)
	c := &Callback{Corp: corp, App: app, Received: received, State: Pending, hash: sum[:], body: plain}
	n, err := notice.Parse(plain)
	switch {
	case err != nil:
		c.Event, c.State, c.Reason = "unreadable", Dead, err.Error()
	case n.Corp != corp:
		c.Event, c.State, c.Reason = eventName(n), Dead, "it speaks of another corp: "+n.Corp
	case !s.handled(n):
		c.Event, c.State, c.Reason = eventName(n), Ignored, "nothing handles this event"
	default:
		c.Event, c.Lane = eventName(n), n.Key()
	}
	if c.State != Pending {
		s.Log.Warn("callback not processed", "corp", corp, "app", app, "event", c.Event, "reason", c.Reason)
	}
	return c
}

// eventName is the event with its change type, as it is listed.
func eventName(n notice.Notice) string {
	if n.ChangeType == "" {
		return n.Event
	}
	return n.Event + "/" + n.ChangeType
}

func (s *Service) handled(n notice.Notice) bool {
	for _, h := range s.handlers {
		if h.takes(n) {
			return true
		}
	}
	return false
}

func (h registered) takes(n notice.Notice) bool {
	return h.event == n.Event && (h.change == "" || h.change == n.ChangeType)
}

// refuse answers a callback that is not taken. Only a status other than 200 makes the
// platform send it again.
func (s *Service) refuse(w http.ResponseWriter, r *http.Request, err error) {
	status, reason := http.StatusServiceUnavailable, "not stored"
	switch {
	case fault.Is(err, fault.NotFound):
		status, reason = http.StatusNotFound, "no such corp or app"
	case fault.Is(err, fault.Forbidden), fault.Is(err, fault.Unauthenticated):
		status, reason = http.StatusForbidden, "not authentic"
	case fault.Is(err, fault.Invalid):
		status, reason = http.StatusBadRequest, "unreadable"
	case errors.Is(err, context.Canceled):
		reason = "the caller went away"
	}
	s.Observe("", reason, 0)
	s.Log.Warn("callback refused", "corp", r.PathValue("corp"), "app", r.PathValue("app"), "reason", reason, "error", err)
	http.Error(w, reason, status)
}
