package wechat

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"yutang/internal/channel/wire"
	"yutang/internal/clock"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/outreach"
	"yutang/internal/seal"
	"yutang/internal/wecom"
)

var noon = time.Date(2026, 3, 2, 4, 0, 0, 0, time.UTC)

// platform knows two apps. It gives out tokens as stable_token does and takes messages
// that carry one which is alive.
type platform struct {
	*httptest.Server
	mu      sync.Mutex
	fetched map[string]int
	tokens  map[string]string // of app
	code    int               // answered to messages
	refuse  int               // answered to stable_token
	sent    []string          // path and body
	tries   int
}

func newPlatform(t *testing.T) *platform {
	t.Helper()
	p := &platform{fetched: map[string]int{}, tokens: map[string]string{}}
	p.Server = httptest.NewServer(p)
	t.Cleanup(p.Close)
	return p
}

// ServeHTTP is the platform.
func (p *platform) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	raw, _ := io.ReadAll(r.Body)
	if r.URL.Path == "/cgi-bin/stable_token" {
		p.token(w, raw)
		return
	}
	p.tries++
	alive := false
	for _, token := range p.tokens {
		alive = alive || token == r.URL.Query().Get("access_token")
	}
	switch {
	case !alive:
		_, _ = io.WriteString(w, `{"errcode":40001,"errmsg":"invalid credential, access_token is invalid or not latest"}`)
	case p.code != 0:
		_, _ = fmt.Fprintf(w, `{"errcode":%d,"errmsg":"said to o1"}`, p.code)
	default:
		p.sent = append(p.sent, r.URL.Query().Get("access_token")+" "+r.URL.Path+" "+strings.TrimSpace(string(raw)))
		_, _ = io.WriteString(w, `{"errcode":0,"errmsg":"ok","msgid":200228332}`)
	}
}

func (p *platform) token(w io.Writer, raw []byte) {
	var in map[string]string
	_ = json.Unmarshal(raw, &in)
	switch {
	case p.refuse != 0:
		_, _ = fmt.Fprintf(w, `{"errcode":%d,"errmsg":"no"}`, p.refuse)
	case in["grant_type"] != "client_credential" || in["secret"] != "secret of "+in["appid"]:
		_, _ = io.WriteString(w, `{"errcode":40125,"errmsg":"invalid appsecret"}`)
	default:
		if p.tokens[in["appid"]] == "" {
			p.tokens[in["appid"]] = fmt.Sprintf("%s-%d", in["appid"], p.fetched[in["appid"]])
		}
		p.fetched[in["appid"]]++
		_, _ = fmt.Fprintf(w, `{"access_token":%q,"expires_in":7200}`, p.tokens[in["appid"]])
	}
}

func (p *platform) account(app string) Account {
	return Account{AppID: app, Secret: "secret of " + app, BaseURL: p.URL}
}

func client(t *testing.T, d *db.DB) *Client {
	t.Helper()
	box, err := seal.New(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	return &Client{Wire: wire.New((&net.Dialer{}).DialContext, nil, nil), Tokens: wecom.NewTokens(d, box, clock.NewManual(noon))}
}

// covers: C7
func TestMessages_AreWhatThePlatformWants(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	c := client(t, dbtest.SQLite(t))
	a, mini := p.account("wxofficial"), p.account("wxmini")
	for _, o := range []outreach.Outcome{
		c.SendTemplate(t.Context(), a, "o1", "dlv_1", Template{TemplateID: "T1", Data: map[string]string{"thing1": "a\nb"}, URL: "https://x.example/?a=1&b=2", MiniProgram: &Page{"wx2", "p"}}),
		c.SendService(t.Context(), a, "o1", Service{Text: "您好 <a href=\"x\">y</a>"}),
		c.SendService(t.Context(), a, "o1", Service{Image: "M1"}),
		c.SendService(t.Context(), a, "o1", Service{Link: &Link{"t", "d", "https://x.example", "https://x.example/p.png"}}),
		c.SendService(t.Context(), a, "o1", Service{MiniProgram: &MiniCard{"t", "wx2", "p", "M2"}}),
		c.SendSubscribe(t.Context(), mini, "o2", Subscribe{TemplateID: "T2", Page: "pages/a", Data: map[string]string{"thing2": strings.Repeat("长", 21)}, Lang: "zh_CN"}),
	} {
		if diff := cmp.Diff(outreach.Outcome{Verdict: outreach.Accepted, ProviderID: "200228332"}, o); diff != "" {
			t.Fatal(diff)
		}
	}
	want := []string{
		`wxofficial-0 /cgi-bin/message/template/send {"touser":"o1","template_id":"T1","url":"https://x.example/?a=1&b=2","miniprogram":{"appid":"wx2","pagepath":"p"},"client_msg_id":"dlv_1","data":{"thing1":{"value":"a b"}}}`,
		`wxofficial-0 /cgi-bin/message/custom/send {"msgtype":"text","text":{"content":"您好 <a href=\"x\">y</a>"},"touser":"o1"}`,
		`wxofficial-0 /cgi-bin/message/custom/send {"image":{"media_id":"M1"},"msgtype":"image","touser":"o1"}`,
		`wxofficial-0 /cgi-bin/message/custom/send {"msgtype":"news","news":{"articles":[{"title":"t","description":"d","url":"https://x.example","picurl":"https://x.example/p.png"}]},"touser":"o1"}`,
		`wxofficial-0 /cgi-bin/message/custom/send {"miniprogrampage":{"title":"t","appid":"wx2","pagepath":"p","thumb_media_id":"M2"},"msgtype":"miniprogrampage","touser":"o1"}`,
		`wxmini-0 /cgi-bin/message/subscribe/send {"touser":"o2","template_id":"T2","page":"pages/a","lang":"zh_CN","data":{"thing2":{"value":"` + strings.Repeat("长", 19) + `…"}}}`,
	}
	if diff := cmp.Diff(want, p.sent); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]int{"wxofficial": 1, "wxmini": 1}, p.fetched); diff != "" {
		t.Error(diff)
	}
}

