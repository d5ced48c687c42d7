package moment

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"yutang/internal/content"
	"yutang/internal/failpoint"
	"yutang/internal/job"
	"yutang/internal/wecom"
)

const (
	apart       = 6 * time.Second // between moments of one corp
	maxAttempts = 8
	askAfter    = 15 * time.Second
	absentAfter = 10 * time.Minute
	skew        = 2 * time.Minute
	jobPoll     = 5 * time.Second
	jobLife     = 24 * time.Hour // of the platform's job
	firstPull   = 2 * time.Minute
	longPull    = 6 * time.Hour
)

// work takes a moment one step on and says when the next is due.
func (s *Service) work(ctx context.Context, j job.Job) error {
	m, err := s.Get(ctx, j.Key)
	if err != nil {
		return err
	}
	client, err := s.Client(ctx, m.Corp)
	if err != nil {
		return err
	}
	switch m.State {
	case Scheduled:
		return s.make(ctx, client, m)
	case Attempting:
		return s.lost(ctx, m, "interrupted")
	case Unknown:
		return s.find(ctx, client, m)
	case Making:
		return s.made(ctx, client, m)
	case Publishing:
		return s.pull(ctx, client, m)
	}
	return nil
}

func (s *Service) later(d time.Duration, why string) error {
	return &job.Later{At: s.Clock.Now().Add(d), Reason: why}
}

func code(err error) string {
	if n := wecom.CodeOf(err); n != 0 {
		return fmt.Sprintf("wecom %d", n)
	}
	return "wecom " + wecom.ClassOf(err).String()
}

// make commits the attempt and makes the call.
func (s *Service) make(ctx context.Context, client *wecom.Client, m Moment) error {
	last, err := s.lastMade(ctx, m.Corp)
	if err != nil {
		return err
	}
	if wait := last.Add(apart).Sub(s.Clock.Now()); wait > 0 {
		return s.later(wait, "the platform takes ten a minute")
	}
	text, files, err := s.Contents.Ready(ctx, m.Corp, m.Content, content.Moment)
	if err != nil {
		return s.later(30*time.Second, "files are not ready")
	}
	m.State, m.Reason, m.attempt, m.attemptedAt = Attempting, "", m.attempt+1, s.Clock.Now()
	if err := s.save(ctx, m, Scheduled); err != nil {
		return err
	}
	failpoint.Hit(failpoint.Attempting)
	jobid, err := client.AddMomentTask(ctx, task(m, text, files))
	failpoint.Hit(failpoint.Called)
	ctx = context.WithoutCancel(ctx)
	switch {
	case err == nil:
		m.State, m.jobid = Making, jobid
		if err := s.save(ctx, m, Attempting); err != nil {
			return err
		}
		return s.later(jobPoll, "it is being made")
	case !wecom.Unsent(err):
		return s.lost(ctx, m, "no_answer")
	}
	if class := wecom.ClassOf(err); class == wecom.Business || class == wecom.Relation || m.attempt >= maxAttempts {
		return s.fail(ctx, m, Attempting, code(err))
	}
	return s.again(ctx, m, Attempting, max(job.Backoff(m.attempt), wecom.RetryAfter(err)), code(err))
}

func task(m Moment, text string, files []wecom.Attachment) wecom.MomentTask {
	t := wecom.MomentTask{Attachments: files}
	if text != "" {
		t.Text = &wecom.TextContent{Content: text}
	}
	v := m.Visible
	if len(v.Staff)+len(v.Departments)+len(v.Tags) == 0 {
		return t
	}
	t.VisibleRange = &wecom.VisibleRange{}
	if len(v.Staff)+len(v.Departments) > 0 {
		t.VisibleRange.SenderList = &wecom.SenderList{UserList: v.Staff, DepartmentList: v.Departments}
	}
	if len(v.Tags) > 0 {
		t.VisibleRange.ExternalContactList = &wecom.MomentRange{TagList: v.Tags}
	}
	return t
}

