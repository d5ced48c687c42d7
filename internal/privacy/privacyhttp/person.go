package privacyhttp

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"yutang/internal/id"
	"yutang/internal/privacy"
)

type revealInput struct {
	ID   string `path:"id" doc:"a customer id such as c42"`
	Body struct {
		Fields []string `json:"fields" doc:"names of traits and identity types, contacts for what staff noted, or all"`
		Reason string   `json:"reason" doc:"4 to 200 characters; it stands in the audit trail"`
	}
}

// Revealed is what was asked for, in clear.
type Revealed struct {
	Customer   string                     `json:"customer"`
	Identities []Identity                 `json:"identities"`
	Traits     map[string]json.RawMessage `json:"traits"`
	Contacts   []Noted                    `json:"contacts"`
}

// Identity is an identity in clear.
type Identity struct {
	Type  string `json:"type"`
	Value string `json:"value"`
}

// Noted is what a member of staff wrote down at the platform.
type Noted struct {
	Staff       string   `json:"staff"`
	Remark      string   `json:"remark,omitempty"`
	Description string   `json:"description,omitempty"`
	Company     string   `json:"company,omitempty"`
	Mobiles     []string `json:"mobiles,omitempty"`
}

type revealOutput struct{ Body Revealed }

func (h *handlers) reveal(ctx context.Context, in *revealInput) (*revealOutput, error) {
	ord, err := h.find(in.ID)
	if err != nil {
		return nil, err
	}
	r, err := h.Privacy.Reveal(ctx, privacy.Look{Ord: ord, Fields: in.Body.Fields, Reason: in.Body.Reason})
	if err != nil {
		return nil, err
	}
	out := Revealed{Customer: id.Customer(ord), Identities: []Identity{}, Traits: r.Traits, Contacts: []Noted{}}
	for _, i := range r.Identities {
		out.Identities = append(out.Identities, Identity(i))
	}
	for _, n := range r.Contacts {
		out.Contacts = append(out.Contacts, Noted(n))
	}
	return &revealOutput{out}, nil
}

type consentsOutput struct {
	Body struct {
		Items []privacy.Consent `json:"items"`
	}
}

func (h *handlers) consents(ctx context.Context, in *customerInput) (*consentsOutput, error) {
	ord, err := h.find(in.ID)
	if err != nil {
		return nil, err
	}
	out := &consentsOutput{}
	out.Body.Items, err = h.Privacy.Consents(ctx, ord)
	return out, err
}

// Export is a file with everything that is held of one person.
type Export struct {
	ID        string    `json:"id"`
	Customer  string    `json:"customer"`
	Ready     bool      `json:"ready"`
	Size      int64     `json:"size" doc:"bytes of the file, 0 until it is ready"`
	CreatedAt time.Time `json:"created_at"`
	ExpiresAt time.Time `json:"expires_at"`
}

type exportOutput struct{ Body Export }

func wireExport(x privacy.Export) *exportOutput {
	return &exportOutput{Export{x.ID, id.Customer(x.Ord), x.Ready, x.Size, x.CreatedAt, x.ExpiresAt}}
}

func (h *handlers) export(ctx context.Context, in *customerInput) (*exportOutput, error) {
	ord, err := h.find(in.ID)
	if err != nil {
		return nil, err
	}
	x, err := h.Privacy.Export(ctx, ord, actor(ctx))
	if err != nil {
		return nil, err
	}
	return wireExport(x), nil
}

func (h *handlers) showExport(ctx context.Context, in *keyInput) (*exportOutput, error) {
	x, err := h.Privacy.ExportOf(ctx, in.ID, actor(ctx))
	if err != nil {
		return nil, err
	}
	return wireExport(x), nil
}

func (h *handlers) file(ctx context.Context, in *keyInput) (*huma.StreamResponse, error) {
	x, file, err := h.Privacy.ExportFile(ctx, in.ID, actor(ctx))
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(c huma.Context) {
		c.SetHeader("Content-Type", "application/zip")
		c.SetHeader("Content-Length", strconv.Itoa(len(file)))
		c.SetHeader("Content-Disposition", `attachment; filename="customer-`+id.Customer(x.Ord)+`.zip"`)
		if _, err := io.Copy(c.BodyWriter(), bytes.NewReader(file)); err != nil {
			panic(http.ErrAbortHandler) // a cut answer must not look whole
		}
	}}, nil
}
