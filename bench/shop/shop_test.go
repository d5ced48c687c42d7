package shop

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func all(seed uint64, customers, events int) (out []Event) {
	s := New(seed, customers, events)
	for e, ok := s.Next(); ok; e, ok = s.Next() {
		out = append(out, e)
	}
	return out
}

func TestShop_IsRepeatableAndLikeAShop(t *testing.T) {
	t.Parallel()
	const customers, events = 10_000, 100_000
	list := all(1, customers, events)
	if len(list) != events {
		t.Fatalf("%d events, want %d", len(list), events)
	}
	if diff := cmp.Diff(list, all(1, customers, events)); diff != "" {
		t.Error("the same seed gives other events")
	}
	last, of, names := map[uint32]int64{}, map[uint32]int{}, make([]int, len(Names))
	for _, e := range list {
		if e.At <= last[e.Customer] {
			t.Fatalf("customer %d has two events in one second, or goes back in time", e.Customer)
		}
		last[e.Customer] = e.At
		of[e.Customer]++
		names[e.Name]++
		if e.Customer < 1 || e.Customer > customers || e.At >= Until.Unix() {
			t.Fatalf("out of range: %+v", e)
		}
	}
	if names[viewed] < names[added] || names[added] < names[checkout] || names[checkout] < names[order] || names[order] == 0 {
		t.Errorf("no funnel: %v", names)
	}
	if end := list[len(list)-1].At; Until.Unix()-end > 8*86400 {
		t.Errorf("the last event is %d days before the end", (Until.Unix()-end)/86400)
	}
	busiest := 0
	for _, n := range of {
		busiest = max(busiest, n)
	}
	if busiest < 60 || len(of) < customers/2 || len(of) == customers {
		t.Errorf("the busiest of %d customers has %d events", len(of), busiest)
	}
	t.Logf("%v events by name, %d customers, busiest %d, last %d days before the end", names, len(of), busiest, (Until.Unix()-list[len(list)-1].At)/86400)
}
