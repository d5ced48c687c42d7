package rule_test

import (
	"encoding/json"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	"yutang/internal/event"
)

// naive is the meaning of the language once more, from the contract's text and as plainly
// as possible: on JSON, on lists, without memory.
type naive struct {
	p    *person
	now  int64
	zone *time.Location
}

type dict = map[string]any

func (n naive) eval(rule any) bool {
	r := rule.(dict)
	switch {
	case r["all"] != nil:
		return !slices.ContainsFunc(r["all"].([]any), func(k any) bool { return !n.eval(k) })
	case r["any"] != nil:
		return slices.ContainsFunc(r["any"].([]any), n.eval)
	case r["not"] != nil:
		return !n.eval(r["not"])
	case r["trait"] != nil:
		return n.pred(r, n.p.traits[r["trait"].(string)])
	case r["tag"] != nil:
		return slices.Contains(n.p.tags, r["tag"].(string))
	case r["audience"] != nil:
		return slices.Contains(n.p.audiences, r["audience"].(string))
	case r["stage"] != nil:
		return n.stage(r["stage"].(dict))
	case r["tier"] != nil:
		return n.stage(r)
	case r["did"] != nil:
		return n.did(r["did"].(dict))
	}
	return n.sequence(r["sequence"].(dict))
}

func (n naive) stage(s dict) bool {
	for kind, v := range s {
		name := strings.TrimLeft(v.(string), "<>=!")
		have := slices.Index(levelNames[kind], n.p.levels[kind])
		diff := have - slices.Index(levelNames[kind], name)
		switch sign := strings.TrimSuffix(v.(string), name); {
		case sign == "!=":
			return diff != 0
		case have < 0:
			return false
		case sign == ">=":
			return diff >= 0
		case sign == "<=":
			return diff <= 0
		case sign == ">":
			return diff > 0
		case sign == "<":
			return diff < 0
		default:
			return diff == 0
		}
	}
	return false
}

func millis(d any) int64 {
	s, ok := d.(string)
	if !ok {
		return 0
	}
	num, _ := strconv.ParseInt(s[:len(s)-1], 10, 64)
	return num * map[byte]int64{'s': 1e3, 'm': 6e4, 'h': 36e5, 'd': 864e5, 'w': 6048e5}[s[len(s)-1]]
}

// day gives the first and the last ms of what a date says.
func (n naive) day(s string) (lo, hi int64, ok bool) {
	if t, err := time.ParseInLocation("2006-01-02", s, n.zone); err == nil {
		return t.UnixMilli(), t.AddDate(0, 0, 1).UnixMilli() - 1, true
	}
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t.UnixMilli(), t.UnixMilli(), true
	}
	for _, layout := range []string{"2006-01-02T15:04:05", "2006-01-02 15:04:05"} {
		if t, err := time.ParseInLocation(layout, s, n.zone); err == nil {
			return t.UnixMilli(), t.UnixMilli(), true
		}
	}
	return 0, 0, false
}

func decode(text string) any {
	var v any
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	_ = d.Decode(&v)
	return v
}

func rat(v any) *big.Rat {
	r, _ := new(big.Rat).SetString(v.(json.Number).String())
	return r
}

func same(a, b any) bool {
	x, isNum := a.(json.Number)
	y, areNum := b.(json.Number)
	if isNum && areNum {
		return rat(x).Cmp(rat(y)) == 0
	}
	return isNum == areNum && a == b
}

// pred judges a JSON text, "" if missing, by {"op", "value"}.
func (n naive) pred(p dict, text string) bool {
	v, want, op := decode(text), p["value"], p["op"].(string)
	list, isList := v.([]any)
	equal := func(w any) bool { return v != nil && !isList && same(v, w) }
	switch op {
	case "missing", "exists":
		return (v == nil) == (op == "missing")
	case "eq", "ne":
		return equal(want) == (op == "eq")
	case "in", "not_in":
		return slices.ContainsFunc(want.([]any), equal) == (op == "in")
	}
	s, isText := v.(string)
	switch op {
	case "contains":
		w, ok := want.(string)
		return isText && ok && strings.Contains(s, w) || slices.ContainsFunc(list, func(e any) bool { return same(e, want) })
	case "starts_with":
		return isText && strings.HasPrefix(s, want.(string))
	case "before", "after", "within_last":
		at, _, ok := n.day(s)
		if !ok {
			return false
		}
		if op == "within_last" {
			return n.now-millis(want) < at && at <= n.now
		}
		lo, hi, _ := n.day(want.(string))
		return op == "before" && at < lo || op == "after" && at > hi
	}
	if num, ok := v.(json.Number); ok {
		return compare(dict{op: want}, rat(num))
	}
	return isText && n.texts(op, s, want)
}

