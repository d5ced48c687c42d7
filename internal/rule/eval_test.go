package rule_test

import (
	"sync"
	"testing"
	"time"

	"yutang/internal/event"
	"yutang/internal/rule"
	"yutang/internal/timeline"
)

func compiled(t testing.TB, w *world, text string) *rule.Program {
	t.Helper()
	r, err := rule.Parse([]byte(text), w.zone)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	p, err := r.Compile(w)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return p
}

// verdict is a rule's expected answer for shopper.
type verdict struct {
	text string
	want bool
}

func check(t *testing.T, verdicts []verdict) {
	t.Helper()
	p, now := shopper()
	w := newWorld(shanghai, p)
	for _, v := range verdicts {
		prog := compiled(t, w, v.text)
		if got, _ := prog.Eval(w.subject(1, prog.Columns()), now); got != v.want {
			t.Errorf("%s is %v", v.text, got)
		}
	}
}

func trait(name, rest string) string { return `{"trait":"` + name + `",` + rest + "}" }

// covers: B6
func TestEval_Traits(t *testing.T) {
	t.Parallel()
	check(t, []verdict{
		{trait("city", `"op":"eq","value":"Shanghai"`), true},
		{trait("city", `"op":"eq","value":"shanghai"`), false},
		{trait("city", `"op":"ne","value":"Shanghai"`), false},
		{trait("city", `"op":"in","value":["Beijing","Shanghai"]`), true},
		{trait("city", `"op":"in","value":[]`), false},
		{trait("city", `"op":"not_in","value":[]`), true},
		{trait("city", `"op":"not_in","value":["Shanghai"]`), false},
		{trait("city", `"op":"contains","value":"hang"`), true},
		{trait("city", `"op":"starts_with","value":"Shang"`), true},
		{trait("city", `"op":"starts_with","value":"hang"`), false},
		{trait("city", `"op":"gt","value":"Beijing"`), true},
		{trait("city", `"op":"gt","value":1`), false},
		{trait("age", `"op":"eq","value":35`), true},
		{trait("age", `"op":"eq","value":35.0`), true},
		{trait("age", `"op":"eq","value":"35"`), false},
		{trait("age", `"op":"ne","value":"35"`), true},
		{trait("age", `"op":"gt","value":35`), false},
		{trait("age", `"op":"gte","value":35`), true},
		{trait("age", `"op":"lt","value":35.000001`), true},
		{trait("age", `"op":"lte","value":34.999999`), false},
		{trait("age", `"op":"between","value":[35,40]`), true},
		{trait("age", `"op":"between","value":[30,35]`), true},
		{trait("age", `"op":"between","value":[36,40]`), false},
		{trait("age", `"op":"before","value":"2025-01-01"`), false},
		{trait("interests", `"op":"contains","value":"tea"`), true},
		{trait("interests", `"op":"contains","value":"te"`), false},
		{trait("interests", `"op":"eq","value":"tea"`), false},
		{trait("interests", `"op":"exists"`), true},
		{trait("birthday", `"op":"before","value":"1990-05-20"`), false},
		{trait("birthday", `"op":"before","value":"1990-05-21"`), true},
		{trait("birthday", `"op":"after","value":"1990-05-20"`), false},
		{trait("birthday", `"op":"after","value":"1990-05-19T22:59:59+08:00"`), true},
		{trait("birthday", `"op":"after","value":"1990-05-19T23:00:00+08:00"`), false}, // summer time: the day begins at 15:00 UTC
		{trait("birthday", `"op":"between","value":["1990-05-20","1990-05-20"]`), true},
		{trait("last_visit", `"op":"within_last","value":"18d"`), true},
		{trait("last_visit", `"op":"within_last","value":"17d"`), false},
		{trait("city", `"op":"within_last","value":"17d"`), false},
		{trait("phone", `"op":"exists"`), true},
		{trait("phone", `"op":"missing"`), false},
	})
}

