package groupchat_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"yutang/internal/content"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/groupchat"
	"yutang/internal/wecomsim"
)

func set(ids ...string) map[string]bool {
	out := map[string]bool{}
	for _, id := range ids {
		out[id] = true
	}
	return out
}

// covers: D1
func TestPull_JoinsAndLeaves(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := open(t, d)
		li, wu := r.friend("Li"), r.friend("Wu")
		chat := r.group("Tea", li, wu)
		if drift := r.pull(); drift[groupchat.DriftGroup] != 1 || drift[groupchat.DriftJoined] != 4 {
			t.Fatalf("drift %v", drift)
		}
		if diff := cmp.Diff(set(li, wu), r.in(chat)); diff != "" {
			t.Fatal(diff)
		}
		g, err := r.groups.Get(ctx, chat)
		if err != nil || g.Name != "Tea" || g.Owner != "ann" || g.Size != 4 || g.Externals != 2 {
			t.Fatalf("%+v %v", g, err)
		}
		if drift := r.pull(); len(drift) != 0 {
			t.Fatalf("a pull of nothing new: %v", drift)
		}
		r.clock.Advance(time.Minute)
		r.must(r.sim.LeaveGroup(chat, wu))
		if drift := r.pull(); drift[groupchat.DriftLeft] != 1 {
			t.Fatalf("drift %v", drift)
		}
		r.clock.Advance(time.Minute)
		_, err = r.sim.JoinGroup(wecomsim.Joining{Who: wu, ChatID: chat})
		r.must(err)
		r.pull()
		p, err := r.groups.Members(ctx, g, true, "", 100)
		r.must(err)
		for _, m := range p.Items {
			if m.ID == wu && (m.Stays != 2 || !m.In() || m.Scene != groupchat.Invited || m.Leaf == 0 || m.Name == "") {
				t.Fatalf("%+v", m)
			}
		}
		want := map[string]int{li + " in " + chat: 1, wu + " in " + chat: 1}
		if diff := cmp.Diff(want, r.stays()); diff != "" {
			t.Fatal(diff)
		}
		r.must(r.sim.DismissGroup(chat))
		r.pull()
		if g, err = r.groups.Get(ctx, chat); err != nil || g.DismissedAt.IsZero() || len(r.in(chat)) != 0 {
			t.Fatalf("%+v %v", g, err)
		}
	})
}

// covers: D1
func TestNotice_LeavesAreKnownAtOnceAndLostNoticesAskAgain(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := open(t, d)
		r.run()
		li, wu, he := r.friend("Li"), r.friend("Wu"), r.friend("He")
		chat := r.group("Tea", li, wu)
		r.callbacks()
		r.rest()
		if diff := cmp.Diff(set(li, wu), r.in(chat)); diff != "" {
			t.Fatal(diff)
		}
		calls := len(r.sim.Log(wecomsim.LogFilter{Path: "/externalcontact/groupchat/get"}))
		r.clock.Advance(time.Minute)
		r.must(r.sim.KickFromGroup(chat, wu))
		r.callbacks()
		if diff := cmp.Diff(set(li), r.in(chat)); diff != "" {
			t.Fatal(diff)
		}
		if n := len(r.sim.Log(wecomsim.LogFilter{Path: "/externalcontact/groupchat/get"})); n != calls {
			t.Fatalf("a whole notice asked for the group again: %d calls", n-calls)
		}
		g, err := r.groups.Get(ctx, chat)
		r.must(err)
		p, err := r.groups.Members(ctx, g, true, "", 100)
		r.must(err)
		if i := slices.IndexFunc(p.Items, func(m groupchat.Member) bool { return m.ID == wu }); p.Items[i].Quit != groupchat.QuitRemoved {
			t.Fatalf("%+v", p.Items[i])
		}

		r.clock.Advance(time.Minute)
		r.sim.SetKnobs(func(k *wecomsim.Knobs) { k.Loss = 1 })
		_, err = r.sim.JoinGroup(wecomsim.Joining{Who: he, ChatID: chat})
		r.must(err)
		r.sim.SetKnobs(func(k *wecomsim.Knobs) { k.Loss = 0 })
		r.must(r.sim.LeaveGroup(chat, li))
		r.callbacks()
		r.rest()
		if diff := cmp.Diff(set(he), r.in(chat)); diff != "" {
			t.Fatalf("after a lost notice: %s", diff)
		}
		r.must(r.sim.RenameGroup(chat, "Coffee"))
		r.callbacks()
		r.rest()
		if g, err = r.groups.Get(ctx, chat); err != nil || g.Name != "Coffee" {
			t.Fatalf("%+v %v", g, err)
		}
		r.must(r.sim.DismissGroup(chat))
		r.callbacks()
		if g, err = r.groups.Get(ctx, chat); err != nil || g.DismissedAt.IsZero() {
			t.Fatalf("%+v %v", g, err)
		}
		if left := slices.Collect(maps.Values(r.stays())); slices.Contains(left, 1) {
			t.Fatalf("somebody is still in a dismissed group: %v", r.stays())
		}
	})
}

