package wecom

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

const (
	maxTries = 4 // the first and at most 3 more
	firstGap = 100 * time.Millisecond
)

// request is one call before it has a token.
type request struct {
	method  string
	path    string
	query   url.Values
	body    []byte
	kind    string // content type of body
	timeout time.Duration
	repeat  bool // a second identical call does no harm
	open    bool // needs no token
	stream  func(*http.Response) error
}

type none struct{}

// get reads.
func get[T any](ctx context.Context, c *Client, path string, query url.Values) (T, error) {
	return decode[T](ctx, c, request{method: http.MethodGet, path: path, query: query, repeat: true})
}

// read posts a call that only reads, or that leaves the same state when it is repeated.
func read[T any](ctx context.Context, c *Client, path string, body any) (T, error) {
	return post[T](ctx, c, path, body, true)
}

// write posts a call whose effect would double if it were repeated. It goes out again only
// when the first one surely had no effect.
func write[T any](ctx context.Context, c *Client, path string, body any) (T, error) {
	return post[T](ctx, c, path, body, false)
}

// put is read without an answer.
func put(ctx context.Context, c *Client, path string, body any) error {
	_, err := read[none](ctx, c, path, body)
	return err
}

// act is write without an answer.
func act(ctx context.Context, c *Client, path string, body any) error {
	_, err := write[none](ctx, c, path, body)
	return err
}

func post[T any](ctx context.Context, c *Client, path string, body any, repeat bool) (T, error) {
	raw, err := json.Marshal(body)
	if err != nil {
		var zero T
		return zero, fmt.Errorf("wecom %s: encode: %w", path, err)
	}
	return decode[T](ctx, c, request{method: http.MethodPost, path: path, body: raw, kind: "application/json", repeat: repeat})
}

func decode[T any](ctx context.Context, c *Client, r request) (T, error) {
	var out T
	raw, err := c.do(ctx, r)
	if err != nil {
		return out, err
	}
	if _, nothing := any(out).(none); nothing {
		return out, nil
	}
	if err := json.Unmarshal(raw, &out); err != nil {
		return out, &Error{Path: r.path, Class: Transport, Msg: "the answer has another shape", cause: err}
	}
	return out, nil
}

// do makes the call with a token, and again where that is safe and may help.
func (c *Client) do(ctx context.Context, r request) ([]byte, error) {
	if err := c.held(r); err != nil {
		return nil, err
	}
	gap, renewed := firstGap, false
	for try := 1; ; try++ {
		token, err := c.token(ctx, r)
		if err != nil {
			return nil, unsent(r.path, err)
		}
		raw, err := c.attempt(ctx, r, token)
		switch {
		case err == nil:
			return raw, nil
		case Is(err, CodeBadToken, CodeTokenExpired) && !renewed && !r.open:
			renewed = true
			if err := c.cfg.Tokens.Drop(ctx, c.tokenKey(kindAccess), token); err != nil {
				return nil, unsent(r.path, err)
			}
			continue
		case try >= maxTries || !again(r, err) || ctx.Err() != nil:
			return nil, err
		}
		if c.pause(ctx, gap) != nil {
			return nil, err
		}
		gap *= 3
	}
}

// again says whether the failed call may go out once more. A call that ran into its
// deadline is not repeated: the platform is slow, and the caller has waited enough.
func again(r request, err error) bool {
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, errOpen) {
		return false
	}
	switch ClassOf(err) {
	case Retryable, Transport, NotSent:
		return r.repeat || Unsent(err)
	}
	return false
}

// unsent marks a failure on the way to the call as one without effect.
func unsent(path string, err error) error {
	if e := asError(err); e != nil {
		if e.Path == path || e.Class != Transport && e.Code != CodeBusy {
			return err
		}
		return &Error{Path: path, Class: NotSent, RetryAfter: e.RetryAfter, cause: err}
	}
	return &Error{Path: path, Class: NotSent, cause: err}
}
