package welcome

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"yutang/internal/content"
)

func TestRender_PutsNamesIn(t *testing.T) {
	t.Parallel()
	full, none := names{customer: "王小鱼", staff: "阿塘"}, names{}
	long := names{customer: strings.Repeat("鱼", 40)}
	for _, c := range []struct {
		text string
		n    names
		want string
	}{
		{"你好{{customer}}，我是{{ staff }}。", full, "你好王小鱼，我是阿塘。"},
		{"你好{{customer|朋友}}，我是{{staff|客服}}。", none, "你好朋友，我是客服。"},
		{"你好{{customer}}！", none, "你好！"},
		{"{{customer|x}}{{customer|x}}", names{customer: "a"}, "aa"},
		{"a {{b", full, "a {{b"},
		{"{{customer}}", long, strings.Repeat("鱼", 32)},
		{"{{staff|{{x}}", none, "{{x"},
	} {
		if got := render(c.text, c.n); got != c.want {
			t.Errorf("%q: %q, want %q", c.text, got, c.want)
		}
	}
}

// A text that passes with its widest names never grows beyond what was checked.
func TestRender_NeverOutgrowsTheCheck(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		pieces := rapid.SliceOf(rapid.SampledFrom([]string{"{{customer}}", "{{staff|阿塘}}", "{{customer|朋友}}", "鱼", "x", "{", "}}", "|"})).Draw(t, "pieces")
		text := strings.Join(pieces, "")
		if _, err := split(text); err != nil {
			return
		}
		got := render(text, names{customer: rapid.String().Draw(t, "customer"), staff: rapid.String().Draw(t, "staff")})
		if len(got) > len(widest(text)) {
			t.Fatalf("%q grows to %d bytes, checked were %d", text, len(got), len(widest(text)))
		}
	})
}

func TestGreeting_GoesByHourAndDay(t *testing.T) {
	t.Parallel()
	at := func(text string) time.Time {
		when, err := time.Parse("2006-01-02 15:04", text)
		if err != nil {
			t.Fatal(err)
		}
		return when
	}
	say := func(text string) content.Content { return content.Content{Text: text} }
	g := Greeting{Content: say("day"), Variants: []Variant{
		{Days: []int{5}, From: "22:00", To: "06:00", Content: say("friday night")},
		{From: "22:00", To: "06:00", Content: say("night")},
		{Days: []int{6, 7}, Content: say("weekend")},
		{From: "12:00", To: "13:00", Content: say("noon")},
	}}
	for when, want := range map[string]string{
		"2026-03-02 09:00": "day", // a Monday
		"2026-03-02 12:00": "noon",
		"2026-03-02 13:00": "day",
		"2026-03-02 22:00": "night",
		"2026-03-03 05:59": "night",
		"2026-03-03 06:00": "day",
		"2026-03-06 23:00": "friday night",
		"2026-03-07 05:00": "friday night", // began on Friday
		"2026-03-07 12:30": "weekend",
		"2026-03-07 23:00": "night",
		"2026-03-08 05:00": "night",
		"2026-03-06 05:00": "night", // began on Thursday
	} {
		if got := g.At(at(when)).Text; got != want {
			t.Errorf("%s: %s, want %s", when, got, want)
		}
	}
}

