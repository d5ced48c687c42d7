package playbook

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"

	"yutang/internal/flow"
	"yutang/internal/outreach"
	"yutang/internal/page"
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

// Report counts what happened in a playbook; version 0 is all versions together.
func (s *Service) Report(ctx context.Context, key string, version int) (out Report, err error) {
	b, err := s.Get(ctx, key)
	if err != nil {
		return out, err
	}
	cells, err := s.counted(ctx, key, func(c storedCell) bool { return version == 0 || c.version == version })
	if err != nil {
		return out, err
	}
	touches, err := s.Outreach.StepCounts(ctx, key, version)
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

// counted are those of a playbook's counters that are wanted, with what they have counted.
func (s *Service) counted(ctx context.Context, key string, wanted func(c storedCell) bool) ([]storedCell, error) {
	all, err := s.storedCells(ctx, key)
	if err != nil {
		return nil, err
	}
	out := make([]storedCell, 0, len(all))
	for _, c := range all {
		if !wanted(c) {
			continue
		}
		if err := s.DB.Get(ctx, selectEnd, []any{c.num << cellBits, (c.num + 1) << cellBits}, &c.count); err != nil {
			return nil, fmt.Errorf("count: %w", err)
		}
		c.count &= 1<<cellBits - 1
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b storedCell) int { return cmp.Compare(a.num, b.num) })
	return out, nil
}

func (s *Service) countRuns(ctx context.Context, key string) (all, holdout int, err error) {
	cells, err := s.counted(ctx, key, ofRuns)
	var out Report
	for _, c := range cells {
		out.add(c)
	}
	return out.Runs, out.Holdout, err
}

// WaitingNow is the outcome that asks for the people who wait in a step.
const WaitingNow flow.Outcome = "waiting"

// PeopleFilter names a number of a report. Step "" is the run as a whole; Version 0 all
// versions; Detail "" any.
type PeopleFilter struct {
	Playbook string
	Version  int
	Step     string
	Outcome  flow.Outcome
	Detail   string
	Limit    int
	Cursor   string
}

// Person is somebody behind a number.
type Person struct {
	Run string
	Ord uint32
	At  int64 // when it happened, ms
}

const selectPeople = `SELECT h.num, h.run, COALESCE(r.old_id, ''), h.ord, h.at FROM playbook_step h LEFT JOIN playbook_run r ON r.num = h.run
	WHERE h.num > $1 AND h.num < $2 ORDER BY h.num DESC LIMIT $3`

// People lists who is behind a number, the newest first within each of its counters.
func (s *Service) People(ctx context.Context, f PeopleFilter) (out page.Page[Person], err error) {
	var before int64
	if _, err := page.After(f.Cursor, &before); err != nil {
		return out, err
	}
	limit := page.Limit(f.Limit)
	if f.Outcome == WaitingNow {
		return s.standingPeople(ctx, f, before, limit)
	}
	cells, err := s.storedCells(ctx, f.Playbook)
	if err != nil {
		return out, err
	}
	var nums []int64
	for num, c := range cells {
		if f.counts(c) && (before == 0 || num <= before>>cellBits) {
			nums = append(nums, num)
		}
	}
	slices.SortFunc(nums, func(a, b int64) int { return cmp.Compare(b, a) })
	all := []rowPerson{}
	for _, num := range nums {
		end := (num + 1) << cellBits
		if before>>cellBits == num {
			end = before
		}
		if all, err = s.peopleOf(ctx, all, num<<cellBits, end, limit+1-len(all)); err != nil {
			return out, fmt.Errorf("list people: %w", err)
		}
		if len(all) > limit {
			break
		}
	}
	return people(all, limit), nil
}

// rowPerson is a person with the number of the row that tells of them.
type rowPerson struct {
	Person
	num int64
}

// people makes a page of what was read with one more.
func people(all []rowPerson, limit int) (out page.Page[Person]) {
	cutPage := page.Cut(all, limit, func(p rowPerson) int64 { return p.num })
	out.Next, out.Items = cutPage.Next, make([]Person, len(cutPage.Items))
	for i, p := range cutPage.Items {
		out.Items[i] = p.Person
	}
	return out
}

// peopleOf appends those of one counter, the newest first.
func (s *Service) peopleOf(ctx context.Context, all []rowPerson, from, to int64, limit int) ([]rowPerson, error) {
	err := s.DB.Each(ctx, selectPeople, []any{from, to, limit}, func(rows *sql.Rows) error {
		var p rowPerson
		var run int64
		err := rows.Scan(&p.num, &run, &p.Run, &p.Ord, &p.At)
		if p.Run == "" && run != 0 {
			p.Run = runID(run)
		}
		all = append(all, p)
		return err
	})
	return all, err
}

// counts says whether a counter is part of the number.
func (f PeopleFilter) counts(c storedCell) bool {
	switch {
	case c.step != f.Step, f.Version != 0 && c.version != f.Version, f.Detail != "" && c.detail != f.Detail:
		return false
	case f.Outcome == flow.Entered && f.Step != "":
		return c.outcome == flow.Entered || c.atOnce
	}
	return c.outcome == f.Outcome
}

// standingPeople lists the runs that wait in a step.
func (s *Service) standingPeople(ctx context.Context, f PeopleFilter, before int64, limit int) (out page.Page[Person], err error) {
	var all []rowPerson
	s.Timeline.RLock()
	if b := s.books[f.Playbook]; b != nil {
		for i := range s.slab.slots {
			x := &s.slab.slots[i]
			if x.num == 0 || before != 0 && x.num >= before {
				continue
			}
			e := s.editions[x.plan]
			if e.book == b && (f.Step == "" || e.Steps[x.step].Step.ID == f.Step) && (f.Version == 0 || e.version == f.Version) {
				all = append(all, rowPerson{Person{runID(x.num), x.ord, x.since}, x.num})
			}
		}
	}
	s.Timeline.RUnlock()
	slices.SortFunc(all, func(a, b rowPerson) int { return cmp.Compare(b.num, a.num) })
	return people(all[:min(len(all), limit+1)], limit), ctx.Err()
}

// Totals is a report without its steps.
func (s *Service) Totals(ctx context.Context, key string) (out Report, err error) {
	cells, err := s.counted(ctx, key, ofRuns)
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
