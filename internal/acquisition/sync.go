package acquisition

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"yutang/internal/fault"
	"yutang/internal/job"
	"yutang/internal/wecom"
)

// syncKind names the jobs that make the platform's links like ours, one per link.
const syncKind = "acquisition.sync"

func (s *Service) kick(ctx context.Context, l Link) error {
	if err := s.want(ctx, l.Number); err != nil {
		return err
	}
	if err := s.Jobs.Put(ctx, job.Job{Kind: syncKind, Key: l.ID, Queue: l.Corp, Due: s.Clock.Now()}); err != nil {
		return err
	}
	return s.Jobs.Hasten(ctx, syncKind, l.ID)
}

// Retry looks at a link again. One that was deleted at the platform is made anew, with
// another address.
func (s *Service) Retry(ctx context.Context, linkID string) (Link, error) {
	l, err := s.Get(ctx, linkID)
	if err != nil {
		return Link{}, err
	}
	err = s.DB.InTx(ctx, func(ctx context.Context) error {
		if l.Problem != nil && l.Problem.Code == goneThere {
			l.LinkID, l.URL, l.hash, l.Problem = "", "", "", nil
			if err := s.saveRemote(ctx, l); err != nil {
				return err
			}
		}
		return s.kick(ctx, l)
	})
	return l, err
}

// worker does the sync jobs; each is settled in the transaction that stores its result.
type worker struct{ s *Service }

// Limit is how many links of a corp are worked on at once.
func (w *worker) Limit(string, time.Time) (int, time.Time) { return 1, time.Time{} }

// Run works on each job by itself.
func (w *worker) Run(ctx context.Context, jobs []job.Job) {
	var wg sync.WaitGroup
	for _, j := range jobs {
		wg.Go(func() {
			defer w.s.Jobs.Release(j)
			if err := w.s.runSync(ctx, j); err != nil {
				slog.Warn("acquisition link could not be stored; it comes back when the lease ends", "link", j.Key, "err", err)
			}
		})
	}
	wg.Wait()
}

func (s *Service) runSync(ctx context.Context, j job.Job) error {
	l, err := s.byID(ctx, j.Key)
	if err != nil {
		return err
	}
	wanted, now := l.wanted, s.Clock.Now()
	failure := s.sync(ctx, &l)
	if failure != nil {
		l.Problem = problemOf(failure, now)
	}
	err = s.DB.InTx(context.WithoutCancel(ctx), func(ctx context.Context) (err error) {
		if err := s.saveRemote(ctx, l); err != nil {
			return err
		}
		again, err := s.wanted(ctx, l.Number)
		switch {
		case err != nil:
		case failure != nil && l.Problem.Retries:
			_, err = s.Jobs.Retry(ctx, j, now.Add(max(job.Backoff(j.Attempts), wecom.RetryAfter(failure))), l.Problem.Detail)
		case again != wanted:
			_, err = s.Jobs.Snooze(ctx, j, now, "changed meanwhile")
		default:
			_, err = s.Jobs.Done(ctx, j)
		}
		return err
	})
	if err == nil {
		s.learn(l)
	}
	return err
}

// goneThere is the problem of a link that was deleted at the platform.
const goneThere = "deleted_at_platform"

func (s *Service) sync(ctx context.Context, l *Link) error {
	if l.LinkID == "" && l.creatingAt.IsZero() && !l.DeletedAt.IsZero() {
		return nil
	}
	if l.Problem != nil && l.Problem.Code == goneThere && l.DeletedAt.IsZero() {
		return nil
	}
	client, err := s.Corps.Client(ctx, l.Corp)
	if err != nil {
		return err
	}
	if l.LinkID == "" {
		if err := s.create(ctx, client, l); err != nil {
			return err
		}
	}
	if !l.DeletedAt.IsZero() {
		return s.remove(ctx, client, l)
	}
	if hash := hashOf(l.Spec); hash != l.hash {
		if err := client.AcquisitionUpdateLink(ctx, settingsOf(*l)); err != nil {
			return s.explain(ctx, client, l, err)
		}
		l.hash = hash
	}
	l.Problem = nil
	return nil
}

// create makes the platform's link, or finds the one of an earlier try.
func (s *Service) create(ctx context.Context, client *wecom.Client, l *Link) error {
	if !l.creatingAt.IsZero() {
		found, err := s.lookFor(ctx, client, *l)
		if err != nil {
			return err
		}
		if found.LinkID != "" {
			l.LinkID, l.URL, l.creatingAt, l.hash = found.LinkID, found.URL, time.Time{}, ""
			return s.saveRemote(ctx, *l)
		}
		if !l.DeletedAt.IsZero() {
			l.creatingAt = time.Time{}
			return nil
		}
	}
	l.creatingAt = s.Clock.Now()
	if err := s.saveRemote(ctx, *l); err != nil {
		return err
	}
	made, err := client.AcquisitionCreateLink(ctx, settingsOf(*l))
	if err != nil {
		if wecom.Unsent(err) {
			l.creatingAt = time.Time{}
		}
		return err
	}
	l.LinkID, l.URL, l.creatingAt, l.hash = made.LinkID, made.URL, time.Time{}, hashOf(l.Spec)
	return nil
}

