package livecode

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"yutang/internal/job"
	"yutang/internal/wecom"
)

// syncKind names the jobs that make the platform show what a code should show. One per
// code, by its id; the queue is the corp.
const syncKind = "livecode.sync"

// kick asks for a look at a code, in ctx's transaction.
func (s *Service) kick(ctx context.Context, number int64, codeID, corpID string) error {
	if _, err := s.DB.Exec(ctx, updateWanted, number); err != nil {
		return err
	}
	if err := s.Jobs.Put(ctx, job.Job{Kind: syncKind, Key: codeID, Queue: corpID, Due: s.Clock.Now()}); err != nil {
		return err
	}
	return s.Jobs.Hasten(ctx, syncKind, codeID)
}

// worker does the sync jobs. It settles a job in the transaction that stores what came of
// it, and looks there whether the code is wanted again: nothing asked for meanwhile is lost.
type worker struct{ s *Service }

// Limit is how many codes of a corp are worked on at once.
func (w *worker) Limit(string, time.Time) (int, time.Time) { return 4, time.Time{} }

// Run works on each job by itself.
func (w *worker) Run(ctx context.Context, jobs []job.Job) {
	var wg sync.WaitGroup
	for _, j := range jobs {
		wg.Go(func() {
			defer w.s.Jobs.Release(j)
			if err := w.s.runSync(ctx, j); err != nil {
				w.s.Log.Warn("live code could not be stored; it comes back when the lease ends", slog.String("code", j.Key), slog.Any("err", err))
			}
		})
	}
	wg.Wait()
}

func (s *Service) runSync(ctx context.Context, j job.Job) error {
	code, err := s.byID(ctx, j.Key)
	if err != nil {
		return err
	}
	wanted := code.Remote.wanted
	failure := s.sync(ctx, &code)
	return s.settle(context.WithoutCancel(ctx), j, code, wanted, failure)
}

// settle stores a look at a code and ends or moves its job, in one transaction.
func (s *Service) settle(ctx context.Context, j job.Job, code Code, wanted int64, failure error) error {
	now := s.Clock.Now()
	if failure != nil {
		code.Remote.Problem = problemOf(failure, now)
	}
	return s.DB.InTx(ctx, func(ctx context.Context) (err error) {
		if err := s.saveRemote(ctx, code); err != nil {
			return err
		}
		if !code.Gone(now) && code.Remote.QRURL != "" && !code.Remote.HasImage {
			if err := s.putImage(ctx, code); err != nil {
				return err
			}
		}
		var again int64
		if err := s.DB.Get(ctx, selectWanted, []any{code.Number}, &again); err != nil {
			return err
		}
		p := code.Remote.Problem
		switch {
		case failure != nil && p.Retries:
			wait := max(job.Backoff(j.Attempts), wecom.RetryAfter(failure))
			_, err = s.Jobs.Retry(ctx, j, now.Add(wait), p.Detail)
		case again != wanted:
			_, err = s.Jobs.Snooze(ctx, j, now, "changed meanwhile")
		case !code.Remote.NextAt.IsZero():
			_, err = s.Jobs.Snooze(ctx, j, code.Remote.NextAt, "schedule")
		default:
			_, err = s.Jobs.Done(ctx, j)
		}
		return err
	})
}

// sync makes the platform show what the code should show, and says in code.Remote what
// the platform shows then.
func (s *Service) sync(ctx context.Context, code *Code) error {
	r, now := &code.Remote, s.Clock.Now()
	if code.Gone(now) {
		r.NextAt = time.Time{}
		return s.remove(ctx, code)
	}
	in, err := s.input(ctx, *code, now)
	if err != nil {
		return err
	}
	plan := Plan(in)
	r.NextAt = plan.Next
	if code.Spec.Kind == Temporary && (r.NextAt.IsZero() || code.Spec.ExpiresAt.Before(r.NextAt)) {
		r.NextAt = code.Spec.ExpiresAt
	}
	if len(plan.Users) == 0 {
		r.Problem = &Problem{Code: "nobody", Detail: "no member and no backup staff can take a contact; the platform still shows the last list: add backup staff", At: now}
		return nil
	}
	way := wayOf(*code, plan, now)
	if err := s.apply(ctx, code, way); err != nil {
		return err
	}
	if hash := hashOf(way); hash != r.Hash {
		r.Hash, r.AppliedAt = hash, now
	}
	r.Shown, r.Resting, r.Backup, r.Problem = plan.Users, plan.Resting, plan.Backup, nil
	return nil
}

// input gathers what decides whom a code shows.
func (s *Service) input(ctx context.Context, code Code, now time.Time) (Input, error) {
	in := Input{Spec: code.Spec, Resting: code.Remote.Resting, Now: now, Zone: s.Zone(), Active: func(string) bool { return true }}
	var err error
	if in.Counters, err = s.counters(ctx, code.Number); err != nil {
		return in, err
	}
	if s.Staff == nil {
		return in, nil
	}
	reach, err := s.Staff.Reach(ctx, code.Corp, code.Spec.users())
	in.Active = func(user string) bool {
		ok, known := reach[user]
		return ok || !known // who is unknown may work: the platform says if not
	}
	return in, err
}

// differs says whether the platform should show another list than it does.
func differs(r Remote, plan Allocation) bool {
	return len(plan.Users) > 0 && !slices.Equal(r.Shown, plan.Users)
}
