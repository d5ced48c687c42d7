package playbookhttp

import (
	"context"
	"time"

	"yutang/internal/fault"
	"yutang/internal/flow"
	"yutang/internal/httpapi"
	"yutang/internal/id"
	"yutang/internal/outreach"
	"yutang/internal/page"
	"yutang/internal/playbook"
)

// Report is what happened in a playbook.
type Report struct {
	Runs     int      `json:"runs"`
	Live     int      `json:"live"`
	Holdout  int      `json:"holdout" doc:"of the runs, those of the control group"`
	Goal     int      `json:"goal"`
	Exited   int      `json:"exited"`
	Done     int      `json:"done"`
	Stopped  int      `json:"stopped"`
	GoalRate float64  `json:"goal_rate" doc:"of the runs that have ended"`
	Refused  []Figure `json:"refused" doc:"starts that a limit refused, moments of a schedule that came too late"`
	Steps    []Step   `json:"steps"`
}

// Step is what happened in one step. Each number can be asked for its people.
type Step struct {
	ID         string     `json:"id"`
	Name       string     `json:"name,omitempty"`
	Kind       string     `json:"kind,omitempty"`
	Gone       bool       `json:"gone,omitempty" doc:"only older versions have it"`
	Entered    int        `json:"entered"`
	Waiting    int        `json:"waiting"`
	Outcomes   []Figure   `json:"outcomes"`
	Deliveries []Delivery `json:"deliveries"`
}

// Figure is how often something happened.
type Figure struct {
	Outcome flow.Outcome `json:"outcome"`
	Detail  string       `json:"detail,omitempty" doc:"the way or variant taken, the reason"`
	Count   int          `json:"count"`
}

// Delivery is how many touches are in a state for a reason. Its people: /playbooks/ID/people
// with state and reason.
type Delivery struct {
	State  outreach.State  `json:"state"`
	Reason outreach.Reason `json:"reason,omitempty"`
	Count  int             `json:"count"`
}

type reportInput struct {
	ID      string `path:"id"`
	Version int    `query:"version" doc:"0 or absent: all versions together"`
	Days
}

// Days is a span of the brand's days.
type Days struct {
	From string `query:"from" format:"date" doc:"first day in the brand's zone: what happened from then on, touches planned from then on"`
	To   string `query:"to" format:"date" doc:"last day, inclusive; who is under way or waits is told as of now all the same"`
}

// span is the days as moments.
func (d Days) span(zone *time.Location) (out outreach.Span, err error) {
	if d.From != "" {
		from, err := time.ParseInLocation(time.DateOnly, d.From, zone)
		if err != nil {
			return out, fault.BadField("from", "%q is no day; write 2026-01-31", d.From)
		}
		out.From = from.UnixMilli()
	}
	if d.To != "" {
		to, err := time.ParseInLocation(time.DateOnly, d.To, zone)
		if err != nil {
			return out, fault.BadField("to", "%q is no day; write 2026-01-31", d.To)
		}
		out.Until = to.AddDate(0, 0, 1).UnixMilli()
	}
	if out.Until != 0 && out.From >= out.Until {
		return out, fault.BadField("to", "lies before from")
	}
	return out, nil
}

type reportOutput struct{ Body Report }

func (h *handlers) report(ctx context.Context, in *reportInput) (*reportOutput, error) {
	span, err := in.span(h.playbooks.Zone())
	if err != nil {
		return nil, err
	}
	r, err := h.playbooks.ReportIn(ctx, in.ID, in.Version, span)
	if err != nil {
		return nil, err
	}
	out := Report{
		Runs: r.Runs, Live: r.Live, Holdout: r.Holdout, Goal: r.Goal, Exited: r.Exited, Done: r.Done, Stopped: r.Stopped,
		GoalRate: r.GoalRate, Refused: figures(r.Refused), Steps: make([]Step, len(r.Steps)),
	}
	for i, s := range r.Steps {
		out.Steps[i] = Step{s.Step, s.Name, s.Kind, s.Gone, s.Entered, s.Waiting, figures(s.Outcomes), []Delivery{}}
		for _, d := range s.Deliveries {
			out.Steps[i].Deliveries = append(out.Steps[i].Deliveries, Delivery{d.State, d.Reason, d.Count})
		}
	}
	return &reportOutput{out}, nil
}

