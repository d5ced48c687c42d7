package contact

import (
	"context"
	"hash/maphash"
	"slices"
	"sync"
	"time"
)

// Service keeps the relations of all corps. Safe for concurrent use.
type Service struct {
	Config

	sources     []func(ctx context.Context, corp, state string) (Provenance, bool)
	subscribers []subscriber
	observers   []observer

	seed  maphash.Seed
	locks [stripes]sync.Mutex // guard the relations of the external contacts that fall on them

	news    newsDesk
	commits *together
}

// observer hears what the platform answered about relations.
type observer func(ctx context.Context, corp string, seen []Seen, asOf time.Time) error

type subscriber struct {
	name string
	hear func(ctx context.Context, ts []Transition) error
}

// New makes the service on a migrated database. Nothing runs before Start.
func New(cfg Config) *Service {
	s := &Service{Config: cfg, seed: maphash.MakeSeed(), commits: newTogether()}
	s.news.lanes = map[lane]*laneState{}
	s.handleJobs()
	return s
}

// Start takes up the news that were not told before the last stop. It comes after all
// subscriptions and before callbacks, pulls and the job queue.
func (s *Service) Start(ctx context.Context) error { return s.recoverNews(ctx) }

// Subscribe has fn hear of every transition, after event and row are stored: at least
// once, in order for each external contact. An error is told again later; until then only
// that external contact waits. Before Start.
func (s *Service) Subscribe(name string, fn func(ctx context.Context, t Transition) error) {
	s.SubscribeMany(name, func(ctx context.Context, ts []Transition) error {
		for _, t := range ts {
			if err := fn(ctx, t); err != nil {
				return err
			}
		}
		return nil
	})
}

// SubscribeMany is Subscribe for whoever can take many transitions at once more cheaply:
// a pull tells of up to some hundred together.
func (s *Service) SubscribeMany(name string, fn func(ctx context.Context, ts []Transition) error) {
	s.subscribers = append(s.subscribers, subscriber{name, fn})
}

// Observe has fn hear of every answer that names the tags of relations, also when nothing
// has changed: whoever writes tags itself must know what was read back. It comes after the
// relations are stored; asOf is before the question. An error fails the pull, which comes
// again. Before Start.
func (s *Service) Observe(fn func(ctx context.Context, corp string, seen []Seen, asOf time.Time) error) {
	s.observers = append(s.observers, fn)
}

// observed tells the observers.
func (s *Service) observed(ctx context.Context, corp string, seen []Seen, asOf time.Time) error {
	if len(seen) == 0 {
		return nil
	}
	for _, hear := range s.observers {
		if err := hear(ctx, corp, seen, asOf); err != nil {
			return err
		}
	}
	return nil
}

// Provenance has fn asked where a contact-way state comes from; the first that knows is
// believed. Before Start.
func (s *Service) Provenance(fn func(ctx context.Context, corp, state string) (p Provenance, ok bool)) {
	s.sources = append(s.sources, fn)
}

// whence asks for the provenance of a state; the zero value if nobody knows.
func (s *Service) whence(ctx context.Context, corp, state string) Provenance {
	if state == "" {
		return Provenance{}
	}
	for _, ask := range s.sources {
		if p, ok := ask(ctx, corp, state); ok {
			return p
		}
	}
	return Provenance{}
}

// stripes is how many locks the external contacts share.
const stripes = 256

// lock makes the caller the only one who changes relations of these external contacts.
func (s *Service) lock(corp string, externals []string) (unlock func()) {
	at := make([]int, 0, len(externals))
	for _, e := range externals {
		at = append(at, int(maphash.Comparable(s.seed, lane{corp, e})%stripes))
	}
	slices.Sort(at)
	at = slices.Compact(at)
	for _, i := range at {
		s.locks[i].Lock()
	}
	return func() {
		for _, i := range at {
			s.locks[i].Unlock()
		}
	}
}
