package app_test

import (
	"context"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"yutang/internal/wecomsim"
)

// Credentials of the simulated corp.
const (
	simCorp   = "ww0000000000000001"
	simSecret = "simulated-secret"
	simToken  = "SimToken01"
	simAESKey = "abcdefghijabcdefghijabcdefghijabcdefghijabA"
)

// corpRig is a program with a simulated corp connected to it.
type corpRig struct {
	*server
	sim *wecomsim.Sim
}

// connectCorp starts a simulated corp and connects it. Its clock is the program's.
func connectCorp(t *testing.T, s *server, cfg wecomsim.Config) *corpRig {
	t.Helper()
	cfg.CorpID, cfg.Secret, cfg.Token, cfg.AESKey = simCorp, simSecret, simToken, simAESKey
	cfg.CallbackURL = s.url + "/wecom/callback/" + simCorp + "/main"
	cfg.Clock, cfg.AgentID = s.clock, 1000002
	sim, err := wecomsim.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(sim.Handler())
	t.Cleanup(web.Close)
	sim.SetPublicURL(web.URL)
	s.ok("PUT", "/wecom/corps/"+simCorp, map[string]any{
		"name": "Simulated", "base_url": web.URL,
		"apps": []map[string]any{{"name": "main", "agent_id": 1000002, "secret": simSecret, "token": simToken, "aes_key": simAESKey}},
	})
	return &corpRig{server: s, sim: sim}
}

// flush delivers all callbacks that wait.
func (r *corpRig) flush() {
	r.t.Helper()
	if err := r.sim.Flush(context.Background()); err != nil {
		r.t.Fatal(err)
	}
}

// sync compares everything with the platform and waits for the end.
func (r *corpRig) sync() gjson.Result {
	r.t.Helper()
	id := r.ok("POST", "/wecom/corps/"+simCorp+"/sync", map[string]any{"full": true}).Get("id").String()
	var run gjson.Result
	r.until("the pull ends", func() bool {
		run = r.ok("GET", "/wecom/corps/"+simCorp+"/sync/"+id, nil).Result
		return run.Get("state").String() != "running"
	})
	if run.Get("state").String() != "done" {
		r.t.Fatalf("pull: %s", run.Raw)
	}
	return run
}

// until asks again and again until ok; each asking is a real request. The clock moves on a
// little, so that what is due soon has its turn, and leases outlive the work under way.
func (r *corpRig) until(what string, ok func() bool) {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	for ctx.Err() == nil {
		if ok() {
			return
		}
		r.send("GET", "/readyz", nil)
		r.clock.Advance(5 * time.Millisecond)
	}
	r.t.Fatalf("it never happens: %s", what)
}

// customer finds the customer of an external_userid.
func (r *corpRig) customer(external string) gjson.Result {
	r.t.Helper()
	list := r.ok("GET", "/customers?identity=external_userid:"+simCorp+":"+external, nil)
	id := list.Get("items.0.id").String()
	if id == "" {
		return gjson.Result{}
	}
	return r.ok("GET", "/customers/"+id, nil).Result
}

