package app_test

import (
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"yutang/internal/wecomsim"
)

// A loss of which nobody could be told stays untold, and says why, until somebody can be.
//
// covers: A9
func TestWeCom_ALossThatReachesNobodyStaysUntold(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		r := connectCorp(t, s, wecomsim.Config{Staff: 3})
		r.sync()
		users := r.staffOf()
		settings := func(managers ...string) {
			url := r.ok("GET", "/wecom/corps/"+simCorp, nil).Get("base_url").String()
			r.ok("PUT", "/wecom/corps/"+simCorp, map[string]any{"name": "Simulated", "base_url": url, "settings": map[string]any{"managers": managers}})
		}
		losses := func() gjson.Result { return r.ok("GET", "/handover/losses", nil).Get("items") }
		lose := func() string {
			who := r.sim.AddCustomer(wecomsim.NewCustomer{Name: "王小鱼"})
			if _, err := r.sim.Add(users[0], who, 1); err != nil {
				t.Fatal(err)
			}
			r.flush()
			if err := r.sim.DeleteCustomer(users[0], who); err != nil {
				t.Fatal(err)
			}
			r.flush()
			r.until("the loss is noted", func() bool { return losses().Get("0.external_userid").String() == who })
			r.clock.Advance(6 * time.Minute)
			return who
		}
		settings("zhang.wrong")
		lose()
		r.until("it is untold", func() bool { return losses().Get("0.untold").String() == "unknown_member" })
		if losses().Get("0.told_at").Exists() {
			t.Fatalf("nobody was told, but the list says so: %s", losses().Raw)
		}
		settings(users[1])
		lose()
		r.until("both are told", func() bool { return losses().Get("#(told_at)#|#").Int() == 2 })
		if losses().Get("#(untold)#|#").Int() != 0 || len(r.sim.AppMessages(users[1])) != 1 {
			t.Fatalf("%s, %v", losses().Raw, r.sim.AppMessages(users[1]))
		}
	})
}
