package webhook

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"yutang/internal/clock"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/fault"
	"yutang/internal/outreach"
	"yutang/internal/seal"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func service(t testing.TB, d *db.DB, allow string) *Service {
	t.Helper()
	box, err := seal.New(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return New(d, box, clock.NewManual(noon), ParseAllow(allow))
}

// verify is a receiver's check of a signature, written from the documentation alone.
func verify(header, secret string, body []byte) bool {
	var stamp string
	var given []string
	for part := range strings.SplitSeq(header, ",") {
		switch k, v, _ := strings.Cut(part, "="); k {
		case "t":
			stamp = v
		case "v1":
			given = append(given, v)
		}
	}
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(stamp + "." + string(body)))
	want := hex.EncodeToString(mac.Sum(nil))
	for _, g := range given {
		if hmac.Equal([]byte(g), []byte(want)) {
			return true
		}
	}
	return false
}

// covers: C7
func TestSend_SignedBodyAndRotation(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		s := service(t, d, "127.0.0.1")
		var header http.Header
		var body []byte
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			header = r.Header
			body, _ = io.ReadAll(r.Body)
			w.Header().Set("X-Message-Id", "theirs-1")
		}))
		defer srv.Close()
		e, err := s.Create(ctx, Endpoint{Name: "crm", URL: srv.URL})
		if err != nil {
			t.Fatal(err)
		}
		m := outreach.Message{
			ID: "dlv_1", OccurredAt: noon, Channel: Channel, Endpoint: e.ID,
			Customer: outreach.Recipient{ID: "c42", Traits: map[string]json.RawMessage{"city": json.RawMessage(`"上海"`)}},
			Playbook: outreach.Origin{ID: "pb_1", Name: "Welcome", Version: 2, Step: "hello"}, Content: json.RawMessage(`{"text":"hi"}`),
		}
		o, err := s.Send(ctx, m)
		if err != nil || o.Verdict != outreach.Accepted || o.ProviderID != "theirs-1" {
			t.Fatalf("%+v, %v", o, err)
		}
		const want = `{"id":"dlv_1","occurred_at":"2026-03-02T12:00:00Z","playbook":{"id":"pb_1","name":"Welcome","version":2,"step":"hello"},` +
			`"customer":{"id":"c42","traits":{"city":"上海"}},"message":{"text":"hi"}}`
		if string(body) != want {
			t.Fatalf("body %s\nwant %s", body, want)
		}
		if !verify(header.Get("Yutang-Signature"), e.Secrets[0], body) || header.Get("Idempotency-Key") != "dlv_1" {
			t.Fatalf("headers %v", header)
		}
		if verify(header.Get("Yutang-Signature"), e.Secrets[0], append(body, ' ')) {
			t.Fatal("a changed body verifies")
		}
		rotated, err := s.Rotate(ctx, e.ID)
		if err != nil {
			t.Fatal(err)
		}
		check := func(old bool) {
			t.Helper()
			if _, err := s.Send(ctx, m); err != nil {
				t.Fatal(err)
			}
			sig := header.Get("Yutang-Signature")
			if verify(sig, e.Secrets[0], body) != old || !verify(sig, rotated.Secrets[0], body) {
				t.Fatalf("signature %s; old secret wanted: %v", sig, old)
			}
		}
		check(true)
		if _, err := s.Retire(ctx, e.ID); err != nil {
			t.Fatal(err)
		}
		check(false)
		var stored []byte
		if err := d.Get(ctx, "SELECT secrets FROM webhook_endpoint WHERE id = $1", []any{e.ID}, &stored); err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(stored, []byte("whsec_")) {
			t.Fatal("a secret lies open in the database")
		}
	})
}

