// Package behind owns the way to the people behind numbers that other rooms count: steps of
// playbooks and arms of experiments. So they are listed, written to a file and saved as an
// audience as those behind any report are.
//
// It counts nothing itself. Who is behind a number is asked of the room that counted it.
package behind

import (
	"context"
	"encoding/json"

	"github.com/RoaringBitmap/roaring/v2"

	"yutang/internal/experiment"
	"yutang/internal/fault"
	"yutang/internal/flow"
	"yutang/internal/insight"
	"yutang/internal/outreach"
	"yutang/internal/playbook"
)

// Steps is the report of a playbook.
type Steps struct {
	Base      *insight.Base
	Playbooks *playbook.Service
}

// StepsQuery names a playbook, and what of it is counted.
type StepsQuery struct {
	Playbook string `json:"playbook"`
	Version  int    `json:"version,omitempty"` // 0 all
	From     string `json:"from,omitempty"`    // first day in the brand's zone
	To       string `json:"to,omitempty"`      // last day
}

// StepsCell names a number: what happened in a step, or a state of its deliveries.
type StepsCell struct {
	Step    string          `json:"step,omitempty"` // "" the run as a whole
	Outcome flow.Outcome    `json:"outcome,omitempty"`
	Detail  string          `json:"detail,omitempty"`
	State   outreach.State  `json:"state,omitempty"`
	Reason  outreach.Reason `json:"reason,omitempty"`
}

func (r *Steps) parse(raw json.RawMessage) (q StepsQuery, span outreach.Span, err error) {
	if err = insight.Decode(raw, &q); err != nil {
		return q, span, err
	}
	zone := r.Base.Zone()
	from, err := insight.Moment(q.From, "/from", zone)
	if err != nil {
		return q, span, err
	}
	to, err := insight.Moment(q.To, "/to", zone)
	if err != nil {
		return q, span, err
	}
	if !from.IsZero() {
		span.From = from.UnixMilli()
	}
	if !to.IsZero() {
		span.Until = to.In(zone).AddDate(0, 0, 1).UnixMilli()
	}
	return q, span, nil
}

// Run counts what happened in each step.
func (r *Steps) Run(ctx context.Context, query json.RawMessage) (any, error) {
	q, span, err := r.parse(query)
	if err != nil {
		return nil, err
	}
	return r.Playbooks.ReportIn(ctx, q.Playbook, q.Version, span)
}

// People are the customers behind a number of a playbook. A customer who came twice counts
// once.
func (r *Steps) People(ctx context.Context, query, cell json.RawMessage) (*roaring.Bitmap, error) {
	q, span, err := r.parse(query)
	if err != nil {
		return nil, err
	}
	var c StepsCell
	if err := insight.DecodeCell(cell, &c); err != nil {
		return nil, err
	}
	if (c.Outcome == "") == (c.State == "") {
		return nil, fault.BadField("/cell", `names an "outcome" or a "state"`)
	}
	if _, err := r.Playbooks.Get(ctx, q.Playbook); err != nil {
		return nil, err
	}
	records := roaring.New()
	if c.State != "" {
		f := outreach.StepFilter{Span: span, Playbook: q.Playbook, Step: c.Step, Version: q.Version, State: c.State, Reason: c.Reason}
		err = r.Playbooks.Outreach.StepRecords(ctx, f, records.Add)
	} else {
		f := playbook.PeopleFilter{Span: span, Playbook: q.Playbook, Version: q.Version, Step: c.Step, Outcome: c.Outcome, Detail: c.Detail}
		err = r.Playbooks.Records(ctx, f, records.Add)
	}
	if err != nil {
		return nil, err
	}
	return r.roots(records), nil
}

// roots are the customers whose records these are.
func (r *Steps) roots(records *roaring.Bitmap) *roaring.Bitmap {
	out := roaring.New()
	r.Base.Timeline.RLock()
	defer r.Base.Timeline.RUnlock()
	records.Iterate(func(ord uint32) bool {
		out.Add(r.Base.Timeline.Root(ord))
		return true
	})
	return out
}

// Arms is the result of an experiment.
type Arms struct{ Experiments *experiment.Service }

// ArmsQuery names an experiment.
type ArmsQuery struct {
	Experiment string `json:"experiment"` // id or name
}

// ArmsCell names a number of it. Absent fields do not narrow.
type ArmsCell struct {
	Arm       string `json:"arm,omitempty"`
	Cluster   string `json:"cluster,omitempty"`
	Converted *bool  `json:"converted,omitempty"`
	Mature    *bool  `json:"mature,omitempty"`
}

// Run measures the experiment.
func (r *Arms) Run(ctx context.Context, query json.RawMessage) (any, error) {
	var q ArmsQuery
	if err := insight.Decode(query, &q); err != nil {
		return nil, err
	}
	return r.Experiments.Results(ctx, q.Experiment)
}

// People are the customers of an arm.
func (r *Arms) People(ctx context.Context, query, cell json.RawMessage) (*roaring.Bitmap, error) {
	var q ArmsQuery
	if err := insight.Decode(query, &q); err != nil {
		return nil, err
	}
	var c ArmsCell
	if err := insight.DecodeCell(cell, &c); err != nil {
		return nil, err
	}
	return r.Experiments.Everybody(ctx, q.Experiment, experiment.PeopleFilter{Arm: c.Arm, Cluster: c.Cluster, Converted: c.Converted, Mature: c.Mature})
}
