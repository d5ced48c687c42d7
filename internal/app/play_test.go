package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"testing"
	"time"

	"yutang/internal/flow"
	"yutang/internal/post"
	"yutang/internal/sop"
	"yutang/internal/wecomsim"
)

// play publishes a playbook and gives its id.
func (s *server) play(definition string) string {
	s.t.Helper()
	id := s.ok("POST", "/playbooks", map[string]any{"definition": json.RawMessage(definition)}).Get("id").String()
	s.ok("POST", "/playbooks/"+id+"/publish", nil)
	return id
}

var shortLink = regexp.MustCompile(`https://go\.example/l/[A-Za-z0-9]+`)

// A web address in a message becomes a short link; whoever follows it is met by the step
// that waits for them. Without a public address it stays.
//
// covers: E5, C1
func TestLink_AClickMeetsWhoWaitsForIt(t *testing.T) {
	t.Parallel()
	m := newMailbox(t)
	seen := 0
	roadServer(t, m, func(t *testing.T, s *server) {
		s.ok("PUT", "/outreach/policy", map[string]any{"consent": map[string]string{"webhook": "not_withdrawn"}})
		hook := s.ok("POST", "/webhooks", map[string]any{"name": "shop", "url": m.URL}).Get("id").String()
		pb := s.play(`{"name":"Look","trigger":{"event":"A"},"reentry":"always","steps":[
			{"id":"show","send":{"channel":"webhook","endpoint":"` + hook + `","track_links":true,"content":{"text":"看看 https://shop.example/p?id=7。"}}},
			{"id":"looked","wait_for":{"event":"Link Clicked","timeout":"2d","steps":[{"id":"won","goal":{}}]}}]}`)
		next := func() string {
			t.Helper()
			var mail []letter
			s.eventually("a letter", func() bool { mail = m.letters(); return len(mail) > seen })
			seen++
			return mail[seen-1].body
		}
		s.take(track("u1", "A", time.Time{}, nil))
		if body := next(); shortLink.MatchString(body) || !regexp.MustCompile(`https://shop\.example/p\?id=7`).MatchString(body) {
			t.Fatalf("without a public address: %s", body)
		}
		s.ok("PUT", "/links/settings", map[string]any{"public_url": "https://go.example"})
		s.take(track("u2", "A", time.Time{}, nil))
		body := next()
		short := shortLink.FindString(body)
		if short == "" || regexp.MustCompile(`shop\.example`).MatchString(body) {
			t.Fatalf("with one: %s", body)
		}
		at, err := url.Parse(short)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.follow(at.Path); got != "https://shop.example/p?id=7" {
			t.Fatalf("it leads to %q", got)
		}
		var runs answer
		s.eventually("the click is the goal of a run", func() bool {
			runs = s.ok("GET", "/runs?playbook="+pb, nil)
			return runs.Get(`items.#(outcome=="goal")`).Exists()
		})
		if got := runs.Get(`items.#(outcome=="goal")#.customer`).Raw; got != `["`+s.customer("user_id", "u2")+`"]` {
			t.Errorf("the goal of %s: %s", got, runs.Raw)
		}
	})
}

// follow opens a path as a phone does, and says where it leads.
func (s *server) follow(path string) string {
	s.t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, s.url+path, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("User-Agent", "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 MicroMessenger/8.0.49")
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		s.t.Fatal(err)
	}
	_ = res.Body.Close()
	return res.Header.Get("Location")
}

