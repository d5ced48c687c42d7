package timeline_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/timeline"
)

func text(s string) event.Value { return event.Value{Kind: event.String, Str: s} }

func number(n int) event.Value { return event.Value{Kind: event.Number, Num: event.Decimal(n)} }

// fill appends n events of a few customers with one property.
func fill(s *timeline.Store, n int, prop string, value func(i int) event.Value) *model {
	m := newModel()
	m.customers = 10
	s.Grow(10)
	for i := range n {
		r := timeline.Record{Seq: uint64(s.Events() + 1), Ord: timeline.Ord(i%10 + 1), At: int64(i), Name: 1}
		if v := value(i); v.Kind != event.Missing {
			r.Props = []event.Prop{{Key: prop, Value: v}}
		}
		s.Append(r)
		m.log = append(m.log, r)
	}
	return m
}

func TestColumn_IsGivenUpAtManyValues(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		values int
		value  func(i int) event.Value
		ready  bool
	}{
		{"texts", 16384, func(i int) event.Value { return text(fmt.Sprint(i)) }, true},
		{"many texts", 16385, func(i int) event.Value { return text(fmt.Sprint(i)) }, false},
		{"numbers", 65536, number, true},
		{"many numbers", 65537, number, false},
		{"lists of scalars", 1, func(int) event.Value { return event.Value{Kind: event.List, Str: `["a"]`} }, true},
		{"lists of objects", 1, func(int) event.Value { return event.Value{Kind: event.List, Str: `[{"a":1}]`} }, false},
		{"a text that is long", 1, func(int) event.Value { return text(strings.Repeat("x", 257)) }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := timeline.New()
			fill(s, c.values, "p", c.value)
			col, ready := s.Column("p")
			if ready != c.ready {
				t.Fatalf("ready %v after %d values", ready, c.values)
			}
			if n := col.Dict.Len() - 1; !ready && n != 0 || ready && n != c.values {
				t.Fatalf("%d values are held", n)
			}
		})
	}
}

func TestColumn_InUseIsNotGivenUp(t *testing.T) {
	t.Parallel()
	s := timeline.New()
	if _, ready := s.Column("sku"); !ready {
		t.Fatal("a property of no event is not ready")
	}
	fill(s, 20000, "sku", func(i int) event.Value { return text(fmt.Sprint(i)) })
	if _, ready := s.Column("sku"); !ready {
		t.Fatal("given up although in use")
	}
}

func TestColumn_IsBuiltAgainWhenWanted(t *testing.T) {
	t.Parallel()
	s := timeline.New()
	m := fill(s, 20000, "sku", func(i int) event.Value { return text(fmt.Sprint(i)) })
	col, ready := s.Column("sku")
	if ready {
		t.Fatal("ready with 20000 texts")
	}
	calls := 0
	err := s.BuildColumn(context.Background(), "sku", m.fetch(func() error { return nil }), func(done, total int) {
		if calls++; done < 1 || done > total || total != 20000 {
			t.Errorf("progress %d of %d", done, total)
		}
	})
	if err != nil || calls == 0 {
		t.Fatalf("%v after %d calls of progress", err, calls)
	}
	again, ready := s.Column("sku")
	if again != col || !ready || col.Dict.Len() != 20001 {
		t.Fatalf("ready %v with %d values", ready, col.Dict.Len())
	}
	var track timeline.Track
	s.Read(3, []*timeline.Column{col}, &track)
	if got := col.Dict.Value(track.Codes[0].At(1999)); got != text("19992") {
		t.Fatalf("the last value is %v", got)
	}
}

func TestColumn_BuiltAgainHoldsOnlyWhatTheLogHas(t *testing.T) {
	t.Parallel()
	s := timeline.New()
	fill(s, 60, "sku", func(i int) event.Value { return text(strings.Repeat("x", i*5)) })
	if err := s.BuildColumn(context.Background(), "sku", newModel().fetch(nil), nil); err != nil {
		t.Fatal(err)
	}
	c, _ := s.Column("sku")
	var track timeline.Track
	s.Read(1, []*timeline.Column{c}, &track)
	for i := range track.Len() {
		if code := track.Codes[0].At(i); code != 0 {
			t.Fatalf("event %d has the code %d of a former column", i, code)
		}
	}
}

func TestBuildColumns_ReadTheLogOnce(t *testing.T) {
	t.Parallel()
	s := timeline.New()
	m := fill(s, 16385, "a", func(i int) event.Value { return text(fmt.Sprint(i)) })
	reads := 0
	fetch := func(ctx context.Context, from uint64, visit func(uint64, timeline.Ord, int64, timeline.NameID, []event.Prop) error) error {
		reads++
		return m.fetch(func() error { return nil })(ctx, from, visit)
	}
	for range 2 {
		if err := s.BuildColumns(context.Background(), []string{"a", "b", "a"}, fetch, nil); err != nil {
			t.Fatal(err)
		}
	}
	if _, ready := s.Column("a"); !ready || reads != 1 {
		t.Fatalf("ready %v after %d reads", ready, reads)
	}
}

