package identity

import (
	"encoding/json"
	"fmt"

	"yutang/internal/fault"
)

// Class is how far an identity is trusted to name one person.
type Class uint8

// The classes, weakest first.
const (
	Weak   Class = iota + 1 // a browser or device, which people share
	Medium                  // a phone, an address: changes hands now and then
	Strong                  // given out by a system to one person
)

var classNames = map[Class]string{Weak: "weak", Medium: "medium", Strong: "strong"}

// String is the class's name in JSON.
func (c Class) String() string { return classNames[c] }

// MarshalText writes the name.
func (c Class) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads the name.
func (c *Class) UnmarshalText(text []byte) error {
	for class, name := range classNames {
		if name == string(text) {
			*c = class
			return nil
		}
	}
	return fmt.Errorf("%q is no class; use strong, medium or weak", text)
}

// AnyType is the policy of types that the policy does not name.
const AnyType = "*"

// TypePolicy says how identities of one type are treated. Types of one application or
// corporation ("openid:wx1") follow the part before the colon and are counted apart.
type TypePolicy struct {
	Type       string `json:"type"`
	Class      Class  `json:"class"`
	Priority   int    `json:"priority"`    // 1 is trusted first; the strongest identity of an event decides
	Limit      int    `json:"limit"`       // values a customer may hold; 0 is any number
	WindowDays int    `json:"window_days"` // counts values first seen in so many days; 0 is ever
	Merge      bool   `json:"merge"`       // may join two customers
}

// exclusive says that two values are two people.
func (t *TypePolicy) exclusive() bool { return t.Class == Strong && t.Limit == 1 }

// Policy is what operators decide about identities.
type Policy struct {
	Types []TypePolicy `json:"types"`
}

// DefaultPolicy is in force until an operator saves another.
func DefaultPolicy() Policy {
	return Policy{Types: []TypePolicy{
		{Type: "member_no", Class: Strong, Priority: 1, Limit: 1, Merge: true},
		{Type: "user_id", Class: Strong, Priority: 2, Limit: 1, Merge: true},
		{Type: "unionid", Class: Strong, Priority: 3, Limit: 1, Merge: true},
		{Type: "external_userid", Class: Strong, Priority: 4, Limit: 5, Merge: true},
		{Type: "openid", Class: Medium, Priority: 5, Limit: 3, Merge: true},
		{Type: "phone", Class: Medium, Priority: 6, Limit: 3, WindowDays: 365, Merge: true},
		{Type: "email", Class: Medium, Priority: 7, Limit: 5, WindowDays: 365, Merge: true},
		{Type: AnyType, Class: Weak, Priority: 8, Limit: 20, WindowDays: 365, Merge: true},
		{Type: "device", Class: Weak, Priority: 9, Limit: 100, WindowDays: 365, Merge: true},
		{Type: "cookie", Class: Weak, Priority: 10, Limit: 100, WindowDays: 365, Merge: true},
		{Type: "anonymous_id", Class: Weak, Priority: 11, Limit: 100, WindowDays: 365, Merge: true},
	}}
}

// Bounds of a policy.
const (
	maxTypes  = 100
	maxLimit  = 10_000
	maxWindow = 3650
)

// ParsePolicy reads and checks a policy.
func ParsePolicy(raw []byte) (Policy, error) {
	var p Policy
	if err := json.Unmarshal(raw, &p); err != nil {
		return p, fault.BadField("", "is not a policy: %v", err)
	}
	return p, p.Validate()
}

// Validate says what is wrong with the policy, all faults at once.
func (p Policy) Validate() error {
	if len(p.Types) == 0 || len(p.Types) > maxTypes {
		return fault.BadField("/types", "needs 1 to %d types", maxTypes)
	}
	check := policyCheck{seen: map[string]bool{}, priority: map[int]string{}, best: map[Class]int{}, worst: map[Class]int{}}
	for i := range p.Types {
		check.one(fmt.Sprintf("/types/%d", i), &p.Types[i])
	}
	check.whole()
	if len(check.faults) == 0 {
		return nil
	}
	e := fault.New(fault.Invalid, "invalid_policy", "the identity policy has %d faults", len(check.faults))
	e.Fields = check.faults
	return e
}

type policyCheck struct {
	faults      []fault.Field
	seen        map[string]bool
	priority    map[int]string
	best, worst map[Class]int // lowest and highest priority number of a class
}

func (c *policyCheck) fail(pointer, format string, args ...any) {
	c.faults = append(c.faults, fault.Field{Pointer: pointer, Detail: fmt.Sprintf(format, args...)})
}

func (c *policyCheck) one(at string, t *TypePolicy) {
	if typ, ok := cleanType(t.Type); t.Type != AnyType && (!ok || typ != t.Type || prefixOf(typ) != typ) {
		c.fail(at+"/type", "%q is no type; use lower-case letters, digits and _, without a colon", t.Type)
	}
	if c.seen[t.Type] {
		c.fail(at+"/type", "%q is there twice", t.Type)
	}
	c.seen[t.Type] = true
	if t.Class < Weak || t.Class > Strong {
		c.fail(at+"/class", "is strong, medium or weak")
	}
	if other, taken := c.priority[t.Priority]; taken || t.Priority < 1 {
		c.fail(at+"/priority", "is a number from 1, each used once (%s has %d too)", other, t.Priority)
	}
	c.priority[t.Priority] = t.Type
	if t.Limit < 0 || t.Limit > maxLimit {
		c.fail(at+"/limit", "is 0 (any number) to %d", maxLimit)
	}
	if t.WindowDays < 0 || t.WindowDays > maxWindow {
		c.fail(at+"/window_days", "is 0 (ever) to %d", maxWindow)
	}
	if t.exclusive() && t.WindowDays != 0 {
		c.fail(at+"/window_days", "is 0 for a strong type with limit 1: two values are two people at any time")
	}
	if b, ok := c.best[t.Class]; !ok || t.Priority < b {
		c.best[t.Class] = t.Priority
	}
	c.worst[t.Class] = max(c.worst[t.Class], t.Priority)
}

func (c *policyCheck) whole() {
	if !c.seen[AnyType] {
		c.fail("/types", "needs an entry for %q, the types not named", AnyType)
	}
	for stronger := Medium; stronger <= Strong; stronger++ {
		for weaker := Weak; weaker < stronger; weaker++ {
			if b, ok := c.best[weaker]; ok && c.worst[stronger] > b {
				c.fail("/types", "a %s type has a higher priority than a %s one", weaker, stronger)
			}
		}
	}
}
