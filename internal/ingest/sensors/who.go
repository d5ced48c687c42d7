package sensors

import (
	"encoding/json"
	"slices"
	"strings"

	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/ingest"
)

// control holds the properties that speak to the server and say nothing about the customer.
var control = map[string]bool{"$is_login_id": true, "$project": true, "$token": true}

// kinds are our identity types of the protocol's own identity keys, without "$identity_".
var kinds = map[string]string{
	"login_id": "user_id", "distinct_id": "anonymous_id", "anonymous_id": "anonymous_id", "cookie_id": "anonymous_id",
	"android_id": "anonymous_id", "android_uuid": "anonymous_id", "idfv": "anonymous_id", "ios_uuid": "anonymous_id",
	"harmonyos_uuid": "anonymous_id", "mp_id": "anonymous_id", "mobile": "phone", "phone": "phone", "email": "email",
	"unionid": "unionid", "mp_unionid": "unionid", "wx_unionid": "unionid", "openid": "openid", "mp_openid": "openid",
	"wx_openid": "openid", "external_userid": "external_userid", "member_no": "member_no",
}

// kindOf is our identity type of a key of identities; a brand's own key is its own type.
func kindOf(key string) (string, bool) {
	name := strings.TrimLeft(strings.TrimPrefix(key, "$identity_"), "$")
	if kind, ok := kinds[name]; ok {
		return kind, true
	}
	return ingest.IdentityType(name)
}

// gatherer collects who an item is about. The first error stays.
type gatherer struct {
	ids    []event.Identity
	joined []string // "key+value" of identities: how libraries write a login id of another kind
	err    error
}

func (g *gatherer) add(field, kind, value string) {
	if g.err == nil {
		g.ids, g.err = ingest.AddIdentity(g.ids, "/"+field, kind, value)
	}
}

func (g *gatherer) text(field string, r ingest.Raw) string {
	s, ok := ingest.Text(r)
	if !ok && g.err == nil {
		g.err = fault.BadField("/"+field, "%s is not a text: send the id as a string", field)
	}
	return strings.TrimSpace(s)
}

// identities reads the map of the newer identity model. Unless take is set its
// ids are noted but are not those of the item's customer.
func (g *gatherer) identities(r ingest.Raw, take bool) {
	o, ok := ingest.Object(r)
	if !ok {
		g.err = fault.BadField("/identities", "identities is not an object: send {\"$identity_login_id\": \"...\"}")
		return
	}
	ingest.Each(o, func(key string, v json.RawMessage) bool {
		field := "identities/" + key
		kind, ok := kindOf(key)
		if !ok {
			g.err = fault.BadField("/"+field, "the key is not a name of letters, digits, _ . : -")
			return false
		}
		one := func(_ string, v json.RawMessage) bool {
			value := g.text(field, ingest.Raw(v))
			g.joined = append(g.joined, key+"+"+value)
			if take {
				g.add(field, kind, value)
			}
			return g.err == nil
		}
		if v[0] != '[' {
			return one("", v)
		}
		ingest.Each(v, one)
		return g.err == nil
	})
}

// who sets the identities of an item of the given kind.
func who(ev *event.Event, it *item, kind string, props []byte) error {
	g := gatherer{ids: make([]event.Identity, 0, 3)}
	unbind := kind == "track_id_unbind"
	g.identities(it.Identities, !unbind)
	g.direct(it, kind, props)
	if unbind && len(g.ids) == 0 {
		g.identities(it.Identities, true)
	}
	if strings.HasPrefix(kind, "profile_set") && g.err == nil {
		g.ids, g.err = ingest.TraitIdentities(g.ids, "/properties", props)
	}
	original := event.Identity{Type: "anonymous_id", Value: g.text("original_id", it.OriginalID)}
	if kind == "track_signup" && original.Value != "" && !slices.Contains(g.ids, original) {
		ev.Alias = &original
	}
	if g.err == nil && len(g.ids) == 0 {
		g.err = fault.BadField("/distinct_id", "nobody is named: send distinct_id or identities")
	}
	ev.Identities = g.ids
	return g.err
}

// direct reads the ids beside the map. A distinct_id is a user_id if the item says that it
// is the login id. It is then an anonymous_id too, because servers send the same id without
// saying so.
func (g *gatherer) direct(it *item, kind string, props []byte) {
	distinct, login := g.text("distinct_id", it.DistinctID), g.text("login_id", it.LoginID)
	if !g.joins(login) {
		g.add("login_id", "user_id", login)
	}
	g.add("anonymous_id", "anonymous_id", g.text("anonymous_id", it.AnonymousID))
	isLogin := kind == "track_signup" || string(ingest.Member(props, "$is_login_id")) == "true" ||
		slices.Contains(g.ids, event.Identity{Type: "user_id", Value: distinct})
	switch {
	case g.joins(distinct):
	case isLogin:
		g.add("distinct_id", "user_id", distinct)
		g.add("distinct_id", "anonymous_id", distinct)
	case !g.knows(distinct):
		g.add("distinct_id", "anonymous_id", distinct)
	}
}

// knows says that value is an identity already.
func (g *gatherer) knows(value string) bool {
	return slices.ContainsFunc(g.ids, func(known event.Identity) bool { return known.Value == value })
}

// joins says that value is an identity of the map written with its key.
func (g *gatherer) joins(value string) bool { return slices.Contains(g.joined, value) }
