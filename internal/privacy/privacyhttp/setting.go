package privacyhttp

import (
	"context"

	"yutang/internal/httpapi"
	"yutang/internal/privacy"
)

// Retention says for how many days texts are kept; 0 is for good.
type Retention struct {
	ArchiveDays  int        `json:"archive_days" doc:"messages of the conversation archive; 0 for good, or 30 to 3650"`
	DeliveryDays int        `json:"delivery_days" doc:"what deliveries said; their outcome stays; 0 for good, or 30 to 3650"`
	CallbackDays int        `json:"callback_days" readOnly:"true" doc:"settled callbacks; fixed"`
	AnswerDays   int        `json:"answer_days" readOnly:"true" doc:"answers to writes with an Idempotency-Key; fixed"`
	ExportDays   int        `json:"export_days" readOnly:"true" doc:"exports of customers; fixed"`
	Desks        []DeskKeep `json:"desks" readOnly:"true" doc:"customer service by corp; set there"`
}

// DeskKeep is how long customer service of a corp keeps what was said.
type DeskKeep struct {
	Corp string `json:"corp"`
	Days int    `json:"keep_days"`
}

type retentionOutput struct{ Body Retention }

func (h *handlers) retention(ctx context.Context, _ *httpapi.None) (*retentionOutput, error) {
	r, desks, err := h.Privacy.Retention(ctx)
	if err != nil {
		return nil, err
	}
	out := Retention{
		ArchiveDays: r.ArchiveDays, DeliveryDays: r.DeliveryDays, CallbackDays: privacy.CallbackDays,
		AnswerDays: privacy.AnswerDays, ExportDays: privacy.ExportDays, Desks: []DeskKeep{},
	}
	for _, d := range desks {
		out.Desks = append(out.Desks, DeskKeep(d))
	}
	return &retentionOutput{out}, nil
}

type retentionInput struct {
	Body struct {
		ArchiveDays  int `json:"archive_days"`
		DeliveryDays int `json:"delivery_days"`
	}
}

func (h *handlers) setRetention(ctx context.Context, in *retentionInput) (*retentionOutput, error) {
	if err := h.Privacy.SetRetention(ctx, privacy.Retention{ArchiveDays: in.Body.ArchiveDays, DeliveryDays: in.Body.DeliveryDays}); err != nil {
		return nil, err
	}
	return h.retention(ctx, nil)
}

// Masking says what people see.
type Masking struct {
	ByDefault bool `json:"by_default" doc:"people see personal values masked until they reveal them; API tokens are not concerned"`
}

type masking struct{ Body Masking }

func (h *handlers) masking(ctx context.Context, _ *httpapi.None) (*masking, error) {
	on, err := h.Access.MaskByDefault(ctx)
	return &masking{Masking{on}}, err
}

func (h *handlers) setMasking(ctx context.Context, in *masking) (*masking, error) {
	if err := h.Access.SetMaskByDefault(ctx, in.Body.ByDefault); err != nil {
		return nil, err
	}
	return &masking{in.Body}, nil
}
