package playbookhttp

import (
	"context"

	"yutang/internal/access"
	"yutang/internal/flow"
	"yutang/internal/playbook"
)

func (h *handlers) submit(ctx context.Context, in *oneInput) (*output, error) {
	p, _ := access.From(ctx)
	b, err := h.playbooks.Submit(ctx, in.ID, p.ID)
	return h.noted(ctx, "playbook.submit", b, ofDraft(err))
}

func (h *handlers) approve(ctx context.Context, in *oneInput) (*output, error) {
	p, _ := access.From(ctx)
	b, err := h.playbooks.Approve(ctx, in.ID, p.ID, p.Role == access.Owner)
	return h.noted(ctx, "playbook.approve", b, err)
}

type rejectInput struct {
	ID   string `path:"id"`
	Body struct {
		Note string `json:"note,omitempty" doc:"what should be changed"`
	}
}

func (h *handlers) reject(ctx context.Context, in *rejectInput) (*output, error) {
	p, _ := access.From(ctx)
	b, err := h.playbooks.Reject(ctx, in.ID, p.ID, in.Body.Note)
	return h.noted(ctx, "playbook.reject", b, err)
}

type previewOutput struct {
	Body struct {
		Items []playbook.StepPreview `json:"items"`
	}
}

func (h *handlers) preview(ctx context.Context, in *oneInput) (*previewOutput, error) {
	list, err := h.playbooks.PublishPreview(ctx, in.ID)
	if err != nil {
		return nil, ofDraft(err)
	}
	out := &previewOutput{}
	out.Body.Items = list
	return out, nil
}

type changesOutput struct {
	Body struct {
		Items []flow.Change `json:"items"`
	}
}

func (h *handlers) changes(ctx context.Context, in *oneInput) (*changesOutput, error) {
	b, err := h.playbooks.Get(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	versions, err := h.playbooks.Versions(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	was := []byte(`{}`)
	if len(versions) > 0 {
		was = versions[0].Definition
	}
	out := &changesOutput{}
	out.Body.Items = append([]flow.Change{}, flow.Diff(was, b.Draft)...)
	return out, nil
}

type settingsOutput struct{ Body playbook.Settings }

func (h *handlers) settings(ctx context.Context, _ *struct{}) (*settingsOutput, error) {
	set, err := h.playbooks.Settings(ctx)
	if err != nil {
		return nil, err
	}
	return &settingsOutput{set}, nil
}

type settingsInput struct{ Body playbook.Settings }

func (h *handlers) setSettings(ctx context.Context, in *settingsInput) (*settingsOutput, error) {
	err := h.access.Audited(ctx, "playbook.settings", func(ctx context.Context) (string, any, error) {
		return "playbooks", in.Body, h.playbooks.SetSettings(ctx, in.Body)
	})
	if err != nil {
		return nil, err
	}
	return &settingsOutput{in.Body}, nil
}

const yamlType = "application/yaml"

type yamlOutput struct {
	ContentType string `header:"Content-Type"`
	Body        []byte
}

func (h *handlers) yaml(ctx context.Context, in *oneInput) (*yamlOutput, error) {
	b, err := h.playbooks.Get(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	text, err := flow.ToYAML(b.Draft)
	if err != nil {
		return nil, err
	}
	return &yamlOutput{yamlType, text}, nil
}

type yamlInput struct {
	ID      string `path:"id"`
	RawBody []byte `contentType:"application/yaml"`
}

func (h *handlers) updateYAML(ctx context.Context, in *yamlInput) (*output, error) {
	def, _, err := flow.ParseYAML(in.RawBody, h.playbooks.Zone())
	if err != nil {
		return nil, err
	}
	b, err := h.playbooks.Update(ctx, in.ID, def)
	return h.noted(ctx, "playbook.update", b, flow.NameLines(in.RawBody, err))
}

type newYAMLInput struct {
	RawBody []byte `contentType:"application/yaml"`
}

func (h *handlers) createYAML(ctx context.Context, in *newYAMLInput) (*output, error) {
	def, _, err := flow.ParseYAML(in.RawBody, h.playbooks.Zone())
	if err != nil {
		return nil, err
	}
	b, err := h.playbooks.Create(ctx, def)
	return h.noted(ctx, "playbook.create", b, flow.NameLines(in.RawBody, err))
}
