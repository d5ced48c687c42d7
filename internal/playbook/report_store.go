package playbook

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"yutang/internal/flow"
	"yutang/internal/outreach"
)

// Report is what became of a playbook's runs, step by step.
type Report struct {
	Runs     int // started
	Live     int
	Holdout  int // in the playbook's own control group
	Goal     int
	Exited   int
	Done     int
	Stopped  int
	GoalRate float64 // of the runs that have ended
	Refused  []Figure
	Steps    []StepReport
}

// StepReport is what happened in one step. Entered = Waiting + what the outcomes add up to,
// without "entered" itself and the ledger.
type StepReport struct {
	Step       string
	Name       string
	Kind       string
	Gone       bool // the published version has no such step any more
	Entered    int
	Waiting    int
	Outcomes   []Figure
	Deliveries []outreach.StepCount
}

// Figure is how often something happened.
type Figure struct {
	Outcome flow.Outcome
	Detail  string
	Count   int
}

// Report counts what happened in a playbook at any time; version 0 is all versions together.
func (s *Service) Report(ctx context.Context, key string, version int) (Report, error) {
	return s.ReportIn(ctx, key, version, outreach.Span{})
}

// ReportIn counts what happened in a span, and deliveries that were planned in it. Live and
// Waiting are those of now all the same.
func (s *Service) ReportIn(ctx context.Context, key string, version int, span outreach.Span) (out Report, err error) {
	b, err := s.Get(ctx, key)
	if err != nil {
		return out, err
	}
	cells, err := s.counted(ctx, key, span, func(c storedCell) bool { return version == 0 || c.version == version })
	if err != nil {
		return out, err
	}
	touches, err := s.Outreach.StepCounts(ctx, key, version, span)
	if err != nil {
		return out, err
	}
	steps := map[string]*StepReport{}
	var order []*StepReport
	step := func(id string) *StepReport {
		if steps[id] == nil {
			steps[id] = &StepReport{Step: id, Gone: true}
			order = append(order, steps[id])
		}
		return steps[id]
	}
	if err := s.outline(ctx, b, version, step); err != nil {
		return out, err
	}
	for _, c := range cells {
		if c.step == "" {
			out.add(c)
		} else {
			step(c.step).add(c)
		}
	}
	for _, t := range touches {
		step(t.Step).Deliveries = append(step(t.Step).Deliveries, t)
	}
	if err := s.standing(ctx, key, version, &out, step); err != nil {
		return out, err
	}
	for _, r := range order {
		out.Steps = append(out.Steps, *r)
	}
	if ended := out.Goal + out.Exited + out.Done + out.Stopped; ended > 0 {
		out.GoalRate = float64(out.Goal) / float64(ended)
	}
	return out, nil
}

// outline puts the steps of a version in their order.
func (s *Service) outline(ctx context.Context, b Playbook, version int, step func(string) *StepReport) error {
	if version == 0 {
		version = b.Version
	}
	f, err := s.Flow(ctx, b.ID, version)
	if err != nil {
		return err
	}
	for _, op := range f.Steps {
		r := step(op.Step.ID)
		r.Name, r.Kind, r.Gone = op.Step.Name, op.Kind, false
	}
	return nil
}

// standing adds who waits where.
func (s *Service) standing(ctx context.Context, key string, version int, out *Report, step func(string) *StepReport) error {
	for _, w := range s.waiting(key) {
		if version != 0 && w.version != version {
			continue
		}
		p, err := s.plan(ctx, key, w.version)
		if err != nil {
			return err
		}
		out.Live += w.n
		step(p.Steps[w.step].Step.ID).Waiting += w.n
	}
	return nil
}

func (out *Report) add(c storedCell) {
	n := int(c.count)
	switch c.outcome {
	case flow.Entered:
		out.Runs += n
		if c.detail == flow.ArmControl {
			out.Holdout += n
		}
	case flow.Goal:
		out.Goal += n
	case flow.Exited:
		out.Exited += n
	case flow.Done:
		out.Done += n
	case flow.Stopped:
		out.Stopped += n
	case Refused, Missed:
		out.Refused = tally(out.Refused, c)
	}
}

func (r *StepReport) add(c storedCell) {
	switch {
	case c.outcome == flow.Entered:
		r.Entered += int(c.count)
		return
	case c.atOnce:
		r.Entered += int(c.count)
	}
	r.Outcomes = tally(r.Outcomes, c)
}

func tally(list []Figure, c storedCell) []Figure {
	for i := range list {
		if list[i].Outcome == c.outcome && list[i].Detail == c.detail {
			list[i].Count += int(c.count)
			return list
		}
	}
	return append(list, Figure{c.outcome, c.detail, int(c.count)})
}

// ofRuns says whether a counter is about runs as a whole.
func ofRuns(c storedCell) bool { return c.step == "" }

const selectCount = `SELECT COUNT(*) FROM playbook_step WHERE num >= $1 AND num < $2 AND at >= $3 AND at < $4`

// counted are those of a playbook's counters that are wanted, with what they have counted in
// a span. Those that counted nothing in it are left out.
func (s *Service) counted(ctx context.Context, key string, span outreach.Span, wanted func(c storedCell) bool) ([]storedCell, error) {
	all, err := s.storedCells(ctx, key)
	if err != nil {
		return nil, err
	}
	out := make([]storedCell, 0, len(all))
	for _, c := range all {
		if !wanted(c) {
			continue
		}
		text, args := selectEnd, []any{c.num << cellBits, (c.num + 1) << cellBits}
		if !span.All() {
			from, until := span.Bounds()
			text, args = selectCount, append(args, from, until)
		}
		if err := s.DB.Get(ctx, text, args, &c.count); err != nil {
			return nil, fmt.Errorf("count: %w", err)
		}
		if c.count &= 1<<cellBits - 1; c.count > 0 {
			out = append(out, c)
		}
	}
	slices.SortFunc(out, func(a, b storedCell) int { return cmp.Compare(a.num, b.num) })
	return out, nil
}

func (s *Service) countRuns(ctx context.Context, key string) (all, holdout int, err error) {
	cells, err := s.counted(ctx, key, outreach.Span{}, ofRuns)
	var out Report
	for _, c := range cells {
		out.add(c)
	}
	return out.Runs, out.Holdout, err
}

// Totals is a report without its steps.
func (s *Service) Totals(ctx context.Context, key string) (out Report, err error) {
	cells, err := s.counted(ctx, key, outreach.Span{}, ofRuns)
	if err != nil {
		return out, err
	}
	for _, c := range cells {
		out.add(c)
	}
	s.Timeline.RLock()
	defer s.Timeline.RUnlock()
	if b := s.books[key]; b != nil {
		out.Live = b.live
	}
	return out, nil
}
