package playbook

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"yutang/internal/fault"
	"yutang/internal/flow"
)

// starter is a playbook with those that its steps start, as they name them.
type starter struct {
	num      int64
	id, name string
	starts   []string
}

// starts lists whom the steps of a flow start, and where they say so.
func starts(f *flow.Flow) (named, pointers []string) {
	for _, op := range f.Steps {
		if op.Kind == flow.KindStart {
			named, pointers = append(named, op.Step.Start.Playbook), append(pointers, op.Pointer+"/start/playbook")
		}
	}
	return named, pointers
}

// checkCircle refuses a draft that, with what is published, would start itself: directly,
// or by way of others. What changes later, such as a name, is left to the limit on chains.
func (s *Service) checkCircle(ctx context.Context, b Playbook, f *flow.Flow) error {
	named, pointers := starts(f)
	if len(named) == 0 {
		return nil
	}
	all, err := s.starters(ctx, b, f)
	if err != nil {
		return err
	}
	var found faults
	for i, name := range named {
		if way := wayBack(all, name, b.ID, map[string]bool{}); way != nil {
			found = append(found, fault.Field{
				Pointer: pointers[i],
				Detail:  "starts itself in a circle: " + strings.Join(append([]string{f.Definition.Name}, way...), " → ") + "; leave out one of these steps, or start the other playbook by an event",
			})
		}
	}
	return found.err()
}

// starters are the playbooks in force and the draft in the place of its own, in the order in
// which a name finds them: see bookNamed.
func (s *Service) starters(ctx context.Context, b Playbook, f *flow.Flow) ([]starter, error) {
	own, _ := starts(f)
	out := []starter{{b.num, b.ID, f.Definition.Name, own}}
	books, err := s.notDrafts(ctx)
	if err != nil {
		return nil, err
	}
	for _, other := range books {
		if other.ID == b.ID || other.State == Ended || other.Version == 0 {
			continue
		}
		p, err := s.plan(ctx, other.ID, other.Version)
		if unreadable(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		named, _ := starts(p.Flow)
		out = append(out, starter{other.num, other.ID, p.Definition.Name, named})
	}
	slices.SortFunc(out, func(x, y starter) int { return cmp.Compare(x.num, y.num) })
	return out, nil
}

// wayBack is the names of the playbooks that lead from one to the goal, nil if none do.
func wayBack(all []starter, from, goal string, seen map[string]bool) []string {
	for _, x := range all {
		if x.id != from && x.name != from {
			continue
		}
		if x.id == goal {
			return []string{x.name}
		}
		if seen[x.id] {
			return nil
		}
		seen[x.id] = true
		for _, next := range x.starts {
			if way := wayBack(all, next, goal, seen); way != nil {
				return append([]string{x.name}, way...)
			}
		}
		return nil
	}
	return nil
}
