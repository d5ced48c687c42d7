package wecomsim

import (
	"flag"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/tidwall/gjson"
)

// sim uses the control API: body "" is a GET.
func (b *bench) sim(path, body string, want int) gjson.Result {
	b.t.Helper()
	method := http.MethodPost
	if body == "" {
		method = http.MethodGet
	}
	req, err := http.NewRequest(method, b.url+"/sim/api/"+path, strings.NewReader(body)) //nolint:noctx // a test's own server
	b.must(err)
	res, err := http.DefaultClient.Do(req)
	b.must(err)
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	b.must(err)
	if res.StatusCode != want {
		b.t.Fatalf("%s: HTTP %d: %s", path, res.StatusCode, raw)
	}
	return gjson.ParseBytes(raw)
}

func TestControl_PlaysAPhone(t *testing.T) {
	t.Parallel()
	b := newBench(t, Config{Staff: 3, Customers: 10})
	b.login("sim-secret-main")
	user := b.sim("members", "", 200).Get("0.userid").Str
	b.ok(b.call("/externalcontact/add_contact_way", obj{"type": 1, "scene": 2, "user": []string{user}, "state": "门口"}))
	who := b.sim("add_customer", `{"name":"小满"}`, 200).Get("external_userid").Str
	url := b.sim("codes", "", 200).Get("0.qr_code").Str
	for _, code := range []string{url, "门口"} {
		r := b.sim("scan", `{"external_userid":"`+who+`","code":"`+code+`"}`, 200)
		if r.Get("userid").Str != user {
			t.Error(r.Raw)
		}
	}
	b.sim("send_text", `{"from":"`+who+`","to":"`+user+`","text":"在吗"}`, 200)
	chat := b.sim("chat?userid="+user+"&external_userid="+who, "", 200)
	if chat.Get("0.text").Str != "在吗" {
		t.Error(chat.Raw)
	}
	before := b.sim("clock", "", 200).Get("now").Time()
	b.sim("advance", `{"seconds":3600}`, 200)
	if after := b.sim("clock", "", 200).Get("now").Time(); after.Sub(before).Hours() != 1 {
		t.Errorf("from %s to %s", before, after)
	}
	if got := b.sim("log?kind=action&path=scan", "", 200).Array(); len(got) != 2 {
		t.Errorf("the log shows %v", got)
	}
	b.sim("scan", `{"external_userid":"nobody","code":"x"}`, 404)
	b.sim("scan", `{"nonsense":1}`, 400)
	b.sim("fly", `{}`, 404)
	b.sim("customer?external_userid="+who, "", 200)
	if n := len(b.sim("actions", "", 200).Array()); n != len(b.acts) {
		t.Errorf("%d actions listed", n)
	}
}

var update = flag.Bool("update", false, "rewrite the tables of README.md")

func TestReadme_ListsEveryEndpointActionAndRead(t *testing.T) {
	t.Parallel()
	b := newBench(t, Config{})
	readme := readFile(t, "README.md")
	for _, part := range []struct{ name, table string }{{"endpoints", b.endpointTable()}, {"actions", b.actionTable()}} {
		from, to := "<!-- "+part.name+" -->\n", "<!-- end of "+part.name+" -->"
		head, rest, ok := strings.Cut(readme, from)
		_, tail, ended := strings.Cut(rest, to)
		if !ok || !ended {
			t.Fatalf("README.md has no place for %s", part.name)
		}
		readme = head + from + part.table + to + tail
	}
	if *update {
		b.must(os.WriteFile("README.md", []byte(readme), 0o644)) //nolint:gosec // a document
	}
	if readFile(t, "README.md") != readme {
		t.Error("README.md is not current; run: go test ./internal/wecomsim -run Readme -update")
	}
}

func (b *bench) endpointTable() string {
	var out strings.Builder
	out.WriteString("| call | permission | limits of its own |\n|---|---|---|\n")
	for _, e := range slices.SortedFunc(maps.Values(b.table), func(a, b *endpoint) int { return strings.Compare(a.path, b.path) }) {
		var own []string
		for _, r := range e.own {
			own = append(own, fmt.Sprintf("%d per %s", r.n, r.per))
		}
		for _, r := range e.ownApp {
			own = append(own, fmt.Sprintf("%d per %s and app", r.n, r.per))
		}
		if e.atOnce > 0 {
			own = append(own, fmt.Sprintf("%d at once", e.atOnce))
		}
		if e.free {
			own = append(own, "outside the basic limits")
		}
		fmt.Fprintf(&out, "| %s `%s` | %s | %s |\n", e.method, e.path, e.need, strings.Join(own, ", "))
	}
	return out.String()
}

func (b *bench) actionTable() string {
	var out strings.Builder
	out.WriteString("| action | what happens | body |\n|---|---|---|\n")
	for _, a := range slices.SortedFunc(maps.Values(b.acts), func(a, b action) int { return strings.Compare(a.name, b.name) }) {
		fmt.Fprintf(&out, "| `%s` | %s | %s |\n", a.name, a.doc, strings.Join(a.args, ", "))
	}
	return out.String()
}