// A post to groups becomes one mass send of the corp, with the groups whose names have the
// words; a post to Moments one moment; however often their job runs.
//
// covers: C3, C4, D1, D2
func TestPost_ToGroupsAndMomentsOnceEach(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		ctx := context.Background()
		r := connectCorp(t, s, wecomsim.Config{Staff: 2})
		users := r.staffOf()
		who := r.sim.AddCustomer(wecomsim.NewCustomer{})
		if _, err := r.sim.Add(users[0], who, 0); err != nil {
			t.Fatal(err)
		}
		chats := map[string]string{}
		for i, name := range []string{"VIP一群", "日常群", "福利VIP群"} {
			chat, err := r.sim.CreateGroup(wecomsim.NewGroup{Owner: users[i%2], Name: name, Customers: []string{who}})
			if err != nil {
				t.Fatal(err)
			}
			chats[name] = chat
		}
		r.sync()
		pb := s.play(`{"name":"上新","subject":"brand","trigger":{"schedule":{"at":"2026-03-10T12:30"}},"steps":[
			{"id":"chats","post":{"to":"groups","select":{"tags":["VIP"]},"content":{"text":"本周上新"}}},
			{"id":"circle","post":{"to":"moments","content":{"text":"朋友圈上新"}}},
			{"id":"nobody","post":{"to":"groups","select":{"tags":["没有这样的群"]},"content":{"text":"无"}}}]}`)
		s.clock.Advance(31 * time.Minute)
		var posts []post.Post
		r.until("all steps are published", func() bool {
			list, err := s.app.Posts().List(ctx, pb, "", 10)
			if err != nil {
				t.Fatal(err)
			}
			posts = list.Items
			return len(posts) == 3
		})
		r.until("staff are asked", func() bool {
			s.clock.Advance(time.Second)
			return len(asked(r, users)) == 2 && len(r.sim.MomentTasks(users[0])) == 1
		})
		want := []string{chats["VIP一群"], chats["福利VIP群"]}
		slices.Sort(want)
		if got := asked(r, users); !slices.Equal(got, want) {
			t.Errorf("asked for %v, want %v", got, want)
		}
		for _, p := range posts {
			if (p.Step == "nobody") != (p.Target == "") || (p.Step == "nobody") != (p.Reason != "") || p.Corp != simCorp {
				t.Errorf("%+v", p)
			}
		}
		for _, p := range posts { // the job again, as after a crash
			spec := flow.Post{To: p.Kind, Select: flow.Select{Tags: []string{"VIP"}}, Content: json.RawMessage(`{"text":"本周上新"}`)}
			if err := s.app.Plan(ctx, post.Order{ID: p.Order, Playbook: pb, Run: p.Run, Step: p.Step, Subject: flow.Subject{Kind: flow.Brand}, Spec: spec, At: s.clock.Now()}); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.app.Idle(ctx); err != nil {
			t.Fatal(err)
		}
		if sends, moments := s.ok("GET", "/mass-sends?corp="+simCorp, nil), s.ok("GET", "/moments?corp="+simCorp, nil); sends.Get("items.#").Int() != 1 || moments.Get("items.#").Int() != 1 {
			t.Errorf("mass sends %s\nmoments %s", sends.Raw, moments.Raw)
		}
		if n := len(asked(r, users)); n != 2 {
			t.Errorf("asked %d times", n)
		}
	})
}

// asked is the groups that members are asked to send to, sorted.
func asked(r *corpRig, users []string) (chats []string) {
	for _, user := range users {
		for _, m := range r.sim.MassTasks(user) {
			if m.Group {
				chats = append(chats, m.Targets...)
			}
		}
	}
	slices.Sort(chats)
	return chats
}

// Groups that a schedule chooses by words in their names run, and a replay sees the same.
//
// covers: C3, D1
func TestSchedule_OfGroupsByTheirNames(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		r := connectCorp(t, s, wecomsim.Config{Staff: 1})
		who := r.sim.AddCustomer(wecomsim.NewCustomer{})
		if _, err := r.sim.Add(r.staffOf()[0], who, 0); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"VIP一群", "日常群", "福利群", "VIP已散"} {
			chat, err := r.sim.CreateGroup(wecomsim.NewGroup{Owner: r.staffOf()[0], Name: name, Customers: []string{who}})
			if err == nil && name == "VIP已散" {
				err = r.sim.DismissGroup(chat)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		r.sync()
		pb := s.play(`{"name":"群周","subject":"group","trigger":{"schedule":{"every":"day","time":"13:00","select":{"tags":["VIP","福利"]}}},
			"steps":[{"id":"say","post":{"to":"groups","content":{"text":"今日福利"}}}]}`)
		s.clock.Advance(61 * time.Minute)
		var runs answer
		r.until("the groups run", func() bool {
			runs = s.ok("GET", "/runs?playbook="+pb, nil)
			return runs.Get("items.#").Int() == 2
		})
		id := s.ok("POST", "/playbooks/"+pb+"/replay", map[string]any{"days": 3}).Get("id").String()
		var replay answer
		r.until("the replay ends", func() bool {
			replay = s.ok("GET", "/replays/"+id, nil)
			return replay.Get("result").Exists()
		})
		if n := replay.Get("result.entries").Int(); n != 6 {
			t.Errorf("%d entries in three days: %s", n, replay.Raw)
		}
	})
}

