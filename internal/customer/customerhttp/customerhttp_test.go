package customerhttp_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/google/go-cmp/cmp"

	"yutang/internal/access"
	"yutang/internal/audience"
	"yutang/internal/customer"
	"yutang/internal/customer/customerhttp"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/event"
	"yutang/internal/httpapi/httpapitest"
	"yutang/internal/identity"
	"yutang/internal/rule"
	"yutang/internal/search"
	"yutang/internal/timeline"
)

// road is the part of the pipeline that customers need: resolve, log, fold, append.
type road struct {
	t         *testing.T
	db        *db.DB
	log       *event.Log
	identity  *identity.Service
	customers *customer.Service
	timeline  *timeline.Store
	audiences *audience.Service
	changed   int
	kept      []uint32
}

// Zone is the brand's.
func (*road) Zone() *time.Location { return time.UTC }

func (r *road) keepFixed(_ context.Context, name, _ string, people *roaring.Bitmap) (audience.Audience, error) {
	r.kept = people.ToArray()
	return audience.Audience{ID: "aud_fixed", Name: name}, nil
}

func (r *road) SubmitEvents(ctx context.Context, evs []*event.Event) (int, error) {
	defer r.log.Stored()
	return len(evs), r.db.InTx(ctx, func(ctx context.Context) error {
		r.timeline.Lock()
		defer r.timeline.Unlock()
		for _, ev := range evs {
			if err := r.take(ctx, ev); err != nil {
				return err
			}
		}
		for _, flush := range []func(context.Context) error{r.log.Flush, r.identity.Flush, r.customers.Flush} {
			if err := flush(ctx); err != nil {
				return err
			}
		}
		return nil
	})
}

func (r *road) take(ctx context.Context, ev *event.Event) error {
	r.log.Prepare(ev)
	res, err := r.identity.Resolve(ctx, ev)
	if err != nil {
		return err
	}
	name, _, err := r.log.Register(ev.Name)
	if err != nil {
		return err
	}
	ev.Ord = res.Leaf
	r.log.Append(ev, name)
	r.timeline.Grow(res.Leaf)
	if _, err := r.customers.Apply(ctx, ev, res.Leaf, res.Root); err != nil {
		return err
	}
	r.timeline.Append(timeline.Record{Seq: ev.Seq, Ord: res.Leaf, At: ev.At.UnixMilli(), Name: name})
	return nil
}

func (r *road) LevelsChanged(context.Context) error {
	r.changed++
	return nil
}

func start(t *testing.T, d *db.DB) (*httpapitest.Server, *road) {
	t.Helper()
	s := httpapitest.New(t, d)
	r := &road{t: t, db: d, timeline: timeline.New(), log: event.NewLog(d, s.Box)}
	r.identity = identity.New(d, s.Box, r.timeline, s.Clock)
	r.customers = customer.New(d, s.Box, r.timeline, s.Clock)
	if err := r.log.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.audiences = audience.NewService(d, audience.NewEngine(r.timeline, r.customers, r.log, r), s.Clock, nil)
	customerhttp.Routes(s.API, customerhttp.Deps{
		Customers: r.customers, Identity: r.identity, Timeline: r.timeline, Log: r.log, Audiences: r,
		Search: search.New(search.Config{
			Customers: r.customers, Identity: r.identity, Timeline: r.timeline, Clock: s.Clock, Zone: r.Zone, Select: r.audiences.Select,
		}),
		Keep: r.audiences, KeepFixed: r.keepFixed,
		StaffNames: func(_ context.Context, users []string) (map[string]string, error) {
			return map[string]string{"lin": "=Lin"}, nil
		},
		Access: s.Access, Submit: r, Source: 1, Clock: s.Clock, Zone: func() *time.Location { return time.UTC },
	})
	return s, r
}

// fill makes two customers, the first with an order.
func (r *road) fill() {
	r.t.Helper()
	set := func(name, value string) event.TraitOp {
		return event.TraitOp{Action: event.TraitSet, Name: name, Value: json.RawMessage(value)}
	}
	at := httpapitest.Start.Add(-time.Hour)
	_, err := r.SubmitEvents(r.t.Context(), []*event.Event{
		{
			SourceID: 1, MessageID: "1", Name: event.Identified, At: at, ReceivedAt: at,
			Identities: []event.Identity{{Type: "user_id", Value: "u1"}, {Type: "phone", Value: "13812348000"}},
			Traits:     []event.TraitOp{set("name", `"张三"`), set("phone", `"13812348000"`), set("city", `"上海"`)},
		},
		{
			SourceID: 1, MessageID: "2", Name: event.OrderCompleted, At: at.Add(time.Minute), ReceivedAt: at,
			Identities: []event.Identity{{Type: "user_id", Value: "u1"}},
			Props:      json.RawMessage(`{"order_id":"a","revenue":99.5,"recipient":"张三"}`),
		},
		{
			SourceID: 1, MessageID: "3", Name: event.Identified, At: at, ReceivedAt: at,
			Identities: []event.Identity{{Type: "user_id", Value: "u2"}},
			Traits:     []event.TraitOp{set("name", `"Anna Li"`)},
		},
	})
	if err != nil {
		r.t.Fatal(err)
	}
}

