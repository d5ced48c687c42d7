package welcome_test

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"yutang/internal/content"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/event"
	"yutang/internal/wecom"
	"yutang/internal/wecom/notice"
	"yutang/internal/wecomsim"
	"yutang/internal/welcome"
)

// covers: A9
func TestWelcome_IsSentAndToldToTheTimeline(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		r := start(t, d)
		rule := r.rule(corpA, with("你好{{customer|朋友}}，我是{{staff}}", r.asset("a.png")))
		external := r.arrive(corpA, "anna")
		e := r.expect(corpA, welcome.Entry{Outcome: welcome.Sent, Attachments: 1}, 0)
		if e.Source != welcome.SourceDefault || e.Origin != rule.ID || e.External != external || e.UserID != "anna" || e.Attempts != 1 {
			t.Fatalf("%+v", e)
		}
		_, body := r.sent(corpA)
		if !strings.Contains(body, "你好小鱼，我是安娜") || !strings.Contains(body, `"media_id"`) {
			t.Fatalf("said %s", body)
		}
		if err := r.lane.Flush(ctx); err != nil {
			t.Fatal(err)
		}
		page, err := r.lane.Entries(ctx, welcome.Filter{Corp: corpA})
		if err != nil || len(page.Items) != 1 || page.Items[0].ID != e.ID || page.Items[0].Latency < 0 {
			t.Fatalf("%+v %v", page, err)
		}
		if len(r.events) != 1 {
			t.Fatalf("%d events", len(r.events))
		}
		ev := r.events[0]
		props := map[string]any{}
		if err := json.Unmarshal(ev.Props, &props); err != nil {
			t.Fatal(err)
		}
		want := map[string]any{
			"channel": "welcome", "delivery": e.ID, "corp": corpA, "staff": "anna", "source": "default", "attachments": 1.0, "fallback": false,
		}
		if diff := cmp.Diff(want, props); diff != "" || ev.Name != event.MessageDelivered || ev.SourceID != 7 {
			t.Fatalf("%s %s", ev.Name, diff)
		}
		if diff := cmp.Diff([]event.Identity{{Type: "external_userid:" + corpA, Value: external}}, ev.Identities); diff != "" {
			t.Fatal(diff)
		}
		s, err := r.lane.Stats(ctx, welcome.Span{Corp: corpA, From: e.Received, To: e.Received.Add(time.Hour)})
		if err != nil || s.Sent != 1 || s.P99 > time.Second {
			t.Fatalf("%+v %v", s, err)
		}
	})
}

func TestWelcome_BusyIsTriedAgain(t *testing.T) {
	t.Parallel()
	r := start(t, dbtest.SQLite(t))
	r.rule(corpA, text("hello"))
	r.corps[corpA].SetKnobs(func(k *wecomsim.Knobs) { k.WelcomeBusy = 2 })
	r.arrive(corpA, "anna")
	if e := r.expect(corpA, welcome.Entry{Outcome: welcome.Sent}, 41096, 41096, 0); e.Attempts != 3 {
		t.Fatalf("%+v", e)
	}
}

func TestWelcome_BusyForAllTheWindow(t *testing.T) {
	t.Parallel()
	r := start(t, dbtest.SQLite(t))
	r.rule(corpA, text("hello"))
	sim := r.corps[corpA]
	sim.SetKnobs(func(k *wecomsim.Knobs) { k.WelcomeBusy = 1000 })
	var calls atomic.Int32
	r.after = func(path string) {
		if path == sendPath && calls.Add(1) == 3 {
			_ = sim.Advance(welcome.Window)
		}
	}
	r.arrive(corpA, "anna")
	r.expect(corpA, welcome.Entry{Outcome: welcome.Missed, Reason: "busy"}, 41096, 41096, 41096)
}

