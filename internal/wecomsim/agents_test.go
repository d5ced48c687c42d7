package wecomsim

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"yutang/internal/clock"
)

// lively is a corp with codes, a join way, a mass message and a moment, in which agents act.
func lively(t testing.TB, cfg Config) (*Sim, *clock.Manual) {
	t.Helper()
	clk := clock.NewManual(start)
	cfg.Clock = clk
	if cfg.Staff == 0 {
		cfg.Staff, cfg.Customers, cfg.Groups = 6, 60, 2
	}
	s, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s, clk
}

// equip makes what agents act on through the API, as an app does.
func equip(t testing.TB, s *Sim) {
	t.Helper()
	post := func(path, body string) string {
		a := s.answer(request{method: http.MethodPost, path: path, query: "access_token=" + tokenOf(t, s), body: []byte(body), ip: "127.0.0.1", flight: 1})
		return string(a.body)
	}
	users := s.Members()
	for i := range 4 {
		post("/externalcontact/add_contact_way", fmt.Sprintf(`{"type":2,"scene":2,"state":"code%d","skip_verify":%t,"user":[%q,%q]}`, i, i > 0, users[i].User, users[i+1].User))
	}
	groups := s.GroupsOf("")
	post("/externalcontact/groupchat/add_join_way", fmt.Sprintf(`{"scene":2,"chat_id_list":[%q],"state":"group"}`, groups[0].ChatID))
	post("/externalcontact/add_msg_template", fmt.Sprintf(`{"sender":%q,"text":{"content":"hello"}}`, users[0].User))
	post("/externalcontact/add_moment_task", `{"text":{"content":"news"}}`)
	post("/externalcontact/customer_acquisition/create_link", fmt.Sprintf(`{"link_name":"ad","range":{"user_list":[%q]},"skip_verify":true}`, users[1].User))
}

func tokenOf(t testing.TB, s *Sim) string {
	t.Helper()
	s.answer(request{method: http.MethodGet, path: "/gettoken", query: "corpid=" + s.cfg.CorpID + "&corpsecret=" + s.cfg.Secret, ip: "127.0.0.1", flight: 1})
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.apps[0].token.value
}

// picture is all that visitors see of a corp.
func picture(s *Sim) any {
	type shot struct {
		Members   []Member
		Customers []Customer
		Groups    []GroupView
		Codes     []Code
		Links     []Link
		Talks     [][]Message
		Agents    AgentsView
	}
	p := shot{Members: s.Members(), Customers: s.Customers(0, 1<<20), Groups: s.GroupsOf(""), Codes: s.Codes(), Links: s.Links(), Agents: s.Agents()}
	p.Agents.Rate = 0
	for _, c := range p.Customers {
		for _, f := range c.Follows {
			p.Talks = append(p.Talks, s.talk(f.User, c.ID))
		}
	}
	return p
}

// covers: J4
func TestAgents_SameSeedSameActs(t *testing.T) {
	t.Parallel()
	live := func(seed uint64, step time.Duration) (*Sim, []Entry) {
		s, clk := lively(t, Config{Seed: seed, LogSize: 100_000})
		equip(t, s)
		if err := s.SetAgents(600); err != nil {
			t.Fatal(err)
		}
		for range int(12 * time.Hour / step) {
			clk.Advance(step)
			s.pulse()
		}
		return s, slices.DeleteFunc(s.Log(LogFilter{Kind: "action"}), func(e Entry) bool { return e.App != "agents" })
	}
	a, first := live(7, time.Minute)
	b, second := live(7, 40*time.Minute) // how often somebody looks makes no difference
	if diff := cmp.Diff(first, second); diff != "" {
		t.Fatal(diff)
	}
	if diff := cmp.Diff(picture(a), picture(b)); diff != "" {
		t.Fatal(diff)
	}
	if _, other := live(8, time.Hour); cmp.Equal(first, other) {
		t.Error("another seed, the same acts")
	}
	acts := a.Agents().Acts
	for _, name := range []string{
		"scan", "send_text", "join_group", "say_in_group", "leave_group", "confirm", "confirm_mass_send", "publish_moment", "like_moment",
		"delete_staff", "edit_tags", "edit_remark", "kf_say",
	} {
		if acts[name] == 0 {
			t.Errorf("nobody did %s: %v", name, acts)
		}
	}
	sum := 0
	for _, n := range acts {
		sum += n
	}
	if sum < 4000 || sum > 12000 { // 12 hours of day at 600, some acts take two steps
		t.Errorf("%d acts in 12 hours", sum)
	}
}

