package demo

import (
	"context"
	"fmt"
	"time"
)

const (
	recentDays   = 60
	recentEvents = 240 // on a usual day
	recentBatch  = 500
	opens        = 8 * time.Hour
	openFor      = 15 * time.Hour
)

// recent sends what people did in the weeks before today, without which the brand's figures
// of these days would be empty: its history ends years ago. The ids are the same at every
// start, and the log takes each message once, so a second start adds nothing.
func (l *live) recent(ctx context.Context, p *people) error {
	zone, err := time.LoadLocation(Zone)
	if err != nil {
		return err
	}
	act := newActivity(p, l.d.Seed, "past")
	y, m, d := l.d.Clock.Now().In(zone).Date()
	batch := make([]message, 0, recentBatch)
	for day := range recentDays {
		open := time.Date(y, m, d-recentDays+day, 0, 0, 0, 0, zone).Add(opens)
		n := eventsOf(day)
		for i := range n {
			said, _ := act.next(open.Add(openFor*time.Duration(i)/time.Duration(n)), 1)
			if batch = append(batch, said); len(batch) < recentBatch {
				continue
			}
			if err := l.deliver(ctx, batch...); err != nil {
				return fmt.Errorf("send the weeks before: %w", err)
			}
			batch = batch[:0]
		}
	}
	if len(batch) == 0 {
		return nil
	}
	return l.deliver(ctx, batch...)
}

// eventsOf is how much happens on a day: more from week to week, and most on two days of seven.
func eventsOf(day int) int {
	n := recentEvents * (80 + 40*day/recentDays) / 100
	if day%7 > 4 {
		n = n * 4 / 3
	}
	return n
}
