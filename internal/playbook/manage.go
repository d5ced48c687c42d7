package playbook

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"yutang/internal/fault"
	"yutang/internal/id"
	"yutang/internal/outreach"
)

// Create makes a draft.
func (s *Service) Create(ctx context.Context, definition json.RawMessage) (Playbook, error) {
	raw, err := s.checked(ctx, definition)
	if err != nil {
		return Playbook{}, err
	}
	now := s.Clock.Now()
	b := Playbook{ID: id.New("pb"), State: Draft, Draft: raw, CreatedAt: now, UpdatedAt: now}
	return b, s.insertPlaybook(ctx, b)
}

// Update replaces the draft. What is published goes on unchanged until Publish.
func (s *Service) Update(ctx context.Context, key string, definition json.RawMessage) (Playbook, error) {
	raw, err := s.checked(ctx, definition)
	if err != nil {
		return Playbook{}, err
	}
	return s.change(ctx, key, func(_ context.Context, b *Playbook) error {
		if b.State == Ended {
			return wrongState(*b, "changed")
		}
		b.Draft = raw
		return nil
	})
}

// checked is a definition without white space, if it is right.
func (s *Service) checked(ctx context.Context, definition json.RawMessage) (json.RawMessage, error) {
	p, err := parse(definition, s.Zone())
	if err != nil {
		return nil, err
	}
	if err := s.checkContent(ctx, p); err != nil {
		return nil, err
	}
	var flat bytes.Buffer
	if err := json.Compact(&flat, definition); err != nil {
		return nil, err
	}
	return flat.Bytes(), nil
}

// Publish makes the draft the next version and lets it start runs. by names who did it.
func (s *Service) Publish(ctx context.Context, key, by string) (Playbook, error) {
	return s.change(ctx, key, func(ctx context.Context, b *Playbook) error {
		if b.State == Ended {
			return wrongState(*b, "published")
		}
		p, err := parse(b.Draft, s.Zone())
		if err != nil {
			return err
		}
		if err := s.checkOutside(ctx, p); err != nil {
			return err
		}
		b.Version++
		b.State = Published
		return s.insertVersion(ctx, Version{
			Playbook: b.ID, Version: b.Version, Definition: b.Draft, PublishedAt: s.Clock.Now(), PublishedBy: by,
		})
	})
}

// checkContent asks whether the channel takes what a step says.
func (s *Service) checkContent(ctx context.Context, p *plan) error {
	if s.CheckContent == nil {
		return nil
	}
	send := p.Steps[0].Send
	faults, err := s.CheckContent(ctx, send.Channel, send.Endpoint, send.Content, "/steps/0/send/content")
	if err != nil {
		return err
	}
	return (&checker{faults: faults}).err()
}

// checkOutside asks whether what a definition names exists.
func (s *Service) checkOutside(ctx context.Context, p *plan) error {
	send := p.Steps[0].Send
	if err := s.CheckEndpoint(ctx, send.Channel, send.Endpoint); err != nil {
		return fault.BadField("/steps/0/send/endpoint", "%s", err.Error())
	}
	if err := s.checkContent(ctx, p); err != nil {
		return err
	}
	if p.Trigger.Audience == "" {
		return nil
	}
	if err := s.CheckAudience(ctx, p.Trigger.Audience); err != nil {
		return fault.BadField("/trigger/audience", "%s", err.Error())
	}
	return nil
}

// Pause stops starting runs and keeps planned touches waiting.
func (s *Service) Pause(ctx context.Context, key string) (Playbook, error) {
	return s.move(ctx, key, Paused, "paused", Published)
}

// Resume goes on after Pause. What waited is sent if it has not expired.
func (s *Service) Resume(ctx context.Context, key string) (Playbook, error) {
	b, err := s.move(ctx, key, Published, "resumed", Paused)
	if err != nil {
		return b, err
	}
	return b, s.Outreach.Hasten(ctx, key, outreach.PlaybookPaused)
}

// End stops a playbook for good. Planned touches are suppressed.
func (s *Service) End(ctx context.Context, key string) (Playbook, error) {
	b, err := s.move(ctx, key, Ended, "ended", Published, Paused, Draft)
	if err != nil {
		return b, err
	}
	return b, s.Outreach.Hasten(ctx, key, outreach.PlaybookPaused)
}

func (s *Service) move(ctx context.Context, key string, to State, verb string, from ...State) (Playbook, error) {
	return s.change(ctx, key, func(_ context.Context, b *Playbook) error {
		for _, state := range from {
			if b.State == state {
				b.State = to
				return nil
			}
		}
		return wrongState(*b, verb)
	})
}

func wrongState(b Playbook, verb string) error {
	return fault.New(fault.Precondition, "playbook_state", "a playbook that is %s cannot be %s", b.State, verb)
}

// change reads, changes and writes a playbook in one transaction, and then listens anew.
func (s *Service) change(ctx context.Context, key string, edit func(ctx context.Context, b *Playbook) error) (b Playbook, err error) {
	s.edit.Lock()
	defer s.edit.Unlock()
	err = s.DB.InTx(ctx, func(ctx context.Context) error {
		if b, err = s.Get(ctx, key); err != nil {
			return err
		}
		if err := edit(ctx, &b); err != nil {
			return err
		}
		b.UpdatedAt = s.Clock.Now()
		return s.updatePlaybook(ctx, b)
	})
	if err != nil {
		return Playbook{}, err
	}
	return b, s.reindex(ctx)
}

// Numbers are what became of a playbook's runs.
type Numbers struct {
	Runs       int
	Holdout    int
	Deliveries []outreach.Count
}

// Numbers counts runs and deliveries, over all versions.
func (s *Service) Numbers(ctx context.Context, key string) (n Numbers, err error) {
	if _, err := s.Get(ctx, key); err != nil {
		return n, err
	}
	if n.Runs, n.Holdout, err = s.countRuns(ctx, key); err != nil {
		return n, fmt.Errorf("count runs: %w", err)
	}
	n.Deliveries, err = s.Outreach.Counts(ctx, key)
	return n, err
}

// UsingAudience names the playbooks, not ended, that an audience triggers.
func (s *Service) UsingAudience(ctx context.Context, audience string) (names []string, err error) {
	books, err := s.all(ctx)
	for _, b := range books {
		if b.State == Ended {
			continue
		}
		var d Definition
		if json.Unmarshal(b.Draft, &d) == nil && d.Trigger.Audience == audience {
			names = append(names, d.Name)
			continue
		}
		if b.Version > 0 {
			p, err := s.plan(ctx, b.ID, b.Version)
			if err != nil {
				return nil, err
			}
			if p.Trigger.Audience == audience {
				names = append(names, p.Name)
			}
		}
	}
	return names, err
}
