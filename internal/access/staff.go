package access

import (
	"context"
	"time"

	"yutang/internal/db"
	"yutang/internal/fault"
	"yutang/internal/id"
)

// StaffLookup says who a member of staff is now: the name, and whether others are led. ok
// is false for who is not known, has left, or is disabled. An error decides nothing.
type StaffLookup func(ctx context.Context, corp, user string) (name string, leads, ok bool, err error)

// staffBelieved is how long an answer of the lookup is believed for a session.
const staffBelieved = time.Minute

const staffSessionPrefix = "sts"

// heldStaff is what the lookup said of a session's member.
type heldStaff struct {
	principal Principal
	until     time.Time
}

// UseStaff lets staff log in. Before the first request.
func (s *Service) UseStaff(lookup StaffLookup) { s.staff = lookup }

var errNotStaff = fault.New(fault.Forbidden, "not_staff", "the directory knows no active member of this id")

// OpenStaffSession opens a session of a member whom the platform has named. Its secret
// belongs in the same cookie as an account's. It lasts as long, and ends within a minute
// after the member left or was disabled.
func (s *Service) OpenStaffSession(ctx context.Context, who StaffRef) (Session, string, error) {
	p, ok, err := s.staffPrincipal(ctx, who)
	if err != nil {
		return Session{}, "", err
	}
	if !ok {
		return Session{}, "", errNotStaff
	}
	secret, now := newSecret(), s.clock.Now()
	session := Session{ID: id.New(staffSessionPrefix), ExpiresAt: now.Add(SessionAge)}
	ctx = As(ctx, p)
	err = s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.insertStaffSession(ctx, session, who, hashSecret(secret), now); err != nil {
			return err
		}
		return s.Audit(ctx, "staff_session.open", who.String(), nil)
	})
	return session, secret, err
}

func (s *Service) staffPrincipal(ctx context.Context, who StaffRef) (Principal, bool, error) {
	if s.staff == nil {
		return Principal{}, false, nil
	}
	name, leads, ok, err := s.staff(ctx, who.Corp, who.User)
	if err != nil || !ok {
		return Principal{}, false, err
	}
	p := Principal{ID: who.String(), Name: name, Role: Staff, Kind: ByStaff, Scope: ScopeOwn, Staff: &who}
	if leads {
		p.Scope = ScopeDepartment
	}
	return p, true, nil
}

// authenticateStaff finds the principal of a session's hash among staff.
func (s *Service) authenticateStaff(ctx context.Context, hash [32]byte) (Principal, error) {
	found, err := s.staffSessionByHash(ctx, hash)
	if fault.Is(err, fault.NotFound) {
		return Principal{}, errBadSession
	}
	if err != nil {
		return Principal{}, err
	}
	now := s.clock.Now()
	seen := db.Moment(max(found.seenAt, s.lastUse(found.id)))
	if !now.Before(found.expires) || now.Sub(seen) >= SessionIdle {
		return Principal{}, errBadSession
	}
	p, err := s.stillStaff(ctx, found, hash, now)
	if err == nil {
		s.noteUse(found.id, now.UnixMilli())
	}
	return p, err
}

// stillStaff asks at most once in staffBelieved whether the member is still one, and ends
// the session if not.
func (s *Service) stillStaff(ctx context.Context, found foundStaffSession, hash [32]byte, now time.Time) (Principal, error) {
	s.mu.Lock()
	held, kept := s.here[found.id]
	s.mu.Unlock()
	if kept && now.Before(held.until) {
		return held.principal, nil
	}
	p, ok, err := s.staffPrincipal(ctx, found.who)
	if err != nil {
		return Principal{}, err
	}
	if !ok {
		if err := s.db.InTx(ctx, func(ctx context.Context) error { return s.closeStaffSession(ctx, hash) }); err != nil {
			return Principal{}, err
		}
		return Principal{}, errBadSession
	}
	s.mu.Lock()
	s.here[found.id] = heldStaff{principal: p, until: now.Add(staffBelieved)}
	s.mu.Unlock()
	return p, nil
}

// closeStaffSession ends a session of staff in ctx's transaction. An unknown one is as
// good as ended.
func (s *Service) closeStaffSession(ctx context.Context, hash [32]byte) error {
	found, err := s.staffSessionByHash(ctx, hash)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := s.deleteStaffSession(ctx, hash); err != nil {
		return err
	}
	s.mu.Lock()
	delete(s.here, found.id)
	s.mu.Unlock()
	return s.Audit(ctx, "staff_session.close", found.who.String(), nil)
}

// forgetOldStaff drops what was believed and is not any more.
func (s *Service) forgetOldStaff() {
	now := s.clock.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, held := range s.here {
		if !now.Before(held.until) {
			delete(s.here, id)
		}
	}
}