// covers: B6
func TestEval_MissingIsOnlyMissingNeAndNotIn(t *testing.T) {
	t.Parallel()
	check(t, []verdict{
		{trait("none", `"op":"missing"`), true},
		{trait("none", `"op":"ne","value":"x"`), true},
		{trait("none", `"op":"not_in","value":["x"]`), true},
		{trait("none", `"op":"exists"`), false},
		{trait("none", `"op":"eq","value":""`), false},
		{trait("none", `"op":"in","value":[""]`), false},
		{trait("none", `"op":"contains","value":""`), false},
		{trait("none", `"op":"starts_with","value":""`), false},
		{trait("none", `"op":"gt","value":-1`), false},
		{trait("none", `"op":"gte","value":0`), false},
		{trait("none", `"op":"lt","value":1`), false},
		{trait("none", `"op":"lte","value":0`), false},
		{trait("none", `"op":"between","value":[-1,1]`), false},
		{trait("none", `"op":"before","value":"2025-01-01"`), false},
		{trait("none", `"op":"after","value":"1900-01-01"`), false},
		{trait("none", `"op":"within_last","value":"100w"`), false},
	})
}

// covers: B6
func TestEval_TagsStagesAudiencesAndGroups(t *testing.T) {
	t.Parallel()
	check(t, []verdict{
		{`{"tag":"VIP"}`, true},
		{`{"tag":"vip"}`, false},
		{`{"tag":"unheard of"}`, false},
		{`{"audience":"aud_1"}`, true},
		{`{"audience":"aud_2"}`, false},
		{`{"stage":{"aipl":"purchase"}}`, true},
		{`{"stage":{"aipl":"interest"}}`, false},
		{`{"stage":{"aarrr":"active"}}`, false},
		{`{"stage":{"tier":"V3"}}`, true},
		{`{"tier":">=V3"}`, true},
		{`{"aipl":"purchase"}`, true},
		{`{"stage":{"tier":">=V3"}}`, true},
		{`{"stage":{"tier":">V3"}}`, false},
		{`{"stage":{"tier":"<= V3"}}`, true},
		{`{"stage":{"tier":"<V3"}}`, false},
		{`{"stage":{"tier":"!=V2"}}`, true},
		{`{"all":[]}`, true},
		{`{"any":[]}`, false},
		{`{"not":{"any":[]}}`, true},
		{`{"all":[{"tag":"VIP"},{"tag":"no"}]}`, false},
		{`{"any":[{"tag":"no"},{"tag":"VIP"}]}`, true},
		{`{"all":[{"tag":"VIP"},{"not":{"tag":"no"}}]}`, true},
	})
}

func did(rest string) string { return `{"did":{"event":"Order Completed"` + rest + "}}" }

// covers: B6
func TestEval_Did(t *testing.T) {
	t.Parallel()
	tea := `,"where":[{"prop":"category","op":"eq","value":"tea"}]`
	check(t, []verdict{
		{did(``), true},
		{`{"did":{"event":"order completed"}}`, false},
		{`{"did":{"event":["Nothing","Order Completed"]}}`, true},
		{did(`,"count":{"eq":3}`), true},
		{did(`,"count":{"ne":3}`), false},
		{did(`,"count":{"gt":2}`), true},
		{did(`,"count":{"between":[4,9]}`), false},
		{did(`,"within":"30d","count":{"eq":2}`), true},
		{did(`,"within":"28d","count":{"eq":1}`), true},
		{did(`,"within":"5d","count":{"eq":0}`), true},
		{`{"did":{"event":"*","count":{"eq":6}}}`, true},
		{did(tea + `,"count":{"eq":2}`), true},
		{did(`,"where":[{"prop":"nothing","op":"ne","value":1}],"count":{"eq":3}`), true},
		{did(`,"between":["2025-05-09","2025-05-09"]`), true},
		{did(`,"between":["2025-05-09T12:00:00+08:00","2025-05-09T12:00:00+08:00"]`), true},
		{did(`,"between":["2025-05-09T12:00:00.001+08:00","2025-05-20"]`), false},
		{did(`,"between":["2025-05-10","2025-05-20"]`), false},
		{did(`,"sum":{"of":"total","eq":800}`), true},
		{did(`,"of":"total","sum":{"eq":800}`), true},
		{did(tea + `,"within":"30d","sum":{"of":"total","between":[500,500]}`), true},
		{did(`,"sum":{"of":"category","eq":0}`), true},
		{did(`,"avg":{"of":"total","gt":266.666666}`), true},
		{did(`,"avg":{"of":"total","lt":266.666667}`), true},
		{did(tea + `,"avg":{"of":"total","eq":250}`), true},
		{did(`,"min":{"of":"total","eq":200.5}`), true},
		{did(`,"max":{"of":"total","eq":300}`), true},
		{did(`,"within":"30d","max":{"of":"total","lt":300}`), true},
		{did(`,"distinct":{"of":"category","eq":2}`), true},
		{did(`,"distinct":{"of":"nothing","eq":0}`), true},
		{`{"did":{"event":"*","distinct_days":{"eq":5}}}`, true},
		{did(`,"first":{"prop":"category","op":"eq","value":"coffee"}`), true},
		{did(`,"last":{"prop":"status","op":"eq","value":"shipped"}`), true},
		{did(`,"within":"1d","last":{"prop":"status","op":"eq","value":"shipped"}`), false},
		{did(`,"within":"1d","last":{"prop":"status","op":"missing"}`), true},
		{did(`,"within":"1d","sum":{"of":"total","lt":1}`), true},
		{did(`,"within":"1d","avg":{"of":"total","lt":1}`), false},
		{did(`,"within":"1d","min":{"of":"total","ne":1}`), true},
	})
}