// TestNotice_AnyOrder lets people come and go while notices are lost, doubled and reordered.
func TestNotice_AnyOrder(t *testing.T) {
	t.Parallel()
	r := open(t, dbtest.SQLite(t))
	r.run()
	people := []string{r.friend("Li"), r.friend("Wu"), r.friend("He")}
	rapid.Check(t, func(t *rapid.T) {
		chat := r.group("Tea")
		r.sim.SetKnobs(func(k *wecomsim.Knobs) { k.Loss, k.Duplicate, k.Reorder = 0.3, 0.3, 0.5 })
		for range rapid.IntRange(1, 12).Draw(t, "moves") {
			r.clock.Advance(time.Second) // the platform tells joins to the second: two in one are one
			who := rapid.SampledFrom(people).Draw(t, "who")
			switch rapid.SampledFrom([]string{"join", "leave", "kick", "deliver", "pull", "wait"}).Draw(t, "move") {
			case "join":
				_, _ = r.sim.JoinGroup(wecomsim.Joining{Who: who, ChatID: chat}) // refused when already in
			case "leave":
				_ = r.sim.LeaveGroup(chat, who) // refused when not in
			case "kick":
				_ = r.sim.KickFromGroup(chat, who)
			case "deliver":
				r.callbacks()
			case "pull":
				r.pull()
			case "wait":
				r.clock.Advance(time.Duration(rapid.IntRange(1, 4000).Draw(t, "ms")) * time.Millisecond)
			}
		}
		r.callbacks()
		r.rest()
		r.clock.Advance(time.Minute)
		r.pull()
		there, _ := r.sim.Group(chat)
		want := map[string]bool{}
		for _, m := range there.Members {
			if m.External {
				want[m.ID] = true
			}
		}
		if diff := cmp.Diff(want, r.in(chat)); diff != "" {
			t.Fatal(diff)
		}
		stays := r.stays()
		for _, who := range people {
			if got := stays[who+" in "+chat]; (got == 1) != want[who] {
				t.Fatalf("%s is in: %t, but has %d joins more than leaves", who, want[who], got)
			}
		}
		if drift := r.pull(); len(drift) != 0 {
			t.Fatalf("a pull of nothing new: %v", drift)
		}
	})
}

// covers: D1
func TestCode_MovesOnToTheNextGroup(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := open(t, d)
		r.run()
		var chats []string
		for i := range 7 {
			chats = append(chats, r.group(fmt.Sprint("Tea ", i)))
		}
		r.pull()
		code, err := r.groups.CreateCode(ctx, groupchat.NewCode{Corp: corpID, Name: "Shop door", Groups: chats, FullAt: 4})
		r.must(err)
		if diff := cmp.Diff(chats[:5], code.Active); diff != "" || code.QR == "" || len(code.State) > 30 {
			t.Fatalf("%+v %s", code, diff)
		}
		for i := range 2 { // with ann and bob the first group is full
			got, err := r.sim.JoinGroup(wecomsim.Joining{Who: r.friend(fmt.Sprint("P", i)), ConfigID: code.Config})
			r.must(err)
			if got != chats[0] {
				t.Fatalf("joined %s, not the first group", got)
			}
		}
		r.callbacks()
		r.rest()
		if code, err = r.groups.Code(ctx, code.ID); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(chats[1:6], code.Active); diff != "" {
			t.Fatal(diff)
		}
		way, err := r.client.GetJoinWay(ctx, code.Config)
		r.must(err)
		if diff := cmp.Diff(chats[1:6], way.ChatIDList); diff != "" || way.State != code.State {
			t.Fatalf("%+v %s", way, diff)
		}
		got, err := r.sim.JoinGroup(wecomsim.Joining{Who: r.friend("next"), ConfigID: code.Config})
		if err != nil || got != chats[1] {
			t.Fatalf("joined %s, %v", got, err)
		}

		calls := len(r.sim.Log(wecomsim.LogFilter{Path: "/externalcontact/groupchat/update_join_way"}))
		change := groupchat.NewCode{Name: "Shop door", Groups: chats[1:6], FullAt: 4}
		if _, err = r.groups.ChangeCode(ctx, code.ID, change); err != nil {
			t.Fatal(err)
		}
		if n := len(r.sim.Log(wecomsim.LogFilter{Path: "/externalcontact/groupchat/update_join_way"})); n != calls {
			t.Fatal("the platform was told of a change that makes no difference there")
		}
		change.Groups = chats[:1]
		if code, err = r.groups.ChangeCode(ctx, code.ID, change); err != nil || code.Problem != groupchat.AllFull {
			t.Fatalf("%+v %v", code, err)
		}
		r.must(r.groups.DeleteCode(ctx, code.ID))
		if _, err := r.client.GetJoinWay(ctx, code.Config); err == nil {
			t.Fatal("the code is still there")
		}
		if _, err := r.groups.Code(ctx, code.ID); !fault.Is(err, fault.NotFound) {
			t.Fatal(err)
		}
	})
}

