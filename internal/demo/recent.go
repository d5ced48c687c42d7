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

// past is what people did in the weeks before today, without which the brand's figures of
// these days would be empty: its history ends years ago. The ids are the same at every
// start, and the log takes each message once, so a second start adds nothing.
type past struct {
	send   *live
	act    *activity
	first  time.Time // midnight of the first day
	day, i int       // what comes next
	batch  []message
}

// newPast is what comes before the day of today.
func (l *live) newPast(p *people, today time.Time) (*past, error) {
	zone, err := time.LoadLocation(Zone)
	if err != nil {
		return nil, err
	}
	y, m, d := today.In(zone).Date()
	return &past{send: l, act: newActivity(p, l.d.Seed, "past"), first: time.Date(y, m, d-recentDays, 0, 0, 0, 0, zone)}, nil
}

// until sends what happened before a moment and was not sent yet.
func (p *past) until(ctx context.Context, at time.Time) error {
	for p.day < recentDays {
		y, m, d := p.first.Date()
		open := time.Date(y, m, d+p.day, 0, 0, 0, 0, p.first.Location()).Add(opens)
		n := eventsOf(p.day)
		moment := open.Add(openFor * time.Duration(p.i) / time.Duration(n))
		if !moment.Before(at) {
			break
		}
		said, _ := p.act.next(moment, 1)
		p.batch = append(p.batch, said)
		if p.i++; p.i == n {
			p.day, p.i = p.day+1, 0
		}
		if len(p.batch) == recentBatch {
			if err := p.deliver(ctx); err != nil {
				return err
			}
		}
	}
	return p.deliver(ctx)
}

func (p *past) deliver(ctx context.Context) error {
	if len(p.batch) == 0 {
		return nil
	}
	if err := p.send.deliver(ctx, p.batch...); err != nil {
		return fmt.Errorf("send the weeks before: %w", err)
	}
	p.batch = p.batch[:0]
	return nil
}

// eventsOf is how much happens on a day: more from week to week, and most on two days of seven.
func eventsOf(day int) int {
	n := recentEvents * (80 + 40*day/recentDays) / 100
	if day%7 > 4 {
		n = n * 4 / 3
	}
	return n
}
