package flow

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"yutang/internal/event"
)

// trees draws definitions of random shape. It never draws what Parse would refuse.
func trees() *rapid.Generator[json.RawMessage] {
	return rapid.Custom(func(t *rapid.T) json.RawMessage {
		g := &grower{T: t}
		d := Definition{
			Name: rapid.StringMatching(`[\p{L}][\p{L}: #'"-]{0,20}`).Draw(t, "name"), Description: strings.ReplaceAll(rapid.String().Draw(t, "description"), "\x00", ""),
			Trigger: Trigger{Event: "Order Created"}, Key: "order_id", Steps: g.list(3),
		}
		if g.coin("goal") {
			c := g.condition()
			d.Goal = &c
		}
		if g.coin("exit") {
			d.Exit = []Condition{g.condition()}
		}
		raw, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		return raw
	})
}

type grower struct {
	*rapid.T
	n     int
	tasks []string
}

func (g *grower) coin(label string) bool { return rapid.Bool().Draw(g.T, label) }

func (g *grower) pick(label string, from ...string) string {
	return rapid.SampledFrom(from).Draw(g.T, label)
}

func (g *grower) list(depth int) (out []Step) {
	least := 0
	if g.n == 0 {
		least = 1
	}
	for range rapid.IntRange(least, 4).Draw(g.T, "steps") {
		if g.n < 60 {
			out = append(out, g.step(depth))
		}
	}
	return out
}

func (g *grower) span() string { return g.pick("span", "1s", "30m", "2h", "1d") }

func (g *grower) rule() json.RawMessage {
	return json.RawMessage(fmt.Sprintf(`{"any":[{"tag":"t%d"},{"did":{"event":"A","within":"2h"}}]}`, rapid.IntRange(0, 3).Draw(g.T, "tag")))
}

func (g *grower) condition() Condition {
	switch g.pick("condition", "event", "audience", "rule", "task") {
	case "event":
		return Condition{Event: g.pick("event", "Order Completed", "Message Replied"), SameKey: g.coin("same")}
	case "audience":
		return Condition{Audience: "aud_1", On: g.pick("on", "", "entered", "left")}
	case "task":
		if len(g.tasks) > 0 {
			return Condition{Task: g.pick("task", g.tasks...), Result: g.pick("result", "", "done", "refused")}
		}
	}
	return Condition{Rule: g.rule()}
}

func (g *grower) step(depth int) Step {
	g.n++
	s := Step{ID: fmt.Sprintf("s%d", g.n)}
	kinds := []string{KindSend, KindTask, KindWait, KindWaitUntil, KindHoldout, KindUpdate, KindWebhook, KindExit, KindGoal}
	if depth > 0 {
		kinds = append(kinds, KindWaitFor, KindBranch, KindSplit, KindWaitFor, KindBranch, KindSplit)
	}
	switch g.pick("kind", kinds...) {
	case KindSend:
		s.Send = &Send{Channel: "c", Content: json.RawMessage(`{"text":"Hello {{ traits.city }}\n\nyou","n":1.50,"on":"09:00"}`)}
		if g.coin("variants") {
			s.Send.Content = nil
			s.Send.Variants = []Variant{{Name: "a", Percent: 33.33, Material: "m"}, {Name: "b", Percent: 66.67, Material: "n"}}
		}
	case KindTask:
		s.Task = &Task{Title: "call", Wait: g.coin("wait"), Deadline: g.span(), Script: rapid.StringMatching(`[a-z \n#:-]{0,30}`).Draw(g.T, "script")}
		g.tasks = append(g.tasks, s.ID)
	case KindWait:
		s.Wait = &Wait{For: g.span()}
	case KindWaitUntil:
		s.WaitUntil = &WaitUntil{Time: g.pick("time", "", "09:00", "23:59"), Weekdays: []string{g.pick("day", "mon", "sun")}}
	case KindHoldout:
		s.Holdout = &Holdout{Percent: 30}
	case KindUpdate:
		s.Update = &Update{Tag: []string{"yes", "2026-01-01", "null"}, Set: map[string]json.RawMessage{"z": json.RawMessage(`[1,"1"]`), "a": json.RawMessage(`true`)}}
	case KindWebhook:
		s.Webhook = &Webhook{Endpoint: "e", Content: json.RawMessage(`{}`)}
	case KindExit:
		s.Exit = &Mark{}
	case KindGoal:
		s.Goal = &Mark{Name: "won"}
	case KindWaitFor:
		s.WaitFor = &WaitFor{Condition: g.condition(), Timeout: g.span()}
		s.WaitFor.Steps, s.WaitFor.Else = g.ways(depth - 1)
	case KindBranch:
		s.Branch = &Branch{Cases: []Case{{Name: "one", Rule: g.rule()}, {Name: "two", Rule: g.rule()}}}
		s.Branch.Cases[0].Steps, s.Branch.Else = g.ways(depth - 1)
	case KindSplit:
		s.Split = &Split{Arms: []Arm{{Name: "l", Percent: 50}, {Name: "r", Percent: 50}}}
		s.Split.Arms[0].Steps, s.Split.Arms[1].Steps = g.ways(depth - 1)
	}
	return s
}

