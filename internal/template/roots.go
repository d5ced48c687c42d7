package template

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"yutang/internal/fault"
)

var (
	commentPattern    = regexp.MustCompile(`(?s)\{%-?\s*comment\s*-?%\}.*?\{%-?\s*endcomment\s*-?%\}`)
	expressionPattern = regexp.MustCompile(`(?s)\{\{-?(.*?)-?\}\}|\{%-?\s*(\w+)(.*?)-?%\}`)
	quotedPattern     = regexp.MustCompile(`"[^"]*"|'[^']*'`)
	filterPattern     = regexp.MustCompile(`\|\s*\w+`)
	memberPattern     = regexp.MustCompile(`\.\s*[\p{L}\p{N}_-]+\??`)
	argumentPattern   = regexp.MustCompile(`\w+\s*:`)
	namePattern       = regexp.MustCompile(`[\p{L}_][\p{L}\p{N}_-]*`)
)

// words of the language that stand where a name could.
var words = []string{
	"and", "or", "not", "contains", "in", "true", "false", "nil", "null", "empty", "blank", "reversed", "limit", "offset", "forloop",
}

// roots lists the names that a template reads from, each once, in the order they stand: of
// {{ traits.nickname }} it is traits. Names that a loop makes are none.
func roots(source string) (found []string) {
	var own []string
	for _, m := range expressionPattern.FindAllStringSubmatch(commentPattern.ReplaceAllString(source, ""), -1) {
		inside := m[1] + m[3]
		if m[2] == "for" {
			name, rest, _ := strings.Cut(strings.TrimSpace(inside), " ")
			own, inside = append(own, name), rest
		}
		inside = quotedPattern.ReplaceAllString(inside, "0")
		for _, p := range []*regexp.Regexp{filterPattern, memberPattern, argumentPattern} {
			inside = p.ReplaceAllString(inside, "|") // what separates names, so that they do not become one
		}
		for _, name := range namePattern.FindAllString(inside, -1) {
			if !slices.Contains(words, name) && !slices.Contains(own, name) && !slices.Contains(found, name) {
				found = append(found, name)
			}
		}
	}
	return found
}

// CheckRoots refuses a text that reads from a name which is not known where it is rendered:
// it would say nothing there.
func (t *Text) CheckRoots(known []string) error {
	for _, root := range t.roots {
		if !slices.Contains(known, root) {
			return fmt.Errorf("reads %q, which is not known here; known are: %s", root, strings.Join(known, ", "))
		}
	}
	return nil
}

// Reads says whether the text reads from a name.
func (t *Text) Reads(root string) bool { return slices.Contains(t.roots, root) }

// CheckRoots tells which texts of a content read from a name that is not known.
func (c *Content) CheckRoots(known []string) (faults []fault.Field) {
	for _, t := range c.texts {
		if err := t.text.CheckRoots(known); err != nil {
			faults = append(faults, fault.Field{Pointer: t.pointer, Detail: err.Error()})
		}
	}
	return faults
}

// Reads says whether a text of the content reads from a name.
func (c *Content) Reads(root string) bool {
	return slices.ContainsFunc(c.texts, func(t place) bool { return t.text.Reads(root) })
}
