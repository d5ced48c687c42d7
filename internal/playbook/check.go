package playbook

import (
	"context"
	"encoding/json"
	"fmt"

	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/flow"
	"yutang/internal/template"
)

// faults gathers what is wrong with a definition.
type faults []fault.Field

func (f *faults) add(ptr string, err error) {
	if err != nil {
		*f = append(*f, fault.Field{Pointer: ptr, Detail: err.Error()})
	}
}

func (f *faults) missing(ptr, what string) {
	*f = append(*f, fault.Field{Pointer: ptr, Detail: "cannot be used here: " + what})
}

func (f faults) err() error {
	if len(f) == 0 {
		return nil
	}
	e := fault.New(fault.Invalid, "invalid_playbook", "%s", f[0].Detail)
	if len(f) > 1 {
		e.Message = fmt.Sprintf("the playbook has %d faults", len(f))
	}
	e.Fields = f
	return e
}

// said is something that a step says over a channel.
type said struct {
	channel, endpoint string
	content           json.RawMessage
	material          string
	ptr               string
}

// says lists what a step says, each with its place.
func says(op *flow.Op) (out []said) {
	switch op.Kind {
	case flow.KindSend:
		at, send := op.Pointer+"/send", op.Step.Send
		if len(send.Variants) == 0 {
			return []said{{send.Channel, send.Endpoint, send.Content, send.Material, at}}
		}
		for i, v := range send.Variants {
			out = append(out, said{send.Channel, send.Endpoint, v.Content, v.Material, fmt.Sprintf("%s/variants/%d", at, i)})
		}
	case flow.KindWebhook:
		out = []said{{"webhook", op.Step.Webhook.Endpoint, op.Step.Webhook.Content, "", op.Pointer + "/webhook"}}
	}
	return out
}

// checkContents asks whether the channels take what the steps say, and whether the texts
// read only from what is known there.
func (s *Service) checkContents(ctx context.Context, f *flow.Flow) error {
	all := s.checkRoots(f)
	if s.CheckContent == nil {
		return all.err()
	}
	for _, op := range f.Steps {
		for _, x := range says(op) {
			if len(x.content) == 0 {
				continue
			}
			found, err := s.CheckContent(ctx, x.channel, x.endpoint, x.content, x.ptr+"/content")
			if err != nil {
				return err
			}
			all = append(all, found...)
		}
	}
	return all.err()
}

// checkOutside asks whether what the draft of a playbook names exists, whether there are
// rooms for what its steps do, and whether anybody can start.
func (s *Service) checkOutside(ctx context.Context, b Playbook, f *flow.Flow) error {
	var all faults
	d := f.Definition
	if event.Personal(d.Key) {
		all.missing("/key", "a key is kept in clear, and "+d.Key+" is personal")
	}
	s.checkTrigger(ctx, f, &all)
	if err := s.checkMoment(ctx, b, f, &all); err != nil {
		return err
	}
	if len(f.Rules) > 0 && s.Watch == nil {
		all.missing(f.Rules[0].Pointer, "nobody answers rules")
	}
	for _, op := range f.Steps {
		if err := s.checkStep(ctx, op, &all); err != nil {
			return err
		}
	}
	if err := all.err(); err != nil {
		return err
	}
	return s.checkContents(ctx, f)
}

func (s *Service) checkTrigger(ctx context.Context, f *flow.Flow, all *faults) {
	t := f.Definition.Trigger
	keys, ids := f.AudienceKeys()
	for _, id := range ids {
		all.add(audiencePointer(f, id), s.CheckAudience(ctx, id))
	}
	if len(keys) > 0 && s.Ensure == nil {
		all.missing("/audiences", "audiences are not made here")
	}
	if (len(ids) > 0 || len(keys) > 0) && s.Member == nil && (t.Schedule != nil || t.Existing) {
		all.missing("/trigger", "members are not known here")
	}
	if kind := f.Definition.Subject; kind == flow.Staff || kind == flow.Groups {
		if s.Select == nil {
			all.missing("/subject", "staff and groups are not known here")
		}
	}
}