// ways grows two ways of a step. The tasks of one are not known in the other.
func (g *grower) ways(depth int) (one, two []Step) {
	before := slices.Clone(g.tasks)
	one = g.list(depth)
	first := g.tasks
	g.tasks = slices.Clone(before)
	two = g.list(depth)
	g.tasks = append(first, g.tasks[len(before):]...)
	return one, two
}

// happening is what happens to a run: how long until, and what.
type happening struct {
	after  int64
	signal Signal
}

func happenings(t *rapid.T) []happening {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) happening {
		h := happening{after: rapid.Int64Range(0, 2*hour).Draw(t, "after")}
		switch rapid.IntRange(0, 3).Draw(t, "what") {
		case 0:
			h.signal = Signal{Event: rapid.SampledFrom([]string{"Order Completed", "Message Replied"}).Draw(t, "event"), Props: []event.Prop{{Key: "order_id", Value: event.Value{Kind: event.String, Str: "9"}}}}
		case 1:
			h.signal = Signal{Audience: "aud_1", Entered: rapid.Bool().Draw(t, "entered")}
		case 2:
			h.signal = Signal{Task: fmt.Sprintf("s%d", rapid.IntRange(1, 20).Draw(t, "task")), Result: "done"}
		}
		return h
	}), 0, 12).Draw(t, "happenings")
}

// live takes a run through the happenings and then only through its times.
func live(t *rapid.T, f *Flow, rules map[int]ruling, member bool, ord uint32, script []happening) (*brand, *Run) {
	b, r := open(f)
	b.rules, b.members["aud_1"], r.Subject.Ord, r.Key = rules, member, ord, "9"
	check := func(err error) {
		if err != nil || (r.End == "") != (r.Due > 0) || r.End == "" && (r.Due <= b.now && r.Since != r.Due || r.Since > b.now) {
			t.Fatalf("%v: now %d: %+v", err, b.now, r)
		}
	}
	check(f.Start(b, r))
	for _, h := range script {
		until := b.now + h.after
		for r.End == "" && r.Due <= until {
			b.now = r.Due
			check(f.Wake(b, r))
		}
		b.now = until
		if h.signal.Event == "" && h.signal.Audience == "" && h.signal.Task == "" {
			_, err := f.Recheck(b, r)
			check(err)
			continue
		}
		_, err := f.Signal(b, r, h.signal)
		check(err)
	}
	for n := 0; r.End == ""; n++ {
		if n > 3*len(f.Steps)+len(f.Rules)+3 {
			t.Fatalf("still at step %d after %d wakes", r.Step, n)
		}
		b.now = r.Due
		check(f.Wake(b, r))
	}
	return b, r
}

// covers: C1
func TestWalk_AlwaysEndsIsTheSameAgainAndNotesEachStepOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		raw := trees().Draw(t, "definition")
		f, err := Parse(raw, time.UTC)
		if err != nil {
			t.Fatalf("%s: %v", raw, err)
		}
		rules := map[int]ruling{}
		for i := range f.Rules {
			if rapid.Bool().Draw(t, "ever") {
				rules[i] = ruling{noon + rapid.Int64Range(-hour, 3*days).Draw(t, "from")}
			}
		}
		member, ord, script := rapid.Bool().Draw(t, "member"), rapid.Uint32Range(0, 50).Draw(t, "ord"), happenings(t)
		b, r := live(t, f, rules, member, ord, script)
		again, _ := live(t, f, rules, member, ord, script)
		if !reflect.DeepEqual(b.notes, again.notes) || !reflect.DeepEqual(b.acts, again.acts) {
			t.Fatalf("%v\n%v", b.notes, again.notes)
		}
		notesAddUp(t, f, b, r)
	})
}

// notesAddUp checks a history: steps come in order, each is over once, those that acted are
// planned, and nothing acts after a holdout.
func notesAddUp(t *rapid.T, f *Flow, b *brand, r *Run) {
	over, open, planned, last, held := map[string]bool{}, "", 0, -1, false
	for i, note := range b.notes {
		words := strings.Fields(note)
		id, o := words[0], Outcome(words[1])
		if id == "run" {
			if (i == 0) != (o == Entered) || (i == len(b.notes)-1) != (o == r.End) && i > 0 {
				t.Fatalf("%v", b.notes)
			}
			continue
		}
		at, _ := f.Index(id)
		waits := f.Steps[at].Waits()
		arrives := waits && (o == Entered || o == Planned) && open == ""
		if o == Planned && f.Steps[at].Acts() {
			planned++
		}
		held = held || o == HeldOut
		switch {
		case open != "" && id != open, over[id], open == "" && at <= last, held && o == Planned:
			t.Fatalf("%s: %v", note, b.notes)
		case arrives:
			open, last = id, at
			continue
		}
		over[id], open, last = true, "", at
	}
	if open != "" || planned != len(b.acts) {
		t.Fatalf("open %q, %d planned: %v; %v", open, planned, b.notes, b.acts)
	}
}