func TestBuildColumn_Stops(t *testing.T) {
	t.Parallel()
	s := timeline.New()
	m := fill(s, 16385, "a", func(i int) event.Value { return text(fmt.Sprint(i)) })
	ctx, cancel := context.WithCancel(context.Background())
	n := 0
	err := s.BuildColumn(ctx, "a", m.fetch(func() error {
		if n++; n == 100 {
			cancel()
		}
		return nil
	}), nil)
	if !errors.Is(err, context.Canceled) || n > 101 {
		t.Fatalf("%v after %d events", err, n)
	}
	if err := s.BuildColumn(ctx, "a", m.fetch(func() error { return nil }), nil); !errors.Is(err, context.Canceled) {
		t.Fatalf("with an ended context: %v", err)
	}
	if c, ready := s.Column("a"); ready || c.Dict.Len() != 1 {
		t.Fatalf("ready %v with %d values", ready, c.Dict.Len())
	}
}

// covers: J3
func TestColumn_NeverHoldsPersonalProperties(t *testing.T) {
	t.Parallel()
	s := timeline.New()
	fill(s, 5000, "receiver_phone", func(int) event.Value { return text("13912345678") })
	if _, ready := s.Column("receiver_phone"); ready {
		t.Fatal("a personal property is a column")
	}
	err := s.BuildColumn(context.Background(), "receiver_phone", nil, nil)
	if !fault.Is(err, fault.Invalid) {
		t.Fatalf("build: %v", err)
	}
	var saved bytes.Buffer
	if err := s.Save(&saved); err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(saved.Bytes(), []byte("13912345678")) {
		t.Fatal("the value is in the saved copy")
	}
}

func TestColumn_ManyNamesAreNotAllKept(t *testing.T) {
	t.Parallel()
	s := timeline.New()
	s.Grow(1)
	var log []timeline.Record
	for i := range 2000 {
		r := timeline.Record{Seq: uint64(i + 1), Ord: 1, At: int64(i), Name: 1, Props: []event.Prop{{Key: fmt.Sprint("p", i), Value: number(i)}}}
		log = append(log, r)
		s.Append(r)
	}
	if _, ready := s.Column("p0"); !ready {
		t.Fatal("the first name is not kept")
	}
	for _, name := range []string{"p1999", "never seen"} {
		if _, ready := s.Column(name); ready {
			t.Fatalf("%s is said to be complete", name)
		}
	}
	m := &model{log: log}
	if err := s.BuildColumn(context.Background(), "p1999", m.fetch(func() error { return nil }), nil); err != nil {
		t.Fatal(err)
	}
	c, ready := s.Column("p1999")
	var track timeline.Track
	s.Read(1, []*timeline.Column{c, nil}, &track)
	if !ready || c.Dict.Value(track.Codes[0].At(1999)) != number(1999) || track.Codes[1].At(1999) != 0 {
		t.Fatalf("ready %v, codes %v", ready, track.Codes)
	}
}

func TestColumn_TakesTheSmallestForm(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name                   string
		every                  int
		absent, sparse, filled int
	}{{"all", 1, 0, 0, 1}, {"few", 100, 0, 1, 0}, {"none", 1 << 30, 1, 0, 0}} {
		s := timeline.New()
		fill(s, 4500, "p", func(i int) event.Value {
			if i%c.every == c.every-1 {
				return number(i % 7)
			}
			return event.Value{}
		})
		s.MergeAll()
		absent, sparse, dense := s.Forms("p")
		if absent != c.absent || sparse != c.sparse || dense != c.filled {
			t.Errorf("%s: %d absent, %d sparse, %d dense", c.name, absent, sparse, dense)
		}
	}
}

func TestDict_NumbersEachValueOnce(t *testing.T) {
	t.Parallel()
	d := timeline.NewDict()
	values := []event.Value{
		text("1"), number(1), {Kind: event.Bool, Num: 1}, {Kind: event.List, Str: "1"}, text(""), number(0), {Kind: event.Bool}, {Kind: event.List},
	}
	for range 2 {
		for i, v := range values {
			if code := d.Add(v); int(code) != i+1 || d.Value(code) != v || d.Code(v) != code {
				t.Fatalf("%v has code %d", v, code)
			}
		}
	}
	if d.Add(event.Value{}) != 0 || d.Code(text("no")) != 0 || d.Len() != len(values)+1 {
		t.Fatalf("%d values", d.Len())
	}
}
