package tag

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/RoaringBitmap/roaring/v2"

	"yutang/internal/fault"
	"yutang/internal/page"
)

const insertBulk = `INSERT INTO tag_bulk (id, kind, source, tag, put, take, targets, total, next, done, changed, failed, state, actor, created_at, updated_at)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`

func (s *Service) insertBulk(ctx context.Context, b Bulk, targets []byte) error {
	put, _ := json.Marshal(b.Put)
	take, _ := json.Marshal(b.Take)
	_, err := s.DB.Exec(ctx, insertBulk, b.ID, string(b.Kind), b.Source, b.Tag, string(put), string(take), targets, b.Total, int64(b.Next),
		b.Done, b.Changed, b.Failed, string(b.State), b.By, ms(b.CreatedAt), ms(b.UpdatedAt))
	return err
}

const bulkFields = `id, kind, source, tag, put, take, total, next, done, changed, failed, state, actor, created_at, updated_at`

func (b *Bulk) scan(rows *sql.Rows, more ...any) error {
	var put, take string
	var next, created, updated int64
	err := rows.Scan(append([]any{
		&b.ID, &b.Kind, &b.Source, &b.Tag, &put, &take, &b.Total, &next, &b.Done, &b.Changed, &b.Failed, &b.State,
		&b.By, &created, &updated,
	}, more...)...)
	if err != nil {
		return err
	}
	b.Next, b.CreatedAt, b.UpdatedAt = uint64(next), at(created), at(updated)
	if err := json.Unmarshal([]byte(put), &b.Put); err != nil {
		return err
	}
	return json.Unmarshal([]byte(take), &b.Take)
}

const (
	selectBulk        = `SELECT ` + bulkFields + ` FROM tag_bulk WHERE id = $1`
	selectBulkTargets = `SELECT ` + bulkFields + `, targets FROM tag_bulk WHERE id = $1`
	selectBulks       = `SELECT ` + bulkFields + ` FROM tag_bulk WHERE id < $1 ORDER BY id DESC LIMIT $2`
	selectNewestBulks = `SELECT ` + bulkFields + ` FROM tag_bulk ORDER BY id DESC LIMIT $1`
	countRunning      = `SELECT COUNT(*) FROM tag_bulk WHERE tag = $1 AND kind = $2 AND state <> 'done'`
	updateBulkState   = `UPDATE tag_bulk SET state = $1, updated_at = $2 WHERE id = $3 AND state = $4`
	updateBulk        = `UPDATE tag_bulk SET next = $1, done = $2, changed = $3, failed = $4, updated_at = $5 WHERE id = $6`
	updateBulkTargets = `UPDATE tag_bulk SET targets = $1, total = $2, next = 0 WHERE id = $3`
	deleteBulkTargets = `UPDATE tag_bulk SET targets = $1, state = 'done', updated_at = $2 WHERE id = $3 AND state = 'running'`
)

// Bulk is one operation.
func (s *Service) Bulk(ctx context.Context, key string) (b Bulk, err error) {
	err = s.DB.Each(ctx, selectBulk, []any{key}, func(rows *sql.Rows) error { return b.scan(rows) })
	if err == nil && b.ID == "" {
		err = fault.New(fault.NotFound, "tag_bulk_not_found", "there is no operation %q", key)
	}
	return b, err
}

// aimed is Bulk with its targets.
func (s *Service) aimed(ctx context.Context, key string) (b Bulk, err error) {
	var raw []byte
	err = s.DB.Each(ctx, selectBulkTargets, []any{key}, func(rows *sql.Rows) error { return b.scan(rows, &raw) })
	if err != nil || b.ID == "" {
		return b, err
	}
	b.targets = roaring.New()
	if _, err = b.targets.ReadFrom(bytes.NewReader(raw)); err != nil {
		err = fmt.Errorf("read targets of %s: %w", key, err)
	}
	return b, err
}

// Bulks lists the operations, the newest first.
func (s *Service) Bulks(ctx context.Context, cursor string, limit int) (page.Page[Bulk], error) {
	limit = page.Limit(limit)
	var after string
	text, args := selectNewestBulks, []any{limit + 1}
	if more, err := page.After(cursor, &after); err != nil {
		return page.Page[Bulk]{}, err
	} else if more {
		text, args = selectBulks, []any{after, limit + 1}
	}
	var all []Bulk
	err := s.DB.Each(ctx, text, args, func(rows *sql.Rows) error {
		var b Bulk
		err := b.scan(rows)
		all = append(all, b)
		return err
	})
	return page.Cut(all, limit, func(b Bulk) string { return b.ID }), err
}

func (s *Service) saveFailures(ctx context.Context, bulk string, failures []Failure) error {
	if len(failures) == 0 {
		return nil
	}
	var args []any
	for _, f := range failures {
		args = append(args, bulk, f.Customer, f.Reason)
	}
	return s.DB.InsertMany(ctx, "tag_bulk_failure", []string{"bulk", "customer", "reason"}, args, "ON CONFLICT (bulk, customer) DO NOTHING")
}

const selectFailures = `SELECT customer, reason FROM tag_bulk_failure WHERE bulk = $1 AND customer > $2 ORDER BY customer LIMIT $3`

// Failures lists whom an operation could not change, and why.
func (s *Service) Failures(ctx context.Context, bulk, cursor string, limit int) (page.Page[Failure], error) {
	limit = page.Limit(limit)
	var after string
	if _, err := page.After(cursor, &after); err != nil {
		return page.Page[Failure]{}, err
	}
	var all []Failure
	err := s.DB.Each(ctx, selectFailures, []any{bulk, after, limit + 1}, func(rows *sql.Rows) error {
		var f Failure
		err := rows.Scan(&f.Customer, &f.Reason)
		all = append(all, f)
		return err
	})
	return page.Cut(all, limit, func(f Failure) string { return f.Customer }), err
}
