package library

import (
	"fmt"
	"regexp"
	"strings"
)

// Variable is one value that templates ask for.
type Variable struct {
	Name     string // such as traits.name
	Found    bool   // the customer has it
	Value    string // as text, masked as the preview is
	Fallback string // what its default filter says
	Default  bool   // there is a default filter
	Taken    bool   // the fallback is shown, for want of the value
}

var (
	outputPattern = regexp.MustCompile(`\{\{-?(.*?)-?\}\}`)
	tagPattern    = regexp.MustCompile(`\{%-?\s*(\w+)\s*(.*?)-?%\}`)
	quotedPattern = regexp.MustCompile(`"[^"]*"|'[^']*'`)
	namePattern   = regexp.MustCompile(`[A-Za-z_][\w-]*(?:\.[\w-]+|\[\s*(?:"[^"]*"|'[^']*'|\d+)\s*\])*`)
	indexPattern  = regexp.MustCompile(`\[\s*(?:"([^"]*)"|'([^']*)'|(\d+))\s*\]`)
	defaultFilter = regexp.MustCompile(`\|\s*default:\s*(?:"([^"]*)"|'([^']*)'|([^|]*))`)
	filterPattern = regexp.MustCompile(`\|\s*\w+\s*:?`)
)

// notNames are words of the language that look like names.
var notNames = map[string]bool{
	"and": true, "or": true, "not": true, "contains": true, "in": true, "true": true, "false": true, "nil": true, "null": true,
	"empty": true, "blank": true, "limit": true, "offset": true, "reversed": true, "forloop": true,
}

// variables lists what templates ask for, each name once, in order.
func variables(sources []string, bind map[string]any) []Variable {
	out, at := []Variable{}, map[string]int{}
	for _, source := range sources {
		loops := map[string]bool{}
		for _, m := range tagPattern.FindAllStringSubmatch(source, -1) {
			if name, rest, ok := strings.Cut(m[2], " in "); ok && m[1] == "for" {
				loops[strings.TrimSpace(name)] = true
				_ = rest
			}
		}
		add := func(expr string) {
			for _, v := range inExpression(expr, loops) {
				i, known := at[v.Name]
				if !known {
					i = len(out)
					at[v.Name] = i
					out = append(out, v)
				}
				if v.Default && !out[i].Default {
					out[i].Default, out[i].Fallback = true, v.Fallback
				}
			}
		}
		for _, m := range outputPattern.FindAllStringSubmatch(source, -1) {
			add(m[1])
		}
		for _, m := range tagPattern.FindAllStringSubmatch(source, -1) {
			if m[1] != "comment" {
				add(m[2])
			}
		}
	}
	for i := range out {
		out[i].look(bind)
	}
	return out
}

// inExpression finds the names in the inside of {{ }} or behind the word of {% %}.
func inExpression(expr string, loops map[string]bool) []Variable {
	var fallback string
	head, filters, _ := strings.Cut(expr, "|")
	m := defaultFilter.FindStringSubmatch(expr)
	if m != nil {
		fallback = strings.TrimSpace(m[1] + m[2] + m[3])
	}
	names := namePattern.FindAllString(blankQuoted(head), -1)
	rest := filterPattern.ReplaceAllString("|"+quotedPattern.ReplaceAllString(filters, ""), " ")
	later := namePattern.FindAllString(rest, -1)
	var out []Variable
	for i, name := range append(names, later...) {
		name = dotted(name)
		first, _, _ := strings.Cut(name, ".")
		if notNames[first] || loops[first] {
			continue
		}
		v := Variable{Name: name}
		if m != nil && i < len(names) {
			v.Default, v.Fallback = true, fallback
		}
		out = append(out, v)
	}
	return out
}

// blankQuoted takes literal texts out of an expression, but for those that index a name.
func blankQuoted(expr string) string {
	var out strings.Builder
	last := 0
	for _, at := range quotedPattern.FindAllStringIndex(expr, -1) {
		out.WriteString(expr[last:at[0]])
		if strings.HasSuffix(strings.TrimRight(expr[:at[0]], " "), "[") {
			out.WriteString(expr[at[0]:at[1]])
		}
		last = at[1]
	}
	return out.String() + expr[last:]
}

// dotted writes traits["name"] as traits.name.
func dotted(name string) string { return indexPattern.ReplaceAllString(name, ".$1$2$3") }

func (v *Variable) look(bind map[string]any) {
	var at any = bind
	for _, part := range strings.Split(v.Name, ".") {
		object, ok := at.(map[string]any)
		if !ok {
			at = nil
			break
		}
		at = object[part]
	}
	text := ""
	if at != nil {
		text = fmt.Sprint(at)
	}
	v.Found, v.Value = text != "", text
	v.Taken = v.Default && !v.Found
}
