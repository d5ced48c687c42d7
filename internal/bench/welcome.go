package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"yutang/internal/corp"
	"yutang/internal/wecom/crypt"
	"yutang/internal/wecom/notice"
	"yutang/internal/wecomsim"
)

const (
	welcomeRate   = 50 // additions a second
	welcomeTarget = 200 * time.Millisecond
	welcomeStaff  = 20
	welcomePath   = "/cgi-bin/externalcontact/send_welcome_msg"
	benchCorp     = "ww0000000000000001"
	benchToken    = "SimToken01"
	benchAESKey   = "abcdefghijabcdefghijabcdefghijabcdefghijabA"
)

// measureWelcome lets customers be added at the simulator and measures, for each, the time
// from the arrival of the callback to the arrival of the welcome call. The whole program is
// under way: contacts are stored and fetched, and events come in beside.
func measureWelcome(ctx context.Context, parent *bench) error {
	small := parent.Config
	small.Customers = min(small.Customers, 20_000)
	b := &bench{Config: small, dir: parent.dir + "-welcome"}
	defer b.close()
	if err := b.prepare(ctx, 0); err != nil {
		return err
	}
	p, err := newPlatform(b.app.Address())
	if err != nil {
		return err
	}
	defer p.close()
	if err := p.connect(ctx, b); err != nil {
		return err
	}
	for _, c := range []struct{ name, text string }{
		{"welcome", "你好，很高兴认识你。"},
		{"welcome with name", "你好{{customer|朋友}}，很高兴认识你。"},
	} {
		if err := p.greet(ctx, b, c.text); err != nil {
			return err
		}
		if err := p.measure(ctx, b, c.name); err != nil {
			return err
		}
	}
	return nil
}

// platform is a simulated corp, with a stop-watch in front of our door and in front of its
// own.
type platform struct {
	sim     *wecomsim.Sim
	crypt   *crypt.Crypt
	target  string // our address
	servers []*http.Server
	base    string // of the simulator
	door    string // where the simulator sends callbacks
	rule    string // id of the welcome rule
	asset   string

	mu     sync.Mutex
	came   map[string]time.Time // welcome code → the callback was here
	called map[string]time.Time // welcome code → the first call was here
}

func newPlatform(target string) (p *platform, err error) {
	p = &platform{target: target, came: map[string]time.Time{}, called: map[string]time.Time{}}
	if p.crypt, err = crypt.New(crypt.Keys{Token: benchToken, AESKey: benchAESKey, ReceiveID: benchCorp}); err != nil {
		return nil, err
	}
	if p.door, err = p.serve(http.HandlerFunc(p.callback)); err != nil {
		return nil, err
	}
	p.sim, err = wecomsim.New(wecomsim.Config{
		CorpID: benchCorp, CallbackURL: p.door + corp.CallbackPath(benchCorp, corp.Main), Token: benchToken, AESKey: benchAESKey, LogSize: 1,
	})
	if err != nil {
		return nil, err
	}
	for i := range welcomeStaff {
		if err := p.sim.PutMember(wecomsim.NewMember{User: fmt.Sprint("staff", i), Name: fmt.Sprint("Staff ", i)}); err != nil {
			return nil, err
		}
	}
	inner := p.sim.Handler()
	p.base, err = p.serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == welcomePath {
			p.call(r)
		}
		inner.ServeHTTP(w, r)
	}))
	p.sim.Start()
	return p, err
}

// serve starts a server on a free port and gives its address.
func (p *platform) serve(h http.Handler) (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	srv := &http.Server{Handler: h, ReadHeaderTimeout: time.Minute}
	p.servers = append(p.servers, srv)
	go func() { _ = srv.Serve(l) }()
	return "http://" + l.Addr().String(), nil
}

func (p *platform) close() {
	p.sim.Stop()
	for _, srv := range p.servers {
		_ = srv.Close()
	}
}

var forwarding = &http.Client{Timeout: time.Minute, Transport: &http.Transport{MaxIdleConnsPerHost: 64}}

// callback notes the moment and passes the callback on to our door.
func (p *platform) callback(w http.ResponseWriter, r *http.Request) {
	at := time.Now()
	raw, err := io.ReadAll(r.Body)
	if err == nil {
		p.note(r, raw, at)
	}
	req, err := http.NewRequestWithContext(r.Context(), r.Method, "http://"+p.target+r.URL.RequestURI(), bytes.NewReader(raw))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	res, err := forwarding.Do(req)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	defer res.Body.Close()
	w.WriteHeader(res.StatusCode)
	_, _ = io.Copy(w, res.Body)
}

func (p *platform) note(r *http.Request, raw []byte, at time.Time) {
	envelope, err := notice.ParseEnvelope(raw)
	if err != nil {
		return
	}
	q := r.URL.Query()
	plain, err := p.crypt.Decrypt(q.Get("msg_signature"), q.Get("timestamp"), q.Get("nonce"), envelope.Encrypt)
	if err != nil {
		return
	}
	if n, err := notice.Parse(plain); err == nil && n.WelcomeCode != "" {
		p.first(p.came, n.WelcomeCode, at)
	}
}

// call notes the moment of a welcome call and leaves the body to be read again.
func (p *platform) call(r *http.Request) {
	at := time.Now()
	raw, err := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(raw))
	var in struct {
		Code string `json:"welcome_code"`
	}
	if err == nil && json.Unmarshal(raw, &in) == nil {
		p.first(p.called, in.Code, at)
	}
}

