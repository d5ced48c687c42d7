package taskhttp

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"html/template"
	"io/fs"
	"net/http"
	"net/url"
	"strings"
	"time"

	"yutang/internal/access"
	"yutang/internal/fault"
	"yutang/internal/httpapi"
	"yutang/internal/sidepanel"
	"yutang/internal/task"
)

//go:embed pages/*.html
var pageFiles embed.FS

//go:embed assets
var assetFiles embed.FS

var templates = template.Must(template.New("").ParseFS(pageFiles, "pages/*.html"))

// pages are what members see on their phones.
type pages struct {
	*handlers
	api   *httpapi.API
	cross *http.CrossOriginProtection
}

func newPages(h *handlers, a *httpapi.API) *pages {
	return &pages{h, a, http.NewCrossOriginProtection()}
}

// visit is one look at a page: who looks, and in which language.
type visit struct {
	Lang string
	Me   sidepanel.Viewer
	Path string
	Data any

	p   *pages
	act task.Act
	now time.Time
}

// Say gives the words of the page's language.
func (v *visit) Say(zh, en string) string {
	if v.Lang == "en" {
		return en
	}
	return zh
}

// Other is the page's address in the other language.
func (v *visit) Other() string {
	if v.Lang == "en" {
		return v.Path + "?lang=zh"
	}
	return v.Path + "?lang=en"
}

// serve makes a handler of a page: who is not logged in goes through WeCom first, and forms
// must come from our own pages.
func (p *pages) serve(show func(ctx context.Context, w http.ResponseWriter, r *http.Request, v *visit) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		v := &visit{Lang: p.language(w, r), Path: r.URL.Path, p: p, now: p.Tasks.Clock.Now()}
		who, err := p.api.Authenticate(r)
		ctx := access.As(r.Context(), who)
		if err == nil {
			v.Me, err = p.Panel.Who(ctx)
		}
		switch {
		case fault.Is(err, fault.Unauthenticated) || who.Staff == nil && err != nil:
			p.login(w, r, v)
			return
		case err != nil:
		case r.Method != http.MethodGet && p.cross.Check(r) != nil:
			err = fault.New(fault.Forbidden, "cross_origin", "this comes from another site")
		default:
			v.act = task.Act{Corp: v.Me.Corp, Reach: v.Me.Reach, By: who.ID}
			err = show(ctx, w, r, v)
		}
		if err != nil {
			p.fail(w, r, v, err)
		}
	})
}

// language is the one chosen; Chinese is first.
func (p *pages) language(w http.ResponseWriter, r *http.Request) string {
	const cookie = "yutang_lang"
	lang := r.URL.Query().Get("lang")
	if lang != "" {
		http.SetCookie(w, &http.Cookie{ //nolint:gosec // a language; Secure as the request was
			Name: cookie, Value: lang, Path: "/", MaxAge: 365 * 24 * 3600, HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: httpapi.Secure(r),
		})
	} else if c, err := r.Cookie(cookie); err == nil {
		lang = c.Value
	}
	if strings.HasPrefix(lang, "en") {
		return "en"
	}
	return "zh-CN"
}

// login sends a browser through WeCom and back here.
func (p *pages) login(w http.ResponseWriter, r *http.Request, v *visit) {
	corp, next := p.corpOf(r), r.URL.Path
	if r.Method != http.MethodGet {
		next = "/m/tasks"
	}
	if corp == "" {
		p.render(w, r, v, http.StatusUnauthorized, "outside", nil)
		return
	}
	http.Redirect(w, r, "/wecom/login/"+url.PathEscape(corp)+"?next="+url.QueryEscape(next), http.StatusSeeOther)
}

// corpOf is the corp that a link names, that a card belongs to, or the only one.
func (p *pages) corpOf(r *http.Request) string {
	list, err := p.Tasks.Corps.List(r.Context())
	if err != nil {
		return ""
	}
	named := r.URL.Query().Get("corp")
	if c, err := p.Tasks.Card(r.Context(), r.PathValue("card")); err == nil {
		named = c.Corp
	}
	for _, c := range list {
		if c.ID == named || named == "" && len(list) == 1 {
			return c.ID
		}
	}
	return ""
}

// fail shows what went wrong. Causes are for the log.
func (p *pages) fail(w http.ResponseWriter, r *http.Request, v *visit, err error) {
	status, words := http.StatusInternalServerError, v.Say("出了点问题，请稍后再试。", "Something went wrong. Try again later.")
	var e *fault.Error
	errors.As(err, &e)
	switch fault.KindOf(err) {
	case fault.NotFound:
		status, words = http.StatusNotFound, v.Say("没有找到这项任务，它可能已经转给了同事。", "There is no such task. It may have been given to a colleague.")
	case fault.Forbidden:
		status, words = http.StatusForbidden, v.Say("你没有权限。", "You may not do this.")
	case fault.Invalid, fault.Precondition, fault.Conflict:
		status, words = http.StatusUnprocessableEntity, v.problem(e)
	default:
		p.Log.ErrorContext(r.Context(), "page of tasks failed", "request_id", httpapi.RequestID(r.Context()), "error", err)
	}
	p.render(w, r, v, status, "error", words)
}

// problem says why something could not be done.
func (v *visit) problem(e *fault.Error) string {
	switch e.Code {
	case "task_not_open":
		return v.Say("这项任务已经完成或已撤回。", "This task is done or was taken back.")
	case "undo_too_late":
		return v.Say("已超过可撤销的时间。", "It is too late to take this back.")
	case "task_changed":
		return v.Say("任务刚刚有变化，请返回刷新。", "The task has just changed. Go back and look again.")
	}
	for _, f := range e.Fields {
		switch f.Pointer {
		case "/note":
			return v.Say("备注最多 500 字。", "A note has at most 500 characters.")
		case "/to":
			return v.Say("请选择你团队中的另一位同事。", "Choose another member of your team.")
		}
	}
	return v.Say("没有完成，请返回重试。", "Not done. Go back and try again.")
}

// render sends a whole page, or nothing of it.
func (p *pages) render(w http.ResponseWriter, r *http.Request, v *visit, status int, name string, data any) {
	v.Data = data
	var buf bytes.Buffer
	if err := templates.ExecuteTemplate(&buf, name, v); err != nil {
		p.Log.ErrorContext(r.Context(), "page of tasks not rendered", "page", name, "error", err)
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	w.Write(buf.Bytes()) //nolint:errcheck // the phone may be gone; nobody to tell
}

// assets serves style and script of the pages; browsers ask again after ten minutes.
func assets() http.Handler {
	sub, err := fs.Sub(assetFiles, "assets")
	if err != nil {
		panic("taskhttp: " + err.Error())
	}
	files := http.StripPrefix("/m/assets/", http.FileServerFS(sub))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/") {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Cache-Control", "public, max-age=600")
		files.ServeHTTP(w, r)
	})
}
