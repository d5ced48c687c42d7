package flow

import (
	"fmt"
	"maps"
	"strconv"

	"yutang/internal/event"
	"yutang/internal/rule"
)

// AtStart is the detail of a run that ended before its first step, because its goal was
// reached already. It ends Exited: the playbook has no part in it.
const AtStart = "goal_before_start"

// Start takes a new run to where it first waits, or to its end.
func (f *Flow) Start(w World, r *Run) error {
	return f.move(w, r, func(m *walk) error {
		m.run.Step, m.run.Since = 0, m.now
		m.note(-1, Entered, "")
		if f.Definition.Holdout > 0 {
			arm := ArmTreatment
			if m.run.Holdout {
				arm = ArmControl
			}
			m.world.Expose(m.run, f.Experiment(m.run.Playbook, -1), arm, "")
		}
		ended, err := m.endsAtStart()
		if ended || err != nil {
			return err
		}
		return m.from(0)
	})
}

// Wake looks at a run whose Due has come. Waking it early does no harm.
func (f *Flow) Wake(w World, r *Run) error {
	_, err := f.Recheck(w, r)
	return err
}

// Recheck asks again what the run waits for: rules and memberships of the step it stands
// in, its goal and exits, and the time. woke says that it moved or ended; if not, Due may
// have changed.
func (f *Flow) Recheck(w World, r *Run) (woke bool, err error) {
	if r.End != "" {
		return false, nil
	}
	err = f.move(w, r, func(m *walk) error {
		var err error
		woke, err = m.look(nil)
		return err
	})
	return woke && err == nil, err
}

// Signal tells the run what happened. woke says that it moved or ended. Rules are asked
// by Recheck, except that a signal which moves the run asks the goal and exits first. A
// task that was done is kept in r.Results even if it does not wake. The event that started
// a run is no signal for it.
func (f *Flow) Signal(w World, r *Run, sig Signal) (woke bool, err error) {
	if r.End != "" || sig.At != 0 && sig.At < r.Started {
		return false, nil
	}
	err = f.move(w, r, func(m *walk) error {
		var err error
		woke, err = m.signal(sig)
		return err
	})
	return woke && err == nil, err
}

// Finish ends a run from outside: Stopped, Moved or Exited. An ended run stays as it is.
func (f *Flow) Finish(w World, r *Run, o Outcome, detail string) {
	if r.End != "" {
		return
	}
	_ = f.move(w, r, func(m *walk) error { m.end(o, detail); return nil })
}

// Adopt moves a run that waits from another version of the flow into this one: to the
// step of the same id and kind, as long there as it was before. ok is false, and the run
// as it was, if there is no such step. The caller sets r.Version.
func (f *Flow) Adopt(w World, r *Run, from *Flow) (ok bool, err error) {
	if r.End != "" || r.Step >= len(from.Steps) {
		return false, nil
	}
	old := from.Steps[r.Step]
	i, found := f.index[old.Step.ID]
	if !found || f.Steps[i].Kind != old.Kind || !f.Steps[i].Waits() {
		return false, nil
	}
	return true, f.move(w, r, func(m *walk) error {
		m.note(-1, Moved, "")
		m.run.Step = i
		_, err := m.look(nil)
		return err
	})
}

// Listens says whether an event of this name may concern a run that stands there.
func (f *Flow) Listens(r *Run, event string) bool {
	for _, c := range f.listening(r) {
		if c.Event == event {
			return true
		}
	}
	return false
}

// ListensTo says whether a membership in this audience may concern a run that stands there.
func (f *Flow) ListensTo(r *Run, audience string) bool {
	for _, c := range f.listening(r) {
		if c.Audience != "" && c.Audience == audience {
			return true
		}
	}
	return false
}

// RulesOf is the rules that are asked while a run stands there.
func (f *Flow) RulesOf(r *Run) (out []int) {
	for _, c := range f.listening(r) {
		if c.rule >= 0 {
			out = append(out, c.rule)
		}
	}
	return out
}

// listening is the conditions that may move or end a run that stands there.
func (f *Flow) listening(r *Run) []*cond {
	if r.End != "" || r.Step >= len(f.Steps) {
		return nil
	}
	out := make([]*cond, 0, len(f.exits)+2)
	if f.goal != nil {
		out = append(out, f.goal)
	}
	out = append(out, f.exits...)
	if c := f.Steps[r.Step].cond; c != nil {
		out = append(out, c)
	}
	return out
}

// walk is one call of the machine. It works on a copy of the run.
type walk struct {
	*Flow
	world World
	run   *Run
	now   int64 // never before the run came where it stands
	ends  int64 // earliest change of the rules of the goal and the exits
	next  int64 // and of the rule of the step
}

// move runs a transition on a copy, which replaces the run if all went well.
func (f *Flow) move(w World, r *Run, transition func(m *walk) error) error {
	own := *r
	m := &walk{Flow: f, world: w, run: &own, now: max(w.Now(), r.Since), ends: rule.Never, next: rule.Never}
	if err := transition(m); err != nil {
		return fmt.Errorf("run %s, step %d: %w", r.ID, own.Step, err)
	}
	*r = own
	return nil
}

func (m *walk) note(step int, o Outcome, detail string) {
	m.world.Note(m.run, Entry{Step: step, At: m.now, Outcome: o, Detail: detail})
}

// end ends the run where it stands.
func (m *walk) end(o Outcome, detail string) {
	if m.run.Due != 0 {
		m.note(m.run.Step, o, detail)
	}
	m.finish(o, detail)
}

