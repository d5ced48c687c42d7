package playbook

import (
	"cmp"
	"context"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"

	"yutang/internal/flow"
	"yutang/internal/outreach"
)

// bulk is work on many runs: what it is about, and how far it has come. A row of it goes
// with each batch that it is part of, so that after a crash it goes on where it was.
type bulk struct {
	book    *book
	kind    string
	fire    int64 // the moment that it is about
	version int
	place   int64 // customers: the last one visited; members of a selection: how many; runs: the last one

	names []string        // the selection, or of a recheck the audience and who left it; kept with the row, nil before it is made
	kept  bool            // names need not be written any more
	dates map[uint32]bool // date: codes of the trait that are on this day
	runs  []int64         // those to be moved, in order; nil before they are gathered
	left  *roaring.Bitmap // recheck: who left the audience by the edit; nil before names are read
}

// The kinds of bulk.
const (
	bulkSchedule = "schedule"
	bulkDate     = "date"
	bulkExisting = "existing"
	bulkMove     = "move"
	bulkExit     = "exit"
	bulkStop     = "stop"
	bulkRecheck  = "recheck"
)

// fire turns the moments of schedules that have come into work.
func (s *Service) fire() {
	for _, b := range s.byMoment() {
		for b.next != 0 && b.next <= s.now {
			at, e := b.next, b.current()
			kind := bulkSchedule
			if e.Definition.Trigger.Date != nil {
				kind = bulkDate
			}
			if s.now-at > e.Late.Milliseconds() {
				s.note(e, cellKey{step: -1, outcome: Missed, detail: moment(at).In(s.Zone()).Format("2006-01-02T15:04")}, 0, 0, 0, s.now)
			} else {
				s.begins(&bulk{book: b, kind: kind, fire: at, version: b.version})
			}
			b.fired = at
			s.fires[b] = true
			s.schedule(b)
		}
	}
}

// byMoment are the playbooks whose next moment has come, in the order of making.
func (s *Service) byMoment() (out []*book) {
	for _, b := range s.books {
		if b.next != 0 && b.next <= s.now {
			out = append(out, b)
		}
	}
	slices.SortFunc(out, func(a, b *book) int { return cmp.Compare(a.num, b.num) })
	return out
}

// begins adds a bulk; there is one of a kind and moment.
func (s *Service) begins(w *bulk) {
	s.bulks = append(s.bulks, w)
	s.placed[w] = true
}

// schedule finds when a playbook next starts runs by itself.
func (s *Service) schedule(b *book) {
	b.next = 0
	e := b.current()
	if e == nil || b.state != Published {
		return
	}
	rhythm := e.Definition.Trigger.Schedule
	if d := e.Definition.Trigger.Date; d != nil {
		rhythm = &flow.Schedule{Every: "day", Time: d.At}
	}
	if rhythm != nil {
		b.next, _ = rhythm.Next(b.fired, s.Zone())
	}
}

// visits is how many customers a bulk may look at for one that it acts on.
const visits = 64

// busy says whether a bulk can go on now.
func (s *Service) busy() bool {
	return slices.ContainsFunc(s.bulks, func(w *bulk) bool { return !w.rests() })
}

// rests says that a bulk waits for its playbook to go on.
func (w *bulk) rests() bool { return w.book.state == Paused && w.starts() }

// carryOn works on the oldest bulk, and says how much of the limit it has left.
func (s *Service) carryOn(ctx context.Context, limit int) (left int, err error) {
	left = limit
	for i := 0; i < len(s.bulks) && left > 0; {
		w := s.bulks[i]
		if w.rests() {
			i++
			continue
		}
		done, n, err := s.work(ctx, w, left)
		if err != nil {
			return 0, err
		}
		left -= n
		if !done {
			s.placed[w] = true
			return 0, s.grant(ctx)
		}
		if w.kind == bulkStop && s.Tasks != nil {
			s.Tasks.End(w.book.id)
		}
		delete(s.placed, w)
		s.over = append(s.over, w)
		s.bulks = slices.Delete(s.bulks, i, i+1)
	}
	return left, s.grant(ctx)
}

func (w *bulk) starts() bool {
	return w.kind == bulkSchedule || w.kind == bulkDate || w.kind == bulkExisting
}

// work does a slice of a bulk: it acts at most limit times.
func (s *Service) work(ctx context.Context, w *bulk, limit int) (done bool, n int, err error) {
	switch {
	case !w.starts():
		return s.workRuns(ctx, w, limit)
	case w.book.state != Published:
		return true, 0, nil
	}
	e, err := s.edition(ctx, w.book, w.version)
	if err != nil {
		return false, 0, err
	}
	if kind := e.Definition.Subject; kind != "" && kind != flow.Customers {
		return s.workNames(ctx, w, e, limit)
	}
	return s.workCustomers(ctx, w, e, limit)
}

// workCustomers starts a run for each customer whom the bulk is about.
func (s *Service) workCustomers(ctx context.Context, w *bulk, e *edition, limit int) (done bool, n int, err error) {
	last := int64(s.Timeline.Customers())
	for looked := 0; w.place < last; looked++ {
		if n >= limit || looked >= limit*visits {
			return false, n, nil
		}
		w.place++
		root := uint32(w.place)
		if s.Timeline.Root(root) != root || !s.concerns(w, e, root) {
			continue
		}
		n++
		if _, _, err := s.begin(ctx, order{edition: e, root: root, leaf: root, at: w.fire}); err != nil {
			return false, n, err
		}
	}
	return true, n, nil
}

