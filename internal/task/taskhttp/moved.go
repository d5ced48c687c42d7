package taskhttp

import (
	"net/http"
	"net/url"
	"strings"
)

// moved leads the addresses of older messages to the staff's pages.
func moved(w http.ResponseWriter, r *http.Request) {
	to := url.URL{Path: "/staff/tasks" + strings.TrimPrefix(r.URL.Path, "/m/tasks"), RawQuery: r.URL.RawQuery}
	http.Redirect(w, r, to.String(), http.StatusMovedPermanently)
}
