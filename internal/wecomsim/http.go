package wecomsim

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// request is a call as it came in, enough to repeat it.
type request struct {
	method, path, query string // path is below /cgi-bin
	kind                string // Content-Type
	body                []byte
	ip                  string
	flight              int // calls of the path under way, this one included
}

// answer is what goes back.
type answer struct {
	kind, name string
	body       []byte
	missing    bool // no such path: HTTP 404
	dropped    bool
	latency    time.Duration
}

const maxBody = 32 << 20

// Handler serves /cgi-bin/, the OAuth pages and /sim/.
func (s *Sim) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/cgi-bin/", s.serveCall)
	mux.HandleFunc("GET /connect/oauth2/authorize", s.oauthPage)
	mux.HandleFunc("GET /wwlogin/sso/login", s.oauthPage)
	s.control(mux)
	return mux
}

func (s *Sim) serveCall(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		http.Error(w, "body too large", http.StatusRequestEntityTooLarge)
		return
	}
	req := request{
		method: r.Method, path: strings.TrimPrefix(r.URL.Path, "/cgi-bin"), query: r.URL.RawQuery,
		kind: r.Header.Get("Content-Type"), body: body, ip: remote(r), flight: 1,
	}
	if n, ok := s.inflight[req.path]; ok {
		req.flight = int(n.Add(1))
		defer n.Add(-1)
	}
	a := s.answer(req)
	if a.latency > 0 {
		_ = s.clk.WaitUntil(r.Context(), s.clk.Now().Add(a.latency))
	}
	switch {
	case a.dropped:
		panic(http.ErrAbortHandler)
	case a.missing:
		http.NotFound(w, r)
	default:
		w.Header().Set("Content-Type", a.kind)
		if a.name != "" {
			w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": a.name}))
		}
		_, _ = w.Write(a.body)
	}
}

