package importer

import (
	"context"
	"errors"
	"fmt"
	"io"

	"yutang/internal/fault"
)

// run is one pass of one import, from its last checkpoint.
type run struct {
	s       *Service
	job     *Job
	dry     *Preview // not nil: nothing is stored
	open    opener
	b       *binding
	survey  *survey
	spill   *spill
	rejects *rejects
	source  int64
	batch   batch
	meter   meter
}

// do reads the whole file and submits what it says.
func (r *run) do(ctx context.Context) (err error) {
	if err := r.look(ctx); err != nil {
		return err
	}
	if r.dry == nil {
		if r.source, err = r.s.cfg.SourceID(ctx, r.job.Source); err != nil {
			return fmt.Errorf("find source %s: %w", r.job.Source, err)
		}
	}
	defer func() { err = errors.Join(err, r.close()) }()
	if err := r.stream(ctx); err != nil {
		return err
	}
	if r.spill != nil {
		err = r.unspill(ctx)
	}
	return err
}

func (r *run) close() (err error) {
	if r.spill != nil {
		err = r.spill.Close()
	}
	if r.rejects != nil {
		err = errors.Join(err, r.rejects.close())
	}
	return err
}

// table opens the file once more, with the mapping bound to its header.
func (r *run) table() (table, error) {
	m := r.job.Mapping
	t, err := openTable(r.open, format{m.Sheet, m.Encoding, m.Delimiter})
	if err != nil {
		return nil, err
	}
	r.b, err = bind(m, t.header(), t.excel(), r.s.cfg.Zone, r.s.cfg.Clock.Now())
	if err != nil {
		return nil, errors.Join(err, t.Close())
	}
	return t, nil
}

// look makes the first pass.
func (r *run) look(ctx context.Context) error {
	t, err := r.table()
	if err != nil {
		return err
	}
	defer t.Close()
	r.meter.start(r.s.cfg.Clock.Now(), r.job)
	r.survey, err = scan(t, r.b, r.s.cfg.Limits.OrderLines, func(rows int64) error {
		r.meter.counting(rows)
		return ctx.Err()
	})
	if err == nil {
		r.job.Total = r.survey.total
	}
	return err
}

// stream makes the second pass. Orders that lie in one piece are settled as they come;
// lines of the others are put aside.
func (r *run) stream(ctx context.Context) error {
	t, err := r.table()
	if err != nil {
		return err
	}
	defer t.Close()
	if r.dry == nil {
		path := r.s.path(r.job.ID, rejectedFile)
		if r.rejects, err = openRejects(path, r.s.cfg.Box, r.job, t.header()); err != nil {
			return err
		}
	}
	g := &group{}
	for pos := int64(1); ; pos++ {
		rw, err := t.next()
		if errors.Is(err, io.EOF) {
			return errors.Join(r.settle(ctx, g, pos-1, 0), r.flush(ctx))
		}
		if err == nil {
			err = r.row(ctx, g, pos, rw)
		}
		if err != nil {
			return err
		}
	}
}

// row takes one row of the stream into the open group, closing it first if the row
// belongs to another.
func (r *run) row(ctx context.Context, g *group, pos int64, rw row) error {
	key := r.b.key(rw)
	h := hash(key)
	if key != "" && r.survey.spills(h) {
		return r.putAside(ctx, key, pos, rw)
	}
	if pos <= r.job.rowPos {
		return nil
	}
	it := r.b.item(rw)
	if _, long := r.survey.tooLong[h]; long && key != "" {
		key = r.tooLong(&it)
	} else if key == "" && r.b.kind == Orders {
		r.noOrder(&it)
	}
	if err := r.closeBefore(ctx, g, key, pos-1, 0); err != nil {
		return err
	}
	g.key = key
	g.items = append(g.items, it)
	return nil
}

// closeBefore settles the open group unless a row with key belongs to it.
func (r *run) closeBefore(ctx context.Context, g *group, key string, rowPos, spillPos int64) error {
	if len(g.items) == 0 || (r.b.kind == Orders && key == g.key && (key != "" || len(g.items) < 1000)) {
		return nil
	}
	return r.settle(ctx, g, rowPos, spillPos)
}

func (r *run) tooLong(it *item) (key string) {
	if !it.left {
		it.problem = problem{r.b.fields["order_id"].spec.Column, fmt.Sprintf("the order has more than %d lines", r.s.cfg.Limits.OrderLines)}
		it.left = true
	}
	return ""
}

func (r *run) noOrder(it *item) {
	if !it.left {
		it.problem, it.left = problem{r.b.fields["order_id"].spec.Column, "has no order id"}, true
	}
}

func (r *run) putAside(ctx context.Context, key string, pos int64, rw row) (err error) {
	if r.spill == nil {
		if r.spill, err = openSpill(ctx, r.s.path(r.job.ID, spillFile), r.s.cfg.Box); err != nil {
			return err
		}
	}
	return r.spill.add(ctx, key, pos, rw)
}

// unspill settles the orders that were put aside.
func (r *run) unspill(ctx context.Context) error {
	if err := r.spill.flush(ctx); err != nil {
		return err
	}
	long, err := r.spill.tooLong(ctx, r.s.cfg.Limits.OrderLines)
	if err != nil {
		return err
	}
	g := &group{}
	pos := int64(0)
	err = r.spill.each(ctx, func(sp spilled) error {
		if pos++; pos <= r.job.spillPos {
			return nil
		}
		it := r.b.item(sp.row)
		key := r.b.key(sp.row)
		if long[string(sp.key)] {
			key = r.tooLong(&it)
		}
		if err := r.closeBefore(ctx, g, key, r.survey.total, pos-1); err != nil {
			return err
		}
		g.key = key
		g.items = append(g.items, it)
		return nil
	})
	if err != nil {
		return err
	}
	return errors.Join(r.settle(ctx, g, r.survey.total, pos), r.flush(ctx))
}

// settle closes the group and puts what became of it into the batch.
func (r *run) settle(ctx context.Context, g *group, rowPos, spillPos int64) error {
	if len(g.items) == 0 {
		return nil
	}
	r.batch.add(r.b.settle(g), rowPos, spillPos)
	g.key, g.items = "", nil
	if r.batch.full(r.s.cfg.Limits.BatchRows) {
		return r.flush(ctx)
	}
	return nil
}

// submit stores events, waiting while the pipeline is full or away.
func (r *run) submit(ctx context.Context) error {
	for {
		_, err := r.s.cfg.Submit.SubmitEvents(ctx, r.batch.evs)
		if !fault.Is(err, fault.RateLimited) && !fault.Is(err, fault.Unavailable) {
			return err
		}
		var known *fault.Error
		errors.As(err, &known)
		wait := max(known.RetryAfter, minWait)
		if err := r.s.cfg.Clock.WaitUntil(ctx, r.s.cfg.Clock.Now().Add(wait)); err != nil {
			return err
		}
	}
}
