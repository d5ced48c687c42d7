// Package welcomehttp serves welcome rules, their ledger and figures over the management API.
package welcomehttp

import (
	"context"
	"net/http"
	"time"

	"yutang/internal/access"
	"yutang/internal/content"
	"yutang/internal/httpapi"
	"yutang/internal/welcome"
)

type handlers struct {
	welcome  *welcome.Service
	access   *access.Service
	customer Customer
}

// Customer is the id of the customer who is this contact, "" of nobody known.
type Customer func(corp, external string) string

// Routes lists the routes of welcome messages.
func Routes(a *httpapi.API, s *welcome.Service, acc *access.Service, customer Customer) {
	h := &handlers{welcome: s, access: acc, customer: customer}
	op := func(method, path, id, summary string, needs access.Permission, status int) httpapi.Op {
		return httpapi.Op{Method: method, Path: path, ID: id, Summary: summary, Needs: needs, Scope: access.ScopeBrand, Status: status}
	}
	const get, post, put, del = http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete
	const read, write = access.ContentRead, access.ContentWrite

	httpapi.Register(a, op(post, "/welcome/rules", "create-welcome-rule", "Create a rule for greeting new contacts", write, http.StatusCreated), h.create)
	httpapi.Register(a, op(get, "/welcome/rules", "list-welcome-rules", "List the rules", read, 0), h.list)
	httpapi.Register(a, op(get, "/welcome/rules/{id}", "get-welcome-rule", "Show a rule", read, 0), h.get)
	httpapi.Register(a, op(put, "/welcome/rules/{id}", "update-welcome-rule", "Change a rule", write, 0), h.update)
	httpapi.Register(a, op(del, "/welcome/rules/{id}", "delete-welcome-rule", "Delete a rule", write, http.StatusNoContent), h.remove)
	httpapi.Register(a, op(post, "/welcome/check", "check-greeting", "Check a greeting without saving it", read, http.StatusNoContent), h.check)
	httpapi.Register(a, op(post, "/welcome/preview", "preview-welcome", "Show how a new contact of a member would be greeted", read, 0), h.preview)
	httpapi.Register(a, op(get, "/welcome/stats", "get-welcome-stats", "How many were greeted, how fast, and why the others were not", read, 0), h.stats)
	httpapi.Register(a, op(get, "/welcome/ledger", "list-welcome-ledger", "List what became of each greeting, newest first", access.ContactsRead, 0), h.ledger)
}

// Rule is a rule for greeting new contacts.
type Rule struct {
	ID          string           `json:"id"`
	Corp        string           `json:"corp"`
	Name        string           `json:"name"`
	Staff       []string         `json:"staff"`
	Departments []int64          `json:"departments"`
	Position    int              `json:"position"`
	Greeting    welcome.Greeting `json:"greeting"`
	Disabled    bool             `json:"disabled"`
	CreatedAt   time.Time        `json:"created_at"`
	UpdatedAt   time.Time        `json:"updated_at"`
	UpdatedBy   string           `json:"updated_by"`
}

func wire(r welcome.Rule) Rule {
	out := Rule(r)
	if out.Staff == nil {
		out.Staff = []string{}
	}
	if out.Departments == nil {
		out.Departments = []int64{}
	}
	return out
}

// RuleBody is what an operator sets of a rule.
type RuleBody struct {
	Name        string           `json:"name" minLength:"1" maxLength:"100"`
	Staff       []string         `json:"staff,omitempty" doc:"userids; with departments both empty it is the corp's default"`
	Departments []int64          `json:"departments,omitempty" doc:"with those below them"`
	Position    int              `json:"position,omitempty" doc:"lower goes first among rules that fit equally well"`
	Greeting    welcome.Greeting `json:"greeting"`
	Disabled    bool             `json:"disabled,omitempty"`
}

func (b RuleBody) rule(ctx context.Context) welcome.Rule {
	who, _ := access.From(ctx)
	return welcome.Rule{
		Name: b.Name, Staff: b.Staff, Departments: b.Departments, Position: b.Position, Greeting: b.Greeting, Disabled: b.Disabled,
		UpdatedBy: who.ID,
	}
}

