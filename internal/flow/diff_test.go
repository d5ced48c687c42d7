package flow

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestDiff_SaysWhatAPersonWouldSay(t *testing.T) {
	t.Parallel()
	a := `{"name":"a","cap":{"per_day":1},"steps":[{"id":"one","wait":{"for":"1d"}},{"id":"two","send":{"channel":"c","content":{"t":"x"}}},
		{"id":"three","branch":{"cases":[{"name":"vip","rule":{"tag":"VIP"},"steps":[{"id":"in","wait":{"for":"1d"}}]}]}},{"id":"four","exit":{}}]}`
	b := `{"steps":[{"id":"two","send":{"channel":"c","content":{"t":"y <b>"},"missing":"skip"}},{"id":"one","wait":{"for":"1d"}},{"id":"in","wait":{"for":"2d"}},
		{"id":"three","branch":{"cases":[{"name":"new","rule":{"tag":"N"}},{"name":"vip","rule":{"tag":"VIP"}}]}},{"id":"five","goal":{}}],"name":"a","cap":{"per_day":2}}`
	var got []string
	for _, c := range Diff([]byte(a), []byte(b)) {
		got = append(got, c.String())
	}
	want := []string{
		`~ cap/per_day: 1 → 2`,
		`~ step two send/content/t: "x" → "y <b>"`,
		`+ step two send/missing: "skip"`,
		`~ step one: "first" → "after two"`,
		`~ step in: "first in three/vip" → "after one"`,
		`~ step in wait/for: "1d" → "2d"`,
		`+ step three branch/cases/new: {"name":"new","rule":{"tag":"N"}}`,
		`+ step five: {"goal":{},"id":"five"}`,
		`- step four: {"exit":{},"id":"four"}`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestDiff_IsEmptyOnlyForTheSame(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := trees().Draw(t, "a"), trees().Draw(t, "b")
		var loose any
		if err := json.Unmarshal(a, &loose); err != nil {
			t.Fatal(err)
		}
		sorted, err := json.Marshal(loose)
		if err != nil {
			t.Fatal(err)
		}
		if d := Diff(a, a); len(d) > 0 {
			t.Fatal(d)
		}
		if reflect.DeepEqual(meaning(t, a), meaning(t, sorted)) && len(Diff(a, sorted)) > 0 {
			t.Fatal(Diff(a, sorted))
		}
		if same := reflect.DeepEqual(meaning(t, a), meaning(t, b)); same != (len(Diff(a, b)) == 0) || same != (len(Diff(b, a)) == 0) {
			t.Fatalf("same %v: %v", same, Diff(a, b))
		}
	})
}

func TestDiff_OrderOfNamedItemsCounts(t *testing.T) {
	t.Parallel()
	a := `{"steps":[{"id":"x","branch":{"cases":[{"name":"a"},{"name":"b"}]}}]}`
	b := `{"steps":[{"id":"x","branch":{"cases":[{"name":"b"},{"name":"a"}]}}]}`
	want := []Change{{Step: "x", Path: "branch/cases", What: Shifted, From: json.RawMessage(`["a","b"]`), To: json.RawMessage(`["b","a"]`)}}
	if diff := cmp.Diff(want, Diff([]byte(a), []byte(b))); diff != "" {
		t.Error(diff)
	}
}

// FuzzDiff holds that whatever two drafts say, they differ from one another exactly if they
// say different things, and that resolving changes nothing without keys.
func FuzzDiff(f *testing.F) {
	f.Add(string(everything(f)), `{"name":"a","steps":[{"id":"pay"},{"id":"pay"},{"id":""},7]}`)
	f.Add(`{"steps":[{"id":"a","branch":{"cases":[{"name":"x"},{"name":"x"}]}}]}`, `{"steps":[{"id":"a","branch":{"cases":[{"name":"x"}],"else":3}}]}`)
	f.Add(`[]`, `null`)
	f.Fuzz(func(t *testing.T, a, b string) {
		if !json.Valid([]byte(a)) || !json.Valid([]byte(b)) {
			return
		}
		if d := Diff([]byte(a), []byte(a)); len(d) > 0 {
			t.Fatal(d)
		}
		if same := reflect.DeepEqual(meaning(t, []byte(a)), meaning(t, []byte(b))); !same && len(Diff([]byte(a), []byte(b))) == 0 {
			t.Fatalf("no difference between %s and %s", a, b)
		}
		resolved, err := Resolve([]byte(a), nil)
		if err != nil || !reflect.DeepEqual(meaning(t, []byte(a)), meaning(t, resolved)) {
			t.Fatalf("%v: %s", err, resolved)
		}
	})
}
