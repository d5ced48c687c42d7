package timeline_test

import (
	"context"
	"runtime"
	"sync/atomic"
	"testing"

	"yutang/internal/timeline"
)

// While events come in, scans leave processors to the road, however many scans there are.
func TestScan_MakesRoomWhileEventsComeIn(t *testing.T) {
	t.Parallel()
	const customers = 20_000
	s := timeline.New()
	s.Lock()
	s.Grow(customers)
	s.Append(timeline.Record{Seq: 1, Ord: 1, At: 1, Name: 1})
	s.Unlock()
	room := int32(max(1, runtime.GOMAXPROCS(0)/2))
	var inside, most atomic.Int32
	scan := func() (visited int32) {
		var n atomic.Int32
		err := s.Scan(context.Background(), nil, 4, func(int, timeline.Ord, *timeline.Track) error {
			if now := inside.Add(1); now > most.Load() {
				most.Store(now)
			}
			if n.Add(1)%100 == 0 {
				runtime.Gosched() // others would come in here
			}
			inside.Add(-1)
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		return n.Load()
	}
	if n := scan(); n != customers { // which sees that the road is busy
		t.Errorf("visited %d of %d", n, customers)
	}
	most.Store(0)
	done := make(chan int32, 3)
	for range cap(done) {
		go func() { done <- scan() }()
	}
	for range cap(done) {
		if n := <-done; n != customers {
			t.Errorf("visited %d of %d", n, customers)
		}
	}
	if most.Load() > room {
		t.Errorf("%d steps at once, room for %d", most.Load(), room)
	}
}
