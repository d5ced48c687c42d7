package importer

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	"yutang/internal/fault"
)

// maxMapping bounds a mapping document.
const maxMapping = 256 << 10

// decodeMapping reads the document part by part, so that a fault is named where it is.
func decodeMapping(raw []byte, m *Mapping) error {
	if len(raw) > maxMapping {
		return fault.BadField("", "a mapping has at most %d bytes", maxMapping)
	}
	var parts map[string]json.RawMessage
	if err := json.Unmarshal(raw, &parts); err != nil {
		return fault.BadField("", "is not a JSON object: %v", err)
	}
	c := &checker{}
	for _, key := range sortedKeys(parts) {
		c.part(key, parts[key], m)
	}
	if len(c.faults) == 0 {
		return nil
	}
	e := fault.New(fault.Invalid, "invalid_mapping", "the mapping cannot be read")
	e.Fields = c.faults
	return e
}

// JSON is the mapping as a document; equal mappings give equal text.
func (m *Mapping) JSON() json.RawMessage {
	raw, err := json.Marshal(m)
	if err != nil {
		panic("importer: a mapping does not marshal: " + err.Error()) // it holds only texts
	}
	return raw
}

func (c *checker) part(key string, raw json.RawMessage, m *Mapping) {
	p := "/" + escape(key)
	switch key {
	case "kind":
		c.decode(p, raw, &m.Kind)
	case "sheet":
		c.decode(p, raw, &m.Sheet)
	case "encoding":
		c.decode(p, raw, &m.Encoding)
	case "delimiter":
		c.decode(p, raw, &m.Delimiter)
	case "time":
		c.decode(p, raw, &m.Time)
	case "fields":
		m.Fields = c.specMap(p, raw)
	case "identities":
		m.Identities = c.specMap(p, raw)
	case "traits":
		m.Traits = c.specMap(p, raw)
	case "props":
		m.Props = c.specMap(p, raw)
	case "refunds":
		c.decode(p, raw, &m.Refunds)
	case "reject":
		c.list(p, raw, m)
	default:
		c.add(p, "is not a part of a mapping")
	}
}

func (c *checker) specMap(p string, raw json.RawMessage) map[string]Spec {
	var parts map[string]json.RawMessage
	c.decode(p, raw, &parts)
	out := make(map[string]Spec, len(parts))
	for _, name := range sortedKeys(parts) {
		var s Spec
		c.decode(p+"/"+escape(name), parts[name], &s)
		out[name] = s
	}
	return out
}

func (c *checker) list(p string, raw json.RawMessage, m *Mapping) {
	var parts []json.RawMessage
	c.decode(p, raw, &parts)
	m.Reject = make([]Condition, len(parts))
	for i, part := range parts {
		c.decode(p+"/"+strconv.Itoa(i), part, &m.Reject[i])
	}
}

func (c *checker) decode(p string, raw json.RawMessage, into any) {
	err := strict(raw, into)
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &kind) && kind.Field != "":
		c.add(p+"/"+strings.ReplaceAll(kind.Field, ".", "/"), "must not be a "+kind.Value)
	case errors.As(err, &kind):
		c.add(p, "must not be a "+kind.Value)
	case err != nil:
		c.add(p, strings.TrimPrefix(err.Error(), "json: "))
	}
}

// strict refuses unknown fields.
func strict(raw []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	return d.Decode(into)
}

func itoa(n int) string { return strconv.Itoa(n) }
