package accesshttp

import (
	"context"
	"net/http"
	"time"

	"yutang/internal/access"
	"yutang/internal/httpapi"
)

type signInInput struct {
	Body struct {
		Email    string `json:"email" maxLength:"254"`
		Password string `json:"password" maxLength:"200"`
	}
}

type signInOutput struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
	Body      struct {
		AccountID string    `json:"account_id"`
		ExpiresAt time.Time `json:"expires_at"`
	}
}

func (h *handlers) signIn(ctx context.Context, in *signInInput) (*signInOutput, error) {
	r := httpapi.Request(ctx)
	session, secret, err := h.access.SignIn(ctx, access.Credentials{
		Email:    in.Body.Email,
		Password: in.Body.Password,
		Remote:   httpapi.Remote(r),
	})
	if err != nil {
		return nil, err
	}
	out := &signInOutput{SetCookie: httpapi.NewSessionCookie(r, secret)}
	out.Body.AccountID, out.Body.ExpiresAt = session.AccountID, session.ExpiresAt
	return out, nil
}

type signOutOutput struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
}

func (h *handlers) signOut(ctx context.Context, _ *httpapi.None) (*signOutOutput, error) {
	r := httpapi.Request(ctx)
	gone := httpapi.NewSessionCookie(r, "")
	if c := httpapi.SessionOf(r); c != nil {
		gone.Name = c.Name
		if err := h.access.SignOut(ctx, c.Value); err != nil {
			return nil, err
		}
	}
	return &signOutOutput{SetCookie: gone}, nil
}

type meOutput struct {
	Body struct {
		ID          string              `json:"id" doc:"of the account or the token"`
		Name        string              `json:"name"`
		Kind        access.Kind         `json:"kind" enum:"session,token,staff"`
		Role        access.Role         `json:"role"`
		Scope       access.Scope        `json:"scope"`
		Permissions []access.Permission `json:"permissions"`
	}
}

func (h *handlers) me(ctx context.Context, _ *httpapi.None) (*meOutput, error) {
	p, _ := access.From(ctx)
	out := &meOutput{}
	out.Body.ID, out.Body.Name, out.Body.Kind = p.ID, p.Name, p.Kind
	out.Body.Role, out.Body.Scope, out.Body.Permissions = p.Role, p.Scope, p.Permissions()
	return out, nil
}

type passwordInput struct {
	Body struct {
		Current string `json:"current" maxLength:"200"`
		Wanted  string `json:"wanted" maxLength:"200" doc:"10 to 200 characters"`
	}
}

func (h *handlers) changePassword(ctx context.Context, in *passwordInput) (*httpapi.Empty, error) {
	return nil, h.access.ChangePassword(ctx, in.Body.Current, in.Body.Wanted)
}