func TestAgents_LeaveAPhoneInUseAlone(t *testing.T) {
	t.Parallel()
	s, clk := lively(t, Config{Staff: 2, Customers: 10})
	held := s.Members()[0].User
	for range 40 {
		if err := s.Hold(held); err != nil {
			t.Fatal(err)
		}
		if err := s.SetAgents(3600); err != nil {
			t.Fatal(err)
		}
		clk.Advance(9 * time.Minute)
		s.pulse()
	}
	for _, e := range s.Log(LogFilter{Kind: "action"}) {
		if e.App == "agents" && bytes.Contains([]byte(e.Request), []byte(`"from":"`+held)) {
			t.Fatalf("an agent used the phone of %s: %s", held, e.Request)
		}
	}
	if s.Agents().Acts["send_text"] == 0 {
		t.Error("nobody said anything")
	}
	if s.Hold("nobody") == nil || s.SetAgents(-1) == nil {
		t.Error("a phone of nobody is held, or a rate is below nothing")
	}
}

// broken says what of the simulator's own rules does not hold.
func (s *Sim) broken() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	relations := 0
	for _, m := range s.memberList {
		for i, f := range m.contacts {
			relations++
			switch {
			case f.member != m || !slices.Contains(f.customer.follows, f):
				return "a relation is on one side only"
			case i > 0 && m.contacts[i-1].seq >= f.seq:
				return "relations are out of order"
			case s.customers[f.customer.id] != f.customer:
				return "a relation with nobody"
			case s.full(m) && len(m.contacts) > contactsMost:
				return "a member has too many customers"
			}
		}
	}
	for _, c := range s.customerList {
		seen := map[string]bool{}
		for _, f := range c.follows {
			relations--
			if seen[f.member.id] {
				return "two relations of one pair"
			}
			seen[f.member.id] = true
		}
	}
	if relations != 0 || len(s.customers) != len(s.customerList) {
		return "relations or customers do not add up"
	}
	return s.brokenGroups()
}

func (s *Sim) brokenGroups() string {
	for _, g := range s.groupList {
		seen := map[string]bool{}
		for _, m := range g.members {
			if seen[m.id] {
				return "somebody is in a group twice"
			}
			seen[m.id] = true
		}
		if !g.dismissed && (!seen[g.owner] || len(g.members) > groupMost) {
			return "a group without its owner, or too large"
		}
	}
	got := map[string]int{}
	for _, m := range s.more.mass.list {
		for _, t := range m.tasks {
			for _, r := range t.targets {
				if r.status != targetUnsent && t.sent == 0 {
					return "a message went out that nobody sent"
				}
				if r.status == targetSent {
					got[r.id]++
				}
			}
		}
	}
	for id, n := range got {
		if n > 62 {
			return "more mass messages than two months allow: " + id
		}
	}
	return ""
}

