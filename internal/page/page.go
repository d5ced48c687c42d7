// Package page owns keyset paging: how a list says where it stopped.
package page

import (
	"encoding/base64"
	"encoding/json"

	"yutang/internal/fault"
)

// Limits of one page.
const (
	DefaultLimit = 50
	MaxLimit     = 1000
)

// Page is one page of a list. Next is empty on the last one.
type Page[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next,omitempty"`
}

// Limit clamps a wanted size into 1..MaxLimit; 0 or less means DefaultLimit.
func Limit(n int) int {
	switch {
	case n <= 0:
		return DefaultLimit
	case n > MaxLimit:
		return MaxLimit
	}
	return n
}

// Cursor encodes the key after which the next page starts.
func Cursor(key any) string {
	raw, err := json.Marshal(key)
	if err != nil {
		panic("page: cursor key does not marshal: " + err.Error())
	}
	return base64.RawURLEncoding.EncodeToString(raw)
}

// Cut makes a page of at most limit items from a list that was read with one more; key is
// what the next page starts after.
func Cut[T, K any](items []T, limit int, key func(T) K) Page[T] {
	p := Page[T]{Items: items}
	if len(items) > limit {
		p.Items = items[:limit]
		p.Next = Cursor(key(items[limit-1]))
	}
	return p
}

// After decodes a cursor into key and says whether there was one.
func After(cursor string, key any) (bool, error) {
	if cursor == "" {
		return false, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	if err == nil {
		err = json.Unmarshal(raw, key)
	}
	if err != nil {
		return false, fault.BadField("cursor", "is not a cursor of this list; take it from the field next")
	}
	return true, nil
}
