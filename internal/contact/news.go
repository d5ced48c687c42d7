package contact

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"yutang/internal/job"
)

// lane is an external contact: what subscribers hear of one comes in order.
type lane struct{ corp, external string }

// newsItem is a transition that is on disk and not told yet.
type newsItem struct {
	id int64
	Transition
}

func (n newsItem) lane() lane { return lane{n.Contact.Corp, n.Contact.External} }

// newsDesk knows which lanes are being told, and which have older news waiting.
type newsDesk struct {
	mu    sync.Mutex
	next  int64 // id of the next news; 0: not known yet
	lanes map[lane]*laneState
}

// laneState is a lane that is busy or behind.
type laneState struct {
	busy bool // somebody tells its news now
	more bool // there are news on disk that the teller has not read
}

const newsJob = "contact_news"

const (
	selectNewsEnd  = `SELECT COALESCE(MAX(id), 0) FROM contact_news`
	selectNews     = `SELECT id, payload FROM contact_news WHERE corp = $1 AND external = $2 ORDER BY id LIMIT 100`
	selectNewsLane = `SELECT DISTINCT corp, external FROM contact_news`
	deleteNews     = `DELETE FROM contact_news WHERE id = $1`
	deleteNewsRun  = `DELETE FROM contact_news WHERE id BETWEEN $1 AND $2`
)

var newsColumns = []string{"id", "corp", "external", "payload"}

// keepNews writes transitions, inside the transaction of their rows.
func (s *Service) keepNews(ctx context.Context, ts []Transition) ([]newsItem, error) {
	if len(s.subscribers) == 0 || len(ts) == 0 {
		return nil, nil
	}
	first, err := s.newsIDs(ctx, len(ts))
	if err != nil {
		return nil, err
	}
	items := make([]newsItem, len(ts))
	args := make([]any, 0, len(ts)*len(newsColumns))
	for i, t := range ts {
		items[i] = newsItem{first + int64(i), t}
		args = append(args, items[i].id, t.Contact.Corp, t.Contact.External, s.Box.Seal(nil, []byte(text(t)), newsScope))
	}
	return items, s.DB.InsertMany(ctx, "contact_news", newsColumns, args, "")
}

func (s *Service) newsIDs(ctx context.Context, n int) (first int64, err error) {
	s.news.mu.Lock()
	defer s.news.mu.Unlock()
	if s.news.next == 0 {
		if err := s.DB.Get(ctx, selectNewsEnd, nil, &s.news.next); err != nil {
			return 0, err
		}
		s.news.next++
	}
	first = s.news.next
	s.news.next += int64(n)
	return first, nil
}

// recoverNews puts what was not told before the last stop in line.
func (s *Service) recoverNews(ctx context.Context) error {
	var behind []lane
	err := s.DB.Each(ctx, selectNewsLane, nil, func(rows *sql.Rows) error {
		var l lane
		err := rows.Scan(&l.corp, &l.external)
		behind = append(behind, l)
		return err
	})
	if err != nil {
		return fmt.Errorf("look for untold news: %w", err)
	}
	return s.postpone(ctx, behind, s.Clock.Now())
}

// postpone leaves lanes to the job queue; nobody overtakes what they have on disk.
func (s *Service) postpone(ctx context.Context, lanes []lane, due time.Time) error {
	if len(lanes) == 0 {
		return nil
	}
	jobs := make([]job.Job, len(lanes))
	s.news.mu.Lock()
	for i, l := range lanes {
		s.news.lanes[l] = &laneState{more: true}
		// A key of its own: the job of an earlier time may just be ending.
		key := fmt.Sprintf("%s/%s/%d", l.corp, l.external, s.news.next)
		jobs[i] = job.Job{Kind: newsJob, Key: key, Payload: []byte(text([]string{l.corp, l.external})), Due: due}
	}
	s.news.mu.Unlock()
	return s.Jobs.Put(ctx, jobs...)
}

// tell has the subscribers hear of items that were just stored. Those of a lane that is
// busy or behind are left to whoever tells that lane.
func (s *Service) tell(ctx context.Context, items []newsItem) {
	if len(items) == 0 {
		return
	}
	ctx = context.WithoutCancel(ctx)
	mine := s.take(items)
	if len(mine) == 0 {
		return
	}
	failure := s.hear(ctx, mine)
	if failure == nil {
		failure = s.forget(ctx, mine)
	}
	var behind []lane
	if failure != nil {
		slog.Warn("contact transitions were not heard; they are told again", "count", len(mine), "err", failure)
		for _, n := range mine {
			behind = append(behind, n.lane())
		}
	} else {
		behind = s.leave(mine)
	}
	if err := s.postpone(ctx, behind, s.Clock.Now().Add(retellAfter(failure))); err != nil {
		slog.Warn("contact transitions could not be put off; they are told after the next start", "err", err)
	}
}

