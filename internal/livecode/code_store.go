package livecode

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"yutang/internal/fault"
)

const codeColumns = `number, id, corp, state, batch, spec, config_id, qr_url, has_image, shown, hash, applied_at, next_at, problem, remade_at,
	creating_at, wanted, created_at, updated_at, deleted_at`

// shownJSON is the column shown.
type shownJSON struct {
	Users   []string `json:"users,omitempty"`
	Resting []string `json:"resting,omitempty"`
	Backup  bool     `json:"backup,omitempty"`
}

// ms is a moment as SQL has it; the zero time is 0.
func ms(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func at(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// toJSON writes a value that cannot fail to be written.
func toJSON(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(raw)
}

func scanCode(row interface{ Scan(dest ...any) error }) (Code, error) {
	var c Code
	var spec, shown, problem string
	var applied, next, remade, creating, created, updated, deleted int64
	err := row.Scan(&c.Number, &c.ID, &c.Corp, &c.State, &c.Batch, &spec, &c.Remote.ConfigID, &c.Remote.QRURL, &c.Remote.HasImage, &shown,
		&c.Remote.Hash, &applied, &next, &problem, &remade, &creating, &c.Remote.wanted, &created, &updated, &deleted)
	if err != nil {
		return c, err
	}
	var list shownJSON
	if err := json.Unmarshal([]byte(spec), &c.Spec); err != nil {
		return c, fmt.Errorf("read the spec of live code %s: %w", c.ID, err)
	}
	if err := json.Unmarshal([]byte(shown), &list); err != nil {
		return c, fmt.Errorf("read the list of live code %s: %w", c.ID, err)
	}
	if problem != "" {
		if err := json.Unmarshal([]byte(problem), &c.Remote.Problem); err != nil {
			return c, fmt.Errorf("read the problem of live code %s: %w", c.ID, err)
		}
	}
	c.Remote.Shown, c.Remote.Resting, c.Remote.Backup = list.Users, list.Resting, list.Backup
	c.Remote.AppliedAt, c.Remote.NextAt, c.Remote.RemadeAt, c.Remote.creatingAt = at(applied), at(next), at(remade), at(creating)
	c.CreatedAt, c.UpdatedAt, c.DeletedAt = at(created), at(updated), at(deleted)
	return c, nil
}

// rowOf reads the one code of a query.
func (s *Service) rowOf(ctx context.Context, query string, args ...any) (Code, error) {
	codes, err := s.rowsOf(ctx, query, args...)
	if err == nil && len(codes) == 0 {
		err = fault.New(fault.NotFound, "code_not_found", "no such live code")
	}
	if err != nil {
		return Code{}, err
	}
	return codes[0], nil
}

func (s *Service) rowsOf(ctx context.Context, query string, args ...any) ([]Code, error) {
	var out []Code
	err := s.DB.Each(ctx, query, args, func(rows *sql.Rows) error {
		c, err := scanCode(rows)
		out = append(out, c)
		return err
	})
	return out, err
}

const (
	selectByID     = `SELECT ` + codeColumns + ` FROM livecode WHERE id = $1`
	selectByNumber = `SELECT ` + codeColumns + ` FROM livecode WHERE number = $1`
	selectAll      = `SELECT ` + codeColumns + ` FROM livecode`
	selectList     = `SELECT ` + codeColumns + ` FROM livecode
		WHERE number < $1 AND deleted_at = 0 AND ($2 = '' OR corp = $3) AND ($4 = '' OR batch = $5) AND ($6 = '' OR channel = $7)
		AND ($8 = '' OR name LIKE $9 ESCAPE '\') AND (NOT $10 OR problem <> '')
		ORDER BY number DESC LIMIT $11`
)

func (s *Service) byID(ctx context.Context, codeID string) (Code, error) {
	return s.rowOf(ctx, selectByID, codeID)
}

func (s *Service) byNumber(ctx context.Context, number int64) (Code, error) {
	return s.rowOf(ctx, selectByNumber, number)
}

func (s *Service) eachCode(ctx context.Context, visit func(Code)) error {
	return s.DB.Each(ctx, selectAll, nil, func(rows *sql.Rows) error {
		c, err := scanCode(rows)
		if err == nil {
			visit(c)
		}
		return err
	})
}

func (s *Service) list(ctx context.Context, q Query, before int64, limit int) ([]Code, error) {
	return s.rowsOf(ctx, selectList, before, q.Corp, q.Corp, q.Batch, q.Batch, q.Channel, q.Channel,
		q.Name, like(q.Name), q.Problems, limit)
}

// like is the pattern of texts that contain part.
func like(part string) string {
	out := []rune{'%'}
	for _, r := range part {
		if r == '%' || r == '_' || r == '\\' {
			out = append(out, '\\')
		}
		out = append(out, r)
	}
	return string(append(out, '%'))
}

const (
	selectTop  = `SELECT COALESCE(MAX(number), 0) FROM livecode`
	insertCode = `INSERT INTO livecode (` + codeColumns + `, name, channel)
		VALUES ($1, $2, $3, $4, $5, $6, '', '', FALSE, '{}', '', 0, 0, '', 0, 0, 0, $7, $8, 0, $9, $10)`
)

// insert stores new codes with the next numbers, in ctx's transaction, and gives each its
// number and state. A row is never deleted: it says that its number was given here.
func (s *Service) insert(ctx context.Context, codes ...*Code) error {
	var last int64
	if err := s.DB.Get(ctx, selectTop, nil, &last); err != nil {
		return err
	}
	first := nextNumber(last, s.Clock.Now())
	for i, c := range codes {
		c.Number = first + int64(i)
		c.State = stateOf(s.Box, c.Corp, c.Number)
		_, err := s.DB.Exec(ctx, insertCode, c.Number, c.ID, c.Corp, c.State, c.Batch, toJSON(c.Spec),
			ms(c.CreatedAt), ms(c.UpdatedAt), c.Spec.Name, c.Spec.Channel)
		if err != nil {
			return err
		}
	}
	return nil
}

const (
	updateSpec    = `UPDATE livecode SET spec = $1, name = $2, channel = $3, updated_at = $4 WHERE number = $5`
	updateDeleted = `UPDATE livecode SET deleted_at = $1 WHERE number = $2`
	updateWanted  = `UPDATE livecode SET wanted = wanted + 1 WHERE number = $1`
	selectWanted  = `SELECT wanted FROM livecode WHERE number = $1`
)

func (s *Service) saveSpec(ctx context.Context, c Code) error {
	_, err := s.DB.Exec(ctx, updateSpec, toJSON(c.Spec), c.Spec.Name, c.Spec.Channel, ms(c.UpdatedAt), c.Number)
	return err
}

func (s *Service) markDeleted(ctx context.Context, c Code) error {
	_, err := s.DB.Exec(ctx, updateDeleted, ms(c.DeletedAt), c.Number)
	return err
}

const (
	updateRemote = `UPDATE livecode SET config_id = $1, qr_url = $2, has_image = (has_image AND qr_url = $3), shown = $4, hash = $5, applied_at = $6, next_at = $7,
		problem = $8, remade_at = $9, creating_at = $10 WHERE number = $11`
)

// saveRemote stores the platform's side of a code, except wanted.
func (s *Service) saveRemote(ctx context.Context, c Code) error {
	r, problem := c.Remote, ""
	if r.Problem != nil {
		problem = toJSON(r.Problem)
	}
	_, err := s.DB.Exec(ctx, updateRemote, r.ConfigID, r.QRURL, r.QRURL, toJSON(shownJSON{r.Shown, r.Resting, r.Backup}), r.Hash,
		ms(r.AppliedAt), ms(r.NextAt), problem, ms(r.RemadeAt), ms(r.creatingAt), c.Number)
	return err
}

const selectCounters = `SELECT staff, day, today, total, credit FROM livecode_counter WHERE code = $1`

func (s *Service) counters(ctx context.Context, number int64) (map[string]Counter, error) {
	out := map[string]Counter{}
	err := s.DB.Each(ctx, selectCounters, []any{number}, func(rows *sql.Rows) error {
		var user string
		var c Counter
		if err := rows.Scan(&user, &c.Day, &c.Today, &c.Total, &c.Credit); err != nil {
			return err
		}
		out[user] = c
		return nil
	})
	return out, err
}
