package taghttp

import (
	"context"
	"encoding/json"
	"time"

	"yutang/internal/httpapi"
	"yutang/internal/search"
	"yutang/internal/tag"
)

type corpInput struct {
	Corp string `query:"corp" required:"true"`
}

type quotaOutput struct {
	Body struct {
		Used int `json:"used" doc:"tags of the corp at the platform"`
		Max  int `json:"max"`
		Held int `json:"held" doc:"tags that wait for room"`
	}
}

func (h *handlers) quota(_ context.Context, in *corpInput) (*quotaOutput, error) {
	out := &quotaOutput{}
	out.Body.Used, out.Body.Held = h.Tags.Quota(in.Corp)
	out.Body.Max = tag.MaxCorpTags
	return out, nil
}

type pullInput struct {
	Body struct {
		Corp string `json:"corp" minLength:"1"`
	}
}

func (h *handlers) pull(ctx context.Context, in *pullInput) (*quotaOutput, error) {
	if err := h.Tags.Pull(ctx, in.Body.Corp); err != nil {
		return nil, err
	}
	if err := h.Access.Audit(ctx, "tag.pull", in.Body.Corp, nil); err != nil {
		return nil, err
	}
	return h.quota(ctx, &corpInput{Corp: in.Body.Corp})
}

// Push is one tag of one contact that the platform is to be told of.
type Push struct {
	Corp     string     `json:"corp"`
	Staff    string     `json:"staff"`
	External string     `json:"external_userid"`
	Tag      string     `json:"tag" doc:"id of the definition"`
	Put      bool       `json:"put" doc:"false: it is taken off"`
	State    string     `json:"state" enum:"pending,done,failed"`
	Reason   string     `json:"reason,omitempty" doc:"no_contact, not_allowed, pair_quota, unreachable, or wecom_ and a code"`
	WantedAt time.Time  `json:"wanted_at"`
	DoneAt   *time.Time `json:"done_at,omitempty"`
}

type pushesInput struct {
	httpapi.PageQuery
	State string `query:"state" enum:"pending,done,failed" default:"failed"`
}

