package rule_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"yutang/internal/fault"
	"yutang/internal/rule"
)

var shanghai = zone("Asia/Shanghai")

// pointers parses text and gives the pointers of its faults.
func pointers(t *testing.T, text string) []string {
	t.Helper()
	_, err := rule.Parse([]byte(text), shanghai)
	var f *fault.Error
	if err == nil {
		return nil
	}
	if !errors.As(err, &f) || f.Kind != fault.Invalid {
		t.Fatalf("%s: error %v is not fault.Invalid", text, err)
	}
	var out []string
	for _, field := range f.Fields {
		if len(field.Detail) < 15 {
			t.Errorf("%s: %q at %s gives no remedy", text, field.Detail, field.Pointer)
		}
		out = append(out, field.Pointer)
	}
	return out
}

// covers: B6
func TestParse_NamesTheFault(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, pointer string }{
		{``, ""},
		{`[`, ""},
		{`[]`, ""},
		{`"VIP"`, ""},
		{`null`, ""},
		{`{}`, ""},
		{`{"tag":"VIP"} {}`, ""},
		{"{\"tag\":\"\xff\"}", ""},
		{`{"tagg":"VIP"}`, "/tagg"},
		{`{"a/b~c":1}`, "/a~1b~0c"},
		{`{"tag":"VIP","note":1}`, "/note"},
		{`{"tag":"VIP","tag":"B"}`, "/tag"},
		{`{"tag":"VIP","audience":"x"}`, "/audience"},
		{`{"tag":1}`, "/tag"},
		{`{"tag":""}`, "/tag"},
		{`{"tag":"` + strings.Repeat("x", 257) + `"}`, "/tag"},
		{`{"did":{"event":"Form Submitted","where":[{"prop":"name","op":"missing"}]}}`, "/did/where/0/prop"},
		{`{"did":{"event":["Product Viewed","Login"],"distinct":{"gte":1},"of":"name"}}`, "/did/distinct"},
		{`{"did":{"event":"Login","last":{"prop":"name","op":"exists"}}}`, "/did/last"},
		{`{"all":{}}`, "/all"},
		{`{"all":[{"tag":"a"},{"any":[{"tag":2}]}]}`, "/all/1/any/0/tag"},
		{`{"not":[]}`, "/not"},
		{`{"not":{"all":[3]}}`, "/not/all/0"},
		{`{"audience":7}`, "/audience"},

		{`{"stage":"purchase"}`, "/stage"},
		{`{"stage":{}}`, "/stage"},
		{`{"stage":{"aipl":"a","tier":"V1"}}`, "/stage"},
		{`{"stage":{"rfm":"a"}}`, "/stage/rfm"},
		{`{"stage":{"aipl":">=purchase"}}`, "/stage/aipl"},
		{`{"stage":{"aipl":3}}`, "/stage/aipl"},
		{`{"stage":{"tier":"gold"}}`, "/stage/tier"},
		{`{"stage":{"tier":"=>V3"}}`, "/stage/tier"},
		{`{"stage":{"tier":">=3"}}`, "/stage/tier"},
		{`{"stage":{"tier":"V0"}}`, "/stage/tier"},
		{`{"tier":"gold"}`, "/tier"},
		{`{"aipl":"purchase","tier":"V1"}`, "/tier"},

		{`{"trait":"city"}`, ""},
		{`{"trait":"city","op":"eq"}`, ""},
		{`{"trait":"city","op":"equals","value":"x"}`, "/op"},
		{`{"trait":"city","op":["eq"],"value":"x"}`, "/op"},
		{`{"trait":"city","op":"eq","value":null}`, "/value"},
		{`{"trait":"city","op":"eq","value":["x"]}`, "/value"},
		{`{"trait":"city","op":"in","value":"x"}`, "/value"},
		{`{"trait":"city","op":"in","value":["x",{}]}`, "/value/1"},
		{`{"trait":"city","op":"exists","value":true}`, "/value"},
		{`{"trait":"city","op":"starts_with","value":1}`, "/value"},
		{`{"trait":"age","op":"gt","value":true}`, "/value"},
		{`{"trait":"age","op":"gt","value":1e300}`, "/value"},
		{`{"trait":"age","op":"between","value":[1]}`, "/value"},
		{`{"trait":"age","op":"between","value":[2,1]}`, "/value"},
		{`{"trait":"age","op":"between","value":[1,"2"]}`, "/value"},
		{`{"trait":"age","op":"between","value":["2025-02-01","2025-01-01"]}`, "/value"},
		{`{"trait":"born","op":"before","value":"1 May"}`, "/value"},
		{`{"trait":"born","op":"before","value":20250101}`, "/value"},
		{`{"trait":"born","op":"after","value":"2025-02-30"}`, "/value"},
		{`{"trait":"born","op":"within_last","value":"30"}`, "/value"},
		{`{"trait":"phone","op":"eq","value":"1"}`, "/op"},
		{`{"trait":"home_address","op":"contains","value":"1"}`, "/op"},
		{`{"trait":"city","op":"eq","value":"x","prop":"y"}`, "/prop"},

		{`{"did":"A"}`, "/did"},
		{`{"did":{}}`, "/did"},
		{`{"did":{"event":""}}`, "/did/event"},
		{`{"did":{"event":[]}}`, "/did/event"},
		{`{"did":{"event":["A",1]}}`, "/did/event/1"},
		{`{"did":{"event":"A","evnt":1}}`, "/did/evnt"},
		{`{"did":{"event":"A","within":"0d"}}`, "/did/within"},
		{`{"did":{"event":"A","within":"-1d"}}`, "/did/within"},
		{`{"did":{"event":"A","within":"1.5h"}}`, "/did/within"},
		{`{"did":{"event":"A","within":"1y"}}`, "/did/within"},
		{`{"did":{"event":"A","within":"1 d"}}`, "/did/within"},
		{`{"did":{"event":"A","within":86400}}`, "/did/within"},
		{`{"did":{"event":"A","within":"99999999w"}}`, "/did/within"},
		{`{"did":{"event":"A","between":["2025-01-01"]}}`, "/did/between"},
		{`{"did":{"event":"A","between":["2025-02-01","2025-01-01"]}}`, "/did/between"},
		{`{"did":{"event":"A","between":["2025-01-01","soon"]}}`, "/did/between/1"},
		{`{"did":{"event":"A","between":["2025-01-01T00:00:00","2025-01-02"]}}`, "/did/between/0"},
		{`{"did":{"event":"A","within":"1d","between":["2025-01-01","2025-01-02"]}}`, "/did/between"},
		{`{"did":{"event":"A","where":{}}}`, "/did/where"},
		{`{"did":{"event":"A","where":[{"prop":"x","op":"eq"}]}}`, "/did/where/0"},
		{`{"did":{"event":"A","where":[{"prop":"email","op":"eq","value":"x"}]}}`, "/did/where/0/prop"},
		{`{"did":{"event":"A","where":[{"trait":"x","op":"exists"}]}}`, "/did/where/0/trait"},
		{`{"did":{"event":"A","count":3}}`, "/did/count"},
		{`{"did":{"event":"A","count":{}}}`, "/did/count"},
		{`{"did":{"event":"A","count":{"min":3}}}`, "/did/count/min"},
		{`{"did":{"event":"A","count":{"gte":"3"}}}`, "/did/count/gte"},
		{`{"did":{"event":"A","count":{"gte":1.5}}}`, "/did/count/gte"},
		{`{"did":{"event":"A","count":{"gte":-1}}}`, "/did/count/gte"},
		{`{"did":{"event":"A","count":{"gte":1,"lt":3}}}`, "/did/count/lt"},
		{`{"did":{"event":"A","count":{"between":[3,1]}}}`, "/did/count/between"},
		{`{"did":{"event":"A","count":{"of":"x","gte":1}}}`, "/did/count/of"},
		{`{"did":{"event":"A","count":{"gte":1},"sum":{"of":"x","gte":1}}}`, "/did/sum"},
		{`{"did":{"event":"A","sum":{"gte":1}}}`, "/did/sum"},
		{`{"did":{"event":"A","sum":{"of":"x"}}}`, "/did/sum"},
		{`{"did":{"event":"A","sum":{"of":"phone","gte":1}}}`, "/did/sum/of"},
		{`{"did":{"event":"A","of":"x","sum":{"of":"x","gte":1}}}`, "/did/of"},
		{`{"did":{"event":"A","of":"x"}}`, "/did/of"},
		{`{"did":{"event":"A","last":"x"}}`, "/did/last"},
		{`{"did":{"event":"A","last":{"prop":"x","op":"is","value":1}}}`, "/did/last/op"},

		{`{"sequence":[]}`, "/sequence"},
		{`{"sequence":{"within":"1d"}}`, "/sequence"},
		{`{"sequence":{"steps":[]}}`, "/sequence/steps"},
		{`{"sequence":{"steps":["A"]}}`, "/sequence/steps/0"},
		{`{"sequence":{"steps":[{"event":"A","within":"1d"}]}}`, "/sequence/steps/0/within"},
		{`{"sequence":{"steps":[{"event":"A"}],"in_last":"x"}}`, "/sequence/in_last"},
	} {
		got := pointers(t, c.text)
		if len(got) == 0 || got[0] != c.pointer {
			t.Errorf("%s: faults at %q, want %q", c.text, got, c.pointer)
		}
	}
}

