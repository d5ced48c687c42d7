package flow

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

const (
	sendA = `{"id":"a","send":{"channel":"webhook","content":{"t":"x"}}}`
	sendB = `{"id":"b","send":{"channel":"webhook","content":{"t":"x"}}}`
	sendC = `{"id":"c","send":{"channel":"webhook","content":{"t":"x"}}}`
)

// covers: C1
func TestWait_SleepsToItsTimeAndEarlyWakesDoNothing(t *testing.T) {
	t.Parallel()
	f := steps(t, `[`+sendA+`,{"id":"w","wait":{"for":"2d"}},`+sendB+`]`, "")
	b, r := open(f)
	start(t, f, b, r)
	b.noted(t, "run entered", "a planned", "w entered")
	if r.Due != noon+2*days || r.Step != 1 {
		t.Fatalf("%+v", r)
	}
	wake(t, f, b, r, noon+days)
	b.noted(t)
	wake(t, f, b, r, r.Due)
	b.noted(t, "w done", "b planned", "run done")
	if r.End != Done || r.Due != 0 || len(b.acts) != 2 {
		t.Fatalf("%+v %v", r, b.acts)
	}
	wake(t, f, b, r, r.Due+days)
	b.noted(t)
}

// covers: C1
func TestWaitFor_IsWokenByTheEventItself_PostHog45743(t *testing.T) {
	t.Parallel()
	f := steps(t, `[{"id":"w","wait_for":{"event":"Order Completed","where":[{"prop":"total","op":"gte","value":10}],"same_key":true,"timeout":"30m",
		"steps":[`+sendA+`],"else":[`+sendB+`]}},`+sendC+`]`, `,"key":"order_id"`)
	paid := func(at int64, object string) Signal {
		return Signal{Event: "Order Completed", Props: props(t, object), At: at}
	}
	b, r := open(f)
	r.Key = "17"
	start(t, f, b, r)
	if !f.Listens(r, "Order Completed") || f.Listens(r, "Order Created") || r.Due != noon+30*minute {
		t.Fatalf("%+v", r)
	}
	b.now += minute
	for _, other := range []Signal{
		paid(b.now, `{"order_id":"18","total":50}`), paid(b.now, `{"order_id":"17","total":5}`), paid(b.now, `{"total":50}`),
		{Event: "Order Created", Props: props(t, `{"order_id":"17","total":50}`)},
		paid(noon-1, `{"order_id":"17","total":50}`),
	} {
		if signal(t, f, b, r, other) {
			t.Fatalf("woken by %+v", other)
		}
	}
	if !signal(t, f, b, r, paid(b.now, `{"order_id":17,"total":50}`)) {
		t.Fatal("not woken by its event")
	}
	b.noted(t, "run entered", "w entered", "w met", "a planned", "c planned", "run done")
}

func TestWaitFor_TimesOutNotBeforeItsTime(t *testing.T) {
	t.Parallel()
	f := steps(t, `[{"id":"w","wait_for":{"event":"Order Completed","timeout":"30m","steps":[`+sendA+`],"else":[`+sendB+`]}}]`, "")
	b, r := open(f)
	start(t, f, b, r)
	wake(t, f, b, r, noon+30*minute-1)
	if r.End != "" {
		t.Fatal("timed out early")
	}
	wake(t, f, b, r, noon+30*minute)
	b.noted(t, "run entered", "w entered", "w timed_out", "b planned", "run done")
}

func TestSignal_AfterAnOverdueTimeOutCountsByWhenItHappened(t *testing.T) {
	t.Parallel()
	f := steps(t, `[{"id":"w","wait_for":{"event":"Order Completed","timeout":"30m","steps":[`+sendA+`],"else":[{"id":"v","wait_for":{"event":"Order Completed","timeout":"1h"}},`+sendB+`]}}]`, "")
	for _, c := range []struct {
		at   int64
		want []string
	}{
		{noon + 10*minute, []string{"w met", "a planned", "run done"}},
		{noon + 40*minute, []string{"w timed_out", "v entered", "v met", "b planned", "run done"}},
	} {
		b, r := open(f)
		start(t, f, b, r)
		b.notes, b.now = nil, noon+2*hour // nobody woke it in time
		if !signal(t, f, b, r, Signal{Event: "Order Completed", At: c.at}) {
			t.Fatal("not woken")
		}
		b.noted(t, c.want...)
	}
}

