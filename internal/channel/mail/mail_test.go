package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"mime"
	"mime/multipart"
	"net/http/httptest"
	netmail "net/mail"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"yutang/internal/outreach"
)

func trustOf(web *httptest.Server) *tls.Config {
	pool := x509.NewCertPool()
	pool.AddCert(web.Certificate())
	return &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
}

var letter = Letter{
	To: "li.lei@x.example", Subject: "王芳，您的订单 shipped — " + strings.Repeat("长", 40), Text: "Hello\n.a line with a dot\n[[unsubscribe_url]]",
	HTML: `<p>您好</p><a href="[[unsubscribe_url]]">退订</a>`, Ref: "dlv_1", Unsubscribe: "https://y.example/channels/unsubscribe/dlv_1/ab",
	At: time.Date(2026, 3, 2, 4, 0, 0, 0, time.UTC),
}

func from(a Account) Account {
	a.From, a.ReplyTo = netmail.Address{Name: "玉堂 Yutang", Address: "hi@brand.example"}, "care@brand.example"
	return a
}

// covers: C7
func TestSend_LetterArrivesWhole(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]*server{
		"starttls and plain": {auth: "PLAIN LOGIN"}, "starttls and login": {auth: "LOGIN"}, "tls": {implicit: true, auth: "PLAIN"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, a := serve(t, s)
			o := c.Send(t.Context(), from(a), letter)
			if diff := cmp.Diff(outreach.Outcome{Verdict: outreach.Accepted, Detail: "SMTP 250", ProviderID: "<dlv_1@brand.example>"}, o); diff != "" {
				t.Fatal(diff)
			}
			got := s.last(t)
			if !strings.HasPrefix(got.from, "FROM:<hi@brand.example>") || got.to != "TO:<li.lei@x.example>" {
				t.Errorf("envelope %q %q", got.from, got.to)
			}
			m, err := netmail.ReadMessage(strings.NewReader(got.data))
			if err != nil {
				t.Fatal(err)
			}
			heads := map[string]string{}
			for _, name := range []string{"From", "To", "Reply-To", "Date", "Subject", "Message-Id", "List-Unsubscribe", "List-Unsubscribe-Post"} {
				heads[name], _ = new(mime.WordDecoder).DecodeHeader(m.Header.Get(name))
			}
			want := map[string]string{
				"From": "玉堂 Yutang <hi@brand.example>", "To": "<li.lei@x.example>", "Reply-To": "<care@brand.example>",
				"Date": "Mon, 02 Mar 2026 04:00:00 +0000", "Subject": letter.Subject, "Message-Id": "<dlv_1@brand.example>",
				"List-Unsubscribe": "<" + letter.Unsubscribe + ">", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
			}
			if diff := cmp.Diff(want, heads); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(map[string]string{
				"text/plain": "Hello\r\n.a line with a dot\r\n" + letter.Unsubscribe,
				"text/html":  `<p>您好</p><a href="` + letter.Unsubscribe + `">退订</a>`,
			}, parts(t, m)); diff != "" {
				t.Error(diff)
			}
			for line := range strings.SplitSeq(got.data, "\r\n") {
				if len(line) > 998 {
					t.Errorf("a line of %d bytes", len(line))
				}
			}
		})
	}
}

