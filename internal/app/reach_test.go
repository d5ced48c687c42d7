package app_test

import (
	"fmt"
	"testing"
	"time"
)

// covers: B6
func TestReach_CountsEachCustomerOnceForAChannel(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		for i := range 6 {
			user := fmt.Sprint("u", i)
			traits := props{"city": "Suzhou"}
			if i < 4 {
				traits["phone"] = fmt.Sprintf("1391234000%d", i)
			}
			if i == 4 {
				traits["email"] = "e@example.com"
			}
			s.take(identify(user, traits))
			if i < 2 {
				s.take(track(user, "Consent Given", now.Add(-time.Hour), props{"channel": "sms"}))
			}
		}
		s.take(track("u1", "Consent Withdrawn", now.Add(-time.Minute), props{}))
		all := s.ok("POST", "/audiences/reach", props{"rule": props{"trait": "city", "op": "eq", "value": "Suzhou"}})
		sms, mass := all.Get(`channels.#(channel=="sms")`), all.Get(`channels.#(channel=="wecom_mass")`)
		if all.Get("count").Int() != 6 || !all.Get("exact").Bool() || all.Get("unreachable").Int() != 1 || all.Get("reachable").Int() != 1 {
			t.Errorf("%s", all.Raw)
		}
		if sms.Get("address").Int() != 4 || sms.Get("no_consent").Int() != 3 || sms.Get("reachable").Int() != 1 || mass.Get("address").Int() != 0 {
			t.Errorf("sms %s, mass %s", sms.Raw, mass.Raw)
		}
		s.clock.Advance(time.Minute)
		policy := s.ok("GET", "/outreach/policy", nil)
		if a := s.api("PUT", "/outreach/policy", props{"holdout_percent": 20, "consent": props{"sms": "not_withdrawn"}}); a.status != 200 {
			t.Fatalf("policy: %s, was %s", a.Raw, policy.Raw)
		}
		some := s.ok("POST", "/audiences/reach", props{"filter": props{"q": "u2"}})
		sms = some.Get(`channels.#(channel=="sms")`)
		if some.Get("count").Int() != 1 || sms.Get("address").Int() != 1 || sms.Get("reachable").Int()+sms.Get("held_out").Int() != 1 || sms.Get("held_out").Int() != some.Get("held_out").Int() {
			t.Errorf("%s", some.Raw)
		}
		if a := s.api("POST", "/audiences/reach", props{"rule": props{"trait": "city"}}); a.status != 422 || a.Get("errors.0.pointer").String() != "/rule" {
			t.Errorf("a bad rule: %s", a.Raw)
		}
	})
}
