package content

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"yutang/internal/fault"
	"yutang/internal/job"
	"yutang/internal/wecom"
)

// Keep has the ids of a content made and renewed until Drop. It replaces what the owner
// kept before in this corp. In ctx's transaction it takes effect with it; uploads follow.
func (s *Service) Keep(ctx context.Context, owner, corp string, c Content, use Use) error {
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		if err := s.deleteKeeps(ctx, owner, corp); err != nil {
			return err
		}
		needs := c.needs(corp, use)
		if err := s.insertKeeps(ctx, owner, needs); err != nil {
			return err
		}
		return s.watch(ctx, needs...)
	})
}

// Drop lets go of all that an owner kept.
func (s *Service) Drop(ctx context.Context, owner string) error { return s.deleteOwner(ctx, owner) }

const kindMedia = "content.media"

// retryMost bounds the wait after a failed upload: there are 28 hours from the first try to
// the end of the id before.
const retryMost = 10 * time.Minute

// watch has the renewer look at each key soon. Every id, and every wish for one, has a job.
func (s *Service) watch(ctx context.Context, keys ...mediaKey) error {
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		for _, k := range keys {
			name, err := json.Marshal([]string{k.corp, k.asset, string(k.upload)})
			if err != nil {
				return fmt.Errorf("name media job: %w", err)
			}
			if err := s.Jobs.Put(ctx, job.Job{Kind: kindMedia, Key: string(name), Queue: k.corp, Due: s.Clock.Now()}); err != nil {
				return err
			}
			if err := s.Jobs.Hasten(ctx, kindMedia, string(name)); err != nil {
				return err
			}
		}
		return nil
	})
}

// renewer does the jobs of media ids: make, renew, forget.
type renewer Service

// Limit leaves most of the corp's rate to other calls.
func (r *renewer) Limit(string, time.Time) (int, time.Time) { return 2, time.Time{} }

// Run works on the jobs of one corp.
func (r *renewer) Run(ctx context.Context, jobs []job.Job) {
	var wg sync.WaitGroup
	for _, j := range jobs {
		wg.Go(func() {
			defer r.Jobs.Release(j)
			if err := r.work(ctx, j); err != nil {
				slog.Warn("media job could not be settled; it comes back when its lease ends", "key", j.Key, "err", err)
			}
		})
	}
	wg.Wait()
}

// work uploads if that is due, and settles the job in one transaction with what it read:
// a Keep that commits meanwhile is not missed.
func (r *renewer) work(ctx context.Context, j job.Job) error {
	s := (*Service)(r)
	var name []string
	if err := json.Unmarshal([]byte(j.Key), &name); err != nil || len(name) != 3 {
		_, err := s.Jobs.Bury(ctx, j, "the key is not [corp, asset, upload]")
		return err
	}
	k := mediaKey{name[0], name[1], upload(name[2])}
	kept, err := s.kept(ctx, k)
	if err != nil {
		return err
	}
	if kept && s.due(k) {
		if _, err := s.renew(ctx, k); err != nil {
			return s.failed(context.WithoutCancel(ctx), j, k, err)
		}
	}
	return s.DB.InTx(context.WithoutCancel(ctx), func(ctx context.Context) error { return s.settle(ctx, j, k) })
}

// due says whether it is time to make the id.
func (s *Service) due(k mediaKey) bool {
	m, now := s.held(k), s.Clock.Now()
	if m.id == "" {
		return true
	}
	return !m.expires.IsZero() && !now.Before(renewAt(k, m.made))
}

// settle says when to look again.
func (s *Service) settle(ctx context.Context, j job.Job, k mediaKey) error {
	kept, err := s.kept(ctx, k)
	if err != nil {
		return err
	}
	m, now := s.held(k), s.Clock.Now()
	switch {
	case kept && s.due(k):
		_, err = s.Jobs.Snooze(ctx, j, now, "")
	case kept && !m.expires.IsZero():
		_, err = s.Jobs.Snooze(ctx, j, renewAt(k, m.made), "")
	case !kept && m.id != "" && now.Before(m.expires):
		_, err = s.Jobs.Snooze(ctx, j, m.expires, "")
	default:
		_, err = s.Jobs.Done(ctx, j)
		if err == nil && !kept && !m.expires.IsZero() {
			err = s.forget(ctx, k)
		}
	}
	return err
}

// forget drops an id that has ended and that nobody keeps.
func (s *Service) forget(ctx context.Context, k mediaKey) error {
	s.mu.Lock()
	delete(s.media, k)
	s.mu.Unlock()
	return s.deleteMedia(ctx, k)
}

// failed waits and tries again, for as long as it is kept. An asset that is gone is not.
func (s *Service) failed(ctx context.Context, j job.Job, k mediaKey, failure error) error {
	var f *fault.Error
	if errors.As(failure, &f) && f.Code == assetNotFound {
		_, err := s.Jobs.Bury(ctx, j, failure.Error())
		return err
	}
	slog.Warn("media could not be uploaded; it is tried again", "corp", k.corp, "asset", k.asset, "upload", k.upload, "attempt", j.Attempts, "err", failure)
	wait := max(min(job.Backoff(j.Attempts), retryMost), wecom.RetryAfter(failure))
	_, err := s.Jobs.Retry(ctx, j, s.Clock.Now().Add(wait), failure.Error())
	return err
}
