// Package rule owns the rule language: what a rule may say, what it means, and when its
// answer could change.
//
// A rule is JSON (docs: the rules section of the contract, and README.md here). Parse
// checks it completely and names each fault with its JSON pointer. Compile binds it to a
// World. The Program answers for one customer at one time and says the earliest later
// time at which the answer could change by itself, so that nothing is ever polled.
//
// Promises: Eval allocates nothing once warm, costs time in the events of the window and
// not of the whole history, and never names a next change later than the real one.
// It does not keep members, set timers or read storage; package audience does.
package rule

import (
	"encoding/json"
	"slices"
	"time"

	"yutang/internal/timeline"
)

// Limits of a rule. A single leaf has depth 1.
const (
	MaxDepth  = 8
	MaxLeaves = 100
	maxWhere  = 32
	maxSteps  = 32
	maxEvents = 100
	maxFaults = 20
	maxName   = 256
)

// Rule is a checked rule. It does not change and is safe for concurrent use.
type Rule struct {
	root node
	raw  []byte
	deps Deps
}

// Deps names everything a rule reads. The lists are sorted and without duplicates.
type Deps struct {
	AnyEvent  bool     // reads every event, whatever its name, but internal ones
	Events    []string // event names
	Props     []string // event properties
	Traits    []string
	Tags      []string
	Stages    []string // kinds: "aipl", "aarrr", "tier"
	Audiences []string
	// Timed says that the answer can change by the passing of time alone. Every rule
	// about events is timed: an event may be stamped a little ahead of the present.
	Timed bool
}

// JSON is the rule as it was given, without white space.
func (r *Rule) JSON() []byte { return slices.Clone(r.raw) }

// MarshalJSON writes the rule as it was given.
func (r *Rule) MarshalJSON() ([]byte, error) { return r.JSON(), nil }

// Deps names everything the rule reads.
func (r *Rule) Deps() Deps { return r.deps }

// Set is a set of customers, by the number of their root.
type Set interface{ Contains(ord uint32) bool }

// Trait gives the code of a customer's trait in the trait's dictionary, 0 if missing.
type Trait interface {
	Code(root timeline.Ord) uint32
	Dict() *timeline.Dict
}

// Level gives a customer's place in an ordered list of names, -1 if none.
type Level interface {
	Of(root timeline.Ord) int
	Names() []string
}

// World is what a compiled rule reads. What it returns is live: a program sees later
// changes of the same set, trait or level. The owner compiles anew when an event name is
// first seen, a set is replaced or the names of a level change.
type World interface {
	EventName(name string) timeline.NameID // 0: never seen
	Column(prop string) *timeline.Column
	Trait(name string) Trait // never nil
	Tag(tag string) Set      // nil: nobody has it
	Level(kind string) Level // kind "aipl", "aarrr" or "tier"; tier names ascend
	Audience(id string) (Set, bool)
	Zone() *time.Location
}

// Subject is the customer asked about. Track holds the columns of Program.Columns.
type Subject struct {
	Root  timeline.Ord
	Track *timeline.Track
}

var _ json.Marshaler = (*Rule)(nil)
