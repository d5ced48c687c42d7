package board

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"yutang/internal/clock"
	"yutang/internal/db/dbtest"
	"yutang/internal/event"
	"yutang/internal/pipeline/roadtest"
)

// BenchmarkBoard is boards over 20,000 customers with 8 events each, a month by days.
func BenchmarkBoard(b *testing.B) {
	r := roadtest.Open(b, dbtest.SQLite(b), clock.NewManual(day1.AddDate(0, 0, 29).Add(12*time.Hour)), roadtest.Options{})
	defer r.Close()
	names := []string{
		event.ContactAdded, event.MessageReplied, event.MessageSent, event.ProductViewed, event.OrderCompleted, event.GroupJoined, event.MessageReplied, event.OrderCompleted,
	}
	for first := 0; first < 20_000; first += 500 {
		var evs []*event.Event
		for c := first; c < first+500; c++ {
			for i, name := range names {
				props := fmt.Sprintf(`{"staff":"s%d","channel":"c%d","order_id":"%d-%d","revenue":%d}`, c%50, c%20, c, i, c%300)
				evs = append(evs, r.Track(fmt.Sprint("u", c), name, day1.Add(time.Duration(c%700+i)*time.Hour), props))
			}
		}
		r.MustSubmit(b, evs...)
	}
	report := &Report{Base: r.Reports()}
	for _, name := range []string{"five_stage", "channel", "aipl"} {
		query := json.RawMessage(fmt.Sprintf(`{"board":%q,%s,"compare":"previous"}`, name, april))
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := report.Board(context.Background(), query); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
