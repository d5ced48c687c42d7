package identityhttp

import (
	"context"
	"strconv"
	"time"

	"yutang/internal/access"
	"yutang/internal/fault"
	"yutang/internal/httpapi"
	"yutang/internal/identity"
)

// TypePolicy says how identities of one type are treated.
type TypePolicy struct {
	Type       string `json:"type" doc:"such as phone; * for types not named; openid stands for openid:APP"`
	Class      string `json:"class" enum:"strong,medium,weak" doc:"how far it is trusted to name one person"`
	Priority   int    `json:"priority" minimum:"1" doc:"1 is trusted first"`
	Limit      int    `json:"limit" minimum:"0" doc:"values a customer may hold; 0 is any number"`
	WindowDays int    `json:"window_days" minimum:"0" doc:"counts values first seen in so many days; 0 is ever"`
	Merge      bool   `json:"merge" doc:"may join two customers"`
}

// Policy is a version of the identity policy.
type Policy struct {
	Version int64        `json:"version" doc:"when you write: the version that you read"`
	Types   []TypePolicy `json:"types" minItems:"1" maxItems:"100"`
}

type policyOutput struct {
	Body Policy
}

func (h *handlers) policy(context.Context, *httpapi.None) (*policyOutput, error) {
	version, p := h.Identity.Policy()
	out := &policyOutput{Body: Policy{Version: version, Types: make([]TypePolicy, len(p.Types))}}
	for i, t := range p.Types {
		out.Body.Types[i] = TypePolicy{t.Type, t.Class.String(), t.Priority, t.Limit, t.WindowDays, t.Merge}
	}
	return out, nil
}

type policyInput struct {
	Body Policy
}

func (h *handlers) setPolicy(ctx context.Context, in *policyInput) (*policyOutput, error) {
	p := identity.Policy{Types: make([]identity.TypePolicy, len(in.Body.Types))}
	for i, t := range in.Body.Types {
		p.Types[i] = identity.TypePolicy{
			Type: t.Type, Priority: t.Priority, Limit: t.Limit, WindowDays: t.WindowDays, Merge: t.Merge,
		}
		if err := p.Types[i].Class.UnmarshalText([]byte(t.Class)); err != nil {
			return nil, fault.BadField("/types/"+strconv.Itoa(i)+"/class", "%v", err)
		}
	}
	note := h.noting("identity.policy", strconv.FormatInt(in.Body.Version+1, 10), nil)
	version, err := h.Identity.SetPolicy(ctx, in.Body.Version, p, actor(ctx), note)
	if err != nil {
		return nil, err
	}
	return &policyOutput{Body: Policy{Version: version, Types: in.Body.Types}}, nil
}

// Blocked is an entry of the list of values that identify nobody.
type Blocked struct {
	Type    string     `json:"type" doc:"* is every type"`
	Value   string     `json:"value" doc:"masked unless you may see personal data"`
	Allowed bool       `json:"allowed" doc:"a built-in entry, or a value that a pattern blocks, switched off"`
	Builtin bool       `json:"builtin"`
	Note    string     `json:"note,omitempty"`
	At      *time.Time `json:"at,omitempty"`
	Actor   string     `json:"actor,omitempty"`
}

type blockedOutput struct {
	Body struct {
		Items    []Blocked `json:"items"`
		Patterns []string  `json:"patterns" doc:"what is blocked beside the entries, in words"`
	}
}

func (h *handlers) blocked(ctx context.Context, _ *httpapi.None) (*blockedOutput, error) {
	open := access.Can(ctx, access.CustomersUnmask)
	out := &blockedOutput{}
	out.Body.Items, out.Body.Patterns = []Blocked{}, identity.BuiltinPatterns
	for _, e := range h.Identity.BlockedValues() {
		out.Body.Items = append(out.Body.Items, wireBlocked(open, e))
	}
	return out, nil
}

func wireBlocked(open bool, e identity.Blocked) Blocked {
	out := Blocked{
		Type: e.Type, Value: e.Value, Allowed: e.Allowed, Builtin: e.Builtin, Note: e.Note,
		At: optional(e.At), Actor: e.Actor,
	}
	if !e.Builtin {
		out.Value = shown(open, e.Type, e.Value)
	}
	return out
}

type blockInput struct {
	Body struct {
		Type  string `json:"type" minLength:"1" maxLength:"64" doc:"an identity type, or * for every type"`
		Value string `json:"value" minLength:"1" maxLength:"256"`
		Note  string `json:"note,omitempty" maxLength:"200" doc:"why, for people; no personal data"`
	}
}

type blockOutput struct {
	Body Blocked
}

func (h *handlers) block(ctx context.Context, in *blockInput) (*blockOutput, error) {
	note := h.noting("identity.block", in.Body.Type, nil)
	e, err := h.Identity.Block(ctx, in.Body.Type, in.Body.Value, in.Body.Note, actor(ctx), note)
	if err != nil {
		return nil, err
	}
	return &blockOutput{Body: wireBlocked(true, e)}, nil
}

// unblockInput has a body, not a query: a value must not stand in logs of addresses.
type unblockInput struct {
	Body struct {
		Type  string `json:"type" minLength:"1" maxLength:"64"`
		Value string `json:"value" minLength:"1" maxLength:"256"`
	}
}

func (h *handlers) unblock(ctx context.Context, in *unblockInput) (*httpapi.Empty, error) {
	note := h.noting("identity.unblock", in.Body.Type, nil)
	return nil, h.Identity.Unblock(ctx, in.Body.Type, in.Body.Value, actor(ctx), note)
}
