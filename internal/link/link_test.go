package link_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/httpapi/httpapitest"
	"yutang/internal/job"
	"yutang/internal/link"
	"yutang/internal/timeline"
)

// rig is short links with a road that notes what it takes.
type rig struct {
	*httpapitest.Server
	t     testing.TB
	jobs  *job.Queue
	links *link.Service

	mu   sync.Mutex
	busy bool
	took map[string]*event.Event // by message id
	said int
}

// SubmitEvents takes events unless the road is busy.
func (r *rig) SubmitEvents(_ context.Context, evs []*event.Event) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.busy {
		return 0, fault.New(fault.RateLimited, "busy", "the road is full")
	}
	for _, ev := range evs {
		r.took[ev.MessageID] = ev
		r.said++
	}
	return len(evs), nil
}

func start(t testing.TB, d *db.DB) *rig {
	t.Helper()
	r := &rig{Server: httpapitest.New(t, d), t: t, took: map[string]*event.Event{}}
	r.boot()
	t.Cleanup(func() { r.jobs.Stop(context.Background()) })
	if err := r.links.SetPublicURL(context.Background(), "https://go.example.com/"); err != nil {
		t.Fatal(err)
	}
	return r
}

func (r *rig) boot() {
	r.t.Helper()
	ctx := context.Background()
	r.jobs = job.New(r.DB, r.Clock)
	tl := timeline.New()
	tl.Grow(10)
	tl.SetGroup(2, []uint32{2, 3})
	r.links = link.New(link.Config{DB: r.DB, Box: r.Box, Clock: r.Clock, Jobs: r.jobs, Timeline: tl, Submit: r, Source: 7})
	for _, err := range []error{r.jobs.Reclaim(ctx), r.links.Start(ctx), r.jobs.Start(ctx)} {
		if err != nil {
			r.t.Fatal(err)
		}
	}
	r.t.Cleanup(r.links.Stop)
}

func (r *rig) settle() {
	r.t.Helper()
	if err := r.jobs.Idle(context.Background()); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) shorten(o link.Order) (code string) {
	r.t.Helper()
	short, err := r.links.Shorten(context.Background(), o)
	code, ok := strings.CutPrefix(short, "https://go.example.com/l/")
	if err != nil || !ok {
		r.t.Fatalf("%q %v", short, err)
	}
	return code
}

func (r *rig) click(code, device string) bool {
	r.t.Helper()
	counted, err := r.links.Click(context.Background(), code, link.Visitor{Remote: device, Agent: "MicroMessenger"})
	if err != nil {
		r.t.Fatal(err)
	}
	return counted
}

// covers: E5
func TestShorten_TheSameOrderGivesTheSameLinkAndAnotherOrderAnother(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := start(t, d)
		o := link.Order{URL: "https://shop.example.com/p?id=1#top", Ord: 2, Playbook: "pbk_1", Step: "a", Delivery: "dlv_1"}
		first := r.shorten(o)
		if again := r.shorten(o); again != first || len(first) < 7 {
			t.Fatalf("%s, then %s", first, again)
		}
		o.Delivery = "dlv_2"
		if other := r.shorten(o); other == first {
			t.Fatal("two messages share a link")
		}
		l, err := r.links.Resolve(context.Background(), first)
		if err != nil || l.URL != "https://shop.example.com/p?id=1#top" || l.Ord != 2 || l.Delivery != "dlv_1" {
			t.Fatalf("%+v %v", l, err)
		}
		var raw []byte
		if err := d.Get(context.Background(), `SELECT url FROM link_target`, nil, &raw); err != nil || strings.Contains(string(raw), "shop") {
			t.Fatalf("the address lies open: %q %v", raw, err)
		}
	})
}

func TestShorten_RefusesWhatIsNoWebAddress(t *testing.T) {
	t.Parallel()
	r := start(t, dbtest.SQLite(t))
	for _, bad := range []string{
		"", "javascript:alert(1)", "//evil.example.com", "https://", "ftp://a.example.com", "https://user:pw@a.example.com", "https://a.example.com/\r\nSet-Cookie: x",
		`https:\\a.example.com`, "https://a.example.com/" + strings.Repeat("x", 2048), "https://go.example.com/l/abcdefgh",
	} {
		if short, err := r.links.Shorten(context.Background(), link.Order{URL: bad}); !fault.Is(err, fault.Invalid) {
			t.Errorf("%.40q becomes %q, %v", bad, short, err)
		}
	}
}

