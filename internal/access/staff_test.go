package access_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"yutang/internal/access"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/fault"
)

// roster is a directory that tests change.
type roster struct {
	members map[access.StaffRef]bool // who leads others
	asked   int
	err     error
}

func (r *roster) lookup(_ context.Context, corp, user string) (string, bool, bool, error) {
	r.asked++
	leads, ok := r.members[access.StaffRef{Corp: corp, User: user}]
	return "member " + user, leads, ok, r.err
}

var wang, li = access.StaffRef{Corp: "ww1", User: "wang"}, access.StaffRef{Corp: "ww1", User: "li"}

func staffed(t *testing.T, d *db.DB) (*door, *roster) {
	t.Helper()
	s, r := newDoor(t, d), &roster{members: map[access.StaffRef]bool{wang: true, li: false}}
	s.UseStaff(r.lookup)
	return s, r
}

// covers: H2, J1
func TestStaffSession_OpensForMembersWithTheirScope(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, _ := staffed(t, d)
		for who, scope := range map[access.StaffRef]access.Scope{wang: access.ScopeDepartment, li: access.ScopeOwn} {
			_, secret, err := s.OpenStaffSession(s.ctx, who)
			if err != nil {
				t.Fatal(err)
			}
			p, err := s.AuthenticateSession(s.ctx, secret)
			if err != nil {
				t.Fatal(err)
			}
			want := access.Principal{
				ID: who.String(), Name: "member " + who.User, Role: access.Staff, Kind: access.ByStaff, Scope: scope, Staff: &who,
			}
			if diff := cmp.Diff(want, p); diff != "" {
				t.Error(diff)
			}
			if got := p.Permissions(); len(got) != 1 || got[0] != access.PanelUse {
				t.Errorf("%s may %v", who.User, got)
			}
		}
		for _, stranger := range []access.StaffRef{{Corp: "ww1", User: "zhao"}, {Corp: "ww2", User: "wang"}, {}} {
			if _, _, err := s.OpenStaffSession(s.ctx, stranger); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%v: %v", stranger, err)
			}
		}
		trail, err := s.AuditTrail(s.ctx, access.AuditQuery{Object: wang.String()})
		if err != nil || len(trail.Items) != 1 || trail.Items[0].Action != "staff_session.open" || trail.Items[0].Actor != wang.String() {
			t.Errorf("trail %+v, %v", trail.Items, err)
		}
	})
}

// covers: H2, J1
func TestStaffSession_EndsWhenTheMemberIsNoMore(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, r := staffed(t, d)
		_, secret, err := s.OpenStaffSession(s.ctx, wang)
		if err != nil {
			t.Fatal(err)
		}
		ask := func() error { _, err := s.AuthenticateSession(s.ctx, secret); return err }
		r.asked = 0
		for range 5 {
			if err := ask(); err != nil {
				t.Fatal(err)
			}
			s.clock.Advance(10 * time.Second)
		}
		if r.asked != 1 {
			t.Errorf("the directory was asked %d times within a minute", r.asked)
		}
		s.clock.Advance(20 * time.Second)
		r.err = errors.New("the database is away")
		if err := ask(); err == nil || fault.Is(err, fault.Unauthenticated) {
			t.Errorf("a directory that cannot answer: %v", err)
		}
		r.err = nil
		if err := ask(); err != nil {
			t.Errorf("a directory that failed once ended the session: %v", err)
		}
		delete(r.members, wang)
		s.clock.Advance(time.Minute)
		if err := ask(); !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("after leaving: %v", err)
		}
		r.members[wang] = true
		if err := ask(); !fault.Is(err, fault.Unauthenticated) {
			t.Error("an ended session came back")
		}
		trail, err := s.AuditTrail(s.ctx, access.AuditQuery{Object: wang.String(), Actions: []string{"staff_session.close"}})
		if err != nil || len(trail.Items) != 1 {
			t.Errorf("trail %+v, %v", trail.Items, err)
		}
	})
}

// covers: J1
func TestStaffSession_EndsByAgeIdlenessAndSignOut(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, _ := staffed(t, d)
		open := func() string {
			_, secret, err := s.OpenStaffSession(s.ctx, li)
			if err != nil {
				t.Fatal(err)
			}
			return secret
		}
		alive := func(secret string) bool { _, err := s.AuthenticateSession(s.ctx, secret); return err == nil }
		used, idle := open(), open()
		for range 7 {
			if !alive(used) {
				t.Fatal("a used session ended")
			}
			s.clock.Advance(access.SessionIdle - time.Second)
			if err := s.Maintain(s.ctx); err != nil {
				t.Fatal(err)
			}
		}
		if alive(idle) || !alive(used) {
			t.Errorf("idle %t, used %t", alive(idle), alive(used))
		}
		s.clock.Advance(10 * time.Second)
		if alive(used) {
			t.Error("a session outlives its age")
		}
		last := open()
		if err := s.SignOut(s.ctx, last); err != nil || alive(last) {
			t.Errorf("signed out: %v", err)
		}
	})
}

// covers: J1
func TestStaffRole_CannotBeGiven(t *testing.T) {
	t.Parallel()
	s, _ := staffed(t, dbtest.SQLite(t))
	if access.Staff.Known() {
		t.Error("staff is a role of accounts")
	}
	if _, _, err := s.AddToken(s.ctx, access.NewToken{Name: "x", Role: access.Staff}); !fault.Is(err, fault.Invalid) {
		t.Errorf("a token: %v", err)
	}
	if _, err := s.AddAccount(s.ctx, access.NewAccount{Email: "a@b.cn", Name: "A", Password: "correct horse", Role: access.Staff}); !fault.Is(err, fault.Invalid) {
		t.Errorf("an account: %v", err)
	}
	for _, r := range []access.Role{access.Operator, access.Analyst, access.Viewer} {
		if r.Has(access.PanelUse) {
			t.Errorf("%s may use the panel", r)
		}
	}
	for _, p := range access.Permissions() {
		if p != access.PanelUse && access.Staff.Has(p) {
			t.Errorf("staff may %s", p)
		}
	}
}

// covers: J1
func TestScope_CoversWhatItHoldsAndNothingElse(t *testing.T) {
	t.Parallel()
	order := []access.Scope{access.ScopeOwn, access.ScopeDepartment, access.ScopeBrand}
	for i, have := range order {
		for j, need := range order {
			if have.Covers(need) != (i >= j) {
				t.Errorf("%s covers %s: %t", have, need, have.Covers(need))
			}
		}
		if !have.Covers(access.ScopeNone) || access.ScopeNone.Covers(have) {
			t.Errorf("none and %s", have)
		}
		for _, odd := range []access.Scope{"", "corp"} {
			if have.Covers(odd) || odd.Covers(have) || odd.Known() {
				t.Errorf("%q and %s", odd, have)
			}
		}
	}
}
