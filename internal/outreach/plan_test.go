package outreach

import (
	"context"
	"database/sql"
	"strings"
	"testing"

	"yutang/internal/db/dbtest"
)

// A report must look at what moved only, also where nobody has analysed the database.
func TestCounts_LookAtWhatMovedOnly(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t)
	for text, args := range map[string][]any{selectParts: {"pb_1", 0}, selectAllParts: nil, selectManyMoved: {9}, selectMoved: {9}} {
		var plan strings.Builder
		err := d.Each(context.Background(), "EXPLAIN QUERY PLAN "+text, args, func(rows *sql.Rows) error {
			var id, parent, unused int
			var line string
			err := rows.Scan(&id, &parent, &unused, &line)
			plan.WriteString(line + "\n")
			return err
		})
		if err != nil || !strings.Contains(plan.String(), "INDEX delivery_moved") {
			t.Errorf("%s: %v\n%s", text, err, plan.String())
		}
	}
}
