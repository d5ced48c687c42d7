// Package wire calls the HTTP APIs of message providers, and says what is known when a
// call brings no answer: nothing was sent, or nobody knows.
//
// It never repeats a request, follows no redirects, uses no proxy, and dials through the
// function it is given, which refuses addresses inside the operator's network. What it
// says of a failure holds neither address, body nor token.
package wire

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"sync/atomic"
	"time"

	"yutang/internal/outreach"
)

const (
	callTimeout = 10 * time.Second
	dialTimeout = 5 * time.Second
	maxAnswer   = 1 << 20
)

// Dial connects to HOST:PORT, or refuses to.
type Dial func(ctx context.Context, network, address string) (net.Conn, error)

// Client calls. Safe for concurrent use.
type Client struct {
	http    *http.Client
	refused func(error) bool
}

// New makes a client. refused tells an error of dial that means that the address is not
// allowed; trust may be nil.
func New(dial Dial, refused func(error) bool, trust *tls.Config) *Client {
	if trust == nil {
		trust = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	return &Client{refused: refused, http: &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			DialContext: dial, TLSClientConfig: trust, TLSHandshakeTimeout: dialTimeout,
			MaxIdleConnsPerHost: 8, IdleConnTimeout: 30 * time.Second, ForceAttemptHTTP2: true,
		},
	}}
}

// Answer is what the provider said.
type Answer struct {
	Status int
	Body   []byte
}

// Failure is a call without an answer.
type Failure struct{ Outcome outreach.Outcome }

// Error is what happened, without what was sent.
func (f *Failure) Error() string { return string(f.Outcome.Reason) + ": " + f.Outcome.Detail }

// Do makes one call. A *Failure is returned when there is no answer.
func (c *Client) Do(ctx context.Context, req *http.Request) (Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	var connected atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected.Store(true) }})
	req = req.WithContext(ctx)
	req.GetBody = nil          // net/http cannot repeat the request by itself
	res, err := c.http.Do(req) //nolint:gosec // dial refuses inner addresses
	if err != nil {
		return Answer{}, c.failed(err, connected.Load())
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return Answer{}, c.failed(err, true)
	}
	return Answer{Status: res.StatusCode, Body: body}, nil
}

// failed judges a call without an answer. Without a connection nothing was written.
func (c *Client) failed(err error, connected bool) error {
	switch {
	case c.refused != nil && c.refused(err):
		return &Failure{outreach.Outcome{Verdict: outreach.Rejected, Reason: outreach.BlockedAddress, Detail: "the endpoint's address is not public"}}
	case !connected:
		return &Failure{outreach.Outcome{Verdict: outreach.Again, Reason: outreach.Unreachable, Detail: Innermost(err)}}
	}
	return &Failure{outreach.Outcome{Verdict: outreach.Unknown, Reason: outreach.NoAnswer, Detail: Innermost(err)}}
}

// Innermost is the text of the innermost error: without the URL, which may carry a token.
func Innermost(err error) string {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err.Error()
		}
		err = inner
	}
}

// OutcomeOf is the outcome of a failed call; an error of another kind was met before
// anything was sent.
func OutcomeOf(err error) outreach.Outcome {
	if f, ok := errors.AsType[*Failure](err); ok {
		return f.Outcome
	}
	return outreach.Outcome{Verdict: outreach.Again, Reason: outreach.Unreachable, Detail: Innermost(err)}
}

// ByStatus judges an answer that cannot be read by its HTTP status alone.
func ByStatus(status int) outreach.Outcome {
	detail := "HTTP " + strconv.Itoa(status)
	switch {
	case status == http.StatusTooManyRequests:
		return outreach.Outcome{Verdict: outreach.Again, Reason: outreach.RateLimited, Detail: detail}
	case status >= 300 && status < 500 && status != http.StatusRequestTimeout:
		return outreach.Outcome{Verdict: outreach.Rejected, Reason: outreach.Refused, Detail: detail}
	}
	return outreach.Outcome{Verdict: outreach.Unknown, Reason: outreach.ServerError, Detail: detail}
}
