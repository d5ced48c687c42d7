package webhook

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"yutang/internal/fault"
	"yutang/internal/outreach"
)

const (
	dialTimeout  = 5 * time.Second
	maxAnswer    = 64 << 10 // bytes of an answer that are read
	maxHeaders   = 32 << 10
	signatureKey = "Yutang-Signature"
)

func newClient(allow Allow) *http.Client {
	return &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			Proxy:                  nil, // a proxy would dial for us, past the guard
			DialContext:            allow.Dial,
			TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
			TLSHandshakeTimeout:    dialTimeout,
			MaxIdleConnsPerHost:    8,
			IdleConnTimeout:        30 * time.Second,
			MaxResponseHeaderBytes: maxHeaders,
			ForceAttemptHTTP2:      true,
		},
	}
}

// Sign is the signature header of a body sent at a time, one v1 per secret.
func Sign(secrets []string, body []byte, at time.Time) string {
	t := strconv.FormatInt(at.Unix(), 10)
	parts := []string{"t=" + t}
	for _, secret := range secrets {
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write([]byte(t + "."))
		mac.Write(body)
		parts = append(parts, "v1="+hex.EncodeToString(mac.Sum(nil)))
	}
	return strings.Join(parts, ",")
}

// Send posts the message once.
func (s *Service) Send(ctx context.Context, m outreach.Message) (outreach.Outcome, error) {
	e, err := s.Get(ctx, m.Endpoint)
	switch {
	case fault.Is(err, fault.NotFound), err == nil && e.Disabled:
		return outreach.Outcome{Verdict: outreach.Rejected, Reason: outreach.NoEndpoint}, nil
	case err != nil: // nothing was sent
		return outreach.Outcome{Verdict: outreach.Again, Reason: outreach.NoEndpoint, Detail: err.Error()}, nil
	}
	body, err := json.Marshal(m)
	if err != nil {
		return outreach.Outcome{Verdict: outreach.Rejected, Reason: outreach.BadTemplate, Detail: err.Error()}, nil
	}
	return s.post(ctx, e, m.ID, body), nil
}

// post makes one request and says what is known afterwards.
func (s *Service) post(ctx context.Context, e Endpoint, key string, body []byte) outreach.Outcome {
	ctx, cancel := context.WithTimeout(ctx, e.Timeout)
	defer cancel()
	var connected atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected.Store(true) }})
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, e.URL, bytes.NewReader(body))
	if err != nil {
		return outreach.Outcome{Verdict: outreach.Rejected, Reason: outreach.NoEndpoint, Detail: "the URL cannot be called"}
	}
	// net/http repeats a request with an Idempotency-Key by itself when a connection breaks
	// after the request was written. Without GetBody it cannot.
	req.GetBody = nil
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "Yutang-Webhook/1")
	req.Header.Set("Idempotency-Key", key)
	req.Header.Set(signatureKey, Sign(e.Secrets, body, s.clock.Now()))
	res, err := s.client.Do(req)
	if err != nil {
		return e.failed(err, connected.Load())
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, maxAnswer)) // the status has answered already
	return e.answered(res, s.clock.Now())
}

// failed judges a request without an answer. Without a connection nothing was written.
func (e Endpoint) failed(err error, connected bool) outreach.Outcome {
	switch {
	case errors.Is(err, errBlocked):
		return outreach.Outcome{Verdict: outreach.Rejected, Reason: outreach.BlockedAddress, Detail: "the endpoint's address is not public"}
	case !connected:
		return outreach.Outcome{Verdict: outreach.Again, Reason: outreach.Unreachable, Detail: reasonOf(err)}
	}
	return e.unsure(outreach.NoAnswer, reasonOf(err))
}

// unsure is unknown, unless the endpoint deduplicates.
func (e Endpoint) unsure(why outreach.Reason, detail string) outreach.Outcome {
	if e.Idempotent {
		return outreach.Outcome{Verdict: outreach.Again, Reason: why, Detail: detail}
	}
	return outreach.Outcome{Verdict: outreach.Unknown, Reason: why, Detail: detail}
}

// reasonOf is the innermost error: without the URL, which may carry a token.
func reasonOf(err error) string {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err.Error()
		}
		err = inner
	}
}

// answered judges an answer by its status.
func (e Endpoint) answered(res *http.Response, now time.Time) outreach.Outcome {
	detail := "HTTP " + strconv.Itoa(res.StatusCode)
	wait := retryAfter(res.Header.Get("Retry-After"), now)
	switch code := res.StatusCode; {
	case code >= 200 && code < 300:
		return outreach.Outcome{Verdict: outreach.Accepted, Detail: detail, ProviderID: messageID(res.Header)}
	case code == http.StatusTooManyRequests, code == http.StatusServiceUnavailable && wait > 0:
		return outreach.Outcome{Verdict: outreach.Again, Reason: outreach.RateLimited, Detail: detail, RetryAfter: wait}
	case code == http.StatusRequestTimeout, code >= 500 && code != http.StatusNotImplemented && code != http.StatusHTTPVersionNotSupported:
		return e.unsure(outreach.ServerError, detail)
	case code >= 300 && code < 400:
		detail += ": redirects are not followed"
	}
	return outreach.Outcome{Verdict: outreach.Rejected, Reason: outreach.Refused, Detail: detail}
}

// messageID is the receiver's own name of the message, if it gives one.
func messageID(h http.Header) string {
	id := h.Get("X-Message-Id")
	if len(id) > 200 {
		id = ""
	}
	return id
}

// retryAfter reads seconds or a date (RFC 9110 §10.2.3); 0 if there is none.
func retryAfter(text string, now time.Time) time.Duration {
	if n, err := strconv.Atoi(text); err == nil && n >= 0 {
		return time.Duration(max(min(n, 86_400), 1)) * time.Second
	}
	if t, err := http.ParseTime(text); err == nil {
		return max(t.Sub(now), time.Second)
	}
	return 0
}
