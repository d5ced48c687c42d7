package channel

import (
	"crypto/subtle"
	"encoding/hex"
	"log/slog"
	"net/http"
	"strings"

	"yutang/internal/event"
	"yutang/internal/fault"
)

const unsubscribePrefix = "/channels/unsubscribe/"

func (s *Service) unsubscribeToken(delivery string) string {
	sum := s.Box.Blind("channel_unsubscribe", delivery)
	return hex.EncodeToString(sum[:])
}

// unsubscribeURL ends mails for whoever got a delivery; "" if the server has no address
// outside.
func (s *Service) unsubscribeURL(e Endpoint, delivery string) string {
	if e.Settings.PublicURL == "" {
		return ""
	}
	return strings.TrimSuffix(e.Settings.PublicURL, "/") + s.UnsubscribePath(delivery)
}

// UnsubscribePath is where whoever got a delivery can end mails. Only this server can make
// its last part.
func (s *Service) UnsubscribePath(delivery string) string {
	return unsubscribePrefix + delivery + "/" + s.unsubscribeToken(delivery)
}

// pages are what a browser sees. The link itself changes nothing: programs that look at
// links in mails open it too.
const (
	pageHead = `<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
		`<meta name="robots" content="noindex"><title>退订 Unsubscribe</title><body style="font-family:sans-serif;max-width:30em;margin:4em auto;padding:0 1em">`
	askPage  = pageHead + `<p>不再接收我们的邮件？<br>Stop our e-mails to you?</p><form method="post"><button style="font-size:1.1em;padding:.5em 1.5em">退订 Unsubscribe</button></form>`
	donePage = pageHead + `<p>已退订，不会再给您发送邮件。<br>Done. We send you no more e-mails.</p>`
)

// Unsubscribe serves the link that ends mails: GET asks, POST does it, from the page or in
// one click by the mail program (RFC 8058).
func (s *Service) Unsubscribe(w http.ResponseWriter, r *http.Request) {
	delivery := r.PathValue("delivery")
	if subtle.ConstantTimeCompare([]byte(s.unsubscribeToken(delivery)), []byte(r.PathValue("token"))) != 1 {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Referrer-Policy", "no-referrer")
	page := askPage
	if r.Method == http.MethodPost {
		d, _, err := s.Ledger.Get(r.Context(), delivery)
		if fault.Is(err, fault.NotFound) {
			http.NotFound(w, r)
			return
		}
		if err == nil {
			now := s.Clock.Now()
			_, err = s.submit.SubmitEvents(r.Context(), []*event.Event{{
				SourceID: s.source, MessageID: "unsubscribe/" + delivery, Name: event.ConsentWithdrawn, Ord: d.Ord, At: now, ReceivedAt: now,
				Props: withdrawn(Email, "link"),
			}})
		}
		if err != nil {
			slog.Warn("a withdrawn consent could not be kept", "delivery", delivery, "err", err)
			http.Error(w, "请稍后再试。Please try again later.", http.StatusServiceUnavailable)
			return
		}
		page = donePage
	}
	_, _ = w.Write([]byte(page)) // a reader that went away needs no page
}
