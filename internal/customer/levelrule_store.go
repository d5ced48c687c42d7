package customer

import (
	"context"
	"database/sql"
	"fmt"
)

const selectLevelRules = `SELECT kind, pos, rule FROM level_rule`

// readLevelRules gives the edited rules by kind and position.
func (s *Service) readLevelRules(ctx context.Context) (map[string]map[int]string, error) {
	out := map[string]map[int]string{}
	err := s.db.Each(ctx, selectLevelRules, nil, func(rows *sql.Rows) error {
		var kind, rule string
		var pos int
		if err := rows.Scan(&kind, &pos, &rule); err != nil {
			return err
		}
		if out[kind] == nil {
			out[kind] = map[int]string{}
		}
		out[kind][pos] = rule
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read level rules: %w", err)
	}
	return out, nil
}

var levelRuleColumns = []string{"kind", "pos", "rule", "updated_at"}

const upsertLevelRule = `ON CONFLICT (kind, pos) DO UPDATE SET rule = excluded.rule, updated_at = excluded.updated_at`

func (s *Service) writeLevelRules(ctx context.Context, defs map[string][]LevelDef) error {
	now := s.clk.Now().UnixMilli()
	var args []any
	for _, kind := range LevelKinds() {
		for i, d := range defs[kind] {
			args = append(args, kind, i, string(d.Rule), now)
		}
	}
	return s.db.InTx(ctx, func(ctx context.Context) error {
		return s.db.InsertMany(ctx, "level_rule", levelRuleColumns, args, upsertLevelRule)
	})
}
