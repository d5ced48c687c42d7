package wecomsim

import (
	"fmt"
	html "html/template"
	"net/http"
	"net/url"
	"strings"

	"rsc.io/qr"
)

// pages serves what the platform's URLs lead to.
func (s *Sim) pages(mux *http.ServeMux) {
	mux.HandleFunc("GET /sim/code/{file}", s.serveCode)
	mux.HandleFunc("GET /sim/scan/{config}", s.scanPage)
	mux.HandleFunc("POST /sim/scan/{config}", s.scanPosted)
	mux.HandleFunc("GET /sim/image/{id}", s.serveImage)
	mux.HandleFunc("GET /sim/avatar/{id}", s.serveAvatar)
	mux.HandleFunc("GET /sim/oauth/pick", s.oauthPick)
}

// serveCode is the picture of a code; it leads to the code's scan page.
func (s *Sim) serveCode(w http.ResponseWriter, r *http.Request) {
	id, ok := strings.CutSuffix(r.PathValue("file"), ".png")
	if !ok {
		http.NotFound(w, r)
		return
	}
	s.mu.Lock()
	target := s.cfg.PublicURL + "/sim/scan/" + id
	s.mu.Unlock()
	code, err := qr.Encode(target, qr.M)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "image/png")
	_, _ = w.Write(code.PNG()) //nolint:gosec // a picture, whatever it says
}

var scanTemplate = html.Must(html.New("scan").Parse(`<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>扫码</title><style>body{font:16px sans-serif;max-width:26rem;margin:2rem auto;padding:0 1rem}input,button{font:inherit;padding:.5rem;width:100%;box-sizing:border-box;margin:.3rem 0}</style>
{{with .Done}}<h1>{{.}}</h1>{{else}}<h1>添加企业微信</h1><p>{{.Brand}}</p>
<form method="post"><input name="external_userid" placeholder="external_userid（留空则以新客户身份扫码）"><input name="name" placeholder="新客户昵称"><button>添加到通讯录</button></form>{{end}}</html>`))

func (s *Sim) scanPage(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_ = scanTemplate.Execute(w, map[string]string{"Brand": s.cfg.Name})
}

func (s *Sim) scanPosted(w http.ResponseWriter, r *http.Request) {
	who := r.FormValue("external_userid")
	if who == "" {
		c, err := perform(s, "add_customer", NewCustomer{Name: r.FormValue("name")}, addCustomer)
		if err != nil {
			http.Error(w, err.Error(), statusOf(err))
			return
		}
		who = c.ID
	}
	code := r.PathValue("config")
	if r.URL.RawQuery != "" {
		code += "?" + r.URL.RawQuery
	}
	added, err := s.ScanCode(who, code)
	if err != nil {
		http.Error(w, err.Error(), statusOf(err))
		return
	}
	done := fmt.Sprintf("%s 已添加 %s", who, added.User)
	switch {
	case added.ChatID != "":
		done = fmt.Sprintf("%s 已进群 %s", who, added.ChatID)
	case added.Waiting:
		done = fmt.Sprintf("%s 已申请，等待 %s 通过", who, added.User)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_ = scanTemplate.Execute(w, map[string]string{"Done": done})
}

func (s *Sim) serveImage(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	m, ok := s.media[r.PathValue("id")]
	var data []byte
	if ok && m.class == mediaImage {
		data = m.data
	}
	s.mu.Unlock()
	if data == nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", http.DetectContentType(data))
	_, _ = w.Write(data)
}

var avatarTemplate = html.Must(html.New("avatar").Parse(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" rx="8" fill="hsl({{.Hue}} 45% 55%)"/><text x="32" y="43" font-size="30" text-anchor="middle" fill="#fff">{{.Letter}}</text></svg>`))

func (s *Sim) serveAvatar(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	s.mu.Lock()
	name := s.nameOf(id)
	s.mu.Unlock()
	letter, hue := "?", 0
	for _, c := range name {
		letter = string(c)
		break
	}
	for _, c := range id {
		hue = (hue*31 + int(c)) % 360
	}
	w.Header().Set("Content-Type", "image/svg+xml")
	_ = avatarTemplate.Execute(w, map[string]any{"Hue": hue, "Letter": letter})
}

var oauthTemplate = html.Must(html.New("oauth").Parse(`<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>选择成员登录</title><style>body{font:16px sans-serif;max-width:26rem;margin:2rem auto;padding:0 1rem}a{display:block;padding:.5rem;border-bottom:1px solid #ddd;text-decoration:none;color:inherit}</style>
<h1>以谁的身份登录？</h1>{{range .Members}}<a href="{{.URL}}">{{.Name}} <small>{{.User}}</small></a>{{end}}</html>`))

// holderCookie names the member whose phone shows a page, to the log-in inside that phone.
const holderCookie = "wecomsim_holder"

// oauthPage is the page where the visitor picks the member to log in as; a page on a phone
// knows who holds it.
func (s *Sim) oauthPage(w http.ResponseWriter, r *http.Request) {
	corp, back := q(r, "appid"), q(r, "redirect_uri")
	if target, err := url.Parse(back); corp != s.cfg.CorpID || err != nil || target.Host == "" {
		http.Error(w, "appid or redirect_uri is wrong (50001)", http.StatusBadRequest)
		return
	}
	type row struct{ Name, User, URL string }
	var rows []row
	holder := ""
	if c, err := r.Cookie(holderCookie); err == nil && r.Header.Get("Sec-Fetch-Dest") == "iframe" {
		holder = c.Value
	}
	for _, m := range s.Members() {
		if m.Status != memberActive {
			continue
		}
		pick := url.Values{"userid": {m.User}, "redirect_uri": {back}, "state": {q(r, "state")}, "scope": {q(r, "scope")}, "agentid": {q(r, "agentid")}}
		if m.User == holder {
			http.Redirect(w, r, "/sim/oauth/pick?"+pick.Encode(), http.StatusFound)
			return
		}
		rows = append(rows, row{m.Name, m.User, "/sim/oauth/pick?" + pick.Encode()})
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_ = oauthTemplate.Execute(w, map[string]any{"Members": rows})
}

// oauthPick sends the visitor back with a code of the member picked.
func (s *Sim) oauthPick(w http.ResponseWriter, r *http.Request) {
	target, err := url.Parse(q(r, "redirect_uri"))
	if err != nil || target.Host == "" {
		http.Error(w, "redirect_uri is wrong (50001)", http.StatusBadRequest)
		return
	}
	g, err := perform(s, "oauth_code", grantFor{
		User: q(r, "userid"), Customer: q(r, "external_userid"), Private: q(r, "scope") == "snsapi_privateinfo", Agent: int64(qn(r, "agentid", 0)),
	}, oauthCode)
	if err != nil {
		http.Error(w, err.Error(), statusOf(err))
		return
	}
	v := target.Query()
	v.Set("code", g.Code)
	v.Set("state", q(r, "state"))
	target.RawQuery = v.Encode()
	http.Redirect(w, r, target.String(), http.StatusFound) //nolint:gosec // the visitor's own redirect_uri, as the platform's page does
}
