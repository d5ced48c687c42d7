// Package staffhttp serves the directory of the connected corps over the management API.
// Names of colleagues are shown to callers whose role has customers.unmask, also where the
// brand masks its customers by default, and are else masked.
package staffhttp

import (
	"context"
	"net/http"
	"time"

	"yutang/internal/access"
	"yutang/internal/httpapi"
	"yutang/internal/page"
	"yutang/internal/staff"
)

type handlers struct{ staff *staff.Service }

// Routes lists what this package serves.
func Routes(a *httpapi.API, s *staff.Service) {
	h := &handlers{s}
	op := func(path, id, summary string) httpapi.Op {
		return httpapi.Op{Method: http.MethodGet, Path: path, ID: id, Summary: summary, Needs: access.StaffRead, Scope: access.ScopeBrand}
	}
	httpapi.Register(a, op("/staff", "list-staff", "List the members of a corp"), h.list)
	httpapi.Register(a, op("/staff/{corp}/{user}", "get-staff", "Show a member"), h.get)
	httpapi.Register(a, op("/departments", "list-departments", "List the departments of a corp"), h.departments)
}

// Member is a member as the API shows it.
type Member struct {
	Corp          string     `json:"corp"`
	UserID        string     `json:"staff" doc:"userid"`
	Name          string     `json:"name"`
	Alias         string     `json:"alias,omitempty"`
	Position      string     `json:"position,omitempty"`
	Departments   []int64    `json:"departments"`
	Leads         []int64    `json:"leads" doc:"departments led"`
	DirectLeaders []string   `json:"direct_leaders"`
	Status        int        `json:"status" doc:"1 active, 2 disabled, 4 not activated, 5 left"`
	Follow        bool       `json:"follow" doc:"may have customers"`
	Left          *time.Time `json:"left_at,omitempty"`
}

func wire(ctx context.Context) func(m staff.Member) Member {
	p, known := access.From(ctx)
	show := known && p.Can(access.CustomersUnmask)
	return func(m staff.Member) Member {
		out := Member{
			Corp: m.Corp, UserID: m.UserID, Name: mask(m.Name, show), Alias: mask(m.Alias, show), Position: mask(m.Position, show),
			Departments: orEmpty(m.Departments), Leads: orEmpty(m.Leader), DirectLeaders: orEmpty(m.DirectLeaders),
			Status: m.Status, Follow: m.Follow,
		}
		if !m.Left.IsZero() {
			out.Left = &m.Left
		}
		return out
	}
}

func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// mask leaves the first character of a name.
func mask(name string, show bool) string {
	runes := []rune(name)
	if show || len(runes) == 0 {
		return name
	}
	return string(runes[:1]) + "**"
}

type listInput struct {
	httpapi.PageQuery
	Corp       string `query:"corp" required:"true"`
	Department int64  `query:"department" doc:"in it or below"`
	Follow     bool   `query:"follow" doc:"only those who may have customers"`
	Left       bool   `query:"left" doc:"those who left, too"`
}

func (h *handlers) list(ctx context.Context, in *listInput) (*httpapi.List[Member], error) {
	f := staff.Filter{Department: in.Department, Follow: in.Follow, Left: in.Left, Cursor: in.Cursor, Limit: in.Limit}
	p, err := h.staff.List(ctx, in.Corp, f)
	if err != nil {
		return nil, err
	}
	return httpapi.Listed(p, wire(ctx)), nil
}

type oneInput struct {
	Corp string `path:"corp"`
	User string `path:"user"`
}

// Detail is a member with those whose customers the member answers for.
type Detail struct {
	Member
	Under []string `json:"under" doc:"user ids in the departments led, the member too"`
}

type oneOutput struct{ Body Detail }

func (h *handlers) get(ctx context.Context, in *oneInput) (*oneOutput, error) {
	m, err := h.staff.Get(ctx, in.Corp, in.User)
	if err != nil {
		return nil, err
	}
	under, err := h.staff.Under(ctx, in.Corp, in.User)
	if err != nil {
		return nil, err
	}
	return &oneOutput{Detail{Member: wire(ctx)(m), Under: under}}, nil
}

// Department is a department as the API shows it.
type Department struct {
	ID      int64    `json:"id"`
	Parent  int64    `json:"parent" doc:"0: the top"`
	Name    string   `json:"name"`
	Order   int64    `json:"order"`
	Leaders []string `json:"leaders"`
}

type departmentsInput struct {
	Corp string `query:"corp" required:"true"`
}

func (h *handlers) departments(ctx context.Context, in *departmentsInput) (*httpapi.List[Department], error) {
	all, err := h.staff.Departments(ctx, in.Corp)
	if err != nil {
		return nil, err
	}
	return httpapi.Listed(page.Page[staff.Department]{Items: all}, func(d staff.Department) Department {
		return Department{ID: d.ID, Parent: d.Parent, Name: d.Name, Order: d.Order, Leaders: orEmpty(d.Leaders)}
	}), nil
}