type list[T any] struct {
	Items []T
	Next  string
}

// covers: J1
func TestRoutes_AreGuardedAndDocumented(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, _ := start(t, d)
		httpapitest.WalkRoutes(t, s)
	})
}

// covers: B3, J3
func TestGet_ShowsTheProfileAndMasksIt(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, r := start(t, d)
		r.fill()
		var v customerhttp.View
		s.Client(t, access.Owner).Call("GET", "/customers/c1", nil, &v)
		if string(v.Traits["name"]) != `"张三"` || v.Orders.Count != 1 || v.Orders.NetRevenue != 99.5 || v.Orders.Currency != "CNY" ||
			v.Orders.LastAt == nil || v.FirstSeen == nil || v.Events != 2 || len(v.Identities) != 2 {
			t.Fatalf("customer = %+v", v)
		}
		res := s.Client(t, access.Viewer).Do("GET", "/customers/c1", nil)
		if body := string(res.Body); strings.Contains(body, "13812348000") || strings.Contains(body, "张三") ||
			!strings.Contains(body, "138****8000") || !strings.Contains(body, "张**") {
			t.Fatalf("a viewer sees %s", body)
		}
		for _, id := range []string{"c0", "c9", "x", "c4294967295"} {
			if res := s.Client(t, access.Owner).Do("GET", "/customers/"+id, nil); res.Status != http.StatusNotFound {
				t.Errorf("%s: %d, want 404", id, res.Status)
			}
		}
	})
}

// covers: B3
func TestGet_FollowsAMergedID(t *testing.T) {
	t.Parallel()
	s, r := start(t, dbtest.SQLite(t))
	r.fill()
	err := r.db.InTx(t.Context(), func(ctx context.Context) error {
		r.timeline.Lock()
		defer r.timeline.Unlock()
		m, err := r.identity.Merge(ctx, 1, 2, "test")
		if err != nil {
			return err
		}
		if err := r.customers.Regroup(ctx, m.Kept, m.Gone); err != nil {
			return err
		}
		if err := r.identity.Flush(ctx); err != nil {
			return err
		}
		return r.customers.Flush(ctx)
	})
	if err != nil {
		t.Fatal(err)
	}
	c := s.Client(t, access.Owner)
	var a, b customerhttp.View
	c.Call("GET", "/customers/c1", nil, &a)
	c.Call("GET", "/customers/c2", nil, &b)
	if diff := cmp.Diff(a, b); diff != "" || len(a.Identities) != 3 {
		t.Fatalf("%d identities; by both ids:\n%s", len(a.Identities), diff)
	}
	var all list[customerhttp.View]
	if c.Call("GET", "/customers", nil, &all); len(all.Items) != 1 {
		t.Fatalf("%d customers listed after a merge, want 1", len(all.Items))
	}
}

