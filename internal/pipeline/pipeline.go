// Package pipeline runs the road of an event. It is the only place that knows all stages:
//
//	Submit ─▶ queue ─▶ one writer, one transaction per batch:
//	    dedupe ─▶ identity ─▶ event row ─▶ profile ─▶ timeline ─▶ audiences ─▶ playbooks ─▶ outbox
//	                                                                    commit, fsync ─▶ ack
//
// Promises. Submit returns nil only when its events are on disk, and then every audience
// already reflects them. Submit is all or nothing. A message (source, message id) has an
// effect once, however often it is sent. The writer takes whatever waits and commits it as
// one batch; nothing waits for a timer. When the queue is full Submit refuses at once with
// rate_limited: memory stays bounded.
//
// Derived state (timeline, identities, profiles, audiences, dedupe index) changes before
// the commit and is authoritative for reads. If a commit fails, derived state is thrown
// away and loaded again from SQL, as at a start; meanwhile Submit answers unavailable. After
// a disk error (a failed write or fsync) nothing in memory or in the page cache can be
// trusted: the pipeline stops for good and reports it through Fatal.
//
// Time never goes back on the road: evaluations use the later of the clock and the last
// time used, so a clock set back neither re-opens windows nor fires timers twice.
package pipeline

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"yutang/internal/audience"
	"yutang/internal/clock"
	"yutang/internal/customer"
	"yutang/internal/db"
	"yutang/internal/event"
	"yutang/internal/failpoint"
	"yutang/internal/fault"
	"yutang/internal/identity"
	"yutang/internal/timeline"
)

// Rooms are the stages of the road.
type Rooms struct {
	DB        *db.DB
	Clock     clock.Clock
	Log       *event.Log
	Timeline  *timeline.Store
	Identity  *identity.Service
	Customers *customer.Service
	Audiences *audience.Service
	Playbooks Playbooks
	Outreach  Flusher

	// Regrouped hears, on the writer, whom a merge made one customer: one root, or whom an
	// unmerge made two: two roots. May be nil.
	Regrouped func(ctx context.Context, roots ...uint32) error
}

// Playbooks is what the road starts: package playbook. All of it runs on the writer, under
// the lock of derived state.
type Playbooks interface {
	OnEvent(ctx context.Context, ev *event.Event, root, leaf uint32) error
	OnTransition(ctx context.Context, audience string, entered bool, root, leaf uint32, at int64, seq uint64) error
	// OnTouched hears of a customer whom somebody else's event changed.
	OnTouched(ctx context.Context, root uint32) error
	// NextDue is when the earliest waiting run goes on (ms); ok is false if none waits for a time.
	NextDue() (ms int64, ok bool)
	// Advance goes on with runs that are due at now, at most limit, and says whether more are.
	Advance(ctx context.Context, now int64, limit int) (more bool, err error)
	// Emitted hands over the events that steps made since the last call. They take the road
	// in the same transaction.
	Emitted() []*event.Event
	Load(ctx context.Context) error
	Flusher
}

// Flusher writes what a room has pending, in the batch's transaction.
type Flusher interface {
	Flush(ctx context.Context) error
}

// Limits of the queue and of one batch.
const (
	MaxQueued = 40_000 // events waiting or being written at most
	busyMark  = 30_000 // from here on nothing new is even read
	maxBatch  = 8_192  // events in one transaction
	lockSlice = 256    // events handled before readers get a turn
	maxTimers = 20_000 // timers fired in one transaction
)

// Result says what became of a submission.
type Result struct {
	Accepted   int
	Duplicates int
}

// Pipeline is the road. Make with New, then Load, then Start.
type Pipeline struct {
	Rooms
	seen         *event.Seen
	snapshotPath string
	box          sealer

	queue   chan *work
	queued  atomic.Int64
	failing atomic.Pointer[error] // why Submit is refused; nil when it is not
	stopped chan struct{}         // closed when the writer has ended
	closing chan struct{}         // closed when no more work is taken
	fatal   chan error
	once    sync.Once

	batch     int64 // writer only
	epoch     int64 // writer only: how often stored events were rewritten
	careful   int   // writer only: submissions still to be handled alone
	untidy    int   // writer only: events since the timeline was last merged
	levels    levels
	roadNow   atomic.Int64
	saved     atomic.Int64 // batch of the last snapshot
	savedSeq  atomic.Uint64
	loads     atomic.Int64 // how often state was loaded
	observe   Observer
	wake      chan struct{}
	armed     int64
	disarm    context.CancelFunc
	snapshots sync.Mutex
}

