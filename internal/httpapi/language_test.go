package httpapi

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"yutang/internal/fault"
)

type reject struct {
	Line   int    `json:"line"`
	Reason string `json:"reason" say:"zh"`
}

type answered struct {
	Name    string
	Rejects []reject
	First   *reject
	Counts  map[string]int `say:"zh"`
	Notes   []string       `say:"zh"`
	ByName  map[string]reject
	Faults  []fault.Field
	None    []reject
	hidden  int
}

func TestSayAnswer_CopiesWhatItSays(t *testing.T) {
	t.Parallel()
	made := func(required, missing string) answered {
		one := reject{3, required}
		return answered{
			Name: "is required", Rejects: []reject{one}, First: &one, Counts: map[string]int{required: 2}, Notes: []string{missing, "new"},
			ByName: map[string]reject{"is required": one}, Faults: []fault.Field{{Pointer: "/a", Detail: missing}}, hidden: 1,
		}
	}
	in := made("is required", "is missing")
	opts := cmp.AllowUnexported(answered{})
	if diff := cmp.Diff(made("必填", "没有填"), sayAnswer(in), opts); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(made("is required", "is missing"), in, opts); diff != "" {
		t.Errorf("the original changed: %s", diff)
	}
}
