package playbook

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/outreach"
	"yutang/internal/rule"
	"yutang/internal/template"
)

// Definition is the document that says what a playbook does.
type Definition struct {
	Name    string          `json:"name"`
	Trigger Trigger         `json:"trigger"`
	Steps   []Step          `json:"steps"`
	Quiet   *outreach.Quiet `json:"quiet_hours,omitempty"` // instead of the brand's
	Cap     Cap             `json:"cap,omitzero"`
	Reentry string          `json:"reentry,omitempty"` // "once" (default), "always", or a duration since the last run
	Holdout float64         `json:"holdout_percent,omitempty"`
}

// Trigger is an event with conditions, or a change of an audience.
type Trigger struct {
	Event    string          `json:"event,omitempty"`
	Where    json.RawMessage `json:"where,omitempty"`
	Audience string          `json:"audience,omitempty"`
	On       string          `json:"on,omitempty"` // "entered" (default) or "left"
}

// Step is one thing a playbook does.
type Step struct {
	ID   string `json:"id"`
	Send *Send  `json:"send"`
}

// Send reaches the customer over a channel.
type Send struct {
	Channel       string          `json:"channel"`
	Endpoint      string          `json:"endpoint,omitempty"`
	Content       json.RawMessage `json:"content"`              // object; every text in it is a liquid template
	Missing       string          `json:"missing,omitempty"`    // "empty" (default) or "skip": the touch is not sent
	Traits        []string        `json:"traits,omitempty"`     // passed on beside the content
	Identities    []string        `json:"identities,omitempty"` // types passed on
	Transactional bool            `json:"transactional,omitempty"`
	ExpiresIn     string          `json:"expires_in,omitempty"` // from the trigger; default "24h"
}

// Cap limits the touches of this playbook.
type Cap struct {
	PerDay int `json:"per_day,omitempty"` // to one customer; 0 unlimited
}

// Limits of a definition.
const (
	maxDefinition    = 64 << 10
	defaultExpiry    = "24h"
	reentryOnce      = "once"
	reentryAlways    = "always"
	onEntered        = "entered"
	onLeft           = "left"
	missingSkip      = "skip"
	missingEmpty     = "empty"
	maxPassed        = 50
	maxHoldout       = 90
	maxExpiry        = 30 * 24 * time.Hour
	maxNameBytes     = 200
	onlyStepsAllowed = 1
)

// plan is a checked definition, ready to run.
type plan struct {
	Definition
	where   rule.Where
	content *template.Content
	expires time.Duration
	again   time.Duration // reentry by duration
}

// allowed lists the keys of each object, by its pointer without indices.
var allowed = map[string][]string{
	"":             {"name", "trigger", "steps", "quiet_hours", "cap", "reentry", "holdout_percent"},
	"/trigger":     {"event", "where", "audience", "on"},
	"/steps":       {"id", "send"},
	"/steps/send":  {"channel", "endpoint", "content", "missing", "traits", "identities", "transactional", "expires_in"},
	"/quiet_hours": {"from", "to"},
	"/cap":         {"per_day"},
}

// checker gathers the faults of a definition.
type checker struct{ faults []fault.Field }

func (c *checker) fail(ptr, format string, args ...any) {
	c.faults = append(c.faults, fault.Field{Pointer: ptr, Detail: fmt.Sprintf(format, args...)})
}

func (c *checker) err() error {
	if len(c.faults) == 0 {
		return nil
	}
	e := fault.New(fault.Invalid, "invalid_playbook", "%s", c.faults[0].Detail)
	if len(c.faults) > 1 {
		e.Message = fmt.Sprintf("the playbook has %d faults", len(c.faults))
	}
	e.Fields = c.faults
	return e
}

// parse checks a definition without looking at anything else. Plain dates in conditions
// are days in zone.
func parse(raw []byte, zone *time.Location) (*plan, error) {
	c := &checker{}
	if len(raw) > maxDefinition {
		return nil, fault.BadField("", "a definition has at most %d bytes", maxDefinition)
	}
	if !json.Valid(raw) || !gjson.ParseBytes(raw).IsObject() {
		return nil, fault.BadField("", "a definition is one JSON object")
	}
	c.keys("", "", gjson.ParseBytes(raw))
	p := &plan{}
	if err := json.Unmarshal(raw, &p.Definition); err != nil {
		ptr, detail := "", err.Error()
		if wrong, ok := err.(*json.UnmarshalTypeError); ok {
			ptr = "/" + strings.ReplaceAll(wrong.Field, ".", "/")
			detail = fmt.Sprintf("must not be a %s", wrong.Value)
		}
		c.fail(ptr, "%s", detail)
		return nil, c.err()
	}
	p.check(c, zone)
	return p, c.err()
}

