package flow

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"yutang/internal/fault"
)

func everything(t testing.TB) []byte {
	t.Helper()
	raw, err := os.ReadFile("testdata/everything.json")
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestParse_TakesEveryKindOfStepAndCondition(t *testing.T) {
	t.Parallel()
	f := parsed(t, string(everything(t)))
	kinds := map[string]bool{}
	for i, op := range f.Steps {
		kinds[op.Kind] = true
		if j, ok := f.Index(op.Step.ID); !ok || j != i || op.Index != i || op.Next <= i {
			t.Errorf("%s stands at %d, %d, goes on at %d", op.Step.ID, i, j, op.Next)
		}
	}
	if len(kinds) != 15 { // all but post, which customers do not have
		t.Errorf("%v", kinds)
	}
	if want := []string{"Order Cancelled", "Order Completed"}; !slices.Equal(f.Events, want) {
		t.Errorf("events %v", f.Events)
	}
	keys, ids := f.AudienceKeys()
	if !slices.Equal(keys, []string{"fresh"}) || !slices.Equal(ids, []string{"aud_9"}) {
		t.Errorf("audiences %v %v", keys, ids)
	}
	var rules []string
	for _, r := range f.Rules {
		rules = append(rules, r.Pointer)
	}
	want := []string{"/steps/6/branch/cases/0/rule", "/steps/6/branch/else/1/wait_for/rule", "/exit/2/rule"}
	if !slices.Equal(rules, want) || f.Again != 7*24*time.Hour || f.Late != 2*time.Hour || f.PerCustomer() != 3 {
		t.Errorf("%v %v %v", rules, f.Again, f.Late)
	}
}

func TestParse_WaysJoinBehindTheStep(t *testing.T) {
	t.Parallel()
	f := parsed(t, string(everything(t)))
	at := func(id string) int { i, _ := f.Index(id); return i }
	who, ab := f.Steps[at("who")], f.Steps[at("ab")]
	want := []Way{{"vip", at("call")}, {"big", at("gift")}, {WayElse, at("member")}}
	if diff := cmp.Diff(want, who.Ways); diff != "" || who.Next != at("ab") {
		t.Error(diff, who.Next)
	}
	if diff := cmp.Diff([]Way{{"a", at("mark")}, {"b", at("tell")}}, ab.Ways); diff != "" {
		t.Error(diff)
	}
	for last, next := range map[string]string{"called": "ab", "lost": "ab", "gift": "ab", "rule": "ab", "mark": "tell"} {
		if f.Steps[at(last)].Next != at(next) {
			t.Errorf("%s goes on at %d, not %s", last, f.Steps[at(last)].Next, next)
		}
	}
	if f.Steps[at("halt")].Next != len(f.Steps) {
		t.Error("the last step does not end")
	}
}

func TestParse_OneStepDocumentsOfBeforeStayValid(t *testing.T) {
	t.Parallel()
	f := parsed(t, `{"name":"Thank first buyers","trigger":{"event":"Order Completed","where":[{"prop":"revenue","op":"gte","value":100}]},
		"reentry":"30d","holdout_percent":10,"quiet_hours":{"from":"21:00","to":"09:00"},"cap":{"per_day":1},
		"steps":[{"id":"thanks","send":{"channel":"webhook","endpoint":"ep_1","content":{"title":"Thank you"},"missing":"empty","traits":["city"],"identities":["external_userid"],"transactional":false,"expires_in":"3d"}}]}`)
	if f.Late != 72*time.Hour || f.Definition.Priority != 50 || f.Definition.Subject != Customers || f.PerCustomer() != 1 {
		t.Fatalf("%+v late %v", f.Definition, f.Late)
	}
	f = parsed(t, `{"name":"a","trigger":{"audience":"aud_1"},"steps":[{"id":"s","send":{"channel":"c","content":{}}}]}`)
	if f.Definition.Reentry != "once" || f.Definition.Trigger.On != "entered" || f.Late != 24*time.Hour || f.Steps[0].Within != 24*time.Hour {
		t.Fatalf("%+v", f.Definition)
	}
}

// faultsOf lists the pointers of the faults with the start of what is said.
func faultsOf(t *testing.T, doc string) map[string]string {
	t.Helper()
	_, err := Parse([]byte(doc), time.UTC)
	e := &fault.Error{}
	if err == nil || !errors.As(err, &e) || e.Code != "invalid_playbook" || e.Kind != fault.Invalid {
		t.Fatalf("%.80s: %v", doc, err)
	}
	got := map[string]string{}
	for _, f := range e.Fields {
		got[f.Pointer] = f.Detail
	}
	return got
}

func TestParse_PointsAtEveryFault(t *testing.T) {
	t.Parallel()
	const ok = `"name":"n","trigger":{"event":"A"}`
	const send = `{"id":"s","send":{"channel":"c","content":{}}}`
	step := func(s string) string { return `{` + ok + `,"steps":[` + s + `]}` }
	trigger := func(s string) string { return `{"name":"n","trigger":` + s + `,"steps":[` + send + `]}` }
	for doc, want := range map[string][]string{
		``:   {""},
		`[]`: {""},
		`{"name":1,"steps":{},"trigger":null,"priority":1.5}`: {"/name", "/steps", "/trigger", "/priority"},
		`{"x":1,` + ok + `,"steps":[{"id":"s","sned":{}}]}`:   {"/x", "/steps/0/sned"},
		`{` + ok + `}`: {"/steps"},
		`{` + ok + `,"name":"m","steps":[` + send + `]}`:                        {"/name"},
		`{` + ok + `,"subject":"dog","steps":[` + send + `]}`:                   {"/subject", "/trigger/event", "/steps/0/send"},
		step(`{"id":"S!","wait":{"for":"1x"}}`):                                 {"/steps/0/id", "/steps/0/wait/for"},
		step(`{"id":"s"}`):                                                      {"/steps/0"},
		step(`{"id":"s","goal":{"name":"a\u0000b"}}`):                           {"/steps/0/goal/name"}, // PostgreSQL stores no such text
		step(`{"id":"s","goal":{},"exit":{}}`):                                  {"/steps/0"},
		step(send + `,` + send):                                                 {"/steps/1/id"},
		step(`{"id":"s","send":{"channel":"c"}}`):                               {"/steps/0/send/content"},
		step(`{"id":"s","send":{"channel":"c","content":{"a":["{{"]}}}`):        {"/steps/0/send/content/a/0"},
		step(`{"id":"s","send":{"channel":"c","content":{},"material":"m"}}`):   {"/steps/0/send"},
		step(`{"id":"s","send":{"channel":"c","content":{},"experiment":"e"}}`): {"/steps/0/send/experiment"},
		step(`{"id":"s","send":{"channel":"","content":{},"missing":"guess","expires_in":"31d","traits":["a","a",""]}}`): {
			"/steps/0/send/channel", "/steps/0/send/missing", "/steps/0/send/expires_in", "/steps/0/send/traits/1", "/steps/0/send/traits/2",
		},
		step(`{"id":"s","send":{"channel":"c","variants":[{"name":"a","percent":50,"content":{}},{"name":"a","percent":40}]}}`): {
			"/steps/0/send/variants", "/steps/0/send/variants/1/name", "/steps/0/send/variants/1/content",
		},
		step(`{"id":"s","task":{"title":"","script":"x","script_id":"y","deadline":"1h","remind":["2h"],"escalate":"soon"}}`): {
			"/steps/0/task/title", "/steps/0/task", "/steps/0/task/remind/0", "/steps/0/task/escalate",
		},
		step(`{"id":"s","post":{"to":"groups","content":{}}}`):                                                      {"/steps/0/post"},
		step(`{"id":"s","wait_until":{}}`):                                                                          {"/steps/0/wait_until"},
		step(`{"id":"s","wait_until":{"time":"9:00","weekdays":["monday"],"zone":"mine","date":"11-11"}}`):          {"/steps/0/wait_until/time", "/steps/0/wait_until/weekdays", "/steps/0/wait_until/weekdays/0", "/steps/0/wait_until/zone", "/steps/0/wait_until/date"},
		step(`{"id":"s","wait_until":{"time":"21:00","until":"09:00"}}`):                                            {"/steps/0/wait_until/until"},
		step(`{"id":"s","wait_until":{"date":"2026-11-11","until":"09:00"}}`):                                       {"/steps/0/wait_until/until"},
		step(`{"id":"s","wait_for":{"timeout":"1d"}}`):                                                              {"/steps/0/wait_for"},
		step(`{"id":"s","wait_for":{"event":"A","rule":{"tag":"a"},"timeout":"1d"}}`):                               {"/steps/0/wait_for"},
		step(`{"id":"s","wait_for":{"event":"A"}}`):                                                                 {"/steps/0/wait_for/timeout"},
		step(`{"id":"s","wait_for":{"rule":{"tug":"a"},"same_key":true,"timeout":"1d"}}`):                           {"/steps/0/wait_for/rule/tug", "/steps/0/wait_for/same_key"},
		step(`{"id":"s","wait_for":{"event":"B","same_key":true,"where":[{"prop":"a","op":"is"}],"timeout":"1d"}}`): {"/steps/0/wait_for/same_key", "/steps/0/wait_for/where/0/op"},
		step(`{"id":"s","wait_for":{"task":"k","timeout":"1d"}},{"id":"k","task":{"title":"t"}}`):                   {"/steps/0/wait_for/task"},
		step(`{"id":"k","task":{"title":"t"}},{"id":"s","wait_for":{"task":"k","result":"won","timeout":"1d"}}`):    {"/steps/1/wait_for/result"},
		step(`{"id":"s","branch":{"cases":[]}}`):                                                                    {"/steps/0/branch/cases"},
		step(`{"id":"s","branch":{"cases":[{"name":"else","rule":{"tag":"a"},"where":[]},{"name":"","rule":{}}]}}`): {
			"/steps/0/branch/cases/0/name", "/steps/0/branch/cases/0", "/steps/0/branch/cases/1/name", "/steps/0/branch/cases/1/rule",
		},
		step(`{"id":"s","split":{"arms":[{"name":"a","percent":101}],"by":"mood"}}`):             {"/steps/0/split/arms", "/steps/0/split/arms/0/percent", "/steps/0/split/by"},
		step(`{"id":"s","holdout":{"percent":0}}`):                                               {"/steps/0/holdout/percent"},
		step(`{"id":"s","update":{}}`):                                                           {"/steps/0/update"},
		step(`{"id":"s","update":{"set":{"a":null},"stage":{"mood":"x"},"increase":{"a":"1"}}}`): {"/steps/0/update/increase/a"},
		step(`{"id":"s","update":{"set":{"a":null},"stage":{"mood":"x"}}}`):                      {"/steps/0/update/set/a", "/steps/0/update/stage/mood"},
		step(`{"id":"s","coupon":{"template":""}}`):                                              {"/steps/0/coupon/template"},
		step(`{"id":"s","branch":{"cases":[{"name":"a","rule":{"tag":"a"},"steps":[{"id":"k","task":{"title":"t"}}]}],"else":[{"id":"w","wait_for":{"task":"k","timeout":"1d"}}]}}`): {"/steps/0/branch/else/0/wait_for/task"},
		step(`{"id":"s","start":{"playbook":"n"}}`):               {"/steps/0/start/playbook"},
		step(`{"id":"s","start":{"playbook":""}}`):                {"/steps/0/start/playbook"},
		step(`{"id":"s","webhook":{"endpoint":"","content":[]}}`): {"/steps/0/webhook/endpoint", "/steps/0/webhook/content"},
		trigger(`{}`):                       {"/trigger"},
		trigger(`{"event":"A","api":true}`): {"/trigger"},
		trigger(`{"event":"Message Delivered","on":"left","late":"x"}`):                                                  {"/trigger/event", "/trigger/on", "/trigger/late"},
		trigger(`{"audience":"a","where":[],"on":"stayed"}`):                                                             {"/trigger/where", "/trigger/on"},
		trigger(`{"date":{"trait":"","repeat":"daily","match":"year","offset":"3","at":"24:00"}}`):                       {"/trigger/date/trait", "/trigger/date/repeat", "/trigger/date/match", "/trigger/date/offset", "/trigger/date/at"},
		trigger(`{"event":"A","rule":{"tug":"a"}}`):                                                                      {"/trigger/rule/tug"},
		trigger(`{"audience":"a","rule":{"tag":"a"}}`):                                                                   {"/trigger/rule"},
		trigger(`{"api":true,"rule":{"tag":"a"}}`):                                                                       {"/trigger/rule"},
		trigger(`{"schedule":{}}`):                                                                                       {"/trigger/schedule", "/trigger/schedule/audience"},
		trigger(`{"schedule":{"at":"tomorrow","time":"09:00","audience":"a"}}`):                                          {"/trigger/schedule/at", "/trigger/schedule/time"},
		trigger(`{"schedule":{"every":"week","audience":"a","days":[1],"select":{"staff":["x"]}}}`):                      {"/trigger/schedule/weekdays", "/trigger/schedule/days", "/trigger/schedule/select/staff"},
		trigger(`{"schedule":{"every":"month","days":[0,1,1],"audience":"a","from":"2026-02-02","until":"2026-02-01"}}`): {"/trigger/schedule/days/0", "/trigger/schedule/days/2", "/trigger/schedule/until"},
		`{"name":"n","trigger":{"audience":"a"},"key":"k","steps":[` + send + `]}`:                                       {"/key"},
		`{` + ok + `,"key":"phone","steps":[` + send + `]}`:                                                              {"/key"},
		`{` + ok + `,"steps":[` + send + `],"priority":101,"reentry":"often","holdout_percent":91,"cap":{"per_day":-1},"limit":{"concurrent":-1},"quiet_hours":{"from":"9","to":"10:00"}}`: {
			"/priority", "/reentry", "/holdout_percent", "/cap/per_day", "/limit/concurrent", "/quiet_hours/from",
		},
		`{` + ok + `,"steps":[` + send + `],"experiment":"e"}`:                                                         {"/experiment"},
		`{` + ok + `,"steps":[` + send + `],"goal":{},"exit":[{"task":"s"}]}`:                                          {"/goal", "/exit/0/task"},
		`{` + ok + `,"steps":[` + send + `],"audiences":{"A B":{"name":"","rule":{"audience":"b"}},"b":{"name":"b"}}}`: {"/audiences/A B", "/audiences/A B/name", "/audiences/A B/rule", "/audiences/b/rule"},
		`{"name":"n","subject":"staff","trigger":{"schedule":{"every":"day","audience":"a","select":{"tags":["x"]}}},"holdout_percent":5,
			"steps":[{"id":"a","coupon":{"template":"t"}},{"id":"b","wait_for":{"event":"A","timeout":"1d"}},{"id":"c","split":{"by":"staff","arms":[{"name":"a","percent":50},{"name":"b","percent":50}]}}]}`: {
			"/trigger/schedule/audience", "/trigger/schedule/select/tags", "/holdout_percent", "/steps/0/coupon", "/steps/1/wait_for/event", "/steps/2/split/by",
		},
		`{"name":"n","subject":"brand","trigger":{"api":true},"steps":[{"id":"a","task":{"title":"t"}},{"id":"b","wait_until":{"time":"09:00","zone":"customer"}}]}`: {"/steps/0/task/assign", "/steps/1/wait_until/zone"},
		`{"name":"n","subject":"group","trigger":{"schedule":{"every":"day"}},"steps":[{"id":"a","post":{"to":"moments","select":{"groups":["g"]},"content":{}}}]}`:  {"/steps/0/post/to", "/steps/0/post/select/groups"},
	} {
		got := faultsOf(t, doc)
		var pointers []string
		for ptr, detail := range got {
			pointers = append(pointers, ptr)
			if strings.TrimSpace(detail) == "" {
				t.Errorf("%s says nothing", ptr)
			}
		}
		slices.Sort(pointers)
		slices.Sort(want)
		if diff := cmp.Diff(want, pointers); diff != "" {
			t.Errorf("%.120s: %v\n%s", doc, got, diff)
		}
	}
}

func TestParse_LimitsStepsNestingAndSize(t *testing.T) {
	t.Parallel()
	var many []string
	for i := range MaxSteps + 1 {
		many = append(many, fmt.Sprintf(`{"id":"s%d","wait":{"for":"1d"}}`, i))
	}
	nested := `[]`
	for i := range MaxNesting + 1 {
		nested = fmt.Sprintf(`[{"id":"n%d","branch":{"cases":[{"name":"a","rule":{"tag":"t"},"steps":%s}]}}]`, i, nested)
	}
	for ptr, list := range map[string]string{
		"/steps": `[` + strings.Join(many, ",") + `]`,
		"/steps" + strings.Repeat("/0/branch/cases/0/steps", MaxNesting): nested,
		"": `[{"id":"` + strings.Repeat("x", MaxBytes) + `"}]`,
	} {
		got := faultsOf(t, `{"name":"n","trigger":{"event":"A"},"steps":`+list+`}`)
		if _, ok := got[ptr]; !ok || len(got) != 1 {
			t.Errorf("want %q: %v", ptr, got)
		}
	}
	steps(t, `[`+strings.Join(many[:MaxSteps], ",")+`]`, "")
}

func TestResolve_ReplacesKeysWhereverAnAudienceMayStand(t *testing.T) {
	t.Parallel()
	got, err := Resolve([]byte(`{"trigger":{"audience":"fresh","schedule":{"audience":"fresh"}}, "goal":{"audience":"other"},"steps":[
		{"wait_for":{"rule":{"not":{"any":[{"audience":"fresh"},{"trait":"a","op":"eq","value":"fresh"}]}}}},
		{"send":{"content":{"audience":"fresh"}},"update":{"set":{"audience":"fresh"}}}]}`), map[string]string{"fresh": "aud_\"1"})
	want := `{"trigger":{"audience":"aud_\"1","schedule":{"audience":"aud_\"1"}},"goal":{"audience":"other"},"steps":[` +
		`{"wait_for":{"rule":{"not":{"any":[{"audience":"aud_\"1"},{"trait":"a","op":"eq","value":"fresh"}]}}}},` +
		`{"send":{"content":{"audience":"fresh"}},"update":{"set":{"audience":"fresh"}}}]}`
	if err != nil || string(got) != want {
		t.Fatalf("%v\n%s\n%s", err, got, want)
	}
}

func TestParse_ATaskMayStandInAWayBefore(t *testing.T) {
	t.Parallel()
	steps(t, `[{"id":"s","branch":{"cases":[{"name":"a","rule":{"tag":"a"},"steps":[{"id":"k","task":{"title":"t"}},{"id":"x","split":{"arms":[{"name":"l","percent":50},
		{"name":"r","percent":50,"steps":[{"id":"v","wait_for":{"task":"k","timeout":"1d"}}]}]}}]}]}},{"id":"w","wait_for":{"task":"k","timeout":"1d"}}]`, "")
}

// FuzzParse holds that a definition is refused with a reason or can be walked to a rest.
func FuzzParse(f *testing.F) {
	f.Add(everything(f))
	f.Add([]byte(`{"name":"a","trigger":{"audience":"x","on":"left"},"reentry":"7d","steps":[{"id":"s","send":{"channel":"c","content":{"\u0000":["{%- for k in traits.kids -%}{{k}}{%endfor%}"]},"missing":"skip"}}]}`))
	f.Add([]byte(`{"name":"a","subject":"brand","trigger":{"schedule":{"every":"month","days":[-1]}},"steps":[{"id":"s","post":{"to":"moments","content":{}}},{"id":"w","wait_until":{"weekdays":["sun"]}}]}`))
	f.Add([]byte(`{"name":"a","trigger":{"date":{"trait":"birthday","offset":"-3d"}},"steps":[{"id":"w","wait_for":{"rule":{"tag":"x"},"timeout":"1d","else":[{"id":"x","exit":{}}]}}]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		flow, err := Parse(raw, time.UTC)
		if err != nil {
			e := &fault.Error{}
			if !errors.As(err, &e) || len(e.Fields) == 0 {
				t.Fatalf("refused without a field: %v", err)
			}
			return
		}
		b, r := open(flow)
		if err := flow.Start(b, r); err != nil || (r.End == "") != (r.Due > 0) {
			t.Fatalf("%v: %+v", err, r)
		}
	})
}
