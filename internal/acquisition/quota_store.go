package acquisition

import (
	"context"
	"encoding/json"
	"fmt"

	"yutang/internal/fault"
)

const (
	selectQuota = `SELECT total, balance, expiring, alarm, alarm_at, pulled_at, problem FROM acquisition_quota WHERE corp = $1`
	insertQuota = `INSERT INTO acquisition_quota (corp, total, balance, expiring, alarm, alarm_at, pulled_at, problem)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (corp) DO UPDATE SET total = excluded.total, balance = excluded.balance, expiring = excluded.expiring,
			alarm = excluded.alarm, alarm_at = excluded.alarm_at, pulled_at = excluded.pulled_at, problem = excluded.problem`
)

// Quota is a corp's quota as last pulled; zero when it never was.
func (s *Service) Quota(ctx context.Context, corpID string) (Quota, error) {
	q := Quota{Corp: corpID, Lots: []Lot{}}
	var lots string
	var alarm, pulled int64
	err := s.DB.Get(ctx, selectQuota, []any{corpID}, &q.Total, &q.Balance, &lots, &q.Alarm, &alarm, &pulled, &q.Problem)
	if fault.Is(err, fault.NotFound) {
		return q, nil
	}
	if err != nil {
		return q, err
	}
	q.AlarmAt, q.PulledAt = at(alarm), at(pulled)
	if err := json.Unmarshal([]byte(lots), &q.Lots); err != nil {
		return q, fmt.Errorf("read the quota of corp %s: %w", corpID, err)
	}
	return q, nil
}

func (s *Service) saveQuota(ctx context.Context, q Quota) error {
	if q.Lots == nil {
		q.Lots = []Lot{}
	}
	_, err := s.DB.Exec(ctx, insertQuota, q.Corp, q.Total, q.Balance, string(toJSON(q.Lots)), string(q.Alarm), ms(q.AlarmAt), ms(q.PulledAt), q.Problem)
	return err
}
