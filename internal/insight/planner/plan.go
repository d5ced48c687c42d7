package planner

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"yutang/internal/fault"
	"yutang/internal/id"
	"yutang/internal/insight"
	"yutang/internal/insight/cost"
	"yutang/internal/job"
	"yutang/internal/page"
)

// Plan is a kept plan at its newest version, or at the one asked for.
type Plan struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	Version   int       `json:"version"`
	CreatedBy string    `json:"created_by"`
	CreatedAt time.Time `json:"created_at"`
	Revision  Revision  `json:"revision"`
}

// Revision is one version of a plan.
type Revision struct {
	Version   int       `json:"version"`
	Note      string    `json:"note,omitempty"`
	Scenario  Scenario  `json:"scenario"`
	Answer    *Answer   `json:"answer,omitempty"` // as it was computed then; not in lists
	CreatedBy string    `json:"created_by"`
	CreatedAt time.Time `json:"created_at"`
}

// Input is what makes a plan or a version of it.
type Input struct {
	Name     string   `json:"name,omitempty" maxLength:"200" doc:"a new plan needs one; \"\" keeps the name"`
	Note     string   `json:"note,omitempty" maxLength:"1000" doc:"what the version is about"`
	Scenario Scenario `json:"scenario"`
}

const (
	maxName = 200
	maxNote = 1000
)

func checkTexts(in Input) error {
	switch {
	case utf8.RuneCountInString(in.Name) > maxName:
		return fault.BadField("/name", "is at most %d characters long", maxName)
	case utf8.RuneCountInString(in.Note) > maxNote:
		return fault.BadField("/note", "is at most %d characters long", maxNote)
	}
	return nil
}

// Draft is a version that is computed and not kept yet.
type Draft struct {
	name string
	rev  Revision
	span *span
}

// Draft computes what a version says, which takes a while: call it before any transaction.
// by is who asks.
func (s *Service) Draft(ctx context.Context, in Input, by string) (*Draft, error) {
	if err := checkTexts(in); err != nil {
		return nil, err
	}
	span, err := s.check(in.Scenario)
	if err != nil {
		return nil, below(err, "/scenario")
	}
	a, err := s.Simulate(ctx, in.Scenario)
	if err != nil {
		return nil, err
	}
	rev := Revision{Note: in.Note, Scenario: span.Scenario, Answer: &a, CreatedBy: by, CreatedAt: s.Clock.Now().UTC().Truncate(time.Millisecond)}
	return &Draft{strings.TrimSpace(in.Name), rev, span}, nil
}

// Create keeps a new plan.
func (s *Service) Create(ctx context.Context, d *Draft) (Plan, error) {
	if d.name == "" {
		return Plan{}, fault.BadField("/name", "a plan has a name")
	}
	d.rev.Version = 1
	p := Plan{ID: id.New("pln"), Name: d.name, Version: 1, CreatedBy: d.rev.CreatedBy, CreatedAt: d.rev.CreatedAt, Revision: d.rev}
	return p, s.DB.InTx(ctx, func(ctx context.Context) error {
		if err := s.insertPlan(ctx, p, d.span.to); err != nil {
			return err
		}
		return s.keep(ctx, p.ID, d)
	})
}

// Update adds a version to a plan. Errors: not_found.
func (s *Service) Update(ctx context.Context, planID string, d *Draft) (p Plan, err error) {
	err = s.DB.InTx(ctx, func(ctx context.Context) error {
		if p, err = s.selectPlan(ctx, planID); err != nil {
			return err
		}
		if d.name != "" {
			p.Name = d.name
		}
		p.Version++
		d.rev.Version = p.Version
		p.Revision = d.rev
		if err := s.updatePlan(ctx, p, d.span.to); err != nil {
			return err
		}
		return s.keep(ctx, planID, d)
	})
	return p, err
}

func (s *Service) keep(ctx context.Context, planID string, d *Draft) error {
	if err := s.insertRevision(ctx, planID, d.rev); err != nil {
		return err
	}
	return s.expect(ctx, planID, d.span)
}

// below moves the pointers of a fault below a field.
func below(err error, field string) error {
	f, ok := err.(*fault.Error) //nolint:errorlint // made by this package
	if !ok {
		return err
	}
	moved := *f
	moved.Fields = append([]fault.Field(nil), f.Fields...)
	for i := range moved.Fields {
		moved.Fields[i].Pointer = field + moved.Fields[i].Pointer
	}
	return &moved
}

