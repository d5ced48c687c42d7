package wecomsim

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func (b *bench) visit(method, address, body string) (int, string) {
	b.t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), method, address, strings.NewReader(body))
	b.must(err)
	if body != "" && body[0] != '{' {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := http.DefaultClient.Do(req)
	b.must(err)
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	b.must(err)
	return res.StatusCode, string(raw)
}

func TestControl_ActsAndShowsOverHTTP(t *testing.T) {
	t.Parallel()
	b := staffed(t, Config{})
	c := b.friend("wang")
	chat, _ := b.groupOf(1)
	msg := b.massSend(obj{"external_userid": []string{c}})
	for _, v := range []struct {
		read, want string
	}{
		{"mass_tasks?userid=wang", msg},
		{"quota_left?id=" + c, `{"left":31}`},
		{"groups?who=wang", chat},
		{"group?chat_id=" + chat, `"owner":"wang"`},
		{"moment_tasks?userid=wang", "[]"},
		{"moments?external_userid=" + c, "[]"},
		{"join_ways", "[]"},
		{"transfers", "[]"},
		{"links", "[]"},
		{"templates", "[]"},
		{"kf_accounts", "[]"},
		{"kf_talk?open_kfid=x&external_userid=" + c, "[]"},
	} {
		if status, got := b.visit(http.MethodGet, b.url+"/sim/api/"+v.read, ""); status != http.StatusOK || !strings.Contains(got, v.want) {
			t.Errorf("%s: %d %s", v.read, status, got)
		}
	}
	if status, _ := b.visit(http.MethodGet, b.url+"/sim/api/group?chat_id=x", ""); status != http.StatusNotFound {
		t.Error("shows a group that is none")
	}
	status, got := b.visit(http.MethodPost, b.url+"/sim/api/confirm_mass_send", `{"userid":"wang","msgid":"`+msg+`"}`)
	if status != http.StatusOK || !strings.Contains(got, `"sent":1`) {
		t.Errorf("confirmed: %d %s", status, got)
	}
	if status, _ = b.visit(http.MethodPost, b.url+"/sim/api/confirm_mass_send", `{"userid":"wang","msgid":"`+msg+`"}`); status != http.StatusConflict {
		t.Errorf("confirmed again: %d", status)
	}
	if status, got = b.visit(http.MethodGet, b.url+"/sim/api/mass_received?userid=wang&external_userid="+c, ""); !strings.Contains(got, "上新啦") {
		t.Errorf("received: %d %s", status, got)
	}
}

func TestScan_JoinCodesAndLinksHavePages(t *testing.T) {
	t.Parallel()
	b := staffed(t, Config{})
	chat, _ := b.groupOf(0)
	id := b.ok(b.call("/externalcontact/groupchat/add_join_way", obj{"scene": 2, "chat_id_list": []string{chat}})).Get("config_id").Str
	picture := b.ok(b.call("/externalcontact/groupchat/get_join_way", obj{"config_id": id})).Get("join_way.qr_code").Str
	if status, got := b.visit(http.MethodGet, picture, ""); status != http.StatusOK || !strings.HasPrefix(got, "\x89PNG") {
		t.Errorf("the picture: %d", status)
	}
	c := b.AddCustomer(NewCustomer{})
	form := url.Values{"external_userid": {c}}.Encode()
	if status, got := b.visit(http.MethodPost, b.url+"/sim/scan/"+id, form); status != http.StatusOK || !strings.Contains(got, chat) {
		t.Errorf("scanned: %d %s", status, got)
	}
	if g := b.chat(chat); g.Size != 2 {
		t.Errorf("got %+v", g)
	}
	link, address := b.newLink(obj{})
	if status, _ := b.visit(http.MethodGet, address, ""); status != http.StatusOK {
		t.Errorf("the page: %d", status)
	}
	b.visit(http.MethodPost, address+"?customer_channel=x", form)
	if got := b.ok(b.call("/externalcontact/customer_acquisition/customer", obj{"link_id": link})).Get("customer_list.0.state").Str; got != "x" {
		t.Errorf("came with %q", got)
	}
	if links := b.Links(); len(links) != 1 || links[0].Customers != 1 || len(b.JoinWays()) != 1 {
		t.Errorf("shown %v", links)
	}
}
