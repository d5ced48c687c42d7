package planner

import (
	"context"
	"time"

	"yutang/internal/fault"
	"yutang/internal/job"
	"yutang/internal/page"
)

// Alarm is a number that was behind its plan on a day, or a budget that was overspent.
type Alarm struct {
	Plan        string    `json:"plan"`
	Name        string    `json:"name"` // of the plan
	Day         string    `json:"day"`  // in the plan's zone
	Node        string    `json:"node"`
	Channel     string    `json:"channel,omitempty"`
	Kind        string    `json:"kind"` // "behind" or "over"
	Version     int       `json:"version"`
	Planned     float64   `json:"planned_to_date"`
	Actual      float64   `json:"actual"`
	Percent     float64   `json:"percent"`               // the gap that was asked about
	Probability *float64  `json:"probability,omitempty"` // of that gap
	Forecast    *float64  `json:"forecast_p50,omitempty"`
	Target      float64   `json:"planned"` // to the end
	At          time.Time `json:"at"`
}

// alarmKey is where a page of alarms ends.
type alarmKey struct{ Day, Plan, Node string }

// Alarms is a page of a plan's alarms, or of all plans' with "", the newest day first.
func (s *Service) Alarms(ctx context.Context, planID, cursor string, limit int) (page.Page[Alarm], error) {
	if planID != "" {
		if _, err := s.selectPlan(ctx, planID); err != nil {
			return page.Page[Alarm]{}, err
		}
	}
	after := alarmKey{Day: "~"}
	if _, err := page.After(cursor, &after); err != nil {
		return page.Page[Alarm]{}, err
	}
	limit = page.Limit(limit)
	list, err := s.selectAlarms(ctx, planID, after, limit+1)
	if err != nil {
		return page.Page[Alarm]{}, err
	}
	return page.Cut(list, limit, func(a Alarm) alarmKey { return alarmKey{a.Day, a.Plan, nodeKey(a.Node, a.Channel)} }), nil
}

// Look writes the alarms of today, those that are there already aside, and gives all of
// today's gaps. Those who run the brand are told of the new ones, in one message a corp.
func (s *Service) Look(ctx context.Context, planID string) ([]Alarm, error) {
	plan, err := s.Get(ctx, planID, 0)
	if err != nil {
		return nil, err
	}
	span, err := s.check(plan.Revision.Scenario)
	if err != nil {
		return nil, err
	}
	p, err := s.Progress(ctx, planID, 0)
	if err != nil {
		return nil, err
	}
	now := s.Clock.Now()
	out := []Alarm{}
	for _, n := range p.Nodes {
		if !n.Alarm {
			continue
		}
		a := Alarm{
			Plan: planID, Name: plan.Name, Day: now.In(span.zone).Format(time.DateOnly), Node: n.Name, Channel: n.Channel, Kind: "behind", Version: p.Version, Planned: *n.PlannedNow,
			Actual: n.Actual, Percent: p.Behind, Probability: n.Probable, Forecast: n.P50, Target: *n.Planned, At: now.UTC(),
		}
		if n.Name == NodeBudget {
			a.Kind = "over"
		}
		out = append(out, a)
	}
	corps, err := s.told(ctx)
	if err != nil {
		return nil, err
	}
	return out, s.DB.InTx(ctx, func(ctx context.Context) error {
		var fresh []Alarm
		for _, a := range out {
			added, err := s.insertAlarm(ctx, a)
			if err != nil {
				return err
			}
			if added {
				fresh = append(fresh, a)
			}
		}
		return s.putTell(ctx, corps, fresh)
	})
}

// watch is the job: it looks once a day until the plan is over.
func (s *Service) watch(ctx context.Context, j job.Job) error {
	plan, err := s.Get(ctx, j.Key, 0)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	span, err := s.check(plan.Revision.Scenario)
	if err != nil {
		return err
	}
	now := s.Clock.Now()
	if now.Before(span.from) { // an edit moved the plan
		return &job.Later{At: nextCheck(span.from, span.zone), Reason: "the plan has not begun"}
	}
	if _, err := s.Look(ctx, j.Key); err != nil {
		return err
	}
	if now.After(span.to) {
		return nil
	}
	return &job.Later{At: nextCheck(now, span.zone), Reason: "until tomorrow"}
}
