package rehearse

import (
	"slices"

	"yutang/internal/event"
	"yutang/internal/flow"
	"yutang/internal/timeline"
)

// cursor is how far a walk has come: the next event, change and beginning.
type cursor struct{ event, change, begin int }

// walk lets the customer's time pass. At one moment memberships change first, as on the
// road, then events happen, then what is due wakes.
func (w *walker) walk() error {
	c := cursor{event: w.firstEvent()}
	for {
		if err := w.answer(); err != nil {
			return err
		}
		at := w.next(c)
		if at > w.span.to || w.solo && len(w.runs)+len(w.touches) == 0 {
			return nil
		}
		w.now = max(at, w.now)
		if err := w.pass(&c, at); err != nil {
			return err
		}
	}
}

// next is the next moment at which anything happens.
func (w *walker) next(c cursor) int64 {
	at := w.nextDue()
	if c.event < w.track.Len() {
		at = min(at, w.track.At[c.event])
	}
	if c.change < len(w.changes) {
		at = min(at, w.changes[c.change].at)
	}
	if c.begin < len(w.begins) {
		at = min(at, w.begins[c.begin])
	}
	return at
}

// pass does everything of one moment.
func (w *walker) pass(c *cursor, at int64) error {
	before := w.made // what an event starts, by the change of membership that it makes, does not hear of it
	byEvent := c.event < w.track.Len() && w.track.At[c.event] <= at
	for ; c.change < len(w.changes) && w.changes[c.change].at <= at; c.change++ {
		if err := w.changed(w.changes[c.change], byEvent); err != nil {
			return err
		}
	}
	for ; c.event < w.track.Len() && w.track.At[c.event] <= at; c.event++ {
		if err := w.happened(c.event, before); err != nil {
			return err
		}
		before = w.made
	}
	for ; c.begin < len(w.begins) && w.begins[c.begin] <= at; c.begin++ {
		if err := w.turn(); err != nil {
			return err
		}
	}
	if err := w.wake(); err != nil {
		return err
	}
	w.dispatch()
	return nil
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
	if !w.admits() {
		return nil
	}
	return w.begin(nil, "", 0)
}

// admits says whether the customer matches the rule of the trigger now.
func (w *walker) admits() bool {
	if w.Only < 0 {
		return true
	}
	match, _ := w.rules[w.Only].Eval(w.root, w.now)
	return match
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
	if starts && w.Where.Match(props, w.now) && w.admits() {
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
	key, ok := w.KeyOf(props)
	if w.Definition.Key != "" && !ok {
		w.watch.refused("no_key")
		return nil
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
