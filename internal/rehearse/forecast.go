package rehearse

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"yutang/internal/flow"
	"yutang/internal/outreach"
	"yutang/internal/timeline"
)

// Touch is something that a playbook will do if nothing happens: a message, or a task if
// Task is true. It is what the flow plans: no policy has judged it.
type Touch struct {
	Playbook      string
	Version       int
	Step          string
	Run           string // "" of a run that has not started
	Customer      uint32 // the record that the run is or will be for; 0: no customer
	Subject       string // of no customer: CORP/USERID or CORP/CHATID
	Task          bool
	Member        string // of a task: CORP/USERID, "" nobody known
	Channel       string // of a message
	Endpoint      string
	Due           time.Time
	ExpiresAt     time.Time
	Transactional bool
	Priority      int // 1 to 100
	Caps          outreach.PlaybookCap
	Quiet         *outreach.Quiet // instead of the brand's; nil: the brand's
}

// Forecast walks every run that waits forward on a simulated clock as if nothing happened:
// time-outs come, nobody does anything. It also starts what dates, schedules and the
// passing of time (a window that ends for an audience) will start. visit is called outside
// of locks, playbook by playbook; its first error ends the forecast.
func (s *Service) Forecast(ctx context.Context, until time.Time, visit func(Touch) error) error {
	current := map[string]int{}
	if s.Published != nil {
		books, err := s.Published(ctx)
		if err != nil {
			return fmt.Errorf("list playbooks in force: %w", err)
		}
		for _, b := range books {
			current[b.Playbook] = b.Version
		}
	}
	waiting := map[Book][]flow.Run{}
	err := s.Playbooks.Waiting(ctx, func(r flow.Run) error {
		if _, on := current[r.Playbook]; on || s.Published == nil {
			b := Book{r.Playbook, r.Version}
			waiting[b] = append(waiting[b], r)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("read waiting runs: %w", err)
	}
	for playbook, version := range current {
		if b := (Book{playbook, version}); waiting[b] == nil {
			waiting[b] = nil
		}
	}
	books := slices.SortedFunc(maps.Keys(waiting), func(a, b Book) int {
		return cmp.Or(cmp.Compare(a.Playbook, b.Playbook), cmp.Compare(a.Version, b.Version))
	})
	for _, b := range books {
		x := outlook{book: b, runs: waiting[b], span: span{s.Clock.Now().UnixMilli(), until.UnixMilli()}, starts: current[b.Playbook] == b.Version}
		if err := s.foresee(ctx, x, visit); err != nil {
			return fmt.Errorf("forecast playbook %s: %w", b.Playbook, err)
		}
	}
	return nil
}

// outlook is what to forecast of one version of a playbook.
type outlook struct {
	book   Book
	runs   []flow.Run
	span   span
	starts bool // it is the version in force: it may start runs
}

func (s *Service) foresee(ctx context.Context, x outlook, visit func(Touch) error) error {
	f, err := s.Playbooks.Flow(ctx, x.book.Playbook, x.book.Version)
	if err != nil {
		return err
	}
	t := f.Definition.Trigger
	x.starts = x.starts && (t.Date != nil || t.Schedule != nil || t.Audience != "")
	if len(x.runs) == 0 && !x.starts {
		return nil
	}
	c, err := s.prepare(ctx, f, x.book.Playbook, time.UnixMilli(x.span.from), future)
	if err != nil {
		return err
	}
	defer c.Close()
	k := &facts{owners: map[uint32]owned{}, teams: map[Owner][2]string{}}
	if err := s.learnOwners(ctx, k, f); err != nil {
		return err
	}
	p := &seer{outlook: x}
	w := s.walker(c, k, p, x.span.from, x.span.to)
	w.solo = !x.starts
	if f.Definition.Subject != flow.Customers {
		return s.foreseeOthers(ctx, w, p, visit)
	}
	return s.foreseePeople(ctx, w, p, visit)
}

// foreseePeople walks the customers who have runs, or all if runs may start.
func (s *Service) foreseePeople(ctx context.Context, w *walker, p *seer, visit func(Touch) error) error {
	byRoot := map[uint32][]flow.Run{}
	s.Timeline.RLock()
	last := uint32(s.Timeline.Customers())
	for _, r := range p.runs {
		root := s.Timeline.Root(r.Subject.Ord)
		byRoot[root] = append(byRoot[root], r)
	}
	s.Timeline.RUnlock()
	one := func(root uint32) error {
		if err := s.foreseeOne(ctx, w, root, byRoot[root]); err != nil {
			return fmt.Errorf("customer %d: %w", root, err)
		}
		return p.hand(visit)
	}
	if !p.starts {
		for _, root := range slices.Sorted(maps.Keys(byRoot)) {
			if err := one(root); err != nil {
				return err
			}
		}
		return nil
	}
	for root := uint32(1); root <= last; root++ {
		if err := one(root); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) foreseeOne(ctx context.Context, w *walker, root uint32, runs []flow.Run) (err error) {
	if err := ctx.Err(); err != nil {
		return err
	}
	born := ""
	if d := w.Definition.Trigger.Date; d != nil && !w.solo {
		if born, err = s.value(ctx, d.Trait, root); err != nil {
			return err
		}
	}
	s.Audiences.View(func() {
		if s.Timeline.Root(root) != root {
			return
		}
		if err = w.enter(root); err != nil {
			return
		}
		if s.Past != nil && !w.solo {
			if n, last := s.Past(w.id, w.leaves); n > 0 {
				w.past[""] = past{n, last}
			}
		}
		w.resume(runs)
		if !w.solo && w.Definition.Trigger.Audience == "" {
			w.plead(born)
		}
		err = w.walk()
	})
	return err
}

// resume puts runs that wait into the walker's hands.
func (w *walker) resume(runs []flow.Run) {
	slices.SortFunc(runs, func(a, b flow.Run) int { return cmp.Or(cmp.Compare(a.Started, b.Started), cmp.Compare(a.ID, b.ID)) })
	for _, r := range runs {
		w.made++
		w.runs = append(w.runs, &passage{Run: r, at: -1, num: w.made, real: true})
		before := w.past[r.Key]
		w.past[r.Key] = past{max(before.runs, 1), max(before.last, r.Started)}
		w.held = w.held || r.Holdout
	}
}

// foreseeOthers walks members, groups or the brand.
func (s *Service) foreseeOthers(ctx context.Context, w *walker, p *seer, visit func(Touch) error) error {
	byName := map[string][]flow.Run{}
	for _, r := range p.runs {
		byName[r.Subject.Name] = append(byName[r.Subject.Name], r)
	}
	names := slices.Collect(maps.Keys(byName))
	if d := w.Definition.Trigger.Schedule; d != nil && p.starts {
		more := []string{""}
		if w.Definition.Subject != flow.Brand && s.Select != nil {
			var err error
			if more, err = s.Select(ctx, w.Definition.Subject, d.Select); err != nil {
				return err
			}
		}
		names = append(names, more...)
	}
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		w.subject, w.root, w.leaves, w.track = flow.Subject{Kind: w.Definition.Subject, Name: name}, 0, nil, timeline.Track{}
		w.reset()
		w.resume(byName[name])
		if !w.solo {
			w.plead("")
		}
		if err := w.walk(); err != nil {
			return err
		}
		if err := p.hand(visit); err != nil {
			return err
		}
	}
	return nil
}

// seer collects what is planned for one subject.
type seer struct {
	outlook
	touches []Touch
}

// hand gives what was collected to the visitor.
func (p *seer) hand(visit func(Touch) error) error {
	defer func() { p.touches = p.touches[:0] }()
	for _, t := range p.touches {
		if err := visit(t); err != nil {
			return err
		}
	}
	return nil
}

// touch is what all that the run does has in common.
func (p *seer) touch(w *walker, run *passage, i int) Touch {
	d := &w.Definition
	t := Touch{
		Playbook: p.book.Playbook, Version: p.book.Version, Step: w.Steps[i].Step.ID, Customer: run.Subject.Ord, Subject: run.Subject.Name,
		Due: moment(w.now), ExpiresAt: moment(w.now).Add(w.Steps[i].Within), Priority: d.Priority, Quiet: d.Quiet,
		Caps: outreach.PlaybookCap{d.Cap.PerDay, d.Cap.PerWeek, d.Cap.PerMonth},
	}
	if run.real {
		t.Run = run.ID
	}
	return t
}

func (p *seer) planned(w *walker, x *touch) bool {
	t := p.touch(w, x.run, x.step)
	t.Channel, t.Endpoint, t.Transactional = x.send.Channel, x.send.Endpoint, x.send.Transactional
	p.touches = append(p.touches, t)
	return false
}

func (p *seer) tasked(w *walker, run *passage, i int, _ string) {
	t := p.touch(w, run, i)
	t.Task, t.Member = true, w.assignee(w.Steps[i].Step.Task)
	p.touches = append(p.touches, t)
}

func (p *seer) refused(string)                              {}
func (p *seer) began(*walker, *passage)                     {}
func (p *seer) noted(*walker, *passage, flow.Entry)         {}
func (p *seer) dispatched(*walker, *touch, outreach.Answer) {}
func (p *seer) ended(*walker, *passage)                     {}