// covers: C1
func TestWaitFor_RuleOrAudienceThatHoldsAlreadyIsMetAtOnce(t *testing.T) {
	t.Parallel()
	f := steps(t, `[{"id":"w","wait_for":{"rule":{"tag":"VIP"},"timeout":"3d"}},{"id":"v","wait_for":{"audience":"aud_1","timeout":"3d"}},`+sendA+`]`, "")
	b, r := open(f)
	b.rules[0], b.members["aud_1"] = ruling{noon}, true
	start(t, f, b, r)
	b.noted(t, "run entered", "w met", "v met", "a planned", "run done")
}

func TestWaitFor_RuleWakesWhenItsAnswerCouldChange(t *testing.T) {
	t.Parallel()
	f := steps(t, `[{"id":"w","wait_for":{"rule":{"tag":"VIP"},"timeout":"3d"}},{"id":"v","wait_for":{"audience":"aud_1","on":"left","timeout":"3d"}}]`, "")
	b, r := open(f)
	b.rules[0], b.members["aud_1"] = ruling{noon + hour}, true
	start(t, f, b, r)
	if r.Due != noon+hour || !slices.Equal(f.RulesOf(r), []int{0}) {
		t.Fatalf("due %d, rules %v", r.Due-noon, f.RulesOf(r))
	}
	b.rules[0] = ruling{noon + 2*hour} // something happened meanwhile
	b.now += minute
	if woke, err := f.Recheck(b, r); woke || err != nil || r.Due != noon+2*hour {
		t.Fatalf("%v %v %+v", woke, err, r)
	}
	wake(t, f, b, r, r.Due)
	b.noted(t, "run entered", "w entered", "w met", "v entered")
	if !f.ListensTo(r, "aud_1") || signal(t, f, b, r, Signal{Audience: "aud_1", Entered: true}) {
		t.Fatal("entering is not leaving")
	}
	if !signal(t, f, b, r, Signal{Audience: "aud_1"}) {
		t.Fatal("leaving does not wake")
	}
	b.noted(t, "v met", "run done")
}

// covers: C1
func TestGoal_EndsTheRunAnywhereAndComesBeforeExits(t *testing.T) {
	t.Parallel()
	f := steps(t, `[{"id":"w","wait":{"for":"5d"}},`+sendA+`]`,
		`,"goal":{"event":"Order Completed"},"exit":[{"audience":"aud_1"},{"event":"Order Completed"},{"rule":{"tag":"stop"}}]`)
	b, r := open(f)
	b.rules[0] = ruling{noon + days}
	start(t, f, b, r)
	if r.Due != noon+days || !slices.Equal(f.Events, []string{"Order Completed"}) {
		t.Fatalf("the exit's rule is due in %d; %v", r.Due-noon, f.Events)
	}
	goal, byRule, byAudience := *r, *r, *r
	b.notes = nil
	signal(t, f, b, &goal, Signal{Event: "Order Completed"})
	b.noted(t, "w goal", "run goal")
	signal(t, f, b, &byAudience, Signal{Audience: "aud_1", Entered: true})
	b.noted(t, "w exited /exit/0", "run exited /exit/0")
	wake(t, f, b, &byRule, byRule.Due)
	b.noted(t, "w exited /exit/2", "run exited /exit/2")
	if len(b.acts) > 0 || goal.End != Goal || byRule.End != Exited {
		t.Fatal(b.acts, goal, byRule)
	}
}

func TestGoal_ByRuleIsAskedBeforeTheStepGoesOn(t *testing.T) {
	t.Parallel()
	f := steps(t, `[{"id":"w","wait_for":{"event":"Order Completed","timeout":"5d"}},`+sendA+`]`, `,"goal":{"rule":{"tag":"bought"}}`)
	b, r := open(f)
	start(t, f, b, r)
	b.rules[0] = ruling{noon}
	signal(t, f, b, r, Signal{Event: "Order Completed"})
	b.noted(t, "run entered", "w entered", "w goal", "run goal")
}