func sequence(rest string, steps ...string) string {
	s := `{"sequence":{"steps":[`
	for i, name := range steps {
		if i > 0 {
			s += ","
		}
		s += `{"event":"` + name + `"}`
	}
	return s + "]" + rest + "}}"
}

// covers: B6
func TestEval_Sequence(t *testing.T) {
	t.Parallel()
	check(t, []verdict{
		{sequence(``, "Product Viewed", "Order Completed"), true},
		{sequence(`,"within":"1s"`, "Product Viewed", "Order Completed"), true},
		{sequence(`,"within":"1s"`, "Order Completed", "Product Viewed"), true},
		{sequence(`,"within":"23d","in_last":"29d"`, "Order Completed", "Order Completed"), true},
		{sequence(`,"within":"22d"`, "Order Completed", "Order Completed", "Order Completed"), false},
		{sequence(`,"in_last":"28d"`, "Order Completed", "Order Completed"), false},
		{sequence(``, "Order Completed", "Coupon Applied"), false},
		{sequence(`,"within":"59d"`, "Coupon Applied", "Order Completed"), false},
		{sequence(`,"within":"60d"`, "Coupon Applied", "Order Completed"), true},
		{sequence(``, "*", "*", "*", "*", "*", "*"), true},
		{sequence(``, "*", "*", "*", "*", "*", "*", "*"), false},
	})
}

// change is a moment relative to shopper's now at which an answer is due to change.
type change struct {
	text string
	want time.Duration // 0: never
}