func (n naive) texts(op, s string, want any) bool {
	if ends, ok := want.([]any); ok {
		lo, isText := ends[0].(string)
		if !isText {
			return false
		}
		from, _, dated := n.day(lo)
		if _, to, ok := n.day(ends[1].(string)); ok && dated {
			at, _, ok := n.day(s)
			return ok && from <= at && at <= to
		}
		return lo <= s && s <= ends[1].(string)
	}
	w, ok := want.(string)
	return ok && (op == "gt" && s > w || op == "gte" && s >= w || op == "lt" && s < w || op == "lte" && s <= w)
}

// compare holds a number against {OP: bound}.
func compare(c dict, have *big.Rat) bool {
	for op, want := range c {
		ends, isRange := want.([]any)
		if op == "of" || op == "between" && !isRange {
			continue
		}
		if isRange {
			if _, ok := ends[0].(json.Number); !ok {
				return false
			}
			return have.Cmp(rat(ends[0])) >= 0 && have.Cmp(rat(ends[1])) <= 0
		}
		if _, ok := want.(json.Number); !ok {
			return false
		}
		d := have.Cmp(rat(want))
		return map[string]bool{"eq": d == 0, "ne": d != 0, "gt": d > 0, "gte": d >= 0, "lt": d < 0, "lte": d <= 0}[op]
	}
	return false
}

func (n naive) selects(s dict, e happening) bool {
	names, ok := s["event"].([]any)
	if !ok {
		names = []any{s["event"]}
	}
	if slices.Contains(names, any("*")) {
		if event.Internal(e.name) {
			return false
		}
	} else if !slices.Contains(names, any(e.name)) {
		return false
	}
	where, _ := s["where"].([]any)
	return !slices.ContainsFunc(where, func(p any) bool { return !n.pred(p.(dict), e.props[p.(dict)["prop"].(string)]) })
}

func (n naive) did(d dict) bool {
	var got []happening
	for _, e := range n.p.events {
		in := e.at <= n.now
		if within := millis(d["within"]); within > 0 {
			in = in && n.now-within < e.at
		}
		if b, ok := d["between"].([]any); ok {
			lo, _, _ := n.day(b[0].(string))
			_, hi, _ := n.day(b[1].(string))
			in = in && lo <= e.at && e.at <= hi
		}
		if in && n.selects(d, e) {
			got = append(got, e)
		}
	}
	return n.aggregate(d, got)
}

func (n naive) aggregate(d dict, got []happening) bool {
	for kind, arg := range d {
		c, _ := arg.(dict)
		switch kind {
		case "count":
			return compare(c, big.NewRat(int64(len(got)), 1))
		case "distinct_days":
			days := map[string]bool{}
			for _, e := range got {
				days[time.UnixMilli(e.at).In(n.zone).Format(time.DateOnly)] = true
			}
			return compare(c, big.NewRat(int64(len(days)), 1))
		case "distinct":
			values := map[event.Value]bool{}
			for _, e := range got {
				values[event.ParseValue([]byte(e.props[c["of"].(string)]))] = true
			}
			delete(values, event.Value{})
			return compare(c, big.NewRat(int64(len(values)), 1))
		case "sum", "avg", "min", "max":
			return folded(kind, c, got)
		case "first", "last":
			text := ""
			if len(got) > 0 {
				e := got[0]
				if kind == "last" {
					e = got[len(got)-1]
				}
				text = e.props[c["prop"].(string)]
			}
			return n.pred(c, text)
		}
	}
	return len(got) > 0
}

func folded(kind string, c dict, got []happening) bool {
	var nums []*big.Rat
	sum := new(big.Rat)
	for _, e := range got {
		if num, ok := decode(e.props[c["of"].(string)]).(json.Number); ok {
			nums = append(nums, rat(num))
			sum.Add(sum, rat(num))
		}
	}
	if kind == "sum" {
		return compare(c, sum)
	}
	if len(nums) == 0 {
		return c["ne"] != nil
	}
	slices.SortFunc(nums, (*big.Rat).Cmp)
	switch kind {
	case "min":
		return compare(c, nums[0])
	case "max":
		return compare(c, nums[len(nums)-1])
	}
	return compare(c, sum.Quo(sum, big.NewRat(int64(len(nums)), 1)))
}

func (n naive) sequence(s dict) bool {
	within, inLast := millis(s["within"]), millis(s["in_last"])
	steps := s["steps"].([]any)
	used := make([]bool, len(n.p.events))
	var try func(k int, first, last int64) bool
	try = func(k int, first, last int64) bool {
		if k == len(steps) {
			return true
		}
		for i, e := range n.p.events {
			start := first
			if k == 0 {
				start, last = e.at, e.at
			}
			if used[i] || e.at > n.now || inLast > 0 && e.at <= n.now-inLast || e.at < last ||
				within > 0 && e.at-start > within || !n.selects(steps[k].(dict), e) {
				continue
			}
			used[i] = true
			found := try(k+1, start, e.at)
			used[i] = false
			if found {
				return true
			}
		}
		return false
	}
	return try(0, 0, 0)
}
