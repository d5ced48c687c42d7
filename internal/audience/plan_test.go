package audience

import (
	"context"
	"database/sql"
	"strings"
	"testing"

	"yutang/internal/db/dbtest"
)

// The moves of one audience are read without those of others.
func TestMoves_AreReadByAnIndex(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t)
	var plan []string
	err := d.Each(context.Background(), "EXPLAIN QUERY PLAN "+selectMoves, []any{1, int64(1) << 62, true, true, 51}, func(r *sql.Rows) error {
		var id, parent, unused int
		var detail string
		err := r.Scan(&id, &parent, &unused, &detail)
		plan = append(plan, detail)
		return err
	})
	if err != nil || len(plan) != 1 || !strings.Contains(plan[0], "transition_audience (audience=? AND seq<?)") {
		t.Errorf("%v: %q", err, plan)
	}
}
