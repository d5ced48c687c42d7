package flow

import (
	"encoding/json"

	"yutang/internal/outreach"
)

// Definition is the document that says what a playbook does. It is JSON in the API and
// YAML in files; both have the same keys.
type Definition struct {
	Name        string              `json:"name"`
	Description string              `json:"description,omitempty"`
	Subject     Kind                `json:"subject,omitempty"`   // who goes through it; "" is customer
	Audiences   map[string]Audience `json:"audiences,omitempty"` // made at publishing; rules and steps name them by key
	Trigger     Trigger             `json:"trigger"`
	Key         string              `json:"key,omitempty"` // property of the trigger's event, such as order_id: one run for each value
	Steps       []Step              `json:"steps"`
	Goal        *Condition          `json:"goal,omitempty"`    // ends the run well, wherever it stands
	Exit        []Condition         `json:"exit,omitempty"`    // end the run, wherever it stands
	Reentry     string              `json:"reentry,omitempty"` // "once", "always", or a duration since the last run; with a key: of the same key. Default: always for dates, schedules and subjects that are no customers, else once
	Limit       Limit               `json:"limit,omitzero"`
	Priority    int                 `json:"priority,omitempty"`    // 1 to 100, the higher first; 0 is 50
	Quiet       *outreach.Quiet     `json:"quiet_hours,omitempty"` // instead of the brand's
	Cap         Cap                 `json:"cap,omitzero"`
	Holdout     float64             `json:"holdout_percent,omitempty"`
	Experiment  string              `json:"experiment,omitempty"` // name under which the holdout is measured; "" is the playbook's id
}

// Audience is an audience that a definition brings along.
type Audience struct {
	Name string          `json:"name"`
	Rule json.RawMessage `json:"rule"`
}

// Kind says who goes through a flow.
type Kind string

// The kinds of subject.
const (
	Customers Kind = "customer"
	Staff     Kind = "staff" // each member of a selection
	Groups    Kind = "group" // each group chat of a selection
	Brand     Kind = "brand" // one run in all
)

// Trigger starts runs: exactly one of Event, Audience, Date, Schedule and API.
type Trigger struct {
	Event    string          `json:"event,omitempty"`
	Where    json.RawMessage `json:"where,omitempty"` // conditions on the event's properties
	Audience string          `json:"audience,omitempty"`
	On       string          `json:"on,omitempty"`       // "entered" (default) or "left"
	Existing bool            `json:"existing,omitempty"` // members at the time of publishing start too
	Date     *Date           `json:"date,omitempty"`
	Schedule *Schedule       `json:"schedule,omitempty"`
	API      bool            `json:"api,omitempty"`
	Rule     json.RawMessage `json:"rule,omitempty"` // with an event or a date: only customers who match it at that moment start
	Late     string          `json:"late,omitempty"` // how late a run may still start; default: the expires_in of a first step that sends, else "24h"
}

// Date starts a run for each customer with respect to a date they have as a trait.
type Date struct {
	Trait  string `json:"trait"`            // such as birthday; RFC 3339 or YYYY-MM-DD
	Repeat string `json:"repeat,omitempty"` // "yearly" (default) or "once"
	Match  string `json:"match,omitempty"`  // "day" (default), or "month": on the first of its month
	Offset string `json:"offset,omitempty"` // whole days such as "-3d" or "7d"; default "0d"
	At     string `json:"at,omitempty"`     // time of day in the brand's zone; default "09:00"
}

// Schedule starts runs at moments of the brand's calendar, for whom the rest of it selects.
type Schedule struct {
	At       string   `json:"at,omitempty"`       // once: "2026-11-11T09:00" or RFC 3339
	Every    string   `json:"every,omitempty"`    // "day", "week" or "month"
	Weekdays []string `json:"weekdays,omitempty"` // with week: "mon" to "sun"
	Days     []int    `json:"days,omitempty"`     // with month: 1 to 31, -1 the last
	Time     string   `json:"time,omitempty"`     // "HH:MM"; default "09:00"
	From     string   `json:"from,omitempty"`     // first day, YYYY-MM-DD
	Until    string   `json:"until,omitempty"`    // last day
	Audience string   `json:"audience,omitempty"` // customers
	Select   Select   `json:"select,omitzero"`    // staff or groups
}

// Select chooses members or group chats. The zero value is all of them.
type Select struct {
	Corp        string   `json:"corp,omitempty"` // "" is every connected corp
	Staff       []string `json:"staff,omitempty"`
	Departments []int64  `json:"departments,omitempty"` // with those below
	Groups      []string `json:"groups,omitempty"`      // chat ids
	Tags        []string `json:"tags,omitempty"`        // groups whose name holds one of these words
}

