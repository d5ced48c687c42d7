package job

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"yutang/internal/clock"
	"yutang/internal/db"
)

type lane struct{ kind, queue string }

// Queue holds the jobs of one database and runs them. Safe for concurrent use.
type Queue struct {
	db      *db.DB
	clock   clock.Clock
	workers map[string]Worker // fixed once started
	wake    chan struct{}

	mu    sync.Mutex
	lanes map[lane]map[string]bool // keys under way here
	quiet map[lane]rest            // lanes that need not be asked for a while
	moved chan struct{}            // closed by the next Release; nil: nobody waits

	running sync.WaitGroup
	looping sync.WaitGroup
	stop    context.CancelFunc // ends the loop
	abandon context.CancelFunc // ends the workers
}

// rest is from when until when a lane has nothing that is due. It is written inside the
// transaction that looked, so that whoever puts a job in a later one knows of it.
type rest struct{ from, until time.Time }

func (r rest) covers(now time.Time) bool { return !now.Before(r.from) && now.Before(r.until) }

// New makes a queue over d. Nothing runs before Start.
func New(d *db.DB, clk clock.Clock) *Queue {
	return &Queue{
		db: d, clock: clk, workers: map[string]Worker{}, wake: make(chan struct{}, 1),
		lanes: map[lane]map[string]bool{}, quiet: map[lane]rest{},
	}
}

// Handle gives the jobs of a kind to w. Call it before Start; jobs of a kind that
// nobody handles wait.
func (q *Queue) Handle(kind string, w Worker) { q.workers[kind] = w }

// Start begins to run due jobs until Stop.
func (q *Queue) Start(ctx context.Context) error {
	if err := q.findLanes(ctx); err != nil {
		return err
	}
	base := context.WithoutCancel(ctx)
	loop, stop := context.WithCancel(base)
	work, abandon := context.WithCancel(base)
	q.stop, q.abandon = stop, abandon
	q.looping.Go(func() { q.loop(loop, work) })
	return nil
}

// Stop claims nothing more and waits for the work under way. When ctx ends first, that
// work is told to give up and is still waited for. Stop without Start does nothing.
func (q *Queue) Stop(ctx context.Context) {
	if q.stop == nil {
		return
	}
	q.stop()
	q.looping.Wait()
	done := make(chan struct{})
	go func() { q.running.Wait(); close(done) }()
	select {
	case <-done:
	case <-ctx.Done():
	}
	q.abandon()
	<-done
}

// Wake makes the runner look for due jobs in every queue now. It never blocks.
func (q *Queue) Wake() {
	q.mu.Lock()
	clear(q.quiet)
	q.mu.Unlock()
	q.nudge()
}

func (q *Queue) nudge() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// Release frees the job's place in its queue.
func (q *Queue) Release(j Job) {
	q.mu.Lock()
	delete(q.lanes[lane{j.Kind, j.Queue}], j.Key)
	delete(q.quiet, lane{j.Kind, j.Queue})
	if q.moved != nil {
		close(q.moved)
		q.moved = nil
	}
	q.mu.Unlock()
	q.nudge()
}

// stir has the lane of a job asked before its rest is over, if the job is due before then.
func (q *Queue) stir(l lane, due time.Time) {
	q.mu.Lock()
	r, ok := q.quiet[l]
	early := !ok || due.Before(r.until)
	if early {
		delete(q.quiet, l)
	}
	q.mu.Unlock()
	if early {
		q.nudge()
	}
}

// stirAll has all lanes of a kind asked.
func (q *Queue) stirAll(kind string) {
	q.mu.Lock()
	for l := range q.quiet {
		if l.kind == kind {
			delete(q.quiet, l)
		}
	}
	q.mu.Unlock()
	q.nudge()
}

func (q *Queue) know(l lane) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.lanes[l] == nil {
		q.lanes[l] = map[string]bool{}
	}
}

func (q *Queue) loop(ctx, work context.Context) {
	listed := q.clock.Now()
	for ctx.Err() == nil {
		now := q.clock.Now()
		if gone := now.Sub(listed); gone >= poll || gone < 0 {
			if err := q.findLanes(ctx); err != nil && ctx.Err() == nil {
				slog.Warn("queues could not be listed", "err", err)
			}
			listed = now
		}
		next, err := q.round(ctx, work, now)
		if err != nil && ctx.Err() == nil {
			slog.Warn("jobs could not be claimed", "err", err)
			next = now.Add(time.Second)
		}
		q.sleep(ctx, next)
	}
}

type claimed struct {
	lane lane
	jobs []Job
}

// round claims what there is room for in every lane, in one transaction, starts the
// workers, and says when to look again.
func (q *Queue) round(ctx, work context.Context, now time.Time) (time.Time, error) {
	rooms, next := q.rooms(now, now.Add(poll))
	if len(rooms) == 0 {
		return next, nil
	}
	var all []claimed
	err := q.db.InTx(ctx, func(ctx context.Context) error {
		for l, room := range rooms {
			jobs, rest, err := q.look(ctx, l, room, now)
			if err != nil {
				return err
			}
			if rest.Before(next) {
				next = rest
			}
			if len(jobs) > 0 {
				all = append(all, claimed{l, jobs})
			}
		}
		return nil
	})
	if err != nil {
		q.mu.Lock()
		clear(q.quiet)
		q.mu.Unlock()
		return next, err
	}
	for _, c := range all {
		q.begin(c)
		q.running.Go(func() { q.workers[c.lane.kind].Run(work, c.jobs) })
		if len(c.jobs) == batch {
			next = now // there may be more
		}
	}
	return next, nil
}

// look claims what is due in a lane and says when something else will be. A lane of which
// everything due was taken rests until then.
func (q *Queue) look(ctx context.Context, l lane, room int, now time.Time) (jobs []Job, next time.Time, err error) {
	jobs, all, err := q.claim(ctx, l, room, now, func(key string) bool { return q.under(l, key) })
	if err != nil {
		return nil, next, err
	}
	due, ok, err := q.nextDue(ctx, l, now)
	if err != nil {
		return nil, next, err
	}
	if next = now.Add(poll); ok && due.Before(next) {
		next = due
	}
	if all {
		q.mu.Lock()
		q.quiet[l] = rest{now, next}
		q.mu.Unlock()
	}
	return jobs, next, nil
}

// rooms says how many jobs each open lane can take now, and brings next forward to when
// a closed one wants to be asked again.
func (q *Queue) rooms(now, next time.Time) (map[lane]int, time.Time) {
	q.mu.Lock()
	defer q.mu.Unlock()
	out := map[lane]int{}
	for l, under := range q.lanes {
		w := q.workers[l.kind]
		if w == nil {
			continue
		}
		if r := q.quiet[l]; r.covers(now) {
			if r.until.Before(next) {
				next = r.until
			}
			continue
		}
		limit, at := w.Limit(l.queue, now)
		if room := min(limit-len(under), batch); room > 0 {
			out[l] = room
		} else if limit == 0 && !at.IsZero() && at.Before(next) {
			next = at
		}
	}
	return out, next
}

func (q *Queue) begin(c claimed) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, j := range c.jobs {
		q.lanes[c.lane][j.Key] = true
	}
}

func (q *Queue) under(l lane, key string) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.lanes[l][key]
}

// sleep waits for next or a Wake.
func (q *Queue) sleep(ctx context.Context, next time.Time) {
	waiting, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		select {
		case <-q.wake:
			cancel()
		case <-waiting.Done():
		}
	}()
	_ = q.clock.WaitUntil(waiting, next) // an error means woken or stopped
	cancel()
	<-done
}
