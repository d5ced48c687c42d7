package access

import (
	"context"
	"slices"

	"yutang/internal/fault"
)

// Kind says how a principal proved who it is.
type Kind string

// The kinds of principals.
const (
	BySession Kind = "session"
	ByToken   Kind = "token"
	ByStaff   Kind = "staff"   // a session of a member of staff, see OpenStaffSession
	ByProgram Kind = "program" // the command line and background work
)

// StaffRef names a member of staff of a corp.
type StaffRef struct {
	Corp string
	User string // userid
}

// String is the member's id as a principal.
func (r StaffRef) String() string { return "staff/" + r.Corp + "/" + r.User }

// Principal is who asks. ID is the account's or the token's; Name is for people and is
// never logged.
type Principal struct {
	ID    string
	Name  string
	Role  Role
	Kind  Kind
	Scope Scope
	Only  []Permission // narrows the role; nil is all of it
	Staff *StaffRef    // who it is of the staff; nil unless ByStaff

	Masked bool // is shown personal values masked, also with customers.unmask: see MaskByDefault
}

// Cookied says that a browser sends the credentials by itself, so that writes need proof
// that our own page makes them.
func (p Principal) Cookied() bool { return p.Kind == BySession || p.Kind == ByStaff }

// System is the program itself. Its acts are audited as "system".
var System = Principal{ID: "system", Name: "system", Role: Owner, Kind: ByProgram, Scope: ScopeBrand}

// Can says whether the principal has permission p.
func (p Principal) Can(perm Permission) bool {
	switch {
	case perm == Anyone || perm == SignedIn:
		return true
	case p.Only != nil && !slices.Contains(p.Only, perm):
		return false
	}
	return p.Role.Has(perm)
}

// Permissions lists what the principal may do, sorted.
func (p Principal) Permissions() []Permission {
	return slices.DeleteFunc(Permissions(), func(perm Permission) bool { return !p.Can(perm) })
}

type principalKey struct{}

// As gives a ctx in which p is the one who asks.
func As(ctx context.Context, p Principal) context.Context {
	return context.WithValue(ctx, principalKey{}, p)
}

// From is the one who asks.
func From(ctx context.Context) (Principal, bool) {
	p, ok := ctx.Value(principalKey{}).(Principal)
	return p, ok
}

// Can says whether ctx has a principal with permission perm. Who is shown masks has
// customers.unmask only to reveal.
func Can(ctx context.Context, perm Permission) bool {
	p, ok := From(ctx)
	return ok && p.Can(perm) && (perm != CustomersUnmask || !p.Masked)
}

// mayGrant refuses to let the one who asks make or change somebody who may do more. The
// program itself, which has no principal, may.
func mayGrant(ctx context.Context, grant Principal) error {
	by, ok := From(ctx)
	if !ok {
		return nil
	}
	for _, perm := range grant.Permissions() {
		if !by.Can(perm) {
			return fault.New(fault.Forbidden, "forbidden", "you cannot give or take %s: you do not have it", perm)
		}
	}
	return nil
}
