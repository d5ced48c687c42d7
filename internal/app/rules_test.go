package app_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"yutang/internal/app"
)

// people are the customers of the rule table; now is 2026-03-10T04:00Z, noon in Shanghai.
func (s *server) people() {
	day := 24 * time.Hour
	at := func(ago time.Duration) time.Time { return now.Add(-ago) }
	s.take(
		identify("ann", props{"city": "Shanghai", "age": 30, "vip": true, "born": "1990-05-01", "likes": []string{"tea", "milk"}, "level": "10"}),
		identify("bob", props{"city": "shanghai", "age": 30.5, "vip": false, "joined": "2026-03-09T16:00:00Z"}),
		identify("cat", props{"city": "北京", "age": "30", "joined": "2026-02-01"}),
		identify("dan", props{"age": -1, "level": 10}),
		track("ann", "Tag Added", time.Time{}, props{"tag": "VIP"}),
		track("bob", "Tag Added", time.Time{}, props{"tag": "vip"}),

		track("ann", "Order Completed", at(40*day), props{"order_id": "a1", "revenue": 50, "category": "fruit"}),
		track("ann", "Order Completed", at(30*day), props{"order_id": "a2", "revenue": 30, "category": "tea"}),
		track("ann", "Order Completed", at(day), props{"order_id": "a3", "revenue": 20.1, "category": "tea"}),
		track("bob", "Order Completed", at(30*day-time.Millisecond), props{"order_id": "b1", "revenue": 100, "status": "paid"}),
		track("bob", "Order Completed", at(time.Hour), props{"order_id": "b2", "revenue": 0.2, "status": "open"}),
		track("cat", "Order Completed", at(2*day), props{"order_id": "c1", "revenue": 99.9, "status": "open"}),
		track("cat", "Order Completed", at(2*day), props{"order_id": "c2", "revenue": "7", "status": "paid"}),

		track("ann", "Product Viewed", at(10*day), nil), track("ann", "Product Added", at(10*day), nil), track("ann", "Checkout Started", at(9*day), nil),
		track("bob", "Product Added", at(5*day), nil), track("bob", "Product Viewed", at(4*day), nil),
		track("dan", "Product Viewed", at(3*day), nil), track("dan", "Product Viewed", at(2*day), nil),
		track("dan", "Product Added", time.Date(2026, 3, 1, 15, 59, 59, 999e6, time.UTC), nil), // still 1 March in Shanghai
		track("cat", "Product Added", time.Date(2026, 3, 1, 16, 0, 0, 0, time.UTC), nil),       // 2 March there
	)
}

// who names the customers that a rule matches, by their place in the table.
func (s *server) who(rule, at string) string {
	s.t.Helper()
	in := props{"rule": json.RawMessage(rule)}
	if at != "" {
		in["at"] = at
	}
	a := s.ok("POST", "/audiences/preview", in)
	names := ""
	for _, name := range []string{"ann", "bob", "cat", "dan"} {
		if strings.Contains(a.Get("sample").Raw, `"`+s.customer("user_id", name)+`"`) {
			names += " " + name
		}
	}
	if n := len(strings.Fields(names)); int64(n) != a.Get("count").Int() {
		s.t.Errorf("%s: count %d, sample %s", rule, a.Get("count").Int(), names)
	}
	return strings.TrimSpace(names)
}

const order = `"event":"Order Completed"`

