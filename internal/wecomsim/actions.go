package wecomsim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"yutang/internal/fault"
)

// action is something a person does on a phone or a teacher does to the simulator. Its method
// on Sim and its route POST /sim/api/<name> run the same code and leave the same record.
type action struct {
	name, doc string
	args      []string // JSON fields of the body
	run       func(s *Sim, raw []byte) (any, error)
}

// act registers fn, which runs under the lock, as an action.
func act[A, R any](name, doc string, fn func(*Sim, A) (R, error)) action {
	return action{name: name, doc: doc, args: jsonFields(reflect.TypeFor[A]()), run: func(s *Sim, raw []byte) (any, error) {
		var a A
		if len(bytes.TrimSpace(raw)) > 0 {
			d := json.NewDecoder(bytes.NewReader(raw))
			d.DisallowUnknownFields()
			if err := d.Decode(&a); err != nil {
				return nil, fault.New(fault.Invalid, "bad_request", "%s: %v", name, err)
			}
		}
		return perform(s, name, a, fn)
	}}
}

// perform runs fn under the lock at one frozen moment and records it.
func perform[A, R any](s *Sim, name string, a A, fn func(*Sim, A) (R, error)) (R, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.enter()
	out, err := fn(s, a)
	s.rec.action(s, name, a, out, err)
	s.ring.add(Entry{At: s.at, Kind: "action", Path: name, Request: asJSON(a), Answer: answerText(out, err)})
	return out, err
}

func answerText(out any, err error) string {
	if err != nil {
		return err.Error()
	}
	return asJSON(out)
}

func asJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprintf("%q", err.Error())
	}
	return string(b)
}

func indexActions() map[string]action {
	out := map[string]action{}
	for _, list := range [][]action{coreActions(), phoneActions(), moreActions()} {
		for _, a := range list {
			if _, twice := out[a.name]; twice {
				panic("wecomsim: two actions named " + a.name)
			}
			out[a.name] = a
		}
	}
	return out
}

// jsonFields names the fields of a struct as JSON has them.
func jsonFields(t reflect.Type) []string {
	var out []string
	for f := range t.Fields() {
		if f.Anonymous {
			out = append(out, jsonFields(f.Type)...)
			continue
		}
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" {
			out = append(out, name)
		}
	}
	return out
}
