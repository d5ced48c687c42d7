package playbook

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"yutang/internal/flow"
)

// plan is one version of a playbook, checked. It does not change.
type plan struct {
	*flow.Flow
	id      string
	version int
	raw     json.RawMessage
	heard   []string // audiences that waits, the goal and exits name
	asks    []string // the rules
}

// newPlan checks a definition. audiences are those made for it, by its keys.
func (s *Service) newPlan(id string, version int, raw json.RawMessage, audiences map[string]string) (*plan, error) {
	resolved, err := flow.Resolve(raw, audiences)
	if err != nil {
		return nil, err
	}
	f, err := flow.Parse(resolved, s.Zone())
	if err != nil {
		return nil, err
	}
	p := &plan{Flow: f, id: id, version: version, raw: raw}
	p.hear(f.Definition.Goal)
	for i := range f.Definition.Exit {
		p.hear(&f.Definition.Exit[i])
	}
	for _, op := range f.Steps {
		if op.Step.WaitFor != nil {
			p.hear(&op.Step.WaitFor.Condition)
		}
	}
	for _, r := range f.Rules {
		p.asks = append(p.asks, string(r.JSON()))
	}
	return p, nil
}

func (p *plan) hear(c *flow.Condition) {
	if c != nil && c.Audience != "" && !slices.Contains(p.heard, c.Audience) {
		p.heard = append(p.heard, c.Audience)
	}
}

// plan is a published version.
func (s *Service) plan(ctx context.Context, playbook string, version int) (*plan, error) {
	key := versionKey{playbook, version}
	s.mu.Lock()
	p := s.versions[key]
	s.mu.Unlock()
	if p != nil {
		return p, nil
	}
	v, err := s.version(ctx, playbook, version)
	if err != nil {
		return nil, err
	}
	if p, err = s.newPlan(playbook, version, v.Definition, v.Audiences); err != nil {
		return nil, fmt.Errorf("version %d of playbook %s: %w", version, playbook, err)
	}
	s.mu.Lock()
	s.versions[key] = p
	s.mu.Unlock()
	return p, nil
}

// Flow is a version of a playbook, ready to run; version 0 is the draft.
func (s *Service) Flow(ctx context.Context, playbook string, version int) (*flow.Flow, error) {
	if version > 0 {
		p, err := s.plan(ctx, playbook, version)
		if err != nil {
			return nil, err
		}
		return p.Flow, nil
	}
	b, err := s.Get(ctx, playbook)
	if err != nil {
		return nil, err
	}
	return flow.Parse(b.Draft, s.Zone())
}
