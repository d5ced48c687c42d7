package link

import (
	"net/http"
	"strings"
)

// machines are words in the User-Agent of what looks at links without a person: crawlers,
// previews of messengers, and programs.
var machines = []string{
	"bot", "spider", "crawl", "preview", "facebookexternalhit", "slurp", "embedly", "whatsapp/", "skypeuripreview", "telegram",
	"curl/", "wget/", "python", "go-http-client", "java/", "okhttp", "apache-httpclient", "node-fetch", "axios", "headlesschrome",
	"phantomjs", "cfnetwork", "monitor", "scanner", "validator", "yisou", "sogou", "bytespider", "google-",
}

// Person says whether a request looks like a person opening a link. A HEAD, a prefetch, a
// crawler, or the preview that a messenger makes for a chat is none. WeChat's own browser
// says MicroMessenger; WeChat's fetchers do not.
func Person(r *http.Request) bool {
	if r.Method != http.MethodGet {
		return false
	}
	for _, name := range []string{"Purpose", "X-Purpose", "Sec-Purpose", "X-Moz"} {
		if v := strings.ToLower(r.Header.Get(name)); strings.Contains(v, "prefetch") || strings.Contains(v, "preview") {
			return false
		}
	}
	agent := strings.ToLower(r.UserAgent())
	if agent == "" || strings.Contains(agent, "wechat") && !strings.Contains(agent, "micromessenger") {
		return false
	}
	for _, word := range machines {
		if strings.Contains(agent, word) {
			return false
		}
	}
	return true
}