// covers: E5
func TestClick_IsARowThenAnEventOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := start(t, d)
		code := r.shorten(link.Order{URL: "https://shop.example.com/p?phone=13800138000", Ord: 2, Playbook: "pbk_1", Step: "a", Delivery: "dlv_1"})
		r.mu.Lock()
		r.busy = true
		r.mu.Unlock()
		if !r.click(code, "1.1.1.1") || r.click(code, "1.1.1.1") {
			t.Fatal("the second click at once is another one")
		}
		r.Clock.Advance(9 * time.Second)
		if r.click(code, "1.1.1.1") {
			t.Fatal("9 s later is another click")
		}
		if !r.click(code, "2.2.2.2") {
			t.Fatal("another device is not counted")
		}
		r.Clock.Advance(time.Second)
		if !r.click(code, "1.1.1.1") {
			t.Fatal("10 s later is the same click")
		}
		r.settle()
		if len(r.took) != 0 {
			t.Fatal("a busy road took events")
		}
		r.mu.Lock()
		r.busy = false
		r.mu.Unlock()
		r.Clock.Advance(time.Hour)
		r.settle()
		if len(r.took) != 3 || r.said != 3 {
			t.Fatalf("%d events, said %d times", len(r.took), r.said)
		}
		for _, ev := range r.took {
			var props map[string]string
			if err := json.Unmarshal(ev.Props, &props); err != nil {
				t.Fatal(err)
			}
			if ev.Name != event.LinkClicked || ev.Ord != 2 || ev.SourceID != 7 || props["url"] != "https://shop.example.com/p" ||
				props["playbook"] != "pbk_1" || props["step"] != "a" || props["link"] != code || props["delivery"] != "dlv_1" {
				t.Fatalf("%+v %v", ev, props)
			}
		}
		l, err := r.links.Get(context.Background(), code)
		if err != nil || l.Clicks != 3 || l.LastAt.Sub(l.FirstAt) != 10*time.Second {
			t.Fatalf("%+v %v", l, err)
		}
	})
}

func TestClick_OfADeviceStaysOneOverARestart(t *testing.T) {
	t.Parallel()
	r := start(t, dbtest.SQLite(t))
	code := r.shorten(link.Order{URL: "https://shop.example.com"})
	r.click(code, "1.1.1.1")
	r.settle()
	r.links.Stop()
	r.jobs.Stop(context.Background())
	r.boot()
	r.Clock.Advance(5 * time.Second)
	if r.click(code, "1.1.1.1") {
		t.Fatal("counted again")
	}
}

func TestClick_ManyAtOnceAreAllKept(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := start(t, d)
		code := r.shorten(link.Order{URL: "https://shop.example.com", Ord: 2})
		var wait sync.WaitGroup
		for i := range 300 {
			wait.Go(func() { r.click(code, fmt.Sprint("device ", i)) })
		}
		wait.Wait()
		r.settle()
		l, err := r.links.Get(context.Background(), code)
		if err != nil || l.Clicks != 300 || len(r.took) != 300 {
			t.Fatalf("%d clicks, %d events, %v", l.Clicks, len(r.took), err)
		}
	})
}

func TestClose_LeadsNowhereAtOnce(t *testing.T) {
	t.Parallel()
	r := start(t, dbtest.SQLite(t))
	ctx := context.Background()
	l, err := r.links.Create(ctx, link.NewLink{URL: "https://shop.example.com", Name: "门店", ExpiresAt: r.Clock.Now().Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	other, err := r.links.Create(ctx, link.NewLink{URL: "https://shop.example.com"})
	if err != nil || other.Code == l.Code {
		t.Fatalf("%+v %v", other, err)
	}
	if _, err := r.links.Resolve(ctx, other.Code); err != nil {
		t.Fatal(err)
	}
	if err := r.links.Close(ctx, other.Code); err != nil {
		t.Fatal(err)
	}
	if _, err := r.links.Resolve(ctx, other.Code); !fault.Is(err, fault.Precondition) {
		t.Fatalf("a closed link: %v", err)
	}
	if _, err := r.links.Resolve(ctx, l.Code); err != nil {
		t.Fatal(err)
	}
	r.Clock.Advance(time.Hour)
	if _, err := r.links.Resolve(ctx, l.Code); !fault.Is(err, fault.Precondition) {
		t.Fatalf("a link past its end: %v", err)
	}
	if _, err := r.links.Resolve(ctx, "aaaaaaaa"); !fault.Is(err, fault.NotFound) {
		t.Fatalf("a guessed code: %v", err)
	}
}

// covers: E5
func TestStats_CountPeopleOnceHoweverManyRecordsAndMessages(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := start(t, d)
		ctx := context.Background()
		for i, ord := range []uint32{2, 3, 4, 5} { // 3 was merged into 2
			code := r.shorten(link.Order{URL: "https://shop.example.com/a", Ord: ord, Playbook: "pbk_1", Step: "a", Delivery: fmt.Sprint(i)})
			if ord != 5 {
				r.click(code, fmt.Sprint(ord))
			}
		}
		r.click(r.shorten(link.Order{URL: "https://shop.example.com/b", Ord: 4, Playbook: "pbk_1", Step: "b"}), "x")
		r.settle()
		got, err := r.links.Stats(ctx, "pbk_1", "")
		if err != nil || len(got) != 2 || got[0] != (link.Figures{"pbk_1", "a", "https://shop.example.com/a", 4, 3, 3, 2}) || got[1].People != 1 {
			t.Fatalf("%+v %v", got, err)
		}
		var who []uint32
		for cursor := ""; ; {
			p, err := r.links.Openers(ctx, "pbk_1", "a", cursor, 2)
			if err != nil {
				t.Fatal(err)
			}
			for _, o := range p.Items {
				who = append(who, o.Customer)
			}
			if cursor = p.Next; cursor == "" {
				break
			}
		}
		if len(who) != 3 {
			t.Fatalf("%v", who)
		}
	})
}

