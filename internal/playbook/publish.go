package playbook

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"

	"yutang/internal/fault"
	"yutang/internal/flow"
)

// InFlight says what happens to runs of older versions when a new one is published.
type InFlight string

// The choices.
const (
	Stay InFlight = "stay" // they go on in their version
	Move InFlight = "move" // they go on in the new version, in the same step if there is one
	Exit InFlight = "exit" // they end
)

// Publish makes the draft the next version and lets it start runs; runs of older versions
// stay. by names who did it.
func (s *Service) Publish(ctx context.Context, key, by string) (Playbook, error) {
	return s.PublishWith(ctx, key, by, Stay)
}

// ensureAudiences makes the audiences that a version brings along, or changes those that an
// earlier one did.
func (s *Service) ensureAudiences(ctx context.Context, f *flow.Flow, v *Version) error {
	if len(f.Definition.Audiences) == 0 {
		return nil
	}
	earlier, err := s.Versions(ctx, v.Playbook)
	if err != nil {
		return err
	}
	for key, a := range f.Definition.Audiences {
		made := ""
		for i := 0; i < len(earlier) && made == ""; i++ {
			made = earlier[i].Audiences[key]
		}
		if v.Audiences[key], err = s.Ensure(ctx, f.Definition.Name, made, a); err != nil {
			return err
		}
	}
	return nil
}

// PublishWith is Publish with a choice about runs of older versions.
func (s *Service) PublishWith(ctx context.Context, key, by string, choice InFlight) (Playbook, error) {
	if !slices.Contains([]InFlight{Stay, Move, Exit}, choice) {
		return Playbook{}, fault.BadField("/in_flight", `must be "stay", "move" or "exit"`)
	}
	s.edit.Lock()
	defer s.edit.Unlock()
	b, f, err := s.publishable(ctx, key)
	if err != nil {
		return Playbook{}, err
	}
	v := Version{
		Playbook: b.ID, Version: b.Version + 1, Definition: b.Draft, Audiences: map[string]string{}, PublishedAt: s.Clock.Now(), PublishedBy: by,
	}
	if err := s.ensureAudiences(ctx, f, &v); err != nil {
		return Playbook{}, err
	}
	p, err := s.newPlan(b.ID, v.Version, v.Definition, v.Audiences)
	if err != nil {
		return Playbook{}, err
	}
	made, err := s.prepare(ctx, p)
	if err != nil {
		return Playbook{}, err
	}
	err = s.do(ctx, func(ctx context.Context) error {
		b.Version, b.State, b.UpdatedAt = v.Version, Published, v.PublishedAt
		b.reviewed("", "", "", "")
		b.fired = v.PublishedAt.UnixMilli()
		if err := s.insertVersion(ctx, v); err != nil {
			return err
		}
		if err := s.updatePlaybook(ctx, b); err != nil {
			return err
		}
		if err := s.declare(ctx, p); err != nil {
			return err
		}
		return s.put(ctx, b, p, made, choice)
	})
	if err != nil {
		return Playbook{}, err
	}
	return b, nil
}

// publishable is a playbook whose draft may be published.
func (s *Service) publishable(ctx context.Context, key string) (b Playbook, f *flow.Flow, err error) {
	if b, err = s.Get(ctx, key); err != nil {
		return b, nil, err
	}
	set, err := s.Settings(ctx)
	switch {
	case err != nil:
		return b, nil, err
	case b.State == Ended:
		return b, nil, wrongState(b, "published")
	case set.ApprovalRequired && b.Review != ReviewApproved:
		return b, nil, fault.New(fault.Precondition, "approval_required", "the draft must be approved before it is published: submit it for review")
	}
	if f, err = flow.Parse(b.Draft, s.Zone()); err != nil {
		return b, nil, err
	}
	if err := s.checkOutside(ctx, b, f); err != nil {
		return b, nil, err
	}
	return b, f, s.checkCircle(ctx, b, f)
}

// prepare makes the rules and columns that a version reads. Not on the writer.
func (s *Service) prepare(ctx context.Context, p *plan) (made map[string]Predicate, err error) {
	made = map[string]Predicate{}
	for _, ask := range p.asks {
		if made[ask] != nil || s.Predicate == nil {
			continue
		}
		if made[ask], err = s.Predicate(ctx, []byte(ask)); err != nil {
			return nil, err
		}
	}
	traits := []string{ZoneTrait}
	if d := p.Definition.Trigger.Date; d != nil {
		traits = append(traits, d.Trait)
	}
	for _, name := range traits {
		if err := s.Customers.EnsureTrait(ctx, name); err != nil {
			return nil, err
		}
	}
	return made, nil
}