func TestAgents_NeverBreakTheRules(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		clk := clock.NewManual(start)
		s, err := New(Config{
			Clock: clk, Seed: rapid.Uint64().Draw(t, "seed"), Staff: rapid.IntRange(1, 5).Draw(t, "staff"),
			Customers: rapid.IntRange(0, 40).Draw(t, "customers"), Groups: rapid.IntRange(0, 3).Draw(t, "groups"), Agents: 1,
		})
		if err != nil {
			t.Fatal(err)
		}
		for range rapid.IntRange(1, 5).Draw(t, "steps") {
			users := s.Members()
			u := users[rapid.IntRange(0, len(users)-1).Draw(t, "user")].User
			switch rapid.IntRange(0, 4).Draw(t, "what") {
			case 0:
				_ = s.Resign(u)
			case 1:
				_ = s.PutMember(NewMember{User: rapid.StringMatching(`[a-z]{3}`).Draw(t, "new")})
			case 2:
				s.SetKnobs(func(k *Knobs) { k.KeepLost = !k.KeepLost })
			case 3:
				_, _ = s.CreateGroup(NewGroup{Owner: u, Name: "g", Members: []string{users[0].User}})
			}
			if err := s.SetAgents(float64(rapid.IntRange(0, 900).Draw(t, "rate"))); err != nil {
				t.Fatal(err)
			}
			clk.Advance(time.Duration(rapid.IntRange(0, 60).Draw(t, "minutes")) * time.Minute)
			s.pulse()
			if why := s.broken(); why != "" {
				t.Fatal(why)
			}
		}
	})
}

// covers: J4
func TestAgents_AreTheSameInAReplay(t *testing.T) {
	t.Parallel()
	var record bytes.Buffer
	s, clk := lively(t, Config{Record: &record, Agents: 900, CallbackURL: "http://127.0.0.1:1/", Token: "SimToken01", AESKey: "abcdefghijabcdefghijabcdefghijabcdefghijabA"})
	equip(t, s)
	for range 30 {
		clk.Advance(3 * time.Minute)
		s.AddCustomer(NewCustomer{})
	}
	done, err := Replay(&record)
	if err != nil || done.Difference != "" || done.Lines < 500 || s.Agents().Acts["scan"] < 20 {
		t.Fatalf("after %d lines: %v %s", done.Lines, err, done.Difference)
	}
}

// covers: J4
func TestJournal_GoesOnWhereItEnded(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "sim.jsonl")
	s, clk := lively(t, Config{Journal: name, Agents: 240})
	equip(t, s)
	who := s.AddCustomer(NewCustomer{Name: "王小鱼"})
	if _, err := s.ScanCode(who, "code1"); err != nil {
		t.Fatal(err)
	}
	must(t, s.Advance(26*time.Hour))
	must(t, s.Inject(Fault{Path: "*", Code: 45009}))
	clk.Advance(time.Hour)
	must(t, s.Close())
	want, now := picture(s), s.Now()
	torn, err := os.OpenFile(name, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(torn, `{"kind":"act`)
	must(t, torn.Close())

	again, err := New(Config{Clock: clk, Journal: name, Seed: 99, PublicURL: "http://other"})
	if err != nil {
		t.Fatal(err)
	}
	if !again.Now().Equal(now) {
		t.Errorf("the clock is at %s, was at %s", again.Now(), now)
	}
	again.SetPublicURL("http://wecom.invalid")
	if diff := cmp.Diff(picture(again), want); diff != "" {
		t.Fatalf("(-got +want) %s", diff)
	}
	if n := len(again.Faults()); n != 0 {
		t.Errorf("%d faults are left", n)
	}
	if n := again.Pending(); n != 0 {
		t.Errorf("%d callbacks of the past wait", n)
	}
	clk.Advance(10 * time.Hour) // nobody acts while nothing is asked to
	before := again.Agents().Acts["scan"]
	must(t, again.SetAgents(240))
	if n := again.Agents().Acts["scan"]; n != before {
		t.Errorf("%d scans happened while nothing ran", n-before)
	}
	clk.Advance(time.Hour)
	if _, err := New(Config{Clock: clk, Journal: name}); err == nil {
		t.Error("two hold one journal")
	}
	must(t, again.Close())
	third, err := New(Config{Clock: clk, Journal: name, PublicURL: "http://wecom.invalid"})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(picture(again), picture(third)); diff != "" {
		t.Fatal(diff)
	}
	if err := third.Flush(context.Background()); err != nil {
		t.Fatal(err)
	}
	if _, err := New(Config{Clock: clk, Journal: t.TempDir()}); err == nil {
		t.Error("a directory is a journal")
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