func parts(t *testing.T, m *netmail.Message) map[string]string {
	t.Helper()
	_, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for r := multipart.NewReader(m.Body, params["boundary"]); ; {
		p, err := r.NextPart()
		if err == io.EOF {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(p)
		if err != nil {
			t.Fatal(err)
		}
		kind, _, _ := mime.ParseMediaType(p.Header.Get("Content-Type"))
		out[kind] = string(body)
	}
}

// covers: C7
func TestSend_HeadersCannotBeInjected(t *testing.T) {
	t.Parallel()
	s := &server{auth: "PLAIN"}
	c, a := serve(t, s)
	a = from(a)
	a.From.Name = "Brand\r\nBcc: all@x.example"
	l := letter
	l.Subject, l.Text, l.HTML = "Hi\r\nBcc: all@x.example\r\n\r\nbody", "", "<p>1</p>"
	if o := c.Send(t.Context(), a, l); o.Verdict != outreach.Accepted {
		t.Fatalf("%+v", o)
	}
	m, err := netmail.ReadMessage(strings.NewReader(s.last(t).data))
	if err != nil {
		t.Fatal(err)
	}
	if m.Header.Get("Bcc") != "" || m.Header.Get("Content-Type") != "text/html; charset=utf-8" {
		t.Errorf("headers %v", m.Header)
	}
	for _, to := range []string{"a@x.example\r\nRCPT TO:<b@x.example>", "A <a@x.example>", "a@x.example, b@x.example", "a", "", "a@x.example> b"} {
		if got, err := Address(to); err == nil {
			t.Errorf("%q was taken as %q", to, got)
		}
	}
	if got, err := Address("li.lei+1@x.example"); err != nil || got != "li.lei+1@x.example" {
		t.Error(got, err)
	}
}

// covers: C7
func TestSend_VerdictsOfAnswers(t *testing.T) {
	t.Parallel()
	const rejected, again, unknown = outreach.Rejected, outreach.Again, outreach.Unknown
	for name, c := range map[string]struct {
		say     map[string]string
		verdict outreach.Verdict
		reason  outreach.Reason
		detail  string
	}{
		"busy":                {map[string]string{"greeting": "421 4.3.2 busy"}, again, outreach.RateLimited, "SMTP 421 4.3.2"},
		"no answer":           {map[string]string{"greeting": "drop"}, again, outreach.Unreachable, "the server closed the connection"},
		"login refused":       {map[string]string{"AUTH": "535 5.7.8 li.lei has no right"}, again, outreach.Account, "SMTP 535 5.7.8"},
		"sender refused":      {map[string]string{"MAIL": "550 5.7.1 not you"}, again, outreach.Account, "SMTP 550 5.7.1"},
		"unknown box":         {map[string]string{"RCPT": "550 5.1.1 <li.lei@x.example> unknown"}, rejected, outreach.NoAddress, "SMTP 550 5.1.1"},
		"unknown box, plain":  {map[string]string{"RCPT": "550 no such user"}, rejected, outreach.NoAddress, "SMTP 550"},
		"refused recipient":   {map[string]string{"RCPT": "550 5.7.1 blocked"}, rejected, outreach.Refused, "SMTP 550 5.7.1"},
		"full box":            {map[string]string{"RCPT": "552 5.2.2 full"}, rejected, outreach.Refused, "SMTP 552 5.2.2"},
		"greylisted":          {map[string]string{"RCPT": "451 4.7.1 later"}, again, outreach.RateLimited, "SMTP 451 4.7.1"},
		"data refused":        {map[string]string{"DATA": "554 5.5.1 no"}, rejected, outreach.Refused, "SMTP 554 5.5.1"},
		"spam":                {map[string]string{".": "554 5.7.1 spam"}, rejected, outreach.Refused, "SMTP 554 5.7.1"},
		"not stored":          {map[string]string{".": "451 4.3.0 disk full"}, again, outreach.RateLimited, "SMTP 451 4.3.0"},
		"silence at the end":  {map[string]string{".": "drop"}, unknown, outreach.NoAnswer, "EOF"},
		"silence before data": {map[string]string{"DATA": "drop"}, again, outreach.Unreachable, "the server closed the connection"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &server{auth: "PLAIN", say: c.say}
			client, a := serve(t, s)
			o := client.Send(t.Context(), from(a), letter)
			if o.Verdict != c.verdict || o.Reason != c.reason || o.Detail != c.detail {
				t.Errorf("%+v, want %v %s %q", o, c.verdict, c.reason, c.detail)
			}
		})
	}
}

func TestSend_ShowsNoPasswordWithoutTLS(t *testing.T) {
	t.Parallel()
	s := &server{plainly: true, auth: "PLAIN"}
	c, a := serve(t, s)
	if o := c.Send(t.Context(), from(a), letter); o.Verdict != outreach.Again || o.Reason != outreach.Account {
		t.Errorf("a server without STARTTLS: %+v", o)
	}
	a.Security = None
	if o := c.Send(t.Context(), from(a), letter); o.Verdict != outreach.Again || o.Reason != outreach.Account {
		t.Errorf("a login in the open: %+v", o)
	}
	a.User = ""
	if o := c.Send(t.Context(), from(a), letter); o.Verdict != outreach.Accepted {
		t.Errorf("a relay without a login: %+v", o)
	}
}

func TestSend_WantsATrustedServer(t *testing.T) {
	t.Parallel()
	s := &server{auth: "PLAIN"}
	c, a := serve(t, s)
	c.Trust = nil
	if o := c.Send(t.Context(), from(a), letter); o.Verdict != outreach.Again || o.Reason != outreach.Unreachable || s.count() > 0 {
		t.Errorf("%+v", o)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if o := c.Send(ctx, from(a), letter); o.Verdict != outreach.Again {
		t.Errorf("cancelled before: %+v", o)
	}
}

// FuzzLetter holds that no text becomes a header.
func FuzzLetter(f *testing.F) {
	f.Add("Hi\r\nBcc: a@b.c", "text\r\n.\r\nMAIL FROM:<x>", "<p>--=_dlv_1--</p>", "Name\nX: y")
	f.Add("", "", "\x00", "\u2028=?utf-8?q?x?=")
	f.Add(strings.Repeat("长", 200), strings.Repeat("a", 2000), "", "")
	f.Fuzz(func(t *testing.T, subject, text, html, name string) {
		l := Letter{From: netmail.Address{Name: name, Address: "hi@brand.example"}, To: "a@x.example", Subject: subject, Text: text, HTML: html, Ref: "dlv_1", At: letter.At}
		raw, err := l.bytes()
		if err != nil {
			t.Fatal(err)
		}
		m, err := netmail.ReadMessage(strings.NewReader(string(raw)))
		if err != nil {
			t.Fatal(err)
		}
		allowed := map[string]bool{"Date": true, "From": true, "To": true, "Subject": true, "Message-Id": true, "Mime-Version": true, "Content-Type": true, "Content-Transfer-Encoding": true}
		for h := range m.Header {
			if !allowed[h] {
				t.Fatalf("the header %q in %q", h, raw)
			}
		}
	})
}
