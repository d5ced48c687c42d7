package app_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"yutang/internal/access"
	"yutang/internal/wecom"
	"yutang/internal/wecomsim"
)

const pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="

// deskAccount makes a customer service account at the platform, with its servicers.
func (r *corpRig) deskAccount(users ...string) string {
	r.t.Helper()
	ctx := context.Background()
	base := r.ok("GET", "/wecom/corps/"+simCorp, nil).Get("base_url").String()
	client := wecom.New(wecom.Config{BaseURL: base, CorpID: simCorp, App: "main", Secret: simSecret, Clock: r.clock})
	png, err := base64.StdEncoding.DecodeString(pixel)
	if err != nil {
		r.t.Fatal(err)
	}
	m, err := client.UploadMedia(ctx, "image", "a.png", bytes.NewReader(png))
	if err != nil {
		r.t.Fatal(err)
	}
	id, err := client.KfAccountAdd(ctx, wecom.KfAccount{Name: "官方客服", MediaID: m.MediaID})
	if err == nil {
		_, err = client.KfServicerAdd(ctx, wecom.KfServicers{OpenKfID: id, UserIDList: users})
	}
	if err != nil {
		r.t.Fatal(err)
	}
	return id
}

// eventsOf lists the names of a customer's events, the oldest first.
func (r *corpRig) eventsOf(external string) (names []string) {
	r.t.Helper()
	id := r.customer(external).Get("id").String()
	if id == "" {
		return nil
	}
	for _, e := range r.ok("GET", "/customers/"+id+"/events", nil).Get("items").Array() {
		names = append(names, e.Get("event").String()+e.Get("name").String())
	}
	slices.Reverse(names)
	return names
}

// still is until without the clock moving: a welcome code lives for seconds.
func (r *corpRig) still(what string, ok func() bool) {
	r.t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); r.send("GET", "/readyz", nil) {
		if ok() {
			return
		}
	}
	r.t.Fatalf("it never happens: %s", what)
}

// A stranger writes to customer service: greeted, answered, known as a customer with a
// timeline; what was said is for those who may read it; a lost callback is made good.
func TestWeCom_CustomerServiceIsToldAndMeasured(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		r := connectCorp(t, s, wecomsim.Config{Staff: 2})
		users := r.staffOf()
		account := r.deskAccount(users[0])
		path := "/wecom/corps/" + simCorp + "/desk"
		r.ok("POST", path+"/refresh", nil)
		r.until("the account is known", func() bool { return strings.Contains(r.ok("GET", path+"/accounts", nil).Raw, account) })
		r.ok("PUT", path+"/accounts/"+account+"/welcome", map[string]any{"text": "您好，请讲"})
		who := r.sim.AddCustomer(wecomsim.NewCustomer{})
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		_, err := r.sim.KfEnter(account, who)
		must(err)
		r.flush()
		r.still("the customer is greeted", func() bool { return len(r.sim.KfTalk(account, who)) == 1 })
		must(r.sim.KfSay(account, who, "有货吗"))
		must(r.sim.KfServe(account, who, users[0]))
		r.flush()
		r.until("the session is told", func() bool { return slices.Contains(r.eventsOf(who), "Message Replied") })
		r.clock.Advance(30 * time.Second)
		must(r.sim.KfAnswer(account, who, "有的"))
		must(r.sim.KfEnd(account, who))
		r.flush()
		r.until("the end is told", func() bool { return slices.Contains(r.eventsOf(who), "Service Ended") })
		list := path + "/messages?external_userid=" + who
		r.until("the end is kept", func() bool { return r.ok("GET", list, nil).Get("items.0.step").String() == "ended" })
		want := "Message Delivered,Message Replied,Message Sent,Service Ended,Service Started,Service Started"
		got := r.eventsOf(who)
		slices.Sort(got)
		if strings.Join(got, ",") != want {
			t.Errorf("told %v", got)
		}
		var figure gjson.Result
		for _, f := range r.ok("GET", path+"/figures", nil).Get("items").Array() {
			if f.Get("servicer").String() == users[0] {
				figure = f
			}
		}
		if m := figure.Get("median_seconds").Float(); m < 30 || figure.Get("answered").Int() != 1 {
			t.Errorf("figure %s", figure.Raw)
		}
		if said := r.ok("GET", list, nil).Get("items.#.text").String(); !strings.Contains(said, "有货吗") || !strings.Contains(said, "有的") {
			t.Errorf("said %s", said)
		}
		if a := r.send("GET", "/api/v1"+list, nil, "Authorization", "Bearer "+r.token(access.Analyst, nil)); a.status != 403 || strings.Contains(a.Raw, "有货吗") {
			t.Errorf("an analyst reads what was said: %d %s", a.status, a.Raw)
		}
		if w := r.ok("GET", path+"/welcomes", nil); w.Get("items.0.state").String() != "sent" {
			t.Errorf("greetings %s", w.Raw)
		}
		r.sim.SetKnobs(func(k *wecomsim.Knobs) { k.Loss = 1 })
		must(r.sim.KfSay(account, who, "还在吗"))
		r.flush()
		r.clock.Advance(time.Hour)
		r.until("the lost callback is made good", func() bool {
			return r.ok("GET", list, nil).Get("items.0.text").String() == "还在吗"
		})
	})
}
