package timeline

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"yutang/internal/event"
)

// covers: B6
func TestBuildColumn_ReadsOnlyEventsThatCanHaveIt(t *testing.T) {
	t.Parallel()
	const events, customers = 40_000, 50
	s := New()
	s.Grow(customers)
	log := make([]Record, events+1)
	for i := 1; i <= events; i++ {
		r := Record{Seq: uint64(i), Ord: Ord(1 + i%customers), At: int64(i), Name: 1}
		if i%40 == 0 { // rare events with a property that is too varied to be kept unasked
			r.Name, r.Props = 2, []event.Prop{{Key: "trace", Value: event.Value{Kind: event.String, Str: fmt.Sprint(longText, i)}}}
		}
		log[i] = r
		s.Append(r)
	}
	if _, ready := s.Column("trace"); ready {
		t.Fatal("the column was kept unasked")
	}
	var asked []uint64
	s.UseSome(func(_ context.Context, seqs []uint64, visit func(uint64, Ord, int64, []event.Prop) error) error {
		asked = seqs
		for _, seq := range slices.Backward(seqs) {
			r := &log[seq]
			if err := visit(r.Seq, r.Ord, r.At, r.Props); err != nil {
				return err
			}
		}
		return nil
	})
	all := func(context.Context, uint64, func(uint64, Ord, int64, NameID, []event.Prop) error) error {
		return fmt.Errorf("the whole log was read")
	}
	if err := s.BuildColumn(context.Background(), "trace", all, nil); err != nil {
		t.Fatal(err)
	}
	if len(asked) != events/40 {
		t.Fatalf("%d events were read, want %d", len(asked), events/40)
	}
	c, ready := s.Column("trace")
	var track Track
	for ord := Ord(1); ready && ord <= customers; ord++ {
		s.Read(ord, []*Column{c}, &track)
		for i := range track.Len() {
			want := event.Value{}
			if props := log[track.Seq[i]].Props; len(props) > 0 {
				want = props[0].Value
			}
			if got := c.Dict.Value(track.Codes[0].At(i)); got != want {
				t.Fatalf("event %d has %v, want %v", track.Seq[i], got, want)
			}
		}
	}
	if !ready {
		t.Fatal("the column is not ready")
	}
}

// longText makes values too long to be kept unasked.
var longText = strings.Repeat("x", maxLength)
