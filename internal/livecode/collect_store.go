package livecode

import (
	"context"
	"database/sql"
	"strconv"
	"time"

	"yutang/internal/db"
	"yutang/internal/fault"
)

var selectConfigs = `SELECT config_id FROM livecode WHERE corp = $1 AND config_id IN (` + db.Marks(2, configChunk) + `)
		UNION SELECT config_id FROM livecode_foreign WHERE corp = $` + strconv.Itoa(configChunk+2) + ` AND config_id IN (` + db.Marks(configChunk+3, configChunk) + `)`

// unknownConfigs are those of ids, configChunk at most, that no code has and that are not
// known to be foreign.
func (s *Service) unknownConfigs(ctx context.Context, corpID string, ids []string) ([]string, error) {
	args := make([]any, 0, 2*configChunk+2)
	for range 2 {
		args = append(args, corpID)
		for i := range configChunk {
			args = append(args, ids[min(i, len(ids)-1)])
		}
	}
	known := map[string]bool{}
	err := s.DB.Each(ctx, selectConfigs, args, func(rows *sql.Rows) error {
		var configID string
		err := rows.Scan(&configID)
		known[configID] = true
		return err
	})
	var out []string
	for _, configID := range ids {
		if !known[configID] {
			out = append(out, configID)
		}
	}
	return out, err
}

const (
	insertForeign = `INSERT INTO livecode_foreign (corp, config_id, signed) VALUES ($1, $2, $3) ON CONFLICT (corp, config_id) DO NOTHING`
	selectSigned  = `SELECT config_id FROM livecode_foreign WHERE corp = $1 AND signed`
	updateAdopted = `UPDATE livecode SET config_id = $1, qr_url = $2, has_image = (has_image AND qr_url = $3), hash = '', creating_at = 0
		WHERE number = $4 AND config_id = $5`
	updateHash    = `UPDATE livecode SET hash = '' WHERE number = $1`
	selectApplied = `SELECT ` + codeColumns + ` FROM livecode
		WHERE corp = $1 AND config_id <> '' AND deleted_at = 0 AND created_at >= $2`
	selectProblems = `SELECT number, id FROM livecode WHERE corp = $1 AND problem <> ''`
)

func (s *Service) markForeign(ctx context.Context, corpID, configID string, signed bool) error {
	_, err := s.DB.Exec(ctx, insertForeign, corpID, configID, signed)
	return err
}

// countForeign counts the listed contact ways with our mark and no code here.
func (s *Service) countForeign(ctx context.Context, col *Collection, listed map[string]bool) error {
	return s.DB.Each(ctx, selectSigned, []any{col.Corp}, func(rows *sql.Rows) error {
		var configID string
		err := rows.Scan(&configID)
		if listed[configID] {
			col.Foreign++
		}
		return err
	})
}

// saveAdopted does nothing if the code has got another contact way meanwhile.
func (s *Service) saveAdopted(ctx context.Context, code Code, configID, qrURL string) error {
	_, err := s.DB.Exec(ctx, updateAdopted, configID, qrURL, qrURL, code.Number, code.Remote.ConfigID)
	return err
}

func (s *Service) clearHash(ctx context.Context, number int64) error {
	_, err := s.DB.Exec(ctx, updateHash, number)
	return err
}

// applied are the codes of a corp with a contact way, made since a moment.
func (s *Service) applied(ctx context.Context, corpID string, since time.Time) ([]Code, error) {
	return s.rowsOf(ctx, selectApplied, corpID, ms(since))
}

// kickProblems asks for a look at every code of a corp with a problem.
func (s *Service) kickProblems(ctx context.Context, corpID string) error {
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		ids := map[int64]string{}
		err := s.DB.Each(ctx, selectProblems, []any{corpID}, func(rows *sql.Rows) error {
			var number int64
			var codeID string
			err := rows.Scan(&number, &codeID)
			ids[number] = codeID
			return err
		})
		for number, codeID := range ids {
			if err == nil {
				err = s.kick(ctx, number, codeID, corpID)
			}
		}
		return err
	})
}

const (
	selectCollection = `SELECT started_at, ended_at, listed, adopted, deleted, missing, foreign_ways, doubled, problem FROM livecode_collection WHERE corp = $1`
	insertCollection = `INSERT INTO livecode_collection (corp, started_at, ended_at, listed, adopted, deleted, missing, foreign_ways, doubled, problem)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		ON CONFLICT (corp) DO UPDATE SET started_at = excluded.started_at, ended_at = excluded.ended_at, listed = excluded.listed,
			adopted = excluded.adopted, deleted = excluded.deleted, missing = excluded.missing,
			foreign_ways = excluded.foreign_ways, doubled = excluded.doubled, problem = excluded.problem`
)

func (s *Service) saveCollection(ctx context.Context, c Collection) error {
	_, err := s.DB.Exec(ctx, insertCollection, c.Corp, ms(c.StartedAt), ms(c.EndedAt), c.Listed, c.Adopted, c.Deleted, c.Missing, c.Foreign, c.Doubled, c.Problem)
	return err
}

// LastCollection is what the last collection of a corp did; zero when there was none.
func (s *Service) LastCollection(ctx context.Context, corpID string) (Collection, error) {
	c := Collection{Corp: corpID}
	var started, ended int64
	err := s.DB.Get(ctx, selectCollection, []any{corpID}, &started, &ended, &c.Listed, &c.Adopted, &c.Deleted, &c.Missing, &c.Foreign, &c.Doubled, &c.Problem)
	if fault.Is(err, fault.NotFound) {
		return c, nil
	}
	c.StartedAt, c.EndedAt = at(started), at(ended)
	return c, err
}