// concerns says whether a bulk is about a customer who has not been started by it.
func (s *Service) concerns(w *bulk, e *edition, root uint32) bool {
	t := e.Definition.Trigger
	switch w.kind {
	case bulkDate:
		if !s.hasDate(w, t.Date, root) || !s.admits(e, root) {
			return false
		}
	case bulkExisting:
		if !s.isMember(t.Audience, root) {
			return false
		}
	default:
		if t.Schedule.Audience != "" && !s.isMember(t.Schedule.Audience, root) {
			return false
		}
	}
	past := w.book.fold(s.Timeline.Leaves(root), "")
	return past.runs == 0 || past.last < w.fire
}

func (s *Service) isMember(audience string, root uint32) bool {
	return s.Member != nil && s.Member(audience, root)
}

// hasDate says whether the bulk's moment is a customer's date.
func (s *Service) hasDate(w *bulk, d *flow.Date, root uint32) bool {
	column := s.Customers.Trait(d.Trait)
	code := column.Code(root)
	if code == 0 {
		return false
	}
	if w.dates == nil {
		w.dates = map[uint32]bool{}
	}
	on, known := w.dates[code]
	if !known {
		at, ok := d.Next(column.Dict().Value(code).Str, w.fire-1, s.Zone())
		on = ok && at == w.fire
		w.dates[code] = on
	}
	return on
}

// workNames starts a run for each member of a selection, or the one of the brand.
func (s *Service) workNames(ctx context.Context, w *bulk, e *edition, limit int) (done bool, n int, err error) {
	kind := e.Definition.Subject
	if w.names == nil {
		w.names = []string{""}
		if kind != flow.Brand {
			if w.names, err = s.Select(ctx, kind, e.Definition.Trigger.Schedule.Select); err != nil {
				return false, 0, err
			}
			slices.Sort(w.names)
		}
	}
	for ; w.place < int64(len(w.names)); w.place++ {
		if n >= limit {
			return false, n, nil
		}
		n++
		if _, _, err := s.begin(ctx, order{edition: e, kind: kind, name: w.names[w.place], at: w.fire}); err != nil {
			return false, n, err
		}
	}
	return true, n, nil
}

// workRuns moves, ends or rechecks runs of a playbook: those of versions before the bulk's
// own, or all of them.
func (s *Service) workRuns(ctx context.Context, w *bulk, limit int) (done bool, n int, err error) {
	if w.runs == nil {
		w.runs = []int64{}
		for at := range s.slab.slots {
			x := &s.slab.slots[at]
			if x.num > w.place && s.editions[x.plan].book == w.book {
				w.runs = append(w.runs, x.num<<32|int64(at))
			}
		}
		slices.Sort(w.runs)
	}
	for len(w.runs) > 0 {
		if n >= limit {
			return false, n, nil
		}
		at, num := uint32(w.runs[0]), w.runs[0]>>32
		w.runs = w.runs[1:]
		w.place = num
		n++
		x := &s.slab.slots[at]
		if x.num != num || !w.means(s.editions[x.plan], int(x.step)) {
			continue
		}
		if err := s.workRun(ctx, w, at); err != nil {
			return false, n, err
		}
	}
	return true, n, nil
}

// means says whether a bulk is about runs of an edition that wait in a step.
func (w *bulk) means(e *edition, step int) bool {
	switch w.kind {
	case bulkStop:
		return true
	case bulkRecheck:
		return e.ruled[step] || e.joins[step]
	}
	return e.version < w.version
}

func (s *Service) workRun(ctx context.Context, w *bulk, at uint32) error {
	switch w.kind {
	case bulkRecheck:
		return s.lookAgain(ctx, w, at)
	case bulkStop:
		return s.stop(ctx, at, string(outreach.PlaybookEnded))
	case bulkExit:
		return s.step(ctx, at, 0, func(e *edition, r *flow.Run) error {
			e.Finish(&s.world, r, flow.Exited, newVersion)
			return nil
		})
	}
	to, err := s.edition(ctx, w.book, w.version)
	if err != nil {
		return err
	}
	return s.step(ctx, at, 0, func(e *edition, r *flow.Run) error { return s.adopt(e, to, r) })
}

// newVersion is the detail of an exit because a new version was published.
const newVersion = "new_version"

// adopt takes a run over into a new version: to the same step, else to the next one behind
// it that still exists, else it exits.
func (s *Service) adopt(from, to *edition, r *flow.Run) error {
	stood := r.Step
	s.world.Note(r, flow.Entry{Step: stood, At: s.now, Outcome: flow.Moved})
	s.world.edition, s.world.stood = to, -1
	ok, err := to.Adopt(&s.world, r, from.Flow)
	if ok && err == nil {
		s.world.Note(r, flow.Entry{Step: r.Step, At: s.now, Outcome: flow.Entered})
	}
	for i := stood; !ok && err == nil && i < len(from.Steps); i = from.Steps[i].Next {
		var at int
		if at, ok = to.Index(from.Steps[i].Step.ID); ok {
			err = to.Enter(&s.world, r, at)
		}
	}
	if ok {
		r.Version = to.version
		return err
	}
	s.world.edition = from
	from.Finish(&s.world, r, flow.Exited, newVersion)
	return err
}
