package sidepanelhttp

import (
	"embed"
	"errors"
	"html/template"
	"net/http"
	"net/url"

	"yutang/internal/fault"
	"yutang/internal/httpapi"
	"yutang/internal/sidepanel"
)

// loginCookie holds a begun log-in.
const loginCookie = "yutang_login"

func newLoginCookie(r *http.Request, value string) *http.Cookie {
	age := int(sidepanel.LoginFor.Seconds())
	if value == "" {
		age = -1
	}
	return &http.Cookie{ //nolint:gosec // Secure wherever the browser came by HTTPS
		Name: loginCookie, Value: value, Path: "/wecom/", MaxAge: age,
		HttpOnly: true, Secure: httpapi.Secure(r), SameSite: http.SameSiteLaxMode,
	}
}

// ownBase is our address as the browser sees it.
func ownBase(r *http.Request) string {
	scheme := "http"
	if httpapi.Secure(r) {
		scheme = "https"
	}
	return scheme + "://" + r.Host
}

func (h *handlers) login(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	corp := r.PathValue("corp")
	if corp == "" {
		var err error
		if corp, err = h.Panel.OnlyCorp(r.Context()); err != nil {
			h.refuse(w, r, "", err)
			return
		}
	}
	target, cookie, err := h.Panel.Begin(r.Context(), corp, ownBase(r), r.URL.Query().Get("next"))
	if err != nil {
		h.refuse(w, r, corp, err)
		return
	}
	http.SetCookie(w, newLoginCookie(r, cookie))
	http.Redirect(w, r, target, http.StatusFound) //nolint:gosec // the platform's page, of the corp's own settings
}

func (h *handlers) returned(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	q, corp := r.URL.Query(), r.PathValue("corp")
	back := sidepanel.Return{Corp: corp, Code: q.Get("code"), State: q.Get("state")}
	if c, err := r.Cookie(loginCookie); err == nil {
		back.Cookie = c.Value
	}
	secret, next, err := h.Panel.Finish(r.Context(), back)
	if err != nil {
		h.refuse(w, r, corp, err)
		return
	}
	session := httpapi.NewStaffCookie(r, secret)
	http.SetCookie(w, &session)
	http.SetCookie(w, newLoginCookie(r, ""))
	http.Redirect(w, r, next, http.StatusSeeOther)
}

//go:embed pages.html
var files embed.FS

var pages = template.Must(template.ParseFS(files, "pages.html"))

func (h *handlers) page(w http.ResponseWriter, status int, name, again string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_ = pages.ExecuteTemplate(w, name, again) // a visitor who went away needs no page
}

// refuse shows why a log-in did not succeed. What the platform said is for the log.
func (h *handlers) refuse(w http.ResponseWriter, r *http.Request, corp string, err error) {
	again := "/wecom/login/" + url.PathEscape(corp)
	if next := sidepanel.LocalPath(r.URL.Query().Get("next")); next != "" {
		again += "?next=" + url.QueryEscape(next)
	}
	var e *fault.Error
	errors.As(err, &e)
	switch {
	case e != nil && (e.Code == "not_staff" || e.Code == "staff_unknown"):
		h.page(w, http.StatusForbidden, e.Code, again)
	case e != nil && e.Code == "login_stale":
		h.page(w, http.StatusBadRequest, e.Code, again)
	case fault.Is(err, fault.NotFound):
		h.page(w, http.StatusNotFound, "no_corp", "")
	default:
		h.Log.WarnContext(r.Context(), "log-in of staff failed", "request_id", httpapi.RequestID(r.Context()), "corp", corp, "error", err)
		h.page(w, http.StatusBadGateway, "failed", again)
	}
}
