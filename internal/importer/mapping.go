package importer

import (
	"encoding/json"
	"slices"
	"sort"
	"strings"
	"time"

	"yutang/internal/fault"
)

// Mapping says what the columns of a file are. See docs/import.md for the document.
type Mapping struct {
	Kind       Kind            `json:"kind,omitempty"`      // checked against the upload's if given
	Sheet      string          `json:"sheet,omitempty"`     // of a workbook; default the first
	Encoding   string          `json:"encoding,omitempty"`  // default: found out
	Delimiter  string          `json:"delimiter,omitempty"` // default: found out
	Time       *TimeFormat     `json:"time,omitempty"`
	Fields     map[string]Spec `json:"fields"`
	Identities map[string]Spec `json:"identities,omitempty"` // identity type to value
	Traits     map[string]Spec `json:"traits,omitempty"`
	Props      map[string]Spec `json:"props,omitempty"`
	Refunds    *Condition      `json:"refunds,omitempty"` // which orders are refunds
	Reject     []Condition     `json:"reject,omitempty"`  // rows that are not wanted, each with its reason
}

// TimeFormat says how times are written.
type TimeFormat struct {
	Layout string `json:"layout,omitempty"` // Go's reference time; default: the usual ones are tried
	Zone   string `json:"zone,omitempty"`   // of times without an offset; default the brand's
}

// Spec is where a value comes from: a column, or Value where the column is empty or not
// given. In JSON a string stands for a Spec with only the column.
type Spec struct {
	Column    string `json:"column,omitempty"`
	Value     string `json:"value,omitempty"`
	Transform string `json:"transform,omitempty"` // integer, lower, upper
	Type      string `json:"type,omitempty"`      // of traits and props: text (default), number, boolean, time
}

// Condition holds for a row whose column begins with, equals or is one of something.
// Exactly one test is given.
type Condition struct {
	Column     string   `json:"column"`
	StartsWith string   `json:"starts_with,omitempty"`
	Equals     string   `json:"equals,omitempty"`
	In         []string `json:"in,omitempty"`
	Reason     string   `json:"reason,omitempty"` // required in reject
}

// fields are the names under "fields" by kind; true is required.
var fields = map[Kind]map[string]bool{
	Orders: {
		"order_id": true, "at": true, "revenue": false, "currency": false, "quantity": false,
		"price": false, "product_id": false, "product_name": false,
	},
	Events:    {"event": true, "at": true, "message_id": false},
	Customers: {"at": false, "tags": false},
}

var (
	identityTypes = []string{"user_id", "member_no", "phone", "email", "unionid", "openid", "external_userid", "anonymous_id"}
	transforms    = []string{"", "integer", "lower", "upper"}
	valueTypes    = []string{"", "text", "number", "boolean", "time"}
)

// UnmarshalJSON reads a column's name or an object.
func (s *Spec) UnmarshalJSON(raw []byte) error {
	if len(raw) > 0 && raw[0] == '"' {
		return json.Unmarshal(raw, &s.Column)
	}
	type plain Spec
	return strict(raw, (*plain)(s))
}

// ParseMapping reads and checks a mapping for files of kind. The error names every fault
// by its JSON pointer.
func ParseMapping(raw []byte, kind Kind) (*Mapping, error) {
	if fields[kind] == nil {
		return nil, fault.BadField("kind", "must be orders, events or customers")
	}
	m := &Mapping{}
	if err := decodeMapping(raw, m); err != nil {
		return nil, err
	}
	c := &checker{}
	c.check(m, kind)
	if len(c.faults) > 0 {
		e := fault.New(fault.Invalid, "invalid_mapping", "the mapping cannot be used")
		e.Fields = c.faults
		return nil, e
	}
	m.Kind = kind
	return m, nil
}

// checker gathers the faults of a mapping.
type checker struct{ faults []fault.Field }

func (c *checker) add(pointer, detail string) {
	c.faults = append(c.faults, fault.Field{Pointer: pointer, Detail: detail})
}

func (c *checker) check(m *Mapping, kind Kind) {
	if m.Kind != "" && m.Kind != kind {
		c.add("/kind", "is a mapping for "+string(m.Kind)+", the file is given as "+string(kind))
	}
	if n := len([]rune(m.Delimiter)); n > 1 || strings.ContainsAny(m.Delimiter, "\"\r\n\ufffd") {
		c.add("/delimiter", "must be one character that is not a quote or line end")
	}
	if m.Time != nil {
		if _, err := time.LoadLocation(m.Time.Zone); err != nil {
			c.add("/time/zone", "is not a known zone; write one such as Asia/Shanghai")
		}
	}
	c.names(m, kind)
	c.specs("/fields", m.Fields)
	c.specs("/identities", m.Identities)
	c.specs("/traits", m.Traits)
	c.specs("/props", m.Props)
	c.conditions(m, kind)
}

// names checks what is mapped, by kind.
func (c *checker) names(m *Mapping, kind Kind) {
	for _, name := range sortedKeys(m.Fields) {
		if _, ok := fields[kind][name]; !ok {
			c.add("/fields/"+escape(name), "is not a field of "+string(kind)+"; the fields are "+strings.Join(sortedKeys(fields[kind]), ", "))
		}
	}
	for _, name := range sortedKeys(fields[kind]) {
		if _, ok := m.Fields[name]; fields[kind][name] && !ok {
			c.add("/fields/"+name, "is required")
		}
	}
	_, revenue := m.Fields["revenue"]
	_, price := m.Fields["price"]
	if kind == Orders && !revenue && !price {
		c.add("/fields/revenue", "is required unless price is given")
	}
	if kind == Customers && len(m.Identities) == 0 {
		c.add("/identities", "is required: say which column identifies the customer")
	}
	for _, name := range sortedKeys(m.Identities) {
		family, _, _ := strings.Cut(name, ":")
		if !slices.Contains(identityTypes, family) {
			c.add("/identities/"+escape(name), "is not an identity type; the types are "+strings.Join(identityTypes, ", "))
		}
	}
	if kind == Customers && len(m.Props) > 0 {
		c.add("/props", "customers have traits, not properties")
	}
}

func (c *checker) specs(at string, specs map[string]Spec) {
	for _, name := range sortedKeys(specs) {
		s, p := specs[name], at+"/"+escape(name)
		if s.Column == "" && s.Value == "" {
			c.add(p, "needs a column or a value")
		}
		if !slices.Contains(transforms, s.Transform) {
			c.add(p+"/transform", "must be integer, lower or upper")
		}
		if !slices.Contains(valueTypes, s.Type) {
			c.add(p+"/type", "must be text, number, boolean or time")
		}
	}
}

func (c *checker) conditions(m *Mapping, kind Kind) {
	if m.Refunds != nil {
		if kind != Orders {
			c.add("/refunds", "only orders have refunds")
		}
		c.condition("/refunds", *m.Refunds)
	}
	for i, cond := range m.Reject {
		p := "/reject/" + itoa(i)
		c.condition(p, cond)
		if cond.Reason == "" {
			c.add(p+"/reason", "is required: people read it beside each rejected row")
		}
	}
}

func (c *checker) condition(p string, cond Condition) {
	tests := 0
	for _, given := range []bool{cond.StartsWith != "", cond.Equals != "", len(cond.In) > 0} {
		if given {
			tests++
		}
	}
	if cond.Column == "" {
		c.add(p+"/column", "is required")
	}
	if tests != 1 {
		c.add(p, "needs one of starts_with, equals and in")
	}
}

// escape makes name a part of a JSON pointer.
func escape(name string) string {
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
