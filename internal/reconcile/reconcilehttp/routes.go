// Package reconcilehttp serves the runs of the reconciliation over the management API: what
// was compared, how far a run is, what it found different, and what went wrong.
package reconcilehttp

import (
	"context"
	"net/http"
	"time"

	"yutang/internal/access"
	"yutang/internal/corp"
	"yutang/internal/httpapi"
	"yutang/internal/reconcile"
)

// Corps tells whether a corp is connected.
type Corps interface {
	Get(ctx context.Context, id string) (corp.Corp, error)
}

type handlers struct {
	sync   *reconcile.Service
	corps  Corps
	access *access.Service
}

// Routes lists what this package serves.
func Routes(a *httpapi.API, s *reconcile.Service, corps Corps, acc *access.Service) {
	h := &handlers{s, corps, acc}
	op := func(method, path, id, summary string, needs access.Permission, status int) httpapi.Op {
		return httpapi.Op{Method: method, Path: path, ID: id, Summary: summary, Needs: needs, Scope: access.ScopeBrand, Status: status}
	}
	const get, post = http.MethodGet, http.MethodPost
	httpapi.Register(a, op(get, "/wecom/corps/{corp}/sync", "list-syncs", "List the runs of a corp, newest first", access.WeComRead, 0), h.list)
	httpapi.Register(a, op(post, "/wecom/corps/{corp}/sync", "start-sync", "Compare with the platform now", access.WeComWrite, http.StatusAccepted), h.start)
	httpapi.Register(a, op(get, "/wecom/corps/{corp}/sync/{id}", "get-sync", "Show a run with the errors of its items", access.WeComRead, 0), h.get)
}

// Run is a run as the API shows it.
type Run struct {
	ID      string      `json:"id"`
	Full    bool        `json:"full"`
	Origin  string      `json:"origin" enum:"hour,night,hand"`
	Actor   string      `json:"actor,omitempty"`
	State   string      `json:"state" enum:"running,done,failed"`
	Error   string      `json:"error,omitempty" say:"zh"`
	Started time.Time   `json:"started_at"`
	Ended   *time.Time  `json:"ended_at,omitempty"`
	Rests   string      `json:"rests,omitempty" doc:"why a running one rests: the platform asks to wait, or does not answer"`
	GoesOn  *time.Time  `json:"goes_on_at,omitempty" doc:"when it then goes on"`
	Drift   int         `json:"drift" doc:"all differences found"`
	Kinds   []Kind      `json:"kinds"`
	Errors  []ItemError `json:"errors,omitempty" doc:"of items; at most 200"`
}

// Kind is the progress of one kind.
type Kind struct {
	Name  string         `json:"name"`
	State string         `json:"state" enum:"waiting,running,done,failed"`
	Total int            `json:"total"`
	Done  int            `json:"done"`
	Drift map[string]int `json:"drift" doc:"differences by kind: missing, ended, readded, changed, person ..."`
	Error string         `json:"error,omitempty" say:"zh"`
}

// ItemError says what went wrong with one item.
type ItemError struct {
	Kind  string    `json:"kind"`
	Item  string    `json:"item"`
	Error string    `json:"error" say:"zh"`
	At    time.Time `json:"at"`
}

func wire(r reconcile.Record) Run {
	out := Run{
		ID: r.ID, Full: r.Full, Origin: r.Origin, Actor: r.Actor, State: r.State, Error: r.Error, Rests: r.Rests, Started: r.Started,
		Drift: r.Drift(), Kinds: make([]Kind, len(r.Kinds)),
	}
	if !r.Ended.IsZero() {
		out.Ended = &r.Ended
	}
	if !r.GoesOn.IsZero() {
		out.GoesOn = &r.GoesOn
	}
	for i, k := range r.Kinds {
		out.Kinds[i] = Kind(k)
	}
	for _, e := range r.Errors {
		out.Errors = append(out.Errors, ItemError(e))
	}
	return out
}

type listInput struct {
	httpapi.PageQuery
	Corp string `path:"corp"`
}

func (h *handlers) list(ctx context.Context, in *listInput) (*httpapi.List[Run], error) {
	if _, err := h.corps.Get(ctx, in.Corp); err != nil {
		return nil, err
	}
	p, err := h.sync.List(ctx, in.Corp, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	return httpapi.Listed(p, wire), nil
}

type startInput struct {
	Corp string `path:"corp"`
	Body struct {
		Kinds []string `json:"kinds,omitempty" doc:"staff, contacts, tags, groups; all if absent"`
		Full  bool     `json:"full,omitempty" doc:"everything, not a share"`
	}
}

type output struct{ Body Run }

func (h *handlers) start(ctx context.Context, in *startInput) (*output, error) {
	if _, err := h.corps.Get(ctx, in.Corp); err != nil {
		return nil, err
	}
	p, _ := access.From(ctx)
	out := &output{}
	err := h.access.Audited(ctx, "wecom.sync", func(ctx context.Context) (string, any, error) {
		r, err := h.sync.Begin(ctx, in.Corp, reconcile.Wish{Kinds: in.Body.Kinds, Full: in.Body.Full, Origin: reconcile.ByHand, Actor: p.ID})
		out.Body = wire(r)
		return in.Corp, map[string]any{"run": r.ID, "kinds": in.Body.Kinds, "full": in.Body.Full}, err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

type oneInput struct {
	Corp string `path:"corp"`
	ID   string `path:"id"`
}

func (h *handlers) get(ctx context.Context, in *oneInput) (*output, error) {
	r, err := h.sync.Get(ctx, in.Corp, in.ID)
	if err != nil {
		return nil, err
	}
	return &output{wire(r)}, nil
}
