package ingest

import (
	"bytes"
	"encoding/json"
	"errors"
	"unicode/utf8"
	"unsafe"

	"github.com/bytedance/sonic"
	"github.com/bytedance/sonic/decoder"
	"github.com/tidwall/gjson"

	"yutang/internal/fault"
)

// This file is the only one that knows the JSON decoder. Strings are checked, so that what
// is stored is valid JSON for every later reader.
var decode = sonic.Config{ValidateString: true, CaseSensitive: true}.Froze()

// Raw is a JSON value not yet read: a part of Decode's own copy of the document. Nil if
// the member is absent.
type Raw = sonic.NoCopyRawMessage

// Decode reads one JSON document into v, a pointer to a struct of Raw members. It copies
// doc once: v may be kept when doc's memory is used again. Bytes that are not UTF-8 become
// U+FFFD.
func Decode(doc []byte, v any) error {
	if !utf8.Valid(doc) {
		doc = bytes.ToValidUTF8(doc, []byte("\uFFFD"))
	}
	return explain(decode.Unmarshal(doc, v))
}

// DecodePart is Decode for a part that Decode gave: it is not copied again.
func DecodePart(part Raw, v any) error {
	// Nothing writes to the copy that part points into, so it may pass for a string.
	return explain(decode.UnmarshalFromString(unsafe.String(unsafe.SliceData(part), len(part)), v))
}

func explain(err error) error {
	if err == nil {
		return nil
	}
	var syntax decoder.SyntaxError
	if errors.As(err, &syntax) {
		return fault.BadField("", "not JSON at byte %d: send one JSON object in UTF-8", syntax.Pos)
	}
	return fault.BadField("", "not a JSON object: send one JSON object in UTF-8")
}

// Null says that a value is absent or null.
func Null(r []byte) bool { return len(r) == 0 || string(r) == "null" }

// Text reads a string, or a number as its digits. Absent and null are "". Any other kind
// is not ok.
func Text(r []byte) (s string, ok bool) {
	switch {
	case Null(r):
		return "", true
	case r[0] == '"':
		if bytes.IndexByte(r, '\\') < 0 {
			return string(r[1 : len(r)-1]), true
		}
		err := json.Unmarshal(r, &s)
		return s, err == nil
	case r[0] == '-' || (r[0] >= '0' && r[0] <= '9'):
		return string(r), true
	}
	return "", false
}

// Object gives an object as it is; absent and null are nil. Any other kind is not ok.
func Object(r []byte) (o json.RawMessage, ok bool) {
	if Null(r) {
		return nil, true
	}
	if r[0] != '{' {
		return nil, false
	}
	return tidy(r), true
}

// tidy drops the white space of documents written for people; others stay as they are.
func tidy(r []byte) json.RawMessage {
	if bytes.IndexByte(r, '\n') < 0 {
		return r
	}
	var out bytes.Buffer
	if json.Compact(&out, r) != nil {
		return r
	}
	return out.Bytes()
}

// Each visits the members of a valid object, or the elements of a list named "0", "1" ...,
// until visit returns false. Values are parts of a copy and may be kept.
func Each(doc []byte, visit func(name string, value json.RawMessage) bool) {
	gjson.ParseBytes(doc).ForEach(func(k, v gjson.Result) bool {
		return visit(k.String(), json.RawMessage(v.Raw))
	})
}

// Member finds one member of a valid object, nil if it is absent.
func Member(object []byte, name string) json.RawMessage {
	if !bytes.Contains(object, []byte(name)) {
		return nil
	}
	var found json.RawMessage
	Each(object, func(n string, v json.RawMessage) bool {
		if n == name {
			found = v
		}
		return found == nil
	})
	return found
}

// Prepend puts members in front of an object's own. Members are `"name":value` texts.
func Prepend(object json.RawMessage, members ...string) json.RawMessage {
	out := []byte{'{'}
	for i, m := range members {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(out, m...)
	}
	rest := []byte("}")
	if len(object) > 0 {
		rest = bytes.TrimLeft(object[1:], " \t\r\n")
	}
	if len(members) > 0 && rest[0] != '}' {
		out = append(out, ',')
	}
	return append(out, rest...)
}

// MemberText writes one member for Prepend; name must need no escapes.
func MemberText(name string, value []byte) string { return `"` + name + `":` + string(value) }
