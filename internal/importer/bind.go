package importer

import (
	"slices"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"yutang/internal/event"
	"yutang/internal/fault"
)

// binding is a mapping bound to the header of one file. Not safe for concurrent use.
type binding struct {
	kind       Kind
	fields     map[string]cell
	identities []cell
	traits     []cell
	props      []cell
	refunds    *test
	reject     []test
	times      *timeReader
	clockNow   time.Time
}

// cell reads one value of a row.
type cell struct {
	name string // of the field, identity type, trait or property
	spec Spec
	col  int // -1: none, only Spec.Value
}

// test is a condition bound to a column.
type test struct {
	Condition
	col int
}

// problem says why a row is rejected and by which column. Reasons are constant texts or
// come from the mapping: never a value of the file.
type problem struct{ column, reason string }

func (p problem) bad() bool { return p.reason != "" }

// bind finds the columns of m in header.
func bind(m *Mapping, header []string, excel bool, zone *time.Location, now time.Time) (*binding, error) {
	b := &binder{header: header}
	out := &binding{kind: m.Kind, fields: map[string]cell{}, times: &timeReader{zone: zone, excel: excel}, clockNow: now}
	if m.Time != nil {
		out.times.layout = m.Time.Layout
		if m.Time.Zone != "" {
			out.times.zone = b.zone(m.Time.Zone)
		}
	}
	for _, c := range b.cells("/fields", m.Fields) {
		out.fields[c.name] = c
	}
	out.identities = b.cells("/identities", m.Identities)
	out.traits = b.cells("/traits", m.Traits)
	out.props = b.cells("/props", m.Props)
	if m.Refunds != nil {
		out.refunds = &test{*m.Refunds, b.column("/refunds/column", m.Refunds.Column)}
	}
	for i, c := range m.Reject {
		out.reject = append(out.reject, test{c, b.column("/reject/"+itoa(i)+"/column", c.Column)})
	}
	if len(b.faults) > 0 {
		e := fault.New(fault.Invalid, "mapping_misses_columns", "the mapping does not fit the file")
		e.Fields = b.faults
		return nil, e
	}
	return out, nil
}

// binder gathers the columns that the file does not have.
type binder struct {
	checker
	header []string
}

func (b *binder) zone(name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		b.add("/time/zone", "is not a known zone")
		return time.UTC
	}
	return zone
}

func (b *binder) column(pointer, name string) int {
	col := slices.Index(b.header, name)
	switch {
	case col < 0:
		b.add(pointer, "the file has no column \""+name+"\"; it has: "+strings.Join(b.header[:min(len(b.header), 50)], ", "))
	case slices.Contains(b.header[col+1:], name):
		b.add(pointer, "the file has two columns \""+name+"\"")
	}
	return col
}

func (b *binder) cells(at string, specs map[string]Spec) []cell {
	out := make([]cell, 0, len(specs))
	for _, name := range sortedKeys(specs) {
		c := cell{name: name, spec: specs[name], col: -1}
		if c.spec.Column != "" {
			c.col = b.column(at+"/"+escape(name)+"/column", c.spec.Column)
		}
		out = append(out, c)
	}
	return out
}

// text is the trimmed and transformed value, "" if there is none.
func (c cell) text(cells []string) string {
	v := ""
	if c.col >= 0 && c.col < len(cells) {
		v = strings.TrimSpace(cells[c.col])
	}
	if v == "" {
		return c.spec.Value
	}
	switch c.spec.Transform {
	case "integer":
		return integer(v)
	case "lower":
		return strings.ToLower(v)
	case "upper":
		return strings.ToUpper(v)
	}
	return v
}

// integer drops decimals that are all zero: tables that pass through spreadsheets turn
// the id 17850 into 17850.0.
func integer(v string) string {
	whole, frac, ok := strings.Cut(v, ".")
	if ok && onlyDigits(whole) && strings.Trim(frac, "0") == "" {
		return whole
	}
	return v
}

// json is the value of a trait or property as JSON of its type.
func (c cell) json(cells []string, times *timeReader) (string, problem) {
	v := c.text(cells)
	switch c.spec.Type {
	case "number":
		n, ok := parseNumber(v)
		if !ok {
			return "", problem{c.spec.Column, "is not a number"}
		}
		return n.String(), problem{}
	case "boolean":
		b, ok := booleans[strings.ToLower(v)]
		if !ok {
			return "", problem{c.spec.Column, "is not yes or no"}
		}
		return b, problem{}
	case "time":
		at, ok := times.read(v)
		if !ok {
			return "", problem{c.spec.Column, "is not a time"}
		}
		v = at.Format(time.RFC3339)
	}
	return string(gjson.AppendJSONString(nil, v)), problem{}
}

var booleans = map[string]string{
	"true": "true", "yes": "true", "y": "true", "1": "true", "是": "true",
	"false": "false", "no": "false", "n": "false", "0": "false", "否": "false",
}

func (t test) holds(cells []string) bool {
	if t.col >= len(cells) {
		return false
	}
	v := strings.TrimSpace(cells[t.col])
	switch {
	case t.StartsWith != "":
		return strings.HasPrefix(v, t.StartsWith)
	case t.Equals != "":
		return v == t.Equals
	}
	return slices.Contains(t.In, v)
}

// unwanted says by which reject condition the row goes.
func (b *binding) unwanted(cells []string) problem {
	for _, t := range b.reject {
		if t.holds(cells) {
			return problem{t.Column, t.Reason}
		}
	}
	return problem{}
}

// who reads the identities of a row.
func (b *binding) who(cells []string) []event.Identity {
	var out []event.Identity
	for _, c := range b.identities {
		if v := c.text(cells); v != "" {
			out = append(out, event.Identity{Type: c.name, Value: v})
		}
	}
	return out
}

// when reads the time of a row. A missing time is allowed where no column is mapped.
func (b *binding) when(cells []string) (time.Time, problem) {
	c, mapped := b.fields["at"]
	if !mapped {
		return time.Time{}, problem{}
	}
	text := c.text(cells)
	at, ok := b.times.read(text)
	switch {
	case text == "":
		return at, problem{c.spec.Column, "has no time"}
	case !ok, at.Year() < 1970:
		return at, problem{c.spec.Column, "is not a time"}
	case at.After(b.clockNow.Add(time.Hour)):
		return at, problem{c.spec.Column, "is a time to come"}
	}
	return at, problem{}
}

// traitOps reads the traits of a row; empty cells say nothing.
func (b *binding) traitOps(cells []string) ([]event.TraitOp, problem) {
	var out []event.TraitOp
	for _, c := range b.traits {
		if c.text(cells) == "" {
			continue
		}
		v, p := c.json(cells, b.times)
		if p.bad() {
			return nil, p
		}
		out = append(out, event.TraitOp{Action: event.TraitSet, Name: c.name, Value: []byte(v)})
	}
	return out, problem{}
}

// appendProps writes the mapped properties of a row as members of a JSON object.
func (b *binding) appendProps(dst []byte, cells []string) ([]byte, problem) {
	for _, c := range b.props {
		if c.text(cells) == "" {
			continue
		}
		v, p := c.json(cells, b.times)
		if p.bad() {
			return dst, p
		}
		dst = appendMember(dst, c.name, v)
	}
	return dst, problem{}
}

// appendMember adds "name":json to an object that is open in dst.
func appendMember(dst []byte, name, json string) []byte {
	if len(dst) > 0 && dst[len(dst)-1] != '{' {
		dst = append(dst, ',')
	}
	dst = gjson.AppendJSONString(dst, name)
	dst = append(dst, ':')
	return append(dst, json...)
}