// A goal takes the open task of its run back, the end of a playbook all that are left.
//
// covers: C2
func TestTask_EndsWithItsRunAndItsPlaybook(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		pb := s.play(`{"name":"Call","priority":80,"trigger":{"event":"A"},"goal":{"event":"Order Completed"},
			"steps":[{"id":"call","task":{"title":"Call"}},{"id":"rest","wait":{"for":"1h"}}]}`)
		s.take(track("u1", "A", time.Time{}, nil), track("u2", "A", time.Time{}, nil), track("u3", "A", time.Time{}, nil))
		s.take(track("u1", "Order Completed", time.Time{}, props{"order_id": "1"}))
		counts := func(want string) func() bool {
			return func() bool {
				list := s.ok("GET", "/tasks?playbook="+pb, nil)
				reasons := map[string]int{}
				for _, x := range list.Get("items").Array() {
					reasons[x.Get("state").String()+" "+x.Get("reason").String()]++
					if x.Get("priority").Int() != 80 {
						t.Errorf("%s", x.Raw)
					}
				}
				raw, err := json.Marshal(reasons)
				return err == nil && string(raw) == want
			}
		}
		s.eventually("the goal takes one back", counts(`{"cancelled run_ended":1,"unassigned no_owner":2}`))
		s.clock.Advance(61 * time.Minute)
		s.eventually("the others are done with their steps", func() bool {
			return s.ok("GET", "/runs?playbook="+pb, nil).Get(`items.#(outcome=="done")#`).Get("#").Int() == 2
		})
		s.eventually("whose tasks go on", counts(`{"cancelled run_ended":1,"unassigned no_owner":2}`))
		s.ok("POST", "/playbooks/"+pb+"/end", nil)
		s.eventually("the end takes them all", counts(`{"cancelled playbook_ended":2,"cancelled run_ended":1}`))
	})
}

// An audience that a playbook brings along says whose it is, and stays the same one over
// versions, also when the playbook has another name.
//
// covers: C1
func TestPlaybook_NamesItselfInItsAudiences(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		definition := func(name, tag string) string {
			return fmt.Sprintf(`{"name":%q,"trigger":{"audience":"vip"},"audiences":{"vip":{"name":"VIP","rule":{"tag":%q}}},
				"steps":[{"id":"rest","wait":{"for":"1h"}}]}`, name, tag)
		}
		own := func() (ids, texts []string) {
			for _, a := range s.ok("GET", "/audiences", nil).Get(`items.#(name=="VIP")#`).Array() {
				ids, texts = append(ids, a.Get("id").String()), append(texts, a.Get("description").String())
			}
			return ids, texts
		}
		pb := s.play(definition("老客关怀", "VIP"))
		first, texts := own()
		if len(first) != 1 || texts[0] != "由 SOP「老客关怀」创建" {
			t.Fatalf("made %q %q", first, texts)
		}
		s.ok("PUT", "/playbooks/"+pb, map[string]any{"definition": json.RawMessage(definition("Regulars", "regular"))})
		s.ok("POST", "/playbooks/"+pb+"/publish", nil)
		if ids, texts := own(); !slices.Equal(ids, first) || texts[0] != "Made by the playbook “Regulars”" {
			t.Errorf("after another version %q %q, before %q", ids, texts, first)
		}
	})
}

// A reminder that is given again, as after a crash, is the same task.
//
// covers: C9
func TestAudit_IsRemindedOfOnce(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		for range 2 {
			err := s.app.RemindAudit(context.Background(), sop.Reminder{
				Audit: "aud_1", Corp: simCorp, Staff: "lin", Checklist: "Shop", About: "account", Items: []string{"light"}, Due: s.clock.Now().Add(time.Hour),
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		if list := s.ok("GET", "/tasks", nil); list.Get("items.#").Int() != 1 {
			t.Errorf("%s", list.Raw)
		}
	})
}
