package vocabulary

import (
	"cmp"
	"slices"
	"time"

	"yutang/internal/event"
	"yutang/internal/timeline"
)

// maxListed is how many different values a dictionary may have for them to be listed.
const maxListed = 5000

// describe gives the type of a dictionary's values, and the commonest by the counts given.
// The store's lock is held.
func describe(dict *timeline.Dict, count func(code uint32) int) (kind string, values []event.Value) {
	kind = typeOf(dict)
	if dict.Len() > maxListed || kind == "list" {
		return kind, nil
	}
	type counted struct{ code, n uint32 }
	var list []counted
	for code := uint32(1); int(code) < dict.Len(); code++ {
		if n := count(code); n > 0 && len(dict.Value(code).Str) <= maxValueBytes {
			list = append(list, counted{code, uint32(n)})
		}
	}
	slices.SortFunc(list, func(a, b counted) int { return cmp.Or(cmp.Compare(b.n, a.n), cmp.Compare(a.code, b.code)) })
	for _, c := range list[:min(len(list), maxValues)] {
		values = append(values, dict.Value(c.code))
	}
	return kind, values
}

// looked is how many values decide upon a type.
const looked = 50

var kinds = map[event.Kind]string{event.String: "text", event.Number: "number", event.Bool: "bool", event.List: "list"}

// typeOf is the commonest type among the first values of a dictionary, empty without any.
func typeOf(dict *timeline.Dict) string {
	votes, best := map[string]int{}, ""
	for code := 1; code < min(dict.Len(), looked+1); code++ {
		v := dict.Value(uint32(code))
		kind := kinds[v.Kind]
		if v.Kind == event.String && isDate(v.Str) {
			kind = "date"
		}
		votes[kind]++
		if best == "" || votes[kind] > votes[best] {
			best = kind
		}
	}
	return best
}

func isDate(s string) bool {
	for _, form := range []string{time.RFC3339, time.DateOnly, time.DateTime} {
		if _, err := time.Parse(form, s); err == nil {
			return true
		}
	}
	return false
}
