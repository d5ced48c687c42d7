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
		policy: k.policy, names: map[timeline.NameID]string{}, past: map[string]past{},
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

// walk lets the customer's time pass. At one moment memberships change first, as on the
// road, then events happen, then what is due wakes.
func (w *walker) walk() error {
	e, c, b := w.firstEvent(), 0, 0
	for {
		if err := w.answer(); err != nil {
			return err
		}
		if w.solo && len(w.runs)+len(w.touches) == 0 {
			return nil
		}
		at := int64(never)
		if e < w.track.Len() {
			at = w.track.At[e]
		}
		if c < len(w.changes) {
			at = min(at, w.changes[c].at)
		}
		if b < len(w.begins) {
			at = min(at, w.begins[b])
		}
		if at = min(at, w.nextDue()); at > w.span.to {
			return nil
		}
		w.now = max(at, w.now)
		before := w.made // what an event starts, by the change of membership that it makes, does not hear of it
		byEvent := e < w.track.Len() && w.track.At[e] <= at
		for ; c < len(w.changes) && w.changes[c].at <= at; c++ {
			if err := w.changed(w.changes[c], byEvent); err != nil {
				return err
			}
		}
		for ; e < w.track.Len() && w.track.At[e] <= at; e++ {
			if err := w.happened(e, before); err != nil {
				return err
			}
			before = w.made
		}
		for ; b < len(w.begins) && w.begins[b] <= at; b++ {
			if err := w.turn(); err != nil {
				return err
			}
		}
		if err := w.wake(); err != nil {
			return err
		}
		w.dispatch()
	}
}

// answer tells runs what staff say.
func (w *walker) answer() error {
	for len(w.answers) > 0 {
		a := w.answers[0]
		w.answers = w.answers[1:]
		if _, err := w.Signal(w, &a.run.Run, a.sig); err != nil {
			return err
		}
	}
	w.settle()
	return nil
}

// turn handles a moment of a date or a schedule.
func (w *walker) turn() error {
	if t := w.Definition.Trigger.Schedule; t != nil && t.Audience != "" && !w.Member(nil, t.Audience) {
		return nil
	}
	return w.begin(nil, "", 0)
}

// firstEvent is the first event after the span's beginning.
func (w *walker) firstEvent() int {
	i, _ := slices.BinarySearchFunc(w.track.At, w.span.from, func(at, from int64) int {
		if at <= from {
			return -1
		}
		return 1
	})
	return i
}

// nextDue is when the next run or touch asks for attention.
func (w *walker) nextDue() int64 {
	at := int64(never)
	for _, p := range w.runs {
		at = min(at, p.Due)
	}
	for _, t := range w.touches {
		at = min(at, t.due)
	}
	return at
}

// wake looks at the runs that are due.
func (w *walker) wake() error {
	for _, p := range w.runs {
		if p.Due <= w.now && p.End == "" {
			if err := w.Wake(w, &p.Run); err != nil {
				return err
			}
		}
	}
	w.settle()
	return nil
}

// settle lets go of runs that have ended.
func (w *walker) settle() {
	w.runs = slices.DeleteFunc(w.runs, func(p *passage) bool {
		if p.End == "" {
			return false
		}
		w.watch.ended(w, p)
		return true
	})
}

// changed handles a change of membership: it may start a run, and those from before hear
// of it. If an event made it, rules are asked when the event was heard.
func (w *walker) changed(c change, byEvent bool) error {
	m := &w.crowds[c.crowd]
	m.in = c.entered
	before, t := w.made, w.Definition.Trigger
	if t.Audience == m.name && c.starts && c.entered == (t.On != "left") {
		if err := w.begin(nil, "", 0); err != nil {
			return err
		}
	}
	err := w.tell(before, flow.Signal{At: c.at, Audience: m.name, Entered: c.entered}, func(p *passage) bool {
		return w.ListensTo(&p.Run, m.name)
	})
	if err != nil || byEvent {
		return err
	}
	return w.wake()
}

// tell offers a signal to the runs made before that listen.
func (w *walker) tell(before int, sig flow.Signal, listens func(p *passage) bool) error {
	for _, p := range w.runs {
		if p.num > before || p.End != "" || !listens(p) {
			continue
		}
		if _, err := w.Signal(w, &p.Run, sig); err != nil {
			return err
		}
	}
	w.settle()
	return nil
}

// happened handles event i of the track: it may start a run, and those from before hear
// of it.
func (w *walker) happened(i, before int) error {
	name := w.nameOf(w.track.Name[i])
	starts := w.Definition.Trigger.Event == name
	if !starts && !w.heard(name) {
		return nil
	}
	props := w.propsOf(i)
	if starts && w.Where.Match(props, w.now) {
		if err := w.beginBy(props, uint64(w.track.Seq[i])); err != nil {
			return err
		}
	}
	err := w.tell(before, flow.Signal{At: w.track.At[i], Event: name, Props: props}, func(p *passage) bool {
		return w.Listens(&p.Run, name)
	})
	if err != nil {
		return err
	}
	return w.wake()
}

// beginBy starts a run by an event.
func (w *walker) beginBy(props []event.Prop, seq uint64) error {
	key, ok := "", true
	if w.Definition.Key != "" {
		if key, ok = w.KeyOf(props); !ok {
			w.watch.refused("no_key")
			return nil
		}
	}
	return w.begin(slices.Clone(props), key, seq)
}

// heard says whether the flow listens to events of this name.
func (w *walker) heard(name string) bool {
	_, found := slices.BinarySearch(w.Events, name)
	return found && len(w.runs) > 0
}

func (w *walker) nameOf(id timeline.NameID) string {
	name, known := w.names[id]
	if !known {
		name, _ = w.svc.Log.Name(id)
		w.names[id] = name
	}
	return name
}

// propsOf are the properties of event i that the flow reads. They are valid until the next
// call.
func (w *walker) propsOf(i int) []event.Prop {
	w.props = w.props[:0]
	for k, c := range w.cols {
		if code := w.track.Codes[k].At(i); code != 0 {
			w.props = append(w.props, event.Prop{Key: c.Prop, Value: c.Dict.Value(code)})
		}
	}
	return w.props
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
