package playbook

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"yutang/internal/customer"
	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/flow"
	"yutang/internal/template"
)

// brandRoot names the brand in templates.
const brandRoot = "brand"

// known is what templates of a kind of step read from.
func (s *Service) known(kind string) []string {
	out := []string{"customer", "traits", "event"}
	if kind == flow.KindPost {
		out = nil // said to many at once
	}
	if s.Brand != nil || kind == flow.KindPost {
		out = append(out, brandRoot)
	}
	return out
}

// bindings are what templates see; the brand is asked for only if somebody reads from it.
func (s *Service) bindings(ctx context.Context, p customer.Profile, trigger *event.Event, reads func(root string) bool) (map[string]any, error) {
	var more map[string]any
	if s.Brand != nil && reads(brandRoot) {
		name, err := s.Brand(ctx)
		if err != nil {
			return nil, err
		}
		more = map[string]any{brandRoot: map[string]any{"name": name}}
	}
	return flow.Bindings(p, trigger, more), nil
}

// checkRoots finds the templates that read from what nobody knows where they are rendered.
func (s *Service) checkRoots(f *flow.Flow) (all faults) {
	for _, op := range f.Steps {
		known := s.known(op.Kind)
		for _, c := range append(slices.Clone(op.Contents), op.Content) {
			if c != nil {
				all = append(all, c.CheckRoots(known)...)
			}
		}
		check := func(ptr string, t *template.Text) {
			if t != nil {
				all.add(op.Pointer+"/task/"+ptr, t.CheckRoots(known))
			}
		}
		check("title", op.Title)
		check("script", op.Script)
		for i, t := range op.Scripts {
			check(fmt.Sprintf("variants/%d/script", i), t)
		}
	}
	return all
}

// checkWords refuses a material whose texts read from what the step does not know.
func checkWords(raw []byte, known []string, ptr string, all *faults) {
	c, bad := template.Parse(raw, "", false)
	if len(bad) > 0 {
		return // the library let it pass: rendering tells
	}
	for _, f := range c.CheckRoots(known) {
		*all = append(*all, fault.Field{Pointer: ptr, Detail: "the material's " + f.Pointer + " " + f.Detail})
	}
}

// checkMoment refuses a schedule that has no moment to come. The moment of the version in
// force may have passed: whoever is inside goes on.
func (s *Service) checkMoment(ctx context.Context, b Playbook, f *flow.Flow, all *faults) error {
	rhythm := f.Definition.Trigger.Schedule
	if rhythm == nil {
		return nil
	}
	if _, ok := rhythm.Next(s.Clock.Now().UnixMilli(), s.Zone()); ok {
		return nil
	}
	if b.Version > 0 {
		p, err := s.plan(ctx, b.ID, b.Version)
		if err != nil && !unreadable(err) {
			return err
		}
		if err == nil && p.Definition.Trigger.Schedule != nil {
			if was := p.Definition.Trigger.Schedule; was.At == rhythm.At && was.Until == rhythm.Until {
				return nil
			}
		}
	}
	ptr := "/trigger/schedule/at"
	if rhythm.At == "" {
		ptr = "/trigger/schedule/until"
	}
	*all = append(*all, fault.Field{Pointer: ptr, Detail: "is past, so nobody would ever start; choose a moment to come"})
	return nil
}

// checkStages refuses stages that nobody can be at.
func (s *Service) checkStages(op *flow.Op, all *faults) {
	s.Timeline.RLock()
	defer s.Timeline.RUnlock()
	for _, kind := range slices.Sorted(maps.Keys(op.Step.Update.Stage)) {
		stage := op.Step.Update.Stage[kind]
		if names := s.Customers.Level(kind).Names(); !slices.Contains(names, stage) {
			*all = append(*all, fault.Field{
				Pointer: op.Pointer + "/update/stage/" + kind,
				Detail:  fmt.Sprintf("there is no stage %q of %s; choose one of: %s", stage, kind, strings.Join(names, ", ")),
			})
		}
	}
}
