package board

import (
	"context"

	"github.com/RoaringBitmap/roaring/v2"

	"yutang/internal/audience"
	"yutang/internal/insight"
)

// tally is what a measure came to in a window.
type tally struct {
	people, count int
	sum           int64
	last          uint32 // the visit that counted last, so that a customer counts once
}

func (t *tally) mark(visit uint32, amount int64) {
	if t.last != visit {
		t.last = visit
		t.people++
	}
	t.count++
	t.sum += amount
}

func (t *tally) join(u tally) {
	t.people += u.people
	t.count += u.count
	t.sum += u.sum
}

// sheet is the tallies of all measures and windows.
type sheet []tally

func (s sheet) at(m measure, windows, w int) *tally { return &s[int(m)*windows+w] }

// worker is what one goroutine gathers.
type worker struct {
	facts  facts
	visit  uint32
	all    sheet
	rows   map[string]sheet // windows now and then only
	people *roaring.Bitmap
	_      [64]byte
}

// scan is one pass over everybody.
type scan struct {
	p       *plan
	meta    insight.Meta
	cell    *cell
	term    *term // with a cell: whose people
	shown   map[string]bool
	byName  []uint32
	plain   uint32
	orders  *insight.Book
	workers []worker
}

func (r *Report) scan(ctx context.Context, p *plan, c *cell, t *term, shown map[string]bool) (*scan, error) {
	survey := audience.Survey{Picks: p.picks, Reads: reads, Audience: p.Audience}
	if p.spec.Rows == "channel" {
		survey.Traits = []string{"channel"}
	}
	reading, meta, err := r.Base.Read(ctx, survey, p.zone)
	if err != nil {
		return nil, err
	}
	s := &scan{p: p, meta: meta, cell: c, term: t, shown: shown, workers: make([]worker, audience.Workers())}
	if s.orders, err = r.Base.Book(ctx, reading.At); err != nil {
		return nil, err
	}
	s.byName, s.plain = reading.Masks()
	for i := range s.workers {
		s.workers[i] = worker{
			facts: facts{rows: p.spec.Rows, asOf: reading.At.UnixMilli()}, people: roaring.New(),
			all: make(sheet, int(measures)*len(p.windows)), rows: map[string]sheet{},
		}
	}
	if err := reading.Visit(ctx, s.visit); err != nil {
		return nil, err
	}
	if c == nil && p.Audience == "" {
		s.nobody()
	}
	return s, nil
}

func (s *scan) visit(p *audience.Person) error {
	w := &s.workers[p.Worker()]
	w.visit++
	w.facts.read(p, s.byName, s.plain)
	w.facts.orders = s.orders.Of(p.Root)
	if s.cell != nil {
		s.seek(w, p.Root)
		return nil
	}
	s.count(w)
	if len(w.rows) > maxRows {
		return insight.TooWide("/board", "rows", len(w.rows), maxRows)
	}
	return nil
}

// count marks everything that the customer at hand did.
func (s *scan) count(w *worker) {
	n := len(s.p.windows)
	w.facts.marks(func(m measure, at, amount int64, row string) {
		for k := now; k <= then; k++ {
			if !s.p.windows[k].holds(at) {
				continue
			}
			w.all.at(m, n, k).mark(w.visit, amount)
			if s.p.spec.Rows != "" {
				w.row(row).at(m, periods, k).mark(w.visit, amount)
			}
		}
		if k := insight.Find(s.p.bounds, at); k >= 0 && s.p.windows[periods+k].holds(at) {
			w.all.at(m, n, periods+k).mark(w.visit, amount)
		}
	})
	if len(w.facts.active) == 0 {
		return
	}
	for k, win := range s.p.windows {
		before, both := w.facts.again(win)
		if before {
			w.all.at(activeBefore, n, k).mark(w.visit, 0)
		}
		if both {
			w.all.at(activeAgain, n, k).mark(w.visit, 0)
		}
	}
}

func (w *worker) row(name string) sheet {
	s := w.rows[name]
	if s == nil {
		s = make(sheet, int(measures)*periods)
		w.rows[name] = s
	}
	return s
}

// nobody counts the orders that belong to no customer.
func (s *scan) nobody() {
	w := &s.workers[0]
	w.facts.reset()
	n := len(s.p.windows)
	for _, o := range s.orders.Of(0) {
		for _, m := range []measure{revenue, orders} {
			if m == orders && o.Void {
				continue
			}
			for k, win := range s.p.windows {
				if !win.holds(o.At) {
					continue
				}
				w.all.at(m, n, k).join(tally{count: 1, sum: o.Net})
				if s.p.spec.Rows != "" && k < periods {
					w.row(None).at(m, periods, k).join(tally{count: 1, sum: o.Net})
				}
			}
		}
	}
}

// seek adds the customer if the cell asks for them.
func (s *scan) seek(w *worker, root uint32) {
	win := s.p.windows[s.cell.window()]
	found := false
	w.facts.marks(func(m measure, at, _ int64, row string) {
		found = found || m == s.term.m && win.holds(at) && s.wants(row)
	})
	if s.term.m == activeBefore || s.term.m == activeAgain {
		before, both := w.facts.again(win)
		found = before && (both || s.term.m == activeBefore)
	}
	if found {
		w.people.Add(root)
	}
}

func (s *scan) wants(row string) bool {
	switch {
	case s.cell.Row == nil:
		return true
	case *s.cell.Row == Other:
		return !s.shown[row]
	}
	return *s.cell.Row == row
}

// join adds up what the workers gathered.
func (s *scan) join() (all sheet, rows map[string]sheet) {
	all, rows = make(sheet, len(s.workers[0].all)), map[string]sheet{}
	for i := range s.workers {
		for k, t := range s.workers[i].all {
			all[k].join(t)
		}
		for name, from := range s.workers[i].rows {
			to := rows[name]
			if to == nil {
				to = make(sheet, len(from))
				rows[name] = to
			}
			for k, t := range from {
				to[k].join(t)
			}
		}
	}
	return all, rows
}
