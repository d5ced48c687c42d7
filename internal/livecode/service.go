package livecode

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"

	"yutang/internal/clock"
	"yutang/internal/corp"
	"yutang/internal/db"
	"yutang/internal/fault"
	"yutang/internal/id"
	"yutang/internal/job"
	"yutang/internal/page"
	"yutang/internal/seal"
)

// Staff tells who can take customers.
type Staff interface {
	// Reach says of each user whether they can take customers now. A user whom the
	// directory does not know is absent from the answer.
	Reach(ctx context.Context, corp string, users []string) (map[string]bool, error)
}

// TagOrder asks for tags on a contact. See package tag.
type TagOrder struct {
	Corp, User, External string
	Add, Remove          []string
	Why                  string
	At                   time.Time
}

// Tagger puts tags on contacts. The same order twice has the effect of one.
type Tagger interface {
	Put(ctx context.Context, o TagOrder) error
}

// Welcomes looks after the media of welcome contents. See package content.
type Welcomes interface {
	// Check says what is wrong with a content; pointers are relative to it.
	Check(ctx context.Context, corp string, raw json.RawMessage) error
	// Keep keeps the media of a content ready until Drop of the same owner.
	Keep(ctx context.Context, owner, corp string, raw json.RawMessage) error
	Drop(ctx context.Context, owner string) error
}

// Config is what the service is made of. Staff, Tagger, Welcomes and Sales may be nil: then
// everybody is active, nobody is tagged, contents are not looked at, nobody buys.
type Config struct {
	DB       *db.DB
	Box      *seal.Box
	Clock    clock.Clock
	Jobs     *job.Queue
	Corps    *corp.Service
	HTTP     *http.Client // fetches QR images; nil: one that reaches public addresses only
	Zone     func() *time.Location
	Staff    Staff
	Tagger   Tagger
	Welcomes Welcomes
	Sales    Sales

	// Remarked hears which remark was written to a contact. May be nil.
	Remarked func(ctx context.Context, corp, user, external, remark string) error

	Log *slog.Logger // nil: slog.Default
}

// Service keeps the live codes. Safe for concurrent use.
type Service struct {
	Config

	mu    sync.RWMutex
	known map[stateKey]*entry
}

// New makes the service and gives its jobs to the queue. Load it before anything else.
func New(cfg Config) *Service {
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	s := &Service{Config: cfg, known: map[stateKey]*entry{}}
	cfg.Jobs.Handle(syncKind, &worker{s})
	cfg.Jobs.Handle(remarkKind, &job.Each{Queue: cfg.Jobs, Concurrency: 4, MaxAttempts: 8, Do: s.remark})
	cfg.Jobs.Handle(imageKind, &job.Each{Queue: cfg.Jobs, Concurrency: 4, MaxAttempts: 1 << 30, Do: s.fetchImage})
	cfg.Jobs.Handle(collectKind, &job.Each{Queue: cfg.Jobs, Concurrency: 1, MaxAttempts: 1 << 30, Do: s.collectJob})
	return s
}

// Create makes a live code. Its contact way follows by a job.
func (s *Service) Create(ctx context.Context, corpID string, spec Spec) (Code, error) {
	if err := s.check(ctx, corpID, spec); err != nil {
		return Code{}, err
	}
	now := s.Clock.Now()
	code := Code{ID: id.New("lc"), Corp: corpID, Spec: spec, CreatedAt: now, UpdatedAt: now}
	err := s.DB.InTx(ctx, func(ctx context.Context) error {
		if err := s.insert(ctx, &code); err != nil {
			return err
		}
		if err := s.keep(ctx, code); err != nil {
			return err
		}
		return s.kick(ctx, code.Number, code.ID, code.Corp)
	})
	if err != nil {
		return Code{}, fmt.Errorf("create live code: %w", err)
	}
	s.learn(code)
	return code, nil
}

// Update changes what an operator says about a code.
func (s *Service) Update(ctx context.Context, codeID string, spec Spec) (Code, error) {
	code, err := s.Get(ctx, codeID)
	if err != nil {
		return Code{}, err
	}
	if spec.Kind != code.Spec.Kind {
		return Code{}, fault.BadField("/kind", "cannot change after the code is made; make another code")
	}
	if !spec.ExpiresAt.Equal(code.Spec.ExpiresAt) {
		return Code{}, fault.BadField("/expires_at", "cannot change after the code is made; make another code")
	}
	if err := s.check(ctx, code.Corp, spec); err != nil {
		return Code{}, err
	}
	err = s.DB.InTx(ctx, func(ctx context.Context) error {
		if code, err = s.Get(ctx, codeID); err != nil {
			return err
		}
		code.Spec, code.UpdatedAt = spec, s.Clock.Now()
		if err := s.saveSpec(ctx, code); err != nil {
			return err
		}
		if err := s.keep(ctx, code); err != nil {
			return err
		}
		return s.kick(ctx, code.Number, code.ID, code.Corp)
	})
	if err != nil {
		return Code{}, fmt.Errorf("update live code %s: %w", codeID, err)
	}
	s.learn(code)
	return code, nil
}

