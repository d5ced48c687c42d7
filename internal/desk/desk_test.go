package desk_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/desk"
	"yutang/internal/wecom"
	"yutang/internal/wecom/notice"
	"yutang/internal/wecomsim"
)

const syncMsg = "/kf/sync_msg"

func TestDesk_AConversationIsToldAndKept(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := connected(t, d)
		who := r.sim.AddCustomer(wecomsim.NewCustomer{Name: "小鱼"})
		url, err := r.client.KfAddContactWay(ctx, r.account, "menu-1")
		r.ok(err)
		_, err = r.sim.KfEnter(url+"&scene_param=shop", who)
		r.ok(err)
		say := func(d time.Duration, act func() error) {
			t.Helper()
			r.ok(r.sim.Advance(d))
			r.ok(act())
		}
		say(time.Second, func() error { return r.sim.KfSay(r.account, who, "有货吗") })
		say(time.Second, func() error { return r.sim.KfSay(r.account, who, "在吗") })
		say(time.Second, func() error { return r.sim.KfServe(r.account, who, "ann") })
		say(58*time.Second, func() error { return r.sim.KfAnswer(r.account, who, "有的") })
		say(time.Second, func() error { return r.sim.KfServe(r.account, who, "bob") })
		say(time.Second, func() error { return r.sim.KfEnd(r.account, who) })
		say(time.Hour, func() error { return r.sim.KfServe(r.account, who, "bob") })
		r.settle()
		want := []string{
			"Service Started how=entered scene=menu-1 scene_param=shop welcome=true",
			"Message Replied kind=text", "Message Replied kind=text",
			"Service Started how=taken staff=ann",
			"Message Sent kind=text staff=ann",
			"Service Transferred staff=bob staff_before=ann",
			"Service Ended staff=bob",
			"Service Started how=reopened staff=bob",
		}
		if diff := cmp.Diff(want, r.told(who)); diff != "" {
			t.Error(diff)
		}
		if got := r.texts(who); got != "有货吗 在吗 有的" {
			t.Errorf("said %q", got)
		}
		figures, err := r.Figures(ctx, corpID, start, start.AddDate(0, 0, 1))
		r.ok(err)
		one := desk.Figure{Account: r.account, Entered: 1, Received: 2, Replied: 1, Sessions: 2, Transferred: 1, Ended: 1, Answered: 1, Median: time.Minute}
		ann := desk.Figure{Account: r.account, Servicer: "ann", Replied: 1, Sessions: 1, Answered: 1, Median: time.Minute}
		bob := desk.Figure{Account: r.account, Servicer: "bob", Sessions: 1, Transferred: 1, Ended: 1}
		if diff := cmp.Diff([]desk.Figure{one, ann, bob}, figures); diff != "" {
			t.Error(diff)
		}
		var body []byte
		r.ok(r.db.Get(ctx, `SELECT body FROM desk_message WHERE kind = 'text' AND origin = 5`, nil, &body))
		if bytes.Contains(body, []byte("有的")) || len(body) == 0 {
			t.Error("what was said is not sealed")
		}
		for _, ev := range r.order {
			if strings.Contains(string(ev.Props), "有") {
				t.Errorf("an event says what was said: %s", ev.Props)
			}
		}
	})
}

func TestDesk_AccountsAreKept(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := connected(t, d)
		second := r.newAccount("Returns", "bob")
		r.ok(r.sim.KfPause(second, "bob", true))
		r.pass(time.Hour)
		p, err := r.Accounts(ctx, corpID, "", 1)
		r.ok(err)
		q, err := r.Accounts(ctx, corpID, p.Next, 1)
		r.ok(err)
		byID := map[string]desk.Account{p.Items[0].ID: p.Items[0], q.Items[0].ID: q.Items[0]}
		one, two := byID[r.account], byID[second]
		if one.Name != "Service" || len(one.Servicers) != 2 || two.Name != "Returns" || len(two.Servicers) != 1 || !two.Servicers[0].Paused || q.Next != "" {
			t.Errorf("%+v %+v", one, two)
		}
		r.ok(r.client.KfAccountDel(ctx, second))
		r.pass(time.Hour)
		two, err = r.Account(ctx, corpID, second)
		r.ok(err)
		if two.GoneAt.IsZero() {
			t.Errorf("a deleted account is there: %+v", two)
		}
		r.ok(r.sim.KfAuth(nil, []string{r.account}))
		r.settle()
		pulls := func() (n int) {
			for _, e := range r.sim.Log(wecomsim.LogFilter{Path: syncMsg}) {
				n += strings.Count(e.Request, r.account)
			}
			return n
		}
		before := pulls()
		r.pass(2 * time.Hour)
		one, err = r.Account(ctx, corpID, r.account)
		r.ok(err)
		if !one.Revoked || pulls() != before {
			t.Errorf("an account that was taken away: %+v, %d pulls", one, pulls()-before)
		}
		r.ok(r.sim.KfAuth([]string{r.account}, nil))
		r.settle()
		r.pass(10 * time.Second)
		if one, err = r.Account(ctx, corpID, r.account); err != nil || one.Revoked || pulls() == before {
			t.Errorf("an account that was given back: %+v %v", one, err)
		}
	})
}

