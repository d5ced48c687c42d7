package web

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
)

func serve(t *testing.T, files fstest.MapFS, path string, header ...string) (*http.Response, string) {
	t.Helper()
	mux := http.NewServeMux()
	mount(mux.Handle, files, func(context.Context) []string { return []string{"http://phones.example"} })
	req := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, req)
	res := w.Result()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(body)
}

var some = fstest.MapFS{
	"dist/console/index.html":          {Data: []byte("the console")},
	"dist/console/assets/a-1.js":       {Data: []byte("plain")},
	"dist/console/assets/a-1.js.br":    {Data: []byte("packed")},
	"dist/console/mark.svg":            {Data: []byte("<svg/>")},
	"dist/staff/index.html":            {Data: []byte("the staff's pages")},
	"dist/staff/assets/x-2.css":        {Data: []byte("a{}")},
	"dist/console/.vite/manifest.json": {Data: []byte("{}")},
}

// covers: J4
func TestApps_AreServedAtEveryAddressOfTheirs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		path, accept string
		status       int
		body, cache  string
	}{
		{"/console/", "", 200, "the console", "no-cache"},
		{"/console/customers/c42", "", 200, "the console", "no-cache"},
		{"/console/assets/a-1.js", "gzip", 200, "plain", "public, max-age=31536000, immutable"},
		{"/console/assets/a-1.js", "gzip, br", 200, "packed", "public, max-age=31536000, immutable"},
		{"/console/assets/none.js", "", 404, "404 page not found\n", ""},
		{"/console/mark.svg", "", 200, "<svg/>", "no-cache"},
		{"/console/..%2f..%2fgo.mod", "", 404, "404 page not found\n", ""},
		{"/staff/tasks", "", 200, "the staff's pages", "no-cache"},
	} {
		res, body := serve(t, some, c.path, "Accept-Encoding", c.accept)
		if res.StatusCode != c.status || body != c.body || res.Header.Get("Cache-Control") != c.cache {
			t.Errorf("%s: %d %q, kept %q", c.path, res.StatusCode, body, res.Header.Get("Cache-Control"))
		}
	}
}

// covers: J3
func TestApps_RunNoScriptFromElsewhere(t *testing.T) {
	t.Parallel()
	for path, frames := range map[string]string{"/console/": "frame-ancestors 'none'", "/staff/": "frame-ancestors 'self' http://phones.example"} {
		res, _ := serve(t, some, path)
		policy := res.Header.Get("Content-Security-Policy")
		if !strings.Contains(policy, "script-src 'self';") || !strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, frames) {
			t.Errorf("%s: %s", path, policy)
		}
	}
}

func TestAbsentApps_SayHowToBuildThem(t *testing.T) {
	t.Parallel()
	res, body := serve(t, fstest.MapFS{"dist/.keep": {}}, "/console/customers")
	if res.StatusCode != http.StatusServiceUnavailable || !strings.Contains(body, "make build") || !strings.Contains(body, "控制台") {
		t.Errorf("%d %s", res.StatusCode, body)
	}
}

func TestOldAddresses_LeadToTheConsole(t *testing.T) {
	t.Parallel()
	for from, to := range map[string]string{"/": "/console/", "/setup?token=t": "/console/setup?token=t", "/sign-in": "/console/sign-in"} {
		if res, _ := serve(t, some, from); res.StatusCode != http.StatusFound || res.Header.Get("Location") != to {
			t.Errorf("%s: %d %s", from, res.StatusCode, res.Header.Get("Location"))
		}
	}
}
