package rule_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"yutang/internal/rule"
)

// The small universe of the property tests: few values and few moments, so that ties,
// borders and misses are common. It lies around a change of New York's clock.
var (
	newYork  = zone("America/New_York")
	origin   = time.Date(2025, 3, 9, 2, 0, 0, 0, newYork).UnixMilli()
	someTime = rapid.SampledFrom([]int64{-72, -48, -30, -25, -24, -23, -12, -5, -3, -2, -1, 0, 1, 2})
	someSpan = rapid.SampledFrom([]string{"1h", "2h", "90m", "1d", "26h", "3600s", "1w"})
	someName = rapid.SampledFrom([]string{"A", "B", "C", "A", "B", "C", "Tier Changed"})
	someProp = rapid.SampledFrom([]string{"x", "y", "when"})
	someText = rapid.SampledFrom([]string{`"tea"`, `"Tea"`, `"green tea"`, `""`, `"2025-03-08"`})
	someNum  = rapid.SampledFrom([]string{"0", "1", "2", "2.5", "-1", "3", "0.1", "100"})
	someDate = rapid.SampledFrom([]string{
		`"2025-03-08"`, `"2025-03-09"`, `"2025-03-10"`, `"2025-03-08T20:00:00Z"`, `"2025-03-09T06:30:00-05:00"`,
	})
	someValue = rapid.OneOf(someText, someNum, someDate, rapid.SampledFrom([]string{
		"true", "false", `["tea",1]`, "[]", `"2025-03-08T23:30:00"`, `"2025-03-09 01:00:00"`, "null", "",
	}))
	someBound = rapid.SampledFrom([]string{"eq", "ne", "gt", "gte", "lt", "lte", "between"})
)

func zone(name string) *time.Location {
	z, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	return z
}

func pair(t *rapid.T, from *rapid.Generator[string]) string {
	a, b := from.Draw(t, "a"), from.Draw(t, "b")
	if num(a) > num(b) || num(a) == num(b) && a > b {
		a, b = b, a
	}
	return "[" + a + "," + b + "]"
}

func num(s string) float64 {
	var f float64
	_ = json.Unmarshal([]byte(s), &f)
	return f
}

func drawTest(t *rapid.T, key, name string) string {
	op := rapid.SampledFrom([]string{
		"eq", "ne", "in", "not_in", "contains", "starts_with", "gt", "gte", "lt", "lte", "between",
		"exists", "missing", "before", "after", "within_last", "within_last",
	}).Draw(t, "op")
	head := fmt.Sprintf(`{%q:%q,"op":%q`, key, name, op)
	scalar := rapid.OneOf(someText, someNum, rapid.Just("true"))
	switch op {
	case "exists", "missing":
		return head + "}"
	case "in", "not_in":
		return head + `,"value":[` + strings.Join(rapid.SliceOfN(scalar, 0, 3).Draw(t, "values"), ",") + "]}"
	case "between":
		return head + `,"value":` + pair(t, rapid.SampledFrom([]*rapid.Generator[string]{someNum, someText, dayOnly}).Draw(t, "kind")) + "}"
	case "before", "after":
		return head + `,"value":` + someDate.Draw(t, "date") + "}"
	case "within_last":
		return head + fmt.Sprintf(`,"value":%q}`, someSpan.Draw(t, "span"))
	case "starts_with":
		scalar = someText
	case "gt", "gte", "lt", "lte":
		scalar = rapid.OneOf(someText, someNum)
	}
	return head + `,"value":` + scalar.Draw(t, "value") + "}"
}

var dayOnly = rapid.SampledFrom([]string{`"2025-03-08"`, `"2025-03-09"`, `"2025-03-10"`})

func drawSelection(t *rapid.T) string {
	s := fmt.Sprintf(`"event":%q`, rapid.OneOf(someName, rapid.SampledFrom([]string{"*", "never seen"})).Draw(t, "name"))
	if rapid.Bool().Draw(t, "several") {
		s = fmt.Sprintf(`"event":[%q,%q]`, someName.Draw(t, "name"), someName.Draw(t, "name"))
	}
	var where []string
	for range rapid.SampledFrom([]int{0, 0, 0, 1, 2}).Draw(t, "wheres") {
		where = append(where, drawTest(t, "prop", someProp.Draw(t, "prop")))
	}
	if where != nil {
		s += `,"where":[` + strings.Join(where, ",") + "]"
	}
	return s
}

func drawBound(t *rapid.T, whole bool) string {
	nums := someNum
	if whole {
		nums = rapid.SampledFrom([]string{"0", "1", "2", "3"})
	}
	op := someBound.Draw(t, "bound")
	if op == "between" {
		return fmt.Sprintf("%q:%s", op, pair(t, nums))
	}
	return fmt.Sprintf("%q:%s", op, nums.Draw(t, "n"))
}

