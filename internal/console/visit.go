package console

import (
	"net/http"
	"net/url"
	"strings"

	"yutang/internal/access"
	"yutang/internal/fault"
	"yutang/internal/httpapi"
)

// visit is one look at a page of the workbench: who looks, at which corp, and the API on
// the viewer's behalf.
type visit struct {
	*view
	caller
	c *Console
	w http.ResponseWriter
	r *http.Request
}

// route is a page of the workbench and what it needs: the same as the API's.
type route struct {
	pattern string
	needs   access.Permission
	show    func(v *visit) error
}

const corpCookie = "yutang_corp"

// serve makes a handler of a page of the workbench.
func (c *Console) serve(show func(v *visit) error) handler {
	return func(w http.ResponseWriter, r *http.Request, v *view) error {
		corps, err := c.corps(r.Context())
		if err != nil {
			return err
		}
		v.Corps = corps
		v.Corp = c.pickCorp(w, r, corps)
		return show(&visit{view: v, caller: c.client.of(r), c: c, w: w, r: r})
	}
}

// pickCorp is the corp that the address names, or the one looked at last, or the first.
func (c *Console) pickCorp(w http.ResponseWriter, r *http.Request, corps []Corp) string {
	wish, named := r.URL.Query().Get("corp"), true
	if wish == "" {
		named = false
		if cookie, err := r.Cookie(corpCookie); err == nil {
			wish = cookie.Value
		}
	}
	for _, corp := range corps {
		if corp.ID != wish {
			continue
		}
		if named && len(corps) > 1 {
			http.SetCookie(w, &http.Cookie{ //nolint:gosec // a name of a corp; Secure as the request was
				Name: corpCookie, Value: wish, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: httpapi.Secure(r),
			})
		}
		return wish
	}
	if len(corps) > 0 {
		return corps[0].ID
	}
	return ""
}

// needsCorp shows the way to the set-up while no corp is connected.
func needsCorp(show func(v *visit) error) func(v *visit) error {
	return func(v *visit) error {
		if v.Corp != "" {
			return show(v)
		}
		d := desk{Title: v.Say("还没有连接企业微信", "No WeCom corp is connected yet")}
		s := section{Empty: v.Say("连接企业后，这里会显示员工、客户与消息。", "Once a corp is connected, its staff, customers and messages appear here.")}
		if v.Who.Can(access.WeComWrite) {
			s.Aside = []action{{Name: v.Say("连接企业微信", "Connect a corp"), Href: "/wecom/new", Primary: true}}
		}
		d.Sections = []section{s}
		return v.show(d)
	}
}

func (v *visit) show(d desk) error { return v.c.show(v.w, v.r, v.view, http.StatusOK, d) }

// again shows a form once more with what is wrong; errors that no form can show stay errors.
func (v *visit) again(d desk, f *form, err error) error {
	if _, ok := refused(err); !ok {
		return err
	}
	f.blame(v.view, err)
	return v.c.show(v.w, v.r, v.view, http.StatusUnprocessableEntity, d)
}

// did goes back to a page after a button, with what came of it: done, or why not.
func (v *visit) did(err error, to, done string) error {
	if err == nil {
		return back(v.w, v.r, to, done)
	}
	e, ok := refused(err)
	if !ok || e.Kind == fault.NotFound {
		return err
	}
	d := desk{
		Crumb: link{Name: v.Say("返回", "Back"), Href: to}, Title: v.Say("未能完成", "Not done"), Problem: v.problem(e),
		Sections: []section{{Empty: v.Say("什么都没有改变。", "Nothing was changed.")}},
	}
	for _, f := range e.Fields {
		d.Sections[0].Facts = append(d.Sections[0].Facts, fact{Name: strings.TrimPrefix(f.Pointer, "/"), Value: text(v.detail(f.Detail))})
	}
	return v.c.show(v.w, v.r, v.view, http.StatusConflict, d)
}

// form parses what was posted.
func (v *visit) form() (url.Values, error) { return posted(v.w, v.r) }

// id is the id in the path.
func (v *visit) id() string { return v.r.PathValue("id") }

// segment is an id as a part of an API path.
func segment(id string) string { return url.PathEscape(id) }

// asked is a parameter of the address.
func (v *visit) asked(name string) string { return v.r.URL.Query().Get(name) }

// page is the query of a list: the cursor and the parameters named.
func (v *visit) page(names ...string) url.Values {
	q := url.Values{}
	for _, name := range append(names, "cursor") {
		if s := v.asked(name); s != "" {
			q.Set(name, s)
		}
	}
	return q
}

// ofCorp is page with the corp that is looked at.
func (v *visit) ofCorp(names ...string) url.Values {
	q := v.page(names...)
	q.Set("corp", v.Corp)
	return q
}
