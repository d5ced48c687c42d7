package playbook

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"yutang/internal/customer"
	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/flow"
	"yutang/internal/id"
	"yutang/internal/outreach"
	"yutang/internal/template"
)

// pausedFor is how often a touch of a paused playbook looks whether it goes on; Resume
// wakes it at once.
const pausedFor = 15 * time.Minute

// ZoneTrait names the trait with a customer's own time zone, such as "Asia/Urumqi".
const ZoneTrait = "timezone"

// letter is a touch that is being composed.
type letter struct {
	plan    *plan
	op      *flow.Op
	variant string
	root    uint32
	ord     uint32
	trigger *event.Event
	run     string
	message outreach.Message
	test    bool // nothing is kept: links stay as they are
}

// Compose makes the message of a planned touch, with the customer as they are now.
func (s *Service) Compose(ctx context.Context, d outreach.Delivery) (outreach.Draft, error) {
	switch s.listening.Load().state[d.Playbook] {
	case Paused:
		return outreach.Draft{Later: outreach.PlaybookPaused, LaterAt: s.Clock.Now().Add(pausedFor)}, nil
	case Ended, "":
		return outreach.Draft{Refuse: outreach.PlaybookEnded}, nil
	}
	p, err := s.plan(ctx, d.Playbook, d.Version)
	if err != nil {
		return outreach.Draft{}, err
	}
	at, ok := p.Index(d.Step)
	if !ok {
		return outreach.Draft{}, fmt.Errorf("version %d of playbook %s has no step %q", d.Version, d.Playbook, d.Step)
	}
	l := letter{plan: p, op: p.Steps[at], root: s.root(d.Ord), ord: d.Ord, run: d.Run}
	if l.trigger, err = s.trigger(ctx, d.TriggerSeq); err != nil {
		return outreach.Draft{}, err
	}
	if len(l.op.Arms()) > 0 {
		if l.variant, err = s.variantOf(ctx, d.Run, d.Step); err != nil {
			return outreach.Draft{}, err
		}
	}
	l.message = outreach.Message{
		ID: d.ID, OccurredAt: d.TriggerAt,
		Playbook: outreach.Origin{ID: d.Playbook, Name: p.Definition.Name, Version: d.Version, Step: d.Step},
	}
	return s.draft(ctx, l)
}

// variantOf is the variant that a run was given in a step: history says.
func (s *Service) variantOf(ctx context.Context, run, step string) (string, error) {
	r, err := s.GetRun(ctx, run)
	if err != nil {
		return "", err
	}
	lines, err := s.History(ctx, r)
	if err != nil {
		return "", err
	}
	for _, line := range lines {
		if line.Step == step && line.Outcome == flow.Planned {
			return line.Detail, nil
		}
	}
	return "", nil
}

// root is the survivor that a record belongs to.
func (s *Service) root(ord uint32) uint32 {
	s.Timeline.RLock()
	defer s.Timeline.RUnlock()
	return s.Timeline.Root(ord)
}

// trigger reads the event that started a run, nil if there is none.
func (s *Service) trigger(ctx context.Context, seq uint64) (*event.Event, error) {
	if seq == 0 {
		return nil, nil //nolint:nilnil // a run started by time has no event
	}
	evs, err := s.Log.Read(ctx, []uint64{seq})
	if err != nil {
		return nil, fmt.Errorf("read trigger: %w", err)
	}
	return evs[0], nil
}

