package accesshttp

import (
	"context"
	"time"

	"yutang/internal/access"
	"yutang/internal/httpapi"
)

// Token is an API token without its secret.
type Token struct {
	ID          string              `json:"id"`
	Name        string              `json:"name"`
	Role        access.Role         `json:"role"`
	Permissions []access.Permission `json:"permissions,omitempty" doc:"narrows the role; absent: all of it"`
	CreatedBy   string              `json:"created_by"`
	CreatedAt   time.Time           `json:"created_at"`
	ExpiresAt   *time.Time          `json:"expires_at,omitempty"`
	UsedAt      *time.Time          `json:"used_at,omitempty" doc:"to the minute"`
	RevokedAt   *time.Time          `json:"revoked_at,omitempty"`
}

func wireToken(t access.Token) Token {
	return Token{
		ID:          t.ID,
		Name:        t.Name,
		Role:        t.Role,
		Permissions: t.Only,
		CreatedBy:   t.CreatedBy,
		CreatedAt:   t.CreatedAt,
		ExpiresAt:   optional(t.ExpiresAt),
		UsedAt:      optional(t.UsedAt),
		RevokedAt:   optional(t.RevokedAt),
	}
}

func optional(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

type listInput struct {
	httpapi.PageQuery
}

func (h *handlers) tokens(ctx context.Context, in *listInput) (*httpapi.List[Token], error) {
	p, err := h.access.Tokens(ctx, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	return httpapi.Listed(p, wireToken), nil
}

type addTokenInput struct {
	Body struct {
		Name        string              `json:"name" minLength:"1" maxLength:"100"`
		Role        access.Role         `json:"role" enum:"owner,operator,analyst,viewer"`
		Permissions []access.Permission `json:"permissions,omitempty" minItems:"1" doc:"narrows the role"`
		ExpiresAt   *time.Time          `json:"expires_at,omitempty"`
	}
}

type addTokenOutput struct {
	Body struct {
		Token
		Secret string `json:"token" doc:"the token itself, shown only now"`
	}
}

func (h *handlers) addToken(ctx context.Context, in *addTokenInput) (*addTokenOutput, error) {
	n := access.NewToken{Name: in.Body.Name, Role: in.Body.Role, Only: in.Body.Permissions}
	if in.Body.ExpiresAt != nil {
		n.ExpiresAt = *in.Body.ExpiresAt
	}
	t, secret, err := h.access.AddToken(ctx, n)
	if err != nil {
		return nil, err
	}
	out := &addTokenOutput{}
	out.Body.Token, out.Body.Secret = wireToken(t), secret
	return out, nil
}

type idInput struct {
	ID string `path:"id"`
}

func (h *handlers) revokeToken(ctx context.Context, in *idInput) (*httpapi.Empty, error) {
	return nil, h.access.RevokeToken(ctx, in.ID)
}
