package channel_test

import (
	"bufio"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"

	"yutang/internal/channel"
	"yutang/internal/db/dbtest"
	"yutang/internal/event"
	"yutang/internal/outreach"
)

// relay is an SMTP server without TLS, as on the same machine. It gives what it gets to
// letters.
func relay(t *testing.T) (port int, letters chan string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	letters = make(chan string, 10)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			session(c, letters)
		}
	}()
	_, text, _ := net.SplitHostPort(l.Addr().String())
	port, _ = strconv.Atoi(text)
	return port, letters
}

func session(c net.Conn, letters chan string) {
	defer func() { _ = c.Close() }()
	in, whole := bufio.NewScanner(c), ""
	_, _ = c.Write([]byte("220 relay\r\n"))
	for inside := false; in.Scan(); {
		line := in.Text()
		switch {
		case inside && line == ".":
			letters <- whole
			inside = false
		case inside:
			whole += line + "\n"
			continue
		case line == "DATA":
			inside = true
			_, _ = c.Write([]byte("354 go on\r\n"))
			continue
		default:
			whole += line + "\n"
		}
		_, _ = c.Write([]byte("250 ok\r\n"))
	}
}

// covers: C7
func TestEmail_CarriesItsWayOut(t *testing.T) {
	t.Parallel()
	r := newRig(t, dbtest.SQLite(t))
	port, letters := relay(t)
	e := r.endpoint(channel.Endpoint{Kind: channel.SMTP, Name: "relay", Settings: channel.Settings{
		Host: "127.0.0.1", Port: port, Security: "none", From: "hi@brand.example", FromName: "玉堂", PublicURL: "https://crm.example/",
	}})
	r.content = `{"subject":"您好","html":"<a href=\"[[unsubscribe_url]]\">退订</a>"}`
	r.who = []event.Identity{{Type: "email", Value: "old@x.example"}, {Type: "phone", Value: phone}, {Type: "email", Value: "new@x.example"}}
	r.send(channel.Email, e)
	one := r.is("taken by the relay", outreach.StateAccepted, "")
	text := <-letters
	way := "https://crm.example" + r.channels.UnsubscribePath(one.ID)
	for _, want := range []string{"RCPT TO:<new@x.example>", "List-Unsubscribe: <" + way + ">", "Message-ID: <" + one.ID + "@brand.example>"} {
		if !strings.Contains(text, want) {
			t.Errorf("%s is not in\n%s", want, text)
		}
	}
	if w := r.door("POST", strings.TrimPrefix(way, "https://crm.example"), ""); w.Code != 200 || r.road.seen["unsubscribe/"+one.ID] == nil {
		t.Error("the way out is closed", w.Code)
	}
}

// covers: C7
func TestWeChat_ReachesTheOpenIDOfItsApp(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var sent []string
	code := 0
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		var in struct{ AppID, ToUser string }
		_ = json.NewDecoder(req.Body).Decode(&in)
		if req.URL.Path == "/cgi-bin/stable_token" {
			_, _ = w.Write([]byte(`{"access_token":"of ` + in.AppID + `","expires_in":7200}`))
			return
		}
		mu.Lock()
		defer mu.Unlock()
		sent = append(sent, req.URL.Query().Get("access_token")+" "+req.URL.Path+" "+in.ToUser)
		_, _ = w.Write([]byte(`{"errcode":` + strconv.Itoa(code) + `}`))
	}))
	t.Cleanup(srv.Close)
	for _, c := range []struct {
		kind    channel.Kind
		channel string
		content string
		code    int
		state   outreach.State
		reason  outreach.Reason
		want    string
	}{
		{channel.WeChatOfficial, channel.WeChatTemplate, `{"template_id":"T234567890","data":{"thing1":"x"}}`, 0, outreach.StateAccepted, "", "of wxappA /cgi-bin/message/template/send oA"},
		{channel.WeChatOfficial, channel.WeChatService, `{"text":"x"}`, 45015, outreach.StateRejected, outreach.WindowClosed, "of wxappA /cgi-bin/message/custom/send oA"},
		{channel.WeChatMini, channel.MiniSubscribe, `{"template_id":"T234567890","data":{"thing1":"x"}}`, 43101, outreach.StateRejected, outreach.Refused, "of wxappA /cgi-bin/message/subscribe/send oA"},
	} {
		r := newRig(t, dbtest.SQLite(t))
		mu.Lock()
		r.content, code, sent = c.content, c.code, nil
		mu.Unlock()
		r.who = []event.Identity{{Type: "openid:wxappA", Value: "oA"}, {Type: "openid:wxappB", Value: "oB"}}
		r.send(c.channel, r.endpoint(channel.Endpoint{Kind: c.kind, Name: "a", Secret: "s", Settings: channel.Settings{AppID: "wxappC", BaseURL: srv.URL}}))
		r.is("of another app", outreach.StateRejected, outreach.NoAddress)
		r = newRig(t, dbtest.SQLite(t))
		r.content, r.who = c.content, []event.Identity{{Type: "openid:wxappA", Value: "oA"}, {Type: "openid:wxappB", Value: "oB"}}
		r.send(c.channel, r.endpoint(channel.Endpoint{Kind: c.kind, Name: "a", Secret: "s", Settings: channel.Settings{AppID: "wxappA", BaseURL: srv.URL}}))
		r.is(c.channel, c.state, c.reason)
		mu.Lock()
		if len(sent) != 1 || sent[0] != c.want {
			t.Errorf("%s: sent %v", c.channel, sent)
		}
		mu.Unlock()
	}
}
