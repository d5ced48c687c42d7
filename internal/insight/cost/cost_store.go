package cost

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"yutang/internal/fault"
)

const (
	columns    = `id, first_day, last_day, channel, staff, campaign, phase, amount, currency, note, mark, origin, created_at, created_by`
	selectOne  = `SELECT ` + columns + ` FROM cost WHERE id = $1`
	selectList = `SELECT ` + columns + ` FROM cost
		WHERE ($1 = '' OR last_day >= $1) AND ($2 = '' OR first_day <= $2) AND ($3 = '' OR channel = $3) AND ($4 = '' OR staff = $4)
		AND ($5 = '' OR campaign = $5) AND ($6 = '' OR phase = $6)`
	selectPage = selectList + ` AND ($7 = '' OR id < $7) ORDER BY id DESC LIMIT $8`
	selectAll  = selectList + ` ORDER BY id`
	updateOne  = `UPDATE cost SET first_day = $1, last_day = $2, channel = $3, staff = $4, campaign = $5, phase = $6,
		amount = $7, currency = $8, note = $9 WHERE id = $10`
	deleteOne = `DELETE FROM cost WHERE id = $1`
	allMarks  = `SELECT mark FROM cost WHERE origin = 'import'`
)

var insertColumns = []string{
	"id", "first_day", "last_day", "channel", "staff", "campaign", "phase", "amount", "currency", "note", "mark", "origin", "created_at", "created_by",
}

const noteScope = "cost_note"

func (s *Service) insert(ctx context.Context, rows []Row) error {
	args := make([]any, 0, len(rows)*len(insertColumns))
	for _, r := range rows {
		args = append(args, r.ID, r.First.String(), r.Last.String(), r.Channel, r.Staff, r.Campaign, r.Phase, r.Amount, r.Currency,
			s.sealNote(r.Note), r.mark, string(r.Origin), r.CreatedAt.UnixMilli(), r.CreatedBy)
	}
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		return s.DB.InsertMany(ctx, "cost", insertColumns, args, "ON CONFLICT (mark) DO NOTHING")
	})
}

func (s *Service) sealNote(note string) []byte {
	if note == "" {
		return []byte{}
	}
	return s.Box.Seal(nil, []byte(note), noteScope)
}

func (s *Service) update(ctx context.Context, r Row) error {
	_, err := s.DB.Exec(ctx, updateOne, r.First.String(), r.Last.String(), r.Channel, r.Staff, r.Campaign, r.Phase,
		r.Amount, r.Currency, s.sealNote(r.Note), r.ID)
	if err != nil {
		return fmt.Errorf("change cost %s: %w", r.ID, err)
	}
	return nil
}

// Delete takes a row away. Errors: not_found.
func (s *Service) Delete(ctx context.Context, rowID string) error {
	n, err := s.DB.Exec(ctx, deleteOne, rowID)
	if err != nil {
		return fmt.Errorf("delete cost %s: %w", rowID, err)
	}
	if n == 0 {
		return notFound(rowID)
	}
	return nil
}

func notFound(rowID string) error {
	return fault.New(fault.NotFound, "cost_not_found", "there is no cost %q", rowID)
}

// Get gives one row. Errors: not_found.
func (s *Service) Get(ctx context.Context, rowID string) (Row, error) {
	rows, err := s.read(ctx, selectOne, rowID)
	if err != nil {
		return Row{}, fmt.Errorf("get cost %s: %w", rowID, err)
	}
	if len(rows) == 0 {
		return Row{}, notFound(rowID)
	}
	return rows[0], nil
}

// Rows are all rows of a filter, in the order they came.
func (s *Service) Rows(ctx context.Context, f Filter) ([]Row, error) {
	rows, err := s.read(ctx, selectAll, f.args()...)
	if err != nil {
		return nil, fmt.Errorf("read costs: %w", err)
	}
	return rows, nil
}

func (f Filter) args() []any {
	return []any{f.From.String(), f.To.String(), f.Channel, f.Staff, f.Campaign, f.Phase}
}

func (s *Service) selectPage(ctx context.Context, f Filter, before string, limit int) ([]Row, error) {
	return s.read(ctx, selectPage, append(f.args(), before, limit)...)
}

func (s *Service) marks(ctx context.Context) (map[string]bool, error) {
	out := map[string]bool{}
	err := s.DB.Each(ctx, allMarks, nil, func(rows *sql.Rows) error {
		var mark string
		err := rows.Scan(&mark)
		out[mark] = true
		return err
	})
	return out, err
}

func (s *Service) read(ctx context.Context, query string, args ...any) ([]Row, error) {
	out := []Row{}
	err := s.DB.Each(ctx, query, args, func(rows *sql.Rows) error {
		var r Row
		var first, last string
		var note []byte
		var created int64
		err := rows.Scan(&r.ID, &first, &last, &r.Channel, &r.Staff, &r.Campaign, &r.Phase, &r.Amount, &r.Currency, &note, &r.mark, &r.Origin,
			&created, &r.CreatedBy)
		if err != nil {
			return err
		}
		if r.First, err = ParseDay(first, ""); err != nil {
			return err
		}
		if r.Last, err = ParseDay(last, ""); err != nil {
			return err
		}
		if len(note) > 0 {
			plain, err := s.Box.Open(nil, note, noteScope)
			if err != nil {
				return fmt.Errorf("open note of %s: %w", r.ID, err)
			}
			r.Note = string(plain)
		}
		r.CreatedAt = time.UnixMilli(created).UTC()
		out = append(out, r)
		return nil
	})
	return out, err
}
