package wecom

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/tidwall/gjson"

	"yutang/internal/clock"
)

const maxAnswer = 64 << 20

// attempt passes the limiter, makes one HTTP call and tells limiter and observer how it went.
func (c *Client) attempt(ctx context.Context, r request, token string) ([]byte, error) {
	wall := clock.System{}
	begun := wall.Now()
	pass, err := c.cfg.Limits.enter(ctx, c.cfg.CorpID, r.path)
	sent := wall.Now()
	if err != nil {
		c.observe(r.path, err, sent.Sub(begun), 0)
		return nil, err
	}
	raw, err := c.roundTrip(ctx, r, token)
	err = pass.leave(context.WithoutCancel(ctx), err)
	c.observe(r.path, err, sent.Sub(begun), wall.Now().Sub(sent))
	return raw, err
}

func (c *Client) observe(path string, err error, waited, took time.Duration) {
	if c.cfg.Observe == nil {
		return
	}
	c.cfg.Observe(Call{
		Corp: c.cfg.CorpID, App: c.cfg.App, Path: path, Code: CodeOf(err), Class: ClassOf(err), Took: took, Waited: waited,
	})
}

func (c *Client) roundTrip(ctx context.Context, r request, token string) ([]byte, error) {
	limit := r.timeout
	if limit == 0 {
		limit = callTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	w := &wire{}
	req, err := http.NewRequestWithContext(w.trace(ctx), r.method, c.url(r, token), bytes.NewReader(r.body))
	if err != nil {
		return nil, &Error{Path: r.path, Class: NotSent, Msg: "the address of the platform is wrong"}
	}
	if r.kind != "" {
		req.Header.Set("Content-Type", r.kind)
	}
	res, err := c.cfg.HTTP.Do(req)
	if err != nil {
		return nil, w.failed(r.path, err)
	}
	defer res.Body.Close()
	return answer(r, res)
}

func (c *Client) url(r request, token string) string {
	q := url.Values{}
	for k, v := range r.query {
		q[k] = v
	}
	if token != "" {
		q.Set("access_token", token)
	}
	if len(q) == 0 {
		return c.base + r.path
	}
	return c.base + r.path + "?" + q.Encode()
}

// answer reads what came back. Only HTTP 200 with JSON, or with a stream where one is
// expected, is an answer.
func answer(r request, res *http.Response) ([]byte, error) {
	if res.StatusCode != http.StatusOK {
		return nil, &Error{Path: r.path, Class: Transport, Status: res.StatusCode, Msg: "HTTP " + res.Status}
	}
	if r.stream != nil && streams(res) {
		if err := r.stream(res); err != nil {
			return nil, &Error{Path: r.path, Class: Transport, Status: res.StatusCode, Msg: "the stream broke off", cause: stripURL(err)}
		}
		return nil, nil
	}
	raw, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return nil, &Error{Path: r.path, Class: Transport, Status: res.StatusCode, Msg: "the answer broke off", cause: stripURL(err)}
	}
	if !json.Valid(raw) {
		return nil, &Error{Path: r.path, Class: Transport, Status: res.StatusCode, Msg: "the answer is not JSON"}
	}
	code := int(gjson.GetBytes(raw, "errcode").Int())
	if code == 0 {
		return raw, nil
	}
	return nil, &Error{Code: code, Msg: gjson.GetBytes(raw, "errmsg").String(), Path: r.path, Class: classify(code), Status: res.StatusCode}
}

// wire watches how far a request got.
type wire struct {
	asked, written atomic.Bool
}

func (w *wire) trace(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn:      func(string) { w.asked.Store(true) },
		WroteHeaders: func() { w.written.Store(true) },
	})
}

// failed tells a call that never left from one whose outcome is unknown. A transport that
// does not report its steps is believed only about a failed dial.
func (w *wire) failed(path string, err error) *Error {
	class := Transport
	var op *net.OpError
	dial := errors.As(err, &op) && op.Op == "dial"
	if dial || w.asked.Load() && !w.written.Load() {
		class = NotSent
	}
	return &Error{Path: path, Class: class, Msg: "no answer", cause: stripURL(err)}
}

// stripURL removes the address from an error of net/http: it holds the token.
func stripURL(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}
