package acquisition

import (
	"context"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"yutang/internal/contact"
	"yutang/internal/fault"
	"yutang/internal/id"
	"yutang/internal/job"
	"yutang/internal/page"
)

// Service keeps the links. Safe for concurrent use.
type Service struct {
	Config

	mu    sync.RWMutex
	known map[stateKey]Link
}

// stateKey names a link as the platform hands it back.
type stateKey struct{ corp, state string }

// New makes the service and gives its jobs to the queue. Load it before anything else.
func New(cfg Config) *Service {
	s := &Service{Config: cfg, known: map[stateKey]Link{}}
	cfg.Jobs.Handle(syncKind, &worker{s})
	cfg.Jobs.Handle(pullKind, &job.Each{Queue: cfg.Jobs, Concurrency: 1, MaxAttempts: 1 << 30, Do: s.pullJob})
	cfg.Jobs.Handle(alarmKind, &job.Each{Queue: cfg.Jobs, Concurrency: 1, MaxAttempts: 10, Do: s.sendAlarm})
	return s
}

// Load reads the links into memory and makes sure that every corp is pulled nightly.
func (s *Service) Load(ctx context.Context) error {
	all, err := s.linksOf(ctx, selectAll)
	if err != nil {
		return fmt.Errorf("load acquisition links: %w", err)
	}
	s.learn(all...)
	corps, err := s.Corps.List(ctx)
	if err != nil {
		return err
	}
	for _, c := range corps {
		if err := s.CorpAdded(ctx, c.ID); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) learn(links ...Link) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range links {
		s.known[stateKey{l.Corp, l.State}] = l
	}
}

