package outreachhttp

import (
	"context"
	"time"

	"yutang/internal/httpapi"
	"yutang/internal/outreach"
)

// Policy is the policy with its rules in words.
type Policy struct {
	outreach.Policy
	InWords *outreach.Words `json:"in_words,omitempty" doc:"the rules for people to read; ignored when the policy is set"`
}

type policyBody struct{ Body Policy }

func (h *handlers) policy(context.Context, *httpapi.None) (*policyBody, error) {
	p := h.Outreach.Policy()
	words := p.Words()
	return &policyBody{Policy{p, &words}}, nil
}

func (h *handlers) setPolicy(ctx context.Context, in *policyBody) (*policyBody, error) {
	if err := h.Outreach.SetPolicy(ctx, in.Body.Policy); err != nil {
		return nil, err
	}
	out, _ := h.policy(ctx, nil)
	return out, h.Access.Audit(ctx, "outreach.policy", "outreach", out.Body.Policy)
}

// Status says whether sending goes on.
type Status struct {
	Held    bool                 `json:"held"`
	Hold    *outreach.Hold       `json:"hold,omitempty"`
	Resting map[string]time.Time `json:"resting" doc:"channel/endpoint that failed and rests, with the end of its rest"`
}

type statusOutput struct{ Body Status }

func (h *handlers) status(context.Context, *httpapi.None) (*statusOutput, error) {
	out := &statusOutput{Status{Resting: h.Outreach.Closed()}}
	if hold, held := h.Outreach.Held(); held {
		out.Body.Held, out.Body.Hold = true, &hold
	}
	return out, nil
}

type holdInput struct {
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"200"`
	}
}

func (h *handlers) hold(ctx context.Context, in *holdInput) (*statusOutput, error) {
	if err := h.Outreach.Hold(ctx, in.Body.Reason, actor(ctx)); err != nil {
		return nil, err
	}
	if err := h.Access.Audit(ctx, "outreach.hold", "outreach", map[string]string{"reason": in.Body.Reason}); err != nil {
		return nil, err
	}
	return h.status(ctx, nil)
}

func (h *handlers) release(ctx context.Context, _ *httpapi.None) (*statusOutput, error) {
	if err := h.Outreach.Release(ctx); err != nil {
		return nil, err
	}
	if err := h.Access.Audit(ctx, "outreach.release", "outreach", nil); err != nil {
		return nil, err
	}
	return h.status(ctx, nil)
}
