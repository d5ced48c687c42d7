package playbookhttp

import (
	"context"
	"time"

	"yutang/internal/httpapi"
	"yutang/internal/id"
	"yutang/internal/playbook"
)

// Run is one customer's pass through a playbook. Its deliveries: /deliveries?run=ID.
type Run struct {
	ID         string    `json:"id"`
	Playbook   string    `json:"playbook"`
	Version    int       `json:"version"`
	Customer   string    `json:"customer"`
	Occurrence int       `json:"occurrence"`
	TriggerSeq uint64    `json:"trigger_seq,omitempty"`
	TriggerAt  time.Time `json:"trigger_at"`
	Holdout    bool      `json:"holdout"`
	StartedAt  time.Time `json:"started_at"`
}

func wireRun(r playbook.Run) Run {
	return Run{r.ID, r.Playbook, r.Version, id.Customer(r.Ord), r.Occurrence, r.TriggerSeq, r.TriggerAt, r.Holdout, r.StartedAt}
}

type runsInput struct {
	httpapi.PageQuery
	Playbook string `query:"playbook"`
	Customer string `query:"customer" doc:"a customer id such as c42: runs of this person, over merged records"`
}

func (h *handlers) runs(ctx context.Context, in *runsInput) (*httpapi.List[Run], error) {
	f := playbook.RunFilter{Playbook: in.Playbook, Limit: in.Limit, Cursor: in.Cursor}
	if in.Customer != "" {
		var err error
		if f.Customer, err = id.ParseCustomer(in.Customer); err != nil {
			return nil, err
		}
	}
	p, err := h.playbooks.Runs(ctx, f)
	if err != nil {
		return nil, err
	}
	return httpapi.Listed(p, wireRun), nil
}
