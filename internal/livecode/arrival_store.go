package livecode

import (
	"context"
)

const (
	insertArrival = `INSERT INTO livecode_arrival (code, staff, external, addition, corp, ord, day, added_at, ended_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0)
		ON CONFLICT (code, staff, external, addition) DO NOTHING`
	insertCredit = `INSERT INTO livecode_counter (code, staff, day, today, total, credit) VALUES ($1, $2, '', 0, 0, $3)
		ON CONFLICT (code, staff) DO UPDATE SET credit = livecode_counter.credit + excluded.credit`
	insertCount = `INSERT INTO livecode_counter (code, staff, day, today, total, credit) VALUES ($1, $2, $3, 1, 1, 0)
		ON CONFLICT (code, staff) DO UPDATE SET
			today = CASE WHEN livecode_counter.day < excluded.day THEN 1
				WHEN livecode_counter.day = excluded.day THEN livecode_counter.today + 1 ELSE livecode_counter.today END,
			day = CASE WHEN livecode_counter.day < excluded.day THEN excluded.day ELSE livecode_counter.day END,
			total = livecode_counter.total + 1`
	updateEnded = `UPDATE livecode_arrival SET ended_at = $1
		WHERE code = $2 AND staff = $3 AND external = $4 AND addition = $5 AND ended_at = 0`
)

// insertArrival stores an arrival; isNew is false when it was stored before.
func (s *Service) insertArrival(ctx context.Context, a arrival, day string) (isNew bool, err error) {
	n, err := s.DB.Exec(ctx, insertArrival, a.code, a.user, a.external, a.addition, a.corp, int64(a.leaf), day, ms(a.at))
	return n > 0, err
}

func (s *Service) addCredit(ctx context.Context, number int64, user string, delta int64) error {
	_, err := s.DB.Exec(ctx, insertCredit, number, user, delta)
	return err
}

// addCount counts one arrival on its day. One of a day that is over counts in total only.
func (s *Service) addCount(ctx context.Context, number int64, user, day string) error {
	_, err := s.DB.Exec(ctx, insertCount, number, user, day)
	return err
}

func (s *Service) ended(ctx context.Context, a arrival) error {
	_, err := s.DB.Exec(ctx, updateEnded, ms(a.at), a.code, a.user, a.external, a.addition)
	return err
}

const (
	deleteCounter = `DELETE FROM livecode_counter WHERE code = $1 AND staff = $2`
	updateCounter = `UPDATE livecode_counter SET staff = $1 WHERE code = $2 AND staff = $3`
)

// renameCounter gives the counters of a member to another userid, in ctx's transaction.
func (s *Service) renameCounter(ctx context.Context, number int64, was, now string) error {
	if _, err := s.DB.Exec(ctx, deleteCounter, number, now); err != nil {
		return err
	}
	_, err := s.DB.Exec(ctx, updateCounter, now, number, was)
	return err
}
