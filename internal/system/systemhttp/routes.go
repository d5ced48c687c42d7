// Package systemhttp serves the state of the running program over the management API, and
// its jobs.
package systemhttp

import (
	"context"
	"net/http"
	"time"

	"yutang/internal/access"
	"yutang/internal/fault"
	"yutang/internal/httpapi"
	"yutang/internal/job"
	"yutang/internal/page"
	"yutang/internal/system"
)

// Deps are what the routes need.
type Deps struct {
	System *system.Service
	Jobs   *job.Queue
	Access *access.Service
}

type handlers struct{ Deps }

// Routes lists what this package serves.
func Routes(a *httpapi.API, d Deps) {
	h := &handlers{d}
	op := func(method, path, id, summary string, needs access.Permission, status int) httpapi.Op {
		return httpapi.Op{Method: method, Path: path, ID: id, Summary: summary, Needs: needs, Scope: access.ScopeBrand, Status: status}
	}
	httpapi.Register(a, op(http.MethodGet, "/system", "get-system", "How the program is: each check with its state and remedy", access.SystemRead, 0), h.report)
	httpapi.Register(a, op(http.MethodGet, "/jobs", "list-jobs", "List jobs that were given up, or those of a kind that wait", access.SystemRead, 0), h.jobs)
	httpapi.Register(a, op(http.MethodPost, "/jobs/retry", "retry-job", "Take up a job that was given up", access.SettingsWrite, http.StatusNoContent), h.retry)
}

// Check is how one thing is.
type Check struct {
	Key    string         `json:"key" enum:"road,database,disk,memory,snapshot,backup,outbox,callbacks,jobs,corps"`
	State  system.State   `json:"state" enum:"ok,warn,bad"`
	Remedy string         `json:"remedy,omitempty" doc:"key of a sentence that says what to do"`
	Detail string         `json:"detail,omitempty" say:"zh"`
	Facts  map[string]any `json:"facts" doc:"figures by name: bytes, counts, seconds, moments"`
}

// Jobs counts the jobs of a kind.
type Jobs struct {
	Kind    string     `json:"kind"`
	Waiting int        `json:"waiting" doc:"those under way among them"`
	Running int        `json:"running"`
	Failed  int        `json:"failed"`
	NextDue *time.Time `json:"next_due"`
	Error   string     `json:"error,omitempty" say:"zh" doc:"reason of a failed one"`
}

// Corp is how the connection of a corp is.
type Corp struct {
	ID         string       `json:"id"`
	Name       string       `json:"name"`
	State      system.State `json:"state" enum:"ok,warn,bad"`
	Remedy     string       `json:"remedy,omitempty"`
	Detail     string       `json:"detail,omitempty" say:"zh"`
	CallbackAt *time.Time   `json:"callback_at"`
	SyncedAt   *time.Time   `json:"synced_at"`
}

type reportOutput struct {
	Body struct {
		State     system.State `json:"state" enum:"ok,warn,bad" doc:"the worst of the checks"`
		Version   string       `json:"version"`
		StartedAt time.Time    `json:"started_at"`
		UptimeS   int64        `json:"uptime_s"`
		Checks    []Check      `json:"checks"`
		Jobs      []Jobs       `json:"jobs"`
		Corps     []Corp       `json:"corps"`
	}
}

func (h *handlers) report(ctx context.Context, _ *httpapi.None) (*reportOutput, error) {
	r := h.System.Report(ctx)
	out := &reportOutput{}
	b := &out.Body
	b.State, b.Version, b.StartedAt, b.UptimeS = r.State, r.Version, r.Started, int64(r.Uptime.Seconds())
	b.Checks, b.Jobs, b.Corps = []Check{}, []Jobs{}, []Corp{}
	for _, c := range r.Checks {
		b.Checks = append(b.Checks, Check(c))
	}
	for _, t := range r.Jobs {
		b.Jobs = append(b.Jobs, Jobs{t.Kind, t.Waiting, t.Running, t.Failed, moment(t.Next), t.Error})
	}
	for _, c := range r.Corps {
		b.Corps = append(b.Corps, Corp{c.ID, c.Name, c.State, c.Remedy, c.Detail, moment(c.Heard), moment(c.Synced)})
	}
	return out, nil
}

func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// Job is one job.
type Job struct {
	Kind     string    `json:"kind"`
	Key      string    `json:"key"`
	Queue    string    `json:"queue"`
	DueAt    time.Time `json:"due_at"`
	Attempts int       `json:"attempts"`
	Reason   string    `json:"reason" say:"zh" doc:"why it was given up, or last delayed"`
}

type jobsInput struct {
	httpapi.PageQuery
	State string `query:"state" enum:"failed,waiting" default:"failed"`
	Kind  string `query:"kind" doc:"needed for those that wait"`
}

func (h *handlers) jobs(ctx context.Context, in *jobsInput) (*httpapi.List[Job], error) {
	var p page.Page[job.Job]
	var err error
	switch {
	case in.State == "waiting" && in.Kind == "":
		return nil, fault.BadField("kind", "is missing: say which kind of jobs")
	case in.State == "waiting":
		p, err = h.Jobs.Waiting(ctx, in.Kind, in.Cursor, in.Limit)
	default:
		p, err = h.Jobs.Failed(ctx, in.Cursor, in.Limit)
	}
	if err != nil {
		return nil, err
	}
	return httpapi.Listed(p, func(j job.Job) Job { return Job{j.Kind, j.Key, j.Queue, j.Due, j.Attempts, j.Reason} }), nil
}

type retryInput struct {
	Body struct {
		Kind string `json:"kind" minLength:"1"`
		Key  string `json:"key" minLength:"1"`
	}
}

func (h *handlers) retry(ctx context.Context, in *retryInput) (*httpapi.Empty, error) {
	return nil, h.Access.Audited(ctx, "job.retry", func(ctx context.Context) (string, any, error) {
		return in.Body.Kind, map[string]string{"key": in.Body.Key}, h.Jobs.Revive(ctx, in.Body.Kind, in.Body.Key)
	})
}
