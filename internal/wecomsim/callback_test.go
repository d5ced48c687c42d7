package wecomsim

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"yutang/internal/clock"
)

// listening is staffed with a receiver of callbacks.
func listening(t *testing.T) (*bench, *receiver) {
	t.Helper()
	r := newReceiver(t)
	b := staffed(t, r.config())
	b.flush()
	r.got()
	return b, r
}

func TestScan_TellsTheAppWithStateAndWelcomeCode(t *testing.T) {
	t.Parallel()
	b, r := listening(t)
	b.ok(b.call("/externalcontact/add_contact_way", `{"type":1,"scene":2,"user":["wang"],"state":"shop & co"}`))
	b.flush()
	if got := r.got(); len(got) != 0 {
		t.Fatalf("a change made through the API is called back: %v", got)
	}
	c := b.AddCustomer(NewCustomer{Name: "A"})
	added, err := b.ScanCode(c, "shop & co")
	b.must(err)
	if added.User != "wang" || added.Waiting {
		t.Errorf("added %+v", added)
	}
	b.flush()
	got := r.got()
	if len(got) != 1 {
		t.Fatalf("%d callbacks", len(got))
	}
	for name, want := range map[string]string{
		"ToUserName": "ww0000000000000001", "FromUserName": "sys", "MsgType": "event", "CreateTime": strconv.FormatInt(start.Unix(), 10),
		"Event": "change_external_contact", "ChangeType": "add_external_contact", "UserID": "wang", "ExternalUserID": c, "State": "shop & co",
	} {
		if v := element(got[0], name); v != want {
			t.Errorf("%s is %q, want %q", name, v, want)
		}
	}
	if element(got[0], "WelcomeCode") == "" {
		t.Error("no welcome code")
	}
	again, err := b.ScanCode(c, "shop & co")
	b.must(err)
	if b.flush(); !again.Already || len(r.got()) != 0 {
		t.Error("friends are added again")
	}
}

func TestWelcomeCode_IsNotIssuedWhereTheRulesSayNo(t *testing.T) {
	t.Parallel()
	b, r := listening(t)
	b.SetKnobs(func(k *Knobs) { k.ConsoleWelcome = []string{"li"} })
	code := func() string {
		t.Helper()
		b.flush()
		got := r.got()
		if len(got) != 1 {
			t.Fatalf("%d callbacks", len(got))
		}
		return element(got[0], "WelcomeCode")
	}
	b.friend("li")
	if code() != "" {
		t.Error("a code although the console has a welcome")
	}
	c := b.AddCustomer(NewCustomer{Type: 2, Corp: "B"})
	_, err := b.Add("wang", c, 0)
	b.must(err)
	if code() != "" {
		t.Error("a code for a WeCom user")
	}
}

func TestHalfAddition_WelcomesOnce(t *testing.T) {
	t.Parallel()
	b, r := listening(t)
	b.ok(b.call("/externalcontact/add_contact_way", `{"type":1,"scene":2,"user":["wang"],"state":"s"}`))
	for _, greeted := range []bool{true, false} {
		c := b.AddCustomer(NewCustomer{})
		_, err := b.ScanHalf(c, "s")
		b.must(err)
		b.flush()
		half := r.got()[0]
		if element(half, "ChangeType") != "add_half_external_contact" || element(half, "WelcomeCode") == "" {
			t.Fatal(half)
		}
		if greeted {
			b.ok(b.call("/externalcontact/send_welcome_msg", obj{"welcome_code": element(half, "WelcomeCode"), "text": obj{"content": "hi"}}))
		}
		_, err = b.Accept("wang", c)
		b.must(err)
		b.flush()
		add := r.got()[0]
		if element(add, "ChangeType") != "add_external_contact" || (element(add, "WelcomeCode") == "") != greeted {
			t.Errorf("greeted %v: %s", greeted, add)
		}
	}
}

