package libraryhttp

import (
	"context"
	"encoding/json"

	"yutang/internal/content"
	"yutang/internal/fault"
	"yutang/internal/httpapi"
	"yutang/internal/library"
)

type decideInput struct {
	ID   string `path:"id"`
	Body struct {
		Version int `json:"version,omitempty" minimum:"0" doc:"the newest if absent"`
	}
}

func (h *handlers) publish(ctx context.Context, in *decideInput) (*output, error) {
	return h.change(ctx, "material.publish", func(ctx context.Context) (library.Material, error) {
		return h.Library.Publish(ctx, in.ID, in.Body.Version)
	})
}

func (h *handlers) approve(ctx context.Context, in *decideInput) (*output, error) {
	return h.change(ctx, "material.approve", func(ctx context.Context) (library.Material, error) {
		return h.Library.Approve(ctx, in.ID, in.Body.Version)
	})
}

type rejectInput struct {
	ID   string `path:"id"`
	Body struct {
		Version int    `json:"version,omitempty" minimum:"0"`
		Reason  string `json:"reason"`
	}
}

func (h *handlers) reject(ctx context.Context, in *rejectInput) (*output, error) {
	return h.change(ctx, "material.reject", func(ctx context.Context) (library.Material, error) {
		return h.Library.Reject(ctx, in.ID, in.Body.Version, in.Body.Reason)
	})
}

func (h *handlers) archive(ctx context.Context, in *idInput) (*output, error) {
	return h.change(ctx, "material.archive", func(ctx context.Context) (library.Material, error) { return h.Library.Archive(ctx, in.ID) })
}

// Settings are how versions come into use.
type Settings struct {
	Approval bool `json:"approval" doc:"a version is used only after somebody else has approved it"`
}

type settingsOutput struct{ Body Settings }

func (h *handlers) settings(ctx context.Context, _ *httpapi.None) (*settingsOutput, error) {
	needed, err := h.Library.NeedsApproval(ctx)
	return &settingsOutput{Settings{needed}}, err
}

func (h *handlers) setSettings(ctx context.Context, in *settingsOutput) (*settingsOutput, error) {
	return in, h.Access.Audited(ctx, "material.settings", func(ctx context.Context) (string, any, error) {
		return "materials", in.Body, h.Library.SetNeedsApproval(ctx, in.Body.Approval)
	})
}

// Aim says for whom and for what a preview is.
type Aim struct {
	Use      content.Use                `json:"use,omitempty" enum:"welcome,mass_send,group_send,moment,group_welcome" doc:"absent: another channel, whose limits are not known here"`
	Customer string                     `json:"customer,omitempty" doc:"nobody in particular if absent"`
	Missing  string                     `json:"missing,omitempty" enum:"empty,skip" doc:"as in a send; empty if absent"`
	Corp     string                     `json:"corp,omitempty"`
	Staff    string                     `json:"staff,omitempty" doc:"userid of the member whom texts call staff"`
	Event    map[string]json.RawMessage `json:"event,omitempty" doc:"stands for the event that starts it: name, props"`
}

// Preview is how a content looks.
type Preview struct {
	Content   json.RawMessage  `json:"content,omitempty"`
	Outcome   string           `json:"outcome" enum:"sent,skipped,broken" doc:"skipped: a value is missing and none may be"`
	Variables []Variable       `json:"variables"`
	Lengths   []content.Length `json:"lengths" doc:"limits of 0 do not bound"`
	Problems  []fault.Field    `json:"problems" doc:"why it would be refused"`
	Masked    bool             `json:"masked" doc:"personal values are hidden"`
}

type previewOutput struct{ Body Preview }

type previewInput struct {
	Body struct {
		Content json.RawMessage `json:"content" doc:"an object; every text in it is a template"`
		Aim
	}
}

func (h *handlers) preview(ctx context.Context, in *previewInput) (*previewOutput, error) {
	return h.try(ctx, in.Body.Content, in.Body.Aim)
}

type previewMaterialInput struct {
	ID   string `path:"id"`
	Body struct {
		Version int `json:"version,omitempty" minimum:"0" doc:"the newest if absent"`
		Aim
	}
}

func (h *handlers) previewMaterial(ctx context.Context, in *previewMaterialInput) (*previewOutput, error) {
	m, err := h.Library.Get(ctx, in.ID)
	if err == nil && in.Body.Version != 0 {
		m.Version, err = h.Library.Version(ctx, in.ID, in.Body.Version)
	}
	if err != nil {
		return nil, err
	}
	if m.Kind == library.Poster {
		return nil, fault.New(fault.Precondition, "is_a_poster", "a poster is looked at by POST /posters/%s/render", in.ID)
	}
	return h.try(ctx, m.Version.Body, in.Body.Aim)
}

func (h *handlers) try(ctx context.Context, raw json.RawMessage, aim Aim) (*previewOutput, error) {
	more, err := h.Library.Values(ctx, aim.Corp, aim.Staff)
	if err != nil {
		return nil, err
	}
	if aim.Event != nil {
		sample := map[string]any{}
		for key, value := range aim.Event {
			var v any
			if err := json.Unmarshal(value, &v); err != nil {
				return nil, fault.BadField("/event/"+key, "is not JSON")
			}
			sample[key] = v
		}
		more["event"] = sample
	}
	p, err := h.Library.Preview(ctx, library.Try{Content: raw, Use: aim.Use, Customer: aim.Customer, Missing: aim.Missing, More: more})
	if err != nil {
		return nil, err
	}
	out := Preview{
		Content: p.Content, Outcome: p.Outcome, Variables: wireVariables(p.Variables), Lengths: p.Lengths, Problems: p.Problems, Masked: p.Masked,
	}
	if out.Lengths == nil {
		out.Lengths = []content.Length{}
	}
	if out.Problems == nil {
		out.Problems = []fault.Field{}
	}
	return &previewOutput{out}, nil
}