// Two processes on one database fetch one token, whoever comes first.
func TestTokens_AreFetchedOnceForAllProcesses(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := newPlatform(t)
		processes := []*Client{client(t, d), client(t, d)}
		var all sync.WaitGroup
		for i := range 12 {
			all.Go(func() {
				if o := processes[i%2].SendService(t.Context(), p.account("wxofficial"), "o1", Service{Text: "x"}); o.Verdict != outreach.Accepted {
					t.Errorf("%+v", o)
				}
			})
		}
		all.Wait()
		if p.fetched["wxofficial"] != 1 || len(p.sent) != 12 {
			t.Errorf("%d fetches, %d messages", p.fetched["wxofficial"], len(p.sent))
		}
	})
}

func TestToken_DeadIsReplacedAndTheCallMadeOnceMore(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	c := client(t, dbtest.SQLite(t))
	send := func() outreach.Outcome {
		return c.SendService(t.Context(), p.account("wxofficial"), "o1", Service{Text: "x"})
	}
	if o := send(); o.Verdict != outreach.Accepted {
		t.Fatalf("%+v", o)
	}
	p.tokens["wxofficial"] = ""
	if o := send(); o.Verdict != outreach.Accepted || p.fetched["wxofficial"] != 2 || p.tries != 3 || len(p.sent) != 2 {
		t.Fatalf("%+v, %d fetches, %d tries", o, p.fetched["wxofficial"], p.tries)
	}
	p.code, p.tries = 40001, 0
	if o := send(); o.Verdict != outreach.Again || o.Reason != outreach.Account || p.tries != 2 {
		t.Errorf("a token that is never taken: %+v, %d tries", o, p.tries)
	}
}

// covers: C7
func TestVerdicts_OfErrorCodes(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	c := client(t, dbtest.SQLite(t))
	const rejected, again = outreach.Rejected, outreach.Again
	for _, x := range []struct {
		code    int
		verdict outreach.Verdict
		reason  outreach.Reason
	}{
		{43101, rejected, outreach.Refused},
		{43004, rejected, outreach.Refused},
		{45015, rejected, outreach.WindowClosed},
		{45047, rejected, outreach.Quota},
		{40003, rejected, outreach.NoAddress},
		{40037, rejected, outreach.BadTemplate},
		{47003, rejected, outreach.BadTemplate},
		{41030, rejected, outreach.BadTemplate},
		{48001, again, outreach.Account},
		{40164, again, outreach.Account},
		{45009, again, outreach.RateLimited},
		{45011, again, outreach.RateLimited},
		{-1, again, outreach.RateLimited},
		{99999, rejected, outreach.Refused},
	} {
		p.code = x.code
		want := outreach.Outcome{Verdict: x.verdict, Reason: x.reason, Detail: fmt.Sprintf("errcode %d", x.code)}
		if diff := cmp.Diff(want, c.SendSubscribe(t.Context(), p.account("wxmini"), "o1", Subscribe{TemplateID: "T"})); diff != "" {
			t.Errorf("%d: %s", x.code, diff)
		}
	}
}

// Without a token nothing was sent, whatever the platform said.
func TestToken_RefusedMeansNotSent(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	c := client(t, dbtest.SQLite(t))
	for _, code := range []int{40125, 40164, 40013, 45009, -1, 99999} {
		p.refuse = code
		o := c.SendService(t.Context(), p.account("wxofficial"), "o1", Service{Text: "x"})
		if o.Verdict != outreach.Again || p.tries != 0 {
			t.Errorf("%d: %+v, %d tries", code, o, p.tries)
		}
	}
	p.Close()
	if o := c.SendService(t.Context(), p.account("wxofficial"), "o1", Service{Text: "x"}); o.Verdict != outreach.Again || strings.Contains(o.Detail, "secret") {
		t.Errorf("%+v", o)
	}
}

func TestFit_KeepsFieldsShort(t *testing.T) {
	t.Parallel()
	for _, c := range [][3]string{
		{"thing1", "a  b\r\nc", "a b c"},
		{"phrase3", "一二三四五六", "一二三四五"},
		{"keyword1", strings.Repeat("x", 99), strings.Repeat("x", 99)},
		{"name2", "王芳", "王芳"},
	} {
		if got := Fit(c[0], c[1]); got != c[2] {
			t.Errorf("%s: %q, want %q", c[0], got, c[2])
		}
	}
	for name, want := range map[string]bool{"thing1": true, "character_string12": true, "thing": false, "keyword1": false, "": false} {
		if FieldOK(name) != want {
			t.Errorf("%q: %v", name, !want)
		}
	}
}
