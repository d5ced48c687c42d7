package rehearse

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"yutang/internal/customer"
	"yutang/internal/event"
	"yutang/internal/flow"
	"yutang/internal/outreach"
	"yutang/internal/template"
)

// MessageLook is a message as the customer would get it, or why they would not.
type MessageLook struct {
	Channel       string                     `json:"channel"`
	Endpoint      string                     `json:"endpoint,omitempty"`
	Variant       string                     `json:"variant,omitempty"`
	Transactional bool                       `json:"transactional,omitempty"`
	Content       json.RawMessage            `json:"content,omitempty"`
	Traits        map[string]json.RawMessage `json:"traits,omitempty"`
	Identities    []event.Identity           `json:"identities,omitempty"`
	Missing       []string                   `json:"missing,omitempty" doc:"values that the template reads and the customer does not have"`
	SentAt        time.Time                  `json:"sent_at,omitzero" doc:"absent: it would not be sent"`
	Quiet         bool                       `json:"quiet,omitempty" doc:"it waited for the end of quiet hours"`
	Refuse        string                     `json:"refuse,omitempty" doc:"why it would not be sent: no_consent, no_address, capped, quota, expired, missing_value"`
	Detail        string                     `json:"detail,omitempty" say:"zh"`
}

// TaskLook is a task as the member would get it.
type TaskLook struct {
	Title     string    `json:"title"`
	Script    string    `json:"script,omitempty"`
	Variant   string    `json:"variant,omitempty"`
	Materials []string  `json:"materials,omitempty"`
	Checklist []string  `json:"checklist,omitempty"`
	Results   []string  `json:"results"`
	Assignee  string    `json:"assignee" doc:"CORP/USERID; empty: nobody has the customer"`
	Deadline  time.Time `json:"deadline"`
	Missing   []string  `json:"missing,omitempty"`
}

// compose fills in what messages and tasks would say.
func (s *Service) compose(ctx context.Context, x TrialSpec, r *recorder, seen *sight) error {
	if len(r.looks) == 0 {
		return nil
	}
	profile, err := s.Customers.Profile(ctx, seen.root)
	if err != nil {
		return err
	}
	trigger := seen.trigger
	if !x.Unmask {
		profile = customer.Mask(profile)
		if trigger != nil {
			masked := *trigger
			masked.Props = customer.MaskObject(trigger.Name, trigger.Props)
			trigger = &masked
		}
	}
	var more map[string]any
	if s.Brand != nil {
		name, err := s.Brand(ctx)
		if err != nil {
			return err
		}
		more = map[string]any{"brand": map[string]any{"name": name}}
	}
	bind := flow.Bindings(profile, trigger, more)
	for _, l := range r.looks {
		step := &r.trial.Steps[l.at]
		if r.Steps[l.step].Kind == flow.KindTask {
			step.Task, err = s.taskLook(ctx, r, l, bind, step.At)
		} else if step.Message != nil {
			err = s.messageLook(ctx, x, r.Steps[l.step], l, step.Message, profile, bind, seen)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) messageLook(ctx context.Context, x TrialSpec, op *flow.Op, l look, m *MessageLook, p customer.Profile, bind map[string]any, seen *sight) error {
	send := op.Step.Send
	content, raw, err := s.contentOf(ctx, op, l.variant)
	if err != nil {
		return err
	}
	m.Missing = missing(string(raw), bind)
	if content != nil {
		m.Content, err = content.Render(bind)
		switch {
		case errors.Is(err, template.ErrMissing):
			m.refuse(outreach.MissingValue)
		case err != nil:
			m.refuse(outreach.BadTemplate)
		}
	}
	for _, name := range send.Traits {
		if v, ok := p.Traits[name]; ok {
			if m.Traits == nil {
				m.Traits = map[string]json.RawMessage{}
			}
			m.Traits[name] = v
		}
	}
	if len(send.Identities) == 0 || s.Identities == nil {
		return nil
	}
	owned, err := s.Identities(ctx, seen.root)
	for _, o := range owned {
		if slices.Contains(send.Identities, o.Type) {
			if !x.Unmask {
				o.Value = customer.MaskIdentity(o.Type, o.Value)
			}
			m.Identities = append(m.Identities, o.Identity)
		}
	}
	return err
}

// refuse says why the message would not be sent, unless the policy had a reason before.
func (m *MessageLook) refuse(why outreach.Reason) {
	if m.Refuse == "" {
		m.Refuse, m.SentAt = string(why), time.Time{}
	}
}

// contentOf is a send's content of a variant with its source. A material is a content whose
// texts are said as they stand in the library.
func (s *Service) contentOf(ctx context.Context, op *flow.Op, variant string) (*template.Content, json.RawMessage, error) {
	send := op.Step.Send
	content, raw, material := op.Content, send.Content, send.Material
	if i := op.Variant(variant); i >= 0 {
		content, raw, material = op.Contents[i], send.Variants[i].Content, send.Variants[i].Material
	}
	if material == "" || s.Material == nil {
		return content, raw, nil
	}
	raw, err := s.Material(ctx, material)
	if err != nil {
		return nil, nil, fmt.Errorf("read material %s: %w", material, err)
	}
	content, faults := template.Parse(raw, "", send.Missing == "skip")
	if len(faults) > 0 {
		return nil, raw, nil
	}
	return content, raw, nil
}

func (s *Service) taskLook(ctx context.Context, r *recorder, l look, bind map[string]any, at time.Time) (*TaskLook, error) {
	op := r.Steps[l.step]
	t := op.Step.Task
	out := &TaskLook{
		Variant: l.variant, Materials: t.Materials, Checklist: t.Checklist, Results: t.Results, Assignee: r.members[l.step],
		Deadline: at.Add(op.Within),
	}
	source, script := t.Script, op.Script
	if i := op.Variant(l.variant); i >= 0 {
		source, script = t.Variants[i].Script, op.Scripts[i]
	}
	if t.ScriptID != "" && s.Script != nil {
		text, err := s.Script(ctx, t.ScriptID)
		if err != nil {
			return nil, fmt.Errorf("read script %s: %w", t.ScriptID, err)
		}
		if source = text; text != "" {
			if script, err = template.ParseText(text, false); err != nil {
				script = nil
			}
		}
	}
	for _, part := range []struct {
		text *template.Text
		into *string
	}{{op.Title, &out.Title}, {script, &out.Script}} {
		if part.text == nil {
			continue
		}
		said, err := part.text.Render(bind)
		if err != nil {
			said = "" // a script that cannot be said is empty, as on the member's page
		}
		*part.into = said
	}
	out.Missing = missing(t.Title+" "+source, bind)
	return out, nil
}

// read finds the values that a template prints.
var read = regexp.MustCompile(`\{\{-?\s*([A-Za-z_][\w-]*(?:\.[\w-]+)+)([^}]*)\}\}`)

// missing names the values that a template prints without a default and that are not there.
func missing(source string, bind map[string]any) (out []string) {
	for _, m := range read.FindAllStringSubmatch(source, -1) {
		if path := m[1]; !strings.Contains(m[2], "default") && !there(path, bind) && !slices.Contains(out, path) {
			out = append(out, path)
		}
	}
	return out
}

func there(path string, bind map[string]any) bool {
	var v any = bind
	for part := range strings.SplitSeq(path, ".") {
		m, ok := v.(map[string]any)
		if !ok {
			return v != nil // a filter-like member, such as size
		}
		if v, ok = m[part]; !ok {
			return false
		}
	}
	return v != nil && v != ""
}
