package app_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"yutang/internal/app"
	"yutang/internal/db/dbtest"
)

// mailbox is somebody else's webhook.
type mailbox struct {
	*httptest.Server
	mu   sync.Mutex
	mail []letter
}

type letter struct{ signature, key, body string }

func newMailbox(t *testing.T) *mailbox {
	m := &mailbox{}
	m.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		m.mu.Lock()
		defer m.mu.Unlock()
		m.mail = append(m.mail, letter{r.Header.Get("Yutang-Signature"), r.Header.Get("Idempotency-Key"), string(body)})
	}))
	t.Cleanup(m.Close)
	return m
}

func (m *mailbox) letters() []letter {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]letter(nil), m.mail...)
}

// signed checks a letter as docs/playbooks.md tells receivers to.
func (l letter) signed(secret string) bool {
	at, given, ok := strings.Cut(strings.TrimPrefix(l.signature, "t="), ",v1=")
	mac := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(mac, "%s.%s", at, l.body)
	return ok && given == hex.EncodeToString(mac.Sum(nil))
}

// roadServer is a program that may call m.
func roadServer(t *testing.T, m *mailbox, test func(t *testing.T, s *server)) {
	t.Helper()
	allow := []string{m.Listener.Addr().String()}
	t.Run("sqlite", func(t *testing.T) { test(t, serve(t, app.Config{WebhookAllow: allow})) })
	if os.Getenv(dbtest.PostgresEnv) != "" {
		t.Run("postgres", func(t *testing.T) {
			test(t, serve(t, app.Config{WebhookAllow: allow, Database: dbtest.PostgresURL(t)}))
		})
	}
}

// welcome publishes a playbook that greets who enters the audience, and gives the
// playbook's id and the webhook's secret.
func (s *server) welcome(audience, url string) (id, secret string) {
	s.t.Helper()
	s.ok("PUT", "/outreach/policy", map[string]any{"consent": map[string]string{"webhook": "given"}, "cap": map[string]int{"per_day": 3}})
	hook := s.ok("POST", "/webhooks", map[string]any{"name": "shop", "url": url})
	definition := json.RawMessage(`{"name":"Welcome","trigger":{"audience":"` + audience + `","on":"entered"},"steps":[{"id":"hello","send":{
		"channel":"webhook","endpoint":"` + hook.Get("id").String() + `","content":{"text":"Hi {{ traits.nickname }}, thanks for {{ event.props.order_id }}"}}}]}`)
	id = s.ok("POST", "/playbooks", map[string]any{"definition": definition}).Get("id").String()
	s.ok("POST", "/playbooks/"+id+"/publish", nil)
	return id, hook.Get("secret").String()
}

// covers: B1, B2, B3, B4, C1, C5
func TestRoad_FromEventToReceipt(t *testing.T) {
	t.Parallel()
	m := newMailbox(t)
	seen := 0
	roadServer(t, m, func(t *testing.T, s *server) {
		buyers := s.audience("Big buyers", `{"did":{"event":"Order Completed","sum":{"gte":100},"of":"revenue"}}`)
		playbook, secret := s.welcome(buyers, m.URL+"/messages")
		s.take(
			identify("u1", props{"nickname": "Li", "phone": "138 1234 5678"}),
			track("u1", "Consent Given", time.Time{}, props{"channel": "webhook"}),
			track("u1", "Order Completed", time.Time{}, props{"order_id": "A7", "revenue": 128.5}),
			track("u2", "Order Completed", time.Time{}, props{"order_id": "B1", "revenue": 500}), // never consented
		)
		c := s.customer("phone", "13812345678")
		if c == "" || c != s.customer("user_id", "u1") {
			t.Fatalf("the customer is not known by phone: %q", c)
		}
		if got := s.ok("GET", "/audiences/"+buyers+"/members", nil).Get("items.#.id").String(); !strings.Contains(got, `"`+c+`"`) {
			t.Fatalf("members right after the answer: %s", got)
		}
		why := s.ok("GET", "/audiences/"+buyers+"/explain?customer="+c, nil)
		if !why.Get("member").Bool() || why.Get("why.observed").Float() != 128.5 || why.Get("why.events.#").Int() != 1 {
			t.Fatalf("explanation: %s", why.Raw)
		}
		var deliveries answer
		s.eventually("both deliveries settled", func() bool {
			deliveries = s.ok("GET", "/deliveries?playbook="+playbook, nil)
			return deliveries.Get(`items.#(state=="accepted")#`).IsArray() &&
				len(deliveries.Get(`items.#(state=="accepted")#`).Array()) == 1 &&
				deliveries.Get(`items.#(state=="suppressed").reason`).String() == "no_consent"
		})
		letters := m.letters()[seen:]
		if seen += len(letters); len(letters) != 1 || !letters[0].signed(secret) || letters[0].signed("x") {
			t.Fatalf("letters: %+v", letters)
		}
		if !strings.Contains(letters[0].body, "Hi Li, thanks for A7") || !strings.HasPrefix(letters[0].key, "dlv_") {
			t.Fatalf("letter: %+v", letters[0])
		}
		s.eventually("receipt on the timeline", func() bool {
			return s.ok("GET", "/customers/"+c+"/events", nil).Get(`items.#(name=="Message Delivered").properties`).Exists()
		})
		s.take(track("u1", "Order Completed", time.Time{}, props{"order_id": "A8", "revenue": 900}))
		s.clock.Advance(time.Hour)
		s.stop()
		s.start()
		if again := m.letters(); len(again) != seen {
			t.Fatalf("sent again: %+v", again)
		}
		if n := s.ok("GET", "/playbooks/"+playbook+"/numbers", nil); n.Get("runs").Int() != 2 {
			t.Fatalf("numbers: %s", n.Raw)
		}
		if del := s.api("DELETE", "/audiences/"+buyers, nil); del.status != http.StatusConflict || del.Get("code").String() != "audience_in_use" {
			t.Fatalf("deleted an audience that a playbook uses: %d %s", del.status, del.Raw)
		}
	})
}
