package sop

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"yutang/internal/content"
	"yutang/internal/event"
	"yutang/internal/flow"
)

// settled is what an installation knows of a brand with one corp, in the language of the
// text.
func settled(zone *time.Location, lang string, full bool) words {
	w := words{"brand": "玉堂", "corp": "ww1", "endpoint": "ww1", "service_endpoint": "ch_1", "host": "lin"}
	if full {
		w["offer"], w["coupon"], w["mall"], w["category"] = "满200减30", "CPN1", "https://mall.example.com/", "main"
		w["staff"], w["group_tags"] = []any{"lin"}, []any{"福利群"}
	}
	if lang == English {
		w["brand"] = "Yutang"
		if full {
			w["offer"], w["group_tags"] = "30 off 200", []any{"vip"}
		}
	}
	if err := dates(w, time.Date(2026, 3, 1, 9, 0, 0, 0, zone)); err != nil {
		panic(err) // no date is given
	}
	return w
}

// variant is one text of the library, rendered and parsed.
type variant struct {
	key, industry, lang string
	doc                 json.RawMessage
	flow                *flow.Flow
}

// variants are all texts of the library, with few and with all parameters.
var variants = sync.OnceValues(func() (out []variant, err error) {
	lib, err := Embedded()
	if err != nil {
		return nil, err
	}
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		return nil, err
	}
	for _, key := range lib.Keys() {
		for _, industry := range Industries {
			for _, lang := range Languages {
				for _, full := range []bool{false, true} {
					v := variant{key: key, industry: industry, lang: lang}
					if v.doc, _, err = lib.render(key, industry, lang, settled(shanghai, lang, full)); err == nil {
						v.flow, err = flow.Parse(v.doc, shanghai)
					}
					if err != nil {
						return nil, fmt.Errorf("%s %s %s: %w\n%s", key, industry, lang, err, v.doc)
					}
					out = append(out, v)
				}
			}
		}
	}
	return out, nil
})

// each visits every text of the library.
func each(t *testing.T, visit func(t *testing.T, key, industry, lang string, doc json.RawMessage, f *flow.Flow)) {
	t.Helper()
	all, err := variants()
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range all {
		visit(t, v.key, v.industry, v.lang, v.doc, v.flow)
	}
}

// covers: C3
func TestLibrary_EveryPlaybookParses(t *testing.T) {
	t.Parallel()
	n := 0
	each(t, func(t *testing.T, key, _, _ string, doc json.RawMessage, f *flow.Flow) {
		n++
		if f.Definition.Subject == flow.Customers && f.Definition.Holdout < 5 || f.Definition.Holdout > 10 {
			t.Errorf("%s: holds %v %% out", key, f.Definition.Holdout)
		}
		text, err := flow.ToYAML(doc)
		if err != nil {
			t.Fatal(err)
		}
		back, _, err := flow.ParseYAML(text, time.UTC)
		if err != nil {
			t.Fatalf("%s: its YAML does not parse: %v", key, err)
		}
		if changes := flow.Diff(doc, back); len(changes) > 0 {
			t.Errorf("%s: YAML changes it: %v", key, changes)
		}
	})
	if n < 13*4*2*2 {
		t.Errorf("only %d texts", n)
	}
}

var (
	// allowedLatin may stand in Chinese texts.
	allowedLatin = regexp.MustCompile(`https?://\S+|\bV3\b|\bA/B\b|\bT-?[1-3]\b|\bA\b|\bB\b|ww1|WeCom|SOP`)
	liquidPart   = regexp.MustCompile(`\{\{.*?\}\}|\{%.*?%\}`)
	latinWord    = regexp.MustCompile(`[A-Za-z]{2,}`)
	leftover     = regexp.MustCompile(`\$\{|\[\[|\]\]|<no value>|\bnull\b|：，|，。|。。|，，|:\s*,|\.\s\.|\?\.|？。|\.\.($|[^.])|,,`)
)

