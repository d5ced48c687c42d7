package app_test

import (
	"strings"
	"testing"
	"time"

	"yutang/internal/app"
	"yutang/internal/corp/check"
	"yutang/internal/wecomsim"
)

// The archive is set up through the API; the platform's notice brings a message in, and the
// customer's history tells of it without its text.
//
// covers: H5
func TestWeCom_ArchivedMessagesReachTheHistory(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		r := connectCorp(t, s, wecomsim.Config{})
		const path = "/wecom/corps/" + simCorp
		if st := r.ok("GET", path+"/archive", nil); st.Get("state").String() != "not_configured" {
			t.Errorf("before: %s", st.Raw)
		}
		r.ok("PUT", path, map[string]any{"name": "Simulated", "base_url": r.ok("GET", path, nil).Get("base_url").String(), "apps": []map[string]any{
			{"name": "archive", "secret": simSecret + "-archive", "token": simToken, "aes_key": simAESKey},
		}})
		if err := r.sim.SetCallback("archive", s.url+"/wecom/callback/"+simCorp+"/archive", simToken, simAESKey); err != nil {
			t.Fatal(err)
		}
		r.member("wang", false, 1)
		who := r.sim.AddCustomer(wecomsim.NewCustomer{Name: "王小鱼"})
		if _, err := r.sim.Add("wang", who, 0); err != nil {
			t.Fatal(err)
		}
		r.flush()
		r.sync()
		key, err := r.sim.ArchiveKey()
		if err != nil {
			t.Fatal(err)
		}
		if a := r.api("PUT", path+"/archive", map[string]any{"source": "fax", "secret": "x", "keys": map[string]string{"1": key}}); a.status != 422 {
			t.Errorf("a source that is none: %d %s", a.status, a.Raw)
		}
		st := r.ok("PUT", path+"/archive", map[string]any{"source": "simulator", "secret": simSecret + "-archive", "keys": map[string]string{"1": key}})
		if strings.Contains(st.Raw, simSecret) || strings.Contains(st.Raw, "PRIVATE") || st.Get("keys").Raw != "[1]" {
			t.Errorf("status %s", st.Raw)
		}
		r.until("the first pull", func() bool { return r.ok("GET", path+"/archive", nil).Get("pulled_at").Exists() })
		if err := r.sim.SendText(who, "wang", "这件还有吗"); err != nil {
			t.Fatal(err)
		}
		r.flush()
		r.until("the message is kept", func() bool { return r.ok("GET", path+"/archive", nil).Get("stored").Int() == 1 })
		id := r.customer(who).Get("id").String()
		events := r.ok("GET", "/customers/"+id+"/events", nil)
		if ev := events.Get(`items.#(name=="Message Replied")`); ev.Get("properties.staff").String() != "wang" || strings.Contains(events.Raw, "这件") {
			t.Errorf("events %s", events.Raw)
		}
		messages := path + "/archive/messages?external_userid=" + who
		if a := r.ok("GET", messages, nil); a.Get("items.0.text").String() != "这件还有吗" {
			t.Errorf("messages %s", a.Raw)
		}
		analyst := s.token("analyst", nil)
		if a := s.send("GET", "/api/v1"+messages, nil, "Authorization", "Bearer "+analyst); a.Get("items.#").Int() != 1 || strings.Contains(a.Raw, "这件") {
			t.Errorf("for an analyst: %d %s", a.status, a.Raw)
		}
		if a := r.ok("GET", path+"/archive/replies", nil); a.Get("items.0.open").Int() != 1 || a.Get("items.0.median_seconds").Value() != nil {
			t.Errorf("replies %s", a.Raw)
		}
	})
}

// covers: J4
func TestWeCom_DoctorChecksTheConnection(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		r := connectCorp(t, s, wecomsim.Config{Staff: 2})
		r.sync()
		const path = "/wecom/corps/" + simCorp
		base := r.ok("GET", path, nil).Get("base_url").String()
		r.ok("PUT", path, map[string]any{"name": "Simulated", "base_url": base, "settings": map[string]any{"public_url": s.url}})
		state := func(check string) string {
			return r.ok("GET", path+"/check", nil).Get(`items.#(check=="` + check + `").state`).String()
		}
		for _, check := range []string{"credentials", "trusted_ip", "secret_kind", "contact_permission", "directory", "callback_echo", "last_sync", "limits", "way_quota"} {
			if got := state(check); got != "ok" {
				t.Errorf("%s: %q", check, got)
			}
		}
		if got := state("callback_seen"); got != "warn" {
			t.Errorf("without callbacks: %q", got)
		}
		who := r.sim.AddCustomer(wecomsim.NewCustomer{})
		if _, err := r.sim.Add(r.staffOf()[0], who, 0); err != nil {
			t.Fatal(err)
		}
		r.flush()
		if got := state("callback_seen"); got != "ok" {
			t.Errorf("after a callback: %q", got)
		}
		list, err := app.DoctorWeCom(t.Context(), s.cfg, simCorp)
		if err != nil || len(list) != 1 || list[0].Corp != simCorp || len(list[0].Items) < 10 {
			t.Fatalf("beside the server: %+v, %v", list, err)
		}
		for _, f := range list[0].Items {
			// The web server of the test tells the machine's time, the program lives in another.
			if f.State == check.Fail && f.Check != "clock" {
				t.Errorf("beside the server: %+v", f)
			}
		}
		r.sim.SetKnobs(func(k *wecomsim.Knobs) { k.TrustedIPs = []string{"10.9.9.9"} })
		s.clock.Advance(time.Minute)
		if a := r.ok("GET", path+"/check", nil); a.Get(`items.#(check=="trusted_ip").state`).String() != "fail" || a.Get("failed").Int() == 0 ||
			!strings.Contains(a.Get(`items.#(check=="trusted_ip").remedy.zh`).String(), "127.0.0.1") {
			t.Errorf("an untrusted address: %s", a.Raw)
		}
		if _, err := app.DoctorWeCom(t.Context(), s.cfg, "ww-nobody"); err == nil {
			t.Error("an unknown corp is checked")
		}
	})
}
