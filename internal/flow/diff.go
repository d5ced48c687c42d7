package flow

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Change is one difference between two definitions. Steps are the same if their ids are;
// cases, arms and variants if their names are.
type Change struct {
	Step string          `json:"step,omitempty" doc:"id of the step, empty for the playbook as a whole"`
	Path string          `json:"path,omitempty" doc:"what of it, such as send/content/text"`
	What string          `json:"what" enum:"added,removed,changed,moved"`
	From json.RawMessage `json:"from,omitempty"`
	To   json.RawMessage `json:"to,omitempty"`
}

// The kinds of change.
const (
	Added   = "added"
	Removed = "removed"
	Changed = "changed"
	Shifted = "moved" // a step stands elsewhere; From and To say where
)

// String is the change as a line for people.
func (c Change) String() string {
	subject := c.Path
	if c.Step != "" {
		subject = strings.TrimSuffix("step "+c.Step+" "+c.Path, " ")
	}
	switch c.What {
	case Added:
		return fmt.Sprintf("+ %s: %s", subject, c.To)
	case Removed:
		return fmt.Sprintf("- %s: %s", subject, c.From)
	}
	return fmt.Sprintf("~ %s: %s → %s", subject, c.From, c.To)
}

// Diff lists what is different in b, in the order of the document: first the playbook as a
// whole, then steps as they stand in b, then those that a has alone. Whitespace and the
// order of keys make no difference. Documents that are no JSON objects differ as a whole.
func Diff(a, b json.RawMessage) []Change {
	before, okA := unpack(a)
	after, okB := unpack(b)
	if !okA || !okB {
		if bytes.Equal(a, b) {
			return nil
		}
		return []Change{{What: Changed, From: a, To: b}}
	}
	d := &differ{}
	d.compare("", "", before.whole, after.whole)
	moved := movedSteps(before, after)
	for _, id := range after.order {
		now := after.steps[id]
		was, ok := before.steps[id]
		if !ok {
			d.add(id, "", Added, nil, now.own)
			continue
		}
		if moved[id] {
			d.add(id, "", Shifted, was.place(), now.place())
		}
		d.compare(id, "", was.own, now.own)
	}
	for _, id := range before.order {
		if _, ok := after.steps[id]; !ok {
			d.add(id, "", Removed, before.steps[id].own, nil)
		}
	}
	return d.out
}

// shelf is a definition taken apart: the whole without steps, and each step without those
// inside it.
type shelf struct {
	whole map[string]any
	steps map[string]placed
	order []string
}

type placed struct {
	own    map[string]any
	list   string // "" the top, else STEP/WAY
	before string // the step before it in its list, "" it is the first
}

func (p placed) place() any {
	switch {
	case p.before != "":
		return "after " + p.before
	case p.list != "":
		return "first in " + p.list
	}
	return "first"
}

func unpack(raw json.RawMessage) (*shelf, bool) {
	s := &shelf{steps: map[string]placed{}}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if d.Decode(&s.whole) != nil || s.whole == nil {
		return nil, false
	}
	s.take(s.whole, "steps", "")
	return s, true
}

// take moves the steps of a list into the shelf.
func (s *shelf) take(from map[string]any, key, list string) {
	items, _ := from[key].([]any)
	before := ""
	var rest []any
	for _, item := range items {
		step, ok := item.(map[string]any)
		id, _ := step["id"].(string)
		if _, twice := s.steps[id]; !ok || id == "" || twice {
			rest = append(rest, item) // no step by which to compare
			continue
		}
		s.order = append(s.order, id)
		s.steps[id] = placed{own: step, list: list, before: before}
		before = id
		s.inside(id, step)
	}
	delete(from, key)
	if len(rest) > 0 {
		from[key] = rest
	}
}

// inside takes the steps inside a step.
func (s *shelf) inside(id string, step map[string]any) {
	for kind, ways := range map[string]string{KindWaitFor: "", KindBranch: "cases", KindSplit: "arms"} {
		of, ok := step[kind].(map[string]any)
		if !ok {
			continue
		}
		if kind == KindWaitFor {
			s.take(of, "steps", id+"/met")
		}
		items, _ := of[ways].([]any)
		for i, item := range items {
			if way, ok := item.(map[string]any); ok {
				s.take(way, "steps", id+"/"+nameOf(item, i))
			}
		}
		s.take(of, "else", id+"/else")
	}
}