// draft renders the step for a customer.
func (s *Service) draft(ctx context.Context, l letter) (outreach.Draft, error) {
	profile, err := s.Customers.Profile(ctx, l.root)
	if err != nil {
		return outreach.Draft{}, err
	}
	def := l.plan.Definition
	d := outreach.Draft{Quiet: def.Quiet, PerDay: def.Cap.PerDay, PerWeek: def.Cap.PerWeek, PerMonth: def.Cap.PerMonth, Zone: zoneOf(profile)}
	l.message.Customer = outreach.Recipient{ID: id.Customer(l.root)}
	channel, endpoint, traits, identities := "webhook", "", []string(nil), []string(nil)
	if send := l.op.Step.Send; send != nil {
		channel, endpoint, traits, identities = send.Channel, send.Endpoint, send.Traits, send.Identities
	} else if hook := l.op.Step.Webhook; hook != nil {
		endpoint, traits, identities = hook.Endpoint, hook.Traits, hook.Identities
	}
	for _, name := range traits {
		if v, ok := profile.Traits[name]; ok {
			if l.message.Customer.Traits == nil {
				l.message.Customer.Traits = map[string]json.RawMessage{}
			}
			l.message.Customer.Traits[name] = v
		}
	}
	if l.message.Customer.Identities, d.Refuse, err = s.recipient(ctx, l.root, channel, endpoint, identities); err != nil {
		return outreach.Draft{}, err
	}
	if err := s.say(ctx, &l, &d, profile); err != nil {
		return outreach.Draft{}, err
	}
	d.Message = l.message
	return d, nil
}

// say renders what the step says, or notes why it cannot.
func (s *Service) say(ctx context.Context, l *letter, d *outreach.Draft, profile customer.Profile) error {
	content, err := s.content(ctx, l)
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Precondition) {
		d.Refuse = outreach.Stale
		return nil
	}
	if err != nil {
		return err
	}
	bind, err := s.bindings(ctx, profile, l.trigger, content.Reads)
	if err != nil {
		return err
	}
	l.message.Content, err = content.Render(bind)
	switch {
	case d.Refuse != "":
	case errors.Is(err, template.ErrMissing):
		d.Refuse = outreach.MissingValue
	case err != nil:
		d.Refuse = outreach.BadTemplate
	case l.op.Step.Send != nil && l.op.Step.Send.TrackLinks && s.Links != nil && !l.test:
		return s.link(ctx, l)
	}
	return nil
}

// link puts short links in the place of the web addresses of a message.
func (s *Service) link(ctx context.Context, l *letter) (err error) {
	o := LinkOrder{Ord: l.ord, Playbook: l.message.Playbook.ID, Step: l.op.Step.ID, Run: l.run, Delivery: l.message.ID}
	if l.message.Content, err = s.Links(ctx, l.message.Content, o); err != nil {
		return fmt.Errorf("shorten links of %s: %w", l.message.ID, err)
	}
	return nil
}

// content is what the step says, in the variant drawn: its own or a material's.
func (s *Service) content(ctx context.Context, l *letter) (*template.Content, error) {
	made, material := l.op.Content, ""
	if send := l.op.Step.Send; send != nil {
		material = send.Material
		if at := max(l.op.Variant(l.variant), 0); len(send.Variants) > 0 {
			made, material = l.op.Contents[at], send.Variants[at].Material
		}
	}
	if made != nil {
		return made, nil
	}
	if s.Material == nil || material == "" {
		return nil, fault.New(fault.NotFound, "material_not_found", "step %s says nothing", l.op.Step.ID)
	}
	raw, err := s.Material(ctx, material)
	if err != nil {
		return nil, err
	}
	strict := l.op.Step.Send != nil && l.op.Step.Send.Missing == "skip"
	content, found := template.Parse(raw, "", strict)
	return content, faults(found).err()
}

// recipient is the identities that the step passes on and those that its channel writes
// to, or why the customer cannot be reached.
func (s *Service) recipient(ctx context.Context, root uint32, channel, endpoint string, types []string) (out []event.Identity, refuse outreach.Reason, err error) {
	address := ""
	if s.Address != nil {
		address, err = s.Address(ctx, channel, endpoint)
		if fault.Is(err, fault.NotFound) {
			return nil, outreach.NoEndpoint, nil
		}
		if err != nil {
			return nil, "", err
		}
	}
	if address != "" {
		types = append(slices.Clone(types), address)
	}
	out, err = s.identities(ctx, root, types)
	if address != "" && !slices.ContainsFunc(out, func(i event.Identity) bool { return i.Type == address }) {
		refuse = outreach.NoAddress
	}
	return out, refuse, err
}

