package task

import (
	"context"
	"slices"
	"strings"

	"yutang/internal/contact"
	"yutang/internal/fault"
	"yutang/internal/flow"
	"yutang/internal/staff"
)

// doer is who is to do a task, or why nobody is.
type doer struct {
	corp, user string
	department int64
	reason     string
}

// whose finds who does a task.
func (s *Service) whose(ctx context.Context, t Task) (doer, error) {
	switch t.Spec.Assign {
	case "", "owner":
		return s.owner(ctx, t)
	case "leader":
		d, err := s.owner(ctx, t)
		if err != nil || d.reason != "" {
			return d, err
		}
		above, err := s.leader(ctx, d.corp, d.user)
		if err != nil {
			return d, err
		}
		if above == "" {
			return doer{corp: d.corp, reason: NoLeader}, nil
		}
		return s.member(ctx, d.corp, above)
	}
	corp, err := s.onlyCorp(ctx, t.Spec.Corp)
	if err != nil {
		return doer{}, err
	}
	if corp == "" {
		return doer{reason: NoCorp}, nil
	}
	return s.member(ctx, corp, t.Spec.Assign)
}

// onlyCorp is the corp named, or else the only one.
func (s *Service) onlyCorp(ctx context.Context, named string) (string, error) {
	if named != "" {
		return named, nil
	}
	list, err := s.Corps.List(ctx)
	if err != nil || len(list) != 1 {
		return "", err
	}
	return list[0].ID, nil
}

// CheckAssignee says whether tasks can be given to a member by name; corp "" is the only one.
func (s *Service) CheckAssignee(ctx context.Context, corp, user string) error {
	corp, err := s.onlyCorp(ctx, corp)
	if err != nil {
		return err
	}
	if corp == "" {
		return fault.New(fault.Precondition, "no_corp", "it is not clear of which corp %q is; connect a corp, or name one in \"corp\" beside it", user)
	}
	d, err := s.member(ctx, corp, user)
	if err == nil && d.reason != "" {
		err = fault.New(fault.Precondition, "no_member", "nobody who works at corp %q has the userid %q; choose another, \"owner\" or \"leader\"", corp, user)
	}
	return err
}

// member is somebody who works here.
func (s *Service) member(ctx context.Context, corp, user string) (doer, error) {
	m, err := s.Staff.Get(ctx, corp, user)
	if fault.Is(err, fault.NotFound) || err == nil && !works(m) {
		return doer{corp: corp, reason: NoMember}, nil
	}
	return doer{corp: corp, user: user, department: department(m)}, err
}

func works(m staff.Member) bool {
	return m.Here() && m.Status != staff.Disabled && m.Status != staff.Gone
}

func department(m staff.Member) int64 {
	if len(m.Departments) == 0 {
		return 0
	}
	return m.Departments[0]
}

// owner is who has the subject: of a customer the member added last.
func (s *Service) owner(ctx context.Context, t Task) (doer, error) {
	corp, name, _ := strings.Cut(t.Subject, "/")
	switch t.Kind {
	case flow.Staff:
		return s.member(ctx, corp, name)
	case flow.Groups:
		if s.GroupOwner == nil {
			return doer{corp: corp, reason: NoCandidate}, nil
		}
		user, err := s.GroupOwner(ctx, corp, name)
		if err != nil || user == "" {
			return doer{corp: corp, reason: NoCandidate}, err
		}
		return s.member(ctx, corp, user)
	case flow.Brand:
		return doer{reason: NoCandidate}, nil
	}
	return s.ownerOf(ctx, t.Ord, "")
}

// ownerOf is the member who has a customer as a contact: the newest addition counts, of
// equal ones the first by name. One member can be passed over.
func (s *Service) ownerOf(ctx context.Context, ord uint32, but string) (doer, error) {
	records, err := s.Timeline.Records(ord)
	if err != nil {
		return doer{reason: NoOwner}, notMissing(err)
	}
	all, err := s.Contacts.OfLeaves(ctx, records)
	if err != nil {
		return doer{}, err
	}
	slices.SortStableFunc(all, func(a, b contact.Contact) int {
		if c := b.AddedAt.Compare(a.AddedAt); c != 0 {
			return c
		}
		return strings.Compare(a.User, b.User)
	})
	for _, c := range all {
		if !c.State.Alive() || c.User == but {
			continue
		}
		d, err := s.member(ctx, c.Corp, c.User)
		if err != nil || d.reason == "" {
			return d, err
		}
	}
	return doer{reason: NoOwner}, nil
}

func notMissing(err error) error {
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}

// leader is who leads a member: the direct leader, else who leads the department or the next
// one above; "" if nobody does.
func (s *Service) leader(ctx context.Context, corp, user string) (string, error) {
	m, err := s.Staff.Get(ctx, corp, user)
	if err != nil {
		return "", notMissing(err)
	}
	for _, l := range m.DirectLeaders {
		if d, err := s.member(ctx, corp, l); err != nil || d.reason == "" && l != user {
			return d.user, err
		}
	}
	parts, err := s.Staff.Departments(ctx, corp)
	if err != nil {
		return "", err
	}
	seen := map[int64]bool{}
	for at := department(m); at != 0 && !seen[at]; {
		seen[at] = true
		i := slices.IndexFunc(parts, func(p staff.Department) bool { return p.ID == at })
		if i < 0 {
			return "", nil
		}
		for _, l := range s.leadersOf(ctx, corp, parts[i]) {
			if l != user {
				return l, nil
			}
		}
		at = parts[i].Parent
	}
	return "", nil
}

// leadersOf are the working leaders of a department, as it or they themselves say.
func (s *Service) leadersOf(ctx context.Context, corp string, p staff.Department) (out []string) {
	for _, l := range p.Leaders {
		if d, err := s.member(ctx, corp, l); err == nil && d.reason == "" {
			out = append(out, l)
		}
	}
	f := staff.Filter{Department: p.ID}
	for len(out) == 0 {
		list, err := s.Staff.List(ctx, corp, f)
		if err != nil {
			return out
		}
		for _, m := range list.Items {
			if works(m) && slices.Contains(m.Leader, p.ID) {
				out = append(out, m.UserID)
			}
		}
		if f.Cursor = list.Next; f.Cursor == "" {
			break
		}
	}
	return out
}