func figures(list []playbook.Figure) []Figure {
	out := make([]Figure, len(list))
	for i, f := range list {
		out[i] = Figure(f)
	}
	return out
}

// Person is somebody behind a number.
type Person struct {
	Customer string    `json:"customer,omitempty" doc:"absent for staff, groups and the brand"`
	Run      string    `json:"run,omitempty"`
	At       time.Time `json:"at"`
	Delivery string    `json:"delivery,omitempty"`
}

type peopleInput struct {
	httpapi.PageQuery
	ID      string          `path:"id"`
	Step    string          `query:"step" doc:"absent: the run as a whole"`
	Version int             `query:"version"`
	Outcome flow.Outcome    `query:"outcome" doc:"such as entered, waiting, done, met, timed_out, took, failed, held_out"`
	Detail  string          `query:"detail"`
	State   outreach.State  `query:"state" doc:"instead of an outcome: of the step's deliveries"`
	Reason  outreach.Reason `query:"reason"`
	Days
}

func (h *handlers) people(ctx context.Context, in *peopleInput) (*httpapi.List[Person], error) {
	if _, err := h.playbooks.Get(ctx, in.ID); err != nil {
		return nil, err
	}
	span, err := in.span(h.playbooks.Zone())
	if err != nil {
		return nil, err
	}
	if in.State != "" {
		return h.reached(ctx, in, span)
	}
	p, err := h.playbooks.People(ctx, playbook.PeopleFilter{
		Span: span, Playbook: in.ID, Version: in.Version, Step: in.Step, Outcome: in.Outcome, Detail: in.Detail, Limit: in.Limit, Cursor: in.Cursor,
	})
	if err != nil {
		return nil, err
	}
	return httpapi.Listed(p, func(p playbook.Person) Person {
		out := Person{Run: p.Run, At: time.UnixMilli(p.At).UTC()}
		if p.Ord != 0 {
			out.Customer = id.Customer(p.Ord)
		}
		return out
	}), nil
}

// reached lists who is behind a number of the ledger.
func (h *handlers) reached(ctx context.Context, in *peopleInput, span outreach.Span) (*httpapi.List[Person], error) {
	p, err := h.playbooks.Outreach.StepPeople(ctx, outreach.StepFilter{
		Span: span, Playbook: in.ID, Step: in.Step, Version: in.Version, State: in.State, Reason: in.Reason, Cursor: in.Cursor, Limit: in.Limit,
	})
	if err != nil {
		return nil, err
	}
	return httpapi.Listed(p, func(d outreach.Delivery) Person {
		return Person{Customer: id.Customer(d.Ord), Run: d.Run, At: d.PlannedAt, Delivery: d.ID}
	}), nil
}

// Touch is something that was sent to a customer or asked of staff for them, or was not.
type Touch struct {
	At       time.Time  `json:"at"`
	ID       string     `json:"id" doc:"of the delivery, or RUN/STEP of a step that left no message"`
	Playbook string     `json:"playbook"`
	Version  int        `json:"version,omitempty"`
	Run      string     `json:"run,omitempty"`
	Step     string     `json:"step,omitempty"`
	Channel  string     `json:"channel,omitempty"`
	State    string     `json:"state" doc:"of the delivery, or the outcome of the step"`
	Reason   string     `json:"reason,omitempty"`
	Detail   string     `json:"detail,omitempty" say:"zh"`
	SentAt   *time.Time `json:"sent_at,omitempty"`
}

type touchesInput struct {
	httpapi.PageQuery
	ID string `path:"id"`
}

func (h *handlers) touches(ctx context.Context, in *touchesInput) (*httpapi.List[Touch], error) {
	ord, err := id.ParseCustomer(in.ID)
	if err != nil {
		return nil, err
	}
	var p page.Page[playbook.Contact]
	if p, err = h.playbooks.Contacts(ctx, ord, in.Cursor, in.Limit); err != nil {
		return nil, err
	}
	return httpapi.Listed(p, func(c playbook.Contact) Touch {
		t := Touch{c.At, c.ID, c.Playbook, c.Version, c.Run, c.Step, c.Channel, c.State, c.Reason, c.Detail, nil}
		if !c.SentAt.IsZero() {
			t.SentAt = &c.SentAt
		}
		return t
	}), nil
}
