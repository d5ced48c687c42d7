package taskhttp

import (
	"context"

	"yutang/internal/httpapi"
	"yutang/internal/task"
)

// Stat is what came of the tasks of one group.
type Stat struct {
	Corp       string         `json:"corp,omitempty"`
	Key        string         `json:"key" doc:"id of the playbook, step, member, department, or the day"`
	Name       string         `json:"name,omitempty" doc:"of the playbook"`
	Created    int            `json:"created"`
	Told       int            `json:"told"`
	Opened     int            `json:"opened"`
	Done       int            `json:"done"`
	OnTime     int            `json:"on_time"`
	Overdue    int            `json:"overdue" doc:"passed the deadline, done late or not"`
	Cancelled  int            `json:"cancelled"`
	Unassigned int            `json:"unassigned"`
	Queued     int            `json:"queued"`
	Results    map[string]int `json:"results"`
	OnTimeRate float64        `json:"on_time_rate" doc:"of those done or past their deadline, 0 to 1"`
	Median     float64        `json:"median_seconds" doc:"from telling to done"`
}

type statsInput struct {
	Filter
	By string `query:"by" enum:"playbook,step,staff,department,day" default:"playbook" doc:"staff and department come as a league table"`
}

type statsOutput struct {
	Body struct {
		Items []Stat `json:"items"`
	}
}

func (h *handlers) stats(ctx context.Context, in *statsInput) (*statsOutput, error) {
	f, err := in.Filter.filter()
	if err != nil {
		return nil, err
	}
	found, err := h.Tasks.Stats(ctx, in.By, f)
	if err != nil {
		return nil, err
	}
	out := &statsOutput{}
	out.Body.Items = []Stat{}
	for _, x := range found {
		out.Body.Items = append(out.Body.Items, Stat{
			Corp: x.Corp, Key: x.Key, Name: x.Name, Created: x.Created, Told: x.Told, Opened: x.Opened, Done: x.Done, OnTime: x.OnTime,
			Overdue: x.Overdue, Cancelled: x.Cancelled, Unassigned: x.Unassigned, Queued: x.Queued, Results: x.Results,
			OnTimeRate: x.OnTimeRate(), Median: x.Median.Seconds(),
		})
	}
	return out, nil
}

type settingsOutput struct{ Body task.Settings }

func (h *handlers) settings(ctx context.Context, _ *httpapi.None) (*settingsOutput, error) {
	x, err := h.Tasks.Settings(ctx)
	return &settingsOutput{x}, err
}

type settingsInput struct{ Body task.Settings }

func (h *handlers) setSettings(ctx context.Context, in *settingsInput) (*settingsOutput, error) {
	err := h.Access.Audited(ctx, "task.settings", func(ctx context.Context) (string, any, error) {
		return "settings", in.Body, h.Tasks.SetSettings(ctx, in.Body)
	})
	if err != nil {
		return nil, err
	}
	return &settingsOutput{in.Body}, nil
}
