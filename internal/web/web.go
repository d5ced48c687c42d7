// Package web serves the two apps that people open in a browser: the console below
// /console/ and the staff's pages below /staff/. They are built from the folder web by
// `make web` into dist and embedded; without that a page says how to build them.
//
// It promises that every address of an app gives the app, that a missing file is 404 and
// not the app, that files with a hash in their name are kept by browsers for good while the
// page itself is asked for each time, and that no script from elsewhere or inside a page
// runs. It knows nobody: the apps sign in through the management API.
package web

import (
	"context"
	"embed"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"

	"yutang/internal/httpapi"
)

//go:embed all:dist
var built embed.FS

// policy lets an app load from here alone. Styles are made while a page runs, so they may
// stand in it; scripts may not.
const policy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; media-src 'self' blob:; " +
	"font-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; "

// Frames tells which origins beside our own may show the staff's pages inside theirs, such
// as a simulator whose phones open them. Nobody may show the console.
type Frames func(ctx context.Context) []string

// Mount puts the apps on the API's mux.
func Mount(a *httpapi.API, frames Frames) { mount(a.Mount, built, frames) }

func mount(handle func(pattern string, h http.Handler), files fs.FS, frames Frames) {
	handle("GET /{$}", http.RedirectHandler("/console/", http.StatusFound))
	for _, page := range []string{"/setup", "/sign-in"} {
		handle("GET "+page, http.HandlerFunc(within))
	}
	for _, name := range []string{"console", "staff"} {
		sub, err := fs.Sub(files, "dist/"+name)
		if err != nil {
			panic(err)
		}
		handle("GET /"+name+"/", http.StripPrefix("/"+name+"/", app{name, sub, frames}))
	}
}

// within leads to the console's page of the same name, with what was asked.
func within(w http.ResponseWriter, r *http.Request) {
	to := "/console" + r.URL.Path
	if r.URL.RawQuery != "" {
		to += "?" + r.URL.RawQuery
	}
	http.Redirect(w, r, to, http.StatusFound)
}

type app struct {
	name   string
	files  fs.FS
	frames Frames
}

// ServeHTTP gives a file, or the page for every other address.
func (a app) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	shown := "'none'"
	if a.name == "staff" {
		h.Del("X-Frame-Options") // which cannot name an origin; the policy does
		shown = strings.Join(append([]string{"'self'"}, a.frames(r.Context())...), " ")
	}
	h.Set("Content-Security-Policy", policy+"frame-ancestors "+shown)
	name := path.Clean(r.URL.Path)
	if name == "." || path.Ext(name) == "" {
		name = "index.html"
	}
	if strings.HasPrefix(name, "assets/") {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	} else {
		h.Set("Cache-Control", "no-cache")
	}
	a.give(w, r, name)
}

// give writes a file, packed if the browser takes that.
func (a app) give(w http.ResponseWriter, r *http.Request, name string) {
	h := w.Header()
	h.Set("Content-Type", mime.TypeByExtension(path.Ext(name)))
	h.Add("Vary", "Accept-Encoding")
	if strings.Contains(r.Header.Get("Accept-Encoding"), "br") {
		if raw, err := fs.ReadFile(a.files, name+".br"); err == nil {
			h.Set("Content-Encoding", "br")
			w.Write(raw) //nolint:errcheck // the client may be gone; nobody to tell
			return
		}
	}
	raw, err := fs.ReadFile(a.files, name)
	switch {
	case err == nil:
		w.Write(raw) //nolint:errcheck // as above
	case name == "index.html":
		h.Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(http.StatusServiceUnavailable)
		w.Write([]byte(absent)) //nolint:errcheck // as above
	default:
		h.Del("Cache-Control")
		http.NotFound(w, r)
	}
}

const absent = `<!doctype html>
<html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>鱼塘 Yutang</title>
<main style="max-width:34em;margin:16vh auto;padding:0 20px;font:15px/1.7 system-ui,sans-serif">
<h1 style="font-size:20px">控制台还没有构建</h1>
<p>在仓库里运行 <code>make build</code>，再启动服务。接口与数据不受影响。</p>
<h2 style="font-size:17px" lang="en">The console is not in this program</h2>
<p lang="en">Run <code>make build</code> in the repository and start the server again. The API and the data are not affected.</p>
</main></html>
`
