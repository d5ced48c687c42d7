package event

import (
	"encoding/json"
	"testing"
)

func TestAnonymousProps_KeepWhatCountsOnly(t *testing.T) {
	t.Parallel()
	for props, want := range map[string]string{
		`{"revenue":12.5,"currency":"CNY","name":"Li","note":"call me","category":"shoes","order_id":"A1"}`: `{"revenue":12.5,"currency":"CNY","category":"shoes"}`,
		`{"total":"12.50","quantity":"two","price":"13912345678901234"}`:                                    `{"total":"12.50"}`,
		`{"category":["a"],"value":{"x":1},"channel":true}`:                                                 `{"channel":true}`,
		`{"note":1}`: ``,
		``:           ``,
	} {
		if got := string(anonymousProps([]byte(props))); got != want {
			t.Errorf("%s\n%s, want\n%s", props, got, want)
		}
	}
}

func TestWithout_TakesOutWhatHoldsAMark(t *testing.T) {
	t.Parallel()
	for object, want := range map[string]string{
		`{"a":1,"b":"call 13912348899 now","c":{"d":["13912348899","x"]},"n":13912348899}`: `{"a":1,"c":{"d":["x"]}}`,
		`{"a": 1}`:            `{"a": 1}`,
		`{"a":"13912348899"}`: ``,
	} {
		if got := string(without(json.RawMessage(object), []string{"13912348899"})); got != want {
			t.Errorf("%s: %s, want %s", object, got, want)
		}
	}
}