// covers: B3, B4
func TestList_FindsByEachFilter(t *testing.T) {
	t.Parallel()
	s, r := start(t, dbtest.SQLite(t))
	r.fill()
	c := s.Client(t, access.Owner)
	c.Call("POST", "/customers/c2/tags", map[string]string{"tag": "VIP/金"}, nil)
	for query, want := range map[string][]string{
		"":                                 {"c2", "c1"},
		"?identity=user_id:u2":             {"c2"},
		"?identity=phone:%2B8613812348000": {"c1"},
		"?identity=user_id:nobody":         {},
		"?q=anna":                          {"c2"},
		"?q=8000":                          {"c1"},
		"?q=u2":                            {"c2"},
		"?q=" + url.QueryEscape("张"):       {"c1"},
		"?tag=" + url.QueryEscape("VIP/金"): {"c2"},
		"?tag=none":                        {},
		"?q=c1":                            {"c1"},
		"?q=anna&tag=none":                 {},
		"?orders=1..":                      {"c1"},
		"?orders=..0":                      {"c2"},
		"?net_revenue=99.5":                {"c1"},
		"?trait=city:" + url.QueryEscape("上海"): {"c1"},
		"?sort=net_revenue":                    {"c2", "c1"},
		"?sort=-last_seen":                     {"c2", "c1"},
		"?sort=id&active=2h":                   {"c1", "c2"},
		"?rule=" + url.QueryEscape(`{"did":{"event":"Order Completed"}}`): {"c1"},
	} {
		got := []string{}
		for next := ""; ; {
			sep := "?"
			if query != "" {
				sep = query + "&"
			}
			var page list[customerhttp.View]
			c.Call("GET", "/customers"+sep+"limit=1&cursor="+next, nil, &page)
			for _, v := range page.Items {
				got = append(got, v.ID)
			}
			if next = page.Next; next == "" {
				break
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s lists %v, want %v", query, got, want)
		}
	}
	for _, bad := range []string{"?identity=u1", "?audience=aud_1", "?cursor=!", "?sort=name", "?orders=many", "?last_seen=soon", "?contact=maybe"} {
		if res := c.Do("GET", "/customers"+bad, nil); res.Status != http.StatusUnprocessableEntity && res.Status != http.StatusBadRequest {
			t.Errorf("%s: %d", bad, res.Status)
		}
	}
}

// covers: B3
func TestEvents_AreNewestFirstAndMasked(t *testing.T) {
	t.Parallel()
	s, r := start(t, dbtest.SQLite(t))
	r.fill()
	var names []string
	for next := ""; ; {
		var page list[customerhttp.Event]
		s.Client(t, access.Analyst).Call("GET", "/customers/c1/events?limit=1&cursor="+next, nil, &page)
		for _, e := range page.Items {
			names = append(names, e.Name)
			if strings.Contains(string(e.Properties), "张三") {
				t.Errorf("an analyst sees %s", e.Properties)
			}
		}
		if next = page.Next; next == "" {
			break
		}
	}
	if diff := cmp.Diff([]string{event.OrderCompleted, event.Identified}, names); diff != "" {
		t.Fatal(diff)
	}
}

// covers: B3, B4
func TestChange_IsAnEvent(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, r := start(t, d)
		r.fill()
		c := s.Client(t, access.Operator)
		var v customerhttp.View
		c.Call("PATCH", "/customers/c1/traits", `{"traits":{"city":null,"age":30,"likes":[ "tea", 2 ]}}`, &v)
		want := map[string]json.RawMessage{
			"name": json.RawMessage(`"张三"`), "phone": json.RawMessage(`"13812348000"`),
			"age": json.RawMessage("30"), "likes": json.RawMessage(`["tea",2]`),
		}
		if diff := cmp.Diff(want, v.Traits); diff != "" {
			t.Fatal(diff)
		}
		c.Call("POST", "/customers/c1/tags", `{"tag":"a/b"}`, &v)
		var tags list[customerhttp.Tag]
		c.Call("GET", "/tags", nil, &tags)
		if diff := cmp.Diff([]customerhttp.Tag{{Tag: "a/b", Count: 1}}, tags.Items); diff != "" {
			t.Fatal(diff)
		}
		s.Clock.Advance(time.Second)
		c.Call("DELETE", "/customers/c1/tags/a%2Fb", nil, &v)
		if len(v.Tags) != 0 {
			t.Fatalf("tags = %v", v.Tags)
		}
		var page list[customerhttp.Event]
		c.Call("GET", "/customers/c1/events?limit=3", nil, &page)
		if page.Items[0].Name != event.TagRemoved || page.Items[1].Name != event.TagAdded || page.Items[2].Name != event.Identified {
			t.Fatalf("events = %+v", page.Items)
		}
		for _, bad := range []string{`{"traits":{}}`, `{"traits":{"net_revenue":1}}`, `{"traits":{" ":1}}`} {
			if res := c.Do("PATCH", "/customers/c1/traits", bad); res.Status/100 != 4 {
				t.Errorf("%s: %d", bad, res.Status)
			}
		}
	})
}