func TestDesk_ManyCallbacksAreOnePull(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d, 0)
		r.sim.SetKnobs(func(k *wecomsim.Knobs) { k.Duplicate = 1 })
		who := r.sim.AddCustomer(wecomsim.NewCustomer{})
		for i := range 10 {
			r.ok(r.sim.KfSay(r.account, who, fmt.Sprint(i)))
		}
		r.ok(r.sim.Flush(ctx))
		r.run()
		r.settle()
		n := 0
		for _, heard := range r.heard {
			if heard.Event == notice.KfMessage {
				n++
			}
		}
		if n != 20 {
			t.Fatalf("%d callbacks", n)
		}
		if n := r.calls(syncMsg); n != 1 {
			t.Errorf("%d pulls", n)
		}
		if n := len(r.told(who)); n != 10 || r.repeats != 0 {
			t.Errorf("%d events, %d repeated", n, r.repeats)
		}
		if got := r.texts(who); got != "0 1 2 3 4 5 6 7 8 9" {
			t.Errorf("said %q", got)
		}
	})
}

func TestDesk_LostCallbacksAreRepairedByTheHour(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := connected(t, d)
		r.sim.SetKnobs(func(k *wecomsim.Knobs) { k.Loss = 1 })
		others := make([]string, 12)
		for i := range others {
			others[i] = r.newAccount(fmt.Sprint("Desk ", i), "ann")
		}
		who := r.sim.AddCustomer(wecomsim.NewCustomer{})
		r.ok(r.sim.KfSay(r.account, who, "有人吗"))
		r.settle()
		if got := r.told(who); len(got) != 0 {
			t.Fatalf("told without a callback: %v", got)
		}
		r.pass(time.Hour)
		for range 60 {
			r.pass(2 * time.Second)
		}
		if got := r.told(who); len(got) != 1 {
			t.Errorf("told %v", got)
		}
		for _, e := range r.sim.Log(wecomsim.LogFilter{Path: syncMsg}) {
			if strings.Contains(fmt.Sprintf("%+v", e), "45009") {
				t.Fatalf("throttled: %+v", e)
			}
		}
		for _, id := range others {
			if a, err := r.Account(ctx, corpID, id); err != nil || a.PulledAt.IsZero() {
				t.Errorf("%s was not pulled: %v", id, err)
			}
		}
	})
}

func TestDesk_AKillBetweenPagesLosesAndRepeatsNothing(t *testing.T) {
	t.Parallel()
	for kill := 1; kill <= 4; kill++ {
		t.Run(fmt.Sprint("at page ", kill), func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, d *db.DB) { killed(t, d, kill) })
		})
	}
}

// killed pulls four pages of three and dies when the events of one are on the road and its
// rows are not stored.
func killed(t *testing.T, d *db.DB, kill int) {
	r := newRig(t, d, 3)
	r.kill = kill
	who := r.sim.AddCustomer(wecomsim.NewCustomer{})
	want := []string{}
	for i := range 12 {
		r.ok(r.sim.Advance(time.Second))
		r.ok(r.sim.KfSay(r.account, who, fmt.Sprint(i)))
		want = append(want, fmt.Sprint(i))
	}
	r.ok(r.sim.Flush(ctx))
	r.ok(r.jobs.Start(ctx))
	r.until(func() bool { r.mu.Lock(); defer r.mu.Unlock(); return r.submits >= kill })
	r.jobs.Stop(ctx)
	if n := r.count(`SELECT COUNT(*) FROM desk_message`); n != 3*(kill-1) {
		t.Errorf("%d rows when it died", n)
	}
	r.mu.Lock()
	r.kill = 0
	r.mu.Unlock()
	r.boot()
	r.run()
	r.settle()
	r.pass(time.Minute)
	if got := r.texts(who); got != strings.Join(want, " ") {
		t.Errorf("said %q", got)
	}
	if n := len(r.told(who)); n != 12 || r.repeats < 3 {
		t.Errorf("%d events, %d repeated", n, r.repeats)
	}
	if n := r.count(`SELECT COUNT(*) FROM desk_account WHERE done = told`); n != 1 {
		t.Error("the pull is not done")
	}
}

