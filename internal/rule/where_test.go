package rule

import (
	"testing"
	"time"

	"yutang/internal/event"
)

func TestWhere_MeansWhatItMeansInRules(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC).UnixMilli()
	props := event.Scalars(nil, []byte(`{"category":"tea","price":12.5,"tags":["a","b"],"paid_at":"2026-03-01T11:59:00Z"}`))
	for where, want := range map[string]bool{
		`[]`: true,
		`[{"prop":"category","op":"eq","value":"tea"}]`:                                       true,
		`[{"prop":"category","op":"eq","value":"Tea"}]`:                                       false,
		`[{"prop":"price","op":"between","value":[12,13]}]`:                                   true,
		`[{"prop":"price","op":"gt","value":"12"}]`:                                           false,
		`[{"prop":"tags","op":"contains","value":"b"}]`:                                       true,
		`[{"prop":"colour","op":"missing"}]`:                                                  true,
		`[{"prop":"colour","op":"ne","value":"red"}]`:                                         true,
		`[{"prop":"colour","op":"in","value":["red"]}]`:                                       false,
		`[{"prop":"paid_at","op":"within_last","value":"5m"}]`:                                true,
		`[{"prop":"paid_at","op":"within_last","value":"30s"}]`:                               false,
		`[{"prop":"paid_at","op":"before","value":"2026-03-02"}]`:                             true,
		`[{"prop":"category","op":"eq","value":"tea"},{"prop":"price","op":"lt","value":10}]`: false,
	} {
		w, faults := ParseWhere([]byte(where), "/trigger/where", time.UTC)
		if len(faults) > 0 {
			t.Errorf("%s: %v", where, faults)
		} else if got := w.Match(props, now); got != want {
			t.Errorf("%s: %v, want %v", where, got, want)
		}
	}
	_, faults := ParseWhere([]byte(`[{"prop":"a","op":"like","value":1}]`), "/trigger/where", time.UTC)
	if len(faults) != 1 || faults[0].Pointer != "/trigger/where/0/op" {
		t.Fatalf("faults %v", faults)
	}
}