// lookFor finds a link of this name at the platform that nobody here has and that is no
// older than the try.
func (s *Service) lookFor(ctx context.Context, client *wecom.Client, l Link) (wecom.AcquisitionLink, error) {
	unknown, err := s.unknownLinks(ctx, client, l.Corp)
	if err != nil {
		return wecom.AcquisitionLink{}, err
	}
	for _, linkID := range unknown {
		d, err := client.AcquisitionGet(ctx, linkID)
		if err != nil {
			return wecom.AcquisitionLink{}, err
		}
		if d.Link.LinkName == l.Spec.Name && !d.Link.CreateTime.Time().Before(l.creatingAt.Add(-time.Hour)) {
			return d.Link, nil
		}
	}
	return wecom.AcquisitionLink{}, nil
}

// remoteLinks are the ids of the corp's links at the platform.
func remoteLinks(ctx context.Context, client *wecom.Client) ([]string, error) {
	var out []string
	for cursor := ""; ; {
		ids, next, err := client.AcquisitionListLink(ctx, cursor, 100)
		if err != nil {
			return nil, err
		}
		out = append(out, ids...)
		if next == "" || next == cursor {
			return out, nil
		}
		cursor = next
	}
}

func (s *Service) unknownLinks(ctx context.Context, client *wecom.Client, corpID string) ([]string, error) {
	all, err := remoteLinks(ctx, client)
	if err != nil {
		return nil, err
	}
	known, err := s.remoteIDs(ctx, corpID)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(linkID string) bool { return known[linkID] }), nil
}

func (s *Service) remove(ctx context.Context, client *wecom.Client, l *Link) error {
	if l.LinkID == "" {
		return nil
	}
	err := client.AcquisitionDeleteLink(ctx, l.LinkID)
	if err != nil && wecom.ClassOf(err) == wecom.Business {
		all, failed := remoteLinks(ctx, client)
		if failed != nil {
			return failed
		}
		if !slices.Contains(all, l.LinkID) {
			err = nil
		}
	}
	if err == nil {
		l.Problem, l.hash = nil, ""
	}
	return err
}

// explain turns a refused update of a link that is not listed any more into a problem.
func (s *Service) explain(ctx context.Context, client *wecom.Client, l *Link, err error) error {
	if wecom.ClassOf(err) != wecom.Business {
		return err
	}
	all, failed := remoteLinks(ctx, client)
	if failed != nil {
		return failed
	}
	if slices.Contains(all, l.LinkID) {
		return err
	}
	l.Problem = gone(s.Clock.Now())
	return nil
}

func gone(now time.Time) *Problem {
	return &Problem{Code: goneThere, At: now, Detail: "the link was deleted at the platform: delete it here, or retry to make another with a new address"}
}

func settingsOf(l Link) wecom.AcquisitionSettings {
	skip := l.Spec.SkipVerify
	return wecom.AcquisitionSettings{
		LinkID: l.LinkID, LinkName: l.Spec.Name, SkipVerify: &skip,
		Range: &wecom.AcquisitionRange{UserList: l.Spec.Users, DepartmentList: l.Spec.Departments},
	}
}

// hashOf tells specs apart by what the platform sees of them.
func hashOf(spec Spec) string {
	spec.Channel, spec.Tags = "", nil
	sum := sha256.Sum256(toJSON(spec))
	return hex.EncodeToString(sum[:12])
}

func toJSON(v any) []byte {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err) // plain structs cannot fail to be written
	}
	return raw
}

func problemOf(err error, now time.Time) *Problem {
	p := &Problem{Code: "internal", Detail: "our own failure; it is tried again", At: now, Retries: true}
	if class := wecom.ClassOf(err); class != wecom.None {
		p.Code, p.Detail = "wecom_"+class.String(), err.Error()
		if code := wecom.CodeOf(err); code != 0 {
			p.Code = fmt.Sprintf("wecom_%d", code)
		}
		p.Retries = class != wecom.Business && class != wecom.Permission && class != wecom.Relation
		return p
	}
	var f *fault.Error
	if errors.As(err, &f) && f.Kind != fault.Internal {
		p.Code, p.Detail, p.Retries = f.Code, f.Error(), f.Kind == fault.Unavailable || f.Kind == fault.RateLimited
	}
	return p
}
