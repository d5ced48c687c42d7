package playbook

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"log/slog"

	"yutang/internal/fault"
	"yutang/internal/flow"
)

// Load reads playbooks, the runs that wait and what customers went through from SQL, and
// forgets what was not flushed, here and in outreach. The other rooms that steps plan in
// forget by themselves.
func (s *Service) Load(ctx context.Context) error {
	s.Outreach.Forget()
	was := s.writer
	s.writer = newWriter(s)
	s.now, s.asked = was.now, was.asked
	for _, a := range s.asked {
		a.used, a.epoch = false, 0
	}
	if err := s.loadBooks(ctx); err != nil {
		return fmt.Errorf("load playbooks: %w", err)
	}
	if err := s.loadRuns(ctx); err != nil {
		return fmt.Errorf("load runs: %w", err)
	}
	if err := s.loadCells(ctx); err != nil {
		return fmt.Errorf("load history: %w", err)
	}
	if err := s.loadBulks(ctx); err != nil {
		return fmt.Errorf("load work on runs: %w", err)
	}
	s.release()
	s.reindex()
	for _, b := range s.books {
		s.schedule(b)
	}
	return nil
}

// release gives back rules that no version asks any more.
func (s *Service) release() {
	for _, e := range s.editions {
		for _, a := range e.rules {
			a.used = true
		}
	}
	for ask, a := range s.asked {
		if !a.used {
			a.Close()
			delete(s.asked, ask)
		}
	}
}

func (s *Service) loadBooks(ctx context.Context) error {
	list, err := s.notDrafts(ctx)
	if err != nil {
		return err
	}
	for _, b := range list {
		if _, err := s.shelve(ctx, b); unreadable(err) {
			slog.Error("a playbook rests: its published version cannot be read; publish it anew", "playbook", b.ID, "version", b.Version, "error", err)
		} else if err != nil {
			return err
		}
	}
	return nil
}

// unreadable says that a version was right once and is not any more, by the checks of this
// program. It takes nothing else out of service: its runs stay in SQL as they are.
func unreadable(err error) bool { return fault.Is(err, fault.Invalid) }

// shelve makes the writer know a playbook that was published.
func (s *Service) shelve(ctx context.Context, p Playbook) (*book, error) {
	b := s.books[p.ID]
	if b == nil {
		b = &book{id: p.ID, num: p.num, fired: p.fired, past: map[uint64]record{}, editions: map[int]*edition{}}
		s.books[p.ID], s.byNum[p.num] = b, b
	}
	b.state, b.version = p.State, p.Version
	if p.Version == 0 || p.State == Ended {
		return b, nil
	}
	_, err := s.edition(ctx, b, p.Version)
	return b, err
}

const (
	selectRuns = `SELECT num, book, kind, name, ord, run_key, trigger_seq, trigger_at, version, holdout, step, since, due, entries, results, ended_at
		FROM playbook_run ORDER BY num`
	selectCells = `SELECT num, book, version, step, outcome, detail, at_once FROM playbook_cell`
	selectBulks = `SELECT book, kind, fire, version, place, names FROM playbook_bulk ORDER BY fire, book, kind`
	selectEnd   = `SELECT COALESCE(MAX(num), 0) FROM playbook_step WHERE num >= $1 AND num < $2`
)

// stored is a run as it is read.
type stored struct {
	slot
	book    int64
	kind    flow.Kind
	name    string
	key     string
	version int
	step    string
	results string
	ended   int64
}

func (s *Service) loadRuns(ctx context.Context) error {
	var r stored
	fields := []any{
		&r.num, &r.book, &r.kind, &r.name, &r.ord, &r.key, &r.seq, &r.started, &r.version, &r.holdout, &r.step, &r.since, &r.due,
		&r.entries, &r.results, &r.ended,
	}
	return s.DB.Each(ctx, selectRuns, nil, func(rows *sql.Rows) error {
		if err := rows.Scan(fields...); err != nil {
			return err
		}
		s.lastRun = r.num
		b := s.byNum[r.book]
		if b == nil {
			return nil
		}
		if b.state != Ended && r.kind == "" {
			b.remember(r.ord, r.key, r.started, r.holdout)
		}
		if r.ended != 0 {
			return nil
		}
		return s.loadRun(ctx, b, &r)
	})
}

func (s *Service) loadRun(ctx context.Context, b *book, r *stored) error {
	e, err := s.edition(ctx, b, r.version)
	if unreadable(err) {
		return nil
	}
	if err != nil {
		return err
	}
	at, ok := e.Index(r.step)
	if !ok {
		return fmt.Errorf("run %d waits in step %q, which version %d of %s does not have", r.num, r.step, r.version, b.id)
	}
	x := slot{
		num: r.num, started: r.started, since: r.since, due: r.due, plan: e.at, ord: r.ord, seq: r.seq, step: uint16(at),
		entries: r.entries, holdout: r.holdout,
	}
	more := extra{key: r.key, kind: r.kind, name: r.name}
	if r.results != "" {
		if err := json.Unmarshal([]byte(r.results), &more.results); err != nil {
			return fmt.Errorf("results of run %d: %w", r.num, err)
		}
	}
	s.slab.add(x, more)
	s.now = max(s.now, r.since)
	b.live++
	return nil
}

func (s *Service) loadCells(ctx context.Context) error {
	var all []*cell
	err := s.DB.Each(ctx, selectCells, nil, func(rows *sql.Rows) error {
		var num, number int64
		var version int
		var step string
		var k cellKey
		if err := rows.Scan(&num, &number, &version, &step, &k.outcome, &k.detail, &k.atOnce); err != nil {
			return err
		}
		s.lastCell = max(s.lastCell, num)
		b := s.byNum[number]
		if b == nil || b.state == Ended && b.editions[version] == nil {
			return nil
		}
		e, err := s.edition(ctx, b, version)
		if unreadable(err) {
			return nil
		}
		if err != nil {
			return err
		}
		k.step = -1
		if step != "" {
			k.step, _ = e.Index(step)
		}
		c := &cell{cellKey: k, edition: e, num: num}
		e.cells[k] = c
		all = append(all, c)
		return nil
	})
	for _, c := range all {
		if err == nil {
			err = s.DB.Get(ctx, selectEnd, []any{c.num << cellBits, (c.num + 1) << cellBits}, &c.count)
			c.count &= 1<<cellBits - 1
		}
	}
	return err
}

func (s *Service) loadBulks(ctx context.Context) error {
	return s.DB.Each(ctx, selectBulks, nil, func(rows *sql.Rows) error {
		w := &bulk{}
		var number int64
		var names string
		err := rows.Scan(&number, &w.kind, &w.fire, &w.version, &w.place, &names)
		if err == nil && names != "" {
			err, w.kept = json.Unmarshal([]byte(names), &w.names), true
		}
		if w.book = s.byNum[number]; w.book == nil || err != nil {
			return err
		}
		if _, err := s.edition(ctx, w.book, w.version); !unreadable(err) {
			s.bulks = append(s.bulks, w)
		}
		return nil
	})
}
