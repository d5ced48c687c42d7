package rehearse

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"yutang/internal/fault"
	"yutang/internal/flow"
	"yutang/internal/rule"
)

// maxSpelled is how deep audiences that name audiences are written out.
const maxSpelled = 8

// spell writes out the audiences that a rule names: always those that the definition
// brings along, and with all also the others, so that the rule can be asked about the
// past. A rule that gets too large for the language stays as it is.
func (s *Service) spell(ctx context.Context, f *flow.Flow, raw json.RawMessage, all bool) (json.RawMessage, error) {
	own := func(name string) (json.RawMessage, bool, error) {
		a, ok := f.Definition.Audiences[name]
		return a.Rule, ok, nil
	}
	out, err := spelled(raw, own, 0)
	if err != nil || !all {
		return out, err
	}
	full, err := spelled(out, func(name string) (json.RawMessage, bool, error) {
		if rule, ok, err := own(name); ok || err != nil {
			return rule, ok, err
		}
		a, err := s.Audiences.Get(ctx, name)
		return a.Rule, err == nil, err
	}, 0)
	if err != nil {
		return nil, err
	}
	if _, err := rule.Parse(full, s.Zone()); err != nil {
		return out, nil //nolint:nilerr // what was written out is too large: memberships of now then
	}
	return full, nil
}

// spelled puts rules in place of the audiences that find knows.
func spelled(raw json.RawMessage, find func(name string) (json.RawMessage, bool, error), depth int) (json.RawMessage, error) {
	var node map[string]json.RawMessage
	if depth > maxSpelled || json.Unmarshal(raw, &node) != nil {
		return raw, nil
	}
	for _, kind := range []string{"all", "any"} {
		var kids []json.RawMessage
		if json.Unmarshal(node[kind], &kids) != nil {
			continue
		}
		for i, kid := range kids {
			var err error
			if kids[i], err = spelled(kid, find, depth+1); err != nil {
				return nil, err
			}
		}
		return json.Marshal(map[string]any{kind: kids})
	}
	if kid, ok := node["not"]; ok {
		out, err := spelled(kid, find, depth+1)
		if err != nil {
			return nil, err
		}
		return json.Marshal(map[string]any{"not": out})
	}
	var name string
	if json.Unmarshal(node["audience"], &name) != nil || name == "" {
		return raw, nil
	}
	found, ok, err := find(name)
	if err != nil || !ok {
		return raw, err
	}
	return spelled(found, find, depth+1)
}

// below moves the pointers of a rule's faults to where the rule stands.
func below(ptr string, err error) error {
	var e *fault.Error
	if !errors.As(err, &e) {
		return err
	}
	moved := *e
	moved.Fields = slices.Clone(e.Fields)
	for i := range moved.Fields {
		moved.Fields[i].Pointer = ptr + moved.Fields[i].Pointer
	}
	return &moved
}
