package playbook

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"yutang/internal/fault"
)

var someone = map[string]any{"traits": map[string]any{"nick": `A "B"`, "kids": []any{"Li", "Mo"}}}

func TestParse_PointsAtEveryFault(t *testing.T) {
	t.Parallel()
	_, err := parse([]byte(`{"name":"","trigger":{"event":"A","audience":"aud_1","where":[{"prop":"a","op":"like"}],"when":1},
		"quiet_hours":{"from":"9","to":"10:00"},"reentry":"sometimes","holdout_percent":99,"cap":{"per_day":-1},
		"steps":[{"id":"s","send":{"channel":"","content":{"a":["{{"]},"expires_in":"1y","missing":"guess"}}]}`), time.UTC)
	e := &fault.Error{}
	if !errors.As(err, &e) {
		t.Fatal(err)
	}
	got := map[string]bool{}
	for _, f := range e.Fields {
		got[f.Pointer] = true
	}
	want := map[string]bool{
		"/trigger/when": true, "/name": true, "/trigger": true, "/trigger/where": true, "/trigger/where/0/op": true, "/quiet_hours/from": true,
		"/reentry": true, "/holdout_percent": true, "/cap/per_day": true, "/steps/0/send/channel": true, "/steps/0/send/content/a/0": true,
		"/steps/0/send/expires_in": true, "/steps/0/send/missing": true,
	}
	delete(want, "/trigger/where") // belongs to "event", which is named too
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatal(diff)
	}
	for _, bad := range []string{``, `[]`, `{"name":1}`, `{"steps":{}}`, `{"name":"a","trigger":{"event":"A"},"steps":[]}`} {
		if _, err := parse([]byte(bad), time.UTC); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// FuzzParse holds that a definition is refused or makes JSON, whatever it says.
func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"name":"a","trigger":{"event":"A","where":[{"prop":"p","op":"eq","value":1}]},"steps":[{"id":"s","send":{"channel":"webhook","content":{"t":"{{ traits.nick | upcase }}{% if a %}b{% endif %}"}}}]}`))
	f.Add([]byte(`{"name":"a","trigger":{"audience":"x","on":"left"},"reentry":"7d","steps":[{"id":"s","send":{"channel":"c","content":{"\u0000":["{%- for k in traits.kids -%}{{k}}{%endfor%}"]},"missing":"skip"}}]}`))
	f.Add([]byte(`{"steps":[{"send":{"content":{"a":"{{ x | date: '%s' }}{% raw %}{{{% endraw %}"}}}]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		p, err := parse(raw, time.UTC)
		if err != nil || p.content == nil {
			return
		}
		out, err := p.content.Render(someone)
		if err == nil && !json.Valid(out) {
			t.Fatalf("%s renders to %s", raw, out)
		}
	})
}
