package contact

import (
	"bytes"
	"context"
	"slices"
	"time"
)

// Roster is what we hold of one member's relations, for comparing with a pull. It is as
// of its making; what it decides is weighed again before anything is written.
type Roster struct {
	corp, user string
	rows       map[string]brief
}

type brief struct {
	state  State
	digest []byte
}

// Len is the number of relations, ended ones too.
func (r *Roster) Len() int { return len(r.rows) }

// Compare says which of the listed external contacts are unknown, or ended here, and which
// living ones are not listed.
func (r *Roster) Compare(listed []string) (unknown, ended, absent []string) {
	there := make(map[string]bool, len(listed))
	for _, external := range listed {
		there[external] = true
		switch b, ok := r.rows[external]; {
		case !ok:
			unknown = append(unknown, external)
		case !b.state.Alive():
			ended = append(ended, external)
		}
	}
	for external, b := range r.rows {
		if b.state.Alive() && !there[external] {
			absent = append(absent, external)
		}
	}
	slices.Sort(absent)
	return unknown, ended, absent
}

// Merge takes over a part of what the platform lists for the roster's member, as of a
// moment not later than the question. What is unchanged costs next to nothing.
func (s *Service) Merge(ctx context.Context, r *Roster, seen []Seen, asOf time.Time) (Drift, error) {
	var touches []touch
	for i := range seen {
		if e := &seen[i]; !s.unchanged(r, e) {
			touches = append(touches, touch{user: r.user, external: e.External, origin: BySync, seen: e, asOf: asOf})
		}
	}
	drift := Drift{}
	if len(touches) > 0 {
		var err error
		if drift, err = s.apply(ctx, r.corp, touches); err != nil {
			return drift, err
		}
	}
	return drift, s.observed(ctx, r.corp, seen, asOf)
}

func (s *Service) unchanged(r *Roster, seen *Seen) bool {
	b, ok := r.rows[seen.External]
	return ok && b.state == Active && bytes.Equal(b.digest, s.digest(seen.External, seen))
}

// absentBatch is how many relations end in one transaction.
const absentBatch = 200

// Absent ends the active relations of a member that a complete list, asked for at asOf,
// does not have. Additions after that stay.
func (s *Service) Absent(ctx context.Context, corp, user string, externals []string, asOf time.Time) (Drift, error) {
	drift := Drift{}
	for part := range slices.Chunk(externals, absentBatch) {
		touches := make([]touch, len(part))
		for i, external := range part {
			touches[i] = touch{user: user, external: external, origin: BySync, absent: true, asOf: asOf}
		}
		more, err := s.apply(ctx, corp, touches)
		if err != nil {
			return drift, err
		}
		drift.Add(more)
	}
	return drift, nil
}

// Wrote notes what we wrote to the platform through its API, where that raises no callback:
// change edits tags, remark, description, company or mobiles. The next pull then finds
// nothing different. It raises no event and no transition. A relation that is not known is
// left to the pull.
func (s *Service) Wrote(ctx context.Context, corp, user, external string, change func(c *Contact)) error {
	defer s.lock(corp, []string{external})()
	r, err := s.load(ctx, corp, user, external)
	if err != nil || r.State == "" {
		return err
	}
	written := r.Contact
	written.Tags, written.Mobiles = slices.Clone(r.Tags), slices.Clone(r.Mobiles)
	change(&written)
	slices.Sort(written.Tags)
	r.Tags = slices.Compact(written.Tags)
	r.Remark, r.Description, r.Company, r.Mobiles = written.Remark, written.Description, written.Company, written.Mobiles
	return s.DB.InTx(ctx, func(ctx context.Context) error { return s.save(ctx, []row{r}) })
}
