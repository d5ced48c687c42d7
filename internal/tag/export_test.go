package tag

import (
	"context"
	"database/sql"
	"encoding/json"

	"yutang/internal/job"
)

// StepRoad does one step of the job that moves events and customers' states.
func (s *Service) StepRoad(ctx context.Context) (more bool, err error) { return s.step(ctx) }

// PendingPairs lists the contacts with pending pushes.
func (s *Service) PendingPairs(ctx context.Context) (out [][3]string, err error) {
	const text = `SELECT DISTINCT corp, external, member FROM tag_push WHERE state = 'pending' ORDER BY corp, external, member`
	err = s.DB.Each(ctx, text, nil, func(rows *sql.Rows) error {
		var p [3]string
		err := rows.Scan(&p[0], &p[1], &p[2])
		out = append(out, p)
		return err
	})
	return out, err
}

// StepPush tells the platform of one contact's pending pushes.
func (s *Service) StepPush(ctx context.Context, corp, external, member string) error {
	raw, _ := json.Marshal(pairKey{corp, external, member})
	_, err := s.pushJobStep(ctx, job.Job{Kind: pushKind, Payload: raw, Attempts: 1})
	return err
}

// StepBulk does one batch of an operation.
func (s *Service) StepBulk(ctx context.Context, key string) (bool, error) {
	return s.bulkStep(ctx, job.Job{Kind: bulkKind, Key: key})
}

// StepRule holds a rule tag against its audience.
func (s *Service) StepRule(ctx context.Context, key string) error {
	var l *later
	if _, err := s.ruleStep(ctx, job.Job{Kind: ruleKind, Key: key}); !asLater(err, &l) {
		return err
	}
	return nil
}
