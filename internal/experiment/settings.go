package experiment

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"yutang/internal/event"
	"yutang/internal/fault"
)

// Settings say how an experiment is measured. Zero fields have defaults.
type Settings struct {
	Owner      string   `json:"owner,omitempty" maxLength:"100" doc:"who answers for it"`
	Hypothesis string   `json:"hypothesis,omitempty" maxLength:"2000" doc:"what is expected, and why"`
	Kind       Kind     `json:"kind,omitempty" enum:"split,holdout,variants,campaign,cluster" doc:"absent: told by its exposures"`
	Control    string   `json:"control,omitempty" doc:"the arm that others are compared with; absent: control, else the first"`
	Arms       []Arm    `json:"arms,omitempty" maxItems:"100" doc:"planned shares, in place of those that came with exposures"`
	Event      string   `json:"event,omitempty" maxLength:"200" doc:"what counts as a conversion; absent: Order Completed"`
	Horizon    int      `json:"horizon_days,omitempty" minimum:"0" maximum:"365" doc:"days after the first exposure that count; absent: 14"`
	Before     int      `json:"before_days,omitempty" minimum:"0" maximum:"730" doc:"days before the first exposure whose revenue makes the comparison sharper; absent: 90"`
	Guardrails []string `json:"guardrails,omitempty" maxItems:"10" doc:"events that must not become more frequent; absent: Contact Lost, Consent Withdrawn, Message Failed"`
	Alpha      float64  `json:"alpha,omitempty" minimum:"0" maximum:"0.5" doc:"chance of a false finding; absent: 0.05"`
	Winsorise  float64  `json:"winsorise,omitempty" minimum:"0" maximum:"1" doc:"share of customers whose revenue counts in full in the capped comparison; absent: 0.999"`

	PlannedCustomers int       `json:"planned_customers,omitempty" minimum:"0" doc:"customers in all whose horizon is over, at which the fixed-horizon result is read"`
	PlannedUntil     time.Time `json:"planned_until,omitzero" doc:"or the moment; whichever comes first"`
}

// Arm is one way that customers are treated.
type Arm struct {
	Name  string  `json:"name" minLength:"1" maxLength:"100"`
	Share float64 `json:"share_percent" minimum:"0" maximum:"100"`
}

// The defaults of settings.
const (
	DefaultHorizon = 14
	DefaultBefore  = 90
	defaultAlpha   = 0.05
	defaultCap     = 0.999
)

// DefaultGuardrails are watched unless settings name others.
var DefaultGuardrails = []string{event.ContactLost, event.ConsentWithdrawn, event.MessageFailed}

// filled is the settings with their defaults.
func (x Settings) filled() Settings {
	if x.Event == "" {
		x.Event = event.OrderCompleted
	}
	if x.Horizon == 0 {
		x.Horizon = DefaultHorizon
	}
	if x.Before == 0 {
		x.Before = DefaultBefore
	}
	if x.Guardrails == nil {
		x.Guardrails = DefaultGuardrails
	}
	if x.Alpha == 0 {
		x.Alpha = defaultAlpha
	}
	if x.Winsorise == 0 {
		x.Winsorise = defaultCap
	}
	return x
}

// Validate names each fault with its JSON pointer.
func (x Settings) Validate() error {
	var fields []fault.Field
	bad := func(pointer, format string, args ...any) {
		fields = append(fields, fault.Field{Pointer: pointer, Detail: fmt.Sprintf(format, args...)})
	}
	if x.Kind != "" && !slices.Contains([]Kind{Split, Holdout, Variants, Cohort, Cluster}, x.Kind) {
		bad("/kind", "is split, holdout, variants, campaign or cluster")
	}
	if x.Horizon < 0 || x.Horizon > 365 {
		bad("/horizon_days", "is 1 to 365")
	}
	if x.Before < 0 || x.Before > 730 {
		bad("/before_days", "is 1 to 730")
	}
	if !(x.Alpha >= 0 && x.Alpha <= 0.5) {
		bad("/alpha", "is more than 0, at most 0.5")
	}
	if !(x.Winsorise >= 0 && x.Winsorise <= 1) {
		bad("/winsorise", "is more than 0, at most 1")
	}
	if x.PlannedCustomers < 0 {
		bad("/planned_customers", "is 0 (none planned) or more")
	}
	if len(x.Guardrails) > 10 {
		bad("/guardrails", "at most 10 events")
	}
	x.checkArms(bad)
	if len(fields) == 0 {
		return nil
	}
	e := fault.New(fault.Invalid, "invalid_experiment", "%s", fields[0].Detail)
	e.Fields = fields
	return e
}

func (x Settings) checkArms(bad func(pointer, format string, args ...any)) {
	if len(x.Arms) > maxArms {
		bad("/arms", "at most %d", maxArms)
	}
	seen, sum := map[string]bool{}, 0.0
	for i, a := range x.Arms {
		if strings.TrimSpace(a.Name) == "" || seen[a.Name] {
			bad(fmt.Sprintf("/arms/%d/name", i), "each arm has a name of its own")
		}
		if !(a.Share > 0 && a.Share <= 100) {
			bad(fmt.Sprintf("/arms/%d/share_percent", i), "is more than 0, at most 100")
		}
		seen[a.Name] = true
		sum += a.Share
	}
	if sum > 100.0001 {
		bad("/arms", "the shares add up to %g, more than 100", sum)
	}
	if x.Control != "" && len(x.Arms) > 0 && !seen[x.Control] {
		bad("/control", "is none of the arms")
	}
}

// Decision is what was made of a result.
type Decision struct {
	Arm  string    `json:"arm,omitempty" doc:"the arm that is kept"`
	Note string    `json:"note"`
	By   string    `json:"by"`
	At   time.Time `json:"at"`
}

// Info is what is known of an experiment beside its results.
type Info struct {
	ID        string     `json:"id" doc:"stands for the name in paths: names may hold slashes"`
	Name      string     `json:"name"`
	Origin    string     `json:"origin,omitempty" doc:"playbook or mass send"`
	Kind      Kind       `json:"kind" enum:"split,holdout,variants,campaign,cluster"`
	Settings  Settings   `json:"settings" doc:"with defaults filled in"`
	Arms      []ArmInfo  `json:"arms"`
	StartedAt *time.Time `json:"started_at,omitempty" doc:"of the first exposure"`
	StoppedAt *time.Time `json:"stopped_at,omitempty" doc:"nobody exposed later counts"`
	Decision  *Decision  `json:"decision,omitempty"`
	CreatedAt time.Time  `json:"created_at"`

	key int64
	raw Settings
}

// ArmInfo is an arm with how many customer records have it.
type ArmInfo struct {
	Arm
	Changed bool `json:"share_changed,omitempty" doc:"the planned share was another one once"`
	Records int  `json:"records" doc:"customer records exposed; merged ones count apart"`
}

// control is the name of the arm that others are compared with.
func (x Info) control() string {
	want := x.Settings.Control
	if want == "" {
		want = ArmControl
	}
	for _, a := range x.Arms {
		if a.Name == want {
			return want
		}
	}
	if len(x.Arms) == 0 {
		return ""
	}
	return x.Arms[0].Name
}