func TestWelcome_StopsWhenItIsOver(t *testing.T) {
	t.Parallel()
	for reason, c := range map[string]struct {
		code int
		want welcome.Entry
	}{
		"taken":        {41051, welcome.Entry{Outcome: welcome.Missed, Reason: "taken"}},
		"expired":      {41050, welcome.Entry{Outcome: welcome.Missed, Reason: "expired"}},
		"no consent":   {41053, welcome.Entry{Outcome: welcome.Missed, Reason: "no_consent"}},
		"rate":         {45009, welcome.Entry{Outcome: welcome.Failed, Reason: "rate_limited"}},
		"permission":   {48002, welcome.Entry{Outcome: welcome.Failed, Reason: "permission"}},
		"plain refuse": {45002, welcome.Entry{Outcome: welcome.Failed, Reason: "refused"}},
	} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			r := start(t, dbtest.SQLite(t))
			r.rule(corpA, text("hello"))
			if err := r.corps[corpA].Inject(wecomsim.Fault{Path: sendPath, Code: c.code}); err != nil {
				t.Fatal(err)
			}
			r.arrive(corpA, "anna")
			if e := r.expect(corpA, c.want, c.code); e.Code != c.code {
				t.Fatalf("%+v", e)
			}
			if err := r.lane.Flush(context.Background()); err != nil || r.events[0].Name != event.MessageFailed {
				t.Fatalf("%v %v", err, r.events)
			}
		})
	}
}

func TestWelcome_ExpiredCode(t *testing.T) {
	t.Parallel()
	r := start(t, dbtest.SQLite(t))
	r.rule(corpA, text("hello"))
	sim := r.corps[corpA]
	r.held = func(path string) {
		if path == sendPath {
			_ = sim.Advance(21 * time.Second)
		}
	}
	r.arrive(corpA, "anna")
	r.expect(corpA, welcome.Entry{Outcome: welcome.Missed, Reason: "expired"}, 41050)
}

func TestWelcome_LateNoticeIsMissedWithoutACall(t *testing.T) {
	t.Parallel()
	r := start(t, dbtest.SQLite(t))
	r.rule(corpA, text("hello"))
	n := notice.Notice{
		Corp: corpA, Event: notice.ExternalContact, ChangeType: notice.AddContact, UserID: "anna", ExternalUserID: "wm1", WelcomeCode: "C",
	}
	r.lane.OnNotice(context.Background(), n, r.clock.Now().Add(-welcome.Window))
	e := r.expect(corpA, welcome.Entry{Outcome: welcome.Missed, Reason: "late"})
	if e.Latency >= 0 || e.Attempts != 0 {
		t.Fatalf("%+v", e)
	}
}

// covers: A9
func TestWelcome_TextAloneWhenAttachmentsAreRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		code int
		g    func(asset string) welcome.Greeting
		want welcome.Entry
		said string
	}{
		"media": {40007, func(a string) welcome.Greeting { return with("hello", a) }, welcome.Entry{Outcome: welcome.Sent, Fallback: true}, "hello"},
		"kind":  {41065, func(a string) welcome.Greeting { return with("hello", a) }, welcome.Entry{Outcome: welcome.Sent, Fallback: true}, "hello"},
		"no text": {41065, func(a string) welcome.Greeting {
			g := with("", a)
			g.Fallback = "instead of {{staff}}"
			return g
		}, welcome.Entry{Outcome: welcome.Sent, Fallback: true}, "instead of 安娜"},
		"nothing to fall back on": {41065, func(a string) welcome.Greeting { return with("", a) }, welcome.Entry{Outcome: welcome.Failed, Reason: "refused"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := start(t, dbtest.SQLite(t))
			r.rule(corpA, c.g(r.asset("a.png")))
			if err := r.corps[corpA].Inject(wecomsim.Fault{Path: sendPath, Code: c.code, Count: 1}); err != nil {
				t.Fatal(err)
			}
			r.arrive(corpA, "anna")
			codes := []int{c.code, 0}
			if c.said == "" {
				codes = codes[:1]
			}
			r.expect(corpA, c.want, codes...)
			if _, body := r.sent(corpA); c.said != "" && (!strings.Contains(body, c.said) || strings.Contains(body, "attachments")) {
				t.Fatalf("said %s", body)
			}
		})
	}
}

