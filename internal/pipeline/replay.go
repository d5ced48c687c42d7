package pipeline

import (
	"context"

	"golang.org/x/sync/errgroup"

	"yutang/internal/event"
	"yutang/internal/timeline"
)

// Reading the log back takes two stages: workers open and decode chunks, one goroutine
// applies them in order.
const (
	replayChunk   = 8192
	replayWorkers = 2
)

// chunk is a decoded stretch of the log.
type chunk struct {
	records []timeline.Record
	dedupe  []uint64
}

// replay applies the log from a place to its end to the timeline and the dedupe index, and
// lists the customers met. The caller holds the write lock.
func (p *Pipeline) replay(ctx context.Context, from uint64) (met []uint32, err error) {
	end := p.Log.Last() + 1
	if from >= end {
		return nil, nil
	}
	all := from == 1
	group, ctx := errgroup.WithContext(ctx)
	results := make(chan chan chunk, 2*replayWorkers)
	starts := make(chan replayJob, replayWorkers)
	group.Go(func() error { return feed(ctx, from, end, starts, results) })
	for range replayWorkers {
		group.Go(func() error {
			for job := range starts {
				c, err := p.decode(ctx, job.from, min(job.from+replayChunk, end))
				if err != nil {
					return err
				}
				job.out <- c
			}
			return nil
		})
	}
	group.Go(func() error {
		for out := range results {
			select {
			case c := <-out:
				met = p.applyChunk(c, met, !all)
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	})
	return met, group.Wait()
}

// replayJob asks for the chunk that starts at from.
type replayJob struct {
	from uint64
	out  chan chunk
}

func feed(ctx context.Context, from, end uint64, starts chan<- replayJob, results chan<- chan chunk) error {
	defer close(starts)
	defer close(results)
	for ; from < end; from += replayChunk {
		out := make(chan chunk, 1)
		select {
		case results <- out:
		case <-ctx.Done():
			return ctx.Err()
		}
		select {
		case starts <- replayJob{from, out}:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

func (p *Pipeline) decode(ctx context.Context, from, to uint64) (c chunk, err error) {
	c = chunk{records: make([]timeline.Record, 0, to-from), dedupe: make([]uint64, 0, to-from)}
	slab := make([]event.Prop, 0, 8*(to-from))
	var buf []byte
	err = p.Log.Scan(ctx, from, to, func(s *event.Stored) (err error) {
		start := len(slab)
		if slab, buf, err = s.Props(slab, buf); err != nil {
			return err
		}
		c.records = append(c.records, timeline.Record{
			Seq: s.Seq, Ord: s.Ord, At: s.At, Name: s.NameID, Props: slab[start:len(slab):len(slab)],
		})
		c.dedupe = append(c.dedupe, s.Dedupe)
		return nil
	})
	return c, err
}

func (p *Pipeline) applyChunk(c chunk, met []uint32, note bool) []uint32 {
	for i, r := range c.records {
		p.seen.Add(c.dedupe[i], r.Seq)
		p.Timeline.Append(r)
		if note && r.Ord != 0 {
			met = append(met, r.Ord)
		}
	}
	return met
}
