package masssend

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"yutang/internal/content"
	"yutang/internal/fault"
	"yutang/internal/id"
	"yutang/internal/job"
)

// Wish is what somebody wants sent. ScheduledAt zero is as soon as it is scheduled;
// Deadline zero is three days after that.
type Wish struct {
	Corp        string
	Name        string
	Chat        string
	Target      Target
	Content     content.Content
	Variants    []Variant // instead of Content
	Options     Options
	Priority    int
	ScheduledAt time.Time
	Deadline    time.Time
	By          string
}

const (
	maxCustomers = 10_000
	maxName      = 100
	maxPriority  = 9
	ownDeadline  = 3 * 24 * time.Hour
	maxDeadline  = 30 * 24 * time.Hour // the platform lists messages of a month
)

// Validate names each fault with its JSON pointer.
func (w Wish) Validate(now time.Time) error {
	var fields []fault.Field
	bad := func(pointer, format string, args ...any) {
		fields = append(fields, fault.Field{Pointer: pointer, Detail: fmt.Sprintf(format, args...)})
	}
	if n := utf8.RuneCountInString(w.Name); strings.TrimSpace(w.Name) == "" || n > maxName {
		bad("/name", "is 1 to %d characters", maxName)
	}
	if w.Corp == "" {
		bad("/corp", "name the corp that sends")
	}
	if w.Priority < 0 || w.Priority > maxPriority {
		bad("/priority", "is 0 to %d; the higher goes first", maxPriority)
	}
	start := w.ScheduledAt
	if start.IsZero() || start.Before(now) {
		start = now
	}
	if !w.Deadline.IsZero() && (!w.Deadline.After(start) || w.Deadline.Sub(start) > maxDeadline) {
		bad("/deadline", "is after the start, within 30 days")
	}
	w.checkTarget(bad)
	w.checkOptions(bad)
	w.checkVariants(bad)
	if len(fields) == 0 {
		return nil
	}
	e := fault.New(fault.Invalid, "invalid_mass_send", "%s", fields[0].Detail)
	e.Fields = fields
	return e
}

func (w Wish) checkTarget(bad func(pointer, format string, args ...any)) {
	t := w.Target
	switch w.Chat {
	case Single:
		if len(t.Chats) > 0 {
			bad("/target/chats", "belong to a send with chat group")
		}
		if t.Audience != "" && len(t.Customers) > 0 {
			bad("/target/customers", "either an audience or customers")
		}
	case Group:
		if t.Audience != "" || len(t.Customers) > 0 {
			bad("/target", "groups get it: name staff or chats")
		}
	default:
		bad("/chat", `must be "single" or "group"`)
	}
	if len(t.Customers) > maxCustomers {
		bad("/target/customers", "at most %d; make an audience of more", maxCustomers)
	}
	for i, public := range t.Customers {
		if _, err := id.ParseCustomer(public); err != nil {
			bad(fmt.Sprintf("/target/customers/%d", i), "no customer has the id %q", public)
		}
	}
}

func (w Wish) checkOptions(bad func(pointer, format string, args ...any)) {
	if w.Options.Holdout < 0 || w.Options.Holdout > 90 {
		bad("/options/holdout_percent", "a control group is 0 to 90 percent")
	}
	if len(w.Options.Remind) > 10 {
		bad("/options/remind_after_minutes", "at most 10 reminders")
	}
	for i, m := range w.Options.Remind {
		if m < 1 || i > 0 && m <= w.Options.Remind[i-1] {
			bad(fmt.Sprintf("/options/remind_after_minutes/%d", i), "minutes after the request, growing")
		}
	}
}

func use(chat string) content.Use {
	if chat == Group {
		return content.GroupSend
	}
	return content.MassSend
}

func (s *Service) check(ctx context.Context, w Wish) error {
	if err := w.Validate(s.Clock.Now()); err != nil {
		return err
	}
	if err := s.checkContents(ctx, w); err != nil {
		return err
	}
	if w.Target.Audience != "" {
		if _, err := s.Audiences.Get(ctx, w.Target.Audience); err != nil {
			return fault.BadField("/target/audience", "there is no audience %q", w.Target.Audience)
		}
	}
	if _, err := s.Corp(ctx, w.Corp); err != nil {
		return fault.BadField("/corp", "the corp %q is not connected", w.Corp)
	}
	return nil
}