func TestCode_BadOnes(t *testing.T) {
	t.Parallel()
	r := open(t, dbtest.SQLite(t))
	_, err := r.groups.CreateCode(ctx, groupchat.NewCode{Corp: corpID, FullAt: 201, Groups: []string{"a", "a"}})
	for _, pointer := range []string{"/name", "/groups/1", "/full_at"} {
		if err == nil || !strings.Contains(err.Error(), pointer) {
			t.Errorf("no word of %s in %v", pointer, err)
		}
	}
	if _, err = r.groups.CreateCode(ctx, groupchat.NewCode{Corp: corpID, Name: "x", Groups: []string{"wrNo"}}); !fault.Is(err, fault.Invalid) {
		t.Fatalf("an unknown group: %v", err)
	}
}

func TestWelcome_BothSides(t *testing.T) {
	t.Parallel()
	r := open(t, dbtest.SQLite(t))
	w, err := r.groups.CreateWelcome(ctx, groupchat.NewWelcome{Corp: corpID, Name: "Tea", Content: content.Content{
		Text: "Welcome!", Attachments: []content.Attachment{{Kind: content.KindLink, Title: "Rules", URL: "https://example.com/rules"}},
	}})
	r.must(err)
	got, err := r.client.GetGroupWelcome(ctx, w.Template)
	if err != nil || got.Text.Content != "Welcome!" || got.Link == nil || got.Link.Title != "Rules" {
		t.Fatalf("%+v %v", got, err)
	}
	_, err = r.groups.ChangeWelcome(ctx, w.ID, groupchat.NewWelcome{Name: "Tea", Content: content.Content{Text: "Hello!"}})
	r.must(err)
	if got, err = r.client.GetGroupWelcome(ctx, w.Template); err != nil || got.Text.Content != "Hello!" || got.Link != nil {
		t.Fatalf("%+v %v", got, err)
	}
	if _, err := r.groups.CreateWelcome(ctx, groupchat.NewWelcome{Corp: corpID, Name: "Tea"}); !fault.Is(err, fault.Invalid) {
		t.Fatalf("nothing to say: %v", err)
	}
	r.must(r.groups.DeleteWelcome(ctx, w.ID))
	r.must(func() error { _, err := r.groups.Welcomes(ctx, corpID, "", 0); return err }())
	if n := len(r.sim.Templates()); n != 0 {
		t.Fatalf("%d templates are left", n)
	}
}

// covers: D1
func TestDuplicates_AcrossGroups(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := open(t, d)
		li, wu, he := r.friend("Li"), r.friend("Wu"), r.friend("He")
		a, b := r.group("A", li, wu), r.group("B", wu, he)
		r.group("C", wu)
		r.pull()
		p, err := r.groups.Duplicates(ctx, corpID, 2, "", 10)
		r.must(err)
		if len(p.Items) != 1 || p.Items[0].ID != wu || len(p.Items[0].Groups) != 3 || p.Items[0].Leaf == 0 {
			t.Fatalf("%+v", p.Items)
		}
		of, err := r.groups.Of(ctx, []uint32{p.Items[0].Leaf})
		if err != nil || len(of) != 3 {
			t.Fatalf("%+v %v", of, err)
		}
		r.must(r.sim.LeaveGroup(b, wu))
		r.must(r.sim.LeaveGroup(a, wu))
		r.pull()
		if p, err = r.groups.Duplicates(ctx, corpID, 2, "", 10); err != nil || len(p.Items) != 0 {
			t.Fatalf("%+v %v", p.Items, err)
		}
	})
}

func TestStats_OwnersByDay(t *testing.T) {
	t.Parallel()
	r := open(t, dbtest.SQLite(t))
	r.group("Tea", r.friend("Li"))
	r.must(r.sim.Advance(48 * time.Hour))
	r.clock.Advance(48 * time.Hour)
	r.must(r.groups.PullStats(ctx, corpID, "ann"))
	r.must(r.groups.PullStats(ctx, corpID, "ann"))
	p, err := r.groups.Stats(ctx, groupchat.StatFilter{Corp: corpID, Owner: "ann", From: "2026-03-01"})
	r.must(err)
	grown := 0
	for _, day := range p.Items {
		grown += day.NewChats
	}
	if len(p.Items) == 0 || grown != 1 {
		t.Fatalf("%+v", p.Items)
	}
}

func TestEvents_SayWhereAndHow(t *testing.T) {
	t.Parallel()
	r := open(t, dbtest.SQLite(t))
	li := r.friend("Li")
	r.group("Tea", li)
	r.pull()
	evs, err := r.log.Read(ctx, []uint64{1})
	r.must(err)
	if evs[0].Name != event.GroupJoined {
		t.Fatalf("%+v", evs[0])
	}
	for _, want := range []string{`"group_name":"Tea"`, `"scene":"invited"`, `"corp":"` + corpID + `"`, `"first":true`} {
		if !strings.Contains(string(evs[0].Props), want) {
			t.Errorf("%s is not in %s", want, evs[0].Props)
		}
	}
	if len(evs[0].Identities) != 2 || evs[0].Identities[1].Type != "unionid" {
		t.Fatalf("%+v", evs[0].Identities)
	}
}
