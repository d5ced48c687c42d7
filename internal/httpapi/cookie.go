package httpapi

import (
	"net/http"
	"slices"
	"strings"

	"yutang/internal/access"
)

// StaffCookie holds the secret of a session of staff. It is apart from SessionCookie, so
// that who is signed in to the console stays so when a phone's page logs in beside it.
const StaffCookie = "yutang_staff"

// NewStaffCookie is NewSessionCookie for a session of staff.
func NewStaffCookie(r *http.Request, secret string) http.Cookie {
	c := NewSessionCookie(r, secret)
	c.Name = StaffCookie
	return c
}

// SessionOf is the cookie that a request's session is taken from: on the panel's routes
// that of staff first, elsewhere that of an account. Nil without one.
func SessionOf(r *http.Request) *http.Cookie {
	names := []string{SessionCookie, StaffCookie}
	if strings.HasPrefix(r.URL.Path, Prefix+"/panel/") {
		slices.Reverse(names)
	}
	for _, name := range names {
		if c, err := r.Cookie(name); err == nil {
			return c
		}
	}
	return nil
}

// NewSessionCookie is the cookie that carries a session's secret. An empty secret takes
// the cookie away. Scripts cannot read it and other sites cannot make a browser send it
// with a write.
func NewSessionCookie(r *http.Request, secret string) http.Cookie {
	age := int(access.SessionAge.Seconds())
	if secret == "" {
		age = -1
	}
	return http.Cookie{
		Name:     SessionCookie,
		Value:    secret,
		Path:     "/",
		MaxAge:   age,
		HttpOnly: true,
		Secure:   Secure(r),
		SameSite: http.SameSiteLaxMode,
	}
}
