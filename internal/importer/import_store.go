package importer

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"yutang/internal/db"
	"yutang/internal/fault"
	"yutang/internal/page"
)

const jobColumns = `id, kind, name, source, sha256, mapping, state, problem, created_at, started_at, finished_at,
	file_bytes, total, row_pos, spill_pos, accepted, duplicates, rejected, events, rejected_bytes, reasons`

func (s *Service) insert(ctx context.Context, j *Job) error {
	reasons, err := json.Marshal(j.Reasons)
	if err != nil {
		return err
	}
	_, err = s.cfg.DB.Exec(ctx, `INSERT INTO import_job (`+jobColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)`,
		j.ID, string(j.Kind), j.Name, j.Source, j.SHA256, string(j.Mapping.JSON()), string(j.State), j.Problem,
		db.Millis(j.CreatedAt), db.Millis(j.StartedAt), db.Millis(j.FinishedAt), j.fileBytes, j.Total, j.rowPos, j.spillPos,
		j.Accepted, j.Duplicates, j.Rejected, j.Events, j.rejectedBytes, string(reasons))
	if err != nil {
		return fmt.Errorf("insert import %s: %w", j.ID, err)
	}
	return nil
}

// save writes what changes while an import runs.
func (s *Service) save(ctx context.Context, j *Job) error {
	reasons, err := json.Marshal(j.Reasons)
	if err != nil {
		return err
	}
	_, err = s.cfg.DB.Exec(ctx, `UPDATE import_job
		SET state = $2,
			problem = $3,
			started_at = $4,
			finished_at = $5,
			total = $6,
			row_pos = $7,
			spill_pos = $8,
			accepted = $9,
			duplicates = $10,
			rejected = $11,
			events = $12,
			rejected_bytes = $13,
			reasons = $14
		WHERE id = $1`,
		j.ID, string(j.State), j.Problem, db.Millis(j.StartedAt), db.Millis(j.FinishedAt), j.Total, j.rowPos, j.spillPos,
		j.Accepted, j.Duplicates, j.Rejected, j.Events, j.rejectedBytes, string(reasons))
	if err != nil {
		return fmt.Errorf("save import %s: %w", j.ID, err)
	}
	return nil
}

// Get gives one import.
func (s *Service) Get(ctx context.Context, id string) (*Job, error) {
	jobs, err := s.query(ctx, `SELECT `+jobColumns+`
		FROM import_job
		WHERE id = $1`, id)
	if err != nil {
		return nil, err
	}
	if len(jobs) == 0 {
		return nil, fault.New(fault.NotFound, "import_not_found", "no import has the id %q", id)
	}
	return jobs[0], nil
}

// List gives imports, newest first.
func (s *Service) List(ctx context.Context, cursor string, limit int) (page.Page[*Job], error) {
	before := "~"
	if _, err := page.After(cursor, &before); err != nil {
		return page.Page[*Job]{}, err
	}
	limit = page.Limit(limit)
	jobs, err := s.query(ctx, `SELECT `+jobColumns+`
		FROM import_job
		WHERE id < $1
		ORDER BY id DESC
		LIMIT $2`, before, limit+1)
	if err != nil {
		return page.Page[*Job]{}, err
	}
	return page.Cut(jobs, limit, func(j *Job) string { return j.ID }), nil
}

// waiting gives the imports to run, oldest first.
func (s *Service) waiting(ctx context.Context) ([]*Job, error) {
	return s.query(ctx, `SELECT `+jobColumns+`
		FROM import_job
		WHERE state IN ($1, $2)
		ORDER BY id`, string(Queued), string(Running))
}

// same gives the imports of a file, newest first.
func (s *Service) same(ctx context.Context, j *Job) ([]*Job, error) {
	return s.query(ctx, `SELECT `+jobColumns+`
		FROM import_job
		WHERE sha256 = $1 AND kind = $2 AND source = $3
		ORDER BY id DESC`, j.SHA256, string(j.Kind), j.Source)
}

func (s *Service) query(ctx context.Context, text string, args ...any) ([]*Job, error) {
	var out []*Job
	err := s.cfg.DB.Each(ctx, text, args, func(rows *sql.Rows) error {
		j, err := scanJob(rows)
		out = append(out, j)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read imports: %w", err)
	}
	return out, nil
}

func scanJob(rows *sql.Rows) (*Job, error) {
	j := &Job{}
	var mapping, reasons string
	var created, started, finished int64
	err := rows.Scan(&j.ID, &j.Kind, &j.Name, &j.Source, &j.SHA256, &mapping, &j.State, &j.Problem, &created, &started, &finished,
		&j.fileBytes, &j.Total, &j.rowPos, &j.spillPos, &j.Accepted, &j.Duplicates, &j.Rejected, &j.Events, &j.rejectedBytes, &reasons)
	if err != nil {
		return nil, err
	}
	j.CreatedAt, j.StartedAt, j.FinishedAt = db.Moment(created), db.Moment(started), db.Moment(finished)
	j.Mapping, j.Reasons = &Mapping{}, map[string]int64{}
	if err := json.Unmarshal([]byte(mapping), j.Mapping); err != nil {
		return nil, fmt.Errorf("read mapping of import %s: %w", j.ID, err)
	}
	if err := json.Unmarshal([]byte(reasons), &j.Reasons); err != nil {
		return nil, fmt.Errorf("read reasons of import %s: %w", j.ID, err)
	}
	return j, nil
}
