package importer

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"yutang/internal/db"
	"yutang/internal/seal"
)

// spill collects the lines of scattered orders in a temporary database and gives them
// back order by order. Its rows are sealed. It is made anew by every run.
type spill struct {
	d    *db.DB
	box  *seal.Box
	path string
	args []any
}

// spilled is one line that came back.
type spilled struct {
	key []byte
	row row
}

type spilledBody struct {
	Line  int      `json:"l"`
	Cells []string `json:"c"`
}

const (
	spillScope = "import_spill"
	spillChunk = 2000
)

var spillColumns = []string{"order_key", "pos", "body"}

func openSpill(ctx context.Context, path string, box *seal.Box) (*spill, error) {
	p := &spill{box: box, path: path}
	if err := p.remove(); err != nil {
		return nil, err
	}
	d, err := db.Open(ctx, path)
	if err != nil {
		return nil, fmt.Errorf("open spill: %w", err)
	}
	p.d = d
	_, err = d.Exec(ctx, `CREATE TABLE spill (
		order_key BYTEA  NOT NULL,
		pos       BIGINT NOT NULL,
		body      BYTEA  NOT NULL,
		PRIMARY KEY (order_key, pos)
	)`)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open spill: %w", err), p.Close())
	}
	return p, nil
}

func (p *spill) add(ctx context.Context, key string, pos int64, r row) error {
	body, err := json.Marshal(spilledBody{r.line, r.cells})
	if err != nil {
		return err
	}
	blind := p.box.Blind(spillScope, key)
	p.args = append(p.args, blind[:], pos, p.box.Seal(nil, body, spillScope))
	if len(p.args) >= spillChunk*len(spillColumns) {
		return p.flush(ctx)
	}
	return nil
}

func (p *spill) flush(ctx context.Context) error {
	if len(p.args) == 0 {
		return nil
	}
	err := p.d.InTx(ctx, func(ctx context.Context) error {
		return p.d.InsertMany(ctx, "spill", spillColumns, p.args, "")
	})
	p.args = p.args[:0]
	return err
}

// tooLong gives the keys of orders with more than limit lines.
func (p *spill) tooLong(ctx context.Context, limit int) (map[string]bool, error) {
	out := map[string]bool{}
	err := p.d.Each(ctx, `SELECT order_key
		FROM spill
		GROUP BY order_key
		HAVING COUNT(*) > $1`, []any{limit},
		func(rows *sql.Rows) error {
			var key []byte
			err := rows.Scan(&key)
			out[string(key)] = true
			return err
		})
	return out, err
}

// each visits all lines, those of one order together in the order of the file.
func (p *spill) each(ctx context.Context, visit func(spilled) error) error {
	return p.d.Each(ctx, `SELECT order_key, body
		FROM spill
		ORDER BY order_key, pos`, nil,
		func(rows *sql.Rows) error {
			var key, sealed []byte
			if err := rows.Scan(&key, &sealed); err != nil {
				return err
			}
			plain, err := p.box.Open(nil, sealed, spillScope)
			if err != nil {
				return err
			}
			var body spilledBody
			if err := json.Unmarshal(plain, &body); err != nil {
				return err
			}
			return visit(spilled{bytes.Clone(key), row{line: body.Line, cells: body.Cells}})
		})
}

// Close removes the database.
func (p *spill) Close() error { return errors.Join(p.d.Close(), p.remove()) }

func (p *spill) remove() error {
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(p.path + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}