func TestWelcome_OnceWithinTwentySeconds(t *testing.T) {
	t.Parallel()
	b, r := listening(t)
	code := func() (customer, code string) {
		c := b.friend("wang")
		b.flush()
		for _, p := range r.got() {
			if element(p, "ExternalUserID") == c {
				return c, element(p, "WelcomeCode")
			}
		}
		t.Fatal("no callback")
		return "", ""
	}
	send := func(code string) int64 {
		return b.call("/externalcontact/send_welcome_msg", obj{"welcome_code": code, "text": obj{"content": "欢迎"}}).Get("errcode").Int()
	}
	c, first := code()
	b.clock.Advance(19 * time.Second)
	if send("") != 41049 || send("nonsense") != 41050 || send(first) != 0 || send(first) != 41051 {
		t.Error("one code is not good exactly once")
	}
	if got := b.Welcomes(c); len(got) != 1 || got[0].Text != "欢迎" || got[0].From != "wang" {
		t.Errorf("the customer got %+v", got)
	}
	_, late := code()
	b.clock.Advance(20 * time.Second)
	if send(late) != 41050 {
		t.Error("a code of 20 s ago is good")
	}
	c, talked := code()
	b.must(b.SendText(c, "wang", "你好"))
	if send(talked) != 41051 {
		t.Error("a welcome after the chat began")
	}
	_, busy := code()
	b.SetKnobs(func(k *Knobs) { k.WelcomeBusy = 1 })
	if send(busy) != 41096 || send(busy) != 0 {
		t.Error("41096 is not followed by success")
	}
	c, asked := code()
	b.SetKnobs(func(k *Knobs) { k.ArchiveConsent = true })
	if send(asked) != 41053 {
		t.Error("a welcome without consent to the archive")
	}
	_, err := perform(b.Sim, "consent", consentArgs{Pair: Pair{"wang", c}}, consent)
	b.must(err)
	if send(asked) != 0 {
		t.Error("no welcome with consent")
	}
}

func TestPhones_RaiseTheirCallbacks(t *testing.T) {
	t.Parallel()
	b, r := listening(t)
	tag, err := b.CreateTag("等级", "金")
	b.must(err)
	c := b.friend("wang")
	b.flush()
	r.got()
	text := "老客"
	steps := []struct {
		do   func() error
		want string
	}{
		{func() error { return b.EditRemark(Remark{Pair: Pair{"wang", c}, Remark: &text}) }, "edit_external_contact"},
		{func() error { return b.EditRemark(Remark{Pair: Pair{"wang", c}, Mobiles: []string{"138"}}) }, ""},
		{func() error { return b.EditTags("wang", c, []string{"等级/金"}, nil) }, "edit_external_contact"},
		{func() error { return b.RenameTag(tag, "铂金") }, "update"},
		{func() error { return b.DeleteTag(tag) }, "delete delete"},
		{func() error { return b.DeleteStaff(c, "wang") }, "del_follow_user"},
		{func() error { _, err := b.Add("wang", c, 0); return err }, "add_external_contact"},
		{func() error { return b.DeleteCustomer("wang", c) }, "del_external_contact"},
		{func() error { return b.PutMember(NewMember{User: "new", Name: "新人"}) }, "create_user"},
		{func() error { return b.PutMember(NewMember{User: "new", Position: "店长"}) }, "update_user"},
		{func() error { return b.Resign("new") }, "delete_user"},
		{func() error { _, err := b.PutDepartment(NewDepartment{Name: "店"}); return err }, "create_party"},
		{func() error { return b.DeleteDepartment(2) }, "delete_party"},
	}
	for _, step := range steps {
		b.must(step.do())
		b.flush()
		var got []string
		for _, p := range r.got() {
			got = append(got, element(p, "ChangeType"))
		}
		if strings.Join(got, " ") != step.want {
			t.Errorf("got %v, want %s", got, step.want)
		}
	}
}

func TestDeletedByCustomer_LeavesTheListsUnlessTold(t *testing.T) {
	t.Parallel()
	for _, keep := range []bool{false, true} {
		b := staffed(t, Config{})
		b.SetKnobs(func(k *Knobs) { k.KeepLost = keep })
		c := b.friend("wang")
		b.friend("wang")
		b.must(b.DeleteStaff(c, "wang"))
		listed := strings.Contains(b.ok(b.call("/externalcontact/list?userid=wang", nil)).Raw, c)
		if listed != keep {
			t.Errorf("keep %v: listed %v", keep, listed)
		}
		b.is(b.call("/externalcontact/remark", obj{"userid": "wang", "external_userid": c, "remark": "x"}), 84061)
		_, err := b.Add("wang", c, 0)
		b.must(err)
		b.ok(b.call("/externalcontact/remark", obj{"userid": "wang", "external_userid": c, "remark": "x"}))
	}
}