// retellAfter is how long to wait: not at all where nothing failed.
func retellAfter(failure error) time.Duration {
	if failure != nil {
		return 2 * time.Second
	}
	return 0
}

// take makes the caller the teller of the lanes that are free, and gives their items.
func (s *Service) take(items []newsItem) []newsItem {
	s.news.mu.Lock()
	defer s.news.mu.Unlock()
	taken := map[lane]bool{}
	var mine []newsItem
	for _, n := range items {
		l := n.lane()
		state := s.news.lanes[l]
		switch {
		case taken[l]:
		case state != nil:
			state.more = true
			continue
		default:
			s.news.lanes[l] = &laneState{busy: true}
			taken[l] = true
		}
		mine = append(mine, n)
	}
	return mine
}

// leave gives lanes up and lists those that got more news meanwhile.
func (s *Service) leave(items []newsItem) []lane {
	s.news.mu.Lock()
	defer s.news.mu.Unlock()
	var behind []lane
	for _, n := range items {
		l := n.lane()
		if state := s.news.lanes[l]; state != nil && state.more {
			behind = append(behind, l)
		}
		delete(s.news.lanes, l)
	}
	return behind
}

func (s *Service) hear(ctx context.Context, items []newsItem) error {
	ts := make([]Transition, len(items))
	for i, n := range items {
		ts[i] = n.Transition
	}
	var failures []error
	for _, sub := range s.subscribers {
		if err := sub.hear(ctx, ts); err != nil {
			failures = append(failures, fmt.Errorf("%s: %w", sub.name, err))
		}
	}
	return errors.Join(failures...)
}

// forget deletes told news.
func (s *Service) forget(ctx context.Context, items []newsItem) error {
	first, last := items[0].id, items[len(items)-1].id
	return s.commits.inTx(ctx, s.DB, func(ctx context.Context) error {
		if last-first == int64(len(items)-1) {
			_, err := s.DB.Exec(ctx, deleteNewsRun, first, last)
			return err
		}
		for _, n := range items {
			if _, err := s.DB.Exec(ctx, deleteNews, n.id); err != nil {
				return err
			}
		}
		return nil
	})
}

// catchUp tells a lane that is behind all it has on disk.
func (s *Service) catchUp(ctx context.Context, l lane) error {
	if !s.claim(l) {
		return fmt.Errorf("another teller is at work")
	}
	for {
		items, err := s.untold(ctx, l)
		if err == nil && len(items) > 0 {
			if err = s.hear(ctx, items); err == nil {
				err = s.forget(ctx, items)
			}
		}
		if done := s.rest(l, err == nil && len(items) == 0, err != nil); done || err != nil {
			return err
		}
	}
}

// claim makes the caller the teller of a lane unless somebody is.
func (s *Service) claim(l lane) bool {
	s.news.mu.Lock()
	defer s.news.mu.Unlock()
	if state := s.news.lanes[l]; state != nil && state.busy {
		return false
	}
	s.news.lanes[l] = &laneState{busy: true}
	return true
}

// rest ends a round of catching up. An empty lane without more is free again.
func (s *Service) rest(l lane, empty, failed bool) (done bool) {
	s.news.mu.Lock()
	defer s.news.mu.Unlock()
	state := s.news.lanes[l]
	switch {
	case failed:
		state.busy, state.more = false, true
	case empty && !state.more:
		delete(s.news.lanes, l)
		return true
	default:
		state.more = false
	}
	return false
}

func (s *Service) untold(ctx context.Context, l lane) ([]newsItem, error) {
	var items []newsItem
	err := s.DB.Each(ctx, selectNews, []any{l.corp, l.external}, func(rows *sql.Rows) error {
		var n newsItem
		var sealed []byte
		if err := rows.Scan(&n.id, &sealed); err != nil {
			return err
		}
		plain, err := s.Box.Open(nil, sealed, newsScope)
		if err != nil {
			return err
		}
		items = append(items, n)
		return json.Unmarshal(plain, &items[len(items)-1].Transition)
	})
	return items, err
}
