package crash

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCheck_SeesEachKindOfHarm(t *testing.T) {
	t.Parallel()
	a, b, c := Fact{ID: "a", Name: viewed}, Fact{ID: "b", Name: viewed}, Fact{ID: "c", Name: viewed}
	book := &Book{Requests: [][]Fact{{a, b}, {c}}, Acked: map[int]bool{0: true}}
	other := Fact{ID: "b", Name: ordered}
	for _, test := range []struct {
		name   string
		stored []Fact
		counts [4]int // lost, invented, twice, torn
	}{
		{"all", []Fact{a, b, c}, [4]int{}},
		{"without what was not acknowledged", []Fact{b, a}, [4]int{}},
		{"nothing", nil, [4]int{2, 0, 0, 0}},
		{"a part", []Fact{a}, [4]int{1, 0, 0, 1}},
		{"twice", []Fact{a, b, a, a}, [4]int{0, 0, 1, 0}},
		{"a stranger", []Fact{a, b, {ID: "x"}}, [4]int{0, 1, 0, 0}},
		{"changed", []Fact{a, other}, [4]int{0, 1, 0, 0}},
	} {
		v := Check(book, test.stored)
		got := [4]int{len(v.Lost), len(v.Invented), len(v.Twice), len(v.Torn)}
		if got != test.counts || (v.Err() == nil) != (test.counts == [4]int{}) {
			t.Errorf("%s: %v, %v, want %v", test.name, got, v.Err(), test.counts)
		}
	}
}

func TestLedger_ReadsWhatWasWritten(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ledger")
	l, err := NewLedger(path)
	must(t, err)
	facts := []Fact{{ID: "a", Name: ordered, User: "u", Order: "o", Revenue: 5, At: 7}, {ID: "b", Anon: "x", Plan: "gold"}}
	for range 2 {
		n, err := l.Intend(facts)
		must(t, err)
		if n == 1 {
			must(t, l.Ack(n))
		}
	}
	must(t, l.Close())
	got, err := ReadLedger(path)
	must(t, err)
	want := &Book{Requests: [][]Fact{facts, facts}, Acked: map[int]bool{1: true}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestModel_FollowsLinks(t *testing.T) {
	t.Parallel()
	facts := []Fact{
		{ID: "1", Name: viewed, Anon: "x"},
		{ID: "2", Name: ordered, User: "u", Order: "o", Revenue: 100},
		{ID: "3", Name: ordered, User: "u", Order: "o", Revenue: 100}, // the same order, sent anew
		{ID: "3", Name: ordered, User: "u", Order: "o", Revenue: 100}, // the same message
		{ID: "4", Name: identify, User: "u", Anon: "x", Plan: "gold", At: 2},
		{ID: "5", Name: identify, User: "u", Anon: "x", Plan: "basic", At: 1},
		{ID: "6", Name: viewed, Anon: "y"},
	}
	m := NewModel(facts)
	if n := m.Count(func(*person) bool { return true }); n != 2 {
		t.Errorf("%d people, want 2", n)
	}
	if n, sum, _ := m.Orders("u"); n != 1 || sum != 100 {
		t.Errorf("%d orders of %d", n, sum)
	}
	one := func(p *person) bool { return p.views == 1 && p.bought == 2 && p.spent == 200 && p.plan == "gold" }
	if n := m.Count(one); n != 1 {
		t.Errorf("%d people are as the link makes them", n)
	}
}

func TestCheckDeliveries_SeesEachKindOfHarm(t *testing.T) {
	t.Parallel()
	log := &Log{Receipts: map[string]int{"a": 1, "d": 2}}
	calls := map[string]int{"a": 1, "b": 1, "c": 2, "d": 1, "e": 1}
	good := []delivery{{ID: "a", State: "accepted", TriggerSeq: 1}, {ID: "b", State: "unknown", TriggerSeq: 2}}
	only := func(ids ...string) map[string]int {
		out := map[string]int{}
		for _, id := range ids {
			out[id] = calls[id]
		}
		return out
	}
	for _, test := range []struct {
		name   string
		all    []delivery
		calls  map[string]int
		forms  int
		faults int
	}{
		{"good", good, only("a", "b"), 2, 0},
		{"one was not planned", good, only("a", "b"), 3, 1},
		{"one was called unplanned", good, only("a", "b", "e"), 2, 1},
		{"called twice", append(good[:2:2], delivery{ID: "c", State: "unknown", TriggerSeq: 3}), only("a", "b", "c"), 3, 1},
		{"two receipts", append(good[:2:2], delivery{ID: "d", State: "accepted", TriggerSeq: 3}), only("a", "b", "d"), 3, 1},
		{"not ended", append(good[:2:2], delivery{ID: "e", State: "planned", TriggerSeq: 3}), only("a", "b", "e"), 3, 1},
		{"planned twice", append(good[:2:2], delivery{ID: "f", State: "unknown", TriggerSeq: 2}), only("a", "b"), 3, 1},
	} {
		if got := CheckDeliveries(test.all, test.calls, log, test.forms); len(got) != test.faults {
			t.Errorf("%s: %v, want %d faults", test.name, got, test.faults)
		}
	}
}
