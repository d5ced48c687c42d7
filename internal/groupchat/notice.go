package groupchat

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"yutang/internal/job"
	"yutang/internal/wecom/notice"
)

// Kinds of jobs.
const (
	pullKind = "group.pull" // one for each group that may have changed
	codeKind = "group.code" // one for each join code whose groups may be full
)

// trail is how long after a notice the group is asked for: its details lag behind.
const trail = 2 * time.Second

// patience is how long a group's version may stay behind the one a notice spoke of before
// it is believed as it is.
const patience = 30 * time.Second

// handle gives each kind of job its worker.
func (s *Service) handle() {
	each := func(kind string, parallel int, do func(ctx context.Context, j job.Job) error) {
		s.Jobs.Handle(kind, &job.Each{Queue: s.Jobs, Concurrency: parallel, MaxAttempts: 30, Do: do})
	}
	each(pullKind, 4, s.pullJob)
	each(codeKind, 2, s.codeJob)
}

// Notice handles the callbacks change_external_chat. Who left is known at once when no
// notice before was missed; everything else is asked for.
func (s *Service) Notice(ctx context.Context, n notice.Notice) error {
	if n.ChatID == "" {
		return nil
	}
	if n.ChangeType == notice.Dismiss {
		_, _, err := s.dismiss(ctx, n.Corp, n.ChatID, n.At)
		return err
	}
	if n.ChangeType == notice.Update && n.UpdateDetail == notice.DelMember {
		whole, err := s.lose(ctx, n)
		if err != nil || whole {
			return err
		}
	}
	return s.Ask(ctx, n.Corp, n.ChatID, n.CurMemVer)
}

// Ask has a group pulled, soon and once for many wishes. version is the one that a notice
// spoke of, "" if none did.
func (s *Service) Ask(ctx context.Context, corp, chat, version string) error {
	now := s.Clock.Now()
	window := now.Truncate(trail)
	payload, err := json.Marshal(wish{corp, chat, version, ms(now)})
	if err != nil {
		return err
	}
	// A window's wishes are one job, due when the window has closed: a wish never meets a
	// job under way.
	return s.Jobs.Put(ctx, job.Job{
		Kind: pullKind, Key: fmt.Sprintf("%s/%s/%d/%s", corp, chat, window.Unix(), version), Queue: corp, Payload: payload, Due: window.Add(2 * trail),
	})
}

// wish is the payload of a pull job.
type wish struct {
	Corp    string `json:"c"`
	Chat    string `json:"g"`
	Version string `json:"v,omitempty"`
	At      int64  `json:"t"`
}

// pullJob asks for a group, again while the answer is older than the notice.
func (s *Service) pullJob(ctx context.Context, j job.Job) error {
	var w wish
	if err := json.Unmarshal(j.Payload, &w); err != nil {
		return err
	}
	was, known, err := s.find(ctx, w.Corp, w.Chat)
	if err != nil {
		return err
	}
	if known && w.Version != "" && was.version == w.Version && ms(was.PulledAt) > w.At {
		return nil // another job has seen it
	}
	g, _, err := s.pull(ctx, w.Corp, w.Chat)
	if err != nil {
		return err
	}
	late := s.Clock.Now().Sub(at(w.At)) > patience
	if w.Version != "" && g.version == was.version && g.version != w.Version && g.DismissedAt.IsZero() && !late {
		return fmt.Errorf("the group is still at version %s, expected is %s", g.version, w.Version)
	}
	return nil
}

// lose ends the stays of who left. whole says that the notice followed on what we hold, so
// that nothing else needs to be asked for.
func (s *Service) lose(ctx context.Context, n notice.Notice) (whole bool, err error) {
	defer s.lock(n.Corp, n.ChatID)()
	was, known, err := s.find(ctx, n.Corp, n.ChatID)
	if err != nil || !known || n.At.Before(was.PulledAt) {
		return false, err
	}
	before, err := s.stays(ctx, n.Corp, n.ChatID)
	if err != nil {
		return false, err
	}
	l := &ledger{group: was, was: was, known: true, drift: map[string]int{}}
	quit := QuitLeft
	if n.QuitScene == 1 {
		quit = QuitRemoved
	}
	whole = n.LastMemVer != "" && n.LastMemVer == was.version && n.CurMemVer != "" && len(n.MemChangeList) == n.MemChangeCnt
	for _, id := range n.MemChangeList {
		m, ok := before[id]
		if !ok || !m.In() || m.JoinedAt.After(n.At) {
			whole = false
			continue
		}
		s.depart(l, m, n.At, quit)
		l.group.Size--
		if m.External {
			l.group.Externals--
		}
	}
	if whole {
		l.group.version = n.CurMemVer
	}
	return whole, s.commit(ctx, l)
}
