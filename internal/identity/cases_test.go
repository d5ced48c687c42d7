package identity_test

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"yutang/internal/db/dbtest"
	"yutang/internal/event"
	"yutang/internal/identity"
)

// mergeCase is one scenario of testdata/identity_merge_cases.json.
type mergeCase struct {
	ID         string                     `json:"id"`
	Given      []struct{ IDs []string }   `json:"given_persons"`
	Operations []map[string]any           `json:"operations"`
	Expected   map[string]json.RawMessage `json:"expected"`
	Policy     struct {
		Identifiers []struct {
			Name            string
			Limit, Priority int
		}
	} `json:"policy"`
}

// stand says of each case whether its policy is ours, and why.
var stand = map[string]struct {
	ours   bool
	reason string
}{
	"new_person_on_first_event":                                {true, "an unknown identity starts a customer"},
	"identify_creates_person_when_both_unknown":                {true, "identities of one event are one person"},
	"identify_attaches_unknown_anonymous_id":                   {true, "an unknown identity joins the customer of the known one"},
	"identify_idempotent_when_nothing_changes":                 {true, "what is known is not learned again"},
	"identify_merge_with_set_and_set_once":                     {true, "an anonymous customer joins the user; the traits are checked in package customer"},
	"capture_never_marks_identified":                           {true, "one identity, one customer, however many events; we keep no flag, a customer is known by the class of its identities"},
	"alias_refused_when_alias_was_identified":                  {true, "two values of user_id are two people, also when a program says otherwise"},
	"illegal_identify_ids":                                     {true, "values that identify nobody are dropped, in any case of letters"},
	"mixpanel_identify_without_following_event_does_not_merge": {true, "only an event that carries both links two identities"},
	"mixpanel_two_users_one_device_with_reset":                 {true, "each device belongs to the user seen with it first"},
	"segment_no_match_creates_profile":                         {true, "identities of one event are one person"},
	"segment_limit_and_priority_split":                         {true, "the weaker identity leaves the event, and the stronger starts a customer"},
	"segment_shared_device_does_not_merge_two_users":           {true, "the device stays with its first user"},
}

// covers: B2
func TestCases_OfOtherProducts(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("testdata/identity_merge_cases.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Cases []mergeCase }
	if err := json.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Cases) != len(stand) {
		t.Fatalf("%d cases, %d judged", len(file.Cases), len(stand))
	}
	for _, c := range file.Cases {
		t.Run(c.ID, func(t *testing.T) {
			t.Parallel()
			s, judged := stand[c.ID]
			if !judged {
				t.Fatal("this case is not judged")
			}
			if !s.ours {
				t.Skip("not ours: " + s.reason)
			}
			run := &caseRun{house: newHouse(t, dbtest.SQLite(t)), names: map[string]bool{}, leafOf: map[string]uint32{}}
			run.play(&c)
			run.check(&c)
		})
	}
}

// caseRun plays a case. The products' words become our types: id, user_id are user_id;
// anon_id, device_id are anonymous_id.
type caseRun struct {
	*house
	names  map[string]bool   // "type=value" seen
	leafOf map[string]uint32 // by number of the event
	last   identity.Resolution
	news   int // identities and merges learned by the last operation
}

func (r *caseRun) play(c *mergeCase) {
	r.t.Helper()
	if len(c.Policy.Identifiers) > 0 {
		r.usePolicy(c)
	}
	anonymous := map[string]bool{}
	for _, op := range c.Operations {
		if id, ok := op["anon_id"].(string); ok {
			anonymous[id] = true
		}
	}
	for _, person := range c.Given {
		var who []string
		for _, id := range person.IDs {
			who = append(who, typed(id, anonymous))
		}
		r.event(strings.Join(who, " "))
	}
	for _, op := range c.Operations {
		r.operation(op)
	}
	r.flush()
}

func typed(id string, anonymous map[string]bool) string {
	if anonymous[id] {
		return "anonymous_id=" + id
	}
	return "user_id=" + id
}

func (r *caseRun) usePolicy(c *mergeCase) {
	r.t.Helper()
	classes := []identity.Class{identity.Strong, identity.Medium, identity.Weak}
	p := identity.Policy{Types: []identity.TypePolicy{{Type: identity.AnyType, Class: identity.Weak, Priority: 99}}}
	for i, t := range c.Policy.Identifiers {
		p.Types = append(p.Types, identity.TypePolicy{
			Type: t.Name, Class: classes[i], Priority: t.Priority, Limit: t.Limit, Merge: true,
		})
	}
	_, err := r.SetPolicy(r.ctx, 0, p, "case", nil)
	r.must(err)
}