// Prepare makes the columns that published playbooks read. After Load, before the road
// starts.
func (s *Service) Prepare(ctx context.Context) error {
	books, err := s.notDrafts(ctx)
	if err != nil {
		return err
	}
	if len(books) == 0 {
		return nil
	}
	if err := s.Customers.EnsureTrait(ctx, ZoneTrait); err != nil {
		return err
	}
	for _, b := range books {
		if b.State == Ended || b.Version == 0 {
			continue
		}
		p, err := s.plan(ctx, b.ID, b.Version)
		if unreadable(err) {
			continue
		}
		if err != nil {
			return err
		}
		if d := p.Definition.Trigger.Date; d != nil {
			if err := s.Customers.EnsureTrait(ctx, d.Trait); err != nil {
				return err
			}
		}
	}
	return nil
}

// put lets a version that was just published run. On the writer.
func (s *Service) put(ctx context.Context, p Playbook, plan *plan, made map[string]Predicate, choice InFlight) error {
	for ask, predicate := range made {
		if s.asked[ask] != nil {
			predicate.Close()
			continue
		}
		s.asked[ask] = &asked{Predicate: predicate}
	}
	s.mu.Lock()
	s.versions[versionKey{p.ID, p.Version}] = plan
	s.mu.Unlock()
	wasPaused := s.books[p.ID] != nil && s.books[p.ID].state == Paused
	b, err := s.shelve(ctx, p)
	if err != nil {
		return err
	}
	b.fired = p.fired
	now := s.tick()
	if plan.Definition.Trigger.Existing {
		s.begins(&bulk{book: b, kind: bulkExisting, fire: now, version: p.Version})
	}
	if choice != Stay && b.live > 0 {
		kind := bulkMove
		if choice == Exit {
			kind = bulkExit
		}
		s.begins(&bulk{book: b, kind: kind, fire: now, version: p.Version})
	}
	if wasPaused {
		s.rouse(b)
	}
	s.reindex()
	s.schedule(b)
	return nil
}

// StepPreview says how many runs wait in a step of an older version, and what the draft
// means for them.
type StepPreview struct {
	Version int    `json:"version"`
	Step    string `json:"step"`
	Name    string `json:"name,omitempty"`
	Change  string `json:"change" enum:"same,changed,gone"`
	Waiting int    `json:"waiting"`
	To      string `json:"to,omitempty" doc:"the step they would move to; empty: they would exit"`
}

// PublishPreview counts who waits where, and what publishing the draft with "move" would
// make of them.
func (s *Service) PublishPreview(ctx context.Context, key string) ([]StepPreview, error) {
	b, err := s.Get(ctx, key)
	if err != nil {
		return nil, err
	}
	f, err := flow.Parse(b.Draft, s.Zone())
	if err != nil {
		return nil, err
	}
	out := []StepPreview{}
	for _, w := range s.waiting(key) {
		old, err := s.plan(ctx, key, w.version)
		if err != nil {
			return nil, err
		}
		op := old.Steps[w.step]
		line := StepPreview{Version: w.version, Step: op.Step.ID, Name: op.Step.Name, Change: "same", Waiting: w.n}
		line.To = target(old.Flow, f, w.step)
		switch i, ok := f.Index(op.Step.ID); {
		case !ok || f.Steps[i].Kind != op.Kind:
			line.Change = "gone"
		case !sameStep(op.Step, f.Steps[i].Step):
			line.Change = "changed"
		}
		out = append(out, line)
	}
	return out, nil
}

func sameStep(a, b *flow.Step) bool {
	was, errWas := json.Marshal(a)
	is, errIs := json.Marshal(b)
	return errWas == nil && errIs == nil && bytes.Equal(was, is)
}

// target is where a run that waits in step at would go on, "" nowhere.
func target(old, f *flow.Flow, at int) string {
	stood := old.Steps[at]
	if i, ok := f.Index(stood.Step.ID); ok && f.Steps[i].Kind == stood.Kind && f.Steps[i].Waits() {
		return stood.Step.ID
	}
	for i := at; i < len(old.Steps); i = old.Steps[i].Next {
		if _, ok := f.Index(old.Steps[i].Step.ID); ok {
			return old.Steps[i].Step.ID
		}
	}
	return ""
}
