package planner

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"yutang/internal/fault"
)

const insertPlan = `INSERT INTO plan (id, name, version, ends_at, created_by, created_at, deleted_at)
VALUES ($1, $2, $3, $4, $5, $6, 0)`

func (s *Service) insertPlan(ctx context.Context, p Plan, ends time.Time) error {
	_, err := s.DB.Exec(ctx, insertPlan, p.ID, p.Name, p.Version, ends.UnixMilli(), p.CreatedBy, p.CreatedAt.UnixMilli())
	return err
}

const updatePlan = `UPDATE plan SET name = $2, version = $3, ends_at = $4 WHERE id = $1`

func (s *Service) updatePlan(ctx context.Context, p Plan, ends time.Time) error {
	_, err := s.DB.Exec(ctx, updatePlan, p.ID, p.Name, p.Version, ends.UnixMilli())
	return err
}

const markDeleted = `UPDATE plan SET deleted_at = $2 WHERE id = $1 AND deleted_at = 0`

func (s *Service) markDeleted(ctx context.Context, planID string) error {
	n, err := s.DB.Exec(ctx, markDeleted, planID, s.Clock.Now().UnixMilli())
	if err == nil && n == 0 {
		err = notFound(planID)
	}
	return err
}

func notFound(planID string) error {
	return fault.New(fault.NotFound, "plan_not_found", "no plan has the id %q", planID)
}

const selectPlan = `SELECT id, name, version, created_by, created_at FROM plan WHERE id = $1 AND deleted_at = 0`

func (s *Service) selectPlan(ctx context.Context, planID string) (p Plan, err error) {
	var at int64
	err = s.DB.Get(ctx, selectPlan, []any{planID}, &p.ID, &p.Name, &p.Version, &p.CreatedBy, &at)
	if fault.Is(err, fault.NotFound) {
		return p, notFound(planID)
	}
	p.CreatedAt = time.UnixMilli(at).UTC()
	return p, err
}

const selectPlans = `SELECT plan.id, plan.name, plan.version, plan.created_by, plan.created_at,
       plan_version.note, plan_version.scenario, plan_version.created_by, plan_version.created_at
FROM plan JOIN plan_version ON plan_version.plan = plan.id AND plan_version.version = plan.version
WHERE plan.deleted_at = 0 AND plan.id < $1 ORDER BY plan.id DESC LIMIT $2`

func (s *Service) selectPlans(ctx context.Context, before string, limit int) ([]Plan, error) {
	out := []Plan{}
	err := s.DB.Each(ctx, selectPlans, []any{before, limit}, func(rows *sql.Rows) error {
		var p Plan
		var at, revised int64
		var scenario string
		r := &p.Revision
		if err := rows.Scan(&p.ID, &p.Name, &p.Version, &p.CreatedBy, &at, &r.Note, &scenario, &r.CreatedBy, &revised); err != nil {
			return err
		}
		r.Version, p.CreatedAt, r.CreatedAt = p.Version, time.UnixMilli(at).UTC(), time.UnixMilli(revised).UTC()
		out = append(out, p)
		return json.Unmarshal([]byte(scenario), &out[len(out)-1].Revision.Scenario)
	})
	if err != nil {
		return nil, fmt.Errorf("list plans: %w", err)
	}
	return out, nil
}

const insertRevision = `INSERT INTO plan_version (plan, version, note, scenario, answer, created_by, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)`

func (s *Service) insertRevision(ctx context.Context, planID string, r Revision) error {
	scenario, err := json.Marshal(r.Scenario)
	if err != nil {
		return fmt.Errorf("keep a plan: %w", err)
	}
	answer, err := json.Marshal(r.Answer)
	if err != nil {
		return fmt.Errorf("keep a plan: %w", err)
	}
	_, err = s.DB.Exec(ctx, insertRevision, planID, r.Version, r.Note, string(scenario), string(answer), r.CreatedBy, r.CreatedAt.UnixMilli())
	return err
}

