package flow

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/tidwall/gjson"
)

// AudienceKeys is the keys of the audiences that the definition brings along and uses, and
// the ids of others that it uses outside of rules, each once, in the order they stand.
func (f *Flow) AudienceKeys() (keys, ids []string) {
	seen := map[string]bool{}
	use := func(name string) {
		if name == "" || seen[name] {
			return
		}
		seen[name] = true
		if _, own := f.Definition.Audiences[name]; own {
			keys = append(keys, name)
		} else {
			ids = append(ids, name)
		}
	}
	d := &f.Definition
	use(d.Trigger.Audience)
	if d.Trigger.Schedule != nil {
		use(d.Trigger.Schedule.Audience)
	}
	for _, r := range f.Rules {
		for _, name := range r.Deps().Audiences {
			use(name)
		}
	}
	for _, c := range f.conditions() {
		use(c.Audience)
	}
	return keys, ids
}

func (f *Flow) conditions() (out []*cond) {
	if f.goal != nil {
		out = append(out, f.goal)
	}
	out = append(out, f.exits...)
	for _, op := range f.Steps {
		if op.cond != nil {
			out = append(out, op.cond)
		}
	}
	return out
}

// Resolve puts ids in the place of the keys of a definition's audiences, wherever an
// audience may be named: in the trigger, in conditions and inside rules. Everything else
// stays as it was written, byte by byte. ids without a key change nothing.
func Resolve(def json.RawMessage, ids map[string]string) (json.RawMessage, error) {
	var flat bytes.Buffer
	if err := json.Compact(&flat, def); err != nil {
		return nil, fmt.Errorf("resolve audiences: %w", err)
	}
	r := resolver{raw: flat.Bytes(), ids: ids}
	r.walk(gjson.ParseBytes(r.raw), "")
	r.out.Write(r.raw[r.last:])
	return r.out.Bytes(), nil
}

type resolver struct {
	raw  []byte
	ids  map[string]string
	out  bytes.Buffer
	last int
}

// opaque are members in which "audience" is just a word: what is said, and what is set.
var opaque = map[string]bool{"content": true, "where": true, "set": true, "set_once": true, "increase": true, "stage": true}

func (r *resolver) walk(v gjson.Result, key string) {
	if v.Type == gjson.String && key == "audience" {
		if id, ok := r.ids[v.Str]; ok {
			r.out.Write(r.raw[r.last:v.Index])
			r.out.Write(gjson.AppendJSONString(nil, id))
			r.last = v.Index + len(v.Raw)
		}
		return
	}
	if !v.IsObject() && !v.IsArray() || opaque[key] {
		return
	}
	v.ForEach(func(k, member gjson.Result) bool {
		if v.IsObject() {
			r.walk(member, k.Str)
		} else {
			r.walk(member, "")
		}
		return true
	})
}
