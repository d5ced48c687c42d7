package flow

import (
	"fmt"
	"strconv"

	"yutang/internal/rule"
)

// from walks on from step i until the run waits or ends. It only goes forward, so it
// takes at most as many steps as the flow has.
func (m *walk) from(i int) error {
	for i < len(m.Steps) && m.run.End == "" {
		op := m.Steps[i]
		m.run.Step, m.run.Since, m.run.Due = i, m.now, 0
		next, err := m.step(op)
		if err != nil {
			return err
		}
		if next == stays {
			return nil
		}
		i = next
	}
	if m.run.End == "" {
		m.finish(Done, "")
	}
	return nil
}

// stays is the next step of a run that waits or has ended.
const stays = -1

// step does one step and says where to go on.
func (m *walk) step(op *Op) (next int, err error) {
	switch op.Kind {
	case KindWait, KindWaitUntil, KindWaitFor:
		return m.arrive(op)
	case KindBranch:
		return m.branch(op)
	case KindSplit:
		arm := m.split(op)
		m.note(op.Index, Took, op.Ways[arm].Name)
		return op.Ways[arm].First, nil
	case KindHoldout:
		m.holdout(op)
		return op.Next, nil
	case KindGoal:
		m.note(op.Index, Goal, op.Step.Goal.Name)
		m.finish(Goal, op.Step.Goal.Name)
		return stays, nil
	case KindExit:
		m.note(op.Index, Exited, op.Step.Exit.Name)
		m.finish(Exited, op.Step.Exit.Name)
		return stays, nil
	}
	return m.act(op)
}

// arrive comes to a step that waits. What it waits for may hold already, or its time may
// have come.
func (m *walk) arrive(op *Op) (next int, err error) {
	met, detail, err := m.standing(op)
	if err != nil {
		return 0, err
	}
	switch {
	case met:
		m.note(op.Index, Met, detail)
		return op.Ways[wayMet].First, nil
	case m.deadline() <= m.now:
		m.note(op.Index, Done, "")
		return op.Next, nil
	}
	m.note(op.Index, Entered, "")
	m.due()
	return stays, nil
}

// due sets when to look again.
func (m *walk) due() { m.run.Due = max(min(m.deadline(), m.ends, m.next), 1) }

// deadline is when the wait of the step is over whatever happens.
func (m *walk) deadline() int64 {
	op := m.Steps[m.run.Step]
	if op.until != nil {
		return op.until.next(m.run.Since, m.world.Zone(m.run, op.until.brand))
	}
	return m.run.Since + op.Within.Milliseconds()
}

// The ways of wait_for.
const (
	wayMet = iota
	wayTimedOut
)

// leave goes on from a step that the run has waited in.
func (m *walk) leave(op *Op, o Outcome, detail string) error {
	m.note(op.Index, o, detail)
	next := op.Next
	if op.Kind == KindWaitFor {
		way := wayMet
		if o == TimedOut {
			way = wayTimedOut
		}
		next = op.Ways[way].First
	}
	return m.from(next)
}

func (m *walk) branch(op *Op) (next int, err error) {
	way := len(op.cases)
	for i, c := range op.cases {
		ok, err := m.takes(c)
		if err != nil {
			return 0, err
		}
		if ok {
			way = i
			break
		}
	}
	m.note(op.Index, Took, op.Ways[way].Name)
	return op.Ways[way].First, nil
}

func (m *walk) takes(c *cond) (bool, error) {
	if c.rule >= 0 {
		match, _, err := m.world.Match(m.run, c.rule)
		if err != nil {
			return false, fmt.Errorf("rule at %s: %w", c.pointer, err)
		}
		return match, nil
	}
	props, err := m.world.Trigger(m.run)
	if err != nil {
		return false, fmt.Errorf("read trigger: %w", err)
	}
	return c.where.Match(props, m.now), nil
}

// split draws an arm. Without an owner a customer has no cluster: they take an arm, and
// are no part of the experiment.
func (m *walk) split(op *Op) int {
	by := op.Step.Split.By
	if by == "" {
		return m.assign(op, m.unit(), "")
	}
	if cluster := m.world.Cluster(m.run, by); cluster != "" {
		return m.assign(op, cluster, cluster)
	}
	return m.draw(op, m.unit())
}

// holdout keeps the customer from all later acts, or not.
func (m *walk) holdout(op *Op) {
	if m.run.Holdout {
		m.note(op.Index, HeldOut, "")
		return
	}
	if op.arms[m.assign(op, m.unit(), "")].Arm == ArmTreatment {
		m.note(op.Index, Took, ArmTreatment)
		return
	}
	m.run.Holdout = true
	m.note(op.Index, HeldOut, ArmControl)
}

// assign is the arm of the run's customer: the one they have had before, else the one
// drawn. A run that is held out is no part of the experiment.
func (m *walk) assign(op *Op, unit, cluster string) int {
	experiment := m.Experiment(m.run.Playbook, op.Index)
	arm := op.Variant(m.world.Assigned(m.run, experiment))
	if arm < 0 {
		arm = m.draw(op, unit)
	}
	m.expose(experiment, op.arms[arm].Arm, cluster)
	return arm
}

// draw is the arm by hash alone.
func (m *walk) draw(op *Op, unit string) int {
	percents := make([]float64, len(op.arms))
	for i, a := range op.arms {
		percents[i] = a.Percent
	}
	if i := Draw(m.Experiment(m.run.Playbook, op.Index), unit, percents); i >= 0 {
		return i
	}
	return len(op.arms) - 1 // what rounding left over
}

// expose notes the arm of a customer who takes part.
func (m *walk) expose(experiment, arm, cluster string) {
	if kind := m.run.Subject.Kind; (kind == Customers || kind == "") && !m.run.Holdout {
		m.world.Expose(m.run, experiment, arm, cluster)
	}
}

// unit is whom a draw is for.
func (m *walk) unit() string {
	if s := m.run.Subject; s.Kind != Customers && s.Kind != "" {
		return s.Name
	}
	return strconv.FormatUint(uint64(m.run.Subject.Ord), 10)
}

// act performs a step, or notes that the run is held out.
func (m *walk) act(op *Op) (next int, err error) {
	if m.run.Holdout {
		m.note(op.Index, HeldOut, "")
		return op.Next, nil
	}
	variant := ""
	if len(op.arms) > 0 {
		variant = op.arms[m.assign(op, m.unit(), "")].Arm
	}
	res, err := m.world.Perform(m.run, op.Index, variant)
	if err != nil {
		return 0, fmt.Errorf("perform %s: %w", op.Step.ID, err)
	}
	m.note(op.Index, res.Outcome, res.Detail)
	if op.Waits() && (res.Outcome == Planned || res.Outcome == Done) {
		m.next = rule.Never
		m.due()
		return stays, nil
	}
	return op.Next, nil
}