// keys refuses keys that mean nothing, wherever they stand.
func (c *checker) keys(ptr, plain string, o gjson.Result) {
	o.ForEach(func(k, v gjson.Result) bool {
		at, name := ptr+"/"+escape(k.Str), plain+"/"+k.Str
		if !slices.Contains(allowed[plain], k.Str) {
			c.fail(at, "unknown key; allowed here: %s", strings.Join(allowed[plain], ", "))
			return true
		}
		if v.IsObject() && allowed[name] != nil {
			c.keys(at, name, v)
		}
		if v.IsArray() && allowed[name] != nil {
			for i, item := range v.Array() {
				c.keys(at+"/"+strconv.Itoa(i), name, item)
			}
		}
		return true
	})
}

var escape = strings.NewReplacer("~", "~0", "/", "~1").Replace

func (p *plan) check(c *checker, zone *time.Location) {
	if p.Name == "" || len(p.Name) > maxNameBytes {
		c.fail("/name", "a name has 1 to %d bytes", maxNameBytes)
	}
	p.checkTrigger(c, zone)
	if p.Quiet != nil {
		c.faults = append(c.faults, p.Quiet.Faults("/quiet_hours")...)
	}
	if p.Cap.PerDay < 0 {
		c.fail("/cap/per_day", "a cap is 0 (unlimited) or more")
	}
	if p.Holdout < 0 || p.Holdout > maxHoldout {
		c.fail("/holdout_percent", "a control group is 0 to %d percent", maxHoldout)
	}
	if p.Reentry == "" {
		p.Reentry = reentryOnce
	}
	if p.Reentry != reentryOnce && p.Reentry != reentryAlways {
		var ok bool
		if p.again, ok = rule.ParseDuration(p.Reentry); !ok {
			c.fail("/reentry", `must be "once", "always" or a duration such as "7d"`)
		}
	}
	if len(p.Steps) != onlyStepsAllowed {
		c.fail("/steps", "a playbook has exactly one step for now")
		return
	}
	p.checkStep(c)
}

func (p *plan) checkTrigger(c *checker, zone *time.Location) {
	t := &p.Trigger
	switch {
	case (t.Event == "") == (t.Audience == ""):
		c.fail("/trigger", `name either an "event" or an "audience"`)
	case t.Event == event.MessageDelivered || t.Event == event.MessageFailed:
		c.fail("/trigger/event", "receipts do not start playbooks: they would answer themselves")
	case t.Event != "" && t.On != "":
		c.fail("/trigger/on", `belongs to "audience"`)
	case t.Audience != "" && t.Where != nil:
		c.fail("/trigger/where", `belongs to "event"; put conditions into the audience's rule`)
	}
	if t.Audience != "" && t.On == "" {
		t.On = onEntered
	}
	if t.On != "" && t.On != onEntered && t.On != onLeft {
		c.fail("/trigger/on", `must be "entered" or "left"`)
	}
	if t.Where != nil {
		var faults []fault.Field
		p.where, faults = rule.ParseWhere(t.Where, "/trigger/where", zone)
		c.faults = append(c.faults, faults...)
	}
}

func (p *plan) checkStep(c *checker) {
	const ptr = "/steps/0"
	step := p.Steps[0]
	if step.ID == "" || len(step.ID) > 64 {
		c.fail(ptr+"/id", "a step's id has 1 to 64 bytes")
	}
	if step.Send == nil {
		c.fail(ptr+"/send", "is missing; sending is the only kind of step for now")
		return
	}
	send := step.Send
	if send.Channel == "" {
		c.fail(ptr+"/send/channel", `is missing; "webhook" is one`)
	}
	if send.Missing != "" && send.Missing != missingEmpty && send.Missing != missingSkip {
		c.fail(ptr+"/send/missing", `must be "empty" or "skip"`)
	}
	if len(send.Traits) > maxPassed || len(send.Identities) > maxPassed {
		c.fail(ptr+"/send", "at most %d traits and %d types of identity are passed on", maxPassed, maxPassed)
	}
	if send.ExpiresIn == "" {
		send.ExpiresIn = defaultExpiry
	}
	var ok bool
	if p.expires, ok = rule.ParseDuration(send.ExpiresIn); !ok || p.expires > maxExpiry {
		c.fail(ptr+"/send/expires_in", `must be a duration such as "24h", at most 30d`)
	}
	if len(bytes.TrimSpace(send.Content)) == 0 {
		c.fail(ptr+"/send/content", `is missing; an object such as {"text":"Hello {{ traits.first_name }}"}`)
		return
	}
	content, faults := template.Parse(send.Content, ptr+"/send/content", send.Missing == missingSkip)
	p.content, c.faults = content, append(c.faults, faults...)
}
