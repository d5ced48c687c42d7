package app_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"
)

// covers: B5, B6
func TestAudience_LifeThroughTheContract(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		var calls []map[string]any
		for i := range 1205 {
			calls = append(calls, track(fmt.Sprint("u", i), "Seen", time.Time{}, props{"n": i}))
		}
		s.take(calls...)
		seen := s.ok("POST", "/audiences", props{"name": "Seen", "rule": json.RawMessage(`{"did":{"event":"Seen"}}`)})
		id := seen.Get("id").String()
		a := s.live(id)
		shape(t, "audience", a.Result, "id string", "name string", "rule object", "count number", "state string", "complete_to time", "version number")
		if a.Get("count").Int() != 1205 || a.Get("complete_to").Time().Before(now) {
			t.Fatalf("audience: %s", a.Raw)
		}
		members, cursor := map[string]bool{}, ""
		for pages := 0; ; pages++ {
			page := s.ok("GET", "/audiences/"+id+"/members?limit=500&cursor="+cursor, nil)
			for _, m := range page.Get("items.#.id").Array() {
				members[m.String()] = true
			}
			if cursor = page.Get("next").String(); cursor == "" || pages > 9 {
				break
			}
		}
		if len(members) != 1205 {
			t.Fatalf("%d members in pages", len(members))
		}
		changed := s.ok("PUT", "/audiences/"+id, props{"name": "Late ones", "rule": json.RawMessage(`{"did":{"event":"Seen","where":[{"prop":"n","op":"gte","value":1200}]}}`)})
		if changed.Get("version").Int() != 2 {
			t.Errorf("changed: %s", changed.Raw)
		}
		if a = s.live(id); a.Get("count").Int() != 5 || a.Get("live_version").Int() != 2 || a.Get("name").String() != "Late ones" {
			t.Errorf("after the change: %s", a.Raw)
		}
		s.take(track("u3", "Seen", time.Time{}, props{"n": 1300}))
		c := s.customer("user_id", "u3")
		now := s.ok("GET", "/audiences/"+id+"/explain?customer="+c, nil)
		past := s.ok("GET", "/audiences/"+id+"/explain?customer="+c+"&at=2026-03-10T03:59:59Z", nil)
		if !now.Get("member").Bool() || past.Get("member").Bool() || past.Get("next_change").Time().IsZero() || !past.Get("transitions").IsArray() {
			t.Errorf("now %s\nthen %s", now.Raw, past.Raw)
		}
		if moves := s.ok("GET", "/audiences/"+id+"/moves?which=entered", nil); moves.Get("items.#").Int() != 1 || moves.Get("items.0.customer").String() != c || moves.Get("items.0.cause").String() != "event" {
			t.Errorf("moves: %s", moves.Raw)
		}
		if in := s.ok("GET", "/customers/"+c+"/audiences", nil); in.Get("items.#").Int() != 1 || in.Get("items.0.id").String() != id {
			t.Errorf("audiences of a member: %s", in.Raw)
		}
		user := s.audience("User of it", `{"all":[{"audience":"`+id+`"},{"not":{"tag":"x"}}]}`)
		if d := s.api("DELETE", "/audiences/"+id, nil); d.status != http.StatusConflict || d.Get("code").String() != "audience_in_use" {
			t.Errorf("deleted while used: %d %s", d.status, d.Raw)
		}
		cycle := s.api("PUT", "/audiences/"+id, props{"name": "x", "rule": json.RawMessage(`{"audience":"` + user + `"}`)})
		if cycle.status != http.StatusUnprocessableEntity || cycle.Get("errors.0.pointer").String() != "/rule" {
			t.Errorf("cycle: %d %s", cycle.status, cycle.Raw)
		}
		s.ok("DELETE", "/audiences/"+user, nil)
		s.ok("DELETE", "/audiences/"+id, nil)
		if gone := s.api("GET", "/audiences/"+id, nil); gone.status != http.StatusNotFound {
			t.Errorf("deleted: %d", gone.status)
		}
	})
}

