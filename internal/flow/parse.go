package flow

import (
	"encoding/json"
	"errors"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/tidwall/gjson"

	"yutang/internal/fault"
	"yutang/internal/rule"
	"yutang/internal/template"
)

// Limits of a definition.
const (
	MaxBytes   = 256 << 10
	MaxSteps   = 200
	MaxNesting = 8

	maxName      = 200
	maxWays      = 20
	maxList      = 50
	maxExits     = 20
	maxAudiences = 20
	maxHoldout   = 90
	maxWait      = 1095 * 24 * time.Hour
	maxExpiry    = 30 * 24 * time.Hour
	maxPriority  = 100

	defaultExpiry   = "24h"
	defaultDeadline = "1d"
	defaultPriority = 50
)

// Words of the document.
const (
	reentryOnce   = "once"
	reentryAlways = "always"
	onEntered     = "entered"
	onLeft        = "left"
	missingSkip   = "skip"
	missingEmpty  = "empty"
)

var (
	idShape  = regexp.MustCompile(`^[a-z0-9_-]{1,64}$`)
	expShape = regexp.MustCompile(`^[\p{L}\p{N}][\p{L}\p{N} ._/-]{0,99}$`)
)

// parser turns a definition into a flow and gathers its faults.
type parser struct {
	checker
	*Flow
	zone   *time.Location
	tasks  map[string]int    // ids of task steps so far → index
	later  []func()          // checks that need all steps
	events map[string]bool   // listened to
	ids    map[string]string // step id → pointer of its first use
}

// Parse checks a definition completely and makes it ready to run. Plain dates in
// conditions are days in zone. The error is fault.Invalid, code invalid_playbook, with a
// field for each fault. Whether endpoints, audiences, playbooks and materials exist is not
// its business.
func Parse(raw []byte, zone *time.Location) (*Flow, error) {
	p := &parser{
		Flow: &Flow{index: map[string]int{}, Only: -1}, zone: zone,
		tasks: map[string]int{}, events: map[string]bool{}, ids: map[string]string{},
	}
	if !p.readable(raw) {
		return nil, p.err()
	}
	if p.shape("", gjson.ParseBytes(raw), reflect.TypeFor[Definition]()); len(p.faults) > 0 {
		return nil, p.err()
	}
	if err := json.Unmarshal(raw, &p.Definition); err != nil {
		p.fail("", "cannot be read: %v", err)
		return nil, p.err()
	}
	p.definition()
	if err := p.err(); err != nil {
		return nil, err
	}
	return p.Flow, nil
}

func (p *parser) readable(raw []byte) bool {
	switch {
	case len(raw) > MaxBytes:
		p.fail("", "a definition has at most %d KiB; split it into playbooks that start one another", MaxBytes>>10)
	case !utf8.Valid(raw):
		p.fail("", "the text is not UTF-8; send UTF-8")
	case !json.Valid(raw) || !gjson.ParseBytes(raw).IsObject():
		p.fail("", "a definition is one JSON object")
	}
	return len(p.faults) == 0
}

func (p *parser) definition() {
	d := &p.Definition
	p.text("/name", d.Name, maxName)
	if d.Subject == "" {
		d.Subject = Customers
	}
	p.oneOf("/subject", string(d.Subject), string(Customers), string(Staff), string(Groups), string(Brand))
	p.audiences()
	p.trigger()
	p.key()
	p.whole()
	if len(d.Steps) == 0 {
		p.fail("/steps", "is missing; a playbook has at least one step")
	}
	p.list(d.Steps, "/steps", 1)
	p.join(d.Steps, len(p.Steps))
	if len(p.Steps) > MaxSteps {
		p.fail("/steps", "a playbook has at most %d steps, this one has %d; split it into playbooks that start one another", MaxSteps, len(p.Steps))
	}
	p.endings()
	for _, check := range p.later {
		check()
	}
	p.Events = slices.Sorted(maps.Keys(p.events))
	p.reentry()
}

func (p *parser) customers() bool { return p.Definition.Subject == Customers }

// audiences checks those that the definition brings along.
func (p *parser) audiences() {
	all := p.Definition.Audiences
	if len(all) > maxAudiences {
		p.fail("/audiences", "a playbook brings along at most %d audiences", maxAudiences)
	}
	for _, key := range slices.Sorted(maps.Keys(all)) {
		ptr := "/audiences/" + escape(key)
		if !idShape.MatchString(key) {
			p.fail(ptr, `the key of an audience is 1 to 64 of a-z, 0-9, "_" and "-"`)
		}
		p.text(ptr+"/name", all[key].Name, maxName)
		r := p.rule(ptr+"/rule", all[key].Rule)
		if r == nil {
			continue
		}
		for _, other := range r.Deps().Audiences {
			if _, own := all[other]; own {
				p.fail(ptr+"/rule", "names %q, which this definition brings along too; write its rule here instead", other)
			}
		}
	}
}

// key checks the property that makes runs.
func (p *parser) key() {
	d := &p.Definition
	switch {
	case d.Key == "":
	case d.Trigger.Event == "" && !d.Trigger.API:
		p.fail("/key", "names a property of the trigger's event; this trigger has none, so leave it out")
	case len(d.Key) > maxName:
		p.fail("/key", "has at most %d bytes", maxName)
	case personalProp(d.Trigger.Event, d.Key):
		p.fail("/key", "%q is personal data, by which nothing is looked up; choose a number such as order_id", d.Key)
	}
}