func (p *platform) first(m map[string]time.Time, code string, at time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, there := m[code]; !there {
		m[code] = at
	}
}

// connect makes the corp known, takes in a picture and saves a rule that attaches it.
func (p *platform) connect(ctx context.Context, b *bench) error {
	err := b.manage(ctx, http.MethodPut, "/wecom/corps/"+benchCorp, map[string]any{
		"name": "bench", "base_url": p.base,
		"apps": []map[string]any{{"name": corp.Main, "agent_id": 1000002, "secret": "sim-secret-main", "token": benchToken, "aes_key": benchAESKey}},
	}, nil)
	if err != nil {
		return err
	}
	var asset struct{ ID string }
	if err := b.uploadPicture(ctx, &asset); err != nil {
		return err
	}
	p.asset = asset.ID
	var rule struct{ ID string }
	if err := b.manage(ctx, http.MethodPost, "/welcome/rules", p.body("hello", map[string]any{"corp": benchCorp}), &rule); err != nil {
		return err
	}
	p.rule = rule.ID
	return nil
}

func (p *platform) body(text string, more map[string]any) map[string]any {
	out := map[string]any{"name": "all", "greeting": map[string]any{
		"text": text,
		"attachments": []map[string]any{
			{"kind": "image", "asset": p.asset}, {"kind": "link", "title": "会员商城", "url": "https://example.com", "asset": p.asset},
		},
	}}
	for k, v := range more {
		out[k] = v
	}
	return out
}

// greet sets the text and waits until the attachments are ready.
func (p *platform) greet(ctx context.Context, b *bench, text string) error {
	if err := b.manage(ctx, http.MethodPut, "/welcome/rules/"+p.rule, p.body(text, nil), nil); err != nil {
		return err
	}
	for {
		var seen struct{ Missing int }
		err := b.manage(ctx, http.MethodPost, "/welcome/preview", map[string]any{"corp": benchCorp, "staff": "staff0"}, &seen)
		if err != nil || seen.Missing == 0 {
			return err
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// measure lets customers come for the time of the load.
func (p *platform) measure(ctx context.Context, b *bench, name string) error {
	p.mu.Lock()
	clear(p.came)
	clear(p.called)
	p.mu.Unlock()
	n := welcomeRate * b.Seconds
	load, stop := context.WithCancel(ctx)
	defer stop()
	var beside sync.WaitGroup
	beside.Go(func() { b.trickle(load) })
	ticks := time.NewTicker(time.Second / welcomeRate)
	defer ticks.Stop()
	for i := range n {
		<-ticks.C
		external := p.sim.AddCustomer(wecomsim.NewCustomer{})
		if _, err := p.sim.Add(fmt.Sprint("staff", i%welcomeStaff), external, 0); err != nil {
			return err
		}
	}
	for deadline := time.Now().Add(20 * time.Second); p.greeted() < n && time.Now().Before(deadline); {
		time.Sleep(20 * time.Millisecond)
	}
	stop()
	beside.Wait()
	p.report(b, name, n)
	return nil
}

func (p *platform) greeted() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.called)
}

// trickle submits 2,000 events a second beside, until ctx ends.
func (b *bench) trickle(ctx context.Context) {
	g := b.generator()
	ticks := time.NewTicker(100 * time.Millisecond)
	defer ticks.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
			_ = b.seed(ctx, g, 200) // a refusal under overload is load too
		}
	}
}

func (p *platform) report(b *bench, name string, n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var took []time.Duration
	for code, at := range p.called {
		if came, ok := p.came[code]; ok {
			took = append(took, at.Sub(came))
		}
	}
	p50, p99, worst := quantile(took, 0.5), quantile(took, 0.99), quantile(took, 1)
	b.report(Result{
		Name: name, Value: ms(p99), Unit: "ms p99", Target: "<= 200, all greeted", Met: p99 <= welcomeTarget && len(took) == n,
		Details: fmt.Sprintf("callback to call, p50 %.1f ms, worst %.1f ms; %d of %d additions greeted at %d/s, 2 attachments, 2000 events/s beside", ms(p50), ms(worst), len(took), n, welcomeRate),
	})
}

// manage calls the management API as the owner.
func (b *bench) manage(ctx context.Context, method, path string, body, into any) error {
	raw, err := json.Marshal(body)
	if err != nil {
		return err
	}
	return b.ask(ctx, method, path, bytes.NewReader(raw), "application/json", into)
}

func (b *bench) ask(ctx context.Context, method, path string, body io.Reader, kind string, into any) error {
	return ask(ctx, b.app.Address(), method, path, body, kind, into)
}

func ask(ctx context.Context, address, method, path string, body io.Reader, kind string, into any) error {
	req, err := http.NewRequestWithContext(ctx, method, "http://"+address+"/api/v1"+path, body)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+adminToken)
	req.Header.Set("Content-Type", kind)
	res, err := forwarding.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if res.StatusCode >= http.StatusBadRequest {
		return fmt.Errorf("%s %s: %s %s", method, path, res.Status, strings.TrimSpace(string(raw)))
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(raw, into)
}

func (b *bench) uploadPicture(ctx context.Context, into any) error {
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	part, err := w.CreateFormFile("file", "welcome.png")
	if err != nil {
		return err
	}
	if err := png.Encode(part, image.NewGray(image.Rect(0, 0, 400, 300))); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return b.ask(ctx, http.MethodPost, "/assets", &form, w.FormDataContentType(), into)
}
