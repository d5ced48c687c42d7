package bench

import (
	"context"
	"fmt"
	"time"
)

// measureResume kills the server several times in the middle of a full pull and starts it
// again. The run goes on by itself, and what it ends with is compared with the platform.
func measureResume(ctx context.Context, b *bench) error {
	s, err := newSyncing(ctx, b)
	if err != nil {
		return err
	}
	defer s.close()
	pages := 0
	for _, m := range s.platform.sim.Members() {
		pages += (m.Contacts + 99) / 100
	}
	groups := len(s.platform.sim.GroupsOf(""))
	moments := []moment{
		{"/department/list", 1},
		{pagePath, 1},
		{pagePath, pages / 5},
		{pagePath, pages / 2},
		{pagePath, pages * 4 / 5},
		{pagePath, pages},
		{"/externalcontact/groupchat/get", groups / 2},
	}
	began := time.Now()
	id, err := s.begin(ctx)
	if err != nil {
		return err
	}
	kills, err := s.interrupt(ctx, id, moments)
	if err != nil {
		return err
	}
	took := time.Since(began)
	calls, repeated, limited := s.platform.counted()
	if err := s.same(ctx); err != nil {
		return err
	}
	again, err := s.pass(ctx)
	if err != nil {
		return err
	}
	b.report(Result{
		Name: "sync, killed", Value: took.Seconds(), Unit: "s", Target: "same as there", Met: kills >= len(moments)-1 && again.drift == 0 && limited == 0,
		Details: fmt.Sprintf("%d times kill -9, %d of %d calls made twice, drift %d in the pass after, %d times 45009", kills, repeated, calls, again.drift, limited),
	})
	return nil
}

const pagePath = "/externalcontact/batch/get_by_user"

// moment is the nth call to a path since the beginning.
type moment struct {
	path string
	n    int
}

// interrupt kills the server at each moment and starts it again, until the run has ended.
func (s *syncing) interrupt(ctx context.Context, id string, moments []moment) (kills int, err error) {
	now := make(chan struct{}, len(moments))
	left := moments
	s.platform.on(func(path string, n int) {
		s.platform.mu.Lock()
		defer s.platform.mu.Unlock()
		for i, m := range left {
			if m.path == path && n >= m.n {
				left = append(append([]moment{}, left[:i]...), left[i+1:]...)
				now <- struct{}{}
				return
			}
		}
	})
	defer s.platform.on(nil)
	for {
		select {
		case <-now:
			kills++
			s.server.kill()
			if s.server, err = startChild(ctx, s.data); err != nil {
				return kills, fmt.Errorf("start after kill %d: %w", kills, err)
			}
		case <-time.After(50 * time.Millisecond):
			run, err := s.run(ctx, id)
			if err != nil {
				return kills, err
			}
			if run.State != "running" {
				if run.State != "done" || len(run.Errors) > 0 {
					return kills, fmt.Errorf("the run ended %s: %s %v", run.State, run.Error, run.Errors)
				}
				return kills, nil
			}
		}
	}
}