func (r *caseRun) operation(op map[string]any) {
	r.t.Helper()
	text := func(key string) string { s, _ := op[key].(string); return s }
	var who []string
	add := func(typ, value string) {
		if value != "" {
			who = append(who, typ+"="+value)
		}
	}
	switch op["op"] {
	case "reset", "identify_call_only": // nothing is sent
		return
	case "alias":
		r.names["user_id="+text("id")] = true
		r.last = r.alias("user_id="+text("id"), "user_id="+text("alias"))
		return
	}
	add("user_id", text("id"))
	add("user_id", text("user_id"))
	add("anonymous_id", text("anon_id"))
	add("anonymous_id", text("device_id"))
	if more, ok := op["identifiers"].(map[string]any); ok {
		for typ, value := range more {
			add(typ, value.(string))
		}
	}
	r.event(strings.Join(who, " "))
	if n, ok := op["n"].(float64); ok {
		r.leafOf[string(rune('0'+int(n)))] = r.last.Leaf
	}
}

func (r *caseRun) event(who string) {
	r.t.Helper()
	for _, name := range strings.Fields(who) {
		r.names[name] = true
	}
	r.last = r.see(who)
	r.news = len(r.last.Linked) + len(r.last.Merged)
}

// people lists the values of each customer, sorted.
func (r *caseRun) people() [][]string {
	groups := map[uint32][]string{}
	for name := range r.names {
		if root, ok := r.Lookup(ids(name)[0]); ok {
			_, value, _ := strings.Cut(name, "=")
			groups[root] = append(groups[root], value)
		}
	}
	var out [][]string
	for _, g := range groups {
		slices.Sort(g)
		out = append(out, g)
	}
	slices.SortFunc(out, slices.Compare)
	return out
}

func (r *caseRun) check(c *mergeCase) {
	r.t.Helper()
	for key, raw := range c.Expected {
		switch key {
		case "persons", "profiles":
			r.checkPeople(raw)
		case "person_count":
			var want int
			r.must(json.Unmarshal(raw, &want))
			if got := len(r.people()); got != want {
				r.t.Errorf("%d customers, want %d", got, want)
			}
		case "event_owner":
			r.checkOwners(raw)
		case "event_person":
			if r.last.Root != r.who("user_id=user2") {
				r.t.Errorf("the event went to %d", r.last.Root)
			}
		case "warning":
			if len(r.last.Conflicts) != 1 || r.last.Conflicts[0].Reason != identity.ReasonExclusive {
				r.t.Errorf("conflicts: %+v", r.last.Conflicts)
			}
		case "version_changed":
			if r.news != 0 {
				r.t.Errorf("%d things learned anew", r.news)
			}
		case "refused_case_insensitive", "refused_case_sensitive", "refused_blank":
			r.checkRefused(raw)
		case "properties", "effect": // traits: package customer; effect: checkRefused
		default:
			r.t.Errorf("nothing checks %q", key)
		}
	}
}

func (r *caseRun) checkPeople(raw json.RawMessage) {
	r.t.Helper()
	var list []map[string]json.RawMessage
	r.must(json.Unmarshal(raw, &list))
	var want [][]string
	for _, person := range list {
		var values []string
		for key, v := range person {
			if key == "properties" || key == "is_identified" {
				continue
			}
			var some []string
			r.must(json.Unmarshal(v, &some))
			values = append(values, some...)
		}
		slices.Sort(values)
		want = append(want, values)
	}
	slices.SortFunc(want, slices.Compare)
	if diff := cmp.Diff(want, r.people()); diff != "" {
		r.t.Error(diff)
	}
}

// checkOwners compares customers, not names: events with one owner have one customer,
// which holds the owner's identity.
func (r *caseRun) checkOwners(raw json.RawMessage) {
	r.t.Helper()
	var owners map[string]string
	r.must(json.Unmarshal(raw, &owners))
	for n, owner := range owners {
		name := "user_id=" + owner
		if device, ok := strings.CutPrefix(owner, "$device:"); ok {
			name = "anonymous_id=" + device
		}
		if got := r.tl.Root(r.leafOf[n]); got == 0 || got != r.who(name) {
			r.t.Errorf("event %s is of customer %d, want that of %s (%d)", n, got, name, r.who(name))
		}
	}
}

// checkRefused plays each value beside a good one: the event is kept, by the good one.
func (r *caseRun) checkRefused(raw json.RawMessage) {
	r.t.Helper()
	var values []string
	r.must(json.Unmarshal(raw, &values))
	for _, v := range values {
		for _, spelled := range []string{v, strings.ToUpper(v)} {
			ev := &event.Event{At: r.clock.Now(), Identities: []event.Identity{
				{Type: "user_id", Value: spelled}, {Type: "anonymous_id", Value: "good"},
			}}
			if res := r.resolve(ev); res.Root != 1 || len(ev.Identities) != 1 {
				r.t.Errorf("user_id %q is taken: %+v", spelled, res)
			}
		}
	}
}