type output struct{ Body Rule }

type createInput struct {
	Body struct {
		Corp string `json:"corp" minLength:"1"`
		RuleBody
	}
}

func (h *handlers) create(ctx context.Context, in *createInput) (*output, error) {
	return h.audited(ctx, "welcome_rule.create", func(ctx context.Context) (welcome.Rule, error) {
		r := in.Body.rule(ctx)
		r.Corp = in.Body.Corp
		return h.welcome.Create(ctx, r)
	})
}

// audited runs a change with its audit row in one transaction, then puts it in force.
func (h *handlers) audited(ctx context.Context, action string, change func(context.Context) (welcome.Rule, error)) (*output, error) {
	var r welcome.Rule
	err := h.access.Audited(ctx, action, func(ctx context.Context) (object string, detail any, err error) {
		r, err = change(ctx)
		return r.ID, map[string]any{"corp": r.Corp, "name": r.Name, "disabled": r.Disabled}, err
	})
	if err != nil {
		return nil, err
	}
	return &output{wire(r)}, h.welcome.Apply(ctx)
}

type updateInput struct {
	ID   string `path:"id"`
	Body RuleBody
}

func (h *handlers) update(ctx context.Context, in *updateInput) (*output, error) {
	return h.audited(ctx, "welcome_rule.update", func(ctx context.Context) (welcome.Rule, error) {
		r := in.Body.rule(ctx)
		r.ID = in.ID
		return h.welcome.Update(ctx, r)
	})
}

type idInput struct {
	ID string `path:"id"`
}

func (h *handlers) get(ctx context.Context, in *idInput) (*output, error) {
	r, err := h.welcome.Rule(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &output{wire(r)}, nil
}

func (h *handlers) remove(ctx context.Context, in *idInput) (*httpapi.Empty, error) {
	err := h.access.Audited(ctx, "welcome_rule.delete", func(ctx context.Context) (string, any, error) {
		return in.ID, nil, h.welcome.Delete(ctx, in.ID)
	})
	if err != nil {
		return nil, err
	}
	return &httpapi.Empty{}, h.welcome.Apply(ctx)
}

type listInput struct {
	httpapi.PageQuery
	Corp string `query:"corp"`
}

func (h *handlers) list(ctx context.Context, in *listInput) (*httpapi.List[Rule], error) {
	p, err := h.welcome.Rules(ctx, in.Corp, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	return httpapi.Listed(p, wire), nil
}

type checkInput struct{ Body welcome.Greeting }

func (h *handlers) check(ctx context.Context, in *checkInput) (*httpapi.Empty, error) {
	return &httpapi.Empty{}, h.welcome.CheckGreeting(ctx, in.Body)
}

type previewInput struct {
	Body struct {
		Corp     string    `json:"corp" minLength:"1"`
		User     string    `json:"staff" minLength:"1" doc:"userid of the member of staff"`
		State    string    `json:"state,omitempty" doc:"of the live code that was scanned"`
		Customer string    `json:"customer,omitempty" doc:"a name to put in"`
		At       time.Time `json:"at,omitempty" doc:"now if absent"`
	}
}

type previewOutput struct {
	Body struct {
		Source      string               `json:"source" enum:"code,rule,default,none"`
		Origin      string               `json:"origin,omitempty" doc:"id of the live code or rule"`
		Text        string               `json:"text"`
		Attachments []content.Attachment `json:"attachments"`
		Missing     int                  `json:"missing" doc:"attachments that are not uploaded yet and would be left out"`
	}
}

func (h *handlers) preview(_ context.Context, in *previewInput) (*previewOutput, error) {
	b := in.Body
	p := h.welcome.Preview(b.Corp, b.User, b.State, b.Customer, b.At)
	out := &previewOutput{}
	out.Body.Source, out.Body.Origin, out.Body.Text, out.Body.Missing = p.Source, p.Origin, p.Text, p.Missing
	if p.Source == "" {
		out.Body.Source = "none"
	}
	out.Body.Attachments = append([]content.Attachment{}, p.Attachments...)
	return out, nil
}
