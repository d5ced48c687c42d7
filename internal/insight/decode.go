package insight

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"yutang/internal/fault"
)

// Decode reads a query strictly. Faults point to the key that is wrong or unknown.
func Decode(raw json.RawMessage, into any) error { return decode(raw, "", into) }

// DecodeCell reads the cell that names a number, likewise. Pointers begin with /cell.
func DecodeCell(raw json.RawMessage, into any) error { return decode(raw, "/cell", into) }

func decode(raw json.RawMessage, ptr string, into any) error {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return unreadable(err, ptr)
	}
	if dec.More() {
		return fault.BadField(ptr, "is one JSON object")
	}
	return nil
}

// unreadable says what is wrong in the words of JSON, not of Go.
func unreadable(err error, ptr string) error {
	var kind *json.UnmarshalTypeError
	var told *fault.Error
	switch {
	case errors.As(err, &told): // of a value that reads itself
		return err
	case errors.As(err, &kind):
		if kind.Field != "" {
			ptr += "/" + strings.ReplaceAll(kind.Field, ".", "/")
		}
		return fault.BadField(ptr, "cannot be a JSON %s", kind.Value)
	case errors.Is(err, io.EOF):
		return fault.BadField(ptr, "is missing; it is a JSON object")
	}
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return fault.BadField(ptr+"/"+strings.Trim(name, `"`), "is no field here")
	}
	return fault.BadField(ptr, "is no valid JSON: %s", strings.TrimPrefix(err.Error(), "json: "))
}
