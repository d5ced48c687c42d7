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

// WaitingNow is the outcome that asks for the people who wait in a step.
const WaitingNow flow.Outcome = "waiting"

// PeopleFilter names a number of a report. Step "" is the run as a whole; Version 0 all
// versions; Detail "" any.
type PeopleFilter struct {
	outreach.Span
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
	WHERE h.num > $1 AND h.num < $2 AND h.at >= $3 AND h.at < $4 ORDER BY h.num DESC LIMIT $5`

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
	nums, err := s.countersOf(ctx, f)
	if err != nil {
		return out, err
	}
	all := []rowPerson{}
	for _, num := range nums {
		if before != 0 && num > before>>cellBits {
			continue
		}
		end := (num + 1) << cellBits
		if before>>cellBits == num {
			end = before
		}
		if all, err = s.peopleOf(ctx, all, f.Span, num<<cellBits, end, limit+1-len(all)); err != nil {
			return out, fmt.Errorf("list people: %w", err)
		}
		if len(all) > limit {
			break
		}
	}
	return people(all, limit), nil
}

// countersOf are the counters that a number adds up, the latest first.
func (s *Service) countersOf(ctx context.Context, f PeopleFilter) (nums []int64, err error) {
	cells, err := s.storedCells(ctx, f.Playbook)
	for num, c := range cells {
		if f.counts(c) {
			nums = append(nums, num)
		}
	}
	slices.SortFunc(nums, func(a, b int64) int { return cmp.Compare(b, a) })
	return nums, err
}

const selectRecords = `SELECT DISTINCT ord FROM playbook_step WHERE num >= $1 AND num < $2 AND at >= $3 AND at < $4 AND ord > 0`

// Records visits the customer records behind a number; one that was counted by several
// counters comes more than once. Limit and Cursor do not matter.
func (s *Service) Records(ctx context.Context, f PeopleFilter, visit func(ord uint32)) error {
	if f.Outcome == WaitingNow {
		for _, p := range s.whoWaits(f, 0) {
			if p.Ord != 0 {
				visit(p.Ord)
			}
		}
		return ctx.Err()
	}
	nums, err := s.countersOf(ctx, f)
	if err != nil {
		return err
	}
	from, until := f.Bounds()
	for _, num := range nums {
		err := s.DB.Each(ctx, selectRecords, []any{num << cellBits, (num + 1) << cellBits, from, until}, func(rows *sql.Rows) error {
			var ord uint32
			err := rows.Scan(&ord)
			visit(ord)
			return err
		})
		if err != nil {
			return fmt.Errorf("read who is behind a number of %s: %w", f.Playbook, err)
		}
	}
	return nil
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
func (s *Service) peopleOf(ctx context.Context, all []rowPerson, span outreach.Span, from, to int64, limit int) ([]rowPerson, error) {
	first, until := span.Bounds()
	err := s.DB.Each(ctx, selectPeople, []any{from, to, first, until, limit}, func(rows *sql.Rows) error {
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
	all := s.whoWaits(f, before)
	slices.SortFunc(all, func(a, b rowPerson) int { return cmp.Compare(b.num, a.num) })
	return people(all[:min(len(all), limit+1)], limit), ctx.Err()
}

// whoWaits are the runs that wait in a step and were started before one, 0 all.
func (s *Service) whoWaits(f PeopleFilter, before int64) (all []rowPerson) {
	s.Timeline.RLock()
	defer s.Timeline.RUnlock()
	b := s.books[f.Playbook]
	if b == nil {
		return nil
	}
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
	return all
}
