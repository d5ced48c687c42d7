package rule

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/tidwall/gjson"

	"yutang/internal/event"
	"yutang/internal/fault"
)

// Parse checks a rule. Plain dates are days in zone. The error is fault.Invalid with one
// field per fault: its JSON pointer, what is wrong and what would be right.
func Parse(raw []byte, zone *time.Location) (*Rule, error) {
	if err := wellFormed(raw); err != nil {
		return nil, err
	}
	p := &parser{zone: zone}
	root := p.node("", gjson.ParseBytes(raw), 1)
	if p.leaves > MaxLeaves {
		p.fail("", "a rule may have at most %d conditions, this one has %d; split it into audiences and refer to them", MaxLeaves, p.leaves)
	}
	if len(p.faults) > 0 {
		return nil, p.err()
	}
	var flat bytes.Buffer
	if err := json.Compact(&flat, raw); err != nil {
		return nil, err
	}
	return &Rule{root: root, raw: flat.Bytes(), deps: depsOf(root)}, nil
}

func wellFormed(raw []byte) error {
	var doc json.RawMessage
	err := json.Unmarshal(raw, &doc)
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &syntax):
		return fault.BadField("", "not JSON: %v at byte %d; a rule is one JSON object", err, syntax.Offset)
	case err != nil:
		return fault.BadField("", "not JSON: %v; a rule is one JSON object", err)
	case !utf8.Valid(raw):
		return fault.BadField("", "the text is not UTF-8; send UTF-8")
	}
	return nil
}

// parser gathers the faults of one rule.
type parser struct {
	zone   *time.Location
	faults []fault.Field
	leaves int
}

func (p *parser) fail(ptr, format string, args ...any) {
	if len(p.faults) < maxFaults {
		p.faults = append(p.faults, fault.BadField(ptr, format, args...).Fields...)
	}
}

func (p *parser) err() error {
	f := p.faults[0]
	e := fault.New(fault.Invalid, "invalid_rule", "%s", f.Detail)
	if len(p.faults) > 1 {
		e.Message = "the rule has " + strconv.Itoa(len(p.faults)) + " faults"
	}
	e.Fields = p.faults
	return e
}

// object is a JSON object with its pointer; keys stand in the order written.
type object struct {
	ptr     string
	keys    []string
	members map[string]gjson.Result
}

func (o object) has(key string) bool { return o.members[key].Exists() }

// at is the pointer of a member.
func (o object) at(key string) string { return child(o.ptr, key) }

var pointerEscape = strings.NewReplacer("~", "~0", "/", "~1")

func child(ptr, key string) string { return ptr + "/" + pointerEscape.Replace(key) }

func element(ptr string, i int) string { return ptr + "/" + strconv.Itoa(i) }

// object reads v, refusing other types and repeated keys. example shows a right one.
func (p *parser) object(ptr string, v gjson.Result, example string) (object, bool) {
	o := object{ptr: ptr, members: map[string]gjson.Result{}}
	if !v.IsObject() {
		p.fail(ptr, "must be an object such as %s", example)
		return o, false
	}
	v.ForEach(func(k, member gjson.Result) bool {
		if o.has(k.Str) {
			p.fail(o.at(k.Str), "the key %q stands twice; keep one", k.Str)
		}
		o.keys = append(o.keys, k.Str)
		o.members[k.Str] = member
		return true
	})
	return o, true
}

// only refuses members that are not named.
func (p *parser) only(o object, allowed ...string) {
	for _, k := range o.keys {
		if !slices.Contains(allowed, k) {
			p.fail(o.at(k), "unknown key %q; allowed here: %s", k, strings.Join(allowed, ", "))
		}
	}
}

// name reads a member that must be a text of 1 to maxName bytes.
func (p *parser) name(o object, key string) string {
	v := o.members[key]
	if !v.Exists() {
		p.fail(o.ptr, "%q is missing; add it as a text", key)
		return ""
	}
	return p.text(o.at(key), v)
}

func (p *parser) text(ptr string, v gjson.Result) string {
	if v.Type != gjson.String || v.Str == "" || len(v.Str) > maxName {
		p.fail(ptr, "must be a text of 1 to %d bytes", maxName)
		return ""
	}
	return v.Str
}

// list reads an array of at least least and at most most elements.
func (p *parser) list(ptr string, v gjson.Result, least, most int) ([]gjson.Result, bool) {
	if !v.IsArray() {
		p.fail(ptr, "must be a list [...]")
		return nil, false
	}
	items := v.Array()
	if len(items) < least || len(items) > most {
		p.fail(ptr, "must have %d to %d elements, not %d", least, most, len(items))
		return nil, false
	}
	return items, true
}

func (p *parser) duration(o object, key string) duration {
	v := o.members[key]
	if !v.Exists() {
		return duration{}
	}
	d, ok := parseDuration(v.Str)
	if v.Type != gjson.String || !ok {
		p.fail(o.at(key), `must be a duration such as "30s", "15m", "12h", "30d" or "8w", above zero and at most 100 years`)
	}
	return d
}

func (p *parser) date(ptr string, v gjson.Result) span {
	d, ok := parseDate(v.Str, p.zone)
	if v.Type != gjson.String || !ok {
		p.fail(ptr, `must be a date: RFC 3339 ("2025-03-01T08:00:00+08:00") or YYYY-MM-DD`)
		return span{}
	}
	return d
}

// dates reads [T1, T2] with T1 not after T2.
func (p *parser) dates(ptr string, v gjson.Result) []span {
	items, ok := p.list(ptr, v, 2, 2)
	if !ok {
		return nil
	}
	before := len(p.faults)
	a, b := p.date(element(ptr, 0), items[0]), p.date(element(ptr, 1), items[1])
	if len(p.faults) == before && a.lo > b.hi {
		p.fail(ptr, "%s is after %s; put the earlier date first", a.text, b.text)
	}
	return []span{a, b}
}

// number reads a decimal. A number that Decimal cannot hold exactly is refused.
func (p *parser) number(ptr string, v gjson.Result) event.Decimal {
	if v.Type != gjson.Number {
		p.fail(ptr, "must be a number, without quotes")
		return 0
	}
	return p.decimal(ptr, v)
}

const maxNumber = event.Decimal(9_000_000_000_000) * event.DecimalScale

func (p *parser) decimal(ptr string, v gjson.Result) event.Decimal {
	d, ok := event.ParseDecimal(v.Raw)
	if !ok || d > maxNumber || d < -maxNumber {
		p.fail(ptr, "the number %s is too large; the limit is 9e12", v.Raw)
		return 0
	}
	return d
}