func TestStart_WhatHoldsAlreadyEndsTheRunAtOnce(t *testing.T) {
	t.Parallel()
	f := steps(t, `[`+sendA+`]`, `,"goal":{"rule":{"tag":"bought"}},"exit":[{"audience":"aud_1"}]`)
	b, r := open(f)
	b.rules[0], b.members["aud_1"] = ruling{noon}, true
	start(t, f, b, r)
	b.noted(t, "run entered", "run exited "+AtStart)
	b, r = open(f)
	b.members["aud_1"] = true
	start(t, f, b, r)
	b.noted(t, "run entered", "run exited /exit/0")
	if len(b.acts) > 0 || r.Step != 1 {
		t.Fatal(b.acts, r)
	}
}

// covers: C1
func TestBranch_TakesTheFirstCaseThatHolds(t *testing.T) {
	t.Parallel()
	f := steps(t, `[{"id":"x","branch":{"cases":[{"name":"rich","rule":{"tier":">=V3"},"steps":[`+sendA+`]},
		{"name":"big","where":[{"prop":"total","op":"gt","value":100}],"steps":[`+sendB+`]},{"name":"none","rule":{"tag":"n"}}],"else":[`+sendC+`]}}]`, "")
	for _, c := range []struct {
		rules map[int]ruling
		props string
		want  []string
	}{
		{map[int]ruling{0: {noon}, 1: {noon}}, `{"total":500}`, []string{"x took rich", "a planned"}},
		{nil, `{"total":500}`, []string{"x took big", "b planned"}},
		{map[int]ruling{1: {noon}}, `{"total":5}`, []string{"x took none"}},
		{nil, `{}`, []string{"x took else", "c planned"}},
	} {
		b, r := open(f)
		b.rules, b.trigger = c.rules, props(t, c.props)
		start(t, f, b, r)
		b.noted(t, append(append([]string{"run entered"}, c.want...), "run done")...)
	}
}

// covers: C8
func TestSplit_SticksWhateverTheDraw_Parcelvoy(t *testing.T) {
	t.Parallel()
	f := steps(t, `[{"id":"x","split":{"arms":[{"name":"one","percent":50,"steps":[`+sendA+`]},{"name":"two","percent":50}]}}]`, "")
	drawn := map[string]int{}
	for ord := range uint32(200) {
		b, r := open(f)
		r.Subject.Ord = ord
		start(t, f, b, r)
		arm := strings.Fields(b.notes[1])[2]
		drawn[arm]++
		if want := []string{"p/x " + arm}; !slices.Equal(b.exposed, want) {
			t.Fatalf("exposed %v, want %v", b.exposed, want)
		}
		other := map[string]string{"one": "two", "two": "one"}[arm]
		b, r = open(f)
		r.Subject.Ord, b.assigned["p/x"] = ord, other
		start(t, f, b, r)
		if b.notes[1] != "x took "+other {
			t.Fatalf("drawn %s, had %s: %v", arm, other, b.notes)
		}
	}
	if drawn["one"] < 70 || drawn["two"] < 70 {
		t.Fatal(drawn)
	}
}

func TestSplit_ByStaffKeepsAnOwnersCustomersTogether(t *testing.T) {
	t.Parallel()
	f := steps(t, `[{"id":"x","split":{"by":"staff","experiment":"talk","arms":[{"name":"one","percent":50},{"name":"two","percent":50}]}}]`, "")
	arms := map[string]string{}
	for ord := range uint32(60) {
		b, r := open(f)
		r.Subject.Ord = ord
		owner := string(rune('a' + ord%6))
		b.clusters[ord] = owner
		start(t, f, b, r)
		if was, ok := arms[owner]; ok && was != b.exposed[0] {
			t.Fatalf("%s: %s and %s", owner, was, b.exposed[0])
		}
		arms[owner] = b.exposed[0]
	}
	b, r := open(f)
	if start(t, f, b, r); len(b.exposed) > 0 || !strings.HasPrefix(b.notes[1], "x took ") {
		t.Fatalf("without an owner: %v %v", b.exposed, b.notes)
	}
}

