package pipeline

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"yutang/internal/db"
	"yutang/internal/failpoint"
	"yutang/internal/fault"
)

func asFault(err error, e **fault.Error) bool { return errors.As(err, e) }

// write is the writer: it ends when there is no more work after Stop, or after a disk error.
func (p *Pipeline) write() {
	defer close(p.stopped)
	defer func() {
		if p.disarm != nil {
			p.disarm()
		}
	}()
	ctx := context.Background()
	for {
		p.arm(ctx)
		select {
		case w := <-p.queue:
			p.take(ctx, w)
		case <-p.tidyDue():
			p.tidy()
		case <-p.wake:
			p.armed = 0
			p.run(ctx, nil)
		case <-p.closing:
			p.drain(ctx)
			return
		}
		if p.gone() {
			return
		}
	}
}

// untidyEvents is how many new events make it worth merging the timeline's recent parts
// into the sorted base, so that scans read straight on.
const untidyEvents = 50_000

// atOnce is a channel that can always be received from.
var atOnce = func() chan struct{} { c := make(chan struct{}); close(c); return c }()

// tidyDue can be received from while the timeline wants merging. Beside other work that
// waits it gets its turn by chance, for a few milliseconds at a time.
func (p *Pipeline) tidyDue() <-chan struct{} {
	if p.untidy < untidyEvents {
		return nil
	}
	return atOnce
}

// tidy merges one part of the timeline.
func (p *Pipeline) tidy() {
	p.Timeline.Lock()
	defer p.Timeline.Unlock()
	if !p.Timeline.Tidy() {
		p.untidy = 0
	}
}

// gone says whether a disk error ended the road.
func (p *Pipeline) gone() bool {
	err := p.failing.Load()
	return err != nil && db.IsDiskError(*err)
}

// drain finishes what was queued before Stop.
func (p *Pipeline) drain(ctx context.Context) {
	for !p.gone() {
		select {
		case w := <-p.queue:
			p.take(ctx, w)
		default:
			return
		}
	}
}

// carefulFor is how many submissions go alone after a shared batch has failed: if one of
// them cannot be handled, it fails by itself when it comes again, and no longer takes others
// along.
const carefulFor = 256

// take gathers what waits behind w into a batch and runs it. A function runs alone, in its
// turn.
func (p *Pipeline) take(ctx context.Context, w *work) {
	for w != nil {
		var batch []*work
		n := 0
		for w != nil && w.fn == nil && (n == 0 || (p.careful == 0 && n+len(w.events) <= maxBatch)) {
			batch = append(batch, w)
			n += len(w.events)
			w = p.next()
		}
		if len(batch) > 0 {
			p.run(ctx, batch)
		}
		if w != nil && w.fn != nil {
			p.run(ctx, []*work{w})
			w = nil
		}
	}
}

// next is work that waits already, nil if none.
func (p *Pipeline) next() *work {
	select {
	case w := <-p.queue:
		return w
	default:
		return nil
	}
}

// run handles one batch in one transaction and answers its submitters. They are answered
// before derived state is loaded again, which may take as long as the disk is full.
func (p *Pipeline) run(ctx context.Context, batch []*work) {
	started := p.Clock.Now()
	err, lost := p.Ready(), false
	if err == nil {
		p.batch++
		err = p.DB.InTx(ctx, func(ctx context.Context) error { return p.handle(ctx, batch) })
		failpoint.Hit(failpoint.BeforeAck)
		if err == nil {
			p.Log.Stored()
		} else {
			lost = p.failed(batch, err)
		}
	}
	p.careful = max(p.careful-1, 0)
	if lost && len(batch) > 1 {
		p.careful = carefulFor
	}
	if err == nil && len(batch) == 1 && batch[0].anew {
		p.rewritten(ctx)
	}
	b := Batch{Took: p.Clock.Now().Sub(started)}
	for _, w := range batch {
		b.Events += w.result.Accepted
		b.Duplicates += w.result.Duplicates
		p.answer(w, p.blame(batch, err))
	}
	if err == nil {
		p.untidy += b.Events
		p.observe(b)
	}
	if lost {
		p.reload(ctx)
	}
}

// blame is what the submitters of a failed batch hear. Alone, one hears the error itself.
// Among others nobody knows whose event it was: all are told to send again.
func (p *Pipeline) blame(batch []*work, err error) error {
	if err == nil || len(batch) == 1 {
		return err
	}
	if closed := p.Ready(); closed != nil {
		return closed
	}
	return err
}

// failed decides what a failed transaction means for derived state; lost says that it is
// to be loaded again.
func (p *Pipeline) failed(batch []*work, err error) (lost bool) {
	var known *fault.Error
	if len(batch) == 1 && batch[0].fn != nil && errors.As(err, &known) &&
		known.Kind != fault.Internal && known.Kind != fault.Unavailable {
		p.batch--
		return false // the function refused before it changed anything
	}
	p.fail(err)
	if db.IsDiskError(err) {
		p.fatal <- fmt.Errorf("write failed: %w", err)
		return false
	}
	return true
}

// reload loads derived state until it succeeds, then takes work again.
func (p *Pipeline) reload(ctx context.Context) {
	for attempt := 1; ; attempt++ {
		err := p.Load(ctx)
		if err == nil {
			err = p.DB.InTx(ctx, p.saveRoad) // proves that writing works again
		}
		if err == nil {
			p.failing.Store(nil)
			slog.Info("the road is open again", "attempts", attempt)
			return
		}
		if db.IsDiskError(err) {
			p.fail(err)
			p.fatal <- fmt.Errorf("write failed: %w", err)
			return
		}
		if !p.pause(ctx, time.Second) {
			return
		}
	}
}

// pause waits on the clock and answers what arrives meanwhile; false when stopping.
func (p *Pipeline) pause(ctx context.Context, d time.Duration) bool {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	over := make(chan error, 1)
	go func() { over <- p.Clock.WaitUntil(ctx, p.Clock.Now().Add(d)) }()
	for {
		select {
		case <-over:
			return true
		case w := <-p.queue:
			p.answer(w, p.Ready())
		case <-p.closing:
			return false
		}
	}
}

// arm makes sure that the writer is woken when the next timer is due.
func (p *Pipeline) arm(ctx context.Context) {
	p.Timeline.RLock()
	due, ok := p.Audiences.NextDue()
	if run, waits := p.Playbooks.NextDue(); waits && (!ok || run < due) {
		due, ok = run, true
	}
	p.Timeline.RUnlock()
	if !ok || (p.armed != 0 && p.armed <= due) {
		return
	}
	if p.disarm != nil {
		p.disarm()
	}
	ctx, p.disarm = context.WithCancel(ctx)
	p.armed = due
	go func() {
		if p.Clock.WaitUntil(ctx, time.UnixMilli(due)) == nil {
			select {
			case p.wake <- struct{}{}:
			default:
			}
		}
	}()
}