func drawDid(t *rapid.T) string {
	s := drawSelection(t)
	switch rapid.IntRange(0, 3).Draw(t, "window") {
	case 0:
		s += `,"between":` + pair(t, dayOnly)
	case 1, 2:
		s += fmt.Sprintf(`,"within":%q`, someSpan.Draw(t, "within"))
	}
	switch kind := rapid.SampledFrom([]string{
		"", "count", "count", "distinct_days", "sum", "avg", "min", "max", "distinct", "first", "last",
	}).Draw(t, "aggregate"); kind {
	case "":
	case "count", "distinct_days":
		s += fmt.Sprintf(`,%q:{%s}`, kind, drawBound(t, true))
	case "first", "last":
		s += fmt.Sprintf(`,%q:%s`, kind, drawTest(t, "prop", someProp.Draw(t, "of")))
	default:
		s += fmt.Sprintf(`,%q:{"of":%q,%s}`, kind, someProp.Draw(t, "of"), drawBound(t, kind == "distinct"))
	}
	return `{"did":{` + s + "}}"
}

func drawSequence(t *rapid.T) string {
	steps := make([]string, rapid.IntRange(1, 4).Draw(t, "steps"))
	for i := range steps {
		steps[i] = "{" + drawSelection(t) + "}"
	}
	s := `"steps":[` + strings.Join(steps, ",") + "]"
	if rapid.Bool().Draw(t, "spanned") {
		s += fmt.Sprintf(`,"within":%q`, someSpan.Draw(t, "within"))
	}
	if rapid.Bool().Draw(t, "recent") {
		s += fmt.Sprintf(`,"in_last":%q`, someSpan.Draw(t, "in_last"))
	}
	return `{"sequence":{` + s + "}}"
}

// drawTie is a sequence whose steps compete for the events of one moment.
func drawTie(t *rapid.T) string {
	steps := make([]string, rapid.IntRange(2, 4).Draw(t, "steps"))
	for i := range steps {
		steps[i] = rapid.SampledFrom([]string{`{"event":"A"}`, `{"event":["A","B"]}`, `{"event":"*"}`}).Draw(t, "step")
	}
	return `{"sequence":{"within":"1h","in_last":"2h","steps":[` + strings.Join(steps, ",") + "]}}"
}

func drawRule(t *rapid.T, depth int) string {
	form := rapid.IntRange(0, 11).Draw(t, "form")
	if depth == 0 {
		form = max(form, 3)
	}
	switch form {
	case 0, 1:
		kids := make([]string, rapid.IntRange(0, 3).Draw(t, "kids"))
		for i := range kids {
			kids[i] = drawRule(t, depth-1)
		}
		return fmt.Sprintf(`{%q:[%s]}`, []string{"all", "any"}[form], strings.Join(kids, ","))
	case 2:
		return `{"not":` + drawRule(t, depth-1) + "}"
	case 3:
		return drawTest(t, "trait", someProp.Draw(t, "trait"))
	case 4:
		return rapid.SampledFrom([]string{
			`{"tag":"VIP"}`, `{"tag":"unheard of"}`, `{"audience":"aud_1"}`, `{"stage":{"aipl":"purchase"}}`, `{"stage":{"tier":"V2"}}`,
			`{"stage":{"tier":">=V3"}}`, `{"stage":{"tier":"<V3"}}`, `{"tier":"!=V3"}`, `{"stage":{"tier":"<=V2"}}`,
		}).Draw(t, "flat")
	case 5, 6:
		return drawSequence(t)
	case 7:
		return drawTie(t)
	}
	return drawDid(t)
}

func drawPerson(t *rapid.T) *person {
	p := &person{traits: map[string]string{}, levels: map[string]string{}}
	someTime := someTime
	if rapid.Bool().Draw(t, "close") {
		someTime = rapid.SampledFrom([]int64{-2, -1, -1, 0})
	}
	for i := range rapid.IntRange(0, 8).Draw(t, "events") {
		e := happening{at: origin + someTime.Draw(t, "at")*3_600_000, seq: uint32(i + 1), name: someName.Draw(t, "name"), props: map[string]string{}}
		for _, prop := range []string{"x", "y", "when"} {
			e.props[prop] = someValue.Draw(t, prop)
		}
		p.events = append(p.events, e)
	}
	for _, trait := range []string{"x", "y", "when"} {
		p.traits[trait] = someValue.Draw(t, trait)
	}
	p.levels["tier"] = rapid.SampledFrom([]string{"", "V1", "V2", "V3"}).Draw(t, "tier")
	p.levels["aipl"] = rapid.SampledFrom([]string{"", "purchase"}).Draw(t, "aipl")
	if rapid.Bool().Draw(t, "listed") {
		p.tags, p.audiences = []string{"VIP"}, []string{"aud_1"}
	}
	return p
}

