package task

import (
	"context"
	"strings"
	"time"

	"yutang/internal/job"
)

// The reasons why a card waits.
const (
	WaitsQuiet    = "quiet"
	WaitsCapacity = "capacity"
)

// tell plans the messages about a member's cards that are due, the most urgent first, as far
// as the member has room today.
func (s *Service) tell(ctx context.Context, j job.Job) error {
	corp, user, _ := strings.Cut(j.Queue, "/")
	set, err := s.Settings(ctx)
	if err != nil {
		return err
	}
	now, zone := s.Clock.Now(), s.Zone()
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		due, err := s.dueCards(ctx, corp, user, now)
		if err != nil || len(due) == 0 {
			return err
		}
		if end, quiet := set.quietUntil(now, zone); quiet {
			return s.postpone(ctx, due, end.UTC(), WaitsQuiet)
		}
		r, err := s.roomOf(ctx, set, corp, user, now)
		if err != nil {
			return err
		}
		for _, c := range due {
			if err := s.tellOf(ctx, set, r, c, now); err != nil {
				return err
			}
		}
		return nil
	})
}

// room is how much a member may still be told of today.
type room struct {
	cards, tasks int
	day          string
}

const unlimited = 1 << 30

func (s *Service) roomOf(ctx context.Context, set Settings, corp, user string, now time.Time) (*room, error) {
	r := &room{unlimited, unlimited, s.day(now)}
	cards, tasks, err := s.told(ctx, corp, user, r.day)
	if set.CardsPerDay > 0 {
		r.cards = set.CardsPerDay - cards
	}
	if set.TasksPerDay > 0 {
		r.tasks = set.TasksPerDay - tasks
	}
	return r, err
}

// postpone has cards looked at again later.
func (s *Service) postpone(ctx context.Context, cards []Card, until time.Time, why string) error {
	for _, c := range cards {
		c.tellDue, c.Waits = until, why
		if err := s.saveCard(ctx, c); err != nil {
			return err
		}
		if err := s.putTell(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

// tellOf plans one message about a card, unless one is still on its way.
func (s *Service) tellOf(ctx context.Context, set Settings, r *room, c Card, now time.Time) error {
	waiting, err := s.queuedCount(ctx, c.ID)
	if err != nil {
		return err
	}
	if waiting == 0 {
		c.tellDue, c.Waits = time.Time{}, ""
		return s.saveCard(ctx, c)
	}
	if busy, err := s.onItsWay(ctx, c.ID); err != nil || busy {
		if err == nil {
			err = s.postpone(ctx, []Card{c}, now.Add(set.window()), "")
		}
		return err
	}
	first := c.toldDay == ""
	if r.tasks <= 0 || first && r.cards <= 0 {
		return s.postpone(ctx, []Card{c}, set.tomorrow(now, s.Zone()), WaitsCapacity)
	}
	list, err := s.queued(ctx, c.ID, r.tasks)
	if err != nil {
		return err
	}
	kind := More
	if first {
		kind, c.toldDay = Told, r.day
		r.cards--
	}
	r.tasks -= len(list)
	if err := s.planMessage(ctx, c, kind, list, now); err != nil {
		return err
	}
	c.Messages, c.lastAt, c.tellDue, c.Waits = c.Messages+1, now, time.Time{}, ""
	if waiting > len(list) {
		c.tellDue, c.Waits = set.tomorrow(now, s.Zone()), WaitsCapacity
		if err := s.putTell(ctx, c); err != nil {
			return err
		}
	}
	return s.saveCard(ctx, c)
}
