package db

import (
	"context"
	"fmt"
)

// Size is how many bytes the database takes, its journal not counted.
func (d *DB) Size(ctx context.Context) (bytes int64, err error) {
	query := `SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()`
	if d.dialect == Postgres {
		query = `SELECT pg_database_size(current_database())`
	}
	if err := d.Get(ctx, query, nil, &bytes); err != nil {
		return 0, fmt.Errorf("size of database: %w", err)
	}
	return bytes, nil
}
