package rehearse_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"yutang/internal/db/dbtest"
	"yutang/internal/fault"
	"yutang/internal/rehearse"
)

const journey = `{"name":"Journey","trigger":{"event":"Order Completed","where":[{"prop":"revenue","op":"gte","value":10}]},"key":"order_id",
	"exit":[{"event":"Order Refunded","same_key":true}],
	"steps":[
		{"id":"night","wait_until":{"time":"23:30","zone":"brand"}},
		{"id":"hello","send":{"channel":"webhook","endpoint":"e","content":{"text":"{{ traits.first_name }}: {{ event.props.order_id }} {{ traits.shoe }}"},"traits":["phone"]}},
		{"id":"viewed","wait_for":{"event":"Product Viewed","timeout":"2d","steps":[{"id":"seen","wait":{"for":"1h"}}]}},
		{"id":"who","branch":{"cases":[
			{"name":"rich","rule":{"did":{"event":"Order Completed","sum":{"of":"revenue","gte":100}}},"steps":[
				{"id":"ask","task":{"title":"Call {{ traits.first_name }}","script":"Say {{ traits.greeting | default: 'hi' }}","wait":true,"deadline":"2d"}}]},
			{"name":"big","where":[{"prop":"revenue","op":"gte","value":50}],"steps":[{"id":"gift","coupon":{"template":"five"}}]}],
			"else":[{"id":"poor","update":{"tag":["small"]}}]}},
		{"id":"arms","split":{"arms":[{"name":"a","percent":50},{"name":"b","percent":50}]}}
	]}`

func trialOf(r *rig, x rehearse.TrialSpec) *rehearse.Trial {
	r.t.Helper()
	if x.Definition == nil {
		x.Definition = json.RawMessage(journey)
	}
	got, err := r.rehearse.Test(context.Background(), x)
	r.must(err)
	return got
}

// story is the steps of a trial with their hours after the start and outcomes.
func story(t *rehearse.Trial) (out []string) {
	for _, s := range t.Steps {
		out = append(out, strings.TrimSpace(s.Step+" "+s.At.Sub(t.Started).String()+"-"+s.Left.Sub(t.Started).String()+" "+s.Outcome+" "+s.Detail))
	}
	return out
}

func stepOf(t *testing.T, x *rehearse.Trial, id string) rehearse.TrialStep {
	t.Helper()
	for _, s := range x.Steps {
		if s.Step == id {
			return s
		}
	}
	t.Fatalf("the run did not come to %s: %v", id, story(x))
	return rehearse.TrialStep{}
}

// covers: C1
func TestTrial_SaysIfTheCustomerWouldNotStart(t *testing.T) {
	t.Parallel()
	r := begin(t, dbtest.SQLite(t))
	r.at("ann", "A", -time.Hour, "")
	doc := func(event string) json.RawMessage {
		return json.RawMessage(`{"name":"x","trigger":{"event":"A","rule":{"did":{"event":"` + event + `"}}},"steps":[{"id":"s","exit":{}}]}`)
	}
	for event, want := range map[string]bool{"A": true, "B": false} {
		if got := trialOf(r, rehearse.TrialSpec{Definition: doc(event), Customer: r.customer("ann")}); got.Starts != want || got.Outcome != "exited" {
			t.Errorf("who did %s: %+v", event, got)
		}
	}
}

