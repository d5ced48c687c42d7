package flow

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/tidwall/gjson"
	"go.yaml.in/yaml/v3"
)

// nodeOf makes a YAML tree of JSON. t orders keys; nil keeps them as they are written.
func nodeOf(raw json.RawMessage, t reflect.Type) (*yaml.Node, error) {
	var flat bytes.Buffer
	if err := json.Compact(&flat, raw); err != nil {
		return nil, err
	}
	if !gjson.ParseBytes(flat.Bytes()).IsObject() {
		return nil, fmt.Errorf("a definition is one JSON object")
	}
	return node(gjson.ParseBytes(flat.Bytes()), t), nil
}

func node(v gjson.Result, t reflect.Type) *yaml.Node {
	if t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t == rawType {
		t = nil
	}
	switch {
	case v.IsObject():
		return mappingNode(v, t)
	case v.IsArray():
		return sequenceNode(v, t)
	case v.Type == gjson.String:
		return textNode(v.Str)
	case v.Type == gjson.Number:
		tag := "!!int"
		if strings.ContainsAny(v.Raw, ".eE") {
			tag = "!!float"
		}
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: v.Raw}
	case v.IsBool():
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: v.Raw}
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Value: "null"}
}

// mappingNode writes short objects of plain values on one line.
func mappingNode(v gjson.Result, t reflect.Type) *yaml.Node {
	type member struct {
		key string
		v   gjson.Result
		t   reflect.Type
		at  int
	}
	var order []string
	var types map[string]reflect.Type
	if t != nil && t.Kind() == reflect.Struct {
		order, types = keysOf(t)
	}
	var all []member
	v.ForEach(func(k, m gjson.Result) bool {
		of := types[k.Str]
		if t != nil && t.Kind() == reflect.Map {
			of = t.Elem()
		}
		at := slices.Index(order, k.Str)
		if at < 0 {
			at = len(order)
		}
		all = append(all, member{k.Str, m, of, at})
		return true
	})
	slices.SortStableFunc(all, func(a, b member) int {
		if t != nil && t.Kind() == reflect.Map {
			return strings.Compare(a.key, b.key)
		}
		return a.at - b.at
	})
	n := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	short := len(v.Raw) <= maxLine
	for _, m := range all {
		child := node(m.v, m.t)
		short = short && plain(child)
		n.Content = append(n.Content, textNode(m.key), child)
	}
	if short {
		n.Style = yaml.FlowStyle
	}
	return n
}

// maxLine is how long an object or a list may be in JSON to stand on one line.
const maxLine = 60

// plain says that n can stand on one line with others.
func plain(n *yaml.Node) bool {
	return n.Kind == yaml.ScalarNode && n.Style != yaml.LiteralStyle || n.Kind == yaml.SequenceNode && n.Style == yaml.FlowStyle
}

// sequenceNode writes short lists of plain values on one line.
func sequenceNode(v gjson.Result, t reflect.Type) *yaml.Node {
	var of reflect.Type
	if t != nil && t.Kind() == reflect.Slice {
		of = t.Elem()
	}
	n := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
	short := len(v.Raw) <= maxLine
	for _, item := range v.Array() {
		child := node(item, of)
		short = short && plain(child)
		n.Content = append(n.Content, child)
	}
	if short {
		n.Style = yaml.FlowStyle
	}
	return n
}

// dubious are texts that a reader of YAML may take for something else.
var dubious = regexp.MustCompile(`(?i)^(y|n|yes|no|on|off|true|false|null|~|=|<<|[-+.0-9][-+.:_0-9exo]*)$`)

func textNode(s string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s}
	switch {
	case dubious.MatchString(s) || strings.ContainsFunc(s, unprintable):
		n.Style = yaml.DoubleQuotedStyle
	case strings.Contains(s, "\n") && blockable(s):
		n.Style = yaml.LiteralStyle
	case strings.Contains(s, "\n"):
		n.Style = yaml.DoubleQuotedStyle
	}
	return n
}

func unprintable(r rune) bool {
	return r != '\n' && (unicode.IsControl(r) || !unicode.IsPrint(r))
}

// blockable says that a text of several lines can stand as a block and stays as it is.
func blockable(s string) bool {
	if strings.HasPrefix(s, " ") || strings.HasPrefix(s, "\n") {
		return false
	}
	for line := range strings.SplitSeq(s, "\n") {
		if strings.HasSuffix(line, " ") {
			return false
		}
	}
	return true
}
