// Package event owns what an event is: its model, its standard names, the form in which
// it is stored, and the append-only log of all events.
//
// An event says that something happened to a customer at a time. Once in the log it is
// never changed, but for one thing: when a person is erased, what it says of whom goes
// (Anonymise). Everything else that the product knows about customers can be computed
// again from the log.
package event

import (
	"encoding/json"
	"time"
)

// Event is one event on its way into the log, or read back from it.
type Event struct {
	Seq        uint64 // place in the log, from 1; set by the pipeline
	Ord        uint32 // customer number it was recorded under; 0 is nobody; set by the pipeline
	SourceID   int64  // the data source; see Log.Sources
	MessageID  string // unique within the source; never empty once accepted
	Name       string // "Order Completed"
	At         time.Time
	ReceivedAt time.Time
	Identities []Identity      // who; strongest is decided by package identity
	Keys       [][16]byte      // blind keys of Identities, in the same order; set by package identity
	Props      json.RawMessage // JSON object of the event's properties, nil if none
	Context    json.RawMessage // JSON object: page, campaign, library ...; nil if none
	Traits     []TraitOp       // changes to the customer's traits
	Tags       []TagOp         // changes to the customer's tags
	Alias      *Identity       // "Identity Linked" only: a second identity said to be the same person
	Clamped    bool            // the sender's time was not believable; At was set to ReceivedAt

	prep prepared
}

// Identity is a typed id of a customer, normalised (see package identity).
type Identity struct {
	Type  string `json:"type"` // "user_id", "phone", "openid:wx123" ...
	Value string `json:"value"`
}

// TraitAction says how a trait changes.
type TraitAction string

// The ways a trait changes. Set keeps the newest by event time; SetOnce the oldest.
const (
	TraitSet       TraitAction = "set"
	TraitSetOnce   TraitAction = "set_once"
	TraitIncrement TraitAction = "increment" // Value is a number, added
	TraitAppend    TraitAction = "append"    // Value is a list; new elements are added, each once
	TraitUnset     TraitAction = "unset"     // Value is ignored
)

// TraitOp changes one trait. Value is JSON: a scalar or a list of scalars; an object is
// kept as it is but cannot be used in rules.
type TraitOp struct {
	Action TraitAction     `json:"a"`
	Name   string          `json:"n"`
	Value  json.RawMessage `json:"v,omitempty"`
}

// TagOp puts a tag on or takes it off.
type TagOp struct {
	Tag    string `json:"t"`
	Remove bool   `json:"r,omitempty"`
}
