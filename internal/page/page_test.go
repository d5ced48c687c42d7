package page

import (
	"testing"

	"pgregory.net/rapid"

	"yutang/internal/fault"
)

type key struct {
	At  int64
	Seq uint32
}

func TestAfter_ReadsWhatCursorWrote(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := key{rapid.Int64().Draw(t, "at"), rapid.Uint32().Draw(t, "seq")}
		var got key
		if ok, err := After(Cursor(want), &got); !ok || err != nil || got != want {
			t.Fatalf("%v became %v, %v, %v", want, got, ok, err)
		}
	})
	var none key
	if ok, err := After("", &none); ok || err != nil {
		t.Fatalf("no cursor: %v, %v", ok, err)
	}
}

func TestLimit_Clamps(t *testing.T) {
	t.Parallel()
	for in, want := range map[int]int{-1: DefaultLimit, 0: DefaultLimit, 1: 1, 1000: 1000, 1001: MaxLimit} {
		if got := Limit(in); got != want {
			t.Errorf("Limit(%d) = %d, want %d", in, got, want)
		}
	}
}

func FuzzAfter(f *testing.F) {
	f.Add(Cursor(key{1, 2}))
	f.Add("!")
	f.Fuzz(func(t *testing.T, cursor string) {
		var k key
		if _, err := After(cursor, &k); err != nil && !fault.Is(err, fault.Invalid) {
			t.Fatalf("%q: %v, want an invalid field", cursor, err)
		}
	})
}

func TestCut_SaysWhereTheNextPageStarts(t *testing.T) {
	t.Parallel()
	self := func(n int) int { return n }
	if p := Cut([]int{1, 2, 3}, 2, self); len(p.Items) != 2 || p.Next != Cursor(2) {
		t.Fatalf("three of two: %+v", p)
	}
	if p := Cut([]int{1, 2}, 2, self); len(p.Items) != 2 || p.Next != "" {
		t.Fatalf("two of two: %+v", p)
	}
}