// work is one submission on its way through the writer.
type work struct {
	events []*event.Event
	fn     func(ctx context.Context) error
	anew   bool // derived state is loaded again after fn
	result Result
	done   chan error
}

// Observer hears of each batch, for metrics.
type Observer func(b Batch)

// Batch is what one transaction did.
type Batch struct {
	Events     int
	Duplicates int
	Took       time.Duration
}

// New makes a pipeline whose snapshots live at snapshotPath ("" keeps none).
func New(r Rooms, box sealer, snapshotPath string, observe Observer) *Pipeline {
	if observe == nil {
		observe = func(Batch) {}
	}
	p := &Pipeline{
		Rooms: r, seen: event.NewSeen(), snapshotPath: snapshotPath, box: box, observe: observe,
		queue: make(chan *work, 4096), stopped: make(chan struct{}), closing: make(chan struct{}),
		fatal: make(chan error, 1), wake: make(chan struct{}, 1),
	}
	r.Audiences.OnTransition(func(ctx context.Context, t audience.Transition) error {
		return r.Playbooks.OnTransition(ctx, t.Audience, t.Entered, t.Root, t.Root, t.At, t.EventSeq)
	})
	return p
}

// Start begins to take work. The state is loaded.
func (p *Pipeline) Start() { go p.write() }

// Stop takes no more work, finishes what was accepted, and returns when the writer ended.
func (p *Pipeline) Stop() {
	p.once.Do(func() { close(p.closing) })
	<-p.stopped
}

// Fatal receives the error after which the process must end.
func (p *Pipeline) Fatal() <-chan error { return p.fatal }

// Now is the road's time.
func (p *Pipeline) Now() time.Time { return time.UnixMilli(p.now()).UTC() }

// now is the later of the clock and the road's last time, in ms.
func (p *Pipeline) now() int64 {
	now := p.Clock.Now().UnixMilli()
	for {
		last := p.roadNow.Load()
		if now <= last {
			return last
		}
		if p.roadNow.CompareAndSwap(last, now) {
			return now
		}
	}
}

// Queued is how many events wait or are being written.
func (p *Pipeline) Queued() int { return int(p.queued.Load()) }

// Ready says whether submissions are taken, and if not why.
func (p *Pipeline) Ready() error {
	if err := p.failing.Load(); err != nil {
		return *err
	}
	return nil
}

// Busy says whether it is better to refuse than to read what is sent: decoding what would
// be refused takes the time that storing needs. Errors are those of Submit.
func (p *Pipeline) Busy() error {
	if err := p.Ready(); err != nil {
		return err
	}
	if p.queued.Load() > busyMark && !failpoint.Broken(failpoint.Unbounded) {
		return errOverloaded()
	}
	return nil
}

func errOverloaded() error {
	e := fault.New(fault.RateLimited, "overloaded", "more events arrive than can be stored; try again shortly")
	e.RetryAfter = time.Second
	return e
}

// Submit records events and returns when they are on disk. All of them are stored or none.
// Errors: rate_limited when the queue is full, unavailable while the database cannot be
// written, and ctx's error when the caller gave up: then the events may or may not be stored,
// and sending them again is safe.
func (p *Pipeline) Submit(ctx context.Context, evs []*event.Event) (Result, error) {
	if err := p.Ready(); err != nil {
		return Result{}, err
	}
	if p.queued.Add(int64(len(evs))) > MaxQueued && !failpoint.Broken(failpoint.Unbounded) {
		p.queued.Add(-int64(len(evs)))
		return Result{}, errOverloaded()
	}
	w := &work{events: evs, done: make(chan error, 1)}
	for _, ev := range evs {
		if err := p.Log.CanRegister(ev.Name); err != nil {
			p.answer(w, nil)
			return Result{}, err
		}
		p.Identity.Prepare(ev)
		p.Log.Prepare(ev)
	}
	if failpoint.Broken(failpoint.AckEarly) {
		go func() { _ = p.wait(context.WithoutCancel(ctx), w) }()
		return Result{Accepted: len(evs)}, nil
	}
	if err := p.wait(ctx, w); err != nil && !failpoint.Broken(failpoint.AckFailed) {
		return Result{}, err
	}
	return w.result, nil
}

