package contact

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func fold(facts ...fact) shape {
	var h history
	for _, f := range facts {
		h, _ = h.with(f)
	}
	return h.fold()
}

// outcome is what others see of a shape.
type outcome struct {
	State        State
	Count        int
	Added, Ended int64
}

func outcomeOf(s shape) outcome { return outcome{s.state, s.count, s.added, s.ended} }

const minute = 60_000

func TestFold_FollowsTheStates(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		facts []fact
		want  outcome
	}{
		"half, then confirmed":           {[]fact{{1, markHalf}, {2, markAdded}}, outcome{Active, 1, 2, 0}},
		"lost and added again":           {[]fact{{1, markAdded}, {2, markLost}, {3, markAdded}}, outcome{Active, 2, 3, 0}},
		"a deletion before the addition": {[]fact{{5, markAdded}, {2, markDeleted}}, outcome{Active, 1, 5, 0}},
		"an addition before the end":     {[]fact{{5, markLost}, {2, markAdded}}, outcome{Lost, 1, 2, 5}},
		"taken over":                     {[]fact{{1, markAdded}, {2, markTransferred}}, outcome{Transferred, 1, 1, 2}},
		"the same second":                {[]fact{{1, markAdded}, {1, markDeleted}}, outcome{Deleted, 1, 1, 1}},
		"told twice within minutes":      {[]fact{{1, markAdded}, {minute, markAdded}}, outcome{Active, 1, 1, 0}},
		"an end was missed":              {[]fact{{1, markAdded}, {6 * minute, markAdded}}, outcome{Active, 2, 6 * minute, 0}},
		"found, then told":               {[]fact{{1, markFound}, {9 * minute, markAdded}}, outcome{Active, 1, 1, 0}},
		"gone, and the reason comes":     {[]fact{{1, markAdded}, {9, markGone}, {4, markLost}}, outcome{Lost, 1, 1, 4}},
		"gone, and the reason is later":  {[]fact{{1, markAdded}, {9, markGone}, {11, markLost}}, outcome{Lost, 1, 1, 11}},
		"ended twice":                    {[]fact{{1, markAdded}, {3, markDeleted}, {4, markLost}}, outcome{Deleted, 1, 1, 3}},
		"only an end":                    {[]fact{{4, markLost}}, outcome{Lost, 0, 0, 4}},
	} {
		if diff := cmp.Diff(tc.want, outcomeOf(fold(tc.facts...))); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", name, diff)
		}
	}
}

// covers: B1
func TestFold_OrderOfArrivalIsOfNoMatter(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		facts := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) fact {
			return fact{rapid.Int64Range(1, 12).Draw(t, "minutes") * minute, mark(rapid.IntRange(1, 7).Draw(t, "mark"))}
		}), 1, 8).Draw(t, "facts")
		sorted := slices.Clone(facts)
		slices.SortFunc(sorted, fact.compare)
		want := outcomeOf(fold(sorted...))
		shuffled := rapid.Permutation(append(facts, facts[0])).Draw(t, "arrival")
		if diff := cmp.Diff(want, outcomeOf(fold(shuffled...))); diff != "" {
			t.Fatalf("(-sorted +arrived)\n%s", diff)
		}
	})
}

// Real histories go on by turns; their news are the same in number whatever the order of
// arrival.
func TestNews_AreToldOnceWhateverTheOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var facts []fact
		pace := rapid.SampledFrom([]int64{2 * minute, 60 * minute}).Draw(t, "pace") // within one addition's time, or far apart
		for i := range rapid.IntRange(1, 4).Draw(t, "additions") {
			at := int64(i+1) * pace
			facts = append(facts, fact{at, markAdded}, fact{at + pace/2, mark(rapid.IntRange(4, 6).Draw(t, "end"))})
		}
		want := tally(facts)
		var h history
		var told []fact
		for _, f := range rapid.Permutation(facts).Draw(t, "arrival") {
			before := h.fold()
			h, _ = h.with(f)
			steps := h.news(before, h.fold())
			h, told = h.tell(steps), append(told, steps...)
		}
		got := tally(told)
		if diff := cmp.Diff(want[Added], got[Added]); diff != "" {
			t.Fatalf("additions (-want +got)\n%s", diff)
		}
		for kind, n := range want {
			if got[kind] < n {
				t.Fatalf("%s: %d of %d told", kind, got[kind], n)
			}
		}
	})
}

func tally(facts []fact) map[Kind]int {
	out := map[Kind]int{}
	for _, f := range facts {
		out[kindOf[f.mark]]++
	}
	return out
}

func TestHistory_IsBoundedAndReadsBack(t *testing.T) {
	t.Parallel()
	var h history
	for i := range int64(500) {
		h, _ = h.with(fact{2*i*60*minute + 1, markAdded})
		h, _ = h.with(fact{2*i*60*minute + minute, markLost})
		h = h.tell(h.facts[len(h.facts)-1:])
	}
	if s := h.fold(); s.count != 500 || s.state != Lost || len(h.facts) > keptFacts {
		t.Fatalf("count %d, state %s, %d facts", s.count, s.state, len(h.facts))
	}
	back, err := decodeHistory(h.encode())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(h, back, cmp.AllowUnexported(history{}, fact{})); diff != "" {
		t.Fatal(diff)
	}
	if _, again := back.with(fact{1, markAdded}); again {
		t.Fatal("a forgotten fact counts again")
	}
}

func FuzzDecodeHistory(f *testing.F) {
	f.Add(history{facts: []fact{{1, markAdded}, {2, markLost}}}.encode())
	f.Add([]byte{0x80})
	f.Fuzz(func(t *testing.T, raw []byte) {
		h, err := decodeHistory(raw)
		if err == nil {
			_ = h.fold()
		}
	})
}