// covers: A9
func TestWelcome_MediaNotThereYetIsLeftOut(t *testing.T) {
	t.Parallel()
	r := start(t, dbtest.SQLite(t))
	if err := r.corps[corpA].Inject(wecomsim.Fault{Path: "/media/upload", Code: -1}); err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	link := content.Attachment{Kind: content.KindLink, Title: "pond", URL: "https://example.com"}
	g := with("hello", r.asset("a.png"))
	g.Attachments = append(g.Attachments, link)
	if _, err := r.lane.Create(ctx, welcome.Rule{Corp: corpA, Name: "default", Greeting: g}); err != nil {
		t.Fatal(err)
	}
	if err := r.lane.Apply(ctx); err != nil {
		t.Fatal(err)
	}
	r.arrive(corpA, "anna")
	r.expect(corpA, welcome.Entry{Outcome: welcome.Sent, Fallback: true, Attachments: 1}, 0)
}

func TestWelcome_NoAnswerIsTriedAgainAndCountsOnce(t *testing.T) {
	t.Parallel()
	for drop, want := range map[string]struct {
		reason string
		codes  []int
	}{
		"before": {"", []int{0}},
		"after":  {"confirmed", []int{0, 41051}},
	} {
		t.Run(drop, func(t *testing.T) {
			t.Parallel()
			r := start(t, dbtest.SQLite(t))
			r.rule(corpA, text("hello"))
			if err := r.corps[corpA].Inject(wecomsim.Fault{Path: sendPath, Drop: drop, Count: 1}); err != nil {
				t.Fatal(err)
			}
			r.arrive(corpA, "anna")
			if e := r.settled(); e.Outcome != welcome.Sent || e.Reason != want.reason || e.Attempts != 2 {
				t.Fatalf("%+v", e)
			}
		})
	}
}

func TestWelcome_SlowNameIsDoneWithout(t *testing.T) {
	t.Parallel()
	r := start(t, dbtest.SQLite(t))
	r.rule(corpA, text("你好{{customer|朋友}}"))
	if err := r.corps[corpA].Inject(wecomsim.Fault{Path: "/externalcontact/get", Code: 45009}); err != nil {
		t.Fatal(err)
	}
	r.arrive(corpA, "anna")
	r.expect(corpA, welcome.Entry{Outcome: welcome.Sent}, 0)
	if _, body := r.sent(corpA); !strings.Contains(body, "你好朋友") {
		t.Fatalf("said %s", body)
	}
}

func TestWelcome_TwiceToldIsOnceSent(t *testing.T) {
	t.Parallel()
	r := start(t, dbtest.SQLite(t))
	r.rule(corpA, text("hello"))
	r.corps[corpA].SetKnobs(func(k *wecomsim.Knobs) { k.Duplicate = 1 })
	r.arrive(corpA, "anna")
	r.expect(corpA, welcome.Entry{Outcome: welcome.Sent}, 0)
	r.arrive(corpA, "anna")
	r.expect(corpA, welcome.Entry{Outcome: welcome.Sent}, 0, 0)
}

func TestWelcome_CorpsStayApart(t *testing.T) {
	t.Parallel()
	r := start(t, dbtest.SQLite(t), corpB)
	asset := r.asset("a.png")
	r.rule(corpA, with("brand A", asset))
	r.rule(corpB, with("brand B", asset))
	for name, words := range map[string]string{corpA: "brand A", corpB: "brand B"} {
		r.arrive(name, "anna")
		r.expect(name, welcome.Entry{Outcome: welcome.Sent, Attachments: 1}, 0)
		if _, body := r.sent(name); !strings.Contains(body, words) {
			t.Fatalf("%s said %s", name, body)
		}
	}
}