// lost notes that nobody knows what became of the attempt.
func (s *Service) lost(ctx context.Context, m Moment, why string) error {
	slog.Warn("a moment has no answer; the platform's list will tell", "moment", m.ID, "why", why)
	m.State, m.Reason = Unknown, why
	if err := s.save(ctx, m, Attempting); err != nil {
		return err
	}
	return s.later(askAfter, why)
}

// again plans another attempt: the one before surely made nothing.
func (s *Service) again(ctx context.Context, m Moment, was State, wait time.Duration, why string) error {
	m.State, m.Reason = Scheduled, why
	if err := s.save(ctx, m, was); err != nil {
		return err
	}
	return s.later(wait, why)
}

func (s *Service) fail(ctx context.Context, m Moment, was State, why string) error {
	m.State, m.Reason, m.EndedAt = Failed, why, s.Clock.Now()
	if err := s.save(ctx, m, was); err != nil {
		return err
	}
	return s.Contents.Drop(ctx, keeper(m.ID))
}

// find looks for the moment of an attempt without an answer. A look counts when the list
// was read to its end.
func (s *Service) find(ctx context.Context, client *wecom.Client, m Moment) error {
	age := s.Clock.Now().Sub(m.attemptedAt)
	again := min(max(age/2, askAfter), time.Minute)
	f := wecom.MomentFilter{
		StartTime: wecom.UnixOf(m.attemptedAt.Add(-skew)), EndTime: wecom.UnixOf(m.attemptedAt.Add(absentAfter + skew)),
		FilterType: wecom.Int(0), Limit: 20,
	}
	f.EndTime = min(f.EndTime, wecom.UnixOf(s.Clock.Now().Add(skew)))
	for {
		listed, err := client.GetMomentList(ctx, f)
		if err != nil {
			return s.later(again, code(err))
		}
		for _, x := range listed.List {
			if x.CreateType != 0 || x.Creator != "" || markOfListed(x) != m.mark {
				continue
			}
			used, err := s.taken(ctx, m.Corp, x.MomentID)
			if err != nil {
				return err
			}
			if !used {
				return s.publishing(ctx, m, Unknown, x.MomentID, x.CreateTime.Time())
			}
		}
		if f.Cursor = listed.NextCursor; f.Cursor == "" {
			break
		}
	}
	if age < absentAfter {
		return s.later(again, "not in the list yet")
	}
	if m.Reason != absent { // the first complete look after the time
		m.Reason = absent
		if err := s.save(ctx, m, Unknown); err != nil {
			return err
		}
		return s.later(again, absent)
	}
	if m.attempt >= maxAttempts {
		return s.fail(ctx, m, Unknown, absent)
	}
	return s.again(ctx, m, Unknown, apart, absent)
}

const absent = "not in the platform's list"

// made asks what came of the platform's job.
func (s *Service) made(ctx context.Context, client *wecom.Client, m Moment) error {
	age := s.Clock.Now().Sub(m.attemptedAt)
	res, err := client.GetMomentTaskResult(ctx, m.jobid)
	var known *wecom.Error
	switch {
	case errors.As(err, &known) && known.Class == wecom.Business || age > jobLife:
		return s.fail(ctx, m, Making, code(err))
	case err != nil:
		return s.later(min(max(age/2, jobPoll), time.Hour), code(err))
	case res.Status != wecom.JobDone:
		return s.later(min(max(age/2, jobPoll), time.Hour), "it is being made")
	case res.Result.ErrCode != 0:
		return s.fail(ctx, m, Making, fmt.Sprintf("wecom %d", res.Result.ErrCode))
	}
	m.Invalid = Range{
		Staff: res.Result.InvalidSenders.UserList, Departments: res.Result.InvalidSenders.DepartmentList, Tags: res.Result.InvalidExternal.TagList,
	}
	return s.publishing(ctx, m, Making, res.Result.MomentID, s.Clock.Now())
}

func (s *Service) publishing(ctx context.Context, m Moment, was State, momentID string, made time.Time) error {
	m.State, m.Reason, m.MomentID, m.PublishedAt = Publishing, "", momentID, made
	if err := s.save(ctx, m, was); err != nil {
		return err
	}
	return s.later(firstPull, "staff are asked to publish")
}