func (s *Service) identities(ctx context.Context, root uint32, types []string) ([]event.Identity, error) {
	if len(types) == 0 {
		return nil, nil
	}
	owned, err := s.Identity.Identities(ctx, root)
	if err != nil {
		return nil, err
	}
	var out []event.Identity
	for _, o := range owned {
		if slices.Contains(types, o.Type) {
			out = append(out, o.Identity)
		}
	}
	return out, nil
}

// zoneOf is a customer's own zone, nil if it is not known.
func zoneOf(p customer.Profile) *time.Location {
	var name string
	if json.Unmarshal(p.Traits[ZoneTrait], &name) != nil {
		return nil
	}
	return zoneNamed(name)
}

func zoneNamed(name string) *time.Location {
	if name == "" || name == "Local" {
		return nil
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil
	}
	return zone
}

// Try renders the first message of a definition for a customer without sending anything.
// sample stands for the event that would start it.
func (s *Service) Try(ctx context.Context, raw []byte, ord uint32, sample json.RawMessage) (outreach.Draft, error) {
	f, err := flow.Parse(raw, s.Zone())
	if err != nil {
		return outreach.Draft{}, err
	}
	leaves, err := s.Timeline.Records(ord)
	if err != nil {
		return outreach.Draft{}, err
	}
	at := slices.IndexFunc(f.Steps, func(op *flow.Op) bool { return op.Kind == flow.KindSend })
	if at < 0 {
		return outreach.Draft{}, fault.BadField("/steps", "no step sends anything")
	}
	now := s.Clock.Now()
	l := letter{
		plan: &plan{Flow: f}, op: f.Steps[at], root: s.root(leaves[0]), ord: ord, test: true,
		trigger: &event.Event{Name: f.Definition.Trigger.Event, At: now, Props: sample},
		message: outreach.Message{ID: "dlv_test", OccurredAt: now, Playbook: outreach.Origin{Name: f.Definition.Name, Step: f.Steps[at].Step.ID}},
	}
	if arms := l.op.Arms(); len(arms) > 0 {
		l.variant = arms[0].Arm
	}
	return s.draft(ctx, l)
}

// ComposeTask renders the title and the script of a task for its customer.
func (s *Service) ComposeTask(ctx context.Context, o TaskOrder) (title, script string, err error) {
	p, err := s.plan(ctx, o.Playbook, o.Version)
	if err != nil {
		return "", "", err
	}
	at, ok := p.Index(o.Step)
	if !ok || p.Steps[at].Kind != flow.KindTask {
		return "", "", fmt.Errorf("version %d of playbook %s has no task %q", o.Version, o.Playbook, o.Step)
	}
	op := p.Steps[at]
	said, err := s.script(ctx, op, o.Variant)
	if err != nil {
		return "", "", err
	}
	var profile customer.Profile
	var trigger *event.Event
	if o.Ord != 0 {
		profile, err = s.Customers.Profile(ctx, s.root(o.Ord))
		if err != nil {
			return "", "", err
		}
		if trigger, err = s.trigger(ctx, o.TriggerSeq); err != nil {
			return "", "", err
		}
	}
	bind, err := s.bindings(ctx, profile, trigger, func(root string) bool { return op.Title.Reads(root) || said != nil && said.Reads(root) })
	if err != nil {
		return "", "", err
	}
	if title, err = op.Title.Render(bind); err != nil {
		return "", "", err
	}
	if said == nil {
		return title, "", nil
	}
	script, err = said.Render(bind)
	return title, script, err
}

// script is what a task says, nil if nothing.
func (s *Service) script(ctx context.Context, op *flow.Op, variant string) (*template.Text, error) {
	switch {
	case len(op.Scripts) > 0:
		return op.Scripts[max(op.Variant(variant), 0)], nil
	case op.Script != nil:
		return op.Script, nil
	case op.Step.Task.ScriptID == "" || s.Script == nil:
		return nil, nil //nolint:nilnil // a task need not say anything
	}
	text, err := s.Script(ctx, op.Step.Task.ScriptID)
	if err != nil {
		return nil, err
	}
	return template.ParseText(text, false)
}