// Get is a plan at a version, 0 the newest. Errors: not_found.
func (s *Service) Get(ctx context.Context, planID string, version int) (Plan, error) {
	p, err := s.selectPlan(ctx, planID)
	if err != nil {
		return p, err
	}
	if version == 0 {
		version = p.Version
	}
	p.Revision, err = s.selectRevision(ctx, planID, version)
	return p, err
}

// List is a page of plans, the newest first, without their answers.
func (s *Service) List(ctx context.Context, cursor string, limit int) (page.Page[Plan], error) {
	before := "q" // after every id, which begin with "pln_"
	if _, err := page.After(cursor, &before); err != nil {
		return page.Page[Plan]{}, err
	}
	limit = page.Limit(limit)
	list, err := s.selectPlans(ctx, before, limit+1)
	if err != nil {
		return page.Page[Plan]{}, err
	}
	return page.Cut(list, limit, func(p Plan) string { return p.ID }), nil
}

// Versions are all versions of a plan, the newest first, without their answers.
func (s *Service) Versions(ctx context.Context, planID string) ([]Revision, error) {
	if _, err := s.selectPlan(ctx, planID); err != nil {
		return nil, err
	}
	return s.selectRevisions(ctx, planID)
}

// Delete takes a plan out of the lists and ends its alarms. Errors: not_found.
func (s *Service) Delete(ctx context.Context, planID string) error {
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		if err := s.markDeleted(ctx, planID); err != nil {
			return err
		}
		if s.Jobs == nil {
			return nil
		}
		return s.Jobs.Drop(ctx, alarmKind, planID)
	})
}

// alarmHour is when gaps are looked for, in the plan's zone.
const alarmHour = 8

// expect puts the job that looks for gaps. One that is there stays.
func (s *Service) expect(ctx context.Context, planID string, p *span) error {
	if s.Jobs == nil {
		return nil
	}
	at := p.from
	if now := s.Clock.Now(); now.After(at) {
		at = now
	}
	if err := s.Jobs.Put(ctx, job.Job{Kind: alarmKind, Key: planID, Due: nextCheck(at, p.zone)}); err != nil {
		return fmt.Errorf("put the job of a plan: %w", err)
	}
	return nil
}

// nextCheck is the next time after at that gaps are looked for.
func nextCheck(at time.Time, zone *time.Location) time.Time {
	y, m, d := at.In(zone).Date()
	next := time.Date(y, m, d, alarmHour, 0, 0, 0, zone)
	if !next.After(at) {
		next = time.Date(y, m, d+1, alarmHour, 0, 0, 0, zone)
	}
	return next
}

// Book is the costs of package cost as plans read them.
type Book struct {
	Costs *cost.Service
	Zone  func() *time.Location
}

// ByChannel sums the costs of whole days.
func (b Book) ByChannel(ctx context.Context, from, to time.Time) (map[string]int64, error) {
	zone := b.Zone()
	first, last := cost.DayOf(from.In(zone)), cost.DayOf(to.Add(-time.Millisecond).In(zone))
	out := map[string]int64{}
	if first > last {
		return out, nil
	}
	sum, err := b.Costs.Sum(ctx, cost.Filter{From: first, To: last}, cost.ByChannel)
	if err != nil {
		return nil, err
	}
	for _, x := range sum.Sums {
		out[x.Value] = x.Amount
	}
	return out, nil
}

// Report serves plans to the desk: the actual numbers of {"plan": ID} and their people.
type Report struct{ *Service }

var _ insight.Report = Report{}

// Run tells the progress of {"plan": ID, "behind"?: percent}.
func (r Report) Run(ctx context.Context, query json.RawMessage) (any, error) {
	q, err := parseFollow(query)
	if err != nil {
		return nil, err
	}
	return r.Progress(ctx, q.Plan, q.Behind)
}

// follow names a plan.
type follow struct {
	Plan   string  `json:"plan"`
	Behind float64 `json:"behind,omitempty"`
}

func parseFollow(raw json.RawMessage) (q follow, err error) {
	if err := insight.Decode(raw, &q); err != nil {
		return q, err
	}
	if q.Plan == "" {
		return q, fault.BadField("/plan", "names a plan by its id")
	}
	return q, nil
}