func (h *handlers) pushes(ctx context.Context, in *pushesInput) (*httpapi.List[Push], error) {
	p, err := h.Tags.Pushes(ctx, in.State, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	return httpapi.Listed(p, func(p tag.Push) Push {
		out := Push{Corp: p.Corp, Staff: p.User, External: p.External, Tag: p.Tag, Put: p.Put, State: p.State, Reason: p.Reason, WantedAt: p.WantedAt}
		if !p.DoneAt.IsZero() {
			out.DoneAt = &p.DoneAt
		}
		return out
	}), nil
}

type countsOutput struct{ Body map[string]int }

func (h *handlers) pushCounts(ctx context.Context, in *corpInput) (*countsOutput, error) {
	counts, err := h.Tags.PushCounts(ctx, in.Corp)
	return &countsOutput{counts}, err
}

type retryInput struct {
	Body struct {
		Corp     string `json:"corp" minLength:"1"`
		External string `json:"external_userid,omitempty" doc:"only this customer's; absent: all of the corp"`
	}
}

type retryOutput struct {
	Body struct {
		Retried int `json:"retried"`
	}
}

func (h *handlers) retry(ctx context.Context, in *retryInput) (*retryOutput, error) {
	n, err := h.Tags.Retry(ctx, in.Body.Corp, in.Body.External)
	if err != nil {
		return nil, err
	}
	out := &retryOutput{}
	out.Body.Retried = n
	return out, h.Access.Audit(ctx, "tag.retry", in.Body.Corp, in.Body)
}

// Bulk is an operation on many customers.
type Bulk struct {
	ID        string    `json:"id"`
	Kind      string    `json:"kind" enum:"tags,rename,delete,spread,rule"`
	Source    string    `json:"source" doc:"where the customers came from"`
	Tag       string    `json:"tag,omitempty"`
	Add       []string  `json:"add"`
	Remove    []string  `json:"remove"`
	Total     int       `json:"total"`
	Done      int       `json:"done"`
	Changed   int       `json:"changed" doc:"customers who were not as wanted"`
	Failed    int       `json:"failed"`
	State     string    `json:"state" enum:"running,paused,done"`
	By        string    `json:"by"`
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
}

func wireBulk(b tag.Bulk) Bulk {
	return Bulk{
		ID: b.ID, Kind: string(b.Kind), Source: b.Source, Tag: b.Tag, Add: some(b.Put), Remove: some(b.Take), Total: b.Total, Done: b.Done,
		Changed: b.Changed, Failed: b.Failed, State: string(b.State), By: b.By, CreatedAt: b.CreatedAt, UpdatedAt: b.UpdatedAt,
	}
}

// some is list, but never null.
func some(list []string) []string { return append([]string{}, list...) }

type beginInput struct {
	Body struct {
		Customers []string        `json:"customers,omitempty" maxItems:"10000" doc:"ids such as c42"`
		Audience  string          `json:"audience,omitempty" doc:"its members now"`
		Rule      json.RawMessage `json:"rule,omitempty" doc:"who matches it now: see docs/rules.md"`
		Filter    *search.Filter  `json:"filter,omitempty" doc:"who passes it now: what POST /customers/query takes"`
		Expect    *int            `json:"expect,omitempty" minimum:"0" doc:"the count that was shown; refused with count_changed if it is off by more than 1 in 100"`
		Add       []string        `json:"add,omitempty" maxItems:"50" doc:"labels or tag ids"`
		Remove    []string        `json:"remove,omitempty" maxItems:"50"`
	}
}

type bulkOutput struct{ Body Bulk }

func (h *handlers) begin(ctx context.Context, in *beginInput) (*bulkOutput, error) {
	batch := tag.Batch{
		Customers: in.Body.Customers, Audience: in.Body.Audience, Rule: in.Body.Rule, Expect: in.Body.Expect,
		Put: in.Body.Add, Take: in.Body.Remove, By: actor(ctx),
	}
	if err := h.find(ctx, in.Body.Filter, &batch); err != nil {
		return nil, err
	}
	b, err := h.Tags.Begin(ctx, batch)
	if err != nil {
		return nil, err
	}
	detail := map[string]any{"source": b.Source, "add": b.Put, "remove": b.Take, "total": b.Total}
	if in.Body.Filter != nil {
		detail["filter"] = in.Body.Filter.Logged()
	}
	return &bulkOutput{wireBulk(b)}, h.Access.Audit(ctx, "tag.bulk", b.ID, detail)
}

// find finds the people of a filter or rule, without holding up the road.
func (h *handlers) find(ctx context.Context, f *search.Filter, b *tag.Batch) error {
	b.Source = "filter"
	if f == nil {
		if len(b.Rule) == 0 || b.Audience != "" || len(b.Customers) > 0 {
			return nil
		}
		f, b.Rule, b.Source = &search.Filter{Rule: b.Rule}, nil, "rule"
	}
	found, err := h.Find(ctx, *f)
	if err == nil {
		b.People = found.Set
	}
	return err
}

func (h *handlers) bulks(ctx context.Context, in *struct{ httpapi.PageQuery }) (*httpapi.List[Bulk], error) {
	p, err := h.Tags.Bulks(ctx, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	return httpapi.Listed(p, wireBulk), nil
}

func (h *handlers) bulk(ctx context.Context, in *oneInput) (*bulkOutput, error) {
	b, err := h.Tags.Bulk(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &bulkOutput{wireBulk(b)}, nil
}

// Failure is a customer whom an operation could not change.
type Failure struct {
	Customer string `json:"customer"`
	Reason   string `json:"reason"`
}

type failuresInput struct {
	ID string `path:"id"`
	httpapi.PageQuery
}

func (h *handlers) failures(ctx context.Context, in *failuresInput) (*httpapi.List[Failure], error) {
	p, err := h.Tags.Failures(ctx, in.ID, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	return httpapi.Listed(p, func(f tag.Failure) Failure { return Failure(f) }), nil
}

func (h *handlers) pause(ctx context.Context, in *oneInput) (*bulkOutput, error) {
	return h.turned(ctx, "tag.bulk_pause", in.ID, h.Tags.Pause)
}

func (h *handlers) resume(ctx context.Context, in *oneInput) (*bulkOutput, error) {
	return h.turned(ctx, "tag.bulk_resume", in.ID, h.Tags.Resume)
}

func (h *handlers) turned(ctx context.Context, action, key string, turn func(context.Context, string) (tag.Bulk, error)) (*bulkOutput, error) {
	out := &bulkOutput{}
	err := h.Access.Audited(ctx, action, func(ctx context.Context) (string, any, error) {
		b, err := turn(ctx, key)
		out.Body = wireBulk(b)
		return key, nil, err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}