// rules are contract §4 by example, with the truth worked out by hand.
var rules = [][2]string{
	{`{"all":[]}`, "ann bob cat dan"},
	{`{"any":[]}`, ""},
	{`{"not":{"any":[]}}`, "ann bob cat dan"},
	{`{"trait":"city","op":"eq","value":"Shanghai"}`, "ann"},
	{`{"trait":"city","op":"ne","value":"Shanghai"}`, "bob cat dan"},
	{`{"trait":"city","op":"in","value":["Shanghai","北京"]}`, "ann cat"},
	{`{"trait":"city","op":"not_in","value":["Shanghai","北京"]}`, "bob dan"},
	{`{"trait":"city","op":"contains","value":"hang"}`, "ann bob"},
	{`{"trait":"city","op":"starts_with","value":"S"}`, "ann"},
	{`{"trait":"city","op":"exists"}`, "ann bob cat"},
	{`{"trait":"city","op":"missing"}`, "dan"},
	{`{"trait":"never","op":"missing"}`, "ann bob cat dan"},
	{`{"trait":"never","op":"ne","value":1}`, "ann bob cat dan"},
	{`{"trait":"never","op":"eq","value":1}`, ""},
	{`{"not":{"trait":"never","op":"lt","value":1}}`, "ann bob cat dan"},
	{`{"trait":"age","op":"eq","value":30}`, "ann"},
	{`{"trait":"age","op":"eq","value":30.0}`, "ann"},
	{`{"trait":"age","op":"eq","value":"30"}`, "cat"},
	{`{"trait":"age","op":"gt","value":30}`, "bob"},
	{`{"trait":"age","op":"gte","value":30}`, "ann bob"},
	{`{"trait":"age","op":"lt","value":0}`, "dan"},
	{`{"trait":"age","op":"lte","value":30}`, "ann dan"},
	{`{"trait":"age","op":"between","value":[30,30.5]}`, "ann bob"},
	{`{"trait":"vip","op":"eq","value":true}`, "ann"},
	{`{"trait":"vip","op":"ne","value":true}`, "bob cat dan"},
	{`{"trait":"level","op":"eq","value":10}`, "dan"},
	{`{"trait":"likes","op":"contains","value":"tea"}`, "ann"},
	{`{"trait":"born","op":"before","value":"1990-05-02"}`, "ann"},
	{`{"trait":"born","op":"after","value":"1990-05-02"}`, ""},
	{`{"trait":"joined","op":"within_last","value":"2d"}`, "bob"},
	{`{"trait":"joined","op":"after","value":"2026-01-01"}`, "bob cat"},
	{`{"tag":"VIP"}`, "ann"},
	{`{"not":{"tag":"VIP"}}`, "bob cat dan"},
	{`{"stage":{"aipl":"loyal"}}`, "ann bob cat"},
	{`{"stage":{"aipl":"interest"}}`, "dan"},

	{`{"did":{` + order + `}}`, "ann bob cat"},
	{`{"did":{` + order + `,"count":{"eq":0}}}`, "dan"},
	{`{"did":{` + order + `,"within":"30d"}}`, "ann bob cat"},
	{`{"did":{` + order + `,"within":"30d","count":{"eq":2}}}`, "bob cat"}, // the event of exactly 30 days ago is out
	{`{"did":{` + order + `,"within":"1h"}}`, ""},
	{`{"did":{` + order + `,"within":"61m"}}`, "bob"},
	{`{"did":{` + order + `,"within":"2d","count":{"eq":0}}}`, "cat dan"},
	{`{"did":{` + order + `,"where":[{"prop":"category","op":"eq","value":"tea"}]}}`, "ann"},
	{`{"did":{` + order + `,"where":[{"prop":"status","op":"missing"}]}}`, "ann"},
	{`{"did":{` + order + `,"where":[{"prop":"status","op":"ne","value":"open"}]}}`, "ann bob cat"},
	{`{"did":{` + order + `,"where":[{"prop":"status","op":"eq","value":"paid"},{"prop":"revenue","op":"gte","value":100}]}}`, "bob"},
	{`{"did":{` + order + `,"sum":{"eq":100.1},"of":"revenue"}}`, "ann"}, // 50 + 30 + 20.1, in decimals
	{`{"did":{` + order + `,"sum":{"eq":100.2},"of":"revenue"}}`, "bob"},
	{`{"did":{` + order + `,"sum":{"eq":99.9},"of":"revenue"}}`, "cat"},
	{`{"did":{` + order + `,"avg":{"between":[50,51]},"of":"revenue"}}`, "bob"},
	{`{"did":{` + order + `,"min":{"lt":1},"of":"revenue"}}`, "bob"},
	{`{"did":{` + order + `,"max":{"gte":99.9},"of":"revenue"}}`, "bob cat"},
	{`{"did":{` + order + `,"distinct":{"eq":2},"of":"category"}}`, "ann"},
	{`{"did":{` + order + `,"distinct_days":{"gte":3}}}`, "ann"},
	{`{"did":{` + order + `,"distinct_days":{"eq":1}}}`, "cat"},
	{`{"did":{` + order + `,"count":{"between":[3,9]}}}`, "ann"},
	{`{"did":{` + order + `,"count":{"ne":2}}}`, "ann dan"},
	{`{"did":{` + order + `,"count":{"lte":2}}}`, "bob cat dan"},
	{`{"did":{` + order + `,"first":{"prop":"status","op":"eq","value":"paid"}}}`, "bob"},
	{`{"did":{` + order + `,"last":{"prop":"status","op":"eq","value":"paid"}}}`, "cat"},
	{`{"did":{` + order + `,"last":{"prop":"category","op":"eq","value":"tea"}}}`, "ann"},
	{`{"did":{"event":["Product Added","Checkout Started"]}}`, "ann bob cat dan"},
	{`{"did":{"event":"order completed"}}`, ""},
	{`{"did":{"event":"Product Added","between":["2026-03-01","2026-03-01"]}}`, "dan"},
	{`{"did":{"event":"Product Added","between":["2026-03-02","2026-03-02"]}}`, "cat"},
	{`{"did":{"event":"Product Added","between":["2026-03-01T16:00:00Z","2026-03-01T16:00:00Z"]}}`, "cat"},

	{`{"sequence":{"steps":[{"event":"Product Viewed"},{"event":"Product Added"}],"within":"7d"}}`, "ann"}, // equal times are in order
	{`{"sequence":{"steps":[{"event":"Product Viewed"},{"event":"Product Viewed"}],"within":"1d"}}`, "dan"},
	{`{"sequence":{"steps":[{"event":"Product Viewed"},{"event":"Product Viewed"}],"within":"23h"}}`, ""},
	{`{"sequence":{"steps":[{"event":"Product Viewed"},{"event":"Product Added"},{"event":"Checkout Started"}],"within":"1d"}}`, "ann"},
	{`{"sequence":{"steps":[{"event":"Product Added"},{"event":"Product Viewed"}],"within":"7d","in_last":"5d"}}`, ""},
	{`{"sequence":{"steps":[{"event":"Product Added"},{"event":"Product Viewed"}],"within":"7d","in_last":"121h"}}`, "bob"},
	{`{"any":[{"all":[{"tag":"VIP"},{"not":{"tag":"vip"}}]},{"trait":"age","op":"lt","value":0}]}`, "ann dan"},
}

