package httpapi_test

import (
	"context"
	"net/http/httptest"
	"strings"
	"testing"

	"yutang/internal/access"
	"yutang/internal/db/dbtest"
	"yutang/internal/httpapi"
)

// covers: J1
func TestSession_WritesNeedOurOwnPage(t *testing.T) {
	t.Parallel()
	p := newPond(t, dbtest.SQLite(t))
	ctx := context.Background()
	who := access.NewAccount{Email: "lin@example.com", Name: "Lin", Password: "correct horse", Role: access.Operator}
	if _, err := p.Access.AddAccount(ctx, who); err != nil {
		t.Fatal(err)
	}
	_, secret, err := p.Access.SignIn(ctx, access.Credentials{Email: who.Email, Password: who.Password, Remote: "10.0.0.1"})
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name    string
		headers []string
		want    int
	}{
		{"with our header", []string{httpapi.CSRFHeader, "1"}, 201},
		{"with our header and origin", []string{httpapi.CSRFHeader, "1", "Origin", "http://example.com"}, 201},
		{"without our header", nil, 403},
		{"from another site", []string{httpapi.CSRFHeader, "1", "Sec-Fetch-Site", "cross-site"}, 403},
		{"from another origin", []string{httpapi.CSRFHeader, "1", "Origin", "https://evil.example"}, 403},
	} {
		r := httptest.NewRequestWithContext(ctx, "POST", "http://example.com"+httpapi.Prefix+"/ponds/1", strings.NewReader(`{"name":"koi"}`))
		r.Header.Set("Cookie", httpapi.SessionCookie+"="+secret)
		for i := 0; i < len(tc.headers); i += 2 {
			r.Header.Set(tc.headers[i], tc.headers[i+1])
		}
		w := httptest.NewRecorder()
		p.ServeHTTP(w, r)
		if w.Code != tc.want {
			t.Errorf("%s: %d, want %d: %s", tc.name, w.Code, tc.want, w.Body)
		}
	}
}

func TestRemote_BelievesOnlyAProxyOnThisMachine(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ peer, forwarded, want string }{
		{"203.0.113.9:5000", "", "203.0.113.9"},
		{"203.0.113.9:5000", "10.1.1.1", "203.0.113.9"},
		{"127.0.0.1:5000", "10.1.1.1, 198.51.100.4", "198.51.100.4"},
		{"127.0.0.1:5000", "junk", "127.0.0.1"},
		{"[::1]:5000", "198.51.100.4", "198.51.100.4"},
	} {
		r := httptest.NewRequestWithContext(context.Background(), "GET", "/", nil)
		r.RemoteAddr = tc.peer
		r.Header.Set("X-Forwarded-For", tc.forwarded)
		if got := httpapi.Remote(r); got != tc.want {
			t.Errorf("%+v: %s", tc, got)
		}
	}
}