func (m *walk) finish(o Outcome, detail string) {
	m.run.Step, m.run.Due, m.run.End = len(m.Steps), 0, o
	m.note(-1, o, detail)
}

// signal offers what happened to the goal, the exits and the step.
func (m *walk) signal(sig Signal) (woke bool, err error) {
	if sig.At == 0 {
		sig.At = m.now
	}
	if sig.Task != "" {
		results := maps.Clone(m.run.Results)
		if results == nil {
			results = map[string]string{}
		}
		results[sig.Task] = sig.Result
		m.run.Results = results
	}
	if m.endsBy(&sig) {
		return true, nil
	}
	for m.run.End == "" {
		due := m.deadline()
		if m.answers(&sig) && (sig.At < due || m.now < due) {
			_, err := m.look(&sig)
			return true, err
		}
		if m.now < due {
			return woke, nil
		}
		if _, err := m.look(nil); err != nil { // the time-out came first
			return false, err
		}
		woke = true
	}
	return woke, nil
}

// endsBy ends the run if the signal is its goal or an exit, the goal first.
func (m *walk) endsBy(sig *Signal) bool {
	if m.goal != nil && m.heard(m.goal, sig) {
		m.end(Goal, "")
		return true
	}
	for i, c := range m.exits {
		if m.heard(c, sig) {
			m.end(Exited, exitName(i))
			return true
		}
	}
	return false
}

// exitName is how history names an exit: by its place in the document.
func exitName(i int) string { return "/exit/" + strconv.Itoa(i) }

// heard says whether the signal is the condition.
func (m *walk) heard(c *cond, sig *Signal) bool {
	switch {
	case c.Event != "":
		return c.Event == sig.Event && c.where.Match(sig.Props, m.now) && (!c.SameKey || m.sameKey(sig.Props))
	case c.Audience != "":
		return c.Audience == sig.Audience && (c.On != onLeft) == sig.Entered
	case c.Task != "":
		return c.Task == sig.Task && (c.Result == "" || c.Result == sig.Result)
	}
	return false
}

func (m *walk) sameKey(props []event.Prop) bool {
	key, ok := m.KeyOf(props)
	return ok && key == m.run.Key
}

// answers says whether the signal is what the step waits for.
func (m *walk) answers(sig *Signal) bool {
	op := m.Steps[m.run.Step]
	if op.Kind == KindTask {
		return sig.Task == op.Step.ID
	}
	return op.cond != nil && m.heard(op.cond, sig)
}

// look asks everything that could move or end a run that waits. sig is the answer to what
// it waits for, nil if none came.
func (m *walk) look(sig *Signal) (woke bool, err error) {
	if ended, err := m.endsNow(); ended || err != nil {
		return ended, err
	}
	op := m.Steps[m.run.Step]
	met, detail := sig != nil, ""
	if sig != nil {
		detail = sig.Result
	} else if met, detail, err = m.standing(op); err != nil {
		return false, err
	}
	switch {
	case met && (op.Kind == KindWaitFor || op.Kind == KindTask):
		return true, m.leave(op, Met, detail)
	case m.now < m.deadline():
		m.due()
		return false, nil
	case op.Kind == KindWaitFor || op.Kind == KindTask:
		return true, m.leave(op, TimedOut, "")
	}
	return true, m.leave(op, Done, "")
}

// standing says whether what the step waits for holds now.
func (m *walk) standing(op *Op) (met bool, detail string, err error) {
	m.next = rule.Never
	if op.Kind == KindTask {
		result, ok := m.run.Results[op.Step.ID]
		return ok, result, nil
	}
	if op.cond == nil {
		return false, "", nil
	}
	met, err = m.holds(op.cond)
	return met, m.run.Results[op.cond.Task], err
}

// holds says whether a condition holds now, and keeps when a rule's answer could change.
func (m *walk) holds(c *cond) (bool, error) {
	switch {
	case c.rule >= 0:
		match, next, err := m.world.Match(m.run, c.rule)
		if err != nil {
			return false, fmt.Errorf("rule at %s: %w", c.pointer, err)
		}
		m.next = min(m.next, max(next, m.now+1))
		return match, nil
	case c.Audience != "":
		return c.On != onLeft && m.world.Member(m.run, c.Audience), nil
	case c.Task != "":
		result, ok := m.run.Results[c.Task]
		return ok && (c.Result == "" || c.Result == result), nil
	}
	return false, nil
}

// endsNow ends the run if its goal or an exit holds now.
func (m *walk) endsNow() (bool, error) {
	o, detail, err := m.ending()
	if o != "" && err == nil {
		m.end(o, detail)
	}
	return o != "", err
}

// endsAtStart is endsNow before the first step, where a goal is nobody's success.
func (m *walk) endsAtStart() (bool, error) {
	o, detail, err := m.ending()
	if o == "" || err != nil {
		return false, err
	}
	if o == Goal {
		detail = AtStart
	}
	m.finish(Exited, detail)
	return true, nil
}

// ending asks the goal and the exits, and keeps when their rules could change.
func (m *walk) ending() (o Outcome, detail string, err error) {
	m.next = rule.Never
	defer func() { m.ends, m.next = m.next, rule.Never }()
	if m.goal != nil {
		if ok, err := m.holds(m.goal); ok || err != nil {
			return Goal, "", err
		}
	}
	for i, c := range m.exits {
		if ok, err := m.holds(c); ok || err != nil {
			return Exited, exitName(i), err
		}
	}
	return "", "", nil
}
