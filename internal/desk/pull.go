package desk

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"yutang/internal/corp"
	"yutang/internal/db"
	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/job"
	"yutang/internal/wecom"
)

const (
	tokenLife   = 10 * time.Minute
	restWithout = 10 * time.Second // between two pulls of a corp without a token
	maxPages    = 20               // of one run: it ends before its lease does
	maxTries    = 8                // then the next hour has to do
	pageItems   = 1000
)

// pull is a job: it takes over what an account has after the cursor. A callback that an
// earlier pull has served already needs none.
func (s *Service) pull(ctx context.Context, j job.Job) error {
	corpID, account := ofLane(j.Queue)
	client, err := s.Corps.ClientOf(ctx, corpID, corp.Desk)
	if fault.Is(err, fault.NotFound) {
		return nil // the corp is no more
	}
	for n := 0; err == nil && n < maxPages; n++ {
		var p place
		if p, err = s.place(ctx, corpID, account); fault.Is(err, fault.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		if served(j, p) {
			return nil
		}
		var done bool
		if done, err = s.next(ctx, client, p); done {
			return nil
		}
	}
	if err == nil || errors.Is(err, errOvertaken) {
		return &job.Later{At: s.Clock.Now(), Reason: "there is more"}
	}
	return s.failed(ctx, j, err)
}

// served says that what the job asks for is pulled already, or may not be any more.
func served(j job.Job, p place) bool {
	mark := j.Key[strings.LastIndexByte(j.Key, '/')+1:]
	if mark == sweep {
		return p.revoked
	}
	n, err := strconv.ParseInt(mark, 10, 64)
	return err == nil && p.done >= n
}

// next takes over one page. done says that it was the last.
func (s *Service) next(ctx context.Context, client *wecom.Client, p place) (done bool, err error) {
	now := s.Clock.Now()
	token := p.token
	if !now.Before(db.Moment(p.tokenAt).Add(tokenLife)) {
		token = ""
	}
	if token == "" {
		if err := s.reserve(p.corp, now); err != nil {
			return false, err
		}
	}
	got, err := client.KfSyncMsg(ctx, wecom.KfSync{Cursor: p.cursor, Token: token, Limit: s.Page, OpenKfID: p.account})
	switch {
	case wecom.Is(err, codeBadToken) && token != "":
		return false, s.forgetToken(ctx, p)
	case wecom.Is(err, codeBadParam) && p.cursor != "":
		s.Log.WarnContext(ctx, "the cursor of customer service was refused; the last three days are read again", "account", p.account)
		return false, s.beginAgain(ctx, p)
	case isStranger(err):
		return true, s.saveGone(ctx, p)
	case err != nil:
		return false, err
	}
	if err := s.take(ctx, p, got); err != nil {
		return false, err
	}
	if got.HasMore != 0 && len(got.List) == 0 && (got.NextCursor == "" || got.NextCursor == p.cursor) {
		return false, &job.Later{At: now.Add(restWithout), Reason: "the platform gives nothing and says that there is more"}
	}
	return got.HasMore == 0, nil
}

// reserve lets pulls of a corp without a token go one at a time, with a rest between: the
// platform throttles them hard, and a block would hold up those with a token too.
func (s *Service) reserve(corpID string, now time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if at := s.rest[corpID]; now.Before(at) {
		return &job.Later{At: at, Reason: "pulls without a callback rest"}
	}
	s.rest[corpID] = now.Add(restWithout)
	return nil
}

// take brings a page home: events first, then rows and cursor together.
func (s *Service) take(ctx context.Context, p place, got wecom.KfMsgPage) error {
	now := s.Clock.Now()
	items, evs := make([]item, 0, len(got.List)), []*event.Event(nil)
	for _, m := range got.List {
		it := parse(m.Raw, p.account, now)
		if ev := s.event(p.corp, it, now); ev != nil {
			evs = append(evs, ev)
		}
		items = append(items, it)
	}
	if err := s.submit(ctx, evs); err != nil {
		return err
	}
	return s.advance(ctx, p, items, got, now)
}

// submit sends events down the road. One that the road refuses for good does not hold up
// the others: its row is kept.
func (s *Service) submit(ctx context.Context, evs []*event.Event) error {
	if len(evs) == 0 {
		return nil
	}
	_, err := s.Submit.SubmitEvents(ctx, evs)
	if !fault.Is(err, fault.Invalid) {
		return err
	}
	if len(evs) == 1 {
		s.Log.WarnContext(ctx, "an event of customer service was refused", "message", evs[0].MessageID, "error", err)
		return nil
	}
	if err := s.submit(ctx, evs[:len(evs)/2]); err != nil {
		return err
	}
	return s.submit(ctx, evs[len(evs)/2:])
}

// failed says what becomes of a pull that ended with an error.
func (s *Service) failed(ctx context.Context, j job.Job, err error) error {
	var later *job.Later
	if errors.As(err, &later) || ctx.Err() != nil {
		return err
	}
	corpID, account := ofLane(j.Queue)
	if err := s.saveProblem(ctx, place{corp: corpID, account: account}, err.Error()); err != nil {
		return err
	}
	s.Log.WarnContext(ctx, "customer service could not be pulled", "corp", corpID, "account", account, "error", err)
	switch wecom.ClassOf(err) {
	case wecom.Rate:
		return &job.Later{At: s.Clock.Now().Add(max(wecom.RetryAfter(err), time.Minute)), Reason: err.Error()}
	case wecom.Permission, wecom.Relation, wecom.Business:
		return nil // the next hour tries again
	}
	if wecom.ClassOf(err) != wecom.None && j.Attempts >= maxTries {
		return nil
	}
	return err
}