// Step is one thing that a flow does: an id, unique in the definition, and one kind.
type Step struct {
	ID        string     `json:"id"`
	Name      string     `json:"name,omitempty"`
	Send      *Send      `json:"send,omitempty"`
	Task      *Task      `json:"task,omitempty"`
	Post      *Post      `json:"post,omitempty"`
	Wait      *Wait      `json:"wait,omitempty"`
	WaitUntil *WaitUntil `json:"wait_until,omitempty"`
	WaitFor   *WaitFor   `json:"wait_for,omitempty"`
	Branch    *Branch    `json:"branch,omitempty"`
	Split     *Split     `json:"split,omitempty"`
	Holdout   *Holdout   `json:"holdout,omitempty"`
	Update    *Update    `json:"update,omitempty"`
	Coupon    *Coupon    `json:"coupon,omitempty"`
	Start     *Other     `json:"start,omitempty"`
	Stop      *Other     `json:"stop,omitempty"`
	Webhook   *Webhook   `json:"webhook,omitempty"`
	Goal      *Mark      `json:"goal,omitempty"`
	Exit      *Mark      `json:"exit,omitempty"`
}

// Send reaches the customer over a channel. Variants make it an A/B test of what is said.
type Send struct {
	Channel       string          `json:"channel"`
	Endpoint      string          `json:"endpoint,omitempty"`
	Content       json.RawMessage `json:"content,omitempty"`  // object; every text in it is a liquid template
	Material      string          `json:"material,omitempty"` // id of an approved material, instead of content
	Missing       string          `json:"missing,omitempty"`  // "empty" (default) or "skip": the touch is not sent
	Traits        []string        `json:"traits,omitempty"`   // passed on beside the content
	Identities    []string        `json:"identities,omitempty"`
	TrackLinks    bool            `json:"track_links,omitempty"` // web addresses become short links that tell who clicked
	Transactional bool            `json:"transactional,omitempty"`
	ExpiresIn     string          `json:"expires_in,omitempty"` // from when the step is reached; default "24h"
	Variants      []Variant       `json:"variants,omitempty"`   // instead of content; percents add up to 100
	Experiment    string          `json:"experiment,omitempty"` // default PLAYBOOK/STEP
}

// Variant is one arm of a send.
type Variant struct {
	Name     string          `json:"name"`
	Percent  float64         `json:"percent"`
	Content  json.RawMessage `json:"content,omitempty"`
	Material string          `json:"material,omitempty"`
}

// Task gives work to a member of staff.
type Task struct {
	Title      string        `json:"title"`               // liquid
	Script     string        `json:"script,omitempty"`    // liquid: what to say
	ScriptID   string        `json:"script_id,omitempty"` // of the script library, instead of script
	Materials  []string      `json:"materials,omitempty"` // ids
	Checklist  []string      `json:"checklist,omitempty"` // things to tick off
	Assign     string        `json:"assign,omitempty"`    // "owner" (default: who has the customer as a contact, the newest), "leader" of the owner, or a userid; for staff subjects the member
	Corp       string        `json:"corp,omitempty"`      // with a userid; "" if only one corp is connected
	Deadline   string        `json:"deadline,omitempty"`  // duration; default "1d"
	Remind     []string      `json:"remind,omitempty"`    // durations before the deadline
	Escalate   string        `json:"escalate,omitempty"`  // duration after the deadline until the leader is told; "" never
	Results    []string      `json:"results,omitempty"`   // what may be answered; default done, unreachable, refused
	Wait       bool          `json:"wait,omitempty"`      // the run waits until it is done or overdue
	Experiment string        `json:"experiment,omitempty"`
	Variants   []TaskVariant `json:"variants,omitempty"` // of the script
}

// TaskVariant is one arm of a task.
type TaskVariant struct {
	Name    string  `json:"name"`
	Percent float64 `json:"percent"`
	Script  string  `json:"script"`
}

// Post publishes to groups or to Moments, through members who confirm it.
type Post struct {
	To       string          `json:"to"` // "groups" or "moments"
	Corp     string          `json:"corp,omitempty"`
	Select   Select          `json:"select,omitzero"`
	Content  json.RawMessage `json:"content,omitempty"` // {"text", "attachments"} of package content; liquid with brand values only
	Material string          `json:"material,omitempty"`
}

// Wait is a rest.
type Wait struct {
	For string `json:"for"` // duration
}

