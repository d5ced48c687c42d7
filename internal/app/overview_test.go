package app_test

import (
	"testing"
	"time"
)

// covers: I2
func TestOverview_AndSystemAndSearchOverTheWholeHouse(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		s.take(
			identify("u1", props{"name": "Anna", "phone": "13912345670"}),
			track("u1", "Order Completed", now.Add(-time.Hour), props{"order_id": "1", "total": 100.5}),
			track("u1", "Order Completed", now.Add(-40*24*time.Hour), props{"order_id": "0", "total": 50}),
		)
		s.audience("Annas of the shop", `{"all":[]}`)
		o := s.ok("GET", "/overview", nil)
		if o.Get("missing").Exists() || o.Get("currency").String() != "CNY" {
			t.Fatalf("overview: %s", o.Raw)
		}
		if n := o.Get(`numbers.#(id=="net_revenue")`); n.Get("value").Float() != 100.5 || n.Get("before").Float() != 50 || n.Get("unit").String() != "money" {
			t.Errorf("revenue: %s", n.Raw)
		}
		for _, id := range []string{"orders", "new_contacts", "spend", "ltv_to_cac", "cac"} {
			if !o.Get(`numbers.#(id=="` + id + `")`).Exists() {
				t.Errorf("%s is missing in %s", id, o.Get("numbers").Raw)
			}
		}
		if m := o.Get(`attention.#(key=="connect_corp")`); m.Get("link").String() != "wecom" {
			t.Errorf("attention: %s", o.Get("attention").Raw)
		}
		s.ok("POST", "/outreach/hold", props{"reason": "wrong price"})
		if m := s.ok("GET", "/overview", nil).Get(`attention.#(key=="sending_held")`); m.Get("detail").String() != "wrong price" || m.Get("level").String() != "bad" {
			t.Errorf("held: %s", m.Raw)
		}
		s.ok("POST", "/outreach/release", nil)
		sys := s.ok("GET", "/system", nil)
		for _, key := range []string{"road", "database", "disk", "memory", "snapshot", "backup", "outbox", "callbacks", "jobs", "corps"} {
			if c := sys.Get(`checks.#(key=="` + key + `")`); c.Get("state").String() == "" || c.Get("remedy").String() == "unreadable" {
				t.Errorf("%s: %s", key, c.Raw)
			}
		}
		if sys.Get(`checks.#(key=="road").facts.last_event`).Int() < 3 || sys.Get(`checks.#(key=="road").facts.events_per_second`).Float() <= 0 {
			t.Errorf("road: %s", sys.Get(`checks.#(key=="road")`).Raw)
		}
		found := s.ok("GET", "/search?q=anna", nil).Get("items")
		if found.Get("#").Int() != 2 || found.Get("0.kind").String() != "customer" || found.Get("0.title").String() != "Anna" ||
			found.Get("1.title").String() != "Annas of the shop" {
			t.Errorf("search: %s", found.Raw)
		}
		listed := s.ok("GET", "/customers?orders=2..&sort=-net_revenue", nil)
		if listed.Get("total").Int() != 1 || listed.Get("items.0.name").String() != "Anna" || !listed.Get("rule").Exists() {
			t.Errorf("customers: %s", listed.Raw)
		}
		kept := s.ok("POST", "/customers/audience", props{"orders": "2..", "name": "Twice"})
		if kept.Get("count").Int() != 1 {
			t.Errorf("kept: %s", kept.Raw)
		}
		fixed := s.ok("POST", "/customers/audience", props{"q": "anna", "name": "Anna now", "fixed": true})
		if fixed.Get("id").String() == "" || fixed.Get("count").Int() != 1 {
			t.Errorf("fixed: %s", fixed.Raw)
		}
		if bulk := s.ok("POST", "/tags/bulk", props{"filter": props{"q": "anna"}, "add": []string{"walk-in"}, "expect": 1}); bulk.Get("total").Int() != 1 {
			t.Errorf("bulk: %s", bulk.Raw)
		}
	})
}
