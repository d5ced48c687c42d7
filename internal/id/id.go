// Package id makes and reads the names of things: sortable ids with a prefix that says
// what they name, and the short public form of a customer's number.
package id

import (
	"strconv"

	"github.com/oklog/ulid/v2"

	"yutang/internal/fault"
)

// New makes an id such as "aud_01jq...": a prefix and a ULID, sorted by time of making.
func New(prefix string) string { return prefix + "_" + ulid.Make().String() }

// Customer is the public id of the customer with this number: "c42".
func Customer(ord uint32) string { return "c" + strconv.FormatUint(uint64(ord), 10) }

// ParseCustomer reads a public customer id. The error is not_found: an id that cannot
// be read names nobody.
func ParseCustomer(s string) (uint32, error) {
	if len(s) > 1 && s[0] == 'c' && s[1] != '0' && s[1] != '+' {
		if n, err := strconv.ParseUint(s[1:], 10, 32); err == nil {
			return uint32(n), nil
		}
	}
	return 0, fault.New(fault.NotFound, "customer_not_found", "no customer has the id %q", s)
}
