package experiment

import (
	"context"
	"sync"
	"time"
)

// cached is the last result of an experiment.
type cached struct {
	mu     sync.Mutex // held while it is computed
	people *measured
	result *Result
	until  time.Time // served until then although more is known by now
	used   uint64
}

const (
	maxCached = 16
	restRatio = 10 // a result that took a second is served for ten
)

// slot is the place of an experiment's result. The least used give way.
func (s *Service) slot(name string) *cached {
	s.cacheMu.Lock()
	defer s.cacheMu.Unlock()
	s.used++
	c := s.cache[name]
	if c == nil {
		c = &cached{}
		s.cache[name] = c
	}
	c.used = s.used
	if len(s.cache) > maxCached {
		oldest := ""
		for other, x := range s.cache {
			if oldest == "" || x.used < s.cache[oldest].used {
				oldest = other
			}
		}
		delete(s.cache, oldest)
	}
	return c
}

// stale forgets a result and its lift.
func (s *Service) stale(name string) {
	s.cacheMu.Lock()
	defer s.cacheMu.Unlock()
	delete(s.cache, name)
	delete(s.lifts, name)
}

// current is the result of an experiment and its people, computed anew if the log has gone
// on since, but not more often than computing it deserves.
func (s *Service) current(ctx context.Context, experiment string) (*Result, *measured, error) {
	x, err := s.Get(ctx, experiment)
	if err != nil {
		return nil, nil, err
	}
	c := s.slot(x.Name)
	c.mu.Lock()
	defer c.mu.Unlock()
	began := s.Clock.Now()
	if c.result != nil && began.Before(c.until) {
		return c.result, c.people, nil
	}
	m, err := s.measure(ctx, x)
	if err != nil {
		return nil, nil, err
	}
	c.people, c.result = m, s.evaluate(x, m)
	now := s.Clock.Now()
	c.until = now.Add(restRatio * now.Sub(began))
	return c.result, c.people, nil
}
