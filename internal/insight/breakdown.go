package insight

import (
	"fmt"
	"slices"
	"strconv"

	"yutang/internal/audience"
	"yutang/internal/customer"
	"yutang/internal/event"
	"yutang/internal/fault"
)

// The values of a breakdown that stand for no value and for all that are not shown.
const (
	None  = "(none)"
	Other = "(other)"
)

// MaxTop is how many values of a breakdown can be shown.
const MaxTop = 1000

// MaxValues is how many distinct values a breakdown may have before it is refused.
const MaxValues = 200_000

// By divides numbers by a value: of an event's property, of a trait, or a level ("aipl",
// "aarrr", "tier") of the customer.
type By struct {
	Prop  string `json:"prop,omitempty"`
	Trait string `json:"trait,omitempty"`
	Level string `json:"level,omitempty"`
	Top   int    `json:"top,omitempty"` // values shown beside "(other)"; default 25, at most 1000
}

// Check refuses what cannot be shown, with pointers below ptr, and fills in Top.
func (b *By) Check(ptr string) error {
	named := 0
	for _, s := range []string{b.Prop, b.Trait, b.Level} {
		if s != "" {
			named++
		}
	}
	switch {
	case named != 1:
		return fault.BadField(ptr, `name one of "prop", "trait" and "level"`)
	case event.PersonalProp("", b.Prop):
		return fault.BadField(ptr+"/prop", "%q is personal data, which reports do not show; choose another property", b.Prop)
	case event.Personal(b.Trait):
		return fault.BadField(ptr+"/trait", "%q is personal data, which reports do not show; choose another trait", b.Trait)
	case b.Level != "" && !slices.Contains(customer.LevelKinds(), b.Level):
		return fault.BadField(ptr+"/level", "must be one of %v", customer.LevelKinds())
	case b.Top < 0 || b.Top > MaxTop:
		return fault.BadField(ptr+"/top", "1 to %d values are shown, the rest as other", MaxTop)
	}
	if b.Top == 0 {
		b.Top = 25
	}
	return nil
}

// Of is the value of a person, of event i if it is by a property: property prop of the
// survey's Reads, or trait 0 of its Traits.
func (b *By) Of(p *audience.Person, prop, i int) string {
	switch {
	case b.Prop != "":
		return Text(p.Value(prop, i))
	case b.Trait != "":
		return Text(p.Trait(0))
	}
	if name := p.Level(b.Level); name != "" {
		return name
	}
	return None
}

// Text is how a value is shown.
func Text(v event.Value) string {
	switch v.Kind {
	case event.String, event.List:
		return v.Str
	case event.Number:
		return v.Num.String()
	case event.Bool:
		return strconv.FormatBool(v.Num != 0)
	}
	return None
}

// Faults joins faults of fields into one error, nil if there are none.
func Faults(fields []fault.Field) error {
	if len(fields) == 0 {
		return nil
	}
	e := fault.New(fault.Invalid, "invalid_query", "%s", fields[0].Detail)
	e.Fields = fields
	return e
}

// BadCell is the fault of a cell that names no number.
func BadCell(ptr, format string, args ...any) error {
	return fault.BadField("/cell"+ptr, "%s", fmt.Sprintf(format, args...))
}