// whole checks what concerns the playbook as a whole.
func (p *parser) whole() {
	d := &p.Definition
	if d.Priority == 0 {
		d.Priority = defaultPriority
	}
	if d.Priority < 1 || d.Priority > maxPriority {
		p.fail("/priority", "is 1 to %d, the higher first", maxPriority)
	}
	if d.Quiet != nil {
		p.add(d.Quiet.Faults("/quiet_hours"))
	}
	for ptr, n := range map[string]int{
		"/cap/per_day": d.Cap.PerDay, "/cap/per_week": d.Cap.PerWeek, "/cap/per_month": d.Cap.PerMonth,
		"/limit/concurrent": d.Limit.Concurrent, "/limit/per_customer": d.Limit.PerCustomer,
	} {
		if n < 0 {
			p.fail(ptr, "is 0 (no limit) or more")
		}
	}
	if d.Holdout < 0 || d.Holdout > maxHoldout {
		p.fail("/holdout_percent", "a control group is 0 to %d percent", maxHoldout)
	}
	if d.Holdout > 0 && !p.customers() {
		p.fail("/holdout_percent", "a control group is made of customers; leave it out here")
	}
	p.experiment("/experiment", d.Experiment)
	if d.Experiment != "" && d.Holdout == 0 {
		p.fail("/experiment", `names the experiment of "holdout_percent", which is missing`)
	}
}

// reentry checks and completes reentry and late, which depend on the trigger and steps.
func (p *parser) reentry() {
	d := &p.Definition
	recurs := d.Trigger.Date != nil || d.Trigger.Schedule != nil || !p.customers()
	switch {
	case d.Reentry == "" && recurs:
		d.Reentry = reentryAlways
	case d.Reentry == "":
		d.Reentry = reentryOnce
	case d.Reentry != reentryOnce && d.Reentry != reentryAlways:
		var ok bool
		if p.Again, ok = rule.ParseDuration(d.Reentry); !ok {
			p.fail("/reentry", `must be "once", "always" or a duration such as "7d"`)
		}
	}
	late := d.Trigger.Late
	if late == "" && len(p.Steps) > 0 && p.Steps[0].Kind == KindSend && p.Steps[0].Within > 0 {
		late = d.Steps[0].Send.ExpiresIn
	}
	if late == "" {
		late = defaultExpiry
	}
	p.Late = p.duration("/trigger/late", late, maxExpiry)
	d.Trigger.Late = late
}

// endings checks the goal and the exits.
func (p *parser) endings() {
	d := &p.Definition
	if d.Goal != nil {
		p.goal = p.condition("/goal", d.Goal, len(p.Steps))
	}
	if len(d.Exit) > maxExits {
		p.fail("/exit", "a playbook has at most %d exits; join conditions by a rule", maxExits)
	}
	for i := range d.Exit {
		p.exits = append(p.exits, p.condition("/exit/"+strconv.Itoa(i), &d.Exit[i], len(p.Steps)))
	}
}

// rule reads a rule of the document, nil after a fault.
func (p *parser) rule(ptr string, raw json.RawMessage) *rule.Rule {
	if len(raw) == 0 {
		p.fail(ptr, `is missing; a rule such as {"tag":"VIP"}`)
		return nil
	}
	r, err := rule.Parse(raw, p.zone)
	var e *fault.Error
	switch {
	case errors.As(err, &e):
		for _, f := range e.Fields {
			p.fail(ptr+f.Pointer, "%s", f.Detail)
		}
		return nil
	case err != nil:
		p.fail(ptr, "%v", err)
		return nil
	}
	return r
}

// keep adds a rule to those that World.Match is asked.
func (p *parser) keep(ptr string, raw json.RawMessage) int {
	if r := p.rule(ptr, raw); r != nil {
		p.Rules = append(p.Rules, Rule{r, ptr})
		return len(p.Rules) - 1
	}
	return -1
}

func (p *parser) where(ptr string, raw json.RawMessage) rule.Where {
	w, faults := rule.ParseWhere(raw, ptr, p.zone)
	p.add(faults)
	return w
}

// text checks a text that must be there.
func (p *parser) text(ptr, s string, most int) {
	if strings.TrimSpace(s) == "" || len(s) > most {
		p.fail(ptr, "is a text of 1 to %d bytes", most)
	}
}

func (p *parser) oneOf(ptr, s string, allowed ...string) {
	if s != "" && !slices.Contains(allowed, s) {
		p.fail(ptr, `must be one of: %s`, strings.Join(allowed, ", "))
	}
}

func (p *parser) duration(ptr, s string, most time.Duration) time.Duration {
	d, ok := rule.ParseDuration(s)
	if !ok || d > most {
		p.fail(ptr, `must be a duration such as "30m", "24h", "7d" or "2w", at most %dd`, int(most.Hours()/24))
		return 0
	}
	return d
}

func (p *parser) experiment(ptr, s string) {
	if s != "" && !expShape.MatchString(s) {
		p.fail(ptr, `the name of an experiment is 1 to 100 letters, digits, spaces, ".", "_", "/" and "-"`)
	}
}

// template compiles a text, nil if it is empty or wrong.
func (p *parser) template(ptr, s string, strict bool) *template.Text {
	if s == "" {
		return nil
	}
	t, err := template.ParseText(s, strict)
	if err != nil {
		p.fail(ptr, "%s", err.Error())
		return nil
	}
	return t
}

// content compiles a content, or takes a material instead of one.
func (p *parser) content(ptr string, raw json.RawMessage, material string, strict bool) *template.Content {
	switch {
	case len(raw) > 0 && material != "":
		p.fail(ptr, `has both "content" and "material"; keep one`)
	case len(raw) == 0 && material == "":
		p.fail(ptr+"/content", `is missing; an object such as {"text":"Hello {{ traits.first_name }}"}, or "material"`)
	case len(raw) > 0:
		c, faults := template.Parse(raw, ptr+"/content", strict)
		p.add(faults)
		return c
	}
	return nil
}
