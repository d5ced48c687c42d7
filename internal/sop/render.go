package sop

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"yutang/internal/fault"
)

// Param is something that an installation may say of the brand.
type Param struct {
	Name    string            `yaml:"name"`
	Kind    string            `yaml:"kind"` // text, number, list, integers, duration, time, date, corp or endpoint
	From    string            `yaml:"from"` // brand, or a channel whose only account it is; "" the words, or Default
	Default any               `yaml:"default"`
	Needed  bool              `yaml:"needed"`
	Doc     map[string]string `yaml:"doc"` // language
}

// ifKey, in an object of a skeleton, names a value; without it the object is left out.
const ifKey = "$if"

const maxDepth = 8

var (
	placeholder = regexp.MustCompile(`\$\{([a-z0-9_]+)\}`)
	// sometimes is a piece of text for when a value is there, or with ! is not.
	sometimes = regexp.MustCompile(`(?s)\[\[(!?[a-z0-9_]+)\|(.*?)\]\]`)
)

// rendering fills a skeleton. What a parameter says is taken as it is; words may name
// other words.
type rendering struct {
	given  words
	layers []words // the first that has a name wins
	used   map[string]bool
	lacks  map[string]bool
}

// render makes the document of a playbook. used are the names that it asked for.
func (l *Library) render(key, industry, lang string, given words) (doc json.RawMessage, used []string, err error) {
	k, x, err := l.find(key, industry, lang)
	if err != nil {
		return nil, nil, err
	}
	r := l.rendering(x, industry, lang, given)
	tree, _ := r.fill(k.Document, 0)
	if len(r.lacks) > 0 {
		return nil, nil, l.lacking(r.lacks, lang)
	}
	raw, err := json.Marshal(tree)
	if err != nil {
		return nil, nil, fmt.Errorf("render %s: %w", key, err)
	}
	return raw, slices.Sorted(maps.Keys(r.used)), nil
}

// rendering prepares the words of a playbook. Without an industry it speaks of any.
func (l *Library) rendering(x *text, industry, lang string, given words) *rendering {
	r := &rendering{given: given, used: map[string]bool{}, lacks: map[string]bool{}, layers: []words{
		x.Industries[industry], x.Texts, l.words[lang][industry], l.words[lang]["common"], l.defaults(),
		{"name": x.Name, "description": x.Description},
	}}
	if industry == "" {
		r.layers = append(r.layers, anyIndustry[lang])
	}
	r.derive(lang)
	return r
}

// anyIndustry is what names and descriptions say before an industry is chosen.
var anyIndustry = map[string]words{
	Chinese: {"industry": "各行业", "cycle_days": "N", "lapse_days": "N", "lost_days": "M"},
	English: {"industry": "any industry", "cycle_days": "N", "lapse_days": "N", "lost_days": "M"},
}

func (l *Library) defaults() words {
	out := words{}
	for _, p := range l.params {
		if p.Default != nil {
			out[p.Name] = p.Default
		}
	}
	return out
}

// lacking says which values nobody has given.
func (l *Library) lacking(names map[string]bool, lang string) error {
	e := fault.New(fault.Invalid, "missing_parameter", "the playbook needs more to be known of the brand")
	for _, name := range slices.Sorted(maps.Keys(names)) {
		detail := "give a value"
		if p, ok := l.param(name); ok {
			detail = p.Doc[lang]
		}
		e.Fields = append(e.Fields, fault.Field{Pointer: "/params/" + name, Detail: detail})
	}
	return e
}

func (l *Library) param(name string) (Param, bool) {
	i := slices.IndexFunc(l.params, func(p Param) bool { return p.Name == name })
	if i < 0 {
		return Param{}, false
	}
	return l.params[i], true
}

// value looks a name up.
func (r *rendering) value(name string, depth int) (any, bool) {
	r.used[name] = true
	if from := follows[name]; from != "" {
		r.used[from] = true
	}
	if v, ok := r.given[name]; ok {
		return v, true
	}
	for _, layer := range r.layers {
		if v, ok := layer[name]; ok && depth < maxDepth {
			return r.fill(v, depth+1)
		}
	}
	return nil, false
}

