package wecom

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
)

const platform = "qyapi.weixin.qq.com"

// calls notes the paths below /cgi-bin that have answered without an error.
type calls struct {
	mu   sync.Mutex
	done map[string]bool
}

func (c *calls) note(path string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.done == nil {
		c.done = map[string]bool{}
	}
	c.done[strings.TrimPrefix(path, "/cgi-bin")] = true
}

// transport sends to a simulator what is meant for the platform.
type transport struct {
	calls  *calls
	target string // HOST:PORT
}

func (c *calls) to(s *sim) http.RoundTripper {
	return transport{c, strings.TrimPrefix(s.url, "http://")}
}

// RoundTrip implements http.RoundTripper.
func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Host != platform {
		return http.DefaultTransport.RoundTrip(r)
	}
	r = r.Clone(r.Context())
	r.URL.Scheme, r.URL.Host, r.Host = "http", t.target, ""
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	raw, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	resp.Body = io.NopCloser(bytes.NewReader(raw))
	var answer struct {
		Code int `json:"errcode"`
	}
	if err == nil && json.Unmarshal(raw, &answer) == nil && answer.Code == 0 {
		t.calls.note(r.URL.Path)
	}
	return resp, err
}