func TestWelcome_NoRuleNoWelcome(t *testing.T) {
	t.Parallel()
	r := start(t, dbtest.SQLite(t))
	ctx := context.Background()
	rule, err := r.lane.Create(ctx, welcome.Rule{Corp: corpA, Name: "bo", Staff: []string{"bo"}, Greeting: text("hi")})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.lane.Apply(ctx); err != nil {
		t.Fatal(err)
	}
	r.arrive(corpA, "anna")
	r.arrive(corpA, "bo")
	if e := r.expect(corpA, welcome.Entry{Outcome: welcome.Sent}, 0); e.UserID != "bo" || e.Source != welcome.SourceRule {
		t.Fatalf("%+v", e)
	}
	if err := r.lane.Delete(ctx, rule.ID); err != nil {
		t.Fatal(err)
	}
	if err := r.lane.Apply(ctx); err != nil {
		t.Fatal(err)
	}
	if p := r.lane.Preview(corpA, "bo", "", "", time.Time{}); p.Source != "" {
		t.Fatalf("%+v", p)
	}
}

// A start takes up what the stop before cut off, and nothing else.
func TestWelcome_AfterARestart(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := start(t, dbtest.SQLite(t))
	r.rule(corpA, text("hello"))
	r.arrive(corpA, "anna")
	r.expect(corpA, welcome.Entry{Outcome: welcome.Sent}, 0)
	sim := r.corps[corpA]
	sim.SetKnobs(func(k *wecomsim.Knobs) { k.WelcomeBusy = 1000 })
	busy := make(chan struct{}, 100)
	r.held = func(string) { busy <- struct{}{} }
	cut := r.arrive(corpA, "anna")
	<-busy
	if err := r.lane.Stop(ctx); err != nil {
		t.Fatal(err)
	}
	if e := r.settled(); e.Outcome != welcome.Missed || e.Reason != "stopped" || e.External != cut {
		t.Fatalf("%+v", e)
	}
	sim.SetKnobs(func(k *wecomsim.Knobs) { k.WelcomeBusy = 0 })
	before, _ := r.sent(corpA)
	r.lane = r.service()
	if err := r.lane.Start(ctx); err != nil {
		t.Fatal(err)
	}
	var code string
	for _, e := range sim.Log(wecomsim.LogFilter{Kind: "callback"}) {
		n, err := notice.Parse([]byte(e.Request))
		if err != nil {
			t.Fatal(err)
		}
		if n.WelcomeCode != "" {
			code = n.WelcomeCode
			r.lane.OnNotice(ctx, n, r.clock.Now())
		}
	}
	if e := r.settled(); e.Outcome != welcome.Sent || e.External != cut || code == "" {
		t.Fatalf("%+v", e)
	}
	after, _ := r.sent(corpA)
	if len(after) != len(before)+1 {
		t.Fatalf("%d calls more", len(after)-len(before))
	}
	if err := r.lane.Flush(ctx); err != nil {
		t.Fatal(err)
	}
	s, err := r.lane.Stats(ctx, welcome.Span{Corp: corpA, From: time.UnixMilli(0), To: r.clock.Now().Add(time.Hour)})
	if err != nil || s.Sent != 2 || len(s.Missed) != 0 {
		t.Fatalf("%+v %v", s, err)
	}
}

// A greeting does not wait for those that are tried again, however many there are.
func TestWelcome_RetriesDoNotHoldOthersUp(t *testing.T) {
	t.Parallel()
	r := start(t, dbtest.SQLite(t), corpB)
	r.rule(corpA, text("hello"))
	r.rule(corpB, text("hello"))
	r.corps[corpA].SetKnobs(func(k *wecomsim.Knobs) { k.WelcomeBusy = 1_000_000 })
	const stuck = 16 // twice the workers
	for range stuck {
		r.arrive(corpA, "anna")
	}
	r.arrive(corpB, "anna")
	if e := r.settled(); e.Corp != corpB || e.Outcome != welcome.Sent {
		t.Fatalf("%+v", e)
	}
	r.corps[corpA].SetKnobs(func(k *wecomsim.Knobs) { k.WelcomeBusy = 0 })
	for range stuck {
		if e := r.settled(); e.Outcome != welcome.Sent || e.Attempts < 2 {
			t.Fatalf("%+v", e)
		}
	}
}

