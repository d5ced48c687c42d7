package tag

import (
	"context"
	"errors"
	"fmt"
	"time"

	"yutang/internal/fault"
	"yutang/internal/job"
	"yutang/internal/wecom"
)

// Reasons of failed pushes. Others are "wecom_" and the platform's code.
const (
	NoContact   = "no_contact" // the two are not in contact at the platform
	NotAllowed  = "not_allowed"
	PairQuota   = "pair_quota" // the contact carries MaxPairTags already
	Unreachable = "unreachable"
)

// tries is how often a push is tried while the platform does not answer.
const tries = 12

// perMark is how many tags one call names.
const perMark = 100

func asLater(err error, l **later) bool { return errors.As(err, l) }

// pushed says that nothing is pending for a contact any more.
func (s *Service) pushed(ctx context.Context, j job.Job) (bool, error) {
	k, err := payload[pairKey](j)
	if err != nil {
		return true, nil
	}
	n, err := s.count(ctx, countPending, k.Corp, k.External, k.Member)
	return n == 0, err
}

// pushJobStep tells the platform of up to perMark pending tags of one contact.
func (s *Service) pushJobStep(ctx context.Context, j job.Job) (again bool, err error) {
	k, err := payload[pairKey](j)
	if err != nil {
		return false, err
	}
	some, err := s.ready(ctx, k)
	if err != nil || len(some) == 0 {
		return false, err
	}
	if err := s.mark(ctx, k, some); err != nil {
		return false, s.failedPush(ctx, j, some, err)
	}
	return true, s.confirmAll(ctx, k, some)
}

// ready lists pending pushes of a contact that can be made. Those whose tag is not at the
// platform are dropped, those beyond the contact's quota refused.
func (s *Service) ready(ctx context.Context, k pairKey) (some []push, err error) {
	all, err := s.pushesOf(ctx, k)
	if err != nil {
		return nil, err
	}
	now, err := s.pairOf(ctx, k)
	if err != nil {
		return nil, err
	}
	known, carried := s.known.Load(), len(now.tags)
	for _, p := range all {
		t := known.tags[p.Tag]
		switch {
		case p.State != pending || len(some) == perMark:
		case t == nil || t.Remote == "":
			err = s.dropPush(ctx, p)
		case p.Put && carried >= MaxPairTags && !now.tags[t.Remote]:
			err = s.refuse(ctx, p, PairQuota)
		default:
			if p.Put && !now.tags[t.Remote] {
				carried++
			}
			some = append(some, p)
		}
		if err != nil {
			return nil, err
		}
	}
	return some, nil
}

func (s *Service) mark(ctx context.Context, k pairKey, some []push) error {
	c, err := s.Client(ctx, k.Corp)
	if err != nil {
		return err
	}
	var add, remove []string
	known := s.known.Load()
	for _, p := range some {
		t := known.tags[p.Tag]
		switch {
		case t == nil:
		case p.Put:
			add = append(add, t.Remote)
		default:
			remove = append(remove, t.Remote)
		}
	}
	if len(add)+len(remove) == 0 {
		return nil
	}
	if err := c.MarkTag(ctx, k.Member, k.External, add, remove); err != nil || s.Wrote == nil {
		return err
	}
	return s.Wrote(ctx, k.Corp, k.Member, k.External, add, remove)
}

// confirmAll notes what the platform knows now.
func (s *Service) confirmAll(ctx context.Context, k pairKey, some []push) error {
	now := s.Clock.Now().UnixMilli()
	leaf := s.recordOf(k.Corp, k.External)
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		p, err := s.pairOf(ctx, k)
		if err != nil {
			return err
		}
		known := s.known.Load()
		for _, w := range some {
			if t := known.tags[w.Tag]; t != nil {
				p.tags[t.Remote] = w.Put
			}
			if err := s.confirm(ctx, w, now); err != nil {
				return err
			}
		}
		if !p.known {
			p.leaf = leaf
		}
		return s.savePair(ctx, p)
	})
}

// failedPush decides what a refused call means. All of it is refused together.
func (s *Service) failedPush(ctx context.Context, j job.Job, some []push, failure error) error {
	reason := ""
	switch wecom.ClassOf(failure) {
	case wecom.Rate:
		wait := wecom.RetryAfter(failure)
		if wait <= 0 {
			wait = time.Minute
		}
		return &later{s.Clock.Now().Add(wait), "rate limited"}
	case wecom.Relation:
		reason = NoContact
	case wecom.Permission:
		reason = NotAllowed
	case wecom.Business:
		if wecom.CodeOf(failure) == wecom.CodeBadTag {
			return s.badTag(ctx, j, some, failure)
		}
		reason = fmt.Sprintf("wecom_%d", wecom.CodeOf(failure))
	default: // no answer, no credentials, or not ours
		if fault.Is(failure, fault.NotFound) {
			reason = NotAllowed
			break
		}
		if j.Attempts < tries {
			return failure
		}
		reason = Unreachable
	}
	return s.refuseAll(ctx, some, reason)
}

func (s *Service) refuseAll(ctx context.Context, some []push, reason string) error {
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		for _, p := range some {
			if err := s.refuse(ctx, p, reason); err != nil {
				return err
			}
		}
		return nil
	})
}

// badTag learns which tags exist. Those that do not are dropped with their definitions, and
// the others are tried again; if all exist, the platform refuses something else.
func (s *Service) badTag(ctx context.Context, j job.Job, some []push, failure error) error {
	if err := s.Pull(ctx, some[0].Corp); err != nil {
		return fmt.Errorf("ask which tags exist: %w", err)
	}
	known, gone := s.known.Load(), false
	for _, p := range some {
		gone = gone || known.tags[p.Tag] == nil
	}
	if gone || j.Attempts < 3 {
		return failure
	}
	return s.refuseAll(ctx, some, fmt.Sprintf("wecom_%d", wecom.CodeOf(failure)))
}

// Retry makes failed pushes pending again: of one contact, or of a whole corp if external
// is "". It says how many.
func (s *Service) Retry(ctx context.Context, corp, external string) (n int, err error) {
	err = s.DB.InTx(ctx, func(ctx context.Context) error {
		all, err := s.failedPushes(ctx, corp, external)
		if err != nil {
			return err
		}
		n = len(all)
		for i := range all {
			all[i].At = s.Clock.Now().UnixMilli()
		}
		return s.want(ctx, all)
	})
	return n, err
}
