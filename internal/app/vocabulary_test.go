package app_test

import (
	"testing"
	"time"
)

// covers: B6
func TestVocabulary_NamesWhatARuleCanSpeakOf(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		s.take(
			identify("u1", props{"city": "杭州", "age": 30, "phone": "13912345670"}),
			identify("u2", props{"city": "杭州", "age": 31, "born": "1990-05-01"}),
			identify("u3", props{"city": "苏州"}),
			track("u1", "Lesson Taken", now.Add(-time.Hour), props{"level": "A", "minutes": 45, "done": true, "email": "a@example.com"}),
			track("u1", "Lesson Taken", now.Add(-2*time.Hour), props{"level": "B", "minutes": 30}),
			track("u2", "Lesson Taken", now.Add(-3*time.Hour), props{"level": "B"}),
			track("u1", "Tag Added", time.Time{}, props{"tag": "VIP"}),
		)
		v := s.ok("GET", "/vocabulary", nil)
		lesson := v.Get(`events.#(name=="Lesson Taken")`)
		if lesson.Get("count").Int() != 3 || !lesson.Get("last_at").Time().Equal(now.Add(-time.Hour)) || lesson.Get("internal").Bool() {
			t.Errorf("event: %s", lesson.Raw)
		}
		for prop, want := range map[string]string{
			"level":   `{"name":"level","type":"text","values":["B","A"]}`,
			"done":    `{"name":"done","type":"bool","values":[true]}`,
			"minutes": `{"name":"minutes","type":"number","values":[45,30]}`,
			"email":   "",
		} {
			if got := lesson.Get(`properties.#(name=="` + prop + `")`).Raw; got != want {
				t.Errorf("property %s is %s, want %s", prop, got, want)
			}
		}
		for trait, want := range map[string]string{
			"city":        `{"name":"city","type":"text","values":["杭州","苏州"],"personal":false,"computed":false}`,
			"born":        `{"name":"born","type":"date","values":["1990-05-01"],"personal":false,"computed":false}`,
			"phone":       `{"name":"phone","type":"","values":[],"personal":true,"computed":false}`,
			"net_revenue": `{"name":"net_revenue","type":"number","values":[],"personal":false,"computed":true}`,
		} {
			if got := v.Get(`traits.#(name=="` + trait + `")`).Raw; got != want {
				t.Errorf("trait %s is %s, want %s", trait, got, want)
			}
		}
		if v.Get("tags").Raw != `[{"tag":"VIP","count":1}]` || v.Get("tier.0").String() != "V1" || v.Get("aipl.3").String() != "loyal" {
			t.Errorf("tags and levels: %s %s %s", v.Get("tags").Raw, v.Get("tier").Raw, v.Get("aipl").Raw)
		}
		s.take(track("u3", "Lesson Missed", time.Time{}, nil))
		if again := s.ok("GET", "/vocabulary", nil); again.Get("at").String() != v.Get("at").String() {
			t.Errorf("gathered again within a minute: %s", again.Get("at"))
		}
	})
}
