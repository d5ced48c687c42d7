package flow

import (
	"fmt"
	"maps"
	"strconv"

	"yutang/internal/event"
	"yutang/internal/rule"
)

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