// wait queues w and waits for the writer's answer.
func (p *Pipeline) wait(ctx context.Context, w *work) error {
	select {
	case p.queue <- w:
	case <-p.closing:
		p.answer(w, nil)
		return errClosing()
	case <-ctx.Done():
		p.answer(w, nil)
		return ctx.Err()
	}
	select {
	case err := <-w.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	case <-p.stopped:
		select {
		case err := <-w.done:
			return err
		default:
			return errClosing()
		}
	}
}

// answer tells the submitter of w and frees its place in the queue.
func (p *Pipeline) answer(w *work, err error) {
	p.queued.Add(-int64(len(w.events)))
	w.done <- err
}

func errClosing() error {
	e := fault.New(fault.Unavailable, "stopping", "the server is stopping; try again shortly")
	e.RetryAfter = 2 * time.Second
	return e
}

// SubmitEvents is Submit in the shape that lower floors ask for.
func (p *Pipeline) SubmitEvents(ctx context.Context, evs []*event.Event) (accepted int, err error) {
	r, err := p.Submit(ctx, evs)
	return r.Accepted, err
}

// Do runs fn on the writer, in a transaction of its own, under the lock of derived state.
// fn checks before it changes memory: an error of a kind other than internal must leave
// memory as it was; after an internal error derived state is loaded again.
func (p *Pipeline) Do(ctx context.Context, fn func(ctx context.Context) error) error {
	if err := p.Ready(); err != nil {
		return err
	}
	return p.wait(ctx, &work{fn: fn, done: make(chan error, 1)})
}

// Merge makes b and a one customer and brings profiles and audiences along.
func (p *Pipeline) Merge(ctx context.Context, a, b uint32, by string) (m identity.Merge, err error) {
	err = p.Do(ctx, func(ctx context.Context) error {
		if m, err = p.Identity.Merge(ctx, a, b, by); err != nil {
			return err
		}
		return p.merged(ctx, m, 0)
	})
	return m, err
}

func (p *Pipeline) merged(ctx context.Context, m identity.Merge, seq uint64) error {
	p.Audiences.Merging(m.Gone)
	if err := p.Customers.Regroup(ctx, m.Kept, m.Gone); err != nil {
		return fmt.Errorf("regroup customers: %w", err)
	}
	if err := p.Audiences.Merged(ctx, m.Kept, m.Gone, p.now(), seq); err != nil {
		return err
	}
	return p.regrouped(ctx, m.Kept)
}

func (p *Pipeline) regrouped(ctx context.Context, roots ...uint32) error {
	if p.Regrouped == nil {
		return nil
	}
	return p.Regrouped(ctx, roots...)
}

// Unmerge undoes a merge: both sides get back what was theirs.
func (p *Pipeline) Unmerge(ctx context.Context, mergeID, by string) (kept, gone uint32, err error) {
	err = p.Do(ctx, func(ctx context.Context) error {
		if kept, gone, err = p.Identity.Unmerge(ctx, mergeID, by); err != nil {
			return err
		}
		if err := p.Customers.Regroup(ctx, kept, gone); err != nil {
			return fmt.Errorf("regroup customers: %w", err)
		}
		if err := p.Audiences.Unmerged(ctx, kept, gone, p.now()); err != nil {
			return err
		}
		return p.regrouped(ctx, kept, gone)
	})
	return kept, gone, err
}

// fail refuses work with err until clear.
func (p *Pipeline) fail(err error) {
	e := fault.Wrap(fault.Unavailable, "database_unavailable", err)
	var known *fault.Error
	if asFault(err, &known) && known.Kind == fault.Unavailable {
		e = fault.New(fault.Unavailable, known.Code, "%s", messages[known.Code])
	}
	e.RetryAfter = 2 * time.Second
	var refused error = e
	p.failing.Store(&refused)
	slog.Error("the road is closed", "error", err)
}

var messages = map[string]string{
	"disk_full":            "the disk is full: free some room; nothing acknowledged is lost, and intake goes on by itself",
	"disk_error":           "the disk failed under a write; the server stops, check the disk and start it again",
	"database_busy":        "another program holds the database; close it",
	"database_unavailable": "the database does not answer",
}
