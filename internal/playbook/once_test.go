package playbook_test

import (
	"fmt"
	"testing"
	"time"

	"yutang/internal/clock"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
)

// covers: C1
func TestSchedule_OfOneMomentStartsOnceAndTimeGoesOn(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := open(t, d, clock.NewManual(noon))
		defer func() { b.stop() }()
		for i := range 3 {
			b.track(fmt.Sprint("u", i), "Order Completed", `{}`)
		}
		buyers := b.audience(`{"did":{"event":"Order Completed"}}`)
		at := func(t time.Time) string {
			return `{"schedule":{"at":"` + t.UTC().Format(time.RFC3339) + `","audience":"` + buyers + `"}}`
		}
		pb := b.play(at(noon.Add(time.Hour)), ``, b.say("hello", "hi"))
		for range 3 {
			b.after(time.Hour)
			b.drain()
		}
		if n := len(b.planned(pb)); n != 3 {
			t.Fatalf("%d touches, want one for each of 3 buyers", n)
		}
	})
}