// fill replaces the placeholders of a tree. ok is false for what is to be left out.
func (r *rendering) fill(node any, depth int) (out any, ok bool) {
	switch node := node.(type) {
	case string:
		return r.text(node, depth), true
	case []any:
		list := make([]any, 0, len(node))
		for _, child := range node {
			if v, ok := r.fill(child, depth); ok {
				list = append(list, v)
			}
		}
		return list, true
	case words:
		return r.object(node, depth)
	case map[string]any:
		return r.object(node, depth)
	}
	return node, true
}

func (r *rendering) object(node map[string]any, depth int) (any, bool) {
	if name, has := node[ifKey].(string); has && !r.holds(name, depth) {
		return nil, false
	}
	object := make(map[string]any, len(node))
	for k, child := range node {
		if k == ifKey {
			continue
		}
		if v, ok := r.fill(child, depth); ok && !bare(v) {
			object[k] = v
		}
	}
	return object, true
}

// bare says that a member of an object says nothing: an empty list or object.
func bare(v any) bool {
	switch v := v.(type) {
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	}
	return false
}

// holds says whether a name has a value that is not empty; with ! in front, that it has none.
func (r *rendering) holds(name string, depth int) bool {
	name, not := strings.CutPrefix(name, "!")
	v, ok := r.value(name, depth)
	return (ok && !empty(v)) != not
}

func empty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return strings.TrimSpace(v) == ""
	case []any:
		return len(v) == 0
	case bool:
		return !v
	}
	return false
}

// text fills one text. A text that is only a placeholder becomes its value, whatever kind
// that is.
func (r *rendering) text(s string, depth int) any {
	if m := placeholder.FindStringSubmatch(s); m != nil && m[0] == s {
		v, ok := r.value(m[1], depth)
		if !ok {
			r.lacks[m[1]] = true
		}
		return v
	}
	s = sometimes.ReplaceAllStringFunc(s, func(found string) string {
		m := sometimes.FindStringSubmatch(found)
		if r.holds(m[1], depth) {
			return m[2]
		}
		return ""
	})
	s = strings.TrimRight(s, " \n")
	return placeholder.ReplaceAllStringFunc(s, func(found string) string {
		name := found[2 : len(found)-1]
		v, ok := r.value(name, depth)
		if !ok {
			r.lacks[name] = true
			return ""
		}
		if t, isText := v.(string); isText {
			return strings.TrimSpace(t)
		}
		return fmt.Sprint(v)
	})
}

// derive works out the days that follow from the cycle of the product, and the time of the
// last reminder before a livestream.
func (r *rendering) derive(lang string) {
	probe := &rendering{given: r.given, layers: r.layers, used: map[string]bool{}, lacks: map[string]bool{}}
	out := words{}
	if v, ok := probe.value("cycle_days", 0); ok {
		cycle := whole(v)
		out["due_days"], out["over_days"], out["pause_days"] = max(cycle*9/10, 1), max(cycle*2, 3), min(max(cycle/5, 2), 7)
	}
	if v, ok := probe.value("channel", 0); ok {
		out["by_wecom"] = v == massSend // who is no contact cannot be reached, and must not dilute the lift
	}
	if at, err := time.Parse(time.DateOnly, fmt.Sprint(r.given["start"])); err == nil {
		out["day"] = at.Format(saidDay[lang])
	}
	if v, ok := probe.value("live_time", 0); ok {
		if at, err := time.Parse("15:04", fmt.Sprint(v)); err == nil {
			out["before_live"] = at.Add(-30 * time.Minute).Format("15:04")
		}
	}
	r.layers = append(r.layers, out)
}

// follows says which parameter a value is worked out from.
var follows = map[string]string{
	"due_days": "cycle_days", "over_days": "cycle_days", "pause_days": "cycle_days", "before_live": "live_time", "by_wecom": "channel",
	"week_until": "week", "day": "start", "day_before_3": "start", "day_before_2": "start", "day_before_1": "start", "day_after_1": "start",
}

// saidDay is how people say a day.
var saidDay = map[string]string{Chinese: "1月2日", English: "2 January"}

func whole(v any) int64 {
	switch v := v.(type) {
	case int64:
		return v
	case int:
		return int64(v)
	}
	return 0
}
