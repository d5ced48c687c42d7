package timeline

import "yutang/internal/event"

// Dict numbers the distinct values of a property or trait from 1; 0 is missing. Numbers
// are never reused. Guarded by the store's lock.
type Dict struct {
	codes  map[event.Value]uint32
	values []event.Value
}

// NewDict makes an empty dictionary.
func NewDict() *Dict {
	return &Dict{codes: map[event.Value]uint32{}, values: make([]event.Value, 1)}
}

// Add gives v's code, making one if it is new. A missing value has code 0.
func (d *Dict) Add(v event.Value) uint32 {
	if v.Kind == event.Missing {
		return 0
	}
	c, ok := d.codes[v]
	if !ok {
		c = uint32(len(d.values))
		d.codes[v] = c
		d.values = append(d.values, v)
	}
	return c
}

// Value is the value of a code; code 0 is the missing value.
func (d *Dict) Value(code uint32) event.Value { return d.values[code] }

// Len is one more than the highest code.
func (d *Dict) Len() int { return len(d.values) }
