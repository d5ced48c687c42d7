package task

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"yutang/internal/fault"
	"yutang/internal/flow"
	"yutang/internal/id"
	"yutang/internal/rule"
)

// Wish asks for tasks by hand: one for each customer, or one without.
type Wish struct {
	Customers []uint32
	Spec      flow.Task // Title and Script as they stand, without templates
	Due       time.Time // instead of Spec.Deadline
	Priority  int
	By        string
	Key       string // names the wish, so that making it again makes nothing; "" each call makes tasks
}

// maxCustomers is how many customers one wish may name.
const maxCustomers = 1000

// Validate names each fault with its JSON pointer.
func (w Wish) Validate(now time.Time) error {
	var fields []fault.Field
	bad := func(ptr, format string, args ...any) {
		fields = append(fields, fault.Field{Pointer: ptr, Detail: fmt.Sprintf(format, args...)})
	}
	if n := utf8.RuneCountInString(strings.TrimSpace(w.Spec.Title)); n == 0 || n > 60 {
		bad("/title", "wants 1 to 60 characters")
	}
	if utf8.RuneCountInString(w.Spec.Script) > 2000 {
		bad("/script", "has at most 2000 characters")
	}
	if len(w.Customers) > maxCustomers {
		bad("/customers", "names at most %d customers", maxCustomers)
	}
	if len(w.Customers) == 0 && (w.Spec.Assign == "" || w.Spec.Assign == "owner" || w.Spec.Assign == "leader") {
		bad("/assign", "name a member, or customers whose members do it")
	}
	if !w.Due.IsZero() && !w.Due.After(now) {
		bad("/due", "must be in the future")
	}
	if w.Priority < 0 || w.Priority > 100 {
		bad("/priority", "must be 1 to 100")
	}
	if len(w.Spec.Checklist) > 30 || len(w.Spec.Results) > 10 {
		bad("/checklist", "has at most 30 items, and at most 10 results")
	}
	durations := []struct{ ptr, text string }{{"/deadline", w.Spec.Deadline}, {"/escalate", w.Spec.Escalate}}
	for i, text := range w.Spec.Remind {
		durations = append(durations, struct{ ptr, text string }{fmt.Sprintf("/remind/%d", i), text})
	}
	for _, d := range durations {
		if _, ok := rule.ParseDuration(d.text); d.text != "" && !ok {
			bad(d.ptr, `must be a duration such as "2h" or "1d"`)
		}
	}
	if len(fields) > 0 {
		return &fault.Error{Kind: fault.Invalid, Code: "invalid_task", Message: "the task cannot be made", Fields: fields}
	}
	return nil
}

// Make plans tasks by hand and gives their ids. In ctx's transaction it takes effect with it.
func (s *Service) Make(ctx context.Context, w Wish) (ids []string, err error) {
	now := s.Clock.Now()
	if err := w.Validate(now); err != nil {
		return nil, err
	}
	ords := w.Customers
	kind := flow.Customers
	if len(ords) == 0 {
		ords, kind = []uint32{0}, flow.Brand
	}
	for i, ord := range ords {
		if ord == 0 {
			continue
		}
		if _, err := s.Timeline.Records(ord); err != nil {
			return nil, fault.BadField(fmt.Sprintf("/customers/%d", i), "there is no such customer")
		}
	}
	err = s.DB.InTx(ctx, func(ctx context.Context) error {
		ids, err = s.make(ctx, w, ords, kind, now)
		return err
	})
	return ids, err
}

// id is the id of the task for a customer.
func (w Wish) id(ord uint32) string {
	if w.Key == "" {
		return id.New("tsk")
	}
	return short("tsk", w.Key+"/"+strconv.FormatUint(uint64(ord), 10))
}

func (s *Service) make(ctx context.Context, w Wish, ords []uint32, kind flow.Kind, now time.Time) ([]string, error) {
	key, raw, err := specID(w.Spec)
	if err != nil {
		return nil, err
	}
	if err := s.insertSpec(ctx, key, raw); err != nil {
		return nil, err
	}
	var ids []string
	var args []any
	for _, ord := range ords {
		o := Order{ID: w.id(ord), Ord: ord, Subject: flow.Subject{Kind: kind, Ord: ord}, Spec: w.Spec, Priority: w.Priority, At: now}
		t := s.taskOf(o, key, now)
		t.MadeBy = w.By
		if !w.Due.IsZero() {
			t.Deadline, t.fixed = w.Due, true
		}
		if args, err = s.taskArgs(args, t); err != nil {
			return nil, err
		}
		ids = append(ids, t.ID)
	}
	if err := s.DB.InsertMany(ctx, "task", taskColumns, args, "ON CONFLICT (id) DO NOTHING"); err != nil {
		return nil, fmt.Errorf("make tasks: %w", err)
	}
	return ids, s.putAssign(ctx, ids[0], now)
}