// covers: B5
func TestAudience_ListsItsMoves(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		id, other := s.audience("Seen", `{"did":{"event":"Seen","count":{"eq":1}}}`), s.audience("All", `{"did":{"event":"Seen"}}`)
		for _, user := range []string{"u1", "u2", "u3", "u1", "u2"} {
			s.take(track(user, "Seen", now, nil))
		}
		who := map[string]string{}
		for _, user := range []string{"u1", "u2", "u3"} {
			who[s.customer("user_id", user)] = user
		}
		moves := func(of, which string) (got []string) {
			for cursor := ""; ; {
				page := s.ok("GET", "/audiences/"+of+"/moves?limit=2"+which+"&cursor="+cursor, nil)
				for _, m := range page.Get("items").Array() {
					got = append(got, fmt.Sprint(who[m.Get("customer").String()], " ", m.Get("entered").Bool()))
				}
				if cursor = page.Get("next").String(); cursor == "" {
					return got
				}
			}
		}
		for which, want := range map[string]string{
			"": "[u2 false u1 false u3 true u2 true u1 true]", "&which=left": "[u2 false u1 false]", "&which=entered": "[u3 true u2 true u1 true]",
		} {
			if got := fmt.Sprint(moves(id, which)); got != want {
				t.Errorf("%q: %s", which, got)
			}
		}
		if got := fmt.Sprint(moves(other, "")); got != "[u3 true u2 true u1 true]" {
			t.Errorf("another audience: %s", got)
		}
		if d := s.api("GET", "/audiences/nobody/moves", nil); d.status != http.StatusNotFound {
			t.Errorf("of none: %d", d.status)
		}
	})
}

// covers: B5
func TestAudience_LeavesWhenTheWindowEndsAlsoAfterARestart(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		id := s.audience("Lately", `{"did":{"event":"Seen","within":"1h"}}`)
		count := func() int64 { return s.ok("GET", "/audiences/"+id, nil).Get("count").Int() }
		s.take(track("u1", "Seen", now, nil), track("u2", "Seen", now.Add(-30*time.Minute), nil), track("u3", "Seen", now.Add(-time.Hour), nil))
		if n := count(); n != 2 {
			t.Fatalf("%d members", n)
		}
		s.clock.Advance(30*time.Minute - time.Millisecond)
		s.take(track("u9", "Other", time.Time{}, nil))
		if n := count(); n != 2 {
			t.Fatalf("%d members a moment before", n)
		}
		s.clock.Advance(time.Millisecond)
		s.eventually("u2 left", func() bool { return count() == 1 })
		s.stop()
		s.clock.Advance(time.Hour)
		s.start()
		s.eventually("u1 left", func() bool { return count() == 0 })
		last := s.ok("GET", "/transitions", nil).Get("items.0")
		if last.Get("entered").Bool() || last.Get("customer").String() != s.customer("user_id", "u1") || last.Get("cause").String() != "time" {
			t.Errorf("last transition: %s", last.Raw)
		}
	})
}

// covers: J1
func TestWrites_AreRepeatedByTheirIdempotencyKey(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		body := props{"name": "Once", "rule": json.RawMessage(`{"all":[]}`)}
		first := s.api("POST", "/audiences", body, "Idempotency-Key", "k1")
		second := s.api("POST", "/audiences", body, "Idempotency-Key", "k1")
		if first.status != http.StatusCreated || second.Raw != first.Raw || second.status != first.status {
			t.Errorf("%d %s\n%d %s", first.status, first.Raw, second.status, second.Raw)
		}
		body["name"] = "Other"
		if other := s.api("POST", "/audiences", body, "Idempotency-Key", "k1"); other.status < 400 || other.Get("code").String() == "" {
			t.Errorf("another body under the same key: %d %s", other.status, other.Raw)
		}
		s.stop()
		s.start()
		body["name"] = "Once"
		if third := s.api("POST", "/audiences", body, "Idempotency-Key", "k1"); third.Raw != first.Raw {
			t.Errorf("after a restart: %s", third.Raw)
		}
		if n := s.ok("GET", "/audiences", nil).Get("items.#").Int(); n != 1 {
			t.Errorf("%d audiences", n)
		}
	})
}