// prose is what people read of a document, by pointer.
func prose(v any, at string, visit func(at, text string)) {
	switch v := v.(type) {
	case map[string]any:
		for k, child := range v {
			switch k {
			case "id", "event", "trait", "prop", "op", "every", "weekdays", "channel", "endpoint", "assign", "corp", "trigger", "where",
				"to", "percent", "wait", "wait_until", "timeout", "deadline", "remind", "escalate", "expires_in", "template", "cap", "quiet_hours",
				"subject", "key", "reentry", "limit", "tier", "did", "any", "all", "not", "task_id", "select", "missing":
				continue
			case "task":
				if s, isText := child.(string); isText {
					_ = s
					continue
				}
			}
			prose(child, at+"/"+k, visit)
		}
	case []any:
		for _, child := range v {
			prose(child, at+"/-", visit)
		}
	case string:
		visit(at, v)
	}
}

// covers: C3
func TestLibrary_TextsAreFinishedAndInOneLanguage(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, key, industry, lang string, doc json.RawMessage, _ *flow.Flow) {
		var tree any
		if err := json.Unmarshal(doc, &tree); err != nil {
			t.Fatal(err)
		}
		prose(tree, "", func(at, text string) {
			where := key + " " + industry + " " + lang + " " + at
			if found := leftover.FindString(text); found != "" {
				t.Errorf("%s: %q in %q", where, found, text)
			}
			plain := liquidPart.ReplaceAllString(text, "")
			if strings.HasSuffix(at, "/variants/-/name") || strings.HasSuffix(at, "coupon/template") {
				return
			}
			if lang == Chinese {
				if w := latinWord.FindString(allowedLatin.ReplaceAllString(plain, "")); w != "" {
					t.Errorf("%s: %q in %q", where, w, text)
				}
				return
			}
			for _, r := range text {
				if unicode.Is(unicode.Han, r) || strings.ContainsRune("，。：；？！“”", r) {
					t.Errorf("%s: %q in %q", where, string(r), text)
					return
				}
			}
		})
	})
}

// forbidden are words that the advertising law or good manners rule out.
var forbidden = regexp.MustCompile(`国家级|最高级|全网最低|史上最|第一品牌|顶级|极品|独一无二|万能|根除|药到病除|包过|保过|稳赚|秒杀|最后机会|手慢无|错过等一年|仅此一次|guaranteed|cheapest|last chance|hurry up|miracle`)

func TestLibrary_SaysNothingForbidden(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, key, industry, lang string, doc json.RawMessage, _ *flow.Flow) {
		if found := forbidden.FindString(string(doc)); found != "" {
			t.Errorf("%s %s %s: %q", key, industry, lang, found)
		}
	})
}

// What is sent to many must fit the platform, and must be the same for all, or a member
// would have to confirm it once for each customer.
func TestLibrary_MassMessagesFitAndAreTheSameForAll(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, key, industry, lang string, _ json.RawMessage, f *flow.Flow) {
		check := func(step string, raw json.RawMessage, use content.Use) {
			c, err := content.Parse(raw)
			if err == nil {
				err = c.Check(use)
			}
			if err != nil {
				t.Errorf("%s %s %s %s: %v", key, industry, lang, step, err)
			}
			if strings.Contains(c.Text, "{{") || strings.Contains(c.Text, "{%") {
				t.Errorf("%s %s %s %s: differs by customer: %q", key, industry, lang, step, c.Text)
			}
		}
		for _, op := range f.Steps {
			switch {
			case op.Step.Post != nil && op.Step.Post.To == "moments":
				check(op.Step.ID, op.Step.Post.Content, content.Moment)
			case op.Step.Post != nil:
				check(op.Step.ID, op.Step.Post.Content, content.GroupSend)
			case op.Step.Send != nil && op.Step.Send.Channel == massSend:
				if len(op.Step.Send.Variants) == 0 {
					check(op.Step.ID, op.Step.Send.Content, content.MassSend)
				}
				for _, v := range op.Step.Send.Variants {
					check(op.Step.ID, v.Content, content.MassSend)
				}
			}
		}
	})
}

