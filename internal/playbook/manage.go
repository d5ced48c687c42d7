package playbook

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"

	"github.com/tidwall/gjson"

	"yutang/internal/fault"
	"yutang/internal/flow"
	"yutang/internal/id"
	"yutang/internal/outreach"
)

// Name is the name that the draft gives.
func (b Playbook) Name() string { return gjson.GetBytes(b.Draft, "name").Str }

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

// Update replaces the draft. What is published goes on unchanged until Publish; a review of
// the draft before is void.
func (s *Service) Update(ctx context.Context, key string, definition json.RawMessage) (Playbook, error) {
	raw, err := s.checked(ctx, definition)
	if err != nil {
		return Playbook{}, err
	}
	return s.change(ctx, key, func(_ context.Context, b *Playbook) error {
		if b.State == Ended {
			return wrongState(*b, "changed")
		}
		if bytes.Equal(b.Draft, raw) {
			return nil
		}
		b.Draft = raw
		b.reviewed("", "", "", "")
		return nil
	})
}

// reviewed sets where the draft stands.
func (b *Playbook) reviewed(r Review, by, reviewer, note string) {
	b.Review, b.SubmittedBy, b.ReviewedBy, b.ReviewNote = r, by, reviewer, note
	if b.Version == 0 && b.State != Ended {
		b.State = Draft
	}
	b.show()
}

// checked is a definition without white space, if it is right.
func (s *Service) checked(ctx context.Context, definition json.RawMessage) (json.RawMessage, error) {
	f, err := flow.Parse(definition, s.Zone())
	if err != nil {
		return nil, err
	}
	if err := s.checkContents(ctx, f); err != nil {
		return nil, err
	}
	var flat bytes.Buffer
	if err := json.Compact(&flat, definition); err != nil {
		return nil, err
	}
	return flat.Bytes(), nil
}

// Submit asks for approval of the draft. by names who asks.
func (s *Service) Submit(ctx context.Context, key, by string) (Playbook, error) {
	return s.change(ctx, key, func(ctx context.Context, b *Playbook) error {
		if b.State == Ended || b.Review == ReviewAsked || b.Review == ReviewApproved {
			return wrongState(*b, "submitted")
		}
		f, err := flow.Parse(b.Draft, s.Zone())
		if err != nil {
			return err
		}
		if err := s.checkOutside(ctx, *b, f); err != nil {
			return err
		}
		b.reviewed(ReviewAsked, by, "", "")
		return nil
	})
}

// Approve lets the draft be published. Nobody approves what they submitted, except an
// owner of the account.
func (s *Service) Approve(ctx context.Context, key, by string, owner bool) (Playbook, error) {
	return s.change(ctx, key, func(_ context.Context, b *Playbook) error {
		switch {
		case b.Review != ReviewAsked:
			return wrongState(*b, "approved")
		case b.SubmittedBy == by && !owner:
			return fault.New(fault.Forbidden, "own_draft", "somebody else must approve what you submitted")
		}
		b.reviewed(ReviewApproved, b.SubmittedBy, by, "")
		return nil
	})
}

// Reject gives the draft back with a note.
func (s *Service) Reject(ctx context.Context, key, by, note string) (Playbook, error) {
	return s.change(ctx, key, func(_ context.Context, b *Playbook) error {
		if b.Review != ReviewAsked {
			return wrongState(*b, "rejected")
		}
		b.reviewed(ReviewRejected, b.SubmittedBy, by, cut(note, 1000))
		return nil
	})
}

// Pause stops the time of runs and starts none; planned touches wait.
func (s *Service) Pause(ctx context.Context, key string) (Playbook, error) {
	return s.turn(ctx, key, Paused, "paused", nil, Published)
}

// Resume goes on after Pause. What waited is sent if it has not expired, and runs whose
// time has come meanwhile go on.
func (s *Service) Resume(ctx context.Context, key string) (Playbook, error) {
	b, err := s.turn(ctx, key, Published, "resumed", func(b *book) { s.rouse(b) }, Paused)
	if err != nil {
		return b, err
	}
	return b, s.Outreach.Hasten(ctx, key, outreach.PlaybookPaused)
}

// End stops a playbook for good. Its runs are stopped, planned touches suppressed and open
// tasks cancelled.
func (s *Service) End(ctx context.Context, key string) (Playbook, error) {
	b, err := s.turn(ctx, key, Ended, "ended", func(b *book) {
		if b.version > 0 {
			s.begins(&bulk{book: b, kind: bulkStop, fire: s.tick(), version: b.version})
		}
	}, Published, Paused, Draft, InReview, Approved)
	if err != nil {
		return b, err
	}
	return b, s.Outreach.Hasten(ctx, key, outreach.PlaybookPaused)
}

// turn moves a playbook to another state, on the writer.
func (s *Service) turn(ctx context.Context, key string, to State, verb string, then func(b *book), from ...State) (p Playbook, err error) {
	s.edit.Lock()
	defer s.edit.Unlock()
	err = s.do(ctx, func(ctx context.Context) error {
		if p, err = s.Get(ctx, key); err != nil {
			return err
		}
		if !slices.Contains(from, p.State) {
			return wrongState(p, verb)
		}
		p.State, p.UpdatedAt = to, s.Clock.Now()
		if err := s.updatePlaybook(ctx, p); err != nil {
			return err
		}
		b, err := s.shelve(ctx, p)
		if err != nil {
			return err
		}
		if then != nil {
			then(b)
		}
		s.reindex()
		s.schedule(b)
		return nil
	})
	if err != nil {
		return Playbook{}, err
	}
	return p, nil
}

func wrongState(b Playbook, verb string) error {
	return fault.New(fault.Precondition, "playbook_state", "a playbook that is %s cannot be %s", b.State, verb)
}

// change reads, changes and writes what nobody on the road looks at, in one transaction.
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
	return b, nil
}

// UsingAudience names the playbooks, not ended, that an audience triggers or moves.
func (s *Service) UsingAudience(ctx context.Context, audience string) (names []string, err error) {
	books, err := s.all(ctx)
	if err != nil {
		return nil, err
	}
	for _, b := range books {
		if b.State == Ended {
			continue
		}
		uses, err := s.uses(ctx, b, audience)
		if err != nil {
			return nil, err
		}
		if uses {
			names = append(names, b.Name())
		}
	}
	return names, nil
}

func (s *Service) uses(ctx context.Context, b Playbook, audience string) (bool, error) {
	if f, err := flow.Parse(b.Draft, s.Zone()); err == nil {
		if _, ids := f.AudienceKeys(); slices.Contains(ids, audience) {
			return true, nil
		}
	}
	if b.Version == 0 {
		return false, nil
	}
	p, err := s.plan(ctx, b.ID, b.Version)
	if err != nil {
		return false, err
	}
	_, ids := p.AudienceKeys()
	return slices.Contains(ids, audience), nil
}
