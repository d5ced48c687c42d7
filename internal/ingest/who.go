package ingest

import (
	"encoding/json"
	"strings"
	"unicode"
	"unicode/utf8"

	"yutang/internal/event"
	"yutang/internal/fault"
)

const (
	maxName     = 200 // characters of an event's or trait's name
	maxIdentity = 256 // bytes of an identity's value
	maxType     = 64  // bytes of an identity's type
	maxMessage  = 256 // bytes of a message id
)

// identityTraits are the traits whose value says who the customer is. Those with true stay
// traits as well: they are shown and used in texts.
var identityTraits = map[string]bool{
	"phone": true, "email": true, "unionid": false, "openid": false, "external_userid": false, "member_no": false,
}

// typeNames are other spellings of our identity types.
var typeNames = map[string]string{
	"userId": "user_id", "anonymousId": "anonymous_id", "mobile": "phone", "externalUserId": "external_userid", "memberNo": "member_no",
}

// Name checks the name of an event.
func Name(field, name string) error {
	switch {
	case strings.TrimSpace(name) == "":
		return fault.BadField("/"+field, "%s is missing: send the event's name, such as %q", field, event.OrderCompleted)
	case utf8.RuneCountInString(name) > maxName:
		return fault.BadField("/"+field, "%s has more than %d characters: send variable parts as properties", field, maxName)
	case strings.ContainsFunc(name, unicode.IsControl):
		return fault.BadField("/"+field, "%s has control characters: send printable text", field)
	}
	return nil
}

// MessageID reads the sender's id of the message; "" if it has none.
func MessageID(field string, r []byte) (string, error) {
	s, ok := Text(r)
	if !ok || len(s) > maxMessage {
		return "", fault.BadField("/"+field, "%s is not a text of at most %d bytes", field, maxMessage)
	}
	return s, nil
}

// AddIdentity adds an identity to ids once; an empty value is nobody and is left out.
func AddIdentity(ids []event.Identity, pointer, kind, value string) ([]event.Identity, error) {
	value = strings.TrimSpace(value)
	if value == "" {
		return ids, nil
	}
	if len(value) > maxIdentity {
		return ids, fault.BadField(pointer, "the id has %d bytes, more than %d", len(value), maxIdentity)
	}
	for _, old := range ids {
		if old.Type == kind && old.Value == value {
			return ids, nil
		}
	}
	return append(ids, event.Identity{Type: kind, Value: value}), nil
}

// IdentityType gives our name of an identity type, not ok if it cannot be one.
func IdentityType(name string) (string, bool) {
	if ours, ok := typeNames[name]; ok {
		return ours, true
	}
	if name == "" || len(name) > maxType {
		return "", false
	}
	for i := range len(name) {
		c := name[i]
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("_.:-", c) >= 0) {
			return "", false
		}
	}
	return name, true
}

// TraitIdentity is the identity type that a trait stands for, "" if none; keep says that it
// stays a trait as well.
func TraitIdentity(name string) (kind string, keep bool) {
	if stays, ok := identityTraits[name]; ok {
		return name, stays
	}
	if strings.HasPrefix(name, "openid:") {
		return name, false
	}
	return "", true
}

// TraitIdentities adds the identities among the members of a valid object of traits.
func TraitIdentities(ids []event.Identity, pointer string, traits []byte) ([]event.Identity, error) {
	var err error
	Each(traits, func(name string, v json.RawMessage) bool {
		if kind, _ := TraitIdentity(name); kind != "" {
			value, _ := Text(v)
			ids, err = AddIdentity(ids, pointer+"/"+name, kind, value)
		}
		return err == nil
	})
	return ids, err
}

// TraitName checks the name of a trait.
func TraitName(pointer, name string) error {
	if name == "" || utf8.RuneCountInString(name) > maxName {
		return fault.BadField(pointer, "a trait's name has 1 to %d characters", maxName)
	}
	return nil
}

// Tags reads the tags of a Tag Added or Tag Removed event: its property tag, or its list tags.
func Tags(name string, props []byte) []event.TagOp {
	if name != event.TagAdded && name != event.TagRemoved {
		return nil
	}
	var ops []event.TagOp
	add := func(v []byte) {
		if s, ok := Text(v); ok && s != "" {
			ops = append(ops, event.TagOp{Tag: s, Remove: name == event.TagRemoved})
		}
	}
	add(Member(props, "tag"))
	if list := Member(props, "tags"); len(list) > 0 && list[0] == '[' {
		Each(list, func(_ string, v json.RawMessage) bool { add(v); return true })
	}
	return ops
}

// Reserved refuses names that only the product itself gives: they change who a customer is.
func Reserved(field, name string) error {
	switch name {
	case event.IdentityLinked, event.ProfileErased, event.ItemUpdated:
		return fault.BadField("/"+field, "%q is reserved: use the call made for it", name)
	}
	return nil
}
