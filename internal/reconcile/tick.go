package reconcile

import (
	"context"
	"log/slog"
	"time"

	"yutang/internal/corp"
	"yutang/internal/fault"
	"yutang/internal/job"
)

// tickEvery is how often the service looks whether a corp is due.
const tickEvery = 5 * time.Minute

// defaultFullAt is when a corp without a wish of its own is compared as a whole.
const defaultFullAt = "03:30"

// putTick puts the next look. Its name is its moment, so that there is one for each.
func (s *Service) putTick(ctx context.Context, after time.Time) error {
	due := after.Truncate(tickEvery).Add(tickEvery)
	return s.Jobs.Put(ctx, job.Job{Kind: clockJob, Key: due.Format(time.RFC3339), Due: due})
}

func (s *Service) tick(ctx context.Context, _ job.Job) error {
	now := s.Clock.Now()
	corps, err := s.Corps.List(ctx)
	if err == nil {
		for _, c := range corps {
			if err := s.beginDue(ctx, c, now); err != nil {
				slog.Warn("a sync could not be started", "corp", c.ID, "err", err)
			}
		}
	}
	if err != nil {
		slog.Warn("the corps could not be listed for a sync", "err", err)
	}
	return s.putTick(ctx, now)
}

// beginDue starts what is due of a corp: the night's run if there was no full one since
// its hour, else the hour's if there was none for an hour.
func (s *Service) beginDue(ctx context.Context, c corp.Corp, now time.Time) error {
	full, err := s.lastStart(ctx, selectFull, c.ID)
	if err != nil {
		return err
	}
	latest, err := s.lastStart(ctx, selectLatest, c.ID)
	if err != nil {
		return err
	}
	switch {
	case full.Before(s.lastNight(c, now)):
		_, err = s.Begin(ctx, c.ID, Wish{Full: true, Origin: ByNight})
	case now.Sub(latest) >= time.Hour-tickEvery/2:
		_, err = s.Begin(ctx, c.ID, Wish{Origin: ByHour})
	}
	if fault.Is(err, fault.Conflict) {
		return nil
	}
	return err
}

// lastNight is the newest moment, not after now, at which the corp is to be compared as a
// whole.
func (s *Service) lastNight(c corp.Corp, now time.Time) time.Time {
	at, err := time.Parse("15:04", c.Settings.FullAt)
	if err != nil {
		at, _ = time.Parse("15:04", defaultFullAt)
	}
	local := now.In(s.Zone())
	night := time.Date(local.Year(), local.Month(), local.Day(), at.Hour(), at.Minute(), 0, 0, s.Zone())
	if night.After(now) {
		night = time.Date(local.Year(), local.Month(), local.Day()-1, at.Hour(), at.Minute(), 0, 0, s.Zone())
	}
	return night
}