// covers: B6
func TestEval_NextChange(t *testing.T) {
	t.Parallel()
	p, now := shopper()
	soon := time.Minute
	p.events = append(p.events, happening{at: now + soon.Milliseconds(), seq: 9, name: "Message Replied"})
	w := newWorld(shanghai, p)
	day := 24 * time.Hour
	for _, c := range []change{
		{`{"tag":"VIP"}`, 0},
		{did(``), 0},
		{did(`,"within":"30d"`), 25 * day},
		{did(`,"within":"30d","count":{"gte":2}`), 2 * day},
		{did(`,"within":"30d","count":{"gte":3}`), 0},
		{did(`,"within":"30d","count":{"eq":1}`), 2 * day},
		{did(`,"within":"30d","count":{"eq":0}`), 25 * day},
		{did(`,"within":"3d","count":{"eq":0}`), 0},
		{did(`,"within":"30d","sum":{"of":"total","gte":201}`), 2 * day},
		{did(`,"within":"30d","sum":{"of":"total","gte":200}`), 25 * day},
		{did(`,"within":"30d","max":{"of":"total","gt":250}`), 2 * day},
		{did(`,"between":["2025-01-01","2030-01-01"]`), 0},
		{trait("last_visit", `"op":"within_last","value":"18d"`), 12 * time.Hour},
		{sequence(`,"within":"1d","in_last":"30d"`, "Product Viewed", "Order Completed"), 25 * day},
		{sequence(`,"within":"30d","in_last":"30d"`, "Order Completed", "Order Completed"), 2 * day},
		{sequence(`,"in_last":"30d"`, "Order Completed", "Order Refunded"), 0},
		{`{"did":{"event":"Message Replied"}}`, soon},
		{`{"did":{"event":"Message Replied","within":"1h"}}`, soon},
		{`{"did":{"event":"Message Replied","between":["2025-06-18","2025-06-18"]}}`, soon},
		{`{"did":{"event":"Message Replied","between":["2025-06-19","2025-06-20"]}}`, 0},
		{sequence(``, "Order Completed", "Message Replied"), soon},
		{sequence(`,"within":"1d"`, "Order Completed", "Message Replied"), 0},
		{`{"not":` + did(`,"within":"30d"`) + `}`, 25 * day},
		{`{"all":[` + did(`,"within":"30d"`) + `,{"tag":"no"}]}`, 0},
		{`{"any":[` + did(`,"within":"30d"`) + `,{"tag":"VIP"}]}`, 0},
		{`{"all":[` + did(`,"within":"30d"`) + "," + did(`,"within":"6d"`) + `]}`, day},
		{`{"any":[` + did(`,"within":"30d"`) + "," + did(`,"within":"6d"`) + `]}`, 25 * day},
	} {
		prog := compiled(t, w, c.text)
		want := int64(rule.Never)
		if c.want > 0 {
			want = now + c.want.Milliseconds()
		}
		if _, got := prog.Eval(w.subject(1, prog.Columns()), now); got != want {
			t.Errorf("%s: next change in %v, want %v", c.text, time.Duration(got-now)*time.Millisecond, c.want)
		}
	}
}

func TestEval_ForgetsAReplacedDictionary(t *testing.T) {
	t.Parallel()
	p, now := shopper()
	w := newWorld(shanghai, p)
	prog := compiled(t, w, `{"all":[{"trait":"city","op":"eq","value":"Shanghai"},`+did(`,"where":[{"prop":"category","op":"eq","value":"tea"}]`)+"]}")
	for range 2 {
		if match, _ := prog.Eval(w.subject(1, prog.Columns()), now); !match {
			t.Fatal("no match")
		}
		w.dicts["city"] = timeline.NewDict()
		w.dicts["city"].Add(event.Value{Kind: event.String, Str: "Beijing"})
		col := w.Column("category")
		col.Dict = timeline.NewDict()
		col.Dict.Add(event.Value{Kind: event.String, Str: "coffee"})
	}
}

func TestFork_AnswersAtTheSameTime(t *testing.T) {
	t.Parallel()
	p, now := shopper()
	w := newWorld(shanghai, p)
	prog := compiled(t, w, `{"all":[`+did(`,"where":[{"prop":"category","op":"eq","value":"tea"}],"distinct":{"of":"status","gte":2}`)+","+
		sequence(`,"within":"1d"`, "Product Viewed", "Order Completed")+"]}")
	s := w.subject(1, prog.Columns())
	var wg sync.WaitGroup
	for range 4 {
		fork := prog.Fork()
		wg.Go(func() {
			for range 100 {
				if match, _ := fork.Eval(s, now); !match {
					t.Error("no match")
					return
				}
			}
		})
	}
	wg.Wait()
}

func TestEval_AllocatesNothingOnceWarm(t *testing.T) {
	p, now := shopper()
	w := newWorld(shanghai, p)
	for _, text := range rulesOf(t) {
		prog := compiled(t, w, text)
		s := w.subject(1, prog.Columns())
		if n := testing.AllocsPerRun(10, func() { prog.Eval(s, now) }); n > 0 {
			t.Errorf("%s: %v allocations", text, n)
		}
	}
}

func TestEval_OfACustomerWithoutATrack(t *testing.T) {
	t.Parallel()
	w := newWorld(shanghai, &person{})
	prog := compiled(t, w, did(`,"within":"1d","count":{"eq":0}`))
	if match, next := prog.Eval(&rule.Subject{Root: 1}, 1); !match || next != rule.Never {
		t.Errorf("got %v, %d", match, next)
	}
}