// drawn is a random rule, bound to a few random people.
type drawn struct {
	text string
	doc  any
	w    *world
	prog *rule.Program
}

func drawAll(t *rapid.T, text string) drawn {
	w := newWorld(newYork, drawPerson(t), drawPerson(t), drawPerson(t))
	r, err := rule.Parse([]byte(text), newYork)
	if err != nil {
		t.Fatalf("Parse(%s): %v", text, err)
	}
	prog, err := r.Compile(w)
	if err != nil {
		t.Fatalf("Compile(%s): %v", text, err)
	}
	return drawn{text, decode(text), w, prog}
}

// moments are all times near which any answer about p can change, in order.
func (d drawn) moments(p *person) []int64 {
	marks, n := []int64{}, naive{zone: newYork}
	texts := []string{p.traits["x"], p.traits["y"], p.traits["when"]}
	for _, e := range p.events {
		marks = append(marks, e.at)
		texts = append(texts, e.props["x"], e.props["y"], e.props["when"])
	}
	for _, text := range texts {
		if at, _, ok := n.day(strings.Trim(text, `"`)); ok && strings.Contains(d.text, "within_last") {
			marks = append(marks, at)
		}
	}
	var out []int64
	for _, span := range append(spans.FindAllString(d.text, -1), `"0s"`) {
		for _, at := range marks {
			at += millis(strings.Trim(span, `"`))
			out = append(out, at-1, at, at+1)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

var spans = regexp.MustCompile(`"\d+[smhdw]"`)

// covers: B6
func TestEval_AgreesWithTheNaiveMeaningAndWithItsOwnNext(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := drawAll(t, drawRule(t, 2))
		for root, p := range d.w.people {
			s := d.w.subject(root+1, d.prog.Columns())
			moments := d.moments(p)
			for range 4 {
				now := origin + someTime.Draw(t, "now")*3_600_000
				if len(moments) > 0 && rapid.Bool().Draw(t, "border") {
					now = rapid.SampledFrom(moments).Draw(t, "now")
				}
				match, next := d.prog.Eval(s, now)
				if want := (naive{p, now, newYork}).eval(d.doc); match != want {
					t.Fatalf("%s\n%+v\nat %d: got %v, want %v", d.text, *p, now, match, want)
				}
				if since, ok := d.prog.Since(now); ok && match && (len(s.Track.At) == 0 || s.Track.At[len(s.Track.At)-1] <= since) {
					t.Fatalf("%s\n%+v\nmatches at %d without an event after %d", d.text, *p, now, since)
				}
				if next <= now {
					t.Fatalf("%s: next %d is not after %d", d.text, next, now)
				}
				d.still(t, p, now, next, match, moments)
			}
		}
	})
}

// still fails if the naive answer changes between now and next.
func (d drawn) still(t *rapid.T, p *person, now, next int64, match bool, moments []int64) {
	for _, at := range append(moments, next-1) {
		if at > now && at < next && (naive{p, at, newYork}).eval(d.doc) != match {
			t.Fatalf("%s\n%+v\nat %d it is %v until %d, but it changes at %d", d.text, *p, now, match, next, at)
		}
	}
}

// covers: B6
func TestEval_NextOfOneConditionIsExact(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SampledFrom([]func(*rapid.T) string{drawDid, drawSequence}).Draw(t, "form")(t)
		d := drawAll(t, text)
		if strings.Contains(text, "within_last") {
			return
		}
		now := origin + 3*3_600_000 // after every event, unless it is a sequence
		if strings.Contains(text, "sequence") {
			now = origin + someTime.Draw(t, "now")*3_600_000
		}
		for root, p := range d.w.people {
			match, next := d.prog.Eval(d.w.subject(root+1, d.prog.Columns()), now)
			if next != rule.Never && (naive{p, next, newYork}).eval(d.doc) == match {
				t.Fatalf("%s\n%+v\nat %d: nothing changes at next %d", text, *p, now, next)
			}
		}
	})
}

// covers: B6
func TestExplain_AgreesWithEval(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := drawAll(t, drawRule(t, 2))
		s := d.w.subject(1, d.prog.Columns())
		now := origin + someTime.Draw(t, "now")*3_600_000
		match, next := d.prog.Fork().Eval(s, now)
		e := d.prog.Explain(s, now)
		if e.Result != match || (e.Next == nil) != (next == rule.Never) || e.Next != nil && e.Next.UnixMilli() != next {
			t.Fatalf("%s: Explain says %v, %v; Eval says %v, %d", d.text, e.Result, e.Next, match, next)
		}
		if _, err := json.Marshal(e); err != nil {
			t.Fatalf("%s: %v", d.text, err)
		}
	})
}