func (w Wish) fill(x Send) Send {
	x.Corp, x.Name, x.Chat, x.Target, x.Content, x.Options = w.Corp, w.Name, w.Chat, w.Target, w.Content, w.Options
	x.Priority, x.ScheduledAt, x.Deadline, x.mark, x.Variants = w.Priority, w.ScheduledAt, w.Deadline, w.Content.Mark(), w.Variants
	return x
}

// Create makes a draft.
func (s *Service) Create(ctx context.Context, w Wish) (Send, error) {
	if err := s.check(ctx, w); err != nil {
		return Send{}, err
	}
	x := w.fill(Send{ID: id.New("ms"), State: Draft, CreatedBy: w.By, CreatedAt: s.Clock.Now()})
	if err := s.insertSend(ctx, x); err != nil {
		return Send{}, fmt.Errorf("create mass send: %w", err)
	}
	return x, nil
}

// Update changes a draft. Its corp stays.
func (s *Service) Update(ctx context.Context, key string, w Wish) (Send, error) {
	x, err := s.Get(ctx, key)
	if err != nil {
		return x, err
	}
	w.Corp = x.Corp
	if err := s.check(ctx, w); err != nil {
		return x, err
	}
	x = w.fill(x)
	return x, s.updateDraft(ctx, x)
}

// Delete removes a draft.
func (s *Service) Delete(ctx context.Context, key string) error {
	n, err := s.DB.Exec(ctx, deleteDraft, key)
	if err == nil && n == 0 {
		if _, err = s.Get(ctx, key); err == nil {
			err = fault.New(fault.Precondition, "not_draft", "mass send %s is not a draft; stop it instead", key)
		}
	}
	return err
}

// Schedule lets a draft go at its time. An audience that is still built for the first time
// is refused.
func (s *Service) Schedule(ctx context.Context, key string) (Send, error) {
	x, err := s.Get(ctx, key)
	if err != nil {
		return x, err
	}
	if x.State != Draft {
		return x, fault.New(fault.Precondition, "not_draft", "mass send %s is %s; only a draft is scheduled", key, x.State)
	}
	if x.Target.Audience != "" {
		if a, err := s.Audiences.Get(ctx, x.Target.Audience); err != nil || a.LiveVersion == 0 {
			return x, fault.New(fault.Precondition, "audience_not_live", "the audience %q is not ready", x.Target.Audience)
		}
	}
	now := s.Clock.Now()
	if x.ScheduledAt.Before(now) {
		x.ScheduledAt = now
	}
	if x.Deadline.IsZero() {
		x.Deadline = x.ScheduledAt.Add(ownDeadline)
	}
	if !x.Deadline.After(x.ScheduledAt) {
		return x, fault.New(fault.Precondition, "deadline_passed", "the deadline of %s has passed", key)
	}
	return x, s.DB.InTx(ctx, func(ctx context.Context) error {
		if err := s.updateDraft(ctx, x); err != nil {
			return err
		}
		if err := s.move(ctx, &x, Scheduled, ""); err != nil {
			return err
		}
		if err := s.keepReady(ctx, x); err != nil {
			return err
		}
		if err := s.declare(ctx, x); err != nil {
			return err
		}
		return s.Jobs.Put(ctx, s.prepareJob(x))
	})
}

// prepareJob is due at the scheduled time; of sends due together the higher priority is
// first.
func (s *Service) prepareJob(x Send) job.Job {
	return job.Job{Kind: prepareKind, Key: x.ID, Queue: x.Corp, Due: x.ScheduledAt.Add(-time.Duration(x.Priority) * time.Second)}
}

// Unschedule makes a scheduled send a draft again, while it has not begun.
func (s *Service) Unschedule(ctx context.Context, key string) (Send, error) {
	x, err := s.Get(ctx, key)
	if err != nil {
		return x, err
	}
	if x.State != Scheduled {
		return x, fault.New(fault.Precondition, "not_scheduled", "mass send %s is %s; stop it instead", key, x.State)
	}
	return x, s.DB.InTx(ctx, func(ctx context.Context) error {
		if err := s.move(ctx, &x, Draft, ""); err != nil {
			return err
		}
		if err := s.Jobs.Drop(ctx, prepareKind, key); err != nil {
			return err
		}
		return s.letGo(ctx, x)
	})
}

// Try checks a wish and makes a send of it that is stored nowhere, for a preview.
func (s *Service) Try(w Wish) (Send, error) {
	if w.Name == "" {
		w.Name = "preview"
	}
	if err := w.Validate(s.Clock.Now()); err != nil {
		return Send{}, err
	}
	return w.fill(Send{ID: "ms_preview", State: Draft}), nil
}