func (r *rig) until(ok func() bool) {
	r.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		if ok() {
			return
		}
	}
	r.t.Fatal("it never happens")
}

func TestDesk_EmptyPagesAreNotTheEnd(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d, 2)
		other := r.newAccount("Returns", "ann")
		who := r.sim.AddCustomer(wecomsim.NewCustomer{})
		r.sim.SetKnobs(func(k *wecomsim.Knobs) { k.Loss = 1 })
		for range 7 {
			r.ok(r.sim.KfSay(other, who, "那边"))
		}
		r.sim.SetKnobs(func(k *wecomsim.Knobs) { k.Loss = 0 })
		r.ok(r.sim.KfSay(r.account, who, "这边"))
		r.run()
		r.settle()
		if got := r.texts(who); got != "这边" {
			t.Errorf("said %q", got)
		}
		if n := r.calls(syncMsg); n != 4 {
			t.Errorf("%d pulls", n)
		}
	})
}

func TestDesk_AnExpiredTokenGivesWayToNone(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d, 2)
		who := r.sim.AddCustomer(wecomsim.NewCustomer{})
		for i := range 5 {
			r.ok(r.sim.KfSay(r.account, who, fmt.Sprint(i)))
		}
		r.deaf = true
		r.ok(r.sim.Flush(ctx))
		r.ok(r.sim.Advance(10 * time.Minute))
		late := r.heard[slices.IndexFunc(r.heard, func(n notice.Notice) bool { return n.Event == notice.KfMessage })]
		late.At = r.clock.Now() // our clocks differ: it looks young
		r.ok(r.OnMessage(ctx, late))
		r.run()
		r.rest()
		if got := r.texts(who); got != "0 1" {
			t.Errorf("at once %q", got)
		}
		for range 3 {
			r.pass(10 * time.Second)
		}
		if got := r.texts(who); got != "0 1 2 3 4" {
			t.Errorf("after rests %q", got)
		}
		if n := r.calls(syncMsg); n != 4 {
			t.Errorf("%d pulls", n)
		}
	})
}

func TestDesk_WelcomesOnceWhoEnters(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := connected(t, d)
		_, err := r.SetWelcome(ctx, corpID, r.account, "您好，请问有什么可以帮您？", nil)
		r.ok(err)
		who := r.sim.AddCustomer(wecomsim.NewCustomer{})
		_, err = r.sim.KfEnter(r.account, who)
		r.ok(err)
		r.settle()
		if talk := r.sim.KfTalk(r.account, who); len(talk) != 1 || talk[0].Text != "您好，请问有什么可以帮您？" {
			t.Fatalf("on the phone: %+v", talk)
		}
		_, err = r.sim.KfEnter(r.account, who) // no code this time
		r.ok(err)
		r.settle()
		if n := r.calls("/kf/send_msg_on_event"); n != 1 {
			t.Errorf("%d calls", n)
		}
		refuses := r.sim.AddCustomer(wecomsim.NewCustomer{})
		r.ok(r.sim.KfReject(r.account, refuses, true))
		_, err = r.sim.KfEnter(r.account, refuses)
		r.ok(err)
		r.settle()
		r.settle()
		late := r.sim.AddCustomer(wecomsim.NewCustomer{})
		r.deaf = true
		_, err = r.sim.KfEnter(r.account, late)
		r.ok(err)
		r.settle()
		r.ok(r.sim.Advance(21 * time.Second))
		r.ok(r.handle(ctx, r.heard[len(r.heard)-1]))
		r.settle()
		p, err := r.Welcomes(ctx, corpID, r.account, "", 0)
		r.ok(err)
		got := map[string]string{}
		for _, w := range p.Items {
			got[w.External] = string(w.State) + w.Reason
		}
		if diff := cmp.Diff(map[string]string{who: "sent", refuses: "failedrefused"}, got); diff != "" {
			t.Error(diff)
		}
		if events := strings.Join(r.told(who), ", "); !strings.Contains(events, "Message Delivered kind=welcome") {
			t.Errorf("told %s", events)
		}
		if events := strings.Join(r.told(refuses), ", "); !strings.Contains(events, "Message Failed reason=refused") {
			t.Errorf("told %s", events)
		}
		if n := r.count(`SELECT COUNT(*) FROM desk_welcome WHERE length(code) > 0`); n != 0 {
			t.Error("a used code is kept")
		}
	})
}