// covers: E5
func TestReplace_TakesFreeAddressesAndLinkCardsOnly(t *testing.T) {
	t.Parallel()
	r := start(t, dbtest.SQLite(t))
	in := `{"text":"看这里：https://shop.example.com/a?x=1&y=2，或（https://shop.example.com/b）。再见 shttps://no.example.com",
		"attachments":[
		{"kind":"link","title":"到店","url":"https://shop.example.com/c","cover":"https://cdn.example.com/c.png"},
		{"kind":"miniprogram","app_id":"wx1","page":"pages/web?u=https://shop.example.com/d","url":"https://shop.example.com/d"},
		{"kind":"image","url":"https://cdn.example.com/x.png"}],
		"news":{"picurl":"https://cdn.example.com/y.png"},
		"html":"<a href=\"https://shop.example.com/e?a=1&amp;b=2\"><img src=\"https://cdn.example.com/z.png\"></a>",
		"unsubscribe":{"text":"https://go.example.com/channels/unsubscribe/dlv/1"}}`
	out, err := r.links.Replace(context.Background(), json.RawMessage(in), link.Order{Ord: 2, Delivery: "dlv_1"})
	if err != nil || !json.Valid(out) {
		t.Fatalf("%s %v", out, err)
	}
	for _, stays := range []string{
		"https://cdn.example.com/c.png", "pages/web?u=https://shop.example.com/d", `"url":"https://shop.example.com/d"`, "https://cdn.example.com/x.png",
		"https://cdn.example.com/y.png", "https://cdn.example.com/z.png", "shttps://no.example.com", "https://go.example.com/channels/unsubscribe/dlv/1", "）。再见",
	} {
		if !strings.Contains(string(out), stays) {
			t.Errorf("%s is gone from %s", stays, out)
		}
	}
	for _, goes := range []string{"https://shop.example.com/a", "https://shop.example.com/b", "https://shop.example.com/c", "https://shop.example.com/e"} {
		if strings.Contains(string(out), goes) {
			t.Errorf("%s is still in %s", goes, out)
		}
	}
	code := r.shorten(link.Order{URL: "https://shop.example.com/e?a=1&b=2", Ord: 2, Delivery: "dlv_1"})
	if !strings.Contains(string(out), "/l/"+code+`\"`) {
		t.Errorf("the address in the page leads elsewhere: %s", out)
	}
	again, err := r.links.Replace(context.Background(), out, link.Order{Ord: 2, Delivery: "dlv_1"})
	if err != nil || string(again) != string(out) {
		t.Errorf("a second time it changes: %s %v", again, err)
	}
}

func TestReplace_WithoutAPublicAddressLeavesTheMessage(t *testing.T) {
	t.Parallel()
	r := start(t, dbtest.SQLite(t))
	if err := r.links.SetPublicURL(context.Background(), ""); err != nil {
		t.Fatal(err)
	}
	in := json.RawMessage(`{"text":"https://shop.example.com"}`)
	out, err := r.links.Replace(context.Background(), in, link.Order{})
	if err != nil || string(out) != string(in) {
		t.Fatalf("%s %v", out, err)
	}
	_, err = r.links.Shorten(context.Background(), link.Order{URL: "https://shop.example.com"})
	var f *fault.Error
	if !errors.As(err, &f) || f.Code != "no_public_url" {
		t.Fatal(err)
	}
}

func FuzzParseCode(f *testing.F) {
	for _, seed := range []string{"", "abcdefgh", "abc", "../../etc", "ABCDEFGH12345678901234", "abcdefg\x00", "链接链接"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		code, ok := link.ParseCode(text)
		if ok && (code != text || strings.ContainsAny(code, "/.%\\ \r\n") || len(code) < 7 || len(code) > 21) {
			t.Fatalf("%q", code)
		}
	})
}

func FuzzReplaceText(f *testing.F) {
	r := start(f, dbtest.SQLite(f))
	for _, seed := range []string{"https://a.example.com", "看https://a.example.com/x，好", "http://", "https://a.example.com/(x)).", `"https://a.example.com"`, "https://go.example.com/l/x"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		out, err := r.links.ReplaceText(context.Background(), text, link.Order{Ord: 2})
		if err != nil {
			t.Fatal(err)
		}
		again, err := r.links.ReplaceText(context.Background(), out, link.Order{Ord: 2})
		if err != nil || strings.Count(out, "go.example.com/l/") > strings.Count(again, "go.example.com/l/") {
			t.Fatalf("%q %q %v", out, again, err)
		}
	})
}
