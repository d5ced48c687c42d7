// Package sidepanel owns what staff see of their customers in WeCom's side panel: how they
// log in, how pages are signed for the JS-SDK, and which customers are theirs.
//
//	/wecom/login/{corp} ──▶ the platform's page ──▶ /wecom/oauth/{corp}?code&state ──▶ session
//	      cookie: sealed state, path to go to           state used once, member active
//
// Promises. A log-in is begun and ended by the same browser, within ten minutes, once, and
// leads to the staff's pages only. A member sees the customers with whom the member is in
// contact, active or half; a leader also those of the members led. Of anybody else nothing
// is told, not even that there is such a customer: the answer is not_found. What is asked
// is decided anew each time, by the directory and the relations as they are now.
//
// Personal values are masked but for the customer's name and the members' own remarks.
//
// Not here: sessions themselves (access) and the HTML of the panel.
package sidepanel

import (
	"context"

	"yutang/internal/access"
	"yutang/internal/clock"
	"yutang/internal/contact"
	"yutang/internal/corp"
	"yutang/internal/customer"
	"yutang/internal/db"
	"yutang/internal/fault"
	"yutang/internal/seal"
	"yutang/internal/staff"
	"yutang/internal/tag"
	"yutang/internal/timeline"
	"yutang/internal/wecom"
)

// Corps knows the connected corps and their clients.
type Corps interface {
	Get(ctx context.Context, id string) (corp.Corp, error)
	List(ctx context.Context) ([]corp.Corp, error)
	Client(ctx context.Context, id string) (*wecom.Client, error)
}

// Config is what the panel stands on.
type Config struct {
	DB        *db.DB
	Box       *seal.Box
	Clock     clock.Clock
	Access    *access.Service
	Corps     Corps
	Staff     *staff.Service
	Contacts  *contact.Service
	Customers *customer.Service
	Timeline  *timeline.Store
	Log       customer.EventReader
	Tags      *tag.Service
}

// Service serves the panel. Safe for concurrent use.
type Service struct {
	Config
}

// New makes the service.
func New(cfg Config) *Service { return &Service{cfg} }

// Lookup says who a member is now, for access.UseStaff.
func (s *Service) Lookup(ctx context.Context, corpID, user string) (name string, leads, ok bool, err error) {
	if corpID == "" || user == "" {
		return "", false, false, nil
	}
	_, err = s.Corps.Get(ctx, corpID)
	var m staff.Member
	if err == nil {
		m, err = s.Staff.Get(ctx, corpID, user)
	}
	if fault.Is(err, fault.NotFound) {
		return "", false, false, nil
	}
	if err != nil || !m.Here() || m.Status == staff.Disabled || m.Status == staff.Gone {
		return "", false, false, err
	}
	under, err := s.Staff.Under(ctx, corpID, user)
	return m.Name, len(under) > 1, true, err
}

// Viewer is the member who looks, with those whose customers the member may see.
type Viewer struct {
	Corp  string
	User  string
	Name  string
	Reach []string // user ids, the own one among them
}

// Leads says whether there are others.
func (v Viewer) Leads() bool { return len(v.Reach) > 1 }

var errNoStaff = fault.New(fault.Forbidden, "not_staff", "the side panel is for staff: log in through WeCom")

// Who is the member of ctx. Whoever is no member of staff is refused, whatever else they may.
func (s *Service) Who(ctx context.Context) (Viewer, error) {
	p, ok := access.From(ctx)
	if !ok || p.Staff == nil || !p.Can(access.PanelUse) {
		return Viewer{}, errNoStaff
	}
	v := Viewer{Corp: p.Staff.Corp, User: p.Staff.User, Name: p.Name, Reach: []string{p.Staff.User}}
	if !p.Scope.Covers(access.ScopeDepartment) {
		return v, nil
	}
	under, err := s.Staff.Under(ctx, v.Corp, v.User)
	if err == nil {
		v.Reach = under
	}
	return v, err
}
