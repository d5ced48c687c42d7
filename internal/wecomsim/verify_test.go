package wecomsim

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestVerifyCallback_WantsTheExactPlainText(t *testing.T) {
	t.Parallel()
	b := staffed(t, Config{})
	tail := ""
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		_, _ = w.Write([]byte(openCallback(t, "<Encrypt>"+q.Get("echostr")+"</Encrypt>", q) + tail))
	}))
	t.Cleanup(server.Close)
	if b.VerifyCallback(context.Background(), "") == nil {
		t.Error("an app without callback passes")
	}
	b.must(b.SetCallback("", server.URL+"/cb?brand=1", testToken, testKey))
	b.must(b.VerifyCallback(context.Background(), ""))
	tail = "\n"
	if err := b.VerifyCallback(context.Background(), "main"); err == nil || !strings.Contains(err.Error(), "echostr") {
		t.Errorf("a line end passes: %v", err)
	}
	if b.SetCallback("", server.URL, testToken, "short") == nil || b.SetCallback("nobody", server.URL, testToken, testKey) == nil {
		t.Error("a bad key or app is accepted")
	}
}

func TestSuite_IsCalledBackInTheThirdPartyForm(t *testing.T) {
	t.Parallel()
	got := make(chan string, 1)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		got <- r.URL.Query().Get("msg_signature")
	}))
	t.Cleanup(server.Close)
	b := staffed(t, Config{})
	b.must(b.PutApp(App{Name: "suite", SuiteID: "ww5uite", CallbackURL: server.URL, Token: testToken, AESKey: testKey}))
	c := b.friend("wang")
	b.flush()
	if <-got == "" {
		t.Error("not signed")
	}
	plain := b.Log(LogFilter{Kind: "callback"})[0].Request
	for name, want := range map[string]string{
		"SuiteId": "ww5uite", "AuthCorpId": "ww0000000000000001", "InfoType": "change_external_contact", "ChangeType": "add_external_contact", "ExternalUserID": c, "Event": "",
	} {
		if v := element(plain, name); v != want {
			t.Errorf("%s is %q, want %q", name, v, want)
		}
	}
}

func TestApps_HearWhatTheirPermissionsAllow(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	b := staffed(t, Config{Apps: []App{{Name: "directory", Secret: "d", CallbackURL: r.URL, Token: testToken, AESKey: testKey}}})
	b.flush()
	if got := r.got(); len(got) != 2 || element(got[0], "ChangeType") != "create_user" {
		t.Errorf("the directory app hears %v", got)
	}
	b.friend("wang")
	b.flush()
	if got := r.got(); len(got) != 0 {
		t.Errorf("the directory app hears of customers: %v", got)
	}
}

func TestKnobs_ChangeWhatIsNamed(t *testing.T) {
	t.Parallel()
	b := newBench(t, Config{})
	b.sim("knobs", `{"loss":0.5}`, 200)
	b.sim("knobs", `{"delay_ms":7}`, 200)
	if k := b.Knobs(); k.Loss != 0.5 || k.DelayMS != 7 || k.TokenLife != 7200 {
		t.Errorf("%+v", k)
	}
	b.sim("knobs", `{"noise":1}`, 400)
}