// covers: C8
func TestHoldout_WalksOnAndDoesNothing(t *testing.T) {
	t.Parallel()
	f := steps(t, `[`+sendA+`,{"id":"h","holdout":{"percent":50,"experiment":"e"}},`+sendB+`,{"id":"w","wait":{"for":"1d"}},
		{"id":"k","task":{"title":"call","wait":true}},{"id":"x","split":{"arms":[{"name":"control","percent":100},{"name":"y","percent":0}]}},
		{"id":"u","update":{"tag":["t"]}}]`, "")
	b, r := open(f)
	b.assigned["e"] = ArmControl
	start(t, f, b, r)
	wake(t, f, b, r, r.Due)
	b.noted(t, "run entered", "a planned", "h held_out control", "b held_out", "w entered", "w done", "k held_out", "x took control", "u held_out", "run done")
	if !slices.Equal(b.acts, []string{"r a"}) || !slices.Equal(b.exposed, []string{"e control"}) || !r.Holdout {
		t.Fatal(b.acts, b.exposed)
	}
	b, r = open(f)
	b.assigned["e"] = ArmTreatment
	start(t, f, b, r)
	if !slices.Equal(b.exposed, []string{"e treatment"}) || len(b.acts) != 2 || f.Share(1, ArmControl) != 50 {
		t.Fatal(b.acts, b.exposed)
	}
}

func TestHoldout_OfThePlaybookIsExposedOnceAndDoesNothing(t *testing.T) {
	t.Parallel()
	f := steps(t, `[`+sendA+`]`, `,"holdout_percent":20`)
	b, r := open(f)
	r.Holdout = true
	start(t, f, b, r)
	if len(b.acts) > 0 || !slices.Equal(b.exposed, []string{"p control"}) || f.Share(-1, ArmTreatment) != 80 {
		t.Fatal(b.acts, b.exposed)
	}
}

func TestVariants_AreDrawnExposedAndHandedOver(t *testing.T) {
	t.Parallel()
	f := steps(t, `[{"id":"s","send":{"channel":"c","variants":[{"name":"v1","percent":0,"content":{}},{"name":"v2","percent":100,"material":"m"}]}}]`, "")
	b, r := open(f)
	start(t, f, b, r)
	b.noted(t, "run entered", "s planned v2", "run done")
	if !slices.Equal(b.acts, []string{"r s v2"}) || !slices.Equal(b.exposed, []string{"p/s v2"}) {
		t.Fatal(b.acts, b.exposed)
	}
}

// covers: C2
func TestTask_WaitsForTheResultOrTheDeadline(t *testing.T) {
	t.Parallel()
	f := steps(t, `[{"id":"k","task":{"title":"call","deadline":"2h","wait":true}},{"id":"x","wait_for":{"task":"k","result":"done","timeout":"1h","steps":[`+sendA+`],"else":[`+sendB+`]}}]`, "")
	b, r := open(f)
	start(t, f, b, r)
	b.noted(t, "run entered", "k planned")
	late, failed := *r, *r
	if signal(t, f, b, r, Signal{Task: "other", Result: "done"}) || !signal(t, f, b, r, Signal{Task: "k", Result: "done"}) {
		t.Fatal("wakes by the wrong task, or not by its own")
	}
	b.noted(t, "k met done", "x met done", "a planned", "run done")
	signal(t, f, b, &failed, Signal{Task: "k", Result: "refused"})
	wake(t, f, b, &failed, failed.Due)
	b.noted(t, "k met refused", "x entered", "x timed_out", "b planned", "run done")
	b.now = noon
	wake(t, f, b, &late, noon+2*hour)
	b.noted(t, "k timed_out", "x entered")

	b, r = open(f)
	b.results["k"] = Result{Failed, "no_owner"}
	start(t, f, b, r)
	b.noted(t, "run entered", "k failed no_owner", "x entered")
}

func TestTask_DoneBeforeAnybodyWaitsIsRemembered(t *testing.T) {
	t.Parallel()
	f := steps(t, `[{"id":"k","task":{"title":"call"}},{"id":"w","wait":{"for":"1h"}},{"id":"x","wait_for":{"task":"k","timeout":"1h"}}]`, "")
	b, r := open(f)
	start(t, f, b, r)
	before := *r
	if signal(t, f, b, r, Signal{Task: "k", Result: "done"}) || before.Results != nil || r.Results["k"] != "done" {
		t.Fatalf("%+v", r)
	}
	b.notes = nil
	wake(t, f, b, r, noon+hour)
	b.noted(t, "w done", "x met done", "run done")
}

func TestMarks_EndTheRun(t *testing.T) {
	t.Parallel()
	for kind, want := range map[string]string{"goal": "m goal won", "exit": "m exited won"} {
		f := steps(t, `[{"id":"m","`+kind+`":{"name":"won"}},`+sendA+`]`, "")
		b, r := open(f)
		start(t, f, b, r)
		b.noted(t, "run entered", want, strings.Replace(want, "m ", "run ", 1))
		if len(b.acts) > 0 {
			t.Fatal(b.acts)
		}
	}
}

