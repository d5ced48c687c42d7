package playbook

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/osteele/liquid"

	"yutang/internal/customer"
	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/id"
	"yutang/internal/outreach"
	"yutang/internal/template"
)

// pausedFor is how often a touch of a paused playbook looks whether it goes on; Resume
// wakes it at once.
const pausedFor = 15 * time.Minute

// ZoneTrait names the trait with a customer's own time zone, such as "Asia/Urumqi".
const ZoneTrait = "timezone"

// Compose makes the message of a planned touch, with the customer as they are now.
func (s *Service) Compose(ctx context.Context, d outreach.Delivery) (outreach.Draft, error) {
	switch s.listening.Load().playbook[d.Playbook] {
	case Paused:
		return outreach.Draft{Later: outreach.PlaybookPaused, LaterAt: s.Clock.Now().Add(pausedFor)}, nil
	case Ended, "":
		return outreach.Draft{Refuse: outreach.PlaybookEnded}, nil
	}
	p, err := s.plan(ctx, d.Playbook, d.Version)
	if err != nil {
		return outreach.Draft{}, err
	}
	trigger, err := s.trigger(ctx, d.TriggerSeq)
	if err != nil {
		return outreach.Draft{}, err
	}
	m := outreach.Message{
		ID: d.ID, OccurredAt: d.TriggerAt,
		Playbook: outreach.Origin{ID: d.Playbook, Name: p.Name, Version: d.Version, Step: d.Step},
	}
	return s.draft(ctx, p, m, s.root(d.Ord), trigger)
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
func (s *Service) draft(ctx context.Context, p *plan, m outreach.Message, root uint32, trigger *event.Event) (outreach.Draft, error) {
	profile, err := s.Customers.Profile(ctx, root)
	if err != nil {
		return outreach.Draft{}, err
	}
	d := outreach.Draft{Quiet: p.Quiet, PerDay: p.Cap.PerDay, Zone: zoneOf(profile)}
	m.Customer = outreach.Recipient{ID: id.Customer(root)}
	send := p.Steps[0].Send
	for _, name := range send.Traits {
		if v, ok := profile.Traits[name]; ok {
			if m.Customer.Traits == nil {
				m.Customer.Traits = map[string]json.RawMessage{}
			}
			m.Customer.Traits[name] = v
		}
	}
	if m.Customer.Identities, d.Refuse, err = s.recipient(ctx, root, send); err != nil {
		return outreach.Draft{}, err
	}
	m.Content, err = p.content.Render(bindings(profile, trigger))
	switch {
	case d.Refuse != "":
	case errors.Is(err, template.ErrMissing):
		d.Refuse = outreach.MissingValue
	case err != nil:
		d.Refuse = outreach.BadTemplate
	}
	d.Message = m
	return d, nil
}

// recipient is the identities that the step passes on and those that its channel writes
// to, or why the customer cannot be reached.
func (s *Service) recipient(ctx context.Context, root uint32, send *Send) (out []event.Identity, refuse outreach.Reason, err error) {
	address := ""
	if s.Address != nil {
		address, err = s.Address(ctx, send.Channel, send.Endpoint)
		if fault.Is(err, fault.NotFound) {
			return nil, outreach.NoEndpoint, nil
		}
		if err != nil {
			return nil, "", err
		}
	}
	types := send.Identities
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
	if json.Unmarshal(p.Traits[ZoneTrait], &name) != nil || name == "" || name == "Local" {
		return nil
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil
	}
	return zone
}

// bindings are what a template can read: customer, traits and event.
func bindings(p customer.Profile, trigger *event.Event) liquid.Bindings {
	traits := make(map[string]any, len(p.Traits))
	for name, raw := range p.Traits {
		traits[name] = plainValue(raw)
	}
	happened := map[string]any{}
	if trigger != nil {
		happened["name"], happened["at"], happened["props"] = trigger.Name, trigger.At, plainValue(trigger.Props)
	}
	return liquid.Bindings{
		"customer": map[string]any{"id": p.ID, "tags": p.Tags, "tier": p.Tier, "aipl": p.Lifecycle.AIPL, "aarrr": p.Lifecycle.AARRR},
		"traits":   traits,
		"event":    happened,
	}
}

// plainValue reads JSON for a template: whole numbers stay whole.
func plainValue(raw []byte) any {
	var v any
	if len(raw) == 0 || json.Unmarshal(raw, &v) != nil {
		return map[string]any{}
	}
	return whole(v)
}

func whole(v any) any {
	switch v := v.(type) {
	case float64:
		if v == math.Trunc(v) && math.Abs(v) < 1<<53 {
			return int64(v)
		}
	case []any:
		for i := range v {
			v[i] = whole(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = whole(v[k])
		}
	}
	return v
}

// Try renders a definition for a customer without sending anything. sample stands for the
// event that would start it.
func (s *Service) Try(ctx context.Context, raw []byte, ord uint32, sample json.RawMessage) (outreach.Draft, error) {
	p, err := parse(raw, s.Zone())
	if err != nil {
		return outreach.Draft{}, err
	}
	leaves, err := s.Timeline.Records(ord)
	if err != nil {
		return outreach.Draft{}, err
	}
	name := p.Trigger.Event
	m := outreach.Message{ID: "dlv_test", OccurredAt: s.Clock.Now(), Playbook: outreach.Origin{Name: p.Name, Step: p.Steps[0].ID}}
	return s.draft(ctx, p, m, s.root(leaves[0]), &event.Event{Name: name, At: s.Clock.Now(), Props: sample})
}
