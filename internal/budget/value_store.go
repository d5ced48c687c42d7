package budget

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"math"
	"time"

	"yutang/internal/fault"
)

var valueColumns = []string{
	"playbook", "step", "tier", "stage", "cell", "touches", "conversions", "revenue", "rate", "mean", "value",
}

const (
	deleteValues = `DELETE FROM budget_value WHERE touches >= $1`
	upsertModel  = `INSERT INTO budget_model (id, at, model) VALUES (1, $1, $2)
		ON CONFLICT (id) DO UPDATE SET at = excluded.at, model = excluded.model`
	selectModel  = `SELECT at, model FROM budget_model WHERE id = 1`
	selectValues = `SELECT playbook, step, tier, stage, cell, touches, conversions, revenue, rate, mean, value FROM budget_value`
)

// billion is the unit of rates on disk.
const billion = 1e9

func (s *Service) saveValues(ctx context.Context, v *values) error {
	model, err := json.Marshal(v.model)
	if err != nil {
		return err
	}
	rows := make([]any, 0, len(v.model.Cells)*len(valueColumns))
	for c, e := range v.model.Cells {
		rows = append(rows, c.Playbook, c.Step, c.Tier, c.Stage, c.Level == 3, e.Touches, e.Conversions, e.Revenue,
			int64(math.Round(e.Rate*billion)), int64(math.Round(e.Mean)), e.Value)
	}
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.DB.Exec(ctx, deleteValues, 0); err != nil {
			return err
		}
		if err := s.DB.InsertMany(ctx, "budget_value", valueColumns, rows, ""); err != nil {
			return err
		}
		_, err := s.DB.Exec(ctx, upsertModel, v.at.UnixMilli(), string(model))
		return err
	})
}

func (s *Service) loadValues(ctx context.Context) error {
	var at int64
	var raw string
	err := s.DB.Get(ctx, selectModel, nil, &at, &raw)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	v := &values{at: time.UnixMilli(at).UTC()}
	if err == nil {
		err = json.Unmarshal([]byte(raw), &v.model)
	}
	if err != nil {
		return fmt.Errorf("load values of touches: %w", err)
	}
	v.model.Cells = map[Cell]Estimate{}
	err = s.DB.Each(ctx, selectValues, nil, func(rows *sql.Rows) error {
		var c Cell
		var e Estimate
		var lowest bool
		var rate, mean int64
		if err := rows.Scan(&c.Playbook, &c.Step, &c.Tier, &c.Stage, &lowest, &e.Touches, &e.Conversions, &e.Revenue, &rate, &mean, &e.Value); err != nil {
			return err
		}
		switch {
		case lowest:
			c.Level = 3
		case c.Step != "":
			c.Level = 2
		case c.Playbook != "":
			c.Level = 1
		}
		e.Rate, e.Mean = float64(rate)/billion, float64(mean)
		v.model.Cells[c] = e
		return nil
	})
	if err != nil {
		return fmt.Errorf("load values of touches: %w", err)
	}
	s.values.Store(v)
	return nil
}
