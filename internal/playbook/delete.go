package playbook

import (
	"context"
	"slices"
	"strings"

	"yutang/internal/fault"
	"yutang/internal/flow"
)

// Delete removes a draft that was never published and that no other playbook names. also
// happens in the same transaction.
func (s *Service) Delete(ctx context.Context, key string, also func(ctx context.Context, b Playbook) error) error {
	s.edit.Lock()
	defer s.edit.Unlock()
	return s.do(ctx, func(ctx context.Context) error {
		b, err := s.Get(ctx, key)
		if err != nil {
			return err
		}
		if err := s.checkUnused(ctx, b); err != nil {
			return err
		}
		if err := s.deletePlaybook(ctx, b); err != nil {
			return err
		}
		if s.Forget != nil {
			if err := s.Forget(ctx, b.ID); err != nil {
				return err
			}
		}
		if err := also(ctx, b); err != nil {
			return err
		}
		delete(s.books, b.ID) // an ended draft is there
		delete(s.byNum, b.num)
		s.reindex()
		return nil
	})
}

// checkUnused refuses to delete what was published or what others start or stop.
func (s *Service) checkUnused(ctx context.Context, b Playbook) error {
	if b.Version > 0 {
		return fault.New(fault.Precondition, "playbook_published", "a playbook that was published keeps its numbers and its history; end it instead")
	}
	books, err := s.all(ctx)
	if err != nil {
		return err
	}
	names := []string{b.ID}
	if !slices.ContainsFunc(books, func(x Playbook) bool { return x.ID != b.ID && x.State != Ended && x.Name() == b.Name() }) {
		names = append(names, b.Name())
	}
	var users []string
	for _, other := range books {
		if other.ID == b.ID || other.State == Ended {
			continue
		}
		uses, err := s.mentions(ctx, other, names)
		if err != nil {
			return err
		}
		if uses {
			users = append(users, other.Name())
		}
	}
	if len(users) > 0 {
		return fault.New(fault.Conflict, "playbook_in_use", "it is started or stopped by %s; change those first", strings.Join(users, ", "))
	}
	return nil
}

// mentions says whether a step of the draft or of the version in force starts or stops one
// of these playbooks.
func (s *Service) mentions(ctx context.Context, b Playbook, names []string) (bool, error) {
	var flows []*flow.Flow
	if f, err := flow.Parse(b.Draft, s.Zone()); err == nil {
		flows = append(flows, f)
	}
	if b.Version > 0 {
		p, err := s.plan(ctx, b.ID, b.Version)
		if err != nil && !unreadable(err) {
			return false, err
		}
		if err == nil {
			flows = append(flows, p.Flow)
		}
	}
	for _, f := range flows {
		for _, op := range f.Steps {
			if op.Kind == flow.KindStart && slices.Contains(names, op.Step.Start.Playbook) ||
				op.Kind == flow.KindStop && slices.Contains(names, op.Step.Stop.Playbook) {
				return true, nil
			}
		}
	}
	return false, nil
}