func TestErrors_LeaveTheRunAsItWas(t *testing.T) {
	t.Parallel()
	f := steps(t, `[{"id":"w","wait":{"for":"1h"}},`+sendA+`]`, `,"goal":{"rule":{"tag":"x"}}`)
	b, r := open(f)
	start(t, f, b, r)
	was := *r
	b.now, b.fails["a"] = noon+hour, errors.New("disk full")
	if err := f.Wake(b, r); err == nil || !strings.Contains(err.Error(), "disk full") || !reflect.DeepEqual(*r, was) {
		t.Fatalf("%v: %+v", err, r)
	}
	b.rules[0] = ruling{-1}
	if woke, err := f.Recheck(b, r); err == nil || woke || !reflect.DeepEqual(*r, was) || !strings.Contains(err.Error(), "/goal") {
		t.Fatalf("%v %v: %+v", woke, err, r)
	}
}

func TestAdopt_KeepsTheTimeAlreadyWaited(t *testing.T) {
	t.Parallel()
	old := steps(t, `[{"id":"w","wait":{"for":"5d"}},{"id":"gone","wait":{"for":"1d"}}]`, "")
	now := steps(t, `[`+sendA+`,{"id":"w","wait":{"for":"2d"}},`+sendB+`]`, "")
	b, r := open(old)
	start(t, old, b, r)
	short, other := *r, *r
	b.flow, b.notes, b.now = now, nil, noon+days
	if ok, err := now.Adopt(b, r, old); !ok || err != nil || r.Due != noon+2*days || r.Step != 1 {
		t.Fatalf("%v %v %+v", ok, err, r)
	}
	b.noted(t, "run moved")
	b.now = noon + 3*days
	if ok, err := now.Adopt(b, &short, old); !ok || err != nil || short.End != Done {
		t.Fatalf("%v %v %+v", ok, err, short)
	}
	other.Step = 1
	if ok, err := now.Adopt(b, &other, old); ok || err != nil {
		t.Fatal("a step that is gone cannot go on", err)
	}
	b.notes = nil
	now.Finish(b, r, Stopped, "by hand")
	now.Finish(b, r, Stopped, "again")
	b.noted(t, "w stopped by hand", "run stopped by hand")
}

func TestEnter_GoesOnInAnotherStepAndAsksTheNewGoal(t *testing.T) {
	t.Parallel()
	old := steps(t, `[{"id":"gone","wait":{"for":"5d"}}]`, "")
	now := steps(t, `[`+sendA+`,{"id":"w","wait":{"for":"2d"}}]`, `,"goal":{"rule":{"tag":"x"}}`)
	b, r := open(old)
	start(t, old, b, r)
	reached := *r
	b.flow, b.notes, b.now = now, nil, noon+days
	b.rules[0] = ruling{noon + 2*days}
	if err := now.Enter(b, r, 1); err != nil || r.Due != noon+2*days {
		t.Fatalf("%v: %+v", err, r)
	}
	b.noted(t, "run moved", "w entered")
	b.rules[0] = ruling{noon}
	if err := now.Enter(b, &reached, 1); err != nil || reached.End != Goal {
		t.Fatalf("%v: %+v", err, reached)
	}
	b.noted(t, "run moved", "run goal")
}

func TestSubjects_OtherThanCustomersAreNeverExposed(t *testing.T) {
	t.Parallel()
	f := parsed(t, `{"name":"n","subject":"staff","trigger":{"schedule":{"every":"day"}},
		"steps":[{"id":"x","split":{"arms":[{"name":"a","percent":50},{"name":"b","percent":50}]}},{"id":"k","task":{"title":"t"}},{"id":"u","wait_until":{"time":"18:00"}}]}`)
	b, r := open(f)
	r.Subject = Subject{Kind: Staff, Name: "corp/li"}
	start(t, f, b, r)
	if len(b.exposed) > 0 || len(b.acts) != 1 || r.Due != time.UnixMilli(noon).Add(6*time.Hour).UnixMilli() {
		t.Fatalf("%v %v %+v", b.exposed, b.acts, r)
	}
}
