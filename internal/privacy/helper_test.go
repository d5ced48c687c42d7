package privacy

import (
	"bytes"
	"testing"

	"yutang/internal/seal"
)

func testBox(t testing.TB) *seal.Box {
	t.Helper()
	b, err := seal.New(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return b
}