// A customer scans a live code: the contact becomes a known customer with channel, tags and
// welcome; deleting the member is a loss.
//
// covers: A1, A9, B4, H4
func TestWeCom_ScanBecomesAKnownCustomerAndALossIsTold(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		r := connectCorp(t, s, wecomsim.Config{Staff: 4})
		r.sync()
		members := r.sim.Members()
		var users []string
		for _, m := range members {
			users = append(users, m.User)
		}
		if n := r.ok("GET", "/staff?corp="+simCorp, nil).Get("items.#").Int(); n != int64(len(users)) {
			t.Fatalf("%d members are known, want %d", n, len(users))
		}
		code := r.ok("POST", "/codes", map[string]any{
			"corp": simCorp, "name": "门店海报", "channel": "store", "kind": "multi", "skip_verify": true, "members": []map[string]any{{"staff": users[0]}},
			"tags": []string{"来源/门店"}, "welcome": map[string]any{"text": "欢迎来到鱼塘！"},
		})
		r.until("the code is at the platform", func() bool { return len(r.sim.Codes()) == 1 })
		who := r.sim.AddCustomer(wecomsim.NewCustomer{Name: "王小鱼"})
		if _, err := r.sim.ScanCode(who, r.sim.Codes()[0].ID); err != nil {
			t.Fatal(err)
		}
		r.flush()
		var c gjson.Result
		r.until("the customer is known", func() bool {
			c = r.customer(who)
			return c.Get("traits.channel").Exists() && c.Get("traits.name").Exists()
		})
		if got := c.Get("traits.channel").String(); got != "store" {
			t.Errorf("channel %q", got)
		}
		r.until("the tag is on", func() bool { return r.customer(who).Get("tags.#").Int() > 0 })
		r.until("the welcome is sent", func() bool { return len(r.sim.Welcomes(who)) == 1 })
		r.until("the arrival is counted", func() bool {
			return r.ok("GET", "/codes/"+code.Get("id").String()+"/stats", nil).Get("added").Int() == 1
		})
		if err := r.sim.DeleteStaff(who, users[0]); err != nil {
			t.Fatal(err)
		}
		r.flush()
		r.until("the loss is noted", func() bool { return r.ok("GET", "/handover/losses", nil).Get("items.#").Int() == 1 })
		r.clock.Advance(6 * time.Minute)
		r.until("the member is told", func() bool { return len(r.sim.AppMessages(users[0])) > 0 })
		if n := r.customer(who).Get("traits.contacts").Int(); n != 0 {
			t.Errorf("%d contacts are left", n)
		}
	})
}

// staffOf lists the members of the simulated corp.
func (r *corpRig) staffOf() (users []string) {
	for _, m := range r.sim.Members() {
		users = append(users, m.User)
	}
	return users
}

// counts is how far a transfer is, by state.
func (r *corpRig) counts(transfer string) gjson.Result {
	return r.ok("GET", "/handover/transfers/"+transfer, nil).Result
}

// Customers change hands: one is handed over after a day, one refuses, one may not again.
//
// covers: H3
func TestWeCom_TransferIsFollowedToItsEnd(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		r := connectCorp(t, s, wecomsim.Config{Staff: 3})
		users := r.staffOf()
		var people []string
		for range 3 {
			who := r.sim.AddCustomer(wecomsim.NewCustomer{})
			if _, err := r.sim.Add(users[0], who, 0); err != nil {
				t.Fatal(err)
			}
			people = append(people, who)
		}
		r.flush()
		r.sync()
		start := func(from, to string, items ...string) string {
			return r.ok("POST", "/handover/transfers", map[string]any{
				"corp": simCorp, "kind": "active", "object": "customer", "from": from, "to": to, "items": items, "message": "以后由我为您服务",
			}).Get("id").String()
		}
		id := start(users[0], users[1], append(people[:2:2], "wmNobody")...)
		r.until("the platform was asked", func() bool { return r.counts(id).Get("counts.waiting").Int() == 2 })
		r.until("the first look is over", func() bool {
			return len(r.sim.Log(wecomsim.LogFilter{Path: "/externalcontact/transfer_result"})) > 0
		})
		if err := r.sim.RefuseTransfer(people[1]); err != nil {
			t.Fatal(err)
		}
		r.flush()
		r.until("the refusal is known at once, without half an hour's wait", func() bool { return r.counts(id).Get("counts.refused").Int() == 1 })
		for range 50 { // a day and an hour, in half hours
			r.clock.Advance(30 * time.Minute)
			r.flush()
			r.send("GET", "/readyz", nil)
		}
		r.until("the transfer ends", func() bool {
			r.clock.Advance(time.Minute)
			return r.counts(id).Get("state").String() == "done"
		})
		got := r.counts(id).Get("counts").Raw
		if want := `{"done":1,"failed":1,"refused":1}`; got != want {
			t.Errorf("counts %s, want %s", got, want)
		}
		r.until("the customer changed hands", func() bool {
			list := r.ok("GET", "/contacts?corp="+simCorp+"&staff="+users[1], nil)
			return list.Get("items.#").Int() == 1 && list.Get("items.0.external_userid").String() == people[0]
		})
		id = start(users[1], users[2], people[0])
		r.until("the platform was asked again", func() bool { return r.counts(id).Get("counts.waiting").Int() == 1 })
		if a := r.api("POST", "/handover/transfers", map[string]any{
			"corp": simCorp, "kind": "resigned", "object": "customer", "from": users[0], "to": users[0],
		}); a.status != 422 && a.status != 400 || len(a.Get("errors").Array()) == 0 {
			t.Errorf("a transfer to oneself: %d %s", a.status, a.Raw)
		}
	})
}

