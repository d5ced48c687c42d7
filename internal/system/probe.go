package system

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime/metrics"
	"time"

	"golang.org/x/sys/unix"

	"yutang/internal/db"
)

// From when on a figure is a warning, and from when on it is bad.
const (
	lateWarn, lateBad         = 2 * time.Second, 30 * time.Second
	roomWarn, roomBad         = 5 << 30, 1 << 30 // bytes free
	unsavedWarn               = 5_000_000        // events that the next start reads again
	backupWarn, backupBad     = 48 * time.Hour, 7 * 24 * time.Hour
	jobsLate                  = 10 * time.Minute
	outboxWarn                = 100_000
	callbacksWarn             = 1000
	memoryWarn, memoryBad     = 0.80, 0.95 // of the machine's
	queueWarn, queueBadAmount = 0.5, 0.95  // of the road's queue
)

func (s *Service) road(_ context.Context, _ time.Time, c *Check) error {
	r := s.Road()
	c.Facts = map[string]any{
		"queued": r.Queued, "capacity": r.Capacity, "last_event": r.Last, "unsaved": r.Unsaved,
		"behind_ms": r.Behind.Milliseconds(), "events_per_second": r.PerSecond,
	}
	if r.Trouble != nil {
		c.Detail = r.Trouble.Error()
		c.turn(Bad, "road_stopped")
	}
	full := float64(r.Queued) / float64(max(1, r.Capacity))
	if full >= queueBadAmount || r.Behind >= lateBad {
		c.turn(Bad, "road_behind")
	} else if full >= queueWarn || r.Behind >= lateWarn {
		c.turn(Warn, "road_behind")
	}
	return nil
}

func (s *Service) database(ctx context.Context, _ time.Time, c *Check) error {
	size, err := s.DB.Size(ctx)
	if err != nil {
		return err
	}
	c.Facts["kind"], c.Facts["bytes"] = "sqlite", size
	if s.DB.Dialect() == db.Postgres {
		c.Facts["kind"] = "postgres"
		if c.Facts["version"], err = s.DB.ServerVersion(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) disk(_ context.Context, _ time.Time, c *Check) error {
	var st unix.Statfs_t
	if err := unix.Statfs(s.Data, &st); err != nil {
		return fmt.Errorf("room on disk: %w", err)
	}
	free, total := int64(st.Bavail)*int64(st.Bsize), int64(st.Blocks)*int64(st.Bsize)
	c.Facts["free_bytes"], c.Facts["total_bytes"] = free, total
	if free < roomBad {
		c.turn(Bad, "free_disk")
	} else if free < roomWarn {
		c.turn(Warn, "free_disk")
	}
	return nil
}

// memory is what the Go program holds, beside what the machine has.
func (s *Service) memory(_ context.Context, _ time.Time, c *Check) error {
	sample := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(sample)
	used := int64(sample[0].Value.Uint64() - sample[1].Value.Uint64())
	c.Facts["used_bytes"] = used
	var machine unix.Sysinfo_t
	if err := unix.Sysinfo(&machine); err != nil {
		return fmt.Errorf("memory of the machine: %w", err)
	}
	total := int64(machine.Totalram) * int64(machine.Unit)
	c.Facts["total_bytes"] = total
	share := float64(used) / float64(total)
	if share >= memoryBad {
		c.turn(Bad, "more_memory")
	} else if share >= memoryWarn {
		c.turn(Warn, "more_memory")
	}
	return nil
}

func (s *Service) snapshot(_ context.Context, now time.Time, c *Check) error {
	at, size, err := file(s.Snapshot)
	if err != nil {
		return err
	}
	if !at.IsZero() {
		c.Facts["at"], c.Facts["bytes"], c.Facts["age_s"] = at, size, int64(now.Sub(at).Seconds())
	}
	if s.Road != nil && s.Road().Unsaved >= unsavedWarn {
		c.turn(Warn, "snapshot_old")
	}
	return nil
}

// backup is when one was last made on this machine; databases that back themselves up are
// not known of.
func (s *Service) backup(_ context.Context, now time.Time, c *Check) error {
	if s.DB.Dialect() == db.Postgres {
		c.Facts["by"] = "database"
		return nil
	}
	at, _, err := file(s.Backup)
	if err != nil {
		return err
	}
	since := now.Sub(s.started)
	if !at.IsZero() {
		since = now.Sub(at)
		c.Facts["at"], c.Facts["age_s"] = at, int64(since.Seconds())
	}
	if since >= backupBad {
		c.turn(Bad, "make_backup")
	} else if since >= backupWarn || at.IsZero() {
		c.turn(Warn, "make_backup")
	}
	return nil
}

// file is when a file was written and how large it is, zeros if there is none.
func file(path string) (time.Time, int64, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return time.Time{}, 0, nil
	}
	if err != nil {
		return time.Time{}, 0, err
	}
	return info.ModTime().UTC(), info.Size(), nil
}

func (s *Service) outbox(ctx context.Context, _ time.Time, c *Check) error {
	o, err := s.Outbox(ctx)
	if err != nil {
		return err
	}
	c.Facts = map[string]any{"waiting": o.Waiting, "attempting": o.Attempting, "unknown": o.Unknown, "resting": o.Resting}
	if o.Held != "" {
		c.Detail = o.Held
		c.turn(Bad, "sending_held")
	}
	if o.Unknown > 0 {
		c.turn(Warn, "resolve_unknown")
	}
	if o.Resting > 0 {
		c.turn(Warn, "endpoints_rest")
	}
	if o.Waiting >= outboxWarn {
		c.turn(Warn, "outbox_full")
	}
	return nil
}

func (s *Service) callbacks(ctx context.Context, _ time.Time, c *Check) error {
	waiting, dead, err := s.Callbacks(ctx)
	if err != nil {
		return err
	}
	c.Facts["waiting"], c.Facts["dead"] = waiting, dead
	if dead > 0 {
		c.turn(Warn, "retry_callbacks")
	}
	if waiting >= callbacksWarn {
		c.turn(Warn, "callbacks_behind")
	}
	return nil
}

func (s *Service) jobs(ctx context.Context, now time.Time, r *Report) Check {
	c := Check{Key: "jobs", State: OK, Facts: map[string]any{}}
	all, err := s.Jobs.Tallies(ctx)
	if err != nil {
		c.State, c.Remedy, c.Detail = Bad, "unreadable", err.Error()
		return c
	}
	r.Jobs = all
	var waiting, running, failed int
	for _, t := range all {
		waiting, running, failed = waiting+t.Waiting, running+t.Running, failed+t.Failed
		if t.Waiting > 0 && t.Running == 0 && now.Sub(t.Next) >= jobsLate {
			c.Detail = t.Kind
			c.turn(Warn, "jobs_late")
		}
	}
	if failed > 0 {
		c.turn(Warn, "retry_jobs")
	}
	c.Facts["waiting"], c.Facts["running"], c.Facts["failed"] = waiting, running, failed
	return c
}

func (s *Service) corps(ctx context.Context, r *Report) Check {
	c := Check{Key: "corps", State: OK, Facts: map[string]any{}}
	if s.Corps == nil {
		return c
	}
	all, err := s.Corps(ctx)
	if err != nil {
		c.State, c.Remedy, c.Detail = Bad, "unreadable", err.Error()
		return c
	}
	r.Corps = all
	c.Facts["connected"] = len(all)
	for _, x := range all {
		c.turn(x.State, x.Remedy)
	}
	return c
}