func TestParse_NamesEveryFault(t *testing.T) {
	t.Parallel()
	got := pointers(t, `{"any":[{"tag":1},{"not":{"did":{"event":"A","within":"x","count":{"gte":"1"}}}},{"zzz":1}]}`)
	want := []string{"/any/0/tag", "/any/1/not/did/within", "/any/1/not/did/count/gte", "/any/2/zzz"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func nested(levels int) string {
	return strings.Repeat(`{"not":`, levels-1) + `{"tag":"a"}` + strings.Repeat("}", levels-1)
}

func wide(leaves int) string {
	return `{"all":[` + strings.TrimSuffix(strings.Repeat(`{"tag":"a"},`, leaves), ",") + "]}"
}

func TestParse_Limits(t *testing.T) {
	t.Parallel()
	if got := pointers(t, nested(rule.MaxDepth)); got != nil {
		t.Errorf("a rule of the greatest depth: faults at %q", got)
	}
	deepest := strings.Repeat("/not", rule.MaxDepth)
	if got := pointers(t, nested(rule.MaxDepth+1)); len(got) != 1 || got[0] != deepest {
		t.Errorf("one level too deep: faults at %q, want %q", got, deepest)
	}
	if got := pointers(t, nested(5000)); len(got) != 1 || got[0] != deepest {
		t.Errorf("far too deep: faults at %q, want %q", got, deepest)
	}
	if got := pointers(t, wide(rule.MaxLeaves)); got != nil {
		t.Errorf("the most conditions: faults at %q", got)
	}
	if got := pointers(t, wide(rule.MaxLeaves+1)); len(got) != 1 || got[0] != "" {
		t.Errorf("one condition too many: faults at %q, want the root", got)
	}
}

func TestParse_KeepsTheTextWithoutSpaces(t *testing.T) {
	t.Parallel()
	r, err := rule.Parse([]byte(" {\n \"all\" : [ {\"tag\": \"a b\"} ] } "), time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(r.JSON()), `{"all":[{"tag":"a b"}]}`; got != want {
		t.Errorf("JSON() = %s, want %s", got, want)
	}
	if b, err := json.Marshal(r); err != nil || string(b) != string(r.JSON()) {
		t.Errorf("Marshal = %s, %v", b, err)
	}
}

func TestDeps_NamesEverythingOnce(t *testing.T) {
	t.Parallel()
	r, err := rule.Parse([]byte(`{"all":[{"tag":"T"},{"tag":"T"},{"not":{"trait":"city","op":"exists"}},{"stage":{"tier":"V1"}},{"stage":{"aipl":"x"}},
		{"audience":"aud_1"},{"did":{"event":["B","A"],"where":[{"prop":"p","op":"exists"}],"sum":{"of":"q","gt":1}}},
		{"did":{"event":"A","last":{"prop":"r","op":"exists"}}},{"sequence":{"steps":[{"event":"C"},{"event":"*","where":[{"prop":"s","op":"exists"}]}]}}]}`), time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	want := rule.Deps{
		AnyEvent: true, Events: []string{"A", "B", "C"}, Props: []string{"p", "q", "r", "s"}, Traits: []string{"city"},
		Tags: []string{"T"}, Stages: []string{"aipl", "tier"}, Audiences: []string{"aud_1"}, Timed: true,
	}
	if d := cmp.Diff(want, r.Deps()); d != "" {
		t.Error(d)
	}
	for text, timed := range map[string]bool{
		`{"tag":"T"}`: false, `{"trait":"d","op":"within_last","value":"1d"}`: true, `{"trait":"d","op":"before","value":"2025-01-01"}`: false,
	} {
		if r, _ := rule.Parse([]byte(text), time.UTC); r.Deps().Timed != timed {
			t.Errorf("%s: Timed is %v", text, !timed)
		}
	}
}

func TestCompile_RefusesUnknownReferences(t *testing.T) {
	t.Parallel()
	for text, pointer := range map[string]string{
		`{"all":[{"tag":"x"},{"audience":"aud_none"}]}`: "/all/1/audience",
		`{"not":{"stage":{"aipl":"bought"}}}`:           "/not/stage/aipl",
		`{"stage":{"tier":">V9"}}`:                      "/stage/tier",
		`{"any":[{"tier":">V9"}]}`:                      "/any/0/tier",
	} {
		r, err := rule.Parse([]byte(text), time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		_, err = r.Compile(newWorld(time.UTC))
		var f *fault.Error
		if !errors.As(err, &f) || f.Kind != fault.Invalid || f.Fields[0].Pointer != pointer {
			t.Errorf("%s: got %v, want a fault at %s", text, err, pointer)
		}
	}
}

// FuzzParse checks that any text is refused as invalid, or gives a rule that compiles,
// can be said in words, and means the same when its JSON is read again.
func FuzzParse(f *testing.F) {
	for _, text := range append(rulesOf(f), `{}`, `[`, nested(9), wide(101), `{"tag":"VIP","tag":""}`, `{"\u0000":[]}`) {
		f.Add([]byte(text))
	}
	p := &person{events: []happening{{at: 1_000_000_000_000, seq: 1, name: "Order Completed", props: map[string]string{"total": "12.5"}}}}
	f.Fuzz(func(t *testing.T, raw []byte) {
		r, err := rule.Parse(raw, shanghai)
		if err != nil {
			if !fault.Is(err, fault.Invalid) {
				t.Fatalf("error %v is not fault.Invalid", err)
			}
			return
		}
		again, err := rule.Parse(r.JSON(), shanghai)
		if err != nil || r.Describe("zh") != again.Describe("zh") || r.Describe("en") == "" {
			t.Fatalf("%s read again: %v", r.JSON(), err)
		}
		w := newWorld(shanghai, p)
		prog, err := r.Compile(w)
		if err != nil {
			return
		}
		now := int64(1_000_000_000_001)
		s := w.subject(1, prog.Columns())
		if match, next := prog.Eval(s, now); next <= now || prog.Explain(s, now).Result != match {
			t.Fatal(fmt.Sprint(match, next))
		}
	})
}