const selectRevision = `SELECT note, scenario, answer, created_by, created_at FROM plan_version WHERE plan = $1 AND version = $2`

func (s *Service) selectRevision(ctx context.Context, planID string, version int) (r Revision, err error) {
	var scenario, answer string
	var at int64
	err = s.DB.Get(ctx, selectRevision, []any{planID, version}, &r.Note, &scenario, &answer, &r.CreatedBy, &at)
	if fault.Is(err, fault.NotFound) {
		return r, fault.New(fault.NotFound, "plan_version_not_found", "the plan has no version %d", version)
	}
	if err != nil {
		return r, err
	}
	r.Version, r.CreatedAt, r.Answer = version, time.UnixMilli(at).UTC(), &Answer{}
	if err := json.Unmarshal([]byte(scenario), &r.Scenario); err != nil {
		return r, fmt.Errorf("read version %d of plan %s: %w", version, planID, err)
	}
	if err := json.Unmarshal([]byte(answer), r.Answer); err != nil {
		return r, fmt.Errorf("read version %d of plan %s: %w", version, planID, err)
	}
	return r, nil
}

const selectRevisions = `SELECT version, note, scenario, created_by, created_at FROM plan_version
WHERE plan = $1 ORDER BY version DESC LIMIT 1000`

func (s *Service) selectRevisions(ctx context.Context, planID string) ([]Revision, error) {
	out := []Revision{}
	err := s.DB.Each(ctx, selectRevisions, []any{planID}, func(rows *sql.Rows) error {
		var r Revision
		var scenario string
		var at int64
		if err := rows.Scan(&r.Version, &r.Note, &scenario, &r.CreatedBy, &at); err != nil {
			return err
		}
		r.CreatedAt = time.UnixMilli(at).UTC()
		if err := json.Unmarshal([]byte(scenario), &r.Scenario); err != nil {
			return err
		}
		out = append(out, r)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list versions of plan %s: %w", planID, err)
	}
	return out, nil
}

const insertAlarm = `INSERT INTO plan_alarm (plan, day, node, version, detail, created_at)
VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (plan, day, node) DO NOTHING`

// insertAlarm keeps an alarm; added is false if it was there.
func (s *Service) insertAlarm(ctx context.Context, a Alarm) (added bool, err error) {
	detail, err := json.Marshal(a)
	if err != nil {
		return false, fmt.Errorf("keep an alarm: %w", err)
	}
	n, err := s.DB.Exec(ctx, insertAlarm, a.Plan, a.Day, nodeKey(a.Node, a.Channel), a.Version, string(detail), s.Clock.Now().UnixMilli())
	return n > 0, err
}

const selectAlarms = `SELECT plan.id, plan.name, plan_alarm.detail
FROM plan_alarm JOIN plan ON plan.id = plan_alarm.plan
WHERE plan.deleted_at = 0 AND ($1 = '' OR plan.id = $1)
  AND (plan_alarm.day < $2 OR plan_alarm.day = $2 AND (plan.id > $3 OR plan.id = $3 AND plan_alarm.node > $4))
ORDER BY plan_alarm.day DESC, plan.id, plan_alarm.node LIMIT $5`

func (s *Service) selectAlarms(ctx context.Context, planID string, after alarmKey, limit int) ([]Alarm, error) {
	out := []Alarm{}
	err := s.DB.Each(ctx, selectAlarms, []any{planID, after.Day, after.Plan, after.Node, limit}, func(rows *sql.Rows) error {
		var plan, name, detail string
		if err := rows.Scan(&plan, &name, &detail); err != nil {
			return err
		}
		var a Alarm
		if err := json.Unmarshal([]byte(detail), &a); err != nil {
			return err
		}
		a.Plan, a.Name = plan, name
		out = append(out, a)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list alarms of plans: %w", err)
	}
	return out, nil
}
