package experiment

import (
	"context"
	"database/sql"
	"fmt"
	"math"

	"yutang/internal/fault"
)

var exposureColumns = []string{"experiment", "ord", "arm", "cluster", "at", "origin"}

// Flush writes what was exposed, in ctx's transaction.
func (s *Service) Flush(ctx context.Context) error {
	if len(s.pending) == 0 {
		return nil
	}
	if err := s.write(ctx, s.pending); err != nil {
		return fmt.Errorf("write exposures: %w", err)
	}
	s.pending = s.pending[:0]
	return nil
}

// Record writes exposures outside the road, in ctx's transaction or in one of its own.
// Records that have an arm keep it, so it may be repeated.
func (s *Service) Record(ctx context.Context, list []Exposure) error {
	for _, e := range list {
		if e.Experiment == "" || e.Arm == "" || e.Ord == 0 {
			return fault.New(fault.Internal, "bad_exposure", "an exposure needs an experiment, an arm and a customer")
		}
	}
	if len(list) == 0 {
		return nil
	}
	if err := s.DB.InTx(ctx, func(ctx context.Context) error { return s.write(ctx, list) }); err != nil {
		return fmt.Errorf("record exposures: %w", err)
	}
	for _, e := range list {
		s.note(e.Experiment, e.Arm, e.Ord)
	}
	return nil
}

// write stores exposures and makes their experiments known.
func (s *Service) write(ctx context.Context, list []Exposure) error {
	type armKey struct{ experiment, arm string }
	seen := map[armKey]bool{}
	args := make([]any, 0, len(list)*len(exposureColumns))
	for _, e := range list {
		if key := (armKey{e.Experiment, e.Arm}); !seen[key] {
			seen[key] = true
			if err := s.register(ctx, e); err != nil {
				return err
			}
		}
		args = append(args, fingerprint(e.Experiment), int64(e.Ord), e.Arm, e.Cluster, e.At.UnixMilli(), e.Origin)
	}
	return s.DB.InsertMany(ctx, "exposure", exposureColumns, args, "ON CONFLICT DO NOTHING")
}

const (
	insertExperiment = `INSERT INTO experiment (id, name, origin, kind, settings, started_at, stopped_at, decision, created_at)
VALUES ($1, $2, $3, $4, '{}', $5, 0, '', $6)
ON CONFLICT (id) DO UPDATE SET started_at = excluded.started_at
WHERE experiment.started_at = 0 OR excluded.started_at <> 0 AND excluded.started_at < experiment.started_at`
	insertArm = `INSERT INTO experiment_arm (experiment, arm, pos, share, changed)
VALUES ($1, $2, (SELECT COUNT(*) FROM experiment_arm WHERE experiment = $1), $3, FALSE)
ON CONFLICT (experiment, arm) DO UPDATE SET share = excluded.share, changed = experiment_arm.changed OR experiment_arm.share <> 0
WHERE excluded.share <> 0 AND experiment_arm.share <> excluded.share`
)

// register makes an experiment and an arm of it known, from an exposure.
func (s *Service) register(ctx context.Context, e Exposure) error {
	id, now := fingerprint(e.Experiment), s.Clock.Now().UnixMilli()
	if _, err := s.DB.Exec(ctx, insertExperiment, id, e.Experiment, e.Origin, string(kindOf(e)), e.At.UnixMilli(), now); err != nil {
		return err
	}
	_, err := s.DB.Exec(ctx, insertArm, id, e.Arm, int64(math.Round(e.Share*1e4)))
	return err
}

const selectAssigned = `SELECT experiment.name, exposure.arm, exposure.ord FROM exposure
JOIN experiment ON experiment.id = exposure.experiment ORDER BY exposure.experiment, exposure.ord`

// Load reads who is assigned, forgetting what was pending.
func (s *Service) Load(ctx context.Context) error {
	s.mu.Lock()
	s.arms, s.pending = map[string]*arms{}, nil
	s.mu.Unlock()
	err := s.DB.Each(ctx, selectAssigned, nil, func(rows *sql.Rows) error {
		var name, arm string
		var ord int64
		if err := rows.Scan(&name, &arm, &ord); err != nil {
			return err
		}
		s.note(name, arm, uint32(ord))
		return nil
	})
	if err != nil {
		return fmt.Errorf("load exposures: %w", err)
	}
	return nil
}
