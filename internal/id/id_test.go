package id

import (
	"testing"

	"pgregory.net/rapid"

	"yutang/internal/fault"
)

func TestParseCustomer_ReadsWhatCustomerWrites(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.Uint32Min(1).Draw(t, "ord")
		if got, err := ParseCustomer(Customer(want)); err != nil || got != want {
			t.Fatalf("%s is read as %d, %v", Customer(want), got, err)
		}
	})
	for _, s := range []string{"", "c", "42", "c0", "c042", "c-1", "c+1", "c4294967296", "x1"} {
		if _, err := ParseCustomer(s); !fault.Is(err, fault.NotFound) {
			t.Errorf("ParseCustomer(%q) = %v, want not_found", s, err)
		}
	}
}