func TestDesk_AWelcomeWhoseAnswerIsLostIsNotSentTwice(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault wecomsim.Fault
		state desk.WelcomeState
		talk  int
	}{
		"before": {wecomsim.Fault{Drop: "before", Count: 1}, desk.WelcomeSent, 1},
		"after":  {wecomsim.Fault{Drop: "after", Count: 1}, desk.WelcomeUnknown, 1},
		"busy":   {wecomsim.Fault{Code: 6000}, desk.WelcomeLate, 0},
		"no":     {wecomsim.Fault{Code: 48002, Count: 1}, desk.WelcomeRefused, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				r := connected(t, d)
				_, err := r.SetWelcome(ctx, corpID, r.account, "您好", nil)
				r.ok(err)
				c.fault.Path = "/kf/send_msg_on_event"
				r.ok(r.sim.Inject(c.fault))
				who := r.sim.AddCustomer(wecomsim.NewCustomer{})
				_, err = r.sim.KfEnter(r.account, who)
				r.ok(err)
				r.settle()
				r.pass(2 * time.Second)
				r.pass(20 * time.Second)
				p, err := r.Welcomes(ctx, corpID, "", "", 0)
				r.ok(err)
				if len(p.Items) != 1 || p.Items[0].State != c.state {
					t.Errorf("%+v", p.Items)
				}
				if n := len(r.sim.KfTalk(r.account, who)); n != c.talk {
					t.Errorf("%d messages on the phone", n)
				}
			})
		})
	}
}

func TestDesk_AFailedMessageIsToldWithItsReason(t *testing.T) {
	t.Parallel()
	r := connected(t, dbtest.SQLite(t))
	who := r.sim.AddCustomer(wecomsim.NewCustomer{})
	r.ok(r.sim.KfSay(r.account, who, "在吗"))
	r.ok(r.sim.KfReject(r.account, who, true))
	_, err := r.client.KfSendMsg(ctx, wecom.KfOutgoing{ToUser: who, OpenKfID: r.account, MsgType: "text", Text: &wecom.TextContent{Content: "在"}})
	r.ok(err)
	r.settle()
	if diff := cmp.Diff([]string{"Message Replied kind=text", "Message Failed reason=refused"}, r.told(who)); diff != "" {
		t.Error(diff)
	}
}

func TestDesk_WhatWasSaidIsForgottenInTime(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := connected(t, d)
		who := r.sim.AddCustomer(wecomsim.NewCustomer{})
		for i := range 5 {
			r.ok(r.sim.KfSay(r.account, who, fmt.Sprint(i)))
			r.settle()
			r.pass(48 * time.Hour)
		}
		if _, err := r.SetKeep(ctx, corpID, 3, nil); err == nil {
			t.Error("three days are taken, in which the platform still tells")
		}
		st, err := r.SetKeep(ctx, corpID, 7, nil)
		r.ok(err)
		if st.KeepDays != 7 || r.texts(who) != "0 1 2 3 4" {
			t.Errorf("%+v, said %q", st, r.texts(who))
		}
		r.pass(time.Hour)
		if got := r.texts(who); got != "2 3 4" {
			t.Errorf("said %q", got)
		}
		if n := r.count(`SELECT COUNT(*) FROM desk_message`); n != 5 {
			t.Errorf("%d rows are left for the figures", n)
		}
		r.pass(100 * 24 * time.Hour)
		if got := r.texts(who); got != "" {
			t.Errorf("said %q", got)
		}
	})
}

func TestDesk_WithoutPermissionItSaysWhyAndWaits(t *testing.T) {
	t.Parallel()
	r := newRig(t, dbtest.SQLite(t), 0)
	r.ok(r.sim.Inject(wecomsim.Fault{Path: "/kf/account/list", Code: 48002, Count: 1}))
	r.ok(r.CorpAdded(ctx, corpID))
	r.run()
	r.settle()
	st, err := r.State(ctx, corpID)
	r.ok(err)
	if st.Problem == "" {
		t.Errorf("%+v", st)
	}
	r.pass(time.Hour)
	if st, err = r.State(ctx, corpID); err != nil || st.Problem != "" || st.PulledAt.IsZero() {
		t.Errorf("%+v %v", st, err)
	}
}