// The answer of a transfer is lost after the platform took it: the platform's record is
// believed, and nothing is asked twice.
func TestWeCom_TransferWithLostAnswerIsNotAskedTwice(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		r := connectCorp(t, s, wecomsim.Config{Staff: 2})
		users := r.staffOf()
		who := r.sim.AddCustomer(wecomsim.NewCustomer{})
		if _, err := r.sim.Add(users[0], who, 0); err != nil {
			t.Fatal(err)
		}
		r.flush()
		r.sync()
		if err := r.sim.Inject(wecomsim.Fault{Path: "/externalcontact/transfer_customer", Drop: "after", Count: 1}); err != nil {
			t.Fatal(err)
		}
		id := r.ok("POST", "/handover/transfers", map[string]any{
			"corp": simCorp, "kind": "active", "object": "customer", "from": users[0], "to": users[1],
		}).Get("id").String()
		r.until("the record was read", func() bool {
			r.clock.Advance(time.Second)
			return r.counts(id).Get("counts.waiting").Int() == 1
		})
		calls := 0
		for _, e := range r.sim.Log(wecomsim.LogFilter{Path: "/externalcontact/transfer_customer"}) {
			if e.Kind == "call" {
				calls++
			}
		}
		if calls != 1 {
			t.Errorf("the platform was asked %d times", calls)
		}
	})
}

// Groups change hands at once, and a customer whose member has left goes to somebody else.
//
// covers: H3
func TestWeCom_LeaversCustomersAndGroupsGoToSomebodyElse(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		r := connectCorp(t, s, wecomsim.Config{Staff: 3})
		users := r.staffOf()
		who := r.sim.AddCustomer(wecomsim.NewCustomer{})
		if _, err := r.sim.Add(users[0], who, 0); err != nil {
			t.Fatal(err)
		}
		chat, err := r.sim.CreateGroup(wecomsim.NewGroup{Owner: users[0], Name: "鱼塘一群", Customers: []string{who}})
		if err != nil {
			t.Fatal(err)
		}
		r.flush()
		r.sync()
		if err := r.sim.Resign(users[0]); err != nil {
			t.Fatal(err)
		}
		r.flush()
		r.until("the leaver is known", func() bool {
			return r.ok("GET", "/staff/"+simCorp+"/"+users[0], nil).Get("left_at").Exists()
		})
		list := r.ok("GET", "/handover/unassigned?corp="+simCorp, nil)
		if list.Get("items.0.external_userid").String() != who {
			t.Errorf("unassigned: %s", list.Raw)
		}
		groups := r.ok("POST", "/handover/transfers", map[string]any{
			"corp": simCorp, "kind": "resigned", "object": "group", "from": users[0], "to": users[1], "items": []string{chat},
		}).Get("id").String()
		customers := r.ok("POST", "/handover/transfers", map[string]any{
			"corp": simCorp, "kind": "resigned", "object": "customer", "from": users[0], "to": users[2], "items": []string{who},
		}).Get("id").String()
		r.until("the group changed hands", func() bool { return r.counts(groups).Get("counts.done").Int() == 1 })
		r.until("the customer is asked", func() bool { return r.counts(customers).Get("counts.waiting").Int() == 1 })
		looks := func() int {
			return len(r.sim.Log(wecomsim.LogFilter{Path: "/externalcontact/resigned/transfer_result"}))
		}
		before := looks()
		r.clock.Advance(24*time.Hour - 5*time.Minute)
		r.until("the platform was looked at", func() bool { return looks() > before })
		if err := r.app.Idle(t.Context()); err != nil { // a look under way would take the callback's wake for its own
			t.Fatal(err)
		}
		r.clock.Advance(6 * time.Minute)
		r.flush() // the next look by itself is half an hour away; the callback brings it on
		r.until("the customer changed hands", func() bool { return r.counts(customers).Get("counts.done").Int() == 1 })
		if g, ok := r.sim.Group(chat); !ok || g.Owner != users[1] {
			t.Errorf("the group is owned by %q", g.Owner)
		}
	})
}