// covers: B5, B7
func TestLifecycle_RulesAreCheckedAndTakeEffect(t *testing.T) {
	t.Parallel()
	s, r := start(t, dbtest.SQLite(t))
	r.fill()
	c := s.Client(t, access.Operator)
	var all customerhttp.Levels
	c.Call("GET", "/lifecycle", nil, &all)
	for _, levels := range [][]customerhttp.Level{all.AIPL, all.AARRR, all.Tier} {
		for _, l := range levels {
			if _, err := rule.Parse(l.Rule, time.UTC); err != nil {
				t.Errorf("default rule of %s: %v", l.Name, err)
			}
		}
	}
	tier := all.Tier
	tier[4].Rule = json.RawMessage(`{"trait":"net_revenue","op":"gte","value":12345}`)
	c.Call("PUT", "/lifecycle", map[string]any{"tier": tier}, &all)
	if !strings.Contains(string(all.Tier[4].Rule), "12345") || r.changed != 1 {
		t.Fatalf("%d changes; V5 is %s", r.changed, all.Tier[4].Rule)
	}
	tier[2].Rule = json.RawMessage(`{"trait":"net_revenue","op":"near","value":1}`)
	res := c.Do("PUT", "/lifecycle", map[string]any{"tier": tier})
	if res.Status/100 != 4 || !strings.Contains(string(res.Body), "/tier/2/rule") {
		t.Fatalf("a bad rule: %d %s", res.Status, res.Body)
	}
	tier[2].Rule = json.RawMessage(`{"stage":{"aipl":"loyal"}}`)
	if res := c.Do("PUT", "/lifecycle", map[string]any{"tier": tier}); res.Status/100 != 4 || r.changed != 1 {
		t.Fatalf("a tier by stage: %d", res.Status)
	}
}

// covers: B5
func TestFlows_ListTheirPeople(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, r := start(t, d)
		r.fill()
		err := r.db.InTx(t.Context(), func(ctx context.Context) error {
			r.timeline.Lock()
			defer r.timeline.Unlock()
			for i := range 3 {
				for ord := range uint32(3) {
					r.customers.SetLevel(customer.AIPL, ord+1, i, httpapitest.Start.Add(time.Duration(i)*time.Hour).UnixMilli())
				}
			}
			return r.customers.Flush(ctx)
		})
		if err != nil {
			t.Fatal(err)
		}
		c := s.Client(t, access.Owner)
		const span = "/lifecycle/flows/people?kind=aipl&since=2026-03-01T00:00:00Z&until=2026-03-02T00:00:00Z"
		people := func(query string) (who []string) {
			t.Helper()
			for cursor := ""; ; {
				var page list[customerhttp.FlowMove]
				c.Call("GET", span+query+"&limit=2&cursor="+cursor, nil, &page)
				for _, m := range page.Items {
					who = append(who, m.Customer+" "+m.From+">"+m.To)
				}
				if cursor = page.Next; cursor == "" {
					return who
				}
			}
		}
		for query, want := range map[string][]string{
			"&from=aware&to=interest": {"c3 aware>interest", "c2 aware>interest", "c1 aware>interest"},
			"&from=none":              {"c3 >aware", "c2 >aware", "c1 >aware"},
			"&from=loyal":             nil,
		} {
			if diff := cmp.Diff(want, people(query)); diff != "" {
				t.Errorf("%s: %s", query, diff)
			}
		}
		if n := len(people("")); n != 9 {
			t.Errorf("%d changes in all", n)
		}
		if res := c.Do("GET", span+"&to=nowhere", nil); res.Status != 422 || !strings.Contains(string(res.Body), "/to") {
			t.Errorf("%d %s", res.Status, res.Body)
		}
	})
}

// covers: B5
func TestLevels_ShowHistoryAndFlows(t *testing.T) {
	t.Parallel()
	s, r := start(t, dbtest.SQLite(t))
	r.fill()
	at := httpapitest.Start
	err := r.db.InTx(t.Context(), func(ctx context.Context) error {
		r.timeline.Lock()
		defer r.timeline.Unlock()
		for i := range 3 {
			r.customers.SetLevel(customer.AIPL, 1, i, at.Add(time.Duration(i)*time.Hour).UnixMilli())
		}
		return r.customers.Flush(ctx)
	})
	if err != nil {
		t.Fatal(err)
	}
	c := s.Client(t, access.Owner)
	var page list[customerhttp.LevelChange]
	c.Call("GET", "/customers/c1/levels?limit=2", nil, &page)
	if len(page.Items) != 2 || page.Items[0].To != "purchase" || page.Next == "" {
		t.Fatalf("levels = %+v", page)
	}
	c.Call("GET", "/customers/c1/levels?limit=2&cursor="+page.Next, nil, &page)
	if len(page.Items) != 1 || page.Items[0].From != "" || page.Items[0].To != "aware" {
		t.Fatalf("levels = %+v", page)
	}
	var flows list[customerhttp.Flow]
	c.Call("GET", "/lifecycle/flows?kind=aipl&from=2026-03-01T05:00:00Z&to=2026-03-01T06:00:00Z", nil, &flows)
	if diff := cmp.Diff([]customerhttp.Flow{{From: "aware", To: "interest", Count: 1}}, flows.Items); diff != "" {
		t.Fatal(diff)
	}
	var v customerhttp.View
	if c.Call("GET", "/customers/c1", nil, &v); v.Lifecycle.AIPL != "purchase" {
		t.Fatalf("stage = %+v", v.Lifecycle)
	}
}
