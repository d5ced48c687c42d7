package privacy

import (
	"context"
	"errors"
	"testing"
	"time"

	"yutang/internal/access"
	"yutang/internal/clock"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/fault"
	"yutang/internal/job"
)

var noon = time.Date(2026, 3, 10, 4, 0, 0, 0, time.UTC)

// covers: J3
func TestRetain_ForgetsTextsAndKeepsOutcomes(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := access.As(context.Background(), access.System)
		now := clock.NewManual(noon)
		jobs := job.New(d, now)
		s := New(Config{DB: d, Box: testBox(t), Clock: now, Jobs: jobs, Access: access.New(d, testBox(t), now)})
		plan := func(id string, days int, settled int64) {
			_, err := d.Exec(ctx, `INSERT INTO delivery (id, playbook, version, run, step, occurrence, ord, channel, endpoint, transactional, trigger_seq,
				trigger_at, state, reason, detail, attempt, planned_at, due, expires_at, dispatched_at, settled_at, provider_id, message)
				VALUES ($1, '', 1, $1, '', 1, 1, 'sms', '', FALSE, 0, 0, 'accepted', '', '', 1, $2, 0, 0, 0, $3, '', $4)`,
				id, noon.AddDate(0, 0, -days).UnixMilli(), settled, []byte("text"))
			if err != nil {
				t.Fatal(err)
			}
		}
		plan("old", 61, 5)
		plan("open", 61, 0)
		plan("young", 59, 5)
		say := func(id string, days int) {
			_, err := d.Exec(ctx, `INSERT INTO archive_message (corp, msgid, seq, at, staff, external, room, kind, inbound, body)
				VALUES ('c', $1, 1, $2, '', '', '', 'text', TRUE, $3)`, id, noon.AddDate(0, 0, -days).UnixMilli(), []byte("text"))
			if err != nil {
				t.Fatal(err)
			}
		}
		say("old", 91)
		say("young", 89)
		_, err := d.Exec(ctx, `INSERT INTO archive (corp, source, secret, keys, cursor, pulled_at, problem, stored, withheld, unread)
			VALUES ('c', '', $1, $1, 0, 0, '', 0, 0, 0)`, []byte{})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.retain(ctx, job.Job{Key: "now"}); err != nil { // nothing is set: nothing goes
			t.Fatal(err)
		}
		if got := s.texts(t); got != 5 {
			t.Fatalf("%d texts without a setting", got)
		}
		if err := s.SetRetention(ctx, Retention{ArchiveDays: 90, DeliveryDays: 60}); err != nil {
			t.Fatal(err)
		}
		var later *job.Later
		if err := s.retain(ctx, job.Job{Key: "daily"}); !errors.As(err, &later) || !later.At.Equal(noon.Add(retainEvery)) {
			t.Fatalf("daily: %v", err)
		}
		if got := s.texts(t); got != 3 { // open, young, young
			t.Errorf("%d texts are kept", got)
		}
		var rows int
		if err := d.Get(ctx, "SELECT COUNT(*) FROM delivery", nil, &rows); err != nil || rows != 3 {
			t.Errorf("%d deliveries, %v", rows, err)
		}
		if err := s.SetRetention(ctx, Retention{ArchiveDays: 7}); !fault.Is(err, fault.Invalid) {
			t.Errorf("7 days: %v", err)
		}
	})
}

// texts counts messages and deliveries with a text.
func (s *Service) texts(t *testing.T) (n int) {
	t.Helper()
	var more int
	err := errors.Join(
		s.DB.Get(context.Background(), "SELECT COUNT(*) FROM delivery WHERE message <> $1", []any{[]byte{}}, &n),
		s.DB.Get(context.Background(), "SELECT COUNT(*) FROM archive_message", nil, &more))
	if err != nil {
		t.Fatal(err)
	}
	return n + more
}