// covers: B4, B6
func TestRules_AgreeWithTruthWorkedOutByHand(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		s.people()
		for _, c := range rules {
			if got := s.who(c[0], ""); got != c[1] {
				t.Errorf("%s\n got %q\nwant %q", c[0], got, c[1])
			}
		}
		if got := s.who(`{"did":{`+order+`}}`, "2026-02-01T00:00:00Z"); got != "ann" {
			t.Errorf("in the past: %q", got)
		}
		members := s.ok("GET", "/audiences/"+s.audience("same", rules[len(rules)-1][0])+"/members", nil)
		if members.Get("items.#").Int() != 2 {
			t.Errorf("the audience disagrees with the preview: %s", members.Raw)
		}
	})
}

// covers: B4
func TestBadRules_AreRefusedWithAPointer(t *testing.T) {
	t.Parallel()
	s := serve(t, app.Config{})
	leaf := `{"tag":"x"}`
	for rule, pointer := range map[string]string{
		`{}`: "/rule", `[]`: "/rule", `"x"`: "/rule", `{"tag":"a","trait":"b"}`: "/rule", `{"nope":1}`: "/rule/nope", `{"all":{}}`: "/rule/all",
		`{"all":[` + leaf + `,{"trait":"a","op":"like","value":1}]}`:               "/rule/all/1/op",
		`{"trait":"a","op":"between","value":[1]}`:                                 "/rule/value",
		`{"not":{"did":{"event":"x","within":"30"}}}`:                              "/rule/not/did/within",
		`{"did":{"event":"x","count":{"gte":1},"sum":{"gte":1},"of":"a"}}`:         "/rule/did",
		`{"did":{"event":"x","sum":{"gte":1}}}`:                                    "/rule/did",
		`{"did":{"event":"x","between":["2026-01-02","2026-01-01"]}}`:              "/rule/did/between",
		`{"did":{"event":[]}}`:                                                     "/rule/did/event",
		`{"did":{"event":"x","where":[{"prop":"a","op":"eq","value":{}}]}}`:        "/rule/did/where/0/value",
		`{"stage":{"aipl":"nowhere"}}`:                                             "/rule/stage/aipl",
		`{"audience":"aud_nope"}`:                                                  "/rule/audience",
		strings.Repeat(`{"not":`, 8) + leaf + strings.Repeat(`}`, 8):               "/rule" + strings.Repeat("/not", 8),
		`{"any":[` + strings.TrimSuffix(strings.Repeat(leaf+",", 101), ",") + `]}`: "/rule",
	} {
		for _, path := range []string{"/audiences/preview", "/audiences"} {
			in := props{"rule": json.RawMessage(rule)}
			if path == "/audiences" {
				in["name"] = "bad"
			}
			a := s.api("POST", path, in)
			if a.status != http.StatusUnprocessableEntity || !strings.HasPrefix(a.Get("errors.0.pointer").String(), pointer) {
				t.Errorf("%s %.120s: %d %s, want %s", path, rule, a.status, a.Raw, pointer)
			}
		}
	}
	for _, good := range []string{
		strings.Repeat(`{"not":`, 7) + leaf + strings.Repeat(`}`, 7),
		`{"any":[` + strings.TrimSuffix(strings.Repeat(leaf+",", 100), ",") + `]}`,
	} {
		s.ok("POST", "/audiences/preview", props{"rule": json.RawMessage(good)})
	}
}
