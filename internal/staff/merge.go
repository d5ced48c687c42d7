package staff

import (
	"context"
	"slices"
	"time"
)

// Directory is what a pull read of a corp. Complete says that everybody was read, so that
// who is missing has left.
type Directory struct {
	Departments []Department
	Members     []Member
	Follows     []string
	Complete    bool
}

// Drift counts what a pull found different, by kind.
type Drift map[string]int

// The kinds of drift.
const (
	DriftMissing    = "missing"
	DriftLeft       = "left"
	DriftChanged    = "changed"
	DriftDepartment = "department"
)

// Merge takes over what a pull read, as of the moment before its first question. Callbacks
// that are newer stay. What is unchanged costs no write.
func (s *Service) Merge(ctx context.Context, corp string, d Directory, asOf time.Time) (Drift, error) {
	drift := Drift{}
	held := map[string]row{}
	if err := s.each(ctx, corp, "", func(r row) bool { held[r.UserID] = r; return true }); err != nil {
		return nil, err
	}
	changed := mergeMembers(corp, d, held, asOf, drift)
	parts, err := s.parts(ctx, corp)
	if err != nil {
		return nil, err
	}
	moved := mergeDepartments(corp, d, parts, asOf, drift)
	if len(changed)+len(moved) == 0 {
		return drift, nil
	}
	return drift, s.DB.InTx(ctx, func(ctx context.Context) error {
		if err := s.save(ctx, changed); err != nil {
			return err
		}
		return s.saveParts(ctx, moved)
	})
}

func mergeMembers(corp string, d Directory, held map[string]row, asOf time.Time, drift Drift) (changed []row) {
	follows := map[string]bool{}
	for _, user := range d.Follows {
		follows[user] = true
	}
	listed := map[string]bool{}
	members := d.Members
	for _, m := range members {
		listed[m.UserID] = true
	}
	for _, user := range slices.Compact(slices.Sorted(slices.Values(d.Follows))) {
		if old, known := held[user]; !listed[user] && (!known || !old.Here()) {
			members = append(members, Member{UserID: user, Status: Active})
			listed[user] = true
		}
	}
	for _, m := range members {
		r := merged(held[m.UserID], m, follows[m.UserID], asOf)
		r.Corp = corp
		switch old, known := held[m.UserID]; {
		case known && (old.told > asOf.UnixMilli() || same(old, r)):
			continue
		case known && old.Here():
			drift[DriftChanged]++
		default:
			drift[DriftMissing]++
		}
		changed = append(changed, r)
	}
	for user, r := range held {
		switch {
		case listed[user] || !r.Here() || r.told > asOf.UnixMilli():
		case d.Complete && !follows[user]:
			r.Left, r.Follow, r.Status = asOf, false, Gone
			changed = append(changed, r)
			drift[DriftLeft]++
		case r.Follow != follows[user]:
			r.Follow = follows[user]
			changed = append(changed, r)
			drift[DriftChanged]++
		}
	}
	return changed
}

// merged is a member as pulled over what is held: the platform withholds some fields.
func merged(old row, m Member, follow bool, asOf time.Time) row {
	r := row{Member: m, told: old.told}
	r.Follow = follow
	if r.Name == "" {
		r.Name, r.Alias, r.Position = old.Name, old.Alias, old.Position
	}
	if len(r.Departments) == 0 {
		r.Departments, r.Leader = old.Departments, old.Leader
	}
	if len(r.DirectLeaders) == 0 {
		r.DirectLeaders = old.DirectLeaders
	}
	if r.Status == 0 {
		r.Status = old.Status
	}
	if r.Status == 0 {
		r.Status = Active
	}
	r.Left = time.Time{}
	if r.Status == Gone {
		r.Left = old.Left
		if r.Left.IsZero() {
			r.Left = asOf
		}
	}
	return r
}

func same(a, b row) bool {
	return a.Name == b.Name && a.Alias == b.Alias && a.Position == b.Position && a.Status == b.Status && a.Follow == b.Follow &&
		a.Left.Equal(b.Left) && slices.Equal(a.Departments, b.Departments) && slices.Equal(a.Leader, b.Leader) &&
		slices.Equal(a.DirectLeaders, b.DirectLeaders)
}

func mergeDepartments(corp string, d Directory, held map[int64]part, asOf time.Time, drift Drift) (changed []part) {
	listed := map[int64]bool{}
	for _, dep := range d.Departments {
		listed[dep.ID] = true
		dep.Corp = corp
		old, known := held[dep.ID]
		if dep.Name == "" {
			dep.Name = old.Name
		}
		alike := known && !old.gone && old.Name == dep.Name && old.Parent == dep.Parent && old.Order == dep.Order && slices.Equal(old.Leaders, dep.Leaders)
		if alike || old.told > asOf.UnixMilli() {
			continue
		}
		changed = append(changed, part{Department: dep, told: old.told})
		drift[DriftDepartment]++
	}
	for id, p := range held {
		if d.Complete && !listed[id] && !p.gone && p.told <= asOf.UnixMilli() {
			p.gone = true
			changed = append(changed, p)
			drift[DriftDepartment]++
		}
	}
	return changed
}