// WaitUntil rests until the next moment that fits. With Until it is a window: who comes
// within it goes on at once, everybody else when it next begins.
type WaitUntil struct {
	Time     string   `json:"time,omitempty"`     // "HH:MM"; "" any time of a fitting day
	Until    string   `json:"until,omitempty"`    // "HH:MM", later than time: the window ends before it
	Weekdays []string `json:"weekdays,omitempty"` // "mon" to "sun"; none: every day
	Date     string   `json:"date,omitempty"`     // YYYY-MM-DD; past: goes on at once
	Zone     string   `json:"zone,omitempty"`     // "customer" (default) or "brand"
}

// WaitFor rests until something happens, at most for the time-out.
type WaitFor struct {
	Condition
	Timeout string `json:"timeout"`
	Steps   []Step `json:"steps,omitempty"` // when it happened
	Else    []Step `json:"else,omitempty"`  // when it did not
}

// Condition is something that may happen: exactly one of Event, Audience, Rule and Task.
type Condition struct {
	Event    string          `json:"event,omitempty"`
	Where    json.RawMessage `json:"where,omitempty"`
	SameKey  bool            `json:"same_key,omitempty"` // the event has the run's key
	Audience string          `json:"audience,omitempty"`
	On       string          `json:"on,omitempty"`     // "entered" (default: a member already counts) or "left"
	Rule     json.RawMessage `json:"rule,omitempty"`   // holds, now or later
	Task     string          `json:"task,omitempty"`   // id of a task step: it was done
	Result   string          `json:"result,omitempty"` // of the task; "" any
}

// Branch takes the first case that holds, else Else.
type Branch struct {
	Cases []Case `json:"cases"`
	Else  []Step `json:"else,omitempty"`
}

// Case is one way of a branch: Rule on the customer, or Where on the trigger's event.
type Case struct {
	Name  string          `json:"name"`
	Rule  json.RawMessage `json:"rule,omitempty"`
	Where json.RawMessage `json:"where,omitempty"`
	Steps []Step          `json:"steps,omitempty"`
}

// Split sends each customer down one arm, the same one each time.
type Split struct {
	Arms       []Arm  `json:"arms"`
	Experiment string `json:"experiment,omitempty"` // default PLAYBOOK/STEP
	By         string `json:"by,omitempty"`         // "" the customer; "staff" or "department" of the owner: a cluster experiment
}

// Arm is one way of a split; percents add up to 100.
type Arm struct {
	Name    string  `json:"name"`
	Percent float64 `json:"percent"`
	Steps   []Step  `json:"steps,omitempty"`
}

// Holdout keeps a share of customers from all later steps, for comparison: they go on, and
// nothing is done.
type Holdout struct {
	Percent    float64 `json:"percent"`
	Experiment string  `json:"experiment,omitempty"` // default PLAYBOOK/STEP
}

// Update changes the customer, by an event down the road.
type Update struct {
	Set      map[string]json.RawMessage `json:"set,omitempty"`
	SetOnce  map[string]json.RawMessage `json:"set_once,omitempty"`
	Increase map[string]json.Number     `json:"increase,omitempty"`
	Unset    []string                   `json:"unset,omitempty"`
	Tag      []string                   `json:"tag,omitempty"`
	Untag    []string                   `json:"untag,omitempty"`
	Stage    map[string]string          `json:"stage,omitempty"` // {"aipl":"interest"}: at least this stage
}

// Coupon issues one: the event Coupon Issued with its code, and what the mall makes of it.
type Coupon struct {
	Template  string `json:"template"`
	ExpiresIn string `json:"expires_in,omitempty"`
}

// Other names another playbook, by id or by name.
type Other struct {
	Playbook string `json:"playbook"`
}

// Webhook tells another system; it is no touch, so no policy restrains it.
type Webhook struct {
	Endpoint   string          `json:"endpoint"`
	Content    json.RawMessage `json:"content"`
	Traits     []string        `json:"traits,omitempty"`
	Identities []string        `json:"identities,omitempty"`
}

// Mark ends the run (exit), or notes that it reached its aim and ends it (goal).
type Mark struct {
	Name string `json:"name,omitempty"`
}

// Limit bounds how many runs go on at once.
type Limit struct {
	Concurrent  int `json:"concurrent,omitempty"`   // of the whole playbook; 0 unlimited
	PerCustomer int `json:"per_customer,omitempty"` // 0 is 1 without a key, unlimited with one
}

// Cap limits the touches of this playbook to one customer; 0 unlimited.
type Cap struct {
	PerDay   int `json:"per_day,omitempty"`
	PerWeek  int `json:"per_week,omitempty"`
	PerMonth int `json:"per_month,omitempty"`
}
