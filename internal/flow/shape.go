package flow

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/tidwall/gjson"

	"yutang/internal/fault"
)

// maxFaults is how many faults are told at once.
const maxFaults = 50

// checker gathers the faults of a definition.
type checker struct{ faults []fault.Field }

func (c *checker) fail(ptr, format string, args ...any) {
	if len(c.faults) < maxFaults {
		c.faults = append(c.faults, fault.Field{Pointer: ptr, Detail: fmt.Sprintf(format, args...)})
	}
}

func (c *checker) add(faults []fault.Field) {
	for _, f := range faults {
		c.fail(f.Pointer, "%s", f.Detail)
	}
}

func (c *checker) err() error {
	if len(c.faults) == 0 {
		return nil
	}
	e := fault.New(fault.Invalid, "invalid_playbook", "%s", c.faults[0].Detail)
	if len(c.faults) > 1 {
		e.Message = fmt.Sprintf("the playbook has %d faults", len(c.faults))
	}
	e.Fields = c.faults
	return e
}

var escape = strings.NewReplacer("~", "~0", "/", "~1").Replace

var (
	rawType    = reflect.TypeFor[json.RawMessage]()
	numberType = reflect.TypeFor[json.Number]()
)

// shape refuses keys that mean nothing and values of the wrong type, wherever they stand.
// A document without such faults can be decoded.
func (c *checker) shape(ptr string, v gjson.Result, t reflect.Type) {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case t == rawType:
	case v.Type == gjson.Null:
		c.fail(ptr, "is empty; give it a value or leave the key out")
	case t == numberType:
		c.want(ptr, v.Type == gjson.Number, "a number, without quotes")
	case t.Kind() == reflect.Struct:
		c.object(ptr, v, t)
	case t.Kind() == reflect.Map:
		if c.want(ptr, v.IsObject(), "an object {...}") {
			c.members(ptr, v, func(at, _ string, member gjson.Result) { c.shape(at, member, t.Elem()) })
		}
	case t.Kind() == reflect.Slice:
		if c.want(ptr, v.IsArray(), "a list [...]") {
			for i, item := range v.Array() {
				c.shape(ptr+"/"+strconv.Itoa(i), item, t.Elem())
			}
		}
	default:
		c.scalar(ptr, v, t)
	}
}

func (c *checker) scalar(ptr string, v gjson.Result, t reflect.Type) {
	switch t.Kind() {
	case reflect.String:
		if c.want(ptr, v.Type == gjson.String, `a text in quotes`) && (strings.ContainsRune(v.Str, 0) || !utf8.ValidString(v.Str)) {
			c.fail(ptr, "holds a character that cannot be stored, such as U+0000; take it out")
		}
	case reflect.Bool:
		c.want(ptr, v.IsBool(), "true or false")
	case reflect.Float64:
		_, err := strconv.ParseFloat(v.Raw, 64)
		c.want(ptr, v.Type == gjson.Number && err == nil, "a number, without quotes")
	default:
		_, err := strconv.ParseInt(v.Raw, 10, 32)
		c.want(ptr, v.Type == gjson.Number && err == nil, "a whole number, without quotes")
	}
}

func (c *checker) want(ptr string, ok bool, what string) bool {
	if !ok {
		c.fail(ptr, "must be %s", what)
	}
	return ok
}

// members visits the members of an object and refuses repeated keys.
func (c *checker) members(ptr string, v gjson.Result, visit func(at, key string, member gjson.Result)) {
	seen := map[string]bool{}
	v.ForEach(func(k, member gjson.Result) bool {
		at := ptr + "/" + escape(k.Str)
		if seen[k.Str] {
			c.fail(at, "the key %q stands twice; keep one", k.Str)
		}
		seen[k.Str] = true
		visit(at, k.Str, member)
		return true
	})
}

func (c *checker) object(ptr string, v gjson.Result, t reflect.Type) {
	if !c.want(ptr, v.IsObject(), "an object {...}") {
		return
	}
	names, types := keysOf(t)
	c.members(ptr, v, func(at, key string, member gjson.Result) {
		if types[key] == nil {
			c.fail(at, "unknown key %q; allowed here: %s", key, strings.Join(names, ", "))
			return
		}
		c.shape(at, member, types[key])
	})
}

// keysOf is the JSON keys of a struct, in its order.
func keysOf(t reflect.Type) (names []string, types map[string]reflect.Type) {
	types = map[string]reflect.Type{}
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous {
			inner, of := keysOf(f.Type)
			names = append(names, inner...)
			for k, v := range of {
				types[k] = v
			}
			continue
		}
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		names, types[name] = append(names, name), f.Type
	}
	return names, types
}