// audiencePointer is where a definition first names an audience, as far as it is not in a
// rule.
func audiencePointer(f *flow.Flow, id string) string {
	d := f.Definition
	switch {
	case d.Trigger.Audience == id:
		return "/trigger/audience"
	case d.Trigger.Schedule != nil && d.Trigger.Schedule.Audience == id:
		return "/trigger/schedule/audience"
	case d.Goal != nil && d.Goal.Audience == id:
		return "/goal/audience"
	}
	for i, c := range d.Exit {
		if c.Audience == id {
			return fmt.Sprintf("/exit/%d/audience", i)
		}
	}
	for _, op := range f.Steps {
		if op.Step.WaitFor != nil && op.Step.WaitFor.Audience == id {
			return op.Pointer + "/wait_for/audience"
		}
	}
	for _, r := range f.Rules {
		for _, name := range r.Deps().Audiences {
			if name == id {
				return r.Pointer
			}
		}
	}
	return "/audiences"
}

func (s *Service) checkStep(ctx context.Context, op *flow.Op, all *faults) error {
	at := op.Pointer + "/" + op.Kind
	for _, x := range says(op) {
		err := s.CheckEndpoint(ctx, x.channel, x.endpoint)
		all.add(at+"/endpoint", err)
		s.checkMaterial(ctx, op.Kind, x.material, x.ptr+"/material", all)
	}
	switch {
	case op.Kind == flow.KindTask && s.Tasks == nil:
		all.missing(at, "there are no tasks")
	case op.Kind == flow.KindTask:
		s.checkTask(ctx, op, all)
	case op.Kind == flow.KindPost && s.Posts == nil:
		all.missing(at, "nothing is published here")
	case op.Kind == flow.KindPost:
		if s.CheckCorp != nil {
			all.add(at, s.CheckCorp(ctx))
		}
		s.checkMaterial(ctx, op.Kind, op.Step.Post.Material, at+"/material", all)
	case op.Kind == flow.KindUpdate:
		s.checkStages(op, all)
	case op.Kind == flow.KindCoupon && s.Box == nil:
		all.missing(at, "there are no coupon codes")
	case op.Kind == flow.KindSplit && op.Step.Split.By != "" && s.Cluster == nil:
		all.missing(at+"/by", "owners are not known")
	case op.Kind == flow.KindStart:
		all.add(at+"/playbook", s.checkOther(ctx, op.Step.Start.Playbook))
	case op.Kind == flow.KindStop:
		all.add(at+"/playbook", s.checkOther(ctx, op.Step.Stop.Playbook))
	}
	return nil
}

func (s *Service) checkTask(ctx context.Context, op *flow.Op, all *faults) {
	t, at := op.Step.Task, op.Pointer+"/task"
	for i, id := range t.Materials {
		s.checkMaterial(ctx, op.Kind, id, fmt.Sprintf("%s/materials/%d", at, i), all)
	}
	if t.Assign != "" && t.Assign != "owner" && t.Assign != "leader" && s.CheckAssignee != nil {
		all.add(at+"/assign", s.CheckAssignee(ctx, t.Corp, t.Assign))
	}
	s.checkScript(ctx, op.Kind, t.ScriptID, at+"/script_id", all)
}

// checkScript asks whether the library has a script, and whether it reads only from what is
// known where a task is composed.
func (s *Service) checkScript(ctx context.Context, kind, id, ptr string, all *faults) {
	switch {
	case id == "":
	case s.Script == nil:
		all.missing(ptr, "there is no library of scripts")
	default:
		raw, err := s.Script(ctx, id)
		all.add(ptr, err)
		if err != nil {
			return
		}
		if text, err := template.ParseText(raw, false); err != nil {
			all.add(ptr, fmt.Errorf("the script cannot be read: %w", err))
		} else if err := text.CheckRoots(s.known(kind)); err != nil {
			all.add(ptr, fmt.Errorf("the script %w", err))
		}
	}
}

func (s *Service) checkMaterial(ctx context.Context, kind, id, ptr string, all *faults) {
	switch {
	case id == "":
	case s.Material == nil:
		all.missing(ptr, "there is no library of materials")
	default:
		raw, err := s.Material(ctx, id)
		all.add(ptr, err)
		if err == nil && kind != flow.KindTask { // members see those of tasks with all that they know
			checkWords(raw, s.known(kind), ptr, all)
		}
	}
}

// checkOther asks whether there is a playbook of this id or name.
func (s *Service) checkOther(ctx context.Context, named string) error {
	list, err := s.all(ctx)
	if err != nil {
		return err
	}
	for _, b := range list {
		if b.ID == named || b.Name() == named && b.State != Ended {
			return nil
		}
	}
	return fault.New(fault.NotFound, "playbook_not_found", "there is no playbook %q", named)
}
