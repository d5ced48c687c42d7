package playbook

import (
	"context"
	"slices"

	"yutang/internal/experiment"
	"yutang/internal/flow"
)

// trial is an experiment of a definition. Several steps may share one.
type trial struct {
	name string
	kind experiment.Kind
	arms []experiment.Arm
}

// trials are the experiments that a version's customers take part in, the playbook's own
// control group first.
func (p *plan) trials() (out []trial) {
	if kind := p.Definition.Subject; kind != "" && kind != flow.Customers {
		return nil
	}
	add := func(name string, kind experiment.Kind, arms []flow.Assignment) {
		at := slices.IndexFunc(out, func(t trial) bool { return t.name == name })
		if at < 0 {
			at, out = len(out), append(out, trial{name: name, kind: kind})
		}
		for _, a := range arms {
			if !slices.ContainsFunc(out[at].arms, func(x experiment.Arm) bool { return x.Name == a.Arm }) {
				out[at].arms = append(out[at].arms, experiment.Arm{Name: a.Arm, Share: a.Percent})
			}
		}
	}
	if held := p.Definition.Holdout; held > 0 {
		add(p.Experiment(p.id, -1), experiment.Holdout, []flow.Assignment{{Arm: flow.ArmControl, Percent: held}, {Arm: flow.ArmTreatment, Percent: 100 - held}})
	}
	for i, op := range p.Steps {
		if len(op.Arms()) > 0 {
			add(p.Experiment(p.id, i), kindOf(op), op.Arms())
		}
	}
	return out
}

// kindOf is what a step's arms compare.
func kindOf(op *flow.Op) experiment.Kind {
	switch {
	case op.Kind == flow.KindHoldout:
		return experiment.Holdout
	case op.Kind != flow.KindSplit:
		return experiment.Variants
	case op.Step.Split.By != "":
		return experiment.Cluster
	}
	return experiment.Split
}

// Holdouts names the experiment of each playbook's control group as last published: its own,
// else that of its first holdout step. Those without are left out.
func (s *Service) Holdouts(ctx context.Context) (map[string]string, error) {
	books, err := s.all(ctx)
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for _, b := range books {
		if b.Version == 0 {
			continue
		}
		p, err := s.plan(ctx, b.ID, b.Version)
		if unreadable(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		all := p.trials()
		if i := slices.IndexFunc(all, func(t trial) bool { return t.kind == experiment.Holdout }); i >= 0 {
			out[b.ID] = all[i].name
		}
	}
	return out, nil
}

// declare makes the experiments of a version known with all their arms, those that nobody
// comes to included.
func (s *Service) declare(ctx context.Context, p *plan) error {
	if s.Exposures == nil {
		return nil
	}
	for _, t := range p.trials() {
		if err := s.Exposures.Declare(ctx, t.name, p.id, t.kind, t.arms); err != nil {
			return err
		}
	}
	return nil
}
