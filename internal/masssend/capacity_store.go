package masssend

import (
	"cmp"
	"context"
	"fmt"
	"time"

	corps "yutang/internal/corp"
	"yutang/internal/outreach"
)

const selectAsked = `SELECT COUNT(*) FROM masssend_call
	WHERE corp = $1 AND staff = $2 AND state || '' NOT IN ('planned', 'dropped') AND attempted_at >= $3`

// full says until when a member is asked for nothing more: the brand's policy bounds how many
// messages a day one is to confirm. The zero time is no such bound.
func (s *Service) full(ctx context.Context, c Call) (until time.Time, err error) {
	most := s.Ledger.Policy().StaffPerDay
	if most == 0 {
		return until, nil
	}
	zone := s.Ledger.Zone()
	y, m, d := s.Clock.Now().In(zone).Date()
	var n int
	err = s.DB.Get(ctx, selectAsked, []any{c.corp, c.Staff, time.Date(y, m, d, 0, 0, 0, 0, zone).UnixMilli()}, &n)
	if err != nil || n < most {
		return until, err
	}
	return time.Date(y, m, d+1, 0, 0, 0, 0, zone).UTC(), nil
}

// putOff leaves a call planned, for a member who has been asked enough today.
func (s *Service) putOff(ctx context.Context, c Call, until time.Time) error {
	c.Reason = string(outreach.StaffFull)
	return laterOr(s.save(ctx, c, CallPlanned, c.Attempt), until, c.Reason)
}

const selectUpcoming = `SELECT id FROM masssend WHERE state = 'scheduled' AND chat = 'single' AND scheduled_at < $1 ORDER BY scheduled_at, id`

// Upcoming decides about everybody in the target of the sends to customers that are scheduled
// before a moment, as of their schedules, and sends nothing.
func (s *Service) Upcoming(ctx context.Context, until time.Time, visit func(Send, Candidate) error) error {
	var keys []string
	if err := s.eachID(ctx, selectUpcoming, until.UnixMilli(), &keys); err != nil {
		return fmt.Errorf("read scheduled sends: %w", err)
	}
	for _, key := range keys {
		x, err := s.Get(ctx, key)
		if err != nil {
			return err
		}
		err = s.choose(ctx, x, maxTime(x.ScheduledAt, s.Clock.Now()), position{}, func(batch []Candidate, _ position) (bool, error) {
			for _, c := range batch {
				if err := visit(x, c); err != nil {
					return false, err
				}
			}
			return true, ctx.Err()
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Quota is the corp's rule for the period that holds a moment: how many messages of the
// channel wecom_mass each customer may get in it.
func (s *Service) Quota(ctx context.Context, corp string, at time.Time) (rule string, limit int, start, end time.Time, err error) {
	k, err := s.Corp(ctx, corp)
	if err != nil {
		return "", 0, start, end, err
	}
	start, end, limit = period(k.Settings.Quota, at)
	return string(cmp.Or(k.Settings.Quota, corps.QuotaMonth)), limit, start, end, nil
}
