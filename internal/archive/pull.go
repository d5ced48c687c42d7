package archive

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"yutang/internal/corp"
	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/job"
	"yutang/internal/wecom/notice"
)

const (
	pullJob    = "archive"
	batchRows  = 200
	maxBatches = 20 // of one run: a run ends before its lease does
	pollEvery  = 5 * time.Minute
	pollFailed = time.Minute
)

// Start has the archives of all corps pulled from time to time. After the road, before the
// job queue.
func (s *Service) Start(ctx context.Context) error {
	corps, err := s.corps(ctx)
	if err != nil {
		return err
	}
	for _, c := range corps {
		if err := s.wake(ctx, c, c); err != nil {
			return err
		}
	}
	return nil
}

// wake puts a job that pulls the archive of a corp now. The one whose key is the corp's id
// comes again by itself; all of a corp go one after another.
func (s *Service) wake(ctx context.Context, corpID, key string) error {
	err := s.Jobs.Put(ctx, job.Job{Kind: pullJob, Key: key, Queue: corpID, Due: s.Clock.Now()})
	if err == nil && key == corpID {
		err = s.Jobs.Hasten(ctx, pullJob, key)
	}
	return err
}

// Wake pulls the archive of a corp soon. A corp without a source is a precondition.
func (s *Service) Wake(ctx context.Context, corpID string) error {
	_, err := s.account(ctx, corpID)
	if fault.Is(err, fault.NotFound) {
		return fault.New(fault.Precondition, "archive_not_configured", "the archive of corp %s has no source", corpID)
	}
	if err != nil {
		return err
	}
	return s.wake(ctx, corpID, corpID)
}

// OnNotify takes msgaudit_notify: there is data. Without a source it says nothing to us.
func (s *Service) OnNotify(ctx context.Context, n notice.Notice) error {
	_, err := s.account(ctx, n.Corp)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.wake(ctx, n.Corp, n.Corp+"/"+strconv.FormatInt(n.At.Unix(), 10))
}

// work is a job: it pulls, and says when to come again.
func (s *Service) work(ctx context.Context, j job.Job) error {
	corpID := j.Queue
	more, err := s.Pull(ctx, corpID)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	pause := pollEvery
	if err != nil {
		if ctx.Err() != nil {
			return err
		}
		slog.WarnContext(ctx, "the archive could not be pulled", "corp", corpID, "error", err)
		if err := s.saveProblem(ctx, corpID, err.Error()); err != nil {
			return err
		}
		pause = pollFailed
	}
	now := s.Clock.Now()
	switch {
	case more && err == nil:
		return &job.Later{At: now, Reason: "there is more"}
	case j.Key == corpID:
		return &job.Later{At: now.Add(pause)}
	}
	return nil
}

// Pull takes over the rows after the cursor and says whether there may be more. The corp is
// not_found when it has no source. One pull of a corp at a time.
func (s *Service) Pull(ctx context.Context, corpID string) (more bool, err error) {
	a, err := s.account(ctx, corpID)
	if err != nil {
		return false, err
	}
	open, ok := s.Sources[a.source]
	if !ok {
		return false, fault.New(fault.Precondition, "archive_source", "this program has no source %q", a.source)
	}
	source, err := open(ctx, corpID, a.secret)
	if err != nil {
		return false, fmt.Errorf("open the source: %w", err)
	}
	client, err := s.Corps.ClientOf(ctx, corpID, corp.Archive)
	if err != nil {
		return false, err
	}
	p := &puller{
		Service: s, corp: corpID, cursor: a.cursor, source: source,
		keys: unlocker{source: source, texts: a.keys, keys: keyring{}}, cast: cast{corp: corpID, member: s.Member, members: map[string]bool{}},
	}
	if p.consent, err = newConsent(ctx, client); err != nil {
		return false, err
	}
	for range maxBatches {
		done, err := p.batch(ctx)
		if done || err != nil {
			return false, err
		}
	}
	return true, nil
}

// puller is one pull under way.
type puller struct {
	*Service
	corp    string
	cursor  int64
	source  Source
	keys    unlocker
	cast    cast
	consent *consent
}

// haul is what became of the rows of a batch.
type haul struct {
	keep             []message
	cursor           int64
	withheld, unread int64
}

// batch takes over the next rows. done says that there were none.
func (p *puller) batch(ctx context.Context) (done bool, err error) {
	rows, err := p.source.Rows(ctx, p.cursor, batchRows)
	if err != nil {
		return false, fmt.Errorf("read the archive: %w", err)
	}
	h, stopped := haul{cursor: p.cursor}, error(nil)
	for _, r := range rows {
		if r.Seq <= h.cursor {
			return false, fmt.Errorf("the archive gave row %d after row %d", r.Seq, h.cursor)
		}
		if stopped = p.take(ctx, r, &h); stopped != nil {
			break
		}
		h.cursor = r.Seq
	}
	if err := p.settle(ctx, &h); err != nil {
		return false, err
	}
	p.cursor = h.cursor
	return len(rows) == 0, stopped
}

// take opens one row. An error stops before it.
func (p *puller) take(ctx context.Context, r Row, h *haul) error {
	m, err := p.keys.open(r)
	if errors.Is(err, errDamaged) {
		h.unread++
		return nil
	}
	if err != nil || m.action == actionSwitch {
		return err
	}
	ok, err := p.cast.classify(ctx, &m)
	if err != nil {
		return err
	}
	if !ok {
		h.withheld++
		return nil
	}
	h.keep = append(h.keep, m)
	return nil
}

// settle keeps what may be kept: events first, then messages and cursor together.
func (p *puller) settle(ctx context.Context, h *haul) error {
	if err := p.consent.prepare(ctx, h.keep); err != nil {
		return err
	}
	now, kept, evs := p.Clock.Now(), h.keep[:0], []*event.Event(nil)
	for _, m := range h.keep {
		if !p.consent.allows(m) {
			h.withheld++
			continue
		}
		kept = append(kept, m)
		if ev := m.event(p.corp, p.SourceID, now); ev != nil {
			evs = append(evs, ev)
		}
	}
	h.keep = kept
	if len(evs) > 0 {
		if _, err := p.Submit.SubmitEvents(ctx, evs); err != nil {
			return err
		}
	}
	return p.advance(ctx, p.corp, *h, now)
}

func props(corpID string, m message) []byte {
	out, _ := json.Marshal(struct { //nolint:errchkjson // strings only
		Corp  string `json:"corp"`
		Staff string `json:"staff,omitempty"`
		Kind  string `json:"kind"`
		Room  string `json:"room,omitempty"`
	}{corpID, m.staff, m.kind, m.room})
	return out
}