// covers: C1
func TestTrial_WalksToTheEnd(t *testing.T) {
	t.Parallel()
	r := begin(t, dbtest.SQLite(t), func(c *rehearse.Config) {
		c.Owners = func(_ context.Context, visit func(uint32, rehearse.Owner) error) error {
			return visit(1, rehearse.Owner{Corp: "ww1", User: "lin"})
		}
	})
	r.at("ann", "Order Completed", -time.Hour, `{"order_id":"7","revenue":120}`)
	r.trait("ann", "first_name", `"Ann"`)
	r.trait("ann", "phone", `"13800138000"`)
	ann := r.customer("ann")

	got := trialOf(r, rehearse.TrialSpec{Customer: ann, Assume: map[string]string{"arms": "b"}})
	want := []string{
		"night 0s-11h30m0s done", "hello 11h30m0s-11h30m0s planned", "viewed 11h30m0s-59h30m0s timed_out",
		"who 59h30m0s-59h30m0s took rich", "ask 59h30m0s-107h30m0s timed_out", "arms 107h30m0s-107h30m0s took b",
	}
	if diff := cmp.Diff(want, story(got)); diff != "" {
		t.Fatalf("(-want +got):\n%s", diff)
	}
	if got.Outcome != "done" || !got.Starts {
		t.Errorf("%+v", got)
	}
	m := stepOf(t, got, "hello").Message
	if !m.Quiet || !m.SentAt.Equal(noon.Add(20*time.Hour)) || !strings.Contains(string(m.Content), ": 7 ") {
		t.Errorf("message %+v: %s", m, m.Content)
	}
	if diff := cmp.Diff([]string{"traits.shoe"}, m.Missing); diff != "" {
		t.Error(diff)
	}
	if text := string(m.Content) + string(m.Traits["phone"]); strings.Contains(text, "13800138000") || strings.Contains(text, "Ann") {
		t.Errorf("personal data is shown: %s", text)
	}
	if w := stepOf(t, got, "who").Why; len(w) != 1 || !w[0].Result || string(w[0].Rule.Observed) != "120" {
		t.Errorf("why: %+v", w)
	}
	task := stepOf(t, got, "ask").Task
	if task.Assignee != "ww1/lin" || task.Script != "Say hi" || !task.Deadline.Equal(noon.Add(107*time.Hour+30*time.Minute)) {
		t.Errorf("task: %+v", task)
	}
	silent := json.RawMessage(`{"name":"x","trigger":{"event":"Order Completed"},"steps":[{"id":"s","send":{"channel":"webhook","endpoint":"e","missing":"skip","content":{"text":"{{ traits.shoe }}"}}}]}`)
	refused := stepOf(t, trialOf(r, rehearse.TrialSpec{Definition: silent, Customer: ann}), "s").Message
	if raw, _ := json.Marshal(refused); refused.Refuse != "missing_value" || strings.Contains(string(raw), "sent_at") {
		t.Errorf("refused: %s", raw)
	}
	open := trialOf(r, rehearse.TrialSpec{Customer: ann, Unmask: true})
	if m := stepOf(t, open, "hello").Message; !strings.Contains(string(m.Content), "Ann: 7") {
		t.Errorf("masked for one who may see it: %s", m.Content)
	}
}

// covers: C1
func TestTrial_TakesAssumptions(t *testing.T) {
	t.Parallel()
	r := begin(t, dbtest.SQLite(t))
	r.at("ann", "Page Viewed", -time.Hour, "")
	ann := r.customer("ann")
	got := trialOf(r, rehearse.TrialSpec{
		Customer: ann, Event: json.RawMessage(`{"order_id":"1","revenue":5}`),
		Assume: map[string]string{"viewed": "met", "who": "rich", "ask": "refused", "arms": "a"},
	})
	want := []string{
		"night 0s-11h30m0s done", "hello 11h30m0s-11h30m0s planned", "viewed 11h30m0s-11h30m0s met", "seen 11h30m0s-12h30m0s done",
		"who 12h30m0s-12h30m0s took rich", "ask 12h30m0s-12h30m0s met refused", "arms 12h30m0s-12h30m0s took a",
	}
	if diff := cmp.Diff(want, story(got)); diff != "" {
		t.Fatalf("(-want +got):\n%s", diff)
	}
	if got.Starts || !stepOf(t, got, "who").Assumed {
		t.Errorf("%+v", got)
	}
	for step, what := range map[string]string{"viewed": "maybe", "none": "met", "night": "done", "who": "poor", "*": "a"} {
		_, err := r.rehearse.Test(context.Background(), rehearse.TrialSpec{Definition: json.RawMessage(journey), Customer: ann, Assume: map[string]string{step: what}})
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("%s %s: %v", step, what, err)
		}
	}
}

// covers: C1
func TestTrial_OfThePastSeesWhatHappened(t *testing.T) {
	t.Parallel()
	r := begin(t, dbtest.SQLite(t))
	r.at("ann", "Order Completed", -10*day, `{"order_id":"7","revenue":60}`)
	r.at("ann", "Product Viewed", -9*day, "")
	r.at("ann", "Order Completed", -8*day, `{"order_id":"8","revenue":60}`) // afterwards: the sum is 60 when it is asked
	got := trialOf(r, rehearse.TrialSpec{Customer: r.customer("ann"), At: noon.Add(-10 * day)})
	if s := stepOf(t, got, "viewed"); s.Outcome != "met" || !s.Left.Equal(noon.Add(-9*day)) {
		t.Errorf("viewed: %+v", s)
	}
	if s := stepOf(t, got, "who"); s.Detail != "big" || len(s.Why) != 2 || s.Why[0].Result {
		t.Errorf("who: %+v", s)
	}
	r.at("ann", "Order Refunded", -9*day-time.Hour, `{"order_id":"7"}`)
	got = trialOf(r, rehearse.TrialSpec{Customer: r.customer("ann"), At: noon.Add(-10 * day)})
	if got.Outcome != "exited" || got.Detail != "/exit/0" {
		t.Errorf("refunded: %+v", got)
	}
}
