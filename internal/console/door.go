package console

import (
	"errors"
	"net/http"
	"strings"

	"yutang/internal/access"
	"yutang/internal/fault"
	"yutang/internal/httpapi"
)

// door is what the sign-in and set-up forms show.
type door struct {
	To    string // path to go to afterwards
	Token string // of the set-up link
	Email string
	Name  string
	Error string // key of a text, "" if none
	Wait  int    // seconds, with error.wait
	Field string // name of the input at fault
}

func (c *Console) showSignIn(w http.ResponseWriter, r *http.Request, v *view) error {
	needs, err := c.access.NeedsSetup(r.Context())
	if err != nil {
		return err
	}
	if needs {
		http.Redirect(w, r, "/setup", http.StatusSeeOther)
		return nil
	}
	return c.door(w, r, v, "signin", door{To: localPath(r.URL.Query().Get("to"))}, nil)
}

func (c *Console) signIn(w http.ResponseWriter, r *http.Request, v *view) error {
	d := door{To: localPath(r.FormValue("to")), Email: r.FormValue("email")}
	_, secret, err := c.access.SignIn(r.Context(), access.Credentials{
		Email:    d.Email,
		Password: r.FormValue("password"),
		Remote:   httpapi.Remote(r),
	})
	if err != nil {
		return c.door(w, r, v, "signin", d, err)
	}
	return c.enter(w, r, secret, d.To)
}

func (c *Console) showSetup(w http.ResponseWriter, r *http.Request, v *view) error {
	needs, err := c.access.NeedsSetup(r.Context())
	if err != nil {
		return err
	}
	if !needs {
		http.Redirect(w, r, "/sign-in", http.StatusSeeOther)
		return nil
	}
	w.Header().Set("Cache-Control", "no-store")
	return c.door(w, r, v, "setup", door{Token: r.URL.Query().Get("token")}, nil)
}

func (c *Console) setup(w http.ResponseWriter, r *http.Request, v *view) error {
	d := door{Token: r.FormValue("token"), Email: r.FormValue("email"), Name: r.FormValue("name")}
	_, secret, err := c.access.Setup(r.Context(), d.Token, access.NewAccount{
		Email:    d.Email,
		Name:     d.Name,
		Password: r.FormValue("password"),
	})
	if err != nil {
		return c.door(w, r, v, "setup", d, err)
	}
	return c.enter(w, r, secret, "/")
}

// enter hands out the session and goes on.
func (c *Console) enter(w http.ResponseWriter, r *http.Request, secret, to string) error {
	cookie := httpapi.NewSessionCookie(r, secret)
	http.SetCookie(w, &cookie)
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

func (c *Console) signOut(w http.ResponseWriter, r *http.Request, _ *view) error {
	if cookie, err := r.Cookie(httpapi.SessionCookie); err == nil {
		if err := c.access.SignOut(r.Context(), cookie.Value); err != nil {
			return err
		}
	}
	return c.enter(w, r, "", "/sign-in")
}

// door shows a form, with what is wrong with the last attempt.
func (c *Console) door(w http.ResponseWriter, r *http.Request, v *view, page string, d door, err error) error {
	status := http.StatusOK
	var e *fault.Error
	switch {
	case err == nil:
	case !errors.As(err, &e):
		return err
	case e.Kind == fault.RateLimited:
		status, d.Error, d.Wait = http.StatusTooManyRequests, "error.wait", int(e.RetryAfter.Seconds())+1
	case e.Kind == fault.Invalid && len(e.Fields) > 0:
		d.Field = strings.TrimPrefix(e.Fields[0].Pointer, "/")
		status, d.Error = http.StatusUnprocessableEntity, "wrong."+d.Field
	case e.Kind == fault.Unauthenticated, e.Kind == fault.Forbidden, e.Kind == fault.Precondition:
		status, d.Error = http.StatusForbidden, "error."+e.Code
	default:
		return err
	}
	v.Title, v.Data, v.Bare = v.T(page), d, true
	return c.render(w, r, status, page, v)
}

// localPath keeps a redirect on this site.
func localPath(to string) string {
	if !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\\r\n") {
		return "/"
	}
	return to
}
