package segment

import (
	"encoding/json"
	"strings"

	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/ingest"
)

// content sets the name, properties, traits and tags by the kind of call.
func content(ev *event.Event, kind string, c *call) error {
	switch kind {
	case track:
		return tracked(ev, c)
	case identify:
		ev.Name = event.Identified
		return identified(ev, c)
	case page:
		return viewed(ev, event.PageViewed, c)
	case screen:
		return viewed(ev, event.ScreenViewed, c)
	case group:
		return grouped(ev, c)
	case alias:
		return aliased(ev, c)
	case "":
		return fault.BadField("/type", "type is missing: send track, identify, page, screen, group or alias")
	}
	return fault.BadField("/type", "type %q is not known: send track, identify, page, screen, group or alias", kind)
}

func tracked(ev *event.Event, c *call) error {
	name, ok := ingest.Text(c.Event)
	if !ok || (len(c.Event) > 0 && c.Event[0] != '"' && name != "") {
		return fault.BadField("/event", "event is not a text: send the event's name")
	}
	if err := ingest.Name("event", name); err != nil {
		return err
	}
	if err := ingest.Reserved("event", name); err != nil {
		return err
	}
	props, ok := ingest.Object(c.Properties)
	if !ok {
		return notObject("properties")
	}
	ev.Name, ev.Props = name, props
	ev.Tags = ingest.Tags(name, props)
	return nil
}

// identified makes one change per trait; null takes a trait away.
func identified(ev *event.Event, c *call) error {
	traits, ok := ingest.Object(c.Traits)
	if !ok {
		return notObject("traits")
	}
	var err error
	ingest.Each(traits, func(name string, v json.RawMessage) bool {
		if _, keep := ingest.TraitIdentity(name); !keep {
			return true
		}
		op := event.TraitOp{Action: event.TraitSet, Name: name, Value: v}
		if ingest.Null(v) {
			op.Action, op.Value = event.TraitUnset, nil
		}
		ev.Traits = append(ev.Traits, op)
		err = ingest.TraitName("/traits/"+name, name)
		return err == nil
	})
	return err
}

// viewed keeps a page's or screen's own name and category among its properties.
func viewed(ev *event.Event, name string, c *call) error {
	props, ok := ingest.Object(c.Properties)
	if !ok {
		return notObject("properties")
	}
	var front []string
	for _, m := range [...]struct {
		name  string
		value ingest.Raw
	}{{"name", c.Name}, {"category", c.Category}} {
		if text, ok := ingest.Text(m.value); !ok {
			return fault.BadField("/"+m.name, "%s is not a text", m.name)
		} else if text != "" && ingest.Member(props, m.name) == nil {
			front = append(front, ingest.MemberText(m.name, m.value))
		}
	}
	if len(front) > 0 {
		props = ingest.Prepend(props, front...)
	}
	ev.Name, ev.Props = name, props
	return nil
}

func grouped(ev *event.Event, c *call) error {
	groupID, ok := ingest.Text(c.GroupID)
	if !ok || strings.TrimSpace(groupID) == "" {
		return fault.BadField("/groupId", "groupId is missing: send the id of the group")
	}
	traits, ok := ingest.Object(c.Traits)
	if !ok {
		return notObject("traits")
	}
	ev.Name = event.GroupIdentified
	ev.Props = ingest.Prepend(traits, ingest.MemberText("group_id", c.GroupID))
	return nil
}

// aliased says that previousId, the id used before the customer was known, is that of
// userId's customer. Two values of userId are never joined by a call: a person merges them.
func aliased(ev *event.Event, c *call) error {
	previous, ok := ingest.Text(c.PreviousID)
	if !ok || strings.TrimSpace(previous) == "" {
		return fault.BadField("/previousId", "previousId is missing: send the id used before")
	}
	if ingest.Null(c.UserID) {
		return fault.BadField("/userId", "userId is missing: send the id used from now on")
	}
	ids, err := ingest.AddIdentity(nil, "/previousId", "anonymous_id", previous)
	if err != nil {
		return err
	}
	ev.Name, ev.Alias = event.IdentityLinked, &ids[0]
	return nil
}

func notObject(field string) error {
	return fault.BadField("/"+field, "%s is not an object: send {\"name\": value, ...} or leave it out", field)
}
