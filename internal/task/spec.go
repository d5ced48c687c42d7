package task

import (
	"cmp"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"yutang/internal/flow"
	"yutang/internal/rule"
)

const defaultDeadline = 24 * time.Hour

// DefaultResults is what may be answered when a step does not say.
var DefaultResults = []string{"done", "unreachable", "refused"}

// Results is what may be answered to a task; the first is the one of the big button.
func (t Task) Results() []string {
	if len(t.Spec.Results) > 0 {
		return t.Spec.Results
	}
	return DefaultResults
}

// within is a duration of a spec, or another if it has none.
func within(text string, other time.Duration) time.Duration {
	if d, ok := rule.ParseDuration(text); ok {
		return d
	}
	return other
}

func deadlineOf(spec flow.Task) time.Duration { return within(spec.Deadline, defaultDeadline) }

// reminders are the moments before a deadline, in order; those that cannot be read are left
// out: the definition was checked before.
func reminders(spec flow.Task) (out []time.Duration) {
	for _, text := range spec.Remind {
		if d, ok := rule.ParseDuration(text); ok {
			out = append(out, d)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func priorityOf(n int) int { return cmp.Or(n, 50) }

// specID fingerprints what a step asks for.
func specID(spec flow.Task) (string, []byte, error) {
	raw, err := json.Marshal(spec)
	if err != nil {
		return "", nil, err
	}
	return short("tsp", string(raw)), raw, nil
}

// short is a name made of a content.
func short(prefix, content string) string {
	sum := sha256.Sum256([]byte(content))
	return prefix + "_" + strings.ToLower(base32.HexEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:15]))
}

// cardID names the card that a task belongs to.
func cardID(c Card) string {
	raw, _ := json.Marshal([]any{c.Corp, c.Staff, c.Playbook, c.Version, c.Step, c.spec, c.Variant, c.bucket}) // texts and numbers always marshal
	return short("tcd", string(raw))
}

// shared is what the titles of a card's tasks have in common, or name if that is too little.
func shared(a, b, name string) string {
	if a == b {
		return a
	}
	x, y := []rune(a), []rune(b)
	n := 0
	for n < len(x) && n < len(y) && x[n] == y[n] {
		n++
	}
	common := strings.TrimRight(string(x[:n]), " :：，,、-—·(（《「“")
	if len([]rune(common)) < 3 {
		return cmp.Or(name, a)
	}
	return common
}