// remote is the caller's address. X-Sim-IP stands in for it, so that one machine can be many.
func remote(r *http.Request) string {
	if ip := r.Header.Get("X-Sim-IP"); ip != "" {
		return ip
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// answer runs one call under the lock.
func (s *Sim) answer(req request) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.enter()
	e, ok := s.table[req.path]
	if !ok {
		s.ring.add(Entry{At: s.at, Kind: "call", Path: req.path, Code: http.StatusNotFound, State: "unknown path"})
		return answer{missing: true}
	}
	c := &call{ip: req.ip, raw: req.body, strict: s.knobs.Strict}
	a, status := s.struck(e, c, req)
	s.rec.call(s, req, a)
	if c.done && !s.restoring {
		s.rec.noteCall(s, req)
	}
	s.logCall(e, c, req, a, status)
	return a
}

// struck runs the call unless a fault prevents it.
func (s *Sim) struck(e *endpoint, c *call, req request) (answer, int) {
	f := s.fault(e.path)
	if f == nil {
		return s.encode(c, s.execute(e, c, req))
	}
	var a answer
	var status int
	switch {
	case f.Drop == "before":
		a = answer{}
	case f.Code != 0 && !f.Effect:
		a, status = s.encode(c, result{err: code(f.Code)})
	default:
		a, status = s.encode(c, s.execute(e, c, req))
		if f.Code != 0 {
			a, status = s.encode(c, result{err: code(f.Code)})
		}
	}
	a.dropped, a.latency = f.Drop != "", ms(f.LatencyMS)
	return a, status
}

// result is what a call came to.
type result struct {
	out any
	err error
}

func (s *Sim) execute(e *endpoint, c *call, req request) result {
	if err := s.admit(e, c, req); err != nil {
		return result{err: err}
	}
	if e.form {
		if err := c.readForm(req.kind); err != nil {
			return result{err: err}
		}
	} else {
		c.parse()
	}
	out, err := e.run(s, c)
	c.done = err == nil
	return result{out: out, err: err}
}

// admit checks address, token, limits and permission.
func (s *Sim) admit(e *endpoint, c *call, req request) error {
	q, err := url.ParseQuery(req.query)
	if err != nil {
		return code(40035)
	}
	c.query = q
	if len(s.knobs.TrustedIPs) > 0 && !slices.Contains(s.knobs.TrustedIPs, c.ip) {
		return code(60020, "not allow to access from your ip")
	}
	if !e.open {
		if err := s.authenticate(c); err != nil {
			return err
		}
	}
	if err := s.frequency(e, c); err != nil {
		return err
	}
	if e.atOnce > 0 && req.flight > e.atOnce {
		return code(45033)
	}
	if c.app != nil && !c.app.may(e.need) {
		return code(48002)
	}
	return nil
}

// authenticate finds the app of the access token.
func (s *Sim) authenticate(c *call) error {
	v := c.query.Get("access_token")
	if v == "" {
		return code(41001)
	}
	t, ok := s.tokens[v]
	switch {
	case !ok || t.revoked:
		return code(40014)
	case !s.at.Before(t.expires):
		return code(42001)
	}
	c.app = t.app
	return nil
}

// readForm reads the file of a multipart body, field media.
func (c *call) readForm(kind string) error {
	_, params, err := mime.ParseMediaType(kind)
	if err != nil || params["boundary"] == "" {
		return code(41005)
	}
	r := multipart.NewReader(bytes.NewReader(c.raw), params["boundary"])
	for {
		part, err := r.NextPart()
		if errors.Is(err, io.EOF) {
			return code(41005)
		}
		if err != nil {
			return code(41005, "missing media data: ", err)
		}
		if part.FormName() != "media" && part.FileName() == "" {
			continue
		}
		data, err := io.ReadAll(part)
		if err != nil {
			return code(41005, "missing media data: ", err)
		}
		c.file = &upload{name: part.FileName(), kind: part.Header.Get("Content-Type"), data: data}
		return nil
	}
}

// encode writes a result as the platform does and gives its errcode.
func (s *Sim) encode(c *call, r result) (answer, int) {
	if b, ok := r.out.(blob); ok && r.err == nil {
		return answer{kind: b.kind, name: b.name, body: b.data}, 0
	}
	status, msg := 0, "ok"
	var e *apiError
	switch {
	case r.err == nil:
	case errors.As(r.err, &e):
		status, msg = e.code, e.msg
	default:
		status, msg = -1, "system error: "+r.err.Error()
	}
	msg = c.warning + msg
	if status != 0 {
		msg += s.tail(c.ip, status)
	}
	var b bytes.Buffer
	b.WriteString(`{"errcode":` + strconv.Itoa(status) + `,"errmsg":`)
	b.WriteString(plainJSON(msg))
	if rest := plainJSON(r.out); r.out != nil && (r.err == nil || len(rest) > 2) && rest != "{}" && rest != "null" {
		b.WriteString("," + rest[1:])
	} else {
		b.WriteByte('}')
	}
	return answer{kind: "application/json; charset=UTF-8", body: b.Bytes()}, status
}

// tail is what the platform appends to the errmsg of a failure.
func (s *Sim) tail(ip string, status int) string {
	n := s.ids.number("hint")
	return fmt.Sprintf(", hint: [%d_%d_%s], from ip: %s, more info at https://open.work.weixin.qq.com/devtool/query?e=%d",
		s.at.Unix(), n%1000, s.ids.hex("hash", 16), ip, status)
}

func plainJSON(v any) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return "{}"
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func (s *Sim) logCall(e *endpoint, c *call, req request, a answer, status int) {
	entry := Entry{At: s.at, Kind: "call", Path: e.path, Code: status, Answer: string(a.body[:min(len(a.body), maxLogged)])}
	if c.app != nil {
		entry.App = c.app.Name
	}
	if a.dropped {
		entry.State = "dropped"
	}
	switch {
	case c.file != nil:
		entry.Request = fmt.Sprintf("%s, %d bytes", c.file.name, len(c.file.data))
	case len(req.body) > 0:
		entry.Request = string(req.body[:min(len(req.body), maxLogged)])
	case !e.secrets:
		q := c.query
		q.Del("access_token")
		entry.Request = q.Encode()
	}
	if e.secrets || a.name != "" {
		entry.Answer = ""
	}
	s.ring.add(entry)
}