func TestGuard_RefusesInnerAddressesWhenDialling(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := service(t, dbtest.SQLite(t), "")
	reached := false
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
	defer srv.Close()
	_, port, _ := strings.Cut(strings.TrimPrefix(srv.URL, "http://"), ":")
	if _, err := s.Create(ctx, Endpoint{Name: "loop", URL: srv.URL}); !fault.Is(err, fault.Invalid) {
		t.Fatalf("a loopback URL was taken: %v", err)
	}
	e, err := s.Create(ctx, Endpoint{Name: "name", URL: "http://localhost:" + port})
	if err != nil {
		t.Fatal(err)
	}
	o, err := s.Send(ctx, outreach.Message{ID: "dlv_1", Endpoint: e.ID})
	if err != nil || o.Verdict != outreach.Rejected || o.Reason != outreach.BlockedAddress || reached {
		t.Fatalf("%+v, %v, reached %v", o, err, reached)
	}
	allowed := New(s.db, s.box, s.clock, ParseAllow("example.com, LOCALHOST:"+port))
	if o, err := allowed.Send(ctx, outreach.Message{ID: "dlv_1", Endpoint: e.ID}); err != nil || o.Verdict != outreach.Accepted {
		t.Fatalf("an allowed host: %+v, %v", o, err)
	}
}

func TestOuter_OnlyPublicAddresses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "100.100.100.200", "0.0.0.0", "224.0.0.1",
		"255.255.255.255", "192.0.2.1", "198.18.0.1", "::1", "::", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1",
		"::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:7f00:1::", "2001:db8::1", "fec0::1",
	} {
		if outer(netip.MustParseAddr(text)) {
			t.Errorf("%s counts as public", text)
		}
	}
	for _, text := range []string{"8.8.8.8", "114.114.114.114", "2606:4700:4700::1111", "2400:3200::1"} {
		if !outer(netip.MustParseAddr(text)) {
			t.Errorf("%s does not count as public", text)
		}
	}
}

func TestSend_ReadsALimitedAnswer(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := service(t, dbtest.SQLite(t), "127.0.0.1")
	done := make(chan int64, 1)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		var written int64
		chunk := make([]byte, 64<<10)
		for written < 1<<30 {
			n, err := w.Write(chunk)
			written += int64(n)
			if err != nil {
				break
			}
		}
		done <- written
	}))
	defer srv.Close()
	e, err := s.Create(ctx, Endpoint{Name: "flood", URL: srv.URL})
	if err != nil {
		t.Fatal(err)
	}
	if o, err := s.Send(ctx, outreach.Message{ID: "dlv_1", Endpoint: e.ID}); err != nil || o.Verdict != outreach.Accepted {
		t.Fatalf("%+v, %v", o, err)
	}
	if n := <-done; n >= 1<<30 {
		t.Fatalf("%d bytes of answer were taken", n)
	}
}

func TestRetryAfter_SecondsOrDate(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		"": 0, "soon": 0, "-1": 0, "7": 7 * time.Second, "0": time.Second, "Mon, 02 Mar 2026 12:01:00 GMT": time.Minute,
		"Mon, 02 Mar 2026 11:00:00 GMT": time.Second,
	} {
		if got := retryAfter(text, noon); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

// FuzzCheckURL holds that no accepted URL names an inner address, a user or another scheme.
func FuzzCheckURL(f *testing.F) {
	for _, seed := range []string{
		"https://example.com/hook?a=1", "http://127.0.0.1/", "http://[::1]:80/", "http://[::ffff:10.0.0.1]/", "http://169.254.169.254/latest",
		"http://user:pass@example.com", "ftp://example.com", "//example.com", "http://0x7f.1/", "http://2130706433/", "http://example.com:99999/",
		"http://[fe80::1%25eth0]/", "https://例え.jp/", "http://a b/", "http://example.com#x", "HTTP://EXAMPLE.COM",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		u, err := Allow(nil).CheckURL(text)
		if err != nil {
			return
		}
		if (u.Scheme != "http" && u.Scheme != "https") || u.User != nil || u.Hostname() == "" {
			t.Fatalf("%q was taken as %v", text, u)
		}
		if ip, err := netip.ParseAddr(u.Hostname()); err == nil && !outer(ip) {
			t.Fatalf("%q names the inner address %v", text, ip)
		}
		if _, err := http.NewRequest(http.MethodPost, u.String(), nil); err != nil {
			t.Fatalf("%q was taken but cannot be called: %v", text, err)
		}
	})
}
