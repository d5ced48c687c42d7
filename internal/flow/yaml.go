package flow

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"yutang/internal/fault"
)

// maxYAMLDepth bounds lists and objects in one another in a file.
const maxYAMLDepth = 64

// ParseYAML reads a definition from a file: YAML with the keys of the JSON document. It
// gives the definition as JSON too. Faults name the line they stand in. Anchors and
// aliases are refused: a definition says everything where it stands.
func ParseYAML(raw []byte, zone *time.Location) (def json.RawMessage, f *Flow, err error) {
	def, lines, err := toJSON(raw)
	if err != nil {
		return nil, nil, err
	}
	f, err = Parse(def, zone)
	return def, f, lines.name(err)
}

// NameLines is what a later check found wrong with a file that was read, with the lines that
// the faults stand in.
func NameLines(raw []byte, err error) error {
	_, lines, unread := toJSON(raw)
	if err == nil || unread != nil {
		return err
	}
	return lines.name(err)
}

// name puts the lines into the faults of a definition.
func (l lines) name(err error) error {
	var e *fault.Error
	if !errors.As(err, &e) || e.Kind != fault.Invalid {
		return err
	}
	named := *e
	named.Fields = slices.Clone(e.Fields)
	for i, f := range named.Fields {
		named.Fields[i].Detail = fmt.Sprintf("line %d: %s", l.of(f.Pointer), f.Detail)
	}
	return &named
}

// lines is where the values of a file stand, by JSON pointer.
type lines map[string]int

// of is the line of a value, or of the nearest one around it.
func (l lines) of(ptr string) int {
	for ptr != "" {
		if line, ok := l[ptr]; ok {
			return line
		}
		ptr = ptr[:strings.LastIndexByte(ptr, '/')]
	}
	return max(l[""], 1)
}

var yamlLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?`)

func badYAML(line int, format string, args ...any) error {
	e := fault.New(fault.Invalid, "invalid_playbook", "the file cannot be read")
	e.Fields = []fault.Field{{Detail: fmt.Sprintf("line %d: ", line) + fmt.Sprintf(format, args...)}}
	return e
}

func toJSON(raw []byte) (json.RawMessage, lines, error) {
	if len(raw) > MaxBytes {
		return nil, nil, badYAML(1, "a definition has at most %d KiB", MaxBytes>>10)
	}
	d := yaml.NewDecoder(bytes.NewReader(raw))
	var doc, more yaml.Node
	err := decode(d, &doc)
	switch {
	case errors.Is(err, io.EOF):
		return nil, nil, badYAML(1, "the file is empty")
	case err != nil:
		m := yamlLine.FindStringSubmatch(err.Error())
		line := 1
		if m != nil && m[1] != "" {
			line, _ = strconv.Atoi(m[1])
		}
		return nil, nil, badYAML(line, "not YAML: %s", yamlLine.ReplaceAllString(err.Error(), ""))
	}
	if err := decode(d, &more); !errors.Is(err, io.EOF) {
		return nil, nil, badYAML(max(more.Line, 1), "a file holds one playbook; put the others into files of their own")
	}
	c := &converter{lines: lines{}}
	if err := c.value(doc.Content[0], "", 0); err != nil {
		return nil, nil, err
	}
	return c.out.Bytes(), c.lines, nil
}

// decode keeps a fault of the YAML library from being one of ours.
func decode(d *yaml.Decoder, n *yaml.Node) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("yaml: %v", p)
		}
	}()
	return d.Decode(n)
}

// converter writes a YAML tree as JSON.
type converter struct {
	out   bytes.Buffer
	lines lines
}

func (c *converter) value(n *yaml.Node, ptr string, depth int) error {
	c.lines[ptr] = n.Line
	switch {
	case depth > maxYAMLDepth:
		return badYAML(n.Line, "lists and objects stand more than %d deep in one another", maxYAMLDepth)
	case n.Anchor != "" || n.Kind == yaml.AliasNode:
		return badYAML(n.Line, "anchors and aliases cannot be used; write it out")
	case n.Kind == yaml.MappingNode:
		return c.mapping(n, ptr, depth)
	case n.Kind == yaml.SequenceNode:
		return c.sequence(n, ptr, depth)
	}
	return c.scalar(n)
}

func (c *converter) mapping(n *yaml.Node, ptr string, depth int) error {
	seen := map[string]bool{}
	c.out.WriteByte('{')
	for i := 0; i < len(n.Content); i += 2 {
		k := n.Content[i]
		switch {
		case k.Kind != yaml.ScalarNode || k.Tag == "!!merge" || k.Anchor != "":
			return badYAML(k.Line, "a key is a plain word")
		case seen[k.Value]:
			return badYAML(k.Line, "the key %q stands twice; keep one", k.Value)
		}
		seen[k.Value] = true
		if i > 0 {
			c.out.WriteByte(',')
		}
		c.text(k.Value)
		c.out.WriteByte(':')
		at := ptr + "/" + escape(k.Value)
		if err := c.value(n.Content[i+1], at, depth+1); err != nil {
			return err
		}
		c.lines[at] = k.Line
	}
	c.out.WriteByte('}')
	return nil
}

func (c *converter) sequence(n *yaml.Node, ptr string, depth int) error {
	c.out.WriteByte('[')
	for i, item := range n.Content {
		if i > 0 {
			c.out.WriteByte(',')
		}
		if err := c.value(item, ptr+"/"+strconv.Itoa(i), depth+1); err != nil {
			return err
		}
	}
	c.out.WriteByte(']')
	return nil
}

func (c *converter) text(s string) {
	raw, _ := json.Marshal(s) // a string has a JSON form
	c.out.Write(raw)
}

func (c *converter) scalar(n *yaml.Node) error {
	switch n.ShortTag() {
	case "!!null":
		c.out.WriteString("null")
	case "!!bool":
		var b bool
		if err := n.Decode(&b); err != nil {
			return badYAML(n.Line, "must be true or false")
		}
		c.out.WriteString(strconv.FormatBool(b))
	case "!!int", "!!float":
		return c.number(n)
	case "!!str", "!!timestamp":
		c.text(n.Value)
	default:
		return badYAML(n.Line, "the tag %q cannot be used", n.Tag)
	}
	return nil
}

// number keeps a number as it is written, if JSON writes it so too.
func (c *converter) number(n *yaml.Node) error {
	if json.Valid([]byte(n.Value)) && n.Value != "" && strings.Trim(n.Value, "-0123456789.eE+") == "" {
		c.out.WriteString(n.Value)
		return nil
	}
	var v any
	if err := n.Decode(&v); err != nil {
		return badYAML(n.Line, "%q is no number", n.Value)
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return badYAML(n.Line, "%q is no number that can be used", n.Value)
	}
	c.out.Write(raw)
	return nil
}

// ToYAML writes a definition for a file: keys in the order of this package's types, texts
// of more than one line as blocks. The same definition always gives the same bytes, and
// ParseYAML reads the same definition from them.
func ToYAML(def json.RawMessage) ([]byte, error) {
	n, err := nodeOf(def, reflect.TypeFor[Definition]())
	if err != nil {
		return nil, fmt.Errorf("write playbook as YAML: %w", err)
	}
	var out bytes.Buffer
	e := yaml.NewEncoder(&out)
	e.SetIndent(2)
	if err := e.Encode(n); err != nil {
		return nil, fmt.Errorf("write playbook as YAML: %w", err)
	}
	return out.Bytes(), e.Close()
}
