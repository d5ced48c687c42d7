package privacy

import (
	"context"
	"fmt"
	"time"

	"yutang/internal/fault"
	"yutang/internal/job"
)

// Fixed times, in days.
const (
	CallbackDays = 30 // of package inbox, after a callback is settled
	AnswerDays   = 1  // of package httpapi, of answers to writes with an Idempotency-Key
	ExportDays   = 7
	leastDays    = 30
	mostDays     = 3650
)

// Retention says for how many days texts are kept. 0 is for good.
type Retention struct {
	ArchiveDays  int `json:"archive_days"`  // messages of the conversation archive
	DeliveryDays int `json:"delivery_days"` // what a delivery said; its outcome stays
}

// DeskKeep is how long customer service of a corp keeps what was said. It is set there.
type DeskKeep struct {
	Corp string
	Days int
}

// stored is the setting as it is kept, with how far deliveries are emptied.
type stored struct {
	Retention
	DeliveriesTo int64 `json:"deliveries_to"` // planned before, ms
}

const (
	retainKind  = "privacy.retain"
	retainEvery = 24 * time.Hour
	retainSome  = 2000 // rows in one transaction
)

// Start has old texts forgotten once a day. The job queue is started after it.
func (s *Service) Start(ctx context.Context) error {
	return s.Jobs.Put(ctx, job.Job{Kind: retainKind, Key: "daily", Due: s.Clock.Now()})
}

// Retention is the setting, with what customer service keeps in each corp.
func (s *Service) Retention(ctx context.Context) (Retention, []DeskKeep, error) {
	set, err := s.loadRetention(ctx)
	if err != nil {
		return Retention{}, nil, err
	}
	desks, err := s.deskKeeps(ctx)
	return set.Retention, desks, err
}

// SetRetention changes the setting. What is too old is forgotten soon after.
func (s *Service) SetRetention(ctx context.Context, r Retention) error {
	for ptr, days := range map[string]int{"/archive_days": r.ArchiveDays, "/delivery_days": r.DeliveryDays} {
		if days != 0 && (days < leastDays || days > mostDays) {
			return fault.BadField(ptr, "0 for good, or %d to %d days", leastDays, mostDays)
		}
	}
	return s.Access.Audited(ctx, "privacy.retention", func(ctx context.Context) (string, any, error) {
		set, err := s.loadRetention(ctx)
		if err != nil {
			return "", nil, err
		}
		set.Retention = r
		if err := s.saveRetention(ctx, set); err != nil {
			return "", nil, err
		}
		return "retention", r, s.Jobs.Put(ctx, job.Job{Kind: retainKind, Key: "now", Due: s.Clock.Now()})
	})
}

// retain is the job that forgets what is too old.
func (s *Service) retain(ctx context.Context, j job.Job) error {
	set, err := s.loadRetention(ctx)
	if err != nil {
		return err
	}
	now := s.Clock.Now()
	if set.ArchiveDays > 0 {
		if err := s.forgetArchive(ctx, now.AddDate(0, 0, -set.ArchiveDays)); err != nil {
			return fmt.Errorf("forget archived messages: %w", err)
		}
	}
	if set.DeliveryDays > 0 {
		if err := s.forgetDeliveries(ctx, set.DeliveriesTo, now.AddDate(0, 0, -set.DeliveryDays)); err != nil {
			return fmt.Errorf("forget texts of deliveries: %w", err)
		}
	}
	if j.Key == "daily" {
		return &job.Later{At: now.Add(retainEvery), Reason: "once a day"}
	}
	return nil
}
