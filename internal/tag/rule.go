package tag

import (
	"context"
	"time"

	"github.com/RoaringBitmap/roaring/v2"

	"yutang/internal/fault"
	"yutang/internal/job"
)

// ruleEvery is how often a rule tag is held against its audience. Events and time reach
// those who carry it at once; a changed rule and merges of customers only this way.
const ruleEvery = 5 * time.Minute

// Bind makes a rule tag: from now on the members of the audience carry it and nobody else
// does. Those who are in it now are tagged by an operation that Bulks shows.
func (s *Service) Bind(ctx context.Context, key, audience string) (Tag, error) {
	s.defining.Lock()
	defer s.defining.Unlock()
	t, err := s.Get(key)
	if err != nil || t.Audience == audience {
		return t, err
	}
	if t.Audience != "" {
		return t, fault.New(fault.Precondition, "tag_bound", "the tag is bound to %s; release it first", t.Audience)
	}
	if _, _, err := s.Audiences.Members(ctx, audience, 0, 1); err != nil {
		return t, err
	}
	t.Audience = audience
	return t, s.change(ctx, func(ctx context.Context) error {
		if err := s.saveTag(ctx, &t); err != nil {
			return err
		}
		return s.Jobs.Put(ctx, job.Job{Kind: ruleKind, Key: t.ID, Due: s.Clock.Now()})
	})
}

// Release ends the rule of a tag. Who carries it keeps it, unless take is true.
func (s *Service) Release(ctx context.Context, key string, take bool, by string) (Tag, error) {
	s.defining.Lock()
	defer s.defining.Unlock()
	t, err := s.Get(key)
	if err != nil || t.Audience == "" {
		return t, err
	}
	t.Audience = ""
	return t, s.change(ctx, func(ctx context.Context) error {
		if err := s.saveTag(ctx, &t); err != nil || !take {
			return err
		}
		return s.operate(ctx, Bulk{Kind: ByHand, Source: "tag " + t.Label, Tag: t.ID, Take: []string{t.Label}, By: by, targets: s.holders(t.Label)})
	})
}

// UsingAudience names the tags that are bound to an audience.
func (s *Service) UsingAudience(_ context.Context, audience string) (names []string, err error) {
	for _, t := range s.known.Load().audience[audience] {
		names = append(names, t.Label)
	}
	return names, nil
}

// ruleStep holds a rule tag against its audience and has differences put right.
func (s *Service) ruleStep(ctx context.Context, j job.Job) (again bool, err error) {
	t := s.known.Load().tags[j.Key]
	if t == nil || t.Audience == "" {
		return false, nil
	}
	running, err := s.count(ctx, countRunning, t.ID, string(ByRule))
	if err != nil {
		return false, err
	}
	if running == 0 {
		in, err := s.members(ctx, t.Audience)
		if err != nil {
			return false, err
		}
		if err := s.correct(ctx, t, in); err != nil {
			return false, err
		}
	}
	return false, &later{s.Clock.Now().Add(ruleEvery), "again"}
}

func (s *Service) correct(ctx context.Context, t *Tag, in *roaring.Bitmap) error {
	have := s.holders(t.Label)
	op := Bulk{Kind: ByRule, Source: "audience " + t.Audience, Tag: t.ID, By: "system"}
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		add, take := op, op
		add.Put, add.targets = []string{t.Label}, roaring.AndNot(in, have)
		take.Take, take.targets = []string{t.Label}, roaring.AndNot(have, in)
		if err := s.operate(ctx, add); err != nil {
			return err
		}
		return s.operate(ctx, take)
	})
}
