package taskhttp

import (
	"context"

	"yutang/internal/access"
	"yutang/internal/task"
)

type taskOutput struct{ Body Task }

type overInput struct {
	ID   string `path:"id"`
	Body struct {
		To string `json:"to" minLength:"1" doc:"userid of who takes over"`
	}
}

func anybody(ctx context.Context) task.Act {
	p, _ := access.From(ctx)
	return task.Act{By: p.ID}
}

func (h *handlers) handOver(ctx context.Context, in *overInput) (*taskOutput, error) {
	t, err := h.Tasks.HandOver(ctx, anybody(ctx), in.ID, in.Body.To)
	if err != nil {
		return nil, err
	}
	return &taskOutput{h.wired(ctx, t)}, h.Access.Audit(ctx, "task.hand_over", in.ID, map[string]string{"to": in.Body.To})
}

type allOverInput struct {
	Body struct {
		Corp string `json:"corp" minLength:"1"`
		From string `json:"from" minLength:"1"`
		To   string `json:"to" minLength:"1"`
	}
}

type countOutput struct {
	Body struct {
		Tasks int `json:"tasks"`
	}
}

func (h *handlers) handOverAll(ctx context.Context, in *allOverInput) (*countOutput, error) {
	n, err := h.Tasks.HandOverAll(ctx, anybody(ctx), in.Body.Corp, in.Body.From, in.Body.To)
	if err != nil {
		return nil, err
	}
	out := &countOutput{}
	out.Body.Tasks = n
	return out, h.Access.Audit(ctx, "task.hand_over_all", in.Body.Corp+"/"+in.Body.From, map[string]any{"to": in.Body.To, "tasks": n})
}

func (h *handlers) cancel(ctx context.Context, in *oneInput) (*taskOutput, error) {
	var t task.Task
	err := h.Access.Audited(ctx, "task.cancel", func(ctx context.Context) (string, any, error) {
		var err error
		t, err = h.Tasks.Cancel(ctx, anybody(ctx), in.ID, "operator")
		return in.ID, nil, err
	})
	if err != nil {
		return nil, err
	}
	return &taskOutput{h.wired(ctx, t)}, nil
}
