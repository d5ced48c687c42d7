package accesshttp

import (
	"context"

	"yutang/internal/access"
	"yutang/internal/httpapi"
)

type needsSetupOutput struct {
	Body struct {
		Needed bool   `json:"needed" doc:"nobody can sign in yet: open the link that serve printed"`
		Demo   string `json:"demo,omitempty" doc:"this is the demo brand; the address of its simulated phones"`
	}
}

func (h *handlers) needsSetup(ctx context.Context, _ *httpapi.None) (*needsSetupOutput, error) {
	out := &needsSetupOutput{}
	out.Body.Demo = h.demo
	var err error
	out.Body.Needed, err = h.access.NeedsSetup(ctx)
	return out, err
}

type setupInput struct {
	Body struct {
		Token    string `json:"token" maxLength:"200" doc:"of the set-up link; it works once"`
		Name     string `json:"name" minLength:"1" maxLength:"100"`
		Email    string `json:"email" maxLength:"254"`
		Password string `json:"password" maxLength:"200" doc:"10 to 200 characters"`
	}
}

// setup makes the first owner and signs it in.
func (h *handlers) setup(ctx context.Context, in *setupInput) (*signInOutput, error) {
	session, secret, err := h.access.Setup(ctx, in.Body.Token, access.NewAccount{
		Email: in.Body.Email, Name: in.Body.Name, Password: in.Body.Password,
	})
	if err != nil {
		return nil, err
	}
	r := httpapi.Request(ctx)
	out := &signInOutput{SetCookie: httpapi.NewSessionCookie(r, secret)}
	out.Body.AccountID, out.Body.ExpiresAt = session.AccountID, session.ExpiresAt
	return out, nil
}
