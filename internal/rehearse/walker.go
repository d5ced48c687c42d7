package rehearse

import (
	"math"
	"slices"
	"strconv"
	"time"

	"yutang/internal/audience"
	"yutang/internal/event"
	"yutang/internal/flow"
	"yutang/internal/outreach"
	"yutang/internal/timeline"
)

// walker takes customers through a script one after the other, on a clock of its own. One
// goroutine uses it. It is a flow.World.
type walker struct {
	*script
	svc    *Service
	known  *facts
	watch  watcher
	span   span
	rules  []*audience.Predicate // forks
	crowds []member              // forks, in the order of script.crowds
	zones  map[string]*time.Location
	brand  *time.Location
	policy outreach.Policy
	quotas map[[2]string]quotaOf

	track timeline.Track
	cols  []*timeline.Column
	names map[timeline.NameID]string
	props []event.Prop

	now      int64
	subject  flow.Subject
	root     uint32
	leaves   []timeline.Ord
	zone     *time.Location
	changes  []change
	begins   []int64 // dates and schedules
	runs     []*passage
	starting *passage          // the run that is being started
	solo     bool              // one run, which was begun: nothing starts another
	arms     map[string]string // arms that the caller wants, by experiment
	past     map[string]past   // by key
	made     int               // runs so far
	held     bool              // the customer is in the playbook's own control group
	answers  []answer          // to tasks, at once
	touches  []*touch          // planned, in the order of planning
	sent     []outreach.Taken
}

// span is the simulated time: after from, up to to.
type span struct{ from, to int64 }

// member is one crowd as a walker sees it.
type member struct {
	*crowd
	pred *audience.Predicate
	in   bool // the customer is in it now
}

// answer is what staff say of a task.
type answer struct {
	run *passage
	sig flow.Signal
}

// past is what a customer went through before.
type past struct {
	runs int
	last int64
}

// passage is a run with what the world keeps of it.
type passage struct {
	flow.Run
	trigger []event.Prop
	at      int  // the last step noted
	num     int  // from 1
	real    bool // it is a run of the live road
}

// watcher hears what happens.
type watcher interface {
	refused(why string)
	began(w *walker, p *passage)
	noted(w *walker, p *passage, e flow.Entry)
	planned(w *walker, t *touch) (judge bool) // whether the policy is to be asked
	dispatched(w *walker, t *touch, a outreach.Answer)
	tasked(w *walker, p *passage, i int, variant string)
	ended(w *walker, p *passage)
}

const never = math.MaxInt64

func (s *Service) walker(c *script, k *facts, watch watcher, from, to int64) *walker {
	w := &walker{
		script: c, svc: s, known: k, watch: watch, span: span{from, to}, zones: map[string]*time.Location{}, brand: s.Zone(),
		policy: k.policy, names: map[timeline.NameID]string{}, quotas: map[[2]string]quotaOf{}, past: map[string]past{},
	}
	for _, p := range c.rules {
		w.rules = append(w.rules, p.Fork())
	}
	for _, x := range c.crowds {
		m := member{crowd: x}
		if x.pred != nil {
			m.pred = x.pred.Fork()
		}
		w.crowds = append(w.crowds, m)
	}
	return w
}

// enter makes the walker ready for a customer. Under the lock of derived state.
func (w *walker) enter(root uint32) error {
	w.subject, w.root, w.leaves = flow.Subject{Ord: root}, root, append(w.leaves[:0], w.svc.Timeline.Leaves(root)...)
	w.reset()
	cols, err := w.columns(w.svc.Timeline, w.cols)
	if err != nil {
		return err
	}
	w.cols = cols
	w.svc.Timeline.Read(root, cols, &w.track)
	w.zone = w.brand
	zones := w.svc.Customers.Trait(zoneTrait)
	if v := zones.Dict().Value(zones.Code(root)); v.Kind == event.String {
		if z := w.zoneNamed(v.Str); z != nil {
			w.zone = z
		}
	}
	w.follow()
	return nil
}

func (w *walker) reset() {
	w.changes, w.begins, w.runs, w.answers = w.changes[:0], w.begins[:0], w.runs[:0], w.answers[:0]
	w.touches, w.sent = w.touches[:0], w.sent[:0]
	clear(w.past)
	w.made, w.zone, w.now = 0, w.brand, w.span.from
}

// zoneNamed is a zone by its name, nil if there is none.
func (w *walker) zoneNamed(name string) *time.Location {
	z, known := w.zones[name]
	if !known {
		if name != "" && name != "Local" {
			z, _ = time.LoadLocation(name) // nil if there is no such zone
		}
		w.zones[name] = z
	}
	return z
}

// follow finds the customer's changes of all crowds in the span, and where they stood.
func (w *walker) follow() {
	for i := range w.crowds {
		m := &w.crowds[i]
		if m.pred != nil {
			w.ask(i, m)
			continue
		}
		first := len(w.changes)
		for _, leaf := range w.leaves {
			for _, c := range m.changes[leaf] {
				c.crowd = i
				w.changes = append(w.changes, c)
			}
		}
		own := w.changes[first:]
		slices.SortStableFunc(own, func(a, b change) int { return int(min(max(a.at-b.at, -1), 1)) })
		if m.in = w.svc.Audiences.IsMember(m.name, w.root); len(own) > 0 {
			m.in = !own[0].entered
		}
	}
	slices.SortStableFunc(w.changes, func(a, b change) int { return int(min(max(a.at-b.at, -1), 1)) })
}

// ask finds a crowd's changes by its rule.
func (w *walker) ask(i int, m *member) {
	in, next := m.pred.Eval(w.root, w.span.from)
	m.in = in
	for next <= w.span.to {
		at := next
		was := in
		if in, next = m.pred.Eval(w.root, at); in != was {
			w.changes = append(w.changes, change{at: at, entered: in, starts: true, crowd: i})
		}
	}
}

// begin starts a run, unless reentry and limits are against it.
func (w *walker) begin(trigger []event.Prop, key string, seq uint64) error {
	before := w.past[key]
	if w.solo && w.made > 0 {
		return nil
	}
	if why := w.barred(before, key); why != "" {
		w.watch.refused(why)
		return nil
	}
	if w.made == 0 {
		w.held = w.drawHoldout()
	}
	w.past[key] = past{before.runs + 1, w.now}
	w.made++
	p := &passage{trigger: trigger, at: -1, num: w.made}
	p.Run = flow.Run{
		ID: "run_" + strconv.Itoa(w.made), Playbook: w.id, Subject: w.subject, Key: key, Seq: seq, Started: w.now, Holdout: w.held,
	}
	w.starting = p
	defer func() { w.starting = nil }()
	w.watch.began(w, p)
	if err := w.Start(w, &p.Run); err != nil {
		return err
	}
	w.runs = append(w.runs, p)
	w.settle()
	return nil
}

// barred says why a run may not start now, "" if it may.
func (w *walker) barred(before past, key string) string {
	switch d := w.Definition; {
	case before.runs == 0:
	case d.Reentry == "once", w.Again > 0 && w.now-before.last < w.Again.Milliseconds():
		return "had_already"
	}
	if most := w.PerCustomer(); most > 0 && len(w.runs) >= most {
		return "has_one"
	}
	return ""
}

// drawHoldout says whether the customer is in the playbook's own control group.
func (w *walker) drawHoldout() bool {
	if w.Definition.Holdout == 0 {
		return false
	}
	name := w.Experiment(w.id, -1)
	if arm := w.assigned(name); arm != "" {
		return arm == flow.ArmControl
	}
	return outreach.InHoldout(name, w.root, w.Definition.Holdout)
}
