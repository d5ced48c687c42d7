package task

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"yutang/internal/fault"
	"yutang/internal/outreach"
)

// Settings are what an operator decides about telling staff.
type Settings struct {
	Group        string          `json:"group" enum:"day,window" doc:"day: tasks of a step are one card a day; window: of one window only"`
	Window       int             `json:"window_minutes" minimum:"1" maximum:"240" doc:"a card gets at most one message in this time"`
	Gather       int             `json:"gather_minutes" minimum:"0" maximum:"60" doc:"how long the first message of a card waits for more tasks"`
	CardsPerDay  int             `json:"cards_per_day" minimum:"0" maximum:"1000" doc:"new cards a member is told of in a day; 0 unlimited"`
	TasksPerDay  int             `json:"tasks_per_day" minimum:"0" maximum:"100000" doc:"tasks a member is told of in a day; 0 unlimited"`
	Quiet        *outreach.Quiet `json:"quiet_hours,omitempty" doc:"when members are left alone, in the brand's zone; absent: never"`
	Undo         int             `json:"undo_minutes" minimum:"0" maximum:"1440" doc:"how long a member may take back what was done; the playbook hears of it after that"`
	HandOverWith bool            `json:"hand_over_with_customer" doc:"open tasks follow a customer who gets another member"`
}

// DefaultSettings hold until somebody sets others.
var DefaultSettings = Settings{
	Group: "day", Window: 15, Gather: 1, CardsPerDay: 20, TasksPerDay: 200, Quiet: &outreach.Quiet{From: "21:00", To: "08:30"}, Undo: 10,
	HandOverWith: true,
}

// Validate names each fault with its JSON pointer.
func (x Settings) Validate() error {
	var fields []fault.Field
	bad := func(ptr, format string, args ...any) {
		fields = append(fields, fault.Field{Pointer: ptr, Detail: fmt.Sprintf(format, args...)})
	}
	if x.Group != "day" && x.Group != "window" {
		bad("/group", `must be "day" or "window"`)
	}
	for _, n := range []struct {
		ptr       string
		v, lo, hi int
	}{
		{"/window_minutes", x.Window, 1, 240},
		{"/gather_minutes", x.Gather, 0, 60},
		{"/cards_per_day", x.CardsPerDay, 0, 1000},
		{"/tasks_per_day", x.TasksPerDay, 0, 100_000},
		{"/undo_minutes", x.Undo, 0, 1440},
	} {
		if n.v < n.lo || n.v > n.hi {
			bad(n.ptr, "must be %d to %d", n.lo, n.hi)
		}
	}
	if x.Quiet != nil {
		fields = append(fields, x.Quiet.Faults("/quiet_hours")...)
	}
	if len(fields) > 0 {
		return &fault.Error{Kind: fault.Invalid, Code: "invalid_settings", Message: "the settings cannot be used", Fields: fields}
	}
	return nil
}

func (x Settings) window() time.Duration { return time.Duration(x.Window) * time.Minute }
func (x Settings) gather() time.Duration { return time.Duration(x.Gather) * time.Minute }
func (x Settings) undo() time.Duration   { return time.Duration(x.Undo) * time.Minute }

// quietUntil is when quiet hours at t end; ok is false outside of them.
func (x Settings) quietUntil(t time.Time, zone *time.Location) (time.Time, bool) {
	if x.Quiet == nil {
		return time.Time{}, false
	}
	return x.Quiet.Until(t, zone)
}

// tomorrow is when telling begins on the next day.
func (x Settings) tomorrow(now time.Time, zone *time.Location) time.Time {
	y, m, d := now.In(zone).Date()
	next := time.Date(y, m, d+1, 0, 0, 0, 0, zone).UTC()
	if end, quiet := x.quietUntil(next, zone); quiet {
		return end.UTC()
	}
	return next
}

// Settings are those in force.
func (s *Service) Settings(ctx context.Context) (x Settings, err error) {
	body, err := s.settingBody(ctx)
	if fault.Is(err, fault.NotFound) {
		return DefaultSettings, nil
	}
	if err == nil {
		err = json.Unmarshal([]byte(body), &x)
	}
	if err != nil {
		return x, fmt.Errorf("read settings of tasks: %w", err)
	}
	return x, nil
}

// SetSettings replaces them. What is queued follows them from its next turn on.
func (s *Service) SetSettings(ctx context.Context, x Settings) error {
	if err := x.Validate(); err != nil {
		return err
	}
	raw, err := json.Marshal(x)
	if err != nil {
		return err
	}
	return s.storeSetting(ctx, string(raw))
}