func (s *Service) find(corpID, state string) (Link, bool) {
	if state == "" {
		return Link{}, false
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	l, ok := s.known[stateKey{corpID, state}]
	return l, ok
}

// Provenance says which link a state belongs to, for package contact. Deleted links stay
// known.
func (s *Service) Provenance(_ context.Context, corpID, state string) (contact.Provenance, bool) {
	l, ok := s.find(corpID, state)
	if !ok {
		return contact.Provenance{}, false
	}
	return contact.Provenance{Channel: l.Spec.Channel, CodeID: l.ID, CodeName: l.Spec.Name}, true
}

var stateText = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// stateOf is the customer_channel of a link. The check under our key keeps it apart from
// channels that people type.
func (s *Service) stateOf(corpID string, number int64) string {
	var raw [8]byte
	binary.BigEndian.PutUint64(raw[:], uint64(number))
	body := "yq" + stateText.EncodeToString(raw[1:])
	check := s.Box.Blind("acquisition.state:"+corpID, body)
	return body + stateText.EncodeToString(check[:5])
}

// Create makes a link. The platform's follows by a job.
func (s *Service) Create(ctx context.Context, corpID string, spec Spec) (Link, error) {
	if err := s.check(ctx, corpID, spec); err != nil {
		return Link{}, err
	}
	now := s.Clock.Now()
	l := Link{ID: id.New("al"), Corp: corpID, Spec: spec, CreatedAt: now, UpdatedAt: now}
	err := s.DB.InTx(ctx, func(ctx context.Context) error {
		if err := s.insert(ctx, &l); err != nil {
			return err
		}
		return s.kick(ctx, l)
	})
	if err != nil {
		return Link{}, fmt.Errorf("create acquisition link: %w", err)
	}
	s.learn(l)
	return l, nil
}

// Update changes a link.
func (s *Service) Update(ctx context.Context, linkID string, spec Spec) (Link, error) {
	l, err := s.Get(ctx, linkID)
	if err != nil {
		return Link{}, err
	}
	if err := s.check(ctx, l.Corp, spec); err != nil {
		return Link{}, err
	}
	l.Spec, l.UpdatedAt = spec, s.Clock.Now()
	err = s.DB.InTx(ctx, func(ctx context.Context) error {
		if err := s.saveSpec(ctx, l); err != nil {
			return err
		}
		return s.kick(ctx, l)
	})
	if err != nil {
		return Link{}, fmt.Errorf("update acquisition link %s: %w", linkID, err)
	}
	s.learn(l)
	return l, nil
}

// Delete takes a link out of use, here and at the platform. Its name stays known.
func (s *Service) Delete(ctx context.Context, linkID string) error {
	l, err := s.Get(ctx, linkID)
	if err != nil {
		return err
	}
	l.DeletedAt = s.Clock.Now()
	err = s.DB.InTx(ctx, func(ctx context.Context) error {
		if err := s.markDeleted(ctx, l); err != nil {
			return err
		}
		return s.kick(ctx, l)
	})
	if err != nil {
		return fmt.Errorf("delete acquisition link %s: %w", linkID, err)
	}
	s.learn(l)
	return nil
}

// Get is a link in use.
func (s *Service) Get(ctx context.Context, linkID string) (Link, error) {
	l, err := s.byID(ctx, linkID)
	if err == nil && !l.DeletedAt.IsZero() || fault.Is(err, fault.NotFound) {
		return Link{}, fault.New(fault.NotFound, "link_not_found", "no acquisition link has the id %q", linkID)
	}
	return l, err
}

// List is the links of a corp, or of all, newest first.
func (s *Service) List(ctx context.Context, corpID, cursor string, limit int) (page.Page[Link], error) {
	before := int64(1) << 56
	if _, err := page.After(cursor, &before); err != nil {
		return page.Page[Link]{}, err
	}
	limit = page.Limit(limit)
	links, err := s.linksOf(ctx, selectList, before, corpID, corpID, limit+1)
	if err != nil {
		return page.Page[Link]{}, fmt.Errorf("list acquisition links: %w", err)
	}
	return page.Cut(links, limit, func(l Link) int64 { return l.Number }), nil
}

var userID = regexp.MustCompile(`^[A-Za-z0-9_.@-]{1,64}$`)

// check says what is wrong with a spec.
func (s *Service) check(ctx context.Context, corpID string, spec Spec) error {
	var faults []fault.Field
	bad := func(pointer, format string, args ...any) {
		faults = append(faults, fault.Field{Pointer: pointer, Detail: fmt.Sprintf(format, args...)})
	}
	if _, err := s.Corps.Get(ctx, corpID); fault.Is(err, fault.NotFound) {
		bad("/corp", "%q is not a connected corp", corpID)
	} else if err != nil {
		return err
	}
	if n := utf8.RuneCountInString(strings.TrimSpace(spec.Name)); n == 0 || n > MaxName {
		bad("/name", "must have 1 to %d characters", MaxName)
	}
	if utf8.RuneCountInString(spec.Channel) > 60 {
		bad("/channel", "has more than 60 characters")
	}
	if len(spec.Users)+len(spec.Departments) == 0 || len(spec.Users) > MaxUsers || len(spec.Departments) > MaxUsers {
		bad("/users", "name 1 to %d users or departments", MaxUsers)
	}
	for i, user := range spec.Users {
		if !userID.MatchString(user) || slices.Contains(spec.Users[:i], user) {
			bad(fmt.Sprintf("/users/%d", i), "must be a userid, each once")
		}
	}
	for i, d := range spec.Departments {
		if d <= 0 || slices.Contains(spec.Departments[:i], d) {
			bad(fmt.Sprintf("/departments/%d", i), "must be the number of a department, each once")
		}
	}
	if len(spec.Tags) > MaxTags {
		bad("/tags", "has more than %d entries", MaxTags)
	}
	for i, tag := range spec.Tags {
		if n := utf8.RuneCountInString(tag); n == 0 || n > 61 || slices.Contains(spec.Tags[:i], tag) {
			bad(fmt.Sprintf("/tags/%d", i), "must have 1 to 61 characters, each once")
		}
	}
	if len(faults) == 0 {
		return nil
	}
	out := fault.New(fault.Invalid, "invalid", "the acquisition link cannot be like this")
	out.Fields = faults
	return out
}

// nextNight is the next time the nightly pull is due: half past four of the brand's day.
func nextNight(now time.Time, zone *time.Location) time.Time {
	y, m, d := now.In(zone).Date()
	t := time.Date(y, m, d, 4, 30, 0, 0, zone)
	if !t.After(now) {
		t = time.Date(y, m, d+1, 4, 30, 0, 0, zone)
	}
	return t.UTC()
}
