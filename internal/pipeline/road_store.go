package pipeline

import (
	"context"
	"database/sql"

	"yutang/internal/fault"
)

var dirtyCols = []string{"batch", "ord"}

// saveDirty records whose rows this batch changed.
func (p *Pipeline) saveDirty(ctx context.Context) error {
	var rows []any
	for _, ords := range [][]uint32{p.Identity.Dirty(), p.Customers.Dirty()} {
		for _, ord := range ords {
			rows = append(rows, p.batch, int64(ord))
		}
	}
	if len(rows) == 0 {
		return nil
	}
	return p.DB.InsertMany(ctx, "dirty", dirtyCols, rows, "")
}

// dirtySince lists the customers that batches after the given one changed.
func (p *Pipeline) dirtySince(ctx context.Context, batch int64) (ords []uint32, err error) {
	err = p.DB.Each(ctx, "SELECT DISTINCT ord FROM dirty WHERE batch > $1 ORDER BY ord", []any{batch}, func(r *sql.Rows) error {
		var ord int64
		if err := r.Scan(&ord); err != nil {
			return err
		}
		ords = append(ords, uint32(ord))
		return nil
	})
	return ords, err
}

// saveRoad stores the last batch and the road's time.
func (p *Pipeline) saveRoad(ctx context.Context) error {
	_, err := p.DB.Exec(ctx, `INSERT INTO road (id, batch, now) VALUES (1, $1, $2)
		ON CONFLICT (id) DO UPDATE SET batch = excluded.batch, now = excluded.now`, p.batch, p.roadNow.Load())
	return err
}

// loadRoad finds the last batch, the stored road's time and the last dirty batch.
func (p *Pipeline) loadRoad(ctx context.Context) (batch, now int64, err error) {
	err = p.DB.Get(ctx, "SELECT batch, now FROM road WHERE id = 1", nil, &batch, &now)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return 0, 0, err
	}
	var dirty, transition int64
	if err := p.DB.Get(ctx, "SELECT COALESCE(MAX(batch), 0) FROM dirty", nil, &dirty); err != nil {
		return 0, 0, err
	}
	if err := p.DB.Get(ctx, "SELECT COALESCE(MAX(at), 0) FROM transition WHERE seq = (SELECT MAX(seq) FROM transition)", nil, &transition); err != nil {
		return 0, 0, err
	}
	return max(batch, dirty), max(now, transition), nil
}

// forgetDirty deletes what a snapshot of this batch makes needless.
func (p *Pipeline) forgetDirty(ctx context.Context, batch int64) error {
	_, err := p.DB.Exec(ctx, "DELETE FROM dirty WHERE batch <= $1", batch)
	return err
}

// saveEpoch stores how often stored events were rewritten.
func (p *Pipeline) saveEpoch(ctx context.Context, epoch int64) error {
	_, err := p.DB.Exec(ctx, `INSERT INTO road (id, batch, now, epoch) VALUES (1, $1, $2, $3)
		ON CONFLICT (id) DO UPDATE SET epoch = excluded.epoch`, p.batch, p.roadNow.Load(), epoch)
	return err
}

func (p *Pipeline) loadEpoch(ctx context.Context) error {
	err := p.DB.Get(ctx, "SELECT epoch FROM road WHERE id = 1", nil, &p.epoch)
	if fault.Is(err, fault.NotFound) {
		p.epoch, err = 0, nil
	}
	return err
}
