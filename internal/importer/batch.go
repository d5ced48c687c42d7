package importer

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"yutang/internal/event"
)

// A batch is small enough that the events of others wait only moments behind it.
const (
	maxBatchBytes = 4 << 20
	maxEvents     = 1000
	minWait       = 50 * time.Millisecond
	sampleEvents  = 10
)

// batch is what is settled between two checkpoints.
type batch struct {
	outcomes         []outcome
	evs              []*event.Event
	rows, bytes      int
	rowPos, spillPos int64 // the checkpoint once the batch is stored
}

func (b *batch) add(o outcome, rowPos, spillPos int64) {
	b.outcomes = append(b.outcomes, o)
	b.rows += len(o.items)
	if o.ev != nil {
		b.evs = append(b.evs, o.ev)
		b.bytes += len(o.ev.Props) + 500
	}
	b.rowPos, b.spillPos = rowPos, spillPos
}

// full says whether it is time for a checkpoint.
func (b *batch) full(maxRows int) bool {
	return b.rows >= maxRows || len(b.evs) >= maxEvents || b.bytes >= maxBatchBytes
}

// flush submits the batch, counts it, and makes the checkpoint.
func (r *run) flush(ctx context.Context) error {
	if r.batch.rows == 0 {
		return nil
	}
	if r.dry != nil {
		r.dry.take(&r.batch)
	} else if err := r.store(ctx); err != nil {
		return err
	}
	for i := range r.batch.outcomes {
		r.count(&r.batch.outcomes[i])
	}
	r.job.rowPos, r.job.spillPos = r.batch.rowPos, r.batch.spillPos
	r.batch = batch{outcomes: r.batch.outcomes[:0], evs: r.batch.evs[:0]}
	r.meter.importing(r.s.cfg.Clock.Now(), r.job)
	if r.dry != nil {
		return ctx.Err()
	}
	size, err := r.rejects.sync()
	if err != nil {
		return fmt.Errorf("write rejected rows: %w", err)
	}
	r.job.rejectedBytes = size
	return r.s.save(ctx, r.job)
}

// store stamps and submits the events, and writes the rejected rows.
func (r *run) store(ctx context.Context) error {
	now := r.s.cfg.Clock.Now()
	for i := range r.batch.outcomes {
		if o := &r.batch.outcomes[i]; o.ev != nil {
			o.ev.SourceID, o.ev.ReceivedAt = r.source, now
			o.ev.Context = []byte(`{"import":{"id":"` + r.job.ID + `","line":` + strconv.Itoa(o.items[0].line) + `}}`)
		}
	}
	if len(r.batch.evs) > 0 {
		if err := r.submit(ctx); err != nil {
			return fmt.Errorf("store events: %w", err)
		}
	}
	for i := range r.batch.outcomes {
		items := r.batch.outcomes[i].items
		for k := range items {
			if !items[k].problem.bad() {
				continue
			}
			if err := r.rejects.add(&items[k]); err != nil {
				return fmt.Errorf("write rejected rows: %w", err)
			}
		}
	}
	return nil
}

// count adds one outcome to the job's figures.
func (r *run) count(o *outcome) {
	j := r.job
	j.Duplicates += o.repeats
	j.Rejected += o.rejects()
	switch {
	case o.ev == nil:
	case r.dry != nil || o.ev.Seq != 0:
		j.Accepted += o.stored
		j.Events++
	default:
		j.Duplicates += o.stored
	}
	for i := range o.items {
		if p := o.items[i].problem; p.bad() {
			if _, known := j.Reasons[p.reason]; !known && len(j.Reasons) >= maxReasons {
				p.reason = "other reasons"
			}
			j.Reasons[p.reason]++
		}
	}
}