// nameOf is by what an item of a list is known: its name, else its place.
func nameOf(item any, i int) string {
	if o, ok := item.(map[string]any); ok {
		if name, ok := o["name"].(string); ok && name != "" {
			return name
		}
	}
	return strconv.Itoa(i)
}

// movedSteps is the steps that stand in another list, or in their list in another order.
// As few as possible are said to have moved.
func movedSteps(a, b *shelf) map[string]bool {
	moved := map[string]bool{}
	stayed := map[string][]string{} // by list, in the order of b
	for _, id := range b.order {
		was, ok := a.steps[id]
		switch {
		case !ok:
		case was.list != b.steps[id].list:
			moved[id] = true
		default:
			stayed[was.list] = append(stayed[was.list], id)
		}
	}
	rank := map[string]int{}
	for i, id := range a.order {
		rank[id] = i
	}
	for _, ids := range stayed {
		kept := increasing(ids, rank)
		for _, id := range ids {
			moved[id] = moved[id] || !kept[id]
		}
	}
	return moved
}

// increasing is a longest subsequence of ids whose ranks rise.
func increasing(ids []string, rank map[string]int) map[string]bool {
	length, previous := make([]int, len(ids)), make([]int, len(ids))
	best := -1
	for i := range ids {
		length[i], previous[i] = 1, -1
		for j := range i {
			if rank[ids[j]] < rank[ids[i]] && length[j] >= length[i] {
				length[i], previous[i] = length[j]+1, j
			}
		}
		if best < 0 || length[i] > length[best] {
			best = i
		}
	}
	kept := map[string]bool{}
	for i := best; i >= 0; i = previous[i] {
		kept[ids[i]] = true
	}
	return kept
}

type differ struct{ out []Change }

func (d *differ) add(step, path, what string, from, to any) {
	d.out = append(d.out, Change{Step: step, Path: path, What: what, From: text(from), To: text(to)})
}

func text(v any) json.RawMessage {
	if v == nil {
		return nil
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	_ = e.Encode(v) // it was JSON
	return bytes.TrimSpace(out.Bytes())
}

// compare goes into objects and named lists as far as both sides have them.
func (d *differ) compare(step, path string, a, b any) {
	if reflect.DeepEqual(a, b) {
		return
	}
	ma, keysA := parts(a)
	mb, keysB := parts(b)
	if ma == nil || mb == nil || reflect.TypeOf(a) != reflect.TypeOf(b) {
		d.add(step, path, Changed, a, b)
		return
	}
	if _, list := a.([]any); list && (len(keysA) != len(ma) || len(keysB) != len(mb)) {
		d.add(step, path, Changed, a, b) // names stand twice
		return
	}
	for _, k := range keysB {
		at := strings.TrimPrefix(path+"/"+k, "/")
		if was, ok := ma[k]; ok {
			d.compare(step, at, was, mb[k])
		} else {
			d.add(step, at, Added, nil, mb[k])
		}
	}
	for _, k := range keysA {
		if _, ok := mb[k]; !ok {
			d.add(step, strings.TrimPrefix(path+"/"+k, "/"), Removed, ma[k], nil)
		}
	}
	if _, list := a.([]any); list && sameSet(ma, mb) && !slices.Equal(keysA, keysB) {
		d.add(step, path, Shifted, keysA, keysB)
	}
}

func sameSet(a, b map[string]any) bool {
	return slices.Equal(slices.Sorted(maps.Keys(a)), slices.Sorted(maps.Keys(b)))
}

// parts is the members of an object, sorted, or the items of a list of named objects, in
// their order. It is nil for anything else.
func parts(v any) (map[string]any, []string) {
	switch v := v.(type) {
	case map[string]any:
		return v, slices.Sorted(maps.Keys(v))
	case []any:
		out, keys := map[string]any{}, []string(nil)
		for i, item := range v {
			o, ok := item.(map[string]any)
			if _, named := o["name"].(string); !ok || !named {
				return nil, nil
			}
			key := nameOf(item, i)
			out[key], keys = item, append(keys, key)
		}
		return out, keys
	}
	return nil, nil
}
