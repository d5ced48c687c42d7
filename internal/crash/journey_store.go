package crash

import (
	"context"
	"database/sql"
	"path/filepath"
	"strconv"

	"yutang/internal/db"
	"yutang/internal/event"
	"yutang/internal/seal"
)

const (
	selectWalks = `SELECT r.num, p.id, r.run_key, r.trigger_seq, r.step, r.due, r.entries, r.ended_at
		FROM playbook_run r JOIN playbook p ON p.num = r.book ORDER BY r.num`
	selectHistory = `SELECT h.run, h.pos, h.at, c.step, c.outcome
		FROM playbook_step h JOIN playbook_cell c ON c.num = h.num / 68719476736 ORDER BY h.run, h.pos`
	selectActs = `SELECT run, step, id, state FROM delivery
		UNION ALL SELECT run, step, id, 'task' FROM task ORDER BY 1, 2`
)

// Walked is what a dead or stopped server has on disk about runs.
type Walked struct {
	Runs    []walkedRun
	Acts    []act
	Started map[uint64]string // journeys by the event that starts them
	Emitted map[string]uint64 // events of steps, by message id
	Twice   []string          // of them, those that are there more than once
	Replies map[string]int64  // when journeys were answered, ms
}

// walkedRun is a run with its history, in order.
type walkedRun struct {
	id, book, key string
	trigger       uint64
	step          string // it waits in, "" ended
	due           int64
	entries       int // lines that it says it has
	ended         bool
	lines         []line
}

type line struct {
	pos           int
	at            int64
	step, outcome string
}

// act is a row that a step left: a delivery, or a task.
type act struct{ run, step, id, state string }

// readWalked opens the database of a server that is gone.
func readWalked(ctx context.Context, data string) (*Walked, error) {
	path := filepath.Join(data, "yutang.db")
	if _, err := db.CheckSQLite(ctx, path); err != nil {
		return nil, err
	}
	d, err := db.Open(ctx, path)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	w := &Walked{Started: map[uint64]string{}, Emitted: map[string]uint64{}, Replies: map[string]int64{}}
	if err := w.readRuns(ctx, d); err != nil {
		return nil, err
	}
	err = d.Each(ctx, selectActs, nil, func(r *sql.Rows) error {
		var a act
		err := r.Scan(&a.run, &a.step, &a.id, &a.state)
		w.Acts = append(w.Acts, a)
		return err
	})
	if err != nil {
		return nil, err
	}
	box, err := seal.OpenKeyFile(filepath.Join(data, "key"))
	if err != nil {
		return nil, err
	}
	log := event.NewLog(d, box)
	if err := log.Load(ctx); err != nil {
		return nil, err
	}
	steps, _ := log.SourceByName("playbooks") // absent: the server ended before it was made
	return w, eachEvent(ctx, log, func(ev *event.Event) { w.take(ev, steps.ID) })
}

func (w *Walked) readRuns(ctx context.Context, d *db.DB) error {
	places := map[int64]int{}
	err := d.Each(ctx, selectWalks, nil, func(r *sql.Rows) error {
		var x walkedRun
		var num, ended int64
		err := r.Scan(&num, &x.book, &x.key, &x.trigger, &x.step, &x.due, &x.entries, &ended)
		x.id, x.ended = "run_"+strconv.FormatInt(num, 10), ended != 0
		places[num] = len(w.Runs)
		w.Runs = append(w.Runs, x)
		return err
	})
	if err != nil {
		return err
	}
	return d.Each(ctx, selectHistory, nil, func(r *sql.Rows) error {
		var run int64
		var l line
		if err := r.Scan(&run, &l.pos, &l.at, &l.step, &l.outcome); err != nil {
			return err
		}
		at, ok := places[run]
		if !ok { // history of a run that is not there
			at = len(w.Runs)
			places[run] = at
			w.Runs = append(w.Runs, walkedRun{id: "run_" + strconv.FormatInt(run, 10)})
		}
		w.Runs[at].lines = append(w.Runs[at].lines, l)
		return nil
	})
}
