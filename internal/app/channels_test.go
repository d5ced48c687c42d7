package app_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"yutang/internal/app"
)

// texts is a provider of SMS that takes everything.
type texts struct {
	*httptest.Server
	mu   sync.Mutex
	sent []map[string]any
}

func newTexts(t *testing.T) *texts {
	p := &texts{}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var in map[string]any
		_ = json.NewDecoder(r.Body).Decode(&in)
		p.mu.Lock()
		defer p.mu.Unlock()
		p.sent = append(p.sent, in)
		_, _ = io.WriteString(w, `{"Response":{"SendStatusSet":[{"SerialNo":"2640:1","Code":"Ok"}]}}`)
	}))
	t.Cleanup(p.Close)
	return p
}

func (p *texts) all() []map[string]any {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.sent)
}

// covers: C7
func TestSMS_FromPlaybookToReportAndOptOut(t *testing.T) {
	t.Parallel()
	p := newTexts(t)
	s := serve(t, app.Config{WebhookAllow: []string{p.Listener.Addr().String()}})
	s.ok("PUT", "/outreach/policy", map[string]any{"consent": map[string]string{"sms": "not_withdrawn"}})
	settings := map[string]any{
		"key_id": "AKID", "sign": "玉堂", "app_id": "1400006666", "base_url": p.URL, "reports": true, "public_url": "https://crm.example",
		"templates": []map[string]string{{"code": "1110", "text": "您好{1}，订单{2}已发货"}},
	}
	account := s.ok("POST", "/channels", map[string]any{"kind": "tencent_sms", "name": "tencent", "settings": settings, "secret": "hush hush"})
	path, found := strings.CutPrefix(account.Get("receipt_url").String(), "https://crm.example")
	if !found || strings.Contains(account.Raw, "hush") {
		t.Fatalf("account: %s", account.Raw)
	}
	define := func(params string) map[string]any {
		return map[string]any{"definition": json.RawMessage(`{"name":"Shipped","trigger":{"event":"Order Shipped"},"reentry":"always","steps":[{"id":"text","send":{
			"channel":"sms","endpoint":"` + account.Get("id").String() + `","content":{"template":"1110","params":` + params + `}}}]}`)}
	}
	if bad := s.api("POST", "/playbooks", define(`["{{ traits.nickname }}"]`)); bad.status != http.StatusUnprocessableEntity && bad.status != http.StatusBadRequest ||
		!strings.HasSuffix(bad.Get("errors.0.pointer").String(), "/steps/0/send/content/params") {
		t.Fatalf("a parameter is missing: %d %s", bad.status, bad.Raw)
	}
	id := s.ok("POST", "/playbooks", define(`["{{ traits.nickname }}", "{{ event.props.order_id }}"]`)).Get("id").String()
	s.ok("POST", "/playbooks/"+id+"/publish", nil)
	s.take(
		identify("u1", props{"nickname": "Li", "phone": "139 1234 5670"}),
		track("u1", "Order Shipped", time.Time{}, props{"order_id": "A7"}),
		track("u2", "Order Shipped", time.Time{}, props{"order_id": "A8"}), // no phone
	)
	var list answer
	state := func(what, query string) {
		t.Helper()
		s.eventually(what, func() bool {
			list = s.ok("GET", "/deliveries?playbook="+id, nil)
			return list.Get(query).Exists()
		})
	}
	state("handed to the provider", `items.#(state=="handed")`)
	state("nobody without a phone", `items.#(reason=="no_address")`)
	if sent := p.all(); len(sent) != 1 || sent[0]["PhoneNumberSet"].([]any)[0] != "+8613912345670" || sent[0]["TemplateParamSet"].([]any)[0] != "Li" {
		t.Fatalf("sent %v", sent)
	}
	if a := s.send("POST", path, `[{"report_status":"SUCCESS","errmsg":"DELIVRD","sid":"2640:1"}]`); a.status != 200 {
		t.Fatalf("report: %d %s", a.status, a.Raw)
	}
	state("reported", `items.#(state=="accepted")`)
	c := s.customer("user_id", "u1")
	s.eventually("receipt on the timeline", func() bool {
		return s.ok("GET", "/customers/"+c+"/events", nil).Get(`items.#(name=="Message Delivered")`).Exists()
	})
	if a := s.send("POST", path, `{"mobile":"13912345670","nationcode":"86","text":"T","sign":"玉堂"}`); a.status != 200 {
		t.Fatalf("reply: %d %s", a.status, a.Raw)
	}
	s.take(track("u1", "Order Shipped", time.Time{}, props{"order_id": "A9"}))
	state("no more after the reply", `items.#(reason=="no_consent")`)
	if sent := p.all(); len(sent) != 1 {
		t.Errorf("sent %v", sent)
	}
	if strings.Contains(list.Raw, "1391234") {
		t.Error("the ledger shows a number")
	}
}
