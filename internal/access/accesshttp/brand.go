package accesshttp

import (
	"context"

	"yutang/internal/access"
	"yutang/internal/httpapi"
)

type brandOutput struct {
	Body access.Brand
}

func (h *handlers) brand(ctx context.Context, _ *httpapi.None) (*brandOutput, error) {
	b, err := h.access.Brand(ctx)
	if err != nil {
		return nil, err
	}
	return &brandOutput{Body: b}, nil
}

type brandInput struct {
	Body access.Brand
}

func (h *handlers) setBrand(ctx context.Context, in *brandInput) (*brandOutput, error) {
	if err := h.access.SetBrand(ctx, in.Body); err != nil {
		return nil, err
	}
	return &brandOutput{Body: in.Body}, nil
}