func TestChoose_FollowsTheSources(t *testing.T) {
	t.Parallel()
	rule := func(id string, position int, staff []string, departments ...int64) Rule {
		return Rule{ID: id, Corp: "ww1", Position: position, Staff: staff, Departments: departments, Greeting: Greeting{Content: content.Content{Text: id}}}
	}
	s := New(Config{Code: func(corp, user, state string) (json.RawMessage, string, bool) {
		known := map[string]string{"state-a": `{"text":"code"}`, "state-b": `{}`, "state-c": `null`, "state-d": `{"broken`}
		raw, ok := known[state]
		return json.RawMessage(raw), "code_1", ok && corp == "ww1"
	}})
	s.book.Store(&book{
		rules: map[string][]Rule{"ww1": {
			rule("default-2", 2, nil), rule("default-1", 1, nil), rule("top", 0, nil, 1), rule("shop", 0, nil, 11), rule("shop-first", -1, nil, 11),
			rule("anna", 9, []string{"Anna"}), rule("both", 9, []string{"bo"}, 12),
		}},
		staff: map[string]crew{"ww1": index(Directory{
			Parents: map[int64]int64{1: 0, 11: 1, 111: 11, 12: 1, 5: 6, 6: 5},
			People: []Person{
				{UserID: "anna", Departments: []int64{11}},
				{UserID: "Cleo", Departments: []int64{1, 111}},
				{UserID: "dan", Departments: []int64{12}},
				{UserID: "eva", Departments: []int64{1}},
				{UserID: "loop", Departments: []int64{5}},
			},
		})},
	})
	for _, c := range []struct{ corp, user, state, source, origin string }{
		{"ww1", "anna", "state-a", SourceCode, "code_1"},
		{"ww1", "ANNA", "state-b", SourceRule, "anna"},
		{"ww1", "anna", "state-c", SourceRule, "anna"},
		{"ww1", "anna", "state-d", SourceRule, "anna"},
		{"ww1", "anna", "other", SourceRule, "anna"},
		{"ww1", "cleo", "", SourceRule, "top"}, // a department of hers goes before one above
		{"ww1", "dan", "", SourceRule, "both"},
		{"ww1", "eva", "", SourceRule, "top"},
		{"ww1", "loop", "", SourceDefault, "default-1"},
		{"ww1", "stranger", "", SourceDefault, "default-1"},
		{"ww2", "anna", "state-a", "", ""},
	} {
		got, _ := s.choose(c.corp, c.user, c.state)
		if got.source != c.source || got.origin != c.origin {
			t.Errorf("%v: %s %s", c, got.source, got.origin)
		}
	}
}

func TestParseGreeting_TakesAPlainContent(t *testing.T) {
	t.Parallel()
	g, err := ParseGreeting([]byte(`{"text":"hi","attachments":[{"kind":"image","asset":"a"}]}`))
	if err != nil || g.Text != "hi" || len(g.Attachments) != 1 || g.Empty() {
		t.Fatalf("%+v %v", g, err)
	}
	for _, raw := range []string{"", " ", "null", "{}"} {
		if g, err := ParseGreeting([]byte(raw)); err != nil || !g.Empty() {
			t.Errorf("%q: %+v %v", raw, g, err)
		}
	}
	for _, raw := range []string{"[]", `{"txt":1}`, `{} {}`, `{"variants":{}}`} {
		if _, err := ParseGreeting([]byte(raw)); err == nil {
			t.Errorf("%q passes", raw)
		}
	}
}

// FuzzGreeting: what parses survives a round trip and has a content at every moment.
func FuzzGreeting(f *testing.F) {
	f.Add([]byte(`{"text":"{{customer|x}}","fallback":"y","variants":[{"days":[1,7],"from":"22:00","to":"06:00","text":"z"}]}`), int64(0))
	f.Add([]byte(`{"variants":[{"from":"aa","to":"","text":""}]}`), int64(1_700_000_000))
	f.Fuzz(func(t *testing.T, raw []byte, at int64) {
		g, err := ParseGreeting(raw)
		if err != nil {
			return
		}
		text := render(g.At(time.Unix(at, 0).UTC()).Text, names{customer: "\xff鱼", staff: "s"})
		if utf8.ValidString(g.Text) && len(text) > len(widest(text))+len(raw)*nameBytes {
			t.Fatal("a text without bounds")
		}
		again, err := json.Marshal(g)
		if err != nil {
			t.Fatal(err)
		}
		back, err := ParseGreeting(again)
		if err != nil || back.Empty() != g.Empty() || !cmp.Equal(len(back.Variants), len(g.Variants)) {
			t.Fatalf("%s does not survive: %v", again, err)
		}
	})
}
