package wecom

import "testing"

// covers: H2
func TestSignJS_GivesTheOfficialExample(t *testing.T) {
	t.Parallel()
	const ticket = "sM4AOVdWfPE4DxkXGEs8VMCPGGVi4C3VM0P37wVUCFvkVAy_90u5h9nbSlYy3-Sl-HhTdfl2fzFy1AOcHKP7qg"
	for _, page := range []string{"http://mp.weixin.qq.com?params=value", "http://mp.weixin.qq.com?params=value#top"} {
		if got := SignJS(ticket, "Wm3WZYTPz0wzccnW", 1414587457, page); got != "0f9de62fce790f9a083d5c99e95740ceb90c27ed" {
			t.Errorf("SignJS(%s) = %s", page, got)
		}
	}
}

func TestOAuthURL_IsWhatThePlatformWants(t *testing.T) {
	t.Parallel()
	c := New(Config{CorpID: "ww1", AgentID: 7})
	got := c.OAuthURL(Login{Redirect: "https://a.example/in?x=1&y=2", State: "s t"})
	want := "https://open.weixin.qq.com/connect/oauth2/authorize?appid=ww1&redirect_uri=https%3A%2F%2Fa.example%2Fin%3Fx%3D1%26y%3D2" +
		"&response_type=code&scope=snsapi_base&state=s+t&agentid=7#wechat_redirect"
	if got != want {
		t.Errorf("OAuthURL =\n%s, want\n%s", got, want)
	}
}
