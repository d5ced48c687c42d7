package deskhttp

import (
	"context"
	"time"

	"yutang/internal/desk"
	"yutang/internal/httpapi"
)

// State is how customer service of a corp is.
type State struct {
	KeepDays int        `json:"keep_days" doc:"how long what was said is kept; 0 for good"`
	PulledAt *time.Time `json:"pulled_at,omitempty" doc:"when the accounts were asked for"`
	Problem  string     `json:"problem,omitempty" say:"zh" doc:"why that failed last"`
}

func optional(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

type corpInput struct {
	Corp string `path:"corp"`
}

type stateOutput struct{ Body State }

func wireState(s desk.State) *stateOutput {
	return &stateOutput{State{KeepDays: s.KeepDays, PulledAt: optional(s.PulledAt), Problem: s.Problem}}
}

func (h *handlers) get(ctx context.Context, in *corpInput) (*stateOutput, error) {
	s, err := h.Desk.State(ctx, in.Corp)
	return wireState(s), err
}

type putInput struct {
	Corp string `path:"corp"`
	Body struct {
		KeepDays int `json:"keep_days" doc:"7 to 3650, or 0 for good"`
	}
}

func (h *handlers) put(ctx context.Context, in *putInput) (*stateOutput, error) {
	s, err := h.Desk.SetKeep(ctx, in.Corp, in.Body.KeepDays, func(ctx context.Context) error {
		return h.Access.Audit(ctx, "desk.put", in.Corp, map[string]int{"keep_days": in.Body.KeepDays})
	})
	return wireState(s), err
}

func (h *handlers) refresh(ctx context.Context, in *corpInput) (*httpapi.Empty, error) {
	return nil, h.Access.Audited(ctx, "desk.refresh", func(ctx context.Context) (string, any, error) {
		return in.Corp, nil, h.Desk.Refresh(ctx, in.Corp)
	})
}

// Account is a customer service account.
type Account struct {
	ID        string          `json:"id" doc:"the platform's open_kfid"`
	Name      string          `json:"name"`
	Servicers []desk.Servicer `json:"servicers"`
	Welcome   string          `json:"welcome,omitempty" doc:"greets who enters"`
	Revoked   bool            `json:"revoked,omitempty" doc:"the admin took it from the app"`
	GoneAt    *time.Time      `json:"gone_at,omitempty" doc:"when the platform did not list it any more"`
	PulledAt  *time.Time      `json:"pulled_at,omitempty" doc:"when the end of its messages was reached"`
	Problem   string          `json:"problem,omitempty" say:"zh" doc:"why the last pull failed"`
}

func wireAccount(a desk.Account) Account {
	return Account{
		ID: a.ID, Name: a.Name, Servicers: a.Servicers, Welcome: a.Welcome, Revoked: a.Revoked,
		GoneAt: optional(a.GoneAt), PulledAt: optional(a.PulledAt), Problem: a.Problem,
	}
}

type accountsInput struct {
	httpapi.PageQuery
	Corp string `path:"corp"`
}

func (h *handlers) accounts(ctx context.Context, in *accountsInput) (*httpapi.List[Account], error) {
	p, err := h.Desk.Accounts(ctx, in.Corp, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	return httpapi.Listed(p, wireAccount), nil
}

type welcomeInput struct {
	Corp    string `path:"corp"`
	Account string `path:"account"`
	Body    struct {
		Text string `json:"text" doc:"at most 2048 bytes; empty greets nobody"`
	}
}

type accountOutput struct{ Body Account }

func (h *handlers) setWelcome(ctx context.Context, in *welcomeInput) (*accountOutput, error) {
	a, err := h.Desk.SetWelcome(ctx, in.Corp, in.Account, in.Body.Text, func(ctx context.Context) error {
		return h.Access.Audit(ctx, "desk.welcome", in.Account, map[string]any{"corp": in.Corp, "text": in.Body.Text != ""})
	})
	return &accountOutput{wireAccount(a)}, err
}
