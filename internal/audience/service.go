package audience

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/RoaringBitmap/roaring/v2"

	"yutang/internal/clock"
	"yutang/internal/db"
	"yutang/internal/fault"
	"yutang/internal/id"
	"yutang/internal/page"
	"yutang/internal/rule"
)

// Writer runs a change of derived state on the road's writer, in a transaction, under
// the lock. The pipeline is one.
type Writer interface {
	Do(ctx context.Context, fn func(ctx context.Context) error) error
}

// errDropped says that derived state was loaded anew under a build: it starts again.
var errDropped = fault.New(fault.Conflict, "build_dropped", "the build was interrupted")

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

// Start begins building audiences in the background, first those left over.
func (s *Service) Start(ctx context.Context) error {
	waiting, err := s.unbuilt(ctx)
	if err != nil {
		return fmt.Errorf("find audiences to build: %w", err)
	}
	for _, id := range waiting {
		s.queue <- id
	}
	run, cancel := context.WithCancel(context.WithoutCancel(ctx))
	s.stop, s.done = cancel, make(chan struct{})
	go s.work(run)
	return nil
}

// Stop ends the background work; a build under way starts again with the next Start.
func (s *Service) Stop() {
	if s.stop != nil {
		s.stop()
		<-s.done
	}
}

func (s *Service) work(ctx context.Context) {
	defer close(s.done)
	for {
		select {
		case <-ctx.Done():
			return
		case id := <-s.queue:
			err := s.build(ctx, id)
			if errors.Is(err, errDropped) {
				s.queue <- id
			} else if err != nil && ctx.Err() == nil {
				slog.ErrorContext(ctx, "audience build failed", "audience", id, "error", err)
			}
			s.announce()
		}
	}
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

// Build queues the build of an audience whose wanted version is not live.
func (s *Service) Build(a Audience) {
	if a.State != Live {
		s.queue <- a.ID
	}
}

// queued shows an audience and queues its build, unless a transaction is open.
func (s *Service) queued(ctx context.Context, id string) (Audience, error) {
	a, err := s.Get(ctx, id)
	if err == nil && !db.Within(ctx) {
		s.Build(a)
	}
	return a, err
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

// build evaluates the wanted version of an audience for everybody and puts it in force.
func (s *Service) build(ctx context.Context, id string) error {
	a, err := s.find(ctx, id)
	if fault.Is(err, fault.NotFound) {
		return nil // deleted meanwhile
	}
	if err != nil {
		return err
	}
	r, err := rule.Parse([]byte(a.rule), s.world.Zone())
	if err != nil {
		return fmt.Errorf("parse stored rule: %w", err)
	}
	if err := s.prepareColumns(ctx, []*rule.Rule{r}); err != nil {
		return err
	}
	b, err := s.begin(ctx, a, r)
	if err != nil || b == nil {
		return err
	}
	if err := s.run(ctx, b, s.clock.Now().UnixMilli()); err != nil {
		b.err = err
		return err
	}
	return s.writer.Do(ctx, func(ctx context.Context) error { return s.finish(ctx, a, b) })
}

// begin registers the build, so that customers touched from now on are noted.
func (s *Service) begin(ctx context.Context, a record, r *rule.Rule) (b *build, err error) {
	err = s.writer.Do(ctx, func(context.Context) error {
		if u := s.byID[a.id]; u != nil && u.version == a.version {
			return nil
		}
		u, err := s.newUnit(a.id, a.num, a.version, []*rule.Rule{r}, nil)
		if err != nil {
			return err
		}
		b = &build{unit: u, touched: roaring.New()}
		s.builds = append(s.builds, b)
		return nil
	})
	return b, err
}

// finish puts the build in force unless a newer version is wanted by now.
func (s *Service) finish(ctx context.Context, a record, b *build) error {
	latest, err := s.find(ctx, a.id)
	if fault.Is(err, fault.NotFound) || (err == nil && latest.version != a.version) {
		s.dropBuild(b)
		return nil
	}
	if err != nil {
		return err
	}
	if !slices.Contains(s.builds, b) {
		return errDropped
	}
	now := s.now()
	base, err := s.goLive(ctx, b, now)
	if err != nil {
		return err
	}
	return s.saveLive(ctx, a, base, s.lastSeq, now)
}

// now is the road's time in ms: the clock, never before a timer that has fired.
func (s *Service) now() int64 { return s.clock.Now().UnixMilli() }

// Members lists members in order of number after the given one.
func (s *Service) Members(ctx context.Context, id string, after uint32, limit int) (roots []uint32, more bool, err error) {
	if _, err := s.find(ctx, id); err != nil {
		return nil, false, err
	}
	s.tl.RLock()
	defer s.tl.RUnlock()
	u := s.byID[id]
	if u == nil {
		return nil, false, nil
	}
	it := u.members.Iterator()
	it.AdvanceIfNeeded(after + 1)
	for it.HasNext() {
		if len(roots) == limit {
			return roots, true, nil
		}
		roots = append(roots, it.Next())
	}
	return roots, false, nil
}

// Get shows one audience.
func (s *Service) Get(ctx context.Context, id string) (Audience, error) {
	a, err := s.find(ctx, id)
	if err != nil {
		return Audience{}, err
	}
	return s.show(a), nil
}

// List shows all audiences in order of making.
func (s *Service) List(ctx context.Context) ([]Audience, error) {
	records, err := s.records(ctx)
	if err != nil {
		return nil, fmt.Errorf("list audiences: %w", err)
	}
	out := make([]Audience, len(records))
	for i, a := range records {
		out[i] = s.show(a)
	}
	return out, nil
}

func (s *Service) show(a record) Audience {
	out := Audience{
		ID: a.id, Name: a.name, Description: a.description, Rule: json.RawMessage(a.rule), Version: a.version,
		State: Building, CreatedAt: time.UnixMilli(a.createdAt).UTC(), UpdatedAt: time.UnixMilli(a.updatedAt).UTC(),
	}
	s.tl.RLock()
	defer s.tl.RUnlock()
	if u := s.byID[a.id]; u != nil {
		out.State, out.LiveVersion, out.Count = Live, u.version, int(u.members.GetCardinality())
		if u.version != a.version {
			out.State = Updating
		}
	}
	out.Progress = 1
	if out.State != Live {
		out.Progress = 0
	}
	for _, b := range s.builds {
		if b.unit.id == a.id && b.unit.version == a.version && b.total > 0 {
			out.Progress = float64(b.done.Load()) / float64(b.total)
			if b.err != nil {
				out.BuildError = b.err.Error()
			}
		}
	}
	out.CompleteTo = time.UnixMilli(s.completeTo(s.now())).UTC()
	return out
}

// completeTo is the moment up to which every timer has fired.
func (e *Engine) completeTo(now int64) int64 {
	if due, ok := e.NextDue(); ok && due <= now {
		return e.timers[0].due
	}
	return now
}

// Page lists audiences in order of making, limit at a time.
func (s *Service) Page(ctx context.Context, cursor string, limit int) (page.Page[Audience], error) {
	var after int64
	if _, err := page.After(cursor, &after); err != nil {
		return page.Page[Audience]{}, err
	}
	records, err := s.records(ctx)
	if err != nil {
		return page.Page[Audience]{}, fmt.Errorf("list audiences: %w", err)
	}
	out := page.Page[Audience]{}
	for _, a := range records {
		if a.num <= after {
			continue
		}
		if len(out.Items) == limit {
			out.Next = page.Cursor(after)
			break
		}
		out.Items = append(out.Items, s.show(a))
		after = a.num
	}
	return out, nil
}

// Recent lists the latest transitions, newest first, at most n.
func (s *Service) Recent(n int) []Transition {
	s.tl.RLock()
	defer s.tl.RUnlock()
	out := slices.Clone(s.recent[max(0, len(s.recent)-n):])
	slices.Reverse(out)
	return out
}

// Settled returns when the wanted version of an audience is live, or with the error that
// ended its build.
func (s *Service) Settled(ctx context.Context, id string) error {
	for {
		s.mu.Lock()
		built := s.built
		s.mu.Unlock()
		a, err := s.Get(ctx, id)
		if err != nil || a.State == Live {
			return err
		}
		if a.BuildError != "" {
			return fault.New(fault.Unavailable, "build_failed", "%s", a.BuildError)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-built:
		}
	}
}

// announce wakes who waits for a build.
func (s *Service) announce() {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.built)
	s.built = make(chan struct{})
}
