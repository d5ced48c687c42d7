package experiment

import (
	"context"
	"database/sql"
	"fmt"
	"math"

	"yutang/internal/db"
	"yutang/internal/fault"
	"yutang/internal/outreach"
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
	mark := uint8(sure)
	if db.Within(ctx) { // the transaction may yet fail
		mark = 0
	}
	if err := s.DB.InTx(ctx, func(ctx context.Context) error { return s.write(ctx, list) }); err != nil {
		return fmt.Errorf("record exposures: %w", err)
	}
	for _, e := range list {
		s.note(e.Experiment, e.Arm, e.Ord, mark)
	}
	return nil
}

// Global records whom the draw of the brand's holdout concerned; see outreach.UseExposures.
func (s *Service) Global(ctx context.Context, all []outreach.Exposed) error {
	name := Global
	if s.Policy != nil {
		if salt := s.Policy().HoldoutSalt; salt != "" {
			name += "/" + salt
		}
	}
	var list []Exposure
	for _, x := range all {
		if s.surely(name, x.Ord) {
			continue
		}
		e := Exposure{Experiment: name, Arm: ArmTreatment, Ord: x.Ord, At: x.At, Share: 100 - x.Share}
		if x.Held {
			e.Arm, e.Share = ArmControl, x.Share
		}
		list = append(list, e)
	}
	return s.Record(ctx, list)
}

// armKey names an arm.
type armKey struct{ experiment, arm string }

// write stores exposures and makes their experiments known.
func (s *Service) write(ctx context.Context, list []Exposure) error {
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
	selectArm = `SELECT experiment_arm.share FROM experiment_arm JOIN experiment ON experiment.id = experiment_arm.experiment
WHERE experiment_arm.experiment = $1 AND experiment_arm.arm = $2 AND experiment.started_at <> 0`
	insertExperiment = `INSERT INTO experiment (id, name, origin, kind, settings, started_at, stopped_at, decision, created_at)
VALUES ($1, $2, $3, $4, '{}', $5, 0, '', $6)
ON CONFLICT (id) DO UPDATE SET started_at = excluded.started_at WHERE experiment.started_at = 0`
	insertArm = `INSERT INTO experiment_arm (experiment, arm, pos, share, changed)
VALUES ($1, $2, (SELECT COUNT(*) FROM experiment_arm WHERE experiment = $1), $3, FALSE)
ON CONFLICT (experiment, arm) DO UPDATE SET share = excluded.share, changed = experiment_arm.changed OR experiment_arm.share <> 0
WHERE excluded.share <> 0 AND experiment_arm.share <> excluded.share`
)

// register makes an experiment and an arm of it known, from an exposure.
func (s *Service) register(ctx context.Context, e Exposure) error {
	key, share := armKey{e.Experiment, e.Arm}, int64(math.Round(e.Share*1e4))
	s.mu.RLock()
	was, ok := s.registered[key]
	s.mu.RUnlock()
	if ok && (share == 0 || was == share) {
		return nil
	}
	id := fingerprint(e.Experiment)
	switch err := s.DB.Get(ctx, selectArm, []any{id, e.Arm}, &was); {
	case err == nil && (share == 0 || was == share):
		s.mu.Lock()
		s.registered[key] = was
		s.mu.Unlock()
		return nil
	case err != nil && !fault.Is(err, fault.NotFound):
		return err
	}
	if _, err := s.DB.Exec(ctx, insertExperiment, id, e.Experiment, e.Origin, string(kindOf(e)), e.At.UnixMilli(), s.Clock.Now().UnixMilli()); err != nil {
		return err
	}
	_, err := s.DB.Exec(ctx, insertArm, id, e.Arm, share)
	return err
}

const selectAssigned = `SELECT experiment.name, exposure.arm, exposure.ord FROM exposure
JOIN experiment ON experiment.id = exposure.experiment ORDER BY exposure.experiment, exposure.ord`

// Load reads who is assigned, forgetting what was pending.
func (s *Service) Load(ctx context.Context) error {
	s.mu.Lock()
	s.arms, s.pending = map[string]*arms{}, nil
	clear(s.registered)
	s.mu.Unlock()
	err := s.DB.Each(ctx, selectAssigned, nil, func(rows *sql.Rows) error {
		var name, arm string
		var ord int64
		if err := rows.Scan(&name, &arm, &ord); err != nil {
			return err
		}
		s.note(name, arm, uint32(ord), sure)
		return nil
	})
	if err != nil {
		return fmt.Errorf("load exposures: %w", err)
	}
	return nil
}
