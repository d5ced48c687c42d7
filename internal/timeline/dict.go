package timeline

import (
	"strings"

	"yutang/internal/event"
)

// Dict numbers the distinct values of a property or trait from 1; 0 is missing. Numbers
// are never reused. Guarded by the store's lock.
type Dict struct {
	text   map[string]uint32
	lists  map[string]uint32
	nums   map[event.Decimal]uint32
	bools  map[event.Decimal]uint32
	values []event.Value
}

// NewDict makes an empty dictionary.
func NewDict() *Dict { return &Dict{values: make([]event.Value, 1)} }

// Add gives v's code, making one if it is new. A missing value has code 0.
func (d *Dict) Add(v event.Value) uint32 {
	if c := d.Code(v); c != 0 || v.Kind == event.Missing {
		return c
	}
	c := uint32(len(d.values))
	v.Str = strings.Clone(v.Str) // a part of a whole event body must not keep all of it
	switch v.Kind {
	case event.String:
		put(&d.text, v.Str, c)
	case event.List:
		put(&d.lists, v.Str, c)
	case event.Number:
		put(&d.nums, v.Num, c)
	case event.Bool:
		put(&d.bools, v.Num, c)
	}
	d.values = append(d.values, v)
	return c
}

// Code is v's code, 0 if v is missing or not in the dictionary.
func (d *Dict) Code(v event.Value) uint32 {
	switch v.Kind {
	case event.String:
		return d.text[v.Str]
	case event.List:
		return d.lists[v.Str]
	case event.Number:
		return d.nums[v.Num]
	case event.Bool:
		return d.bools[v.Num]
	}
	return 0
}

func put[K comparable](m *map[K]uint32, k K, code uint32) {
	if *m == nil {
		*m = map[K]uint32{}
	}
	(*m)[k] = code
}

// Value is the value of a code; code 0 is the missing value.
func (d *Dict) Value(code uint32) event.Value { return d.values[code] }

// Len is one more than the highest code.
func (d *Dict) Len() int { return len(d.values) }

// width is how many bytes a code of this dictionary needs: 1, 2 or 4.
func (d *Dict) width() int {
	switch {
	case len(d.values) <= 1<<8:
		return 1
	case len(d.values) <= 1<<16:
		return 2
	}
	return 4
}
