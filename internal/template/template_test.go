package template

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var someone = map[string]any{
	"customer": map[string]any{"id": "c1", "tags": []string{"VIP", "new"}},
	"traits":   map[string]any{"nick": `A "B" \ </x>`, "points": int64(1200), "kids": []any{"Li", "Mo"}},
	"event":    map[string]any{"props": map[string]any{"price": 12.5}},
}

func TestContent_RendersTextsAndStaysJSON(t *testing.T) {
	t.Parallel()
	c, faults := Parse([]byte(` { "a" : "Hi {{ traits.nick }}", "b":[1,"{{ event.props.price }}",{"c":"{{ traits.points }}"}], "d": null,
		"e":"{% for k in traits.kids %}{{ k }};{% endfor %}", "f":"{{ traits.absent }}{{ traits.absent | default: 'none' }}" }`), "", false)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	out, err := c.Render(someone)
	if err != nil {
		t.Fatal(err)
	}
	var got any
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatalf("%s: %v", out, err)
	}
	want := map[string]any{
		"a": `Hi A "B" \ </x>`, "b": []any{1.0, "12.5", map[string]any{"c": "1200"}}, "d": nil, "e": "Li;Mo;", "f": "none",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatal(diff)
	}
}

func TestContent_MissingValueIsAnErrorWhenAsked(t *testing.T) {
	t.Parallel()
	c, faults := Parse([]byte(`{"a":"{{ traits.absent }}"}`), "", true)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	if _, err := c.Render(someone); !errors.Is(err, ErrMissing) {
		t.Fatalf("rendered with a missing value: %v", err)
	}
}

func TestContent_RefusesWhatCouldReadFilesOrNeverEnd(t *testing.T) {
	t.Parallel()
	for _, source := range []string{
		`{% include "/etc/passwd" %}`, `{% render "x" %}`, `{% for i in (1..1000000000) %}x{% endfor %}`, `{%- assign a = "x" -%}`,
		`{% capture x %}y{% endcapture %}`, `{{ (1..9) | join }}`, `{% for a in traits.kids %}{% for b in traits.kids %}{% endfor %}{% endfor %}`,
		`{% if %}`, `{{ x | nofilter }}`, strings.Repeat("x", maxTemplate+1),
	} {
		raw, _ := json.Marshal(map[string]string{"text": source})
		_, faults := Parse(raw, "/c", false)
		if len(faults) != 1 || faults[0].Pointer != "/c/text" {
			t.Errorf("%.60q: %v", source, faults)
		}
	}
}

func TestText_RendersOrTellsWhatIsMissing(t *testing.T) {
	t.Parallel()
	lax, err := ParseText("Dear {{ traits.absent }}{{ traits.points }}", false)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := lax.Render(someone); got != "Dear 1200" || err != nil {
		t.Fatalf("%q %v", got, err)
	}
	strict, err := ParseText("Dear {{ traits.absent }}", true)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := strict.Render(someone); !errors.Is(err, ErrMissing) {
		t.Fatalf("rendered with a missing value: %v", err)
	}
}

// FuzzParse holds that an object is refused or renders to JSON, whatever its texts say.
func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"t":"{{ traits.nick | upcase }}{% if a %}b{% endif %}"}`), false)
	f.Add([]byte(`{"\u0000":["{%- for k in traits.kids -%}{{k}}{%endfor%}"]}`), true)
	f.Add([]byte(`{"a":"{{ x | date: '%s' }}{% raw %}{{{% endraw %}"}`), false)
	f.Fuzz(func(t *testing.T, raw []byte, strict bool) {
		c, faults := Parse(raw, "", strict)
		if len(faults) > 0 {
			return
		}
		out, err := c.Render(someone)
		if err == nil && !json.Valid(out) {
			t.Fatalf("%s renders to %s", raw, out)
		}
	})
}