// Delete takes a code out of use. Its contact way goes by a job; its name stays known.
func (s *Service) Delete(ctx context.Context, codeID string) error {
	code, err := s.Get(ctx, codeID)
	if err != nil {
		return err
	}
	code.DeletedAt = s.Clock.Now()
	err = s.DB.InTx(ctx, func(ctx context.Context) error {
		if err := s.markDeleted(ctx, code); err != nil {
			return err
		}
		if s.Welcomes != nil {
			if err := s.Welcomes.Drop(ctx, owner(code.ID)); err != nil {
				return err
			}
		}
		return s.kick(ctx, code.Number, code.ID, code.Corp)
	})
	if err != nil {
		return fmt.Errorf("delete live code %s: %w", codeID, err)
	}
	s.learn(code)
	return nil
}

// Retry looks at a code again now, whatever stood in its way.
func (s *Service) Retry(ctx context.Context, codeID string) (Code, error) {
	code, err := s.Get(ctx, codeID)
	if err != nil {
		return Code{}, err
	}
	return code, s.DB.InTx(ctx, func(ctx context.Context) error {
		return s.kick(ctx, code.Number, code.ID, code.Corp)
	})
}

// Get is a code in use. A deleted one is not_found.
func (s *Service) Get(ctx context.Context, codeID string) (Code, error) {
	code, err := s.byID(ctx, codeID)
	if err == nil && !code.DeletedAt.IsZero() || fault.Is(err, fault.NotFound) {
		return Code{}, fault.New(fault.NotFound, "code_not_found", "no live code has the id %q", codeID)
	}
	return code, err
}

// Query narrows a list of codes; empty fields do not.
type Query struct {
	Corp, Batch, Channel, Name string
	Problems                   bool // only codes with a problem
	Cursor                     string
	Limit                      int
}

// List is the codes in use, newest first.
func (s *Service) List(ctx context.Context, q Query) (page.Page[Code], error) {
	before := int64(maxNumber)
	if _, err := page.After(q.Cursor, &before); err != nil {
		return page.Page[Code]{}, err
	}
	limit := page.Limit(q.Limit)
	codes, err := s.list(ctx, q, before, limit+1)
	if err != nil {
		return page.Page[Code]{}, fmt.Errorf("list live codes: %w", err)
	}
	return page.Cut(codes, limit, func(c Code) int64 { return c.Number }), nil
}

// check is Spec.Check with the corp, the directory and the content store.
func (s *Service) check(ctx context.Context, corpID string, spec Spec) error {
	if err := spec.Check(s.Clock.Now()); err != nil {
		return err
	}
	if _, err := s.Corps.Get(ctx, corpID); err != nil {
		if fault.Is(err, fault.NotFound) {
			return fault.BadField("/corp", "%q is not a connected corp", corpID)
		}
		return err
	}
	if err := s.checkDirectory(ctx, corpID, spec); err != nil {
		return err
	}
	if len(spec.Welcome) == 0 || s.Welcomes == nil {
		return nil
	}
	return below("/welcome", s.Welcomes.Check(ctx, corpID, spec.Welcome))
}

// checkDirectory refuses users whom the directory knows as gone, and those whom it does
// not know although it knows some: an empty directory was not pulled yet.
func (s *Service) checkDirectory(ctx context.Context, corpID string, spec Spec) error {
	if s.Staff == nil {
		return nil
	}
	reach, err := s.Staff.Reach(ctx, corpID, spec.users())
	if err != nil {
		return fmt.Errorf("ask the directory: %w", err)
	}
	c := &checker{}
	look := func(pointer, user string) {
		if ok, known := reach[user]; known && !ok {
			c.bad(pointer, "%s has left, is disabled or not activated", user)
		} else if !known && len(reach) > 0 {
			c.bad(pointer, "%s is not in the directory", user)
		}
	}
	for i, m := range spec.Members {
		look(fmt.Sprintf("/members/%d/staff", i), m.User)
	}
	for i, user := range spec.Backup {
		look(fmt.Sprintf("/backup/%d", i), user)
	}
	if len(c.faults) == 0 {
		return nil
	}
	out := fault.New(fault.Invalid, "unknown_staff", "some staff cannot take customers")
	out.Fields = c.faults
	return out
}

// users are all userids that the spec names, each once.
func (s Spec) users() []string {
	var out []string
	for _, m := range s.Members {
		out = append(out, m.User)
	}
	out = append(out, s.Backup...)
	slices.Sort(out)
	return slices.Compact(out)
}

// below moves the pointers of a fault under prefix.
func below(prefix string, err error) error {
	var f *fault.Error
	if !asFault(err, &f) {
		return err
	}
	out := fault.New(f.Kind, f.Code, "%s", f.Message)
	for _, field := range f.Fields {
		out.Fields = append(out.Fields, fault.Field{Pointer: prefix + field.Pointer, Detail: field.Detail})
	}
	return out
}

// owner names a code to the content store.
func owner(codeID string) string { return "livecode:" + codeID }

// keep keeps the media of the code's welcome ready.
func (s *Service) keep(ctx context.Context, code Code) error {
	switch {
	case s.Welcomes == nil:
		return nil
	case len(code.Spec.Welcome) == 0:
		return s.Welcomes.Drop(ctx, owner(code.ID))
	}
	return s.Welcomes.Keep(ctx, owner(code.ID), code.Corp, code.Spec.Welcome)
}
