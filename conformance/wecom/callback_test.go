package wecom

import (
	"encoding/xml"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/silenceper/wechat/v2/util"
)

// callback is one call to our address as it came in.
type callback struct {
	query signature
	body  []byte
}

type signature struct{ signature, timestamp, nonce string }

// listener keeps the callbacks that a simulator sends, still sealed.
type listener struct {
	mu  sync.Mutex
	got []callback
}

// listen makes s call back here.
func listen(t *testing.T, s *sim) *listener {
	t.Helper()
	l := &listener{}
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		body, _ := io.ReadAll(r.Body)
		l.mu.Lock()
		defer l.mu.Unlock()
		l.got = append(l.got, callback{signature{q.Get("msg_signature"), q.Get("timestamp"), q.Get("nonce")}, body})
	}))
	t.Cleanup(server.Close)
	s.act("callback", obj{"app": "main", "url": server.URL, "token": token, "aeskey": aesKey})
	return l
}

// after delivers what waits and gives all that came so far.
func (l *listener) after(s *sim) []callback {
	s.t.Helper()
	s.act("flush", obj{})
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]callback(nil), l.got...)
}

type told struct {
	Event, ChangeType           string
	UserID, ExternalUserID      string
	State, WelcomeCode, Token   string
	OpenKfID                    string `xml:"OpenKfId"`
	ChatID                      string `xml:"ChatId"`
	UpdateDetail, Source, NewID string
}

func open(t *testing.T, c callback) told {
	t.Helper()
	var envelope struct{ ToUserName, Encrypt string }
	must(t, "envelope", xml.Unmarshal(c.body, &envelope))
	_, plain, err := util.DecryptMsg(corpID, envelope.Encrypt, aesKey)
	must(t, "decrypt", err)
	var out told
	must(t, "callback", xml.Unmarshal(plain, &out))
	return out
}

func (l *listener) welcomeCode(t *testing.T, s *sim, who string) string {
	t.Helper()
	for _, c := range l.after(s) {
		if e := open(t, c); e.ExternalUserID == who && e.WelcomeCode != "" {
			return e.WelcomeCode
		}
	}
	t.Fatal("no welcome code came")
	return ""
}

func (l *listener) kfToken(t *testing.T, s *sim) string {
	t.Helper()
	last := ""
	for _, c := range l.after(s) {
		if e := open(t, c); e.Event == "kf_msg_or_event" {
			last = e.Token
		}
	}
	return last
}
