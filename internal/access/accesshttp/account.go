package accesshttp

import (
	"context"
	"time"

	"yutang/internal/access"
	"yutang/internal/httpapi"
)

// Account is somebody who can sign in.
type Account struct {
	ID        string      `json:"id"`
	Email     string      `json:"email"`
	Name      string      `json:"name"`
	Role      access.Role `json:"role"`
	Disabled  bool        `json:"disabled"`
	CreatedAt time.Time   `json:"created_at"`
	UpdatedAt time.Time   `json:"updated_at"`
}

func wireAccount(a access.Account) Account { return Account(a) }

func (h *handlers) accounts(ctx context.Context, in *listInput) (*httpapi.List[Account], error) {
	p, err := h.access.Accounts(ctx, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	return httpapi.Listed(p, wireAccount), nil
}

type accountOutput struct {
	Body Account
}

type addAccountInput struct {
	Body struct {
		Email    string      `json:"email" maxLength:"254"`
		Name     string      `json:"name" minLength:"1" maxLength:"100"`
		Password string      `json:"password" maxLength:"200" doc:"10 to 200 characters"`
		Role     access.Role `json:"role" enum:"owner,operator,analyst,viewer"`
	}
}

func (h *handlers) addAccount(ctx context.Context, in *addAccountInput) (*accountOutput, error) {
	a, err := h.access.AddAccount(ctx, access.NewAccount(in.Body))
	if err != nil {
		return nil, err
	}
	return &accountOutput{Body: wireAccount(a)}, nil
}

type updateAccountInput struct {
	ID   string `path:"id"`
	Body struct {
		Name     *string      `json:"name,omitempty" minLength:"1" maxLength:"100"`
		Role     *access.Role `json:"role,omitempty" enum:"owner,operator,analyst,viewer"`
		Disabled *bool        `json:"disabled,omitempty"`
		Password *string      `json:"password,omitempty" maxLength:"200"`
	}
}

func (h *handlers) updateAccount(ctx context.Context, in *updateAccountInput) (*accountOutput, error) {
	a, err := h.access.UpdateAccount(ctx, in.ID, access.AccountChange(in.Body))
	if err != nil {
		return nil, err
	}
	return &accountOutput{Body: wireAccount(a)}, nil
}

// RoleView is a role and what it may do.
type RoleView struct {
	Role        access.Role         `json:"role"`
	Permissions []access.Permission `json:"permissions"`
}

type rolesOutput struct {
	Body struct {
		Items []RoleView `json:"items"`
	}
}

func (h *handlers) roles(context.Context, *httpapi.None) (*rolesOutput, error) {
	out := &rolesOutput{}
	for _, r := range access.Roles() {
		view := RoleView{Role: r, Permissions: access.Principal{Role: r}.Permissions()}
		out.Body.Items = append(out.Body.Items, view)
	}
	return out, nil
}
