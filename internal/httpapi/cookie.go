package httpapi

import (
	"net/http"

	"yutang/internal/access"
)

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
