package access

import (
	"context"
	"log/slog"
	"time"
)

// upkeepEvery bounds how old "last used" in SQL may be: a use costs no write of its own.
const upkeepEvery = time.Minute

// Start begins the upkeep (see Maintain) and returns at once. Failures are logged.
func (s *Service) Start(log *slog.Logger) {
	ctx, stop := context.WithCancel(context.Background())
	s.stop, s.done = stop, make(chan struct{})
	go func() {
		defer close(s.done)
		for s.clock.WaitUntil(ctx, s.clock.Now().Add(upkeepEvery)) == nil {
			if err := s.Maintain(ctx); err != nil && ctx.Err() == nil {
				log.ErrorContext(ctx, "access upkeep failed", "error", err)
			}
		}
	}()
}

// Stop ends the upkeep after a last round. Without Start it does nothing.
func (s *Service) Stop(ctx context.Context) error {
	if s.stop == nil {
		return nil
	}
	s.stop()
	select {
	case <-s.done:
	case <-ctx.Done():
		return ctx.Err()
	}
	return s.Maintain(ctx)
}

func (s *Service) noteUse(name string, at int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.used[name] = max(s.used[name], at)
}

func (s *Service) lastUse(name string) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.used[name]
}

func (s *Service) takeUsed() map[string]int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	used := s.used
	s.used = map[string]int64{}
	return used
}

func (s *Service) giveBackUsed(used map[string]int64) {
	for name, at := range used {
		s.noteUse(name, at)
	}
}
