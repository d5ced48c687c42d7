package playbookhttp

import (
	"context"
	"maps"
	"slices"
	"time"

	"yutang/internal/experiment"
	"yutang/internal/money"
)

// Lift is what a playbook brings, by its control group. Amounts are major units of Currency.
type Lift struct {
	Playbook   string          `json:"playbook"`
	Experiment experiment.Lift `json:"experiment"`
}

type liftsOutput struct {
	Body struct {
		Items []Lift `json:"items" doc:"published playbooks with a control group: their own, else that of the first holdout step"`
	}
}

// patience is how long lifts are computed for one answer.
const patience = 3 * time.Second

func (h *handlers) bring(ctx context.Context, _ *struct{}) (*liftsOutput, error) {
	names, err := h.playbooks.Holdouts(ctx)
	if err != nil {
		return nil, err
	}
	all, err := h.lifts(ctx, slices.Compact(slices.Sorted(maps.Values(names))), patience)
	if err != nil {
		return nil, err
	}
	by := map[string]experiment.Lift{}
	for _, l := range all {
		by[l.Name] = l
	}
	out := &liftsOutput{}
	out.Body.Items = []Lift{}
	for _, book := range slices.Sorted(maps.Keys(names)) {
		if l, ok := by[names[book]]; ok {
			out.Body.Items = append(out.Body.Items, Lift{book, l.In(1 / float64(money.Scale(l.Currency)))})
		}
	}
	return out, nil
}
