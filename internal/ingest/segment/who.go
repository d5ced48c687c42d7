package segment

import (
	"encoding/json"

	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/ingest"
)

// surroundings sets the context: the call's own members win over those of the batch.
func (b *builder) surroundings(ev *event.Event, c *call) error {
	own, ok := ingest.Object(c.Context)
	if !ok {
		return notObject("context")
	}
	var shared []string
	if len(b.context) > 0 {
		ingest.Each(b.context, func(name string, v json.RawMessage) bool {
			if ingest.Member(own, name) == nil {
				quoted, _ := json.Marshal(name) // a string always marshals
				shared = append(shared, string(quoted)+":"+string(v))
			}
			return true
		})
	}
	if len(shared) > 0 {
		own = ingest.Prepend(own, shared...)
	}
	ev.Context = own
	return nil
}

// who collects the identities: userId, anonymousId, context.externalIds, and those among
// traits and context.traits.
func (b *builder) who(ev *event.Event, c *call) error {
	ids := make([]event.Identity, 0, 2)
	for _, m := range [...]struct {
		field, kind string
		value       ingest.Raw
	}{{"userId", "user_id", c.UserID}, {"anonymousId", "anonymous_id", c.AnonymousID}} {
		value, ok := ingest.Text(m.value)
		if !ok {
			return fault.BadField("/"+m.field, "%s is not a text: send the id as a string", m.field)
		}
		var err error
		if ids, err = ingest.AddIdentity(ids, "/"+m.field, m.kind, value); err != nil {
			return err
		}
	}
	ids, err := externalIDs(ids, ingest.Member(ev.Context, "externalIds"))
	if err != nil {
		return err
	}
	if ids, err = traitIDs(ids, "/context/traits", ingest.Member(ev.Context, "traits")); err != nil {
		return err
	}
	if len(c.GroupID) == 0 { // a group's traits are not the customer's
		if ids, err = traitIDs(ids, "/traits", c.Traits); err != nil {
			return err
		}
	}
	ev.Identities = ids
	return nil
}

func traitIDs(ids []event.Identity, pointer string, traits []byte) ([]event.Identity, error) {
	if o, ok := ingest.Object(traits); ok && len(o) > 0 {
		return ingest.TraitIdentities(ids, pointer, o)
	}
	return ids, nil
}

// externalIDs reads [{"type":T,"id":V}...]; value may stand for id.
func externalIDs(ids []event.Identity, list []byte) ([]event.Identity, error) {
	if ingest.Null(list) {
		return ids, nil
	}
	if list[0] != '[' {
		return ids, fault.BadField("/context/externalIds", "externalIds is not a list: send [{\"type\":\"phone\",\"value\":\"...\"}]")
	}
	var err error
	ingest.Each(list, func(i string, v json.RawMessage) bool {
		ids, err = externalID(ids, "/context/externalIds/"+i, v)
		return err == nil
	})
	return ids, err
}

func externalID(ids []event.Identity, pointer string, v []byte) ([]event.Identity, error) {
	var e struct {
		Type  ingest.Raw `json:"type"`
		Value ingest.Raw `json:"value"`
		ID    ingest.Raw `json:"id"`
	}
	if v[0] != '{' || ingest.Decode(v, &e) != nil {
		return ids, fault.BadField(pointer, "not an object: send {\"type\":\"phone\",\"value\":\"...\"}")
	}
	name, ok := ingest.Text(e.Type)
	if ok {
		name, ok = ingest.IdentityType(name)
	}
	if !ok {
		return ids, fault.BadField(pointer+"/type", "type is missing or not a name of letters, digits, _ . : -")
	}
	if ingest.Null(e.Value) {
		e.Value = e.ID
	}
	value, ok := ingest.Text(e.Value)
	if !ok {
		return ids, fault.BadField(pointer+"/value", "value is not a text")
	}
	return ingest.AddIdentity(ids, pointer+"/value", name, value)
}
