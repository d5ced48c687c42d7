package library

import (
	"context"
	"time"

	"yutang/internal/access"
	"yutang/internal/fault"
)

// Publish asks for a version to be used: it is approved at once where the brand asks for no
// second look and the one who asks may approve, else it waits for review. Number 0 is the
// newest.
func (s *Service) Publish(ctx context.Context, materialID string, number int) (Material, error) {
	strict, err := s.NeedsApproval(ctx)
	if err != nil {
		return Material{}, err
	}
	return s.decide(ctx, materialID, number, func(ctx context.Context, m *Material, v *Version) error {
		if v.State != Draft && v.State != Archived && v.State != Review {
			return wrongState(*v, "published", "a draft, or an archived version to use again")
		}
		v.SubmittedAt, v.SubmittedBy = s.Clock.Now(), actor(ctx)
		if strict || !access.Can(ctx, access.ContentApprove) {
			v.State, v.DecidedAt, v.DecidedBy = Review, time.Time{}, ""
			return nil
		}
		return s.take(ctx, m, v)
	})
}

// Approve takes a version into use that waits for review. Where the brand asks for a second
// look its author cannot.
func (s *Service) Approve(ctx context.Context, materialID string, number int) (Material, error) {
	strict, err := s.NeedsApproval(ctx)
	if err != nil {
		return Material{}, err
	}
	return s.decide(ctx, materialID, number, func(ctx context.Context, m *Material, v *Version) error {
		switch {
		case v.State != Review:
			return wrongState(*v, "approved", "one in review: publish it first")
		case strict && (v.CreatedBy == actor(ctx) || v.SubmittedBy == actor(ctx)):
			return fault.New(fault.Forbidden, "own_version", "somebody else must approve what you wrote")
		}
		return s.take(ctx, m, v)
	})
}

// Reject sends a version in review back, with the reason. What is to be changed becomes
// another version.
func (s *Service) Reject(ctx context.Context, materialID string, number int, reason string) (Material, error) {
	if err := checkNote(reason); err != nil || reason == "" {
		return Material{}, fault.BadField("/reason", "tell the author why, in at most %d characters", maxNote)
	}
	return s.decide(ctx, materialID, number, func(ctx context.Context, _ *Material, v *Version) error {
		if v.State != Review {
			return wrongState(*v, "rejected", "one in review")
		}
		v.State, v.Reason, v.DecidedAt, v.DecidedBy = Rejected, reason, s.Clock.Now(), actor(ctx)
		return nil
	})
}

// Archive takes the approved version out of use: the material can no more be sent.
func (s *Service) Archive(ctx context.Context, materialID string) (Material, error) {
	m, err := s.Get(ctx, materialID)
	if err != nil {
		return Material{}, err
	}
	if m.Approved == 0 {
		return Material{}, fault.New(fault.Precondition, "material_not_approved", "no version of %q is in use", m.Name)
	}
	return s.decide(ctx, materialID, m.Approved, func(_ context.Context, m *Material, v *Version) error {
		v.State, m.Approved = Archived, 0
		return nil
	})
}

// take makes v the version in use; the one before it is archived.
func (s *Service) take(ctx context.Context, m *Material, v *Version) error {
	if m.Approved != 0 && m.Approved != v.Number {
		old, err := s.selectVersion(ctx, m.ID, m.Approved)
		if err != nil {
			return err
		}
		old.State = Archived
		if err := s.updateVersion(ctx, m.ID, old); err != nil {
			return err
		}
	}
	m.Approved, v.State, v.DecidedAt, v.DecidedBy = v.Number, Approved, s.Clock.Now(), actor(ctx)
	return nil
}

// decide changes the state of a version, 0 the newest.
func (s *Service) decide(ctx context.Context, materialID string, number int, change func(context.Context, *Material, *Version) error) (Material, error) {
	return s.edit(ctx, materialID, func(ctx context.Context, m *Material) error {
		if number == 0 {
			number = m.Latest
		}
		v, err := s.selectVersion(ctx, materialID, number)
		if err != nil {
			return err
		}
		if err := change(ctx, m, &v); err != nil {
			return err
		}
		if number == m.Latest {
			m.Version = v
		}
		return s.updateVersion(ctx, materialID, v)
	})
}

func wrongState(v Version, wanted, allowed string) error {
	return fault.New(fault.Precondition, "wrong_state", "version %d is %s; %s can be %s", v.Number, v.State, allowed, wanted)
}