// covers: A1
func TestWelcome_OfTheLiveCode(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := start(t, dbtest.SQLite(t))
	r.rule(corpA, text("by default"))
	g := with("from the poster, {{staff}}", r.asset("poster.png"))
	raw, err := json.Marshal(g)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.lane.Check(ctx, raw, "/welcome"); err != nil {
		t.Fatal(err)
	}
	if err := r.lane.Keep(ctx, "livecode:1", corpA, raw); err != nil {
		t.Fatal(err)
	}
	if _, _, err := r.content.Ready(ctx, corpA, g.Content, content.Welcome); err != nil {
		t.Fatal(err)
	}
	r.codes.Store("poster", string(raw))
	sim := r.corps[corpA]
	way, err := sim.client.AddContactWay(ctx, wecom.ContactWay{Type: 1, Scene: 2, State: "poster", User: []string{"anna"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sim.ScanCode(sim.AddCustomer(wecomsim.NewCustomer{}), way.ConfigID); err != nil {
		t.Fatal(err)
	}
	if err := sim.Flush(ctx); err != nil {
		t.Fatal(err)
	}
	e := r.expect(corpA, welcome.Entry{Outcome: welcome.Sent, Attachments: 1}, 0)
	if _, body := r.sent(corpA); e.Source != welcome.SourceCode || e.Origin != "code_poster" || !strings.Contains(body, "from the poster, 安娜") {
		t.Fatalf("%+v said %s", e, body)
	}
	if err := r.lane.Flush(ctx); err != nil || !strings.Contains(string(r.events[0].Props), `"code":"code_poster"`) {
		t.Fatalf("%v %s", err, r.events[0].Props)
	}
	if err := r.lane.Check(ctx, json.RawMessage(`{"text":"{{x}}"}`), "/welcome"); err == nil || !strings.Contains(err.Error(), "{{customer}}") {
		t.Fatal(err)
	}
}

func TestWelcome_WaitsForConsent(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := start(t, dbtest.SQLite(t))
	r.rule(corpA, text("hello"))
	sim := r.corps[corpA]
	sim.SetKnobs(func(k *wecomsim.Knobs) { k.ArchiveConsent = true })
	external := r.arrive(corpA, "anna")
	r.expect(corpA, welcome.Entry{Outcome: welcome.Missed, Reason: "no_consent"}, 41053)
	agree := httptest.NewRequestWithContext(ctx, "POST", "/sim/api/consent", strings.NewReader(`{"userid":"anna","external_userid":"`+external+`"}`))
	w := httptest.NewRecorder()
	sim.Handler().ServeHTTP(w, agree)
	if w.Code != 200 {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if err := sim.Flush(ctx); err != nil {
		t.Fatal(err)
	}
	r.expect(corpA, welcome.Entry{Outcome: welcome.Sent}, 41053, 0)
}

func TestWelcome_LeavesTheCodesOfOtherAppsAlone(t *testing.T) {
	t.Parallel()
	r := start(t, dbtest.SQLite(t))
	r.rule(corpA, text("hello"))
	for agent, code := range map[int64]string{1000009: "OTHER", 0: "OURS"} {
		r.lane.OnNotice(context.Background(), notice.Notice{
			Corp: corpA, Agent: agent, Event: notice.ExternalContact, UserID: "anna", ExternalUserID: "wm1", WelcomeCode: code,
		}, r.clock.Now())
	}
	if e := r.settled(); e.Reason != "expired" {
		t.Fatalf("%+v", e)
	}
	if codes, body := r.sent(corpA); len(codes) != 1 || !strings.Contains(body, "OURS") {
		t.Fatalf("%v %s", codes, body)
	}
}
