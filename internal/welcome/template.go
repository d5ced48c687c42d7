package welcome

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// names are what a text may name; "{{customer|朋友}}" gives the word for when the name is
// not known.
type names struct {
	customer string
	staff    string
}

// nameBytes is the room that a name takes in a text: longer ones are cut.
const nameBytes = 96

// piece is a part of a text: a literal, or a place for a name.
type piece struct {
	literal string
	name    string // "", "customer" or "staff"
	instead string // when the name is not known
}

// split finds the places for names in a text.
func split(text string) ([]piece, error) {
	var out []piece
	for text != "" {
		before, rest, found := strings.Cut(text, "{{")
		if before != "" {
			out = append(out, piece{literal: before})
		}
		if !found {
			break
		}
		inner, after, closed := strings.Cut(rest, "}}")
		if !closed {
			return nil, fmt.Errorf("{{ without }}")
		}
		name, instead, _ := strings.Cut(inner, "|")
		name = strings.TrimSpace(name)
		if name != "customer" && name != "staff" {
			return nil, fmt.Errorf("{{%s}} is unknown; there are {{customer}} and {{staff}}, with a word for when the name is not known: {{customer|friend}}", name)
		}
		out = append(out, piece{name: name, instead: strings.TrimSpace(instead)})
		text = after
	}
	return out, nil
}

// asks says whether a text needs the customer's name.
func asks(text string) bool {
	pieces, _ := split(text)
	for _, p := range pieces {
		if p.name == "customer" {
			return true
		}
	}
	return false
}

// render puts names into a text. A text that cannot be read is left as it is.
func render(text string, n names) string {
	pieces, err := split(text)
	if err != nil {
		return text
	}
	var b strings.Builder
	for _, p := range pieces {
		value := p.literal
		switch p.name {
		case "customer":
			value = n.customer
		case "staff":
			value = n.staff
		}
		if p.name != "" && strings.TrimSpace(value) == "" {
			value = p.instead
		}
		if p.name != "" {
			value = clip(value, nameBytes)
		}
		b.WriteString(value)
	}
	return b.String()
}

// clip cuts text to at most n bytes of whole characters.
func clip(text string, n int) string {
	if len(text) <= n {
		return text
	}
	for n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n]
}

// widest is the text with every name as long as it may get, for checking lengths.
func widest(text string) string {
	full := strings.Repeat("x", nameBytes)
	return render(text, names{customer: full, staff: full})
}
