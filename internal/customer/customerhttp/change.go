package customerhttp

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"unicode"

	"yutang/internal/customer"
	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/id"
)

type traitsInput struct {
	ID   string `path:"id"`
	Body struct {
		Traits map[string]json.RawMessage `json:"traits" minProperties:"1" maxProperties:"100" doc:"new values by name; null removes the trait"`
	}
}

// maxValue is how many bytes of JSON a trait set by hand may have.
const maxValue = 8 << 10

func (h *handlers) changeTraits(ctx context.Context, in *traitsInput) (*output, error) {
	ev := &event.Event{Name: event.Identified}
	names := slices.Sorted(maps.Keys(in.Body.Traits))
	for _, name := range names {
		value := in.Body.Traits[name]
		if err := checkTrait(name, value); err != nil {
			return nil, err
		}
		op := event.TraitOp{Action: event.TraitSet, Name: name, Value: value}
		if string(value) == "null" {
			op = event.TraitOp{Action: event.TraitUnset, Name: name}
		}
		ev.Traits = append(ev.Traits, op)
	}
	return h.change(ctx, in.ID, ev, "customer.traits", map[string]any{"traits": names})
}

func checkTrait(name string, value []byte) error {
	switch {
	case !isLabel(name):
		return fault.BadField("/traits", "the name %q is not 1 to 200 printable characters", name)
	case slices.Contains(customer.ComputedTraits(), name):
		return fault.BadField("/traits/"+name, "is computed from orders and cannot be set")
	case len(value) > maxValue:
		return fault.BadField("/traits/"+name, "has %d bytes; at most %d fit", len(value), maxValue)
	}
	return nil
}

// isLabel says whether a name of a trait or tag can be shown and typed.
func isLabel(s string) bool {
	return s != "" && len(s) <= 200 && strings.TrimSpace(s) == s && !strings.ContainsFunc(s, unicode.IsControl)
}

type addTagInput struct {
	ID   string `path:"id"`
	Body struct {
		Tag string `json:"tag" minLength:"1" maxLength:"200"`
	}
}

func (h *handlers) addTag(ctx context.Context, in *addTagInput) (*output, error) {
	if !isLabel(in.Body.Tag) {
		return nil, fault.BadField("/tag", "wants 1 to 200 printable characters")
	}
	ev := &event.Event{Name: event.TagAdded, Tags: []event.TagOp{{Tag: in.Body.Tag}}}
	return h.change(ctx, in.ID, ev, "customer.tag", map[string]any{"tag": in.Body.Tag})
}

type removeTagInput struct {
	ID  string `path:"id"`
	Tag string `path:"tag"`
}

func (h *handlers) removeTag(ctx context.Context, in *removeTagInput) (*output, error) {
	ev := &event.Event{Name: event.TagRemoved, Tags: []event.TagOp{{Tag: in.Tag, Remove: true}}}
	return h.change(ctx, in.ID, ev, "customer.untag", map[string]any{"tag": in.Tag})
}

// change sends ev about a customer down the road, notes who did it, and shows the customer.
func (h *handlers) change(ctx context.Context, public string, ev *event.Event, action string, detail any) (*output, error) {
	root, err := h.find(public)
	if err != nil {
		return nil, err
	}
	now := h.Clock.Now()
	ev.Ord, ev.SourceID, ev.MessageID, ev.At, ev.ReceivedAt = root, h.Source, id.New("api"), now, now
	if len(ev.Tags) > 0 {
		if ev.Props, err = json.Marshal(map[string]string{"tag": ev.Tags[0].Tag}); err != nil {
			return nil, err
		}
	}
	if _, err := h.Submit.SubmitEvents(ctx, []*event.Event{ev}); err != nil {
		return nil, err
	}
	if err := h.Access.Audit(ctx, action, id.Customer(root), detail); err != nil {
		return nil, err
	}
	v, err := h.view(ctx, root)
	return &output{v}, err
}
