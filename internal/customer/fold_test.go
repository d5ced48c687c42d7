package customer

import (
	"encoding/json"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"yutang/internal/event"
)

// opsOf draws events at distinct times with operations of one kind beside set and unset.
func opsOf(t *rapid.T, action event.TraitAction) []*event.Event {
	n := rapid.IntRange(1, 9).Draw(t, "events")
	once := 0
	var out []*event.Event
	for i := range n {
		op := event.TraitOp{Name: "x", Action: rapid.SampledFrom([]event.TraitAction{action, action, event.TraitSet, event.TraitUnset}).Draw(t, "action")}
		if op.Action == event.TraitSetOnce {
			if once++; once > maxOnce {
				continue
			}
		}
		v := rapid.IntRange(1, 5).Draw(t, "value")
		op.Value = json.RawMessage(strconv.Itoa(v))
		if action == event.TraitAppend {
			op.Value = json.RawMessage(`["e` + strconv.Itoa(v) + `"]`)
		}
		out = append(out, &event.Event{At: time.UnixMilli(int64(1000 + i)), Traits: []event.TraitOp{op}})
	}
	return out
}

// inOrder is what a trait must be when events come in the order of their times: the
// plain meaning of each operation.
func inOrder(evs []*event.Event) string {
	var list []string
	value := ""
	for _, ev := range evs {
		op := ev.Traits[0]
		switch op.Action {
		case event.TraitSet:
			value, list = string(op.Value), nil
		case event.TraitUnset:
			value, list = "", nil
		case event.TraitSetOnce:
			if value == "" {
				value = string(op.Value)
			}
		case event.TraitIncrement:
			was, _ := strconv.Atoi(value)
			by, _ := strconv.Atoi(string(op.Value))
			value = strconv.Itoa(was + by)
		case event.TraitAppend:
			list = elements(value)
			for _, e := range elements(string(op.Value)) {
				if !slices.Contains(list, e) {
					list = append(list, e)
				}
			}
			slices.Sort(list)
			value = "[" + join(list) + "]"
		}
	}
	return value
}

func join(list []string) string {
	out := ""
	for i, e := range list {
		if i > 0 {
			out += ","
		}
		out += e
	}
	return out
}

// sorted orders the elements of a list.
func sorted(value string) string {
	if value == "" || value[0] != '[' {
		return value
	}
	list := elements(value)
	slices.Sort(list)
	return "[" + join(list) + "]"
}

// covers: B3
func TestFold_DoesNotDependOnTheOrderOfArrival(t *testing.T) {
	t.Parallel()
	for _, action := range []event.TraitAction{event.TraitSetOnce, event.TraitIncrement, event.TraitAppend} {
		t.Run(string(action), func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				evs := opsOf(t, action)
				want := inOrder(evs)
				left, right := newDocument(), newDocument()
				whole := newDocument()
				for _, ev := range rapid.Permutation(evs).Draw(t, "arrival") {
					whole.fold(ev)
					if rapid.Bool().Draw(t, "left") {
						left.fold(ev)
					} else {
						right.fold(ev)
					}
				}
				if got := sorted(whole.value("x")); got != want {
					t.Fatalf("folded as they came: %s, want %s", got, want)
				}
				if got := sorted(joined([]*document{left, right}).value("x")); got != want {
					t.Fatalf("folded under two records: %s, want %s", got, want)
				}
			})
		})
	}
}

func TestDocument_SurvivesStorage(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := newDocument()
		for _, action := range []event.TraitAction{event.TraitSetOnce, event.TraitIncrement, event.TraitAppend} {
			name := rapid.String().Draw(t, "name") + string(action)
			for _, ev := range opsOf(t, action) {
				ev.Traits[0].Name = name
				ev.Tags = []event.TagOp{{Tag: rapid.String().Draw(t, "tag"), Remove: rapid.Bool().Draw(t, "remove")}}
				d.fold(ev)
			}
		}
		d.erased = rapid.Int64Range(0, 10).Draw(t, "erased")
		got, err := decode(d.encode(nil))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(canon(d)), string(canon(got))); diff != "" {
			t.Fatalf("read back differently:\n%s", diff)
		}
	})
}

func canon(d *document) []byte {
	traits, tags := d.view()
	raw, _ := json.Marshal(map[string]any{"traits": traits, "tags": tags, "erased": d.erased, "n": len(d.traits), "g": len(d.tags)})
	return raw
}

// covers: B3
func TestFold_KeepsItsPromises(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		evs  []*event.Event
		want string
	}{
		"a late set does not overwrite a newer one": {
			[]*event.Event{identified(1, 5, set("x", `"new"`)), identified(1, 3, set("x", `"old"`))}, `"new"`,
		},
		"of equal times the later in the log wins": {
			[]*event.Event{identified(1, 5, set("x", `"a"`)), identified(1, 5, set("x", `"b"`))}, `"b"`,
		},
		"null is an unset": {
			[]*event.Event{identified(1, 5, set("x", `"a"`)), identified(1, 6, set("x", `null`))}, ``,
		},
		"an erased profile knows nothing from before, however late it comes": {
			[]*event.Event{
				{Name: event.ProfileErased, At: at(9)}, identified(1, 5, set("x", `"a"`)),
			}, ``,
		},
		"an increment of a text is ignored": {
			[]*event.Event{
				identified(1, 1, set("x", `"a"`)),
				identified(1, 2, event.TraitOp{Action: event.TraitIncrement, Name: "x", Value: json.RawMessage("2")}),
			}, `"a"`,
		},
		"a long number keeps its digits": {
			[]*event.Event{identified(1, 1, set("x", `1234567890123456789`))}, `1234567890123456789`,
		},
		"decimals add exactly": {
			[]*event.Event{
				identified(1, 1, set("x", `0.1`)),
				identified(1, 2, event.TraitOp{Action: event.TraitIncrement, Name: "x", Value: json.RawMessage("0.2")}),
			}, `0.3`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDocument()
			for _, ev := range c.evs {
				d.fold(ev)
			}
			if got := d.value("x"); got != c.want {
				t.Fatalf("x = %s, want %s", got, c.want)
			}
		})
	}
}