// A group is pulled, somebody joins and leaves, and a message goes to the group after its
// owner confirmed.
//
// covers: D1, C4
func TestWeCom_GroupsAreFollowedAndReached(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		r := connectCorp(t, s, wecomsim.Config{Staff: 2})
		users := r.staffOf()
		who := r.sim.AddCustomer(wecomsim.NewCustomer{})
		if _, err := r.sim.Add(users[0], who, 0); err != nil {
			t.Fatal(err)
		}
		chat, err := r.sim.CreateGroup(wecomsim.NewGroup{Owner: users[0], Name: "鱼塘一群", Customers: []string{who}})
		if err != nil {
			t.Fatal(err)
		}
		r.sync() // callbacks wait; the pull finds everything
		if n := r.ok("GET", "/groups?corp="+simCorp, nil).Get("items.#").Int(); n != 1 {
			t.Fatalf("%d groups", n)
		}
		joined := func() int {
			n := 0
			id := r.customer(who).Get("id").String()
			for _, e := range r.ok("GET", "/customers/"+id+"/events", nil).Get("items").Array() {
				if name := e.Get("event").String() + e.Get("name").String(); name == "Group Joined" {
					n++
				}
			}
			return n
		}
		if joined() != 1 {
			t.Errorf("%d times joined after the pull", joined())
		}
		r.flush()
		second := r.sim.AddCustomer(wecomsim.NewCustomer{})
		if _, err := r.sim.JoinGroup(wecomsim.Joining{Who: second, ChatID: chat}); err != nil {
			t.Fatal(err)
		}
		r.flush()
		r.clock.Advance(3 * time.Second)
		r.until("the new member is known", func() bool {
			return r.ok("GET", "/groups/"+chat+"/members", nil).Get("items.#").Int() == 3
		})
		if joined() != 1 {
			t.Errorf("the callback of a known join told it again: %d", joined())
		}
		run := r.sync()
		if got := run.Get("drift").String(); got != "0" {
			t.Errorf("drift after everything was told: %s", run.Raw)
		}
	})
}

// While sending is held, as in a restored copy, nothing is changed at the platform; what was
// wanted happens after the release.
//
// covers: J4
func TestWeCom_HeldCopyChangesNothingAtThePlatform(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		r := connectCorp(t, s, wecomsim.Config{Staff: 1})
		r.sync()
		r.ok("POST", "/outreach/hold", map[string]any{"reason": "a test"})
		before := len(r.sim.Log(wecomsim.LogFilter{Path: "/externalcontact/add_contact_way"}))
		r.ok("POST", "/codes", map[string]any{
			"corp": simCorp, "name": "门店", "kind": "multi", "skip_verify": true, "members": []map[string]any{{"staff": r.staffOf()[0]}},
		})
		for range 20 {
			r.send("GET", "/readyz", nil)
			r.clock.Advance(10 * time.Second)
		}
		if n := len(r.sim.Log(wecomsim.LogFilter{Path: "/externalcontact/add_contact_way"})); n != before || len(r.sim.Codes()) != 0 {
			t.Fatalf("%d calls while held", n-before)
		}
		r.ok("POST", "/outreach/release", nil)
		r.until("the code is made", func() bool {
			r.clock.Advance(time.Second)
			return len(r.sim.Codes()) == 1
		})
	})
}
