package template

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRoots(t *testing.T) {
	t.Parallel()
	for source, want := range map[string][]string{
		"plain": nil,
		"{{ traits.nick | default: 'friend.of foo' }} {{foo.x}}":                                       {"traits", "foo"},
		"{{ event.props['a b'].c }}{{ traits[event.name] | append: brand.name }}":                      {"event", "traits", "brand"},
		"{% for kid in traits.kids limit: 2 %}{{ kid.name }}{{ forloop.index }}{% endfor %}":           {"traits"},
		"{% if traits.a == true and customer.tags contains 'VIP' %}x{% else %}y{% endif %}":            {"traits", "customer"},
		"{% comment %}{{ secret.x }}{% endcomment %}{%- unless gone -%}z{%- endunless -%}":             {"gone"},
		"{% case traits.size %}{% when 'L' %}a{% when event.props.size %}b{% endcase %}":               {"traits", "event"},
		"{{ traits.first-name }}{{ traits.点 | date: \"%Y: %m\" }}{{ 客户.名 }}{{ traits.n | plus: 1.5 }}": {"traits", "客户"},
	} {
		if diff := cmp.Diff(want, roots(source)); diff != "" {
			t.Errorf("%s: %s", source, diff)
		}
	}
}

func TestContent_CheckRootsPointsAtTheText(t *testing.T) {
	t.Parallel()
	c, faults := Parse([]byte(`{"text":"{{ traits.a }}","links":[{"title":"{{ foo.x }}"}]}`), "/c", false)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	got := c.CheckRoots([]string{"customer", "traits"})
	if len(got) != 1 || got[0].Pointer != "/c/links/0/title" || got[0].Detail != `reads "foo", which is not known here; known are: customer, traits` {
		t.Fatal(got)
	}
}
