package console

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"strings"
	"time"

	"yutang/internal/access"
	"yutang/internal/httpapi"
)

//go:embed pages/*.html
var pageFiles embed.FS

//go:embed assets
var assetFiles embed.FS

// view is what every page is rendered from: language, brand, who looks, and the data.
type view struct {
	Lang  string // "zh-CN" or "en"
	Title string
	Brand access.Brand
	Zone  *time.Location
	Now   time.Time
	Who   access.Principal
	Bare  bool // without the bar at the top
	Path  string
	Data  any

	Workbench bool   // the pages of WeCom are there
	Corps     []Corp // connected ones
	Corp      string // id of the one that is looked at, "" if there is none
}

const langCookie = "yutang_lang"

// view begins a page. ?lang=en or zh is remembered; Chinese is first.
func (c *Console) view(w http.ResponseWriter, r *http.Request) *view {
	brand, err := c.access.Brand(r.Context())
	if err != nil {
		c.log.ErrorContext(r.Context(), "brand not read", "request_id", httpapi.RequestID(r.Context()), "error", err)
		brand = access.DefaultBrand
	}
	lang := r.URL.Query().Get("lang")
	if lang != "" && r.URL.Path != "/console/numbers" {
		http.SetCookie(w, &http.Cookie{ //nolint:gosec // a language; Secure as the request was
			Name: langCookie, Value: language(lang), Path: "/", MaxAge: 365 * 24 * 3600,
			HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: httpapi.Secure(r),
		})
	} else if cookie, err := r.Cookie(langCookie); lang == "" && err == nil {
		lang = cookie.Value
	}
	return &view{Lang: language(lang), Brand: brand, Zone: brand.Location(), Now: c.clock.Now(), Path: r.URL.Path, Workbench: c.listCorps != nil}
}

func language(wish string) string {
	if strings.HasPrefix(wish, "en") {
		return "en"
	}
	return "zh-CN"
}

func parsePages() *template.Template {
	return template.Must(template.New("").Funcs(functions).ParseFS(pageFiles, "pages/*.html"))
}

// render sends a whole page, or nothing of it: a template that fails half-way does not
// leave half a page.
func (c *Console) render(w http.ResponseWriter, r *http.Request, status int, page string, v *view) error {
	var buf bytes.Buffer
	if err := c.pages.ExecuteTemplate(&buf, page, v); err != nil {
		err = fmt.Errorf("render %s: %w", page, err)
		if page != "error" {
			return err
		}
		c.log.ErrorContext(r.Context(), "error page failed", "error", err)
		http.Error(w, http.StatusText(status), status)
		return nil
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	w.Write(buf.Bytes()) //nolint:errcheck // the client may be gone; nobody to tell
	return nil
}

func (c *Console) renderPart(part string, b board) (string, error) {
	var buf strings.Builder
	if err := c.pages.ExecuteTemplate(&buf, "part."+part, b); err != nil {
		return "", fmt.Errorf("render part %s: %w", part, err)
	}
	return buf.String(), nil
}

// assetHandler serves the few files of the pages. They change only with the program, but
// under the same name, so browsers ask again after ten minutes.
func assetHandler() http.Handler {
	sub, err := fs.Sub(assetFiles, "assets")
	if err != nil {
		panic("console: " + err.Error())
	}
	files := http.StripPrefix("/assets/", http.FileServerFS(sub))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/") {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Cache-Control", "public, max-age=600")
		files.ServeHTTP(w, r)
	})
}
