package sidepanel

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// covers: H2
func FuzzLocalPath(f *testing.F) {
	for _, seed := range []string{
		"/", "/staff/", "/staff/x?y=1#z", "/staff/../x", "/staff/%2e%2e//evil.example", "/staff//evil.example", "", "x", "//evil.example", `/\evil.example`, "/\t/evil.example", "https://evil.example", "/%2F/evil.example",
		"/a//b", "javascript:alert(1)", "/@evil.example", "/?next=//evil.example", "/\u0000", "/客户",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, next string) {
		got := LocalPath(next)
		if got == "" {
			return
		}
		w := httptest.NewRecorder()
		http.Redirect(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "https://our.example/wecom/oauth/ww1", nil), got, http.StatusSeeOther)
		base := url.URL{Scheme: "https", Host: "our.example", Path: "/wecom/oauth/ww1"}
		to, err := base.Parse(w.Header().Get("Location"))
		if err != nil || to.Host != "our.example" || to.Scheme != "https" || to.User != nil || strings.HasPrefix(w.Header().Get("Location"), "//") {
			t.Errorf("%q leads to %q", next, w.Header().Get("Location"))
		}
	})
}

// covers: H2
func TestLocalPath_KeepsPathsOnly(t *testing.T) {
	t.Parallel()
	for next, want := range map[string]string{
		"/staff/": "/staff/", "/staff": "/staff", "/staff/x?y=1#z": "/staff/x?y=1#z", "/staff/a//b": "/staff/a//b", "/": "", "/console/": "",
		"/staff/../console/": "", "/staff/%2e%2e/console/": "", "/staffer": "", "/a//b": "", "": "", "x": "", "//evil.example": "", `/\evil.example`: "",
		"/%2Fevil.example": "", "https://evil.example": "", "/ x": "", "/" + strings.Repeat("a", maxNext): "",
	} {
		if got := LocalPath(next); got != want {
			t.Errorf("LocalPath(%q) = %q, want %q", next, got, want)
		}
	}
}