// Words that nothing asks for would be kept up for nothing.
func TestLibrary_KeepsNoUnusedWords(t *testing.T) {
	t.Parallel()
	lib, err := Embedded()
	if err != nil {
		t.Fatal(err)
	}
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range Languages {
		asked := map[string]bool{"name": true, "description": true}
		for _, key := range lib.Keys() {
			own := map[string]bool{}
			for _, industry := range Industries {
				for _, full := range []bool{false, true} {
					_, used, err := lib.render(key, industry, lang, settled(shanghai, lang, full))
					if err != nil {
						t.Fatal(err)
					}
					for _, name := range append(used, "name", "description") {
						asked[name], own[name] = true, true
					}
				}
			}
			x := lib.texts[lang][key]
			for _, w := range append(slices.Collect(maps.Values(x.Industries)), x.Texts) {
				for name := range w {
					if !own[name] {
						t.Errorf("%s %s: %s is never used", lang, key, name)
					}
				}
			}
		}
		for industry, w := range lib.words[lang] {
			for name := range w {
				if !asked[name] {
					t.Errorf("%s %s: %s is never used", lang, industry, name)
				}
			}
		}
		for _, p := range lib.params {
			if !asked[p.Name] || p.Doc[lang] == "" {
				t.Errorf("%s: the parameter %s is never used, or has no explanation", lang, p.Name)
			}
		}
	}
}

// What one language says of a playbook, the other says too.
func TestLibrary_LanguagesSayTheSame(t *testing.T) {
	t.Parallel()
	lib, err := Embedded()
	if err != nil {
		t.Fatal(err)
	}
	names := func(w words) []string { return slices.Sorted(maps.Keys(w)) }
	for _, key := range lib.Keys() {
		zh, en := lib.texts[Chinese][key], lib.texts[English][key]
		if diff := cmp.Diff(names(zh.Texts), names(en.Texts)); diff != "" {
			t.Errorf("%s: (-zh +en)\n%s", key, diff)
		}
		var a, b any
		for lang, into := range map[string]*any{Chinese: &a, English: &b} {
			doc, _, err := lib.render(key, Beauty, lang, settled(time.UTC, Chinese, true))
			if err != nil {
				t.Fatal(err)
			}
			f, err := flow.Parse(doc, time.UTC)
			if err != nil {
				t.Fatal(err)
			}
			*into = shape(outline(f.Definition.Steps))
		}
		if diff := cmp.Diff(a, b); diff != "" {
			t.Errorf("%s: (-zh +en)\n%s", key, diff)
		}
	}
	for i, l := range lib.lists[Chinese] {
		other := lib.lists[English][i]
		if l.Key != other.Key || len(l.Items) != len(other.Items) || l.Validate() != nil || other.Validate() != nil {
			t.Errorf("%s and %s differ", l.Key, other.Key)
		}
	}
	for _, lang := range Languages {
		for _, industry := range Industries {
			if err := lib.sheets[lang][industry].Validate(); err != nil {
				t.Errorf("persona %s %s: %v", lang, industry, err)
			}
		}
	}
}

// shape is an outline without words.
func shape(nodes []Node) (out []string) {
	for _, n := range nodes {
		out = append(out, fmt.Sprint(n.Depth, n.Parent, n.ID, n.Kind))
	}
	return out
}

// Whom no member of staff has added cannot be reached over WeCom, and would only make the
// lift look smaller: what starts by an event or a date starts contacts.
//
// covers: C3
func TestLibrary_OverWeComOnlyContactsStart(t *testing.T) {
	t.Parallel()
	lib, err := Embedded()
	if err != nil {
		t.Fatal(err)
	}
	asked := 0
	for _, key := range lib.Keys() {
		for _, channel := range []string{massSend, "sms"} {
			given := settled(time.UTC, English, true)
			given["channel"] = channel
			doc, _, err := lib.render(key, Beauty, English, given)
			if err != nil {
				t.Fatal(err)
			}
			f, err := flow.Parse(doc, time.UTC)
			if err != nil {
				t.Fatal(err)
			}
			d := f.Definition
			if d.Trigger.Date == nil && d.Trigger.Event == "" || d.Trigger.Event == event.ContactAdded {
				continue
			}
			if asked++; (len(d.Trigger.Rule) > 0) != (channel == massSend) {
				t.Errorf("%s over %s starts those who match %q", key, channel, d.Trigger.Rule)
			}
		}
	}
	if asked < 6 {
		t.Errorf("only %d were asked", asked)
	}
}
