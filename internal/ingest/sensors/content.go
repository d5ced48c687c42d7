package sensors

import (
	"encoding/json"
	"strings"

	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/ingest"
)

// identityUnlinked is the name under which track_id_unbind is recorded.
const identityUnlinked = "Identity Unlinked"

// actions are the item types that change traits.
var actions = map[string]event.TraitAction{
	"profile_set": event.TraitSet, "profile_set_once": event.TraitSetOnce, "profile_increment": event.TraitIncrement,
	"profile_append": event.TraitAppend, "profile_unset": event.TraitUnset,
}

// content sets the name, customer, properties, traits and tags by the type of the item.
func content(ev *event.Event, it *item) error {
	kind, _ := ingest.Text(it.Type)
	if kind == "item_set" || kind == "item_delete" {
		return updated(ev, it, kind == "item_delete")
	}
	props, ok := ingest.Object(it.Properties)
	if !ok && kind != "profile_unset" {
		return fault.BadField("/properties", "properties is not an object: send {\"name\": value, ...}")
	}
	if err := who(ev, it, kind, props); err != nil {
		return err
	}
	if action, ok := actions[kind]; ok {
		ev.Name = event.Identified
		return profiled(ev, it, action)
	}
	ev.Props = props
	switch kind {
	case "track":
		return tracked(ev, it)
	case "track_signup", "track_id_bind":
		ev.Name = event.IdentityLinked
	case "track_id_unbind":
		ev.Name = identityUnlinked
		if !ingest.Null(it.Identities) {
			ev.Props = ingest.Prepend(props, ingest.MemberText("unlinked", it.Identities))
		}
	case "profile_delete":
		ev.Name, ev.Props = event.ProfileErased, nil
	default:
		return fault.BadField("/type", "type %q is not known: send track, track_signup, track_id_bind, track_id_unbind, profile_set, "+
			"profile_set_once, profile_increment, profile_append, profile_unset, profile_delete, item_set or item_delete", kind)
	}
	return nil
}

func tracked(ev *event.Event, it *item) error {
	name, ok := ingest.Text(it.Event)
	if !ok {
		return fault.BadField("/event", "event is not a text: send the event's name")
	}
	if err := ingest.Name("event", name); err != nil {
		return err
	}
	ev.Name, ev.Tags = name, ingest.Tags(name, ev.Props)
	return ingest.Reserved("event", name)
}

// updated records what became of a thing; it happens to nobody.
func updated(ev *event.Event, it *item, deleted bool) error {
	var front []string
	for _, m := range [...]struct {
		name  string
		value ingest.Raw
	}{{"item_type", it.ItemType}, {"item_id", it.ItemID}} {
		if text, ok := ingest.Text(m.value); !ok || strings.TrimSpace(text) == "" {
			return fault.BadField("/"+m.name, "%s is missing: send which thing it is", m.name)
		}
		front = append(front, ingest.MemberText(m.name, m.value))
	}
	if deleted {
		front = append(front, `"deleted":true`)
	}
	props, ok := ingest.Object(it.Properties)
	if !ok {
		return fault.BadField("/properties", "properties is not an object: send {\"name\": value, ...}")
	}
	ev.Name, ev.Props = event.ItemUpdated, ingest.Prepend(props, front...)
	return nil
}

// profiled makes one change per property. profile_unset may list the names only.
func profiled(ev *event.Event, it *item, action event.TraitAction) error {
	var err error
	list := len(it.Properties) > 0 && it.Properties[0] == '['
	if !list && !ingest.Null(it.Properties) && it.Properties[0] != '{' {
		return fault.BadField("/properties", "properties is not an object: send {\"name\": value, ...}")
	}
	ingest.Each(it.Properties, func(name string, v json.RawMessage) bool {
		pointer := "/properties/" + name
		if list {
			name, _ = ingest.Text(v)
		}
		if _, keep := ingest.TraitIdentity(name); !keep || control[name] {
			return true
		}
		if err = ingest.TraitName(pointer, name); err != nil {
			return false
		}
		var op event.TraitOp
		if op, err = change(pointer, action, name, v); err == nil {
			ev.Traits = append(ev.Traits, op)
		}
		return err == nil
	})
	return err
}

// change reads one change of a trait.
func change(pointer string, action event.TraitAction, name string, v json.RawMessage) (event.TraitOp, error) {
	op := event.TraitOp{Action: action, Name: name, Value: v}
	switch {
	case action == event.TraitUnset, ingest.Null(v):
		op.Action, op.Value = event.TraitUnset, nil
	case action == event.TraitIncrement && v[0] != '-' && (v[0] < '0' || v[0] > '9'):
		return op, fault.BadField(pointer, "not a number: profile_increment adds numbers")
	case action == event.TraitAppend && v[0] != '[':
		op.Value = append(append(json.RawMessage{'['}, v...), ']')
	}
	return op, nil
}
