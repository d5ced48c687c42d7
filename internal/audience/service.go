package audience

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"

	"yutang/internal/clock"
	"yutang/internal/db"
	"yutang/internal/fault"
	"yutang/internal/id"
	"yutang/internal/rule"
)

// Writer runs a change of derived state on the road's writer, in a transaction, under
// the lock. The pipeline is one.
type Writer interface {
	Do(ctx context.Context, fn func(ctx context.Context) error) error
}

// Service is the use cases of audiences on top of the engine.
type Service struct {
	*Engine
	db     *db.DB
	clock  clock.Clock
	writer Writer

	usedBy []func(ctx context.Context, id string) ([]string, error)

	mu    sync.Mutex
	built chan struct{} // closed and made anew at the end of each build

	queue chan string // ids of audiences to build
	stop  context.CancelFunc
	done  chan struct{}
}

// NewService makes the service; Load and Start follow.
func NewService(d *db.DB, e *Engine, clk clock.Clock, w Writer) *Service {
	return &Service{Engine: e, db: d, clock: clk, writer: w, queue: make(chan string, 1024), built: make(chan struct{})}
}

// UsedBy adds a place that is asked who uses an audience before it is deleted.
func (s *Service) UsedBy(find func(ctx context.Context, id string) ([]string, error)) {
	s.usedBy = append(s.usedBy, find)
}

// Input is what a caller says of an audience.
type Input struct {
	Name        string
	Description string
	Rule        json.RawMessage
	By          string // who, for the version's record
}

// parse checks the input; self is the audience that is edited, empty for a new one.
func (s *Service) parse(in Input, self string) (*rule.Rule, error) {
	if in.Name == "" || len(in.Name) > 200 {
		return nil, fault.BadField("/name", "a name has 1 to 200 bytes")
	}
	r, err := rule.Parse(in.Rule, s.world.Zone())
	if err != nil {
		return nil, underRule(err)
	}
	s.tl.RLock()
	defer s.tl.RUnlock()
	if _, err := r.Compile(s.world); err != nil {
		return nil, underRule(err)
	}
	if self != "" && s.reaches(r, self) {
		return nil, fault.BadField("/rule", "the rule names, directly or through others, the audience itself")
	}
	return r, nil
}

// reaches says whether r depends on the audience self.
func (e *Engine) reaches(r *rule.Rule, self string) bool {
	for _, on := range r.Deps().Audiences {
		if on == self {
			return true
		}
		if u := e.byID[on]; u != nil && slices.ContainsFunc(u.rules, func(x *rule.Rule) bool { return e.reaches(x, self) }) {
			return true
		}
	}
	return false
}

// Create saves an audience and queues its build. Inside a caller's transaction nothing is
// queued: the caller calls Build after the commit. Get shows when it is live.
func (s *Service) Create(ctx context.Context, in Input) (Audience, error) {
	r, err := s.parse(in, "")
	if err != nil {
		return Audience{}, err
	}
	a := record{id: id.New("aud"), name: in.Name, description: in.Description, rule: string(r.JSON()), version: 1}
	err = s.db.InTx(ctx, func(ctx context.Context) error { return s.insert(ctx, &a, in.By, s.clock.Now()) })
	if err != nil {
		return Audience{}, fmt.Errorf("create audience: %w", err)
	}
	return s.queued(ctx, a.id)
}

// Update changes an audience. A changed rule is a new version, built as by Create.
func (s *Service) Update(ctx context.Context, id string, in Input) (Audience, error) {
	r, err := s.parse(in, id)
	if err != nil {
		return Audience{}, err
	}
	changed := false
	err = s.db.InTx(ctx, func(ctx context.Context) error {
		a, err := s.find(ctx, id)
		if err != nil {
			return err
		}
		a.name, a.description = in.Name, in.Description
		if changed = a.rule != string(r.JSON()); changed {
			a.rule = string(r.JSON())
			a.version++
		}
		return s.update(ctx, a, changed, in.By, s.clock.Now())
	})
	if err != nil {
		return Audience{}, fmt.Errorf("update audience: %w", err)
	}
	return s.queued(ctx, id)
}

// Delete ends an audience. It is refused while something uses it. also, if not
// nil, runs in the same transaction.
func (s *Service) Delete(ctx context.Context, id string, also func(ctx context.Context) error) error {
	if _, err := s.find(ctx, id); err != nil {
		return err
	}
	users, err := s.users(ctx, id)
	if err != nil {
		return err
	}
	if len(users) > 0 {
		return fault.New(fault.Conflict, "audience_in_use", "the audience is used by %v; change those first", users)
	}
	return s.writer.Do(ctx, func(ctx context.Context) error {
		err := s.markDeleted(ctx, id, s.clock.Now())
		if err == nil && also != nil {
			err = also(ctx)
		}
		if err != nil {
			return err
		}
		for _, b := range slices.Clone(s.builds) {
			if b.unit.id == id {
				s.dropBuild(b)
			}
		}
		if u := s.byID[id]; u != nil {
			s.uninstall(u)
		}
		return nil
	})
}

func (s *Service) users(ctx context.Context, id string) (users []string, err error) {
	s.tl.RLock()
	for _, u := range s.units {
		for _, d := range u.deps() {
			if slices.Contains(d.Audiences, id) {
				users = append(users, u.id)
			}
		}
	}
	s.tl.RUnlock()
	for _, find := range s.usedBy {
		more, err := find(ctx, id)
		if err != nil {
			return nil, err
		}
		users = append(users, more...)
	}
	return users, nil
}

// now is the clock's time in ms. When the clock was set back it is behind the road's: what
// is evaluated then gets timers that are due on the road already, and is brought forward.
func (s *Service) now() int64 { return s.clock.Now().UnixMilli() }
