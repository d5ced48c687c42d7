package fault

import (
	"errors"
	"fmt"
	"testing"
)

func TestKindOf_LooksThroughWrapping(t *testing.T) {
	t.Parallel()
	cause := errors.New("disk on fire")
	err := fmt.Errorf("save: %w", Wrap(Unavailable, "disk_error", cause))
	if KindOf(err) != Unavailable || !Is(err, Unavailable) || Is(err, Invalid) || !errors.Is(err, cause) {
		t.Fatalf("kind %v of %v", KindOf(err), err)
	}
	if KindOf(errors.New("plain")) != Internal || Is(nil, Internal) {
		t.Fatal("a plain error is internal, and no error is of no kind")
	}
}

func TestBadField_NamesFieldAndRemedy(t *testing.T) {
	t.Parallel()
	err := BadField("/name", "a name has 1 to %d bytes", 200)
	if err.Kind != Invalid || len(err.Fields) != 1 || err.Fields[0].Pointer != "/name" || err.Error() != "a name has 1 to 200 bytes" {
		t.Fatalf("%+v", err)
	}
	err.Fields = append(err.Fields, Field{Pointer: "/rule", Detail: "is missing"})
	if got := err.Error(); got != "a name has 1 to 200 bytes (/name: a name has 1 to 200 bytes; /rule: is missing)" {
		t.Fatalf("Error() = %q", got)
	}
}
