package cost

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
)

const (
	deletePhases = `DELETE FROM cost_phase WHERE position >= $1`
	insertPhase  = `INSERT INTO cost_phase (name, position, first_day, last_day, plan) VALUES ($1, $2, $3, $4, $5)`
	selectPhases = `SELECT name, first_day, last_day, plan FROM cost_phase ORDER BY position`
)

func (s *Service) replacePhases(ctx context.Context, phases []Phase) error {
	err := s.DB.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.DB.Exec(ctx, deletePhases, 0); err != nil {
			return err
		}
		for i, p := range phases {
			plan, err := json.Marshal(p.Plan)
			if err != nil {
				return err
			}
			if _, err := s.DB.Exec(ctx, insertPhase, p.Name, i, p.First.String(), p.Last.String(), string(plan)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("set phases: %w", err)
	}
	return nil
}

// Phases are the phases as they were set, none if they were not.
func (s *Service) Phases(ctx context.Context) ([]Phase, error) {
	out := []Phase{}
	err := s.DB.Each(ctx, selectPhases, nil, func(rows *sql.Rows) error {
		var p Phase
		var first, last, plan string
		err := rows.Scan(&p.Name, &first, &last, &plan)
		if err == nil {
			p.First, err = ParseDay(first, "")
		}
		if err == nil {
			p.Last, err = ParseDay(last, "")
		}
		if err == nil {
			err = json.Unmarshal([]byte(plan), &p.Plan)
		}
		out = append(out, p)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read phases: %w", err)
	}
	return out, nil
}
