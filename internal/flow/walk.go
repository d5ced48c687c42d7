package flow

import (
	"fmt"

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

// Enter takes a run that waits in another version of the flow into step i of this one, and
// walks on from there, unless the goal or an exit of this version holds. The caller sets
// r.Version.
func (f *Flow) Enter(w World, r *Run, i int) error {
	return f.move(w, r, func(m *walk) error {
		m.note(-1, Moved, "")
		m.run.Step, m.run.Due = i, 0
		if ended, err := m.endsNow(); ended || err != nil {
			return err
		}
		return m.from(i)
	})
}

// Listens says whether an event of this name may concern a run that stands there.
func (f *Flow) Listens(r *Run, event string) (yes bool) {
	f.listening(r, func(c *cond) { yes = yes || c.Event == event })
	return yes && event != ""
}

// ListensTo says whether a membership in this audience may concern a run that stands there.
func (f *Flow) ListensTo(r *Run, audience string) (yes bool) {
	f.listening(r, func(c *cond) { yes = yes || c.Audience == audience })
	return yes && audience != ""
}

// RulesOf is the rules that are asked while a run stands there.
func (f *Flow) RulesOf(r *Run) (out []int) {
	f.listening(r, func(c *cond) {
		if c.rule >= 0 {
			out = append(out, c.rule)
		}
	})
	return out
}

// listening visits the conditions that may move or end a run that stands there.
func (f *Flow) listening(r *Run, visit func(c *cond)) {
	if r.End != "" || r.Step >= len(f.Steps) {
		return
	}
	if f.goal != nil {
		visit(f.goal)
	}
	for _, c := range f.exits {
		visit(c)
	}
	if c := f.Steps[r.Step].cond; c != nil {
		visit(c)
	}
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