func TestDelivery_LosesRepeatsAndReordersByTheKnobs(t *testing.T) {
	t.Parallel()
	b, r := listening(t)
	const n = 400
	run := func(k Knobs) (got int, disorder int) {
		t.Helper()
		b.SetKnobs(func(now *Knobs) { now.Loss, now.Duplicate, now.Reorder = k.Loss, k.Duplicate, k.Reorder })
		for range n {
			b.friend("wang")
			b.clock.Advance(100 * time.Millisecond)
		}
		b.flush()
		last := ""
		for _, p := range r.got() {
			got++
			if at := element(p, "CreateTime"); at < last {
				disorder++
			} else {
				last = at
			}
		}
		return got, disorder
	}
	if got, disorder := run(Knobs{}); got != n || disorder != 0 {
		t.Errorf("without knobs: %d delivered, %d out of order", got, disorder)
	}
	if got, _ := run(Knobs{Loss: 0.25}); got < n*65/100 || got > n*85/100 {
		t.Errorf("a quarter lost: %d delivered", got)
	}
	if got, _ := run(Knobs{Duplicate: 0.25}); got < n*115/100 || got > n*135/100 {
		t.Errorf("a quarter twice: %d delivered", got)
	}
	if got, disorder := run(Knobs{Reorder: 0.25}); got != n || disorder < n/10 {
		t.Errorf("a quarter late: %d delivered, %d out of order", got, disorder)
	}
	lost := len(b.Log(LogFilter{Kind: "callback", State: "lost"}))
	if lost < n*15/100 || lost > n*35/100 {
		t.Errorf("the log shows %d lost", lost)
	}
}

func TestDelivery_IsTriedFourTimes(t *testing.T) {
	t.Parallel()
	b, r := listening(t)
	r.refuse = 3
	b.friend("wang")
	b.flush()
	if len(r.got()) != 1 {
		t.Error("not delivered at the fourth attempt")
	}
	r.refuse = 4
	b.friend("wang")
	b.flush()
	if len(r.got()) != 0 || len(b.Log(LogFilter{State: "given up"})) != 1 || len(b.Log(LogFilter{State: "failed"})) != 6 {
		t.Errorf("the log shows %+v", b.Log(LogFilter{Kind: "callback"}))
	}
}

func TestStart_DeliversWhenDueAndStops(t *testing.T) {
	t.Parallel()
	b, r := listening(t)
	b.SetKnobs(func(k *Knobs) { k.DelayMS = 5000 })
	b.Start()
	defer b.Stop()
	b.friend("wang")
	if b.Pending() != 1 {
		t.Fatal("nothing waits")
	}
	b.clock.Advance(2 * time.Second)
	b.must(b.Advance(3 * time.Second))
	if p := <-r.plain; element(p, "ChangeType") != "add_external_contact" {
		t.Error(p)
	}
	b.Stop()
	b.friend("wang")
	b.must(b.Advance(time.Minute))
	if b.Pending() != 1 {
		t.Error("a stopped simulator delivers")
	}
}

func TestDelivery_GivesTheReceiverFiveSeconds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, err := New(Config{CallbackURL: "http://receiver.invalid/", Token: testToken, AESKey: testKey, Clock: clock.NewManual(start)})
		if err != nil {
			t.Fatal(err)
		}
		var waits []time.Duration
		s.http.Transport = roundTrip(func(req *http.Request) (*http.Response, error) {
			at := time.Now()
			<-req.Context().Done()
			waits = append(waits, time.Since(at))
			return nil, req.Context().Err()
		})
		if err := s.PutMember(NewMember{User: "wang"}); err != nil {
			t.Fatal(err)
		}
		if err := s.Flush(context.Background()); err != nil {
			t.Fatal(err)
		}
		if len(waits) != 4 || waits[0] != 5*time.Second {
			t.Errorf("waited %v", waits)
		}
	})
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
