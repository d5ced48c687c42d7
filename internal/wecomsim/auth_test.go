package wecomsim

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestGetToken_ChecksItsParameters(t *testing.T) {
	t.Parallel()
	b := newBench(t, Config{})
	for want, q := range map[int64]string{
		41002: "corpsecret=sim-secret-main",
		41004: "corpid=ww0000000000000001",
		40013: "corpid=wwother&corpsecret=sim-secret-main",
		40001: "corpid=ww0000000000000001&corpsecret=no",
	} {
		b.is(b.send(http.MethodGet, "/gettoken?"+q, "", nil), want)
	}
}

func TestGetToken_GivesTheSameTokenWhileValid(t *testing.T) {
	t.Parallel()
	b := newBench(t, Config{})
	b.login("sim-secret-main")
	first := b.token
	b.clock.Advance(7199 * time.Second)
	b.login("sim-secret-main")
	if b.token != first {
		t.Error("a valid token was replaced")
	}
	b.ok(b.call("/getcallbackip", nil))
	b.clock.Advance(time.Second)
	b.is(b.call("/getcallbackip", nil), 42001)
	b.login("sim-secret-main")
	if b.token == first {
		t.Error("an expired token was given again")
	}
	b.login("sim-secret-main-directory")
	if b.token == first {
		t.Error("two apps share a token")
	}
}

func TestToken_MayBeRevokedEarly(t *testing.T) {
	t.Parallel()
	b := staffed(t, Config{})
	b.RevokeTokens("")
	r := b.is(b.call("/getcallbackip", nil), 40014)
	msg := r.Get("errmsg").Str
	for _, part := range []string{"invalid access_token, hint: [", "], from ip: 127.0.0.1, more info at https://open.work.weixin.qq.com/devtool/query?e=40014"} {
		if !strings.Contains(msg, part) {
			t.Errorf("errmsg %q has no %q", msg, part)
		}
	}
	b.login("sim-secret-main")
	b.ok(b.call("/getcallbackip", nil))
	b.token = ""
	b.is(b.call("/getcallbackip", nil), 41001)
}

func TestCalls_NeedATrustedIPAndPermission(t *testing.T) {
	t.Parallel()
	b := staffed(t, Config{})
	b.SetKnobs(func(k *Knobs) { k.TrustedIPs = []string{"10.0.0.9"} })
	b.is(b.call("/getcallbackip", nil), 60020)
	b.SetKnobs(func(k *Knobs) { k.TrustedIPs = nil })
	b.login("sim-secret-main-directory")
	b.is(b.call("/externalcontact/get_follow_user_list", nil), 48002)
	b.ok(b.call("/department/list", nil))
}

func TestScope_HidesMembersOutsideIt(t *testing.T) {
	t.Parallel()
	b := staffed(t, Config{})
	b.must(b.PutApp(App{Name: "main", AgentID: 1000002, Secret: "sim-secret-main", Users: []string{"wang"}}))
	c := b.friend("li")
	b.is(b.call("/externalcontact/list?userid=li", nil), 60011)
	b.is(b.call("/user/get?userid=li", nil), 60011)
	b.is(b.call("/externalcontact/get?external_userid="+c, nil), 40096)
	if got := b.ok(b.call("/externalcontact/get_follow_user_list", nil)).Get("follow_user").Raw; got != `["wang"]` {
		t.Errorf("follow users %s", got)
	}
}

func TestTickets_DifferForCorpAndApp(t *testing.T) {
	t.Parallel()
	b := staffed(t, Config{})
	corp := b.ok(b.call("/get_jsapi_ticket", nil)).Get("ticket").Str
	app := b.ok(b.call("/ticket/get?type=agent_config", nil)).Get("ticket").Str
	if corp == "" || corp == app {
		t.Errorf("corp ticket %q, app ticket %q", corp, app)
	}
	b.is(b.call("/ticket/get?type=jsapi", nil), 91040)
}

func TestOAuth_CodeIsGoodOnceForFiveMinutes(t *testing.T) {
	t.Parallel()
	b := staffed(t, Config{})
	code, err := b.OAuthCode("WANG", true)
	b.must(err)
	r := b.ok(b.call("/auth/getuserinfo?code="+code, nil))
	if r.Get("userid").Str != "wang" {
		t.Fatal(r.Raw)
	}
	detail := b.ok(b.call("/auth/getuserdetail", map[string]string{"user_ticket": r.Get("user_ticket").Str}))
	if detail.Get("mobile").Str == "" {
		t.Error(detail.Raw)
	}
	b.is(b.call("/auth/getuserinfo?code="+code, nil), 40029)
	b.is(b.call("/auth/getuserdetail", map[string]string{"user_ticket": "x"}), 84015)
	code, err = b.OAuthCode("wang", false)
	b.must(err)
	b.clock.Advance(5 * time.Minute)
	b.is(b.call("/auth/getuserinfo?code="+code, nil), 42003)
}

func TestOAuthPage_SendsTheVisitorBackAsTheMemberPicked(t *testing.T) {
	t.Parallel()
	b := staffed(t, Config{})
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Get(b.url + "/sim/oauth/pick?" + query("userid", "li", "redirect_uri", "http://app.example/back?x=1", "state", "s1"))
	b.must(err)
	_ = res.Body.Close()
	target, err := url.Parse(res.Header.Get("Location"))
	b.must(err)
	if target.Host != "app.example" || target.Query().Get("state") != "s1" || target.Query().Get("x") != "1" {
		t.Fatalf("sent to %s", target)
	}
	if got := b.ok(b.call("/auth/getuserinfo?code="+target.Query().Get("code"), nil)).Get("userid").Str; got != "li" {
		t.Errorf("logged in as %q", got)
	}
	res, err = client.Get(b.url + "/connect/oauth2/authorize?" + query("appid", "ww0000000000000001", "redirect_uri", "http://app.example/", "response_type", "code"))
	b.must(err)
	_ = res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Errorf("the page answers %d", res.StatusCode)
	}
}
