package wecomsim

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"yutang/internal/clock"
)

// start is the virtual moment at which tests begin.
var start = time.Date(2026, 3, 10, 2, 0, 0, 0, time.UTC)

// bench is a simulator behind a real HTTP server, with a small corp.
type bench struct {
	*Sim
	t     *testing.T
	clock *clock.Manual
	url   string
	token string
}

func newBench(t *testing.T, cfg Config) *bench {
	t.Helper()
	b := &bench{t: t, clock: clock.NewManual(start)}
	cfg.Clock = b.clock
	var err error
	if b.Sim, err = New(cfg); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(b.Handler())
	t.Cleanup(server.Close)
	b.url = server.URL
	b.SetPublicURL(server.URL)
	return b
}

// staffed is newBench with the members wang and li, and a token of the main app.
func staffed(t *testing.T, cfg Config) *bench {
	t.Helper()
	b := newBench(t, cfg)
	for _, u := range []string{"wang", "li"} {
		b.must(b.PutMember(NewMember{User: u, Name: u}))
	}
	b.login("sim-secret-main")
	return b
}

func (b *bench) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) login(secret string) {
	b.t.Helper()
	b.token = b.ok(b.send(http.MethodGet, "/gettoken?corpid=ww0000000000000001&corpsecret="+secret, "", nil)).Get("access_token").Str
}

// call makes a call with the bench's token; body nil is a GET.
func (b *bench) call(path string, body any) gjson.Result {
	b.t.Helper()
	sep := "?"
	if strings.Contains(path, "?") {
		sep = "&"
	}
	path += sep + "access_token=" + b.token
	if body == nil {
		return b.send(http.MethodGet, path, "", nil)
	}
	if text, ok := body.(string); ok {
		return b.send(http.MethodPost, path, "application/json", []byte(text))
	}
	raw, err := json.Marshal(body)
	b.must(err)
	return b.send(http.MethodPost, path, "application/json", raw)
}

func (b *bench) send(method, path, kind string, body []byte) gjson.Result {
	b.t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), method, b.url+"/cgi-bin"+path, bytes.NewReader(body))
	b.must(err)
	req.Header.Set("Content-Type", kind)
	res, err := http.DefaultClient.Do(req)
	b.must(err)
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	b.must(err)
	if res.StatusCode != http.StatusOK {
		b.t.Fatalf("%s: HTTP %d", path, res.StatusCode)
	}
	return gjson.ParseBytes(raw)
}

// ok demands errcode 0.
func (b *bench) ok(r gjson.Result) gjson.Result {
	b.t.Helper()
	return b.is(r, 0)
}

// is demands the errcode.
func (b *bench) is(r gjson.Result, want int64) gjson.Result {
	b.t.Helper()
	if got := r.Get("errcode").Int(); got != want || !r.Get("errcode").Exists() {
		b.t.Fatalf("errcode %d, want %d: %s", got, want, r.Raw)
	}
	return r
}

// friend makes a new customer who scans a code of user.
func (b *bench) friend(user string) string {
	b.t.Helper()
	c := b.AddCustomer(NewCustomer{})
	_, err := b.Add(user, c, 0)
	b.must(err)
	return c
}

func (b *bench) upload(path, name string, data []byte) gjson.Result {
	b.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	part, err := w.CreateFormFile("media", name)
	b.must(err)
	_, err = part.Write(data)
	b.must(err)
	b.must(w.Close())
	return b.send(http.MethodPost, path+"&access_token="+b.token, w.FormDataContentType(), body.Bytes())
}

var (
	pngData = []byte("\x89PNG\r\n\x1a\n-------------")
	mp4Data = []byte("\x00\x00\x00\x20ftypisom-----------")
)

// receiver takes callbacks and opens them with an own reading of the format.
type receiver struct {
	*httptest.Server
	plain chan string
	// refuse makes so many next deliveries fail.
	refuse int
}

const (
	testToken = "SimToken01"
	testKey   = "abcdefghijabcdefghijabcdefghijabcdefghijabA"
)

func newReceiver(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{plain: make(chan string, 10_000)}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if r.refuse > 0 {
			r.refuse--
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		body, _ := io.ReadAll(req.Body)
		r.plain <- openCallback(t, string(body), req.URL.Query())
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) config() Config {
	return Config{CallbackURL: r.URL + "/wecom", Token: testToken, AESKey: testKey}
}

// got takes what arrived so far.
func (r *receiver) got() []string {
	var out []string
	for {
		select {
		case p := <-r.plain:
			out = append(out, p)
		default:
			return out
		}
	}
}

func (b *bench) flush() {
	b.t.Helper()
	b.must(b.Flush(context.Background()))
}

// element cuts the text of an XML element out of a callback.
func element(xml, name string) string {
	_, rest, ok := strings.Cut(xml, "<"+name+">")
	if !ok {
		return ""
	}
	v, _, _ := strings.Cut(rest, "</"+name+">")
	return strings.TrimSuffix(strings.TrimPrefix(v, "<![CDATA["), "]]>")
}

func query(kv ...string) string {
	v := url.Values{}
	for i := 0; i < len(kv); i += 2 {
		v.Set(kv[i], kv[i+1])
	}
	return v.Encode()
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}
