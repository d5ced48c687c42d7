package demo

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"

	"yutang/internal/app"
	"yutang/internal/audience"
	"yutang/internal/corp"
	"yutang/internal/money"
	"yutang/internal/wecomsim"
)

// shop keeps the program's audiences by name.
type shop struct{ *audience.Service }

func (s shop) Find(ctx context.Context, name string) (string, error) {
	all, err := s.List(ctx)
	for _, a := range all {
		if a.Name == name {
			return a.ID, nil
		}
	}
	return "", err
}

func (s shop) Create(ctx context.Context, name, text string, rule json.RawMessage) (string, error) {
	a, err := s.Service.Create(ctx, audience.Input{Name: name, Description: text, Rule: rule, By: "demo"})
	if err != nil {
		return "", err
	}
	return a.ID, s.Settled(ctx, a.ID)
}

func (s shop) Count(ctx context.Context, id string) (int, error) {
	a, err := s.Get(ctx, id)
	return a.Count, err
}

// program is the whole demo: the program, its simulated corp, and what Run does, over a data
// directory.
type program struct {
	t    *testing.T
	api  api
	sim  *wecomsim.Sim
	stop func()
}

func startDemo(t *testing.T, dir string) *program {
	t.Helper()
	var listen net.ListenConfig
	l, err := listen.Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	sim, err := NewCorp(filepath.Join(dir, "sim.jsonl"), l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	web := &httptest.Server{Listener: l, Config: &http.Server{Handler: sim.Handler(), ReadHeaderTimeout: time.Second}}
	web.Start()
	sim.Start()
	ctx, cancel := context.WithCancel(context.Background())
	a, err := app.Start(ctx, app.Config{
		Data: filepath.Join(dir, "data"), Listen: "127.0.0.1:0", AdminToken: "yt_owner", WriteKey: "wk", Clock: sim.Clock(), Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.SetBrand(ctx, Brand, Zone, Currency); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	url := "http://" + a.Address()
	go func() {
		ended <- Deps{
			Importer: a.Importer(), Audiences: shop{a.Audiences()}, Clock: a.Clock, Out: io.Discard, URL: url, WriteKey: "wk", Seed: 1,
			Totals: func(context.Context) (Totals, error) {
				return Totals{NetRevenue: money.Amount{Currency: Currency}}, nil
			},
			WeCom: &WeCom{Sim: sim, URL: web.URL, Token: "yt_owner", Callback: corp.CallbackPath(Corp, corp.Main)},
		}.run(ctx, small)
	}()
	p := &program{t: t, api: api{url: url + "/api/v1", token: "yt_owner"}, sim: sim}
	p.stop = func() {
		cancel()
		if err := <-ended; err != nil && !errors.Is(err, context.Canceled) {
			t.Log(err) // a request that was cut off
		}
		if err := a.Stop(context.Background()); err != nil {
			t.Error(err)
		}
		web.Close()
		if err := sim.Close(); err != nil {
			t.Error(err)
		}
	}
	p.within(4*time.Minute, "the corp is set up", func() bool {
		select {
		case err := <-ended:
			t.Fatalf("the demo ended: %v", err)
		default:
		}
		return sim.Agents().Rate > 0
	})
	return p
}

func (p *program) get(path string) gjson.Result {
	p.t.Helper()
	got, err := p.api.do(context.Background(), "GET", path, nil)
	if err != nil {
		p.t.Fatalf("%s: %v", path, err)
	}
	return got
}

// until asks again until ok, a request to the program between two times.
func (p *program) until(what string, ok func() bool) {
	p.t.Helper()
	p.within(90*time.Second, what, ok)
}

func (p *program) within(patience time.Duration, what string, ok func() bool) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for ctx.Err() == nil {
		if ok() {
			return
		}
		_, _ = p.api.do(ctx, "GET", "/codes?limit=1", nil)
	}
	p.t.Fatalf("it never happens: %s", what)
}

// has says whether a customer of the corp has an event of the name.
func (p *program) has(external, name string) bool {
	p.t.Helper()
	id := p.get("/customers?identity=external_userid:" + Corp + ":" + external).Get("items.0.id").String()
	return id != "" && p.get("/customers/"+id+"/events").Get(`items.#(name=="`+name+`").name`).Exists()
}

const contactsThere = "contacts at the platform"

// lived proves that the corp has lived through the weeks before: people came on most days and
// were greeted, some went, staff did some of their tasks and forgot others, links were opened.
func (p *program) lived(t *testing.T) {
	t.Helper()
	days, came := map[string]bool{}, int64(0)
	for _, code := range p.get("/codes?limit=200").Get("items.#.id").Array() {
		stats := p.get("/codes/" + code.Str + "/stats")
		came += stats.Get("added").Int()
		for _, d := range stats.Get("by_day").Array() {
			if d.Get("added").Int() > 0 {
				days[d.Get("day").Str] = true
			}
		}
	}
	if weeks := int(weeksBefore / (24 * time.Hour)); len(days) < weeks*2/3 || came < int64(weeks) {
		t.Errorf("%d came by codes on %d days", came, len(days))
	}
	now := p.sim.Now()
	span := "corp=" + Corp + "&from=" + now.Add(-weeksBefore).Format(time.RFC3339) + "&to=" + now.Format(time.RFC3339)
	if got := p.get("/welcome/stats?" + span); got.Get("sent").Int() < came*3/4 {
		t.Errorf("%d came, greeted were %s", came, got.Raw)
	}
	done, overdue := 0.0, 0.0
	for _, d := range p.get("/tasks/stats?by=day&corp=" + Corp + "&from=" + now.Add(-weeksBefore).Format(time.DateOnly) + "&to=" + now.Format(time.DateOnly)).Get("items").Array() {
		done, overdue = done+d.Get("done").Num, overdue+d.Get("overdue").Num
	}
	if done == 0 || overdue == 0 {
		t.Errorf("of the tasks %v are done, %v overdue", done, overdue)
	}
	for _, l := range p.get("/links?limit=200").Get("items").Array() {
		if l.Get("clicks").Int() == 0 {
			t.Errorf("nobody opened %s", l.Get("name"))
		}
	}
	if got := p.get("/acquisition/links?corp=" + Corp + "&limit=200").Get("items.#.counted.new_customers").Array(); len(got) != len(acquisitionLinks) {
		t.Errorf("the links have the figures %v", got)
	}
	states := p.get("/audits?limit=200").Get("items.#.state").Raw
	if !strings.Contains(states, "open") || !strings.Contains(states, "done") {
		t.Errorf("the audits are %s", states)
	}
}

// counts are how many there are of what the demo makes.
func (p *program) counts() map[string]int {
	out := map[string]int{contactsThere: p.sim.ContactCount()}
	for _, path := range []string{"/codes", "/groups/codes", "/assets", "/staff", "/materials", "/materials?space=scripts", "/acquisition/links", "/links", "/personas", "/checklists", "/audits", "/insight/maturity", "/insight/costs"} {
		with := "?"
		if strings.Contains(path, "?") {
			with = "&"
		}
		out[path] = int(p.get(path + with + "limit=200&corp=" + Corp).Get("items.#").Int())
	}
	return out
}

// The demo fills a brand with a corp, keeps it alive, and a restart goes on with the same.
//
// covers: J4, A1, C4, H4
func TestWeCom_TheDemoLivesAndGoesOnAfterARestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := startDemo(t, dir)
	for path, want := range map[string]int{"/codes": len(channels), "/groups/codes": 1, "/acquisition/links": len(acquisitionLinks), "/links": len(shortLinks), "/personas": len(personas), "/checklists": 1, "/audits": len(audits) + 1, // the one that is done comes again
		"/insight/maturity": 1, "/assets": 8, "/materials": 23, "/materials?space=scripts": 14, "/staff": corpStaff} {
		if got := p.counts()[path]; got != want {
			t.Errorf("%s: %d, want %d", path, got, want)
		}
	}
	p.until("codes are at the platform", func() bool { return len(p.sim.Codes()) == len(channels) })
	p.until("members are asked to send", func() bool {
		return slices.ContainsFunc(p.sim.MassTasks(p.sim.Members()[0].User), func(m wecomsim.MassTask) bool { return strings.HasPrefix(m.Text, "周末会员日") })
	})
	p.lived(t)
	p.until("losses are known", func() bool { return p.get("/handover/losses").Get("items.#").Int() > 3 })

	// Who writes to customer service has it on the timeline.
	account, asks := p.sim.KfAccounts()[0].ID, p.sim.AddCustomer(wecomsim.NewCustomer{})
	if _, err := p.sim.KfEnter(account, asks); err != nil {
		t.Fatal(err)
	}
	if err := p.sim.KfSay(account, asks, "有货吗"); err != nil {
		t.Fatal(err)
	}
	p.until("customer service is heard", func() bool { return p.has(asks, "Service Started") && p.has(asks, "Message Replied") })
	p.until("the callback has come", func() bool {
		return p.get("/wecom/callbacks?limit=200&corp=" + Corp).Get(`items.#(event%"*kf_msg_or_event*").event`).Exists()
	})
	p.until("who enters is greeted", func() bool { return len(p.sim.KfTalk(account, asks)) > 1 })

	p.until("agents live", func() bool { return p.sim.Agents().Acts["send_text"] > 0 })
	if err := p.sim.SetAgents(0); err != nil {
		t.Fatal(err)
	}

	// People come by a code and buy: its figures show the revenue.
	code := p.get("/codes?limit=200").Get(`items.#(name=="小红书").id`).String()
	state := p.get("/codes/" + code).Get("state").String()
	for range 8 {
		if _, err := p.sim.ScanCode(p.sim.AddCustomer(wecomsim.NewCustomer{}), state); err != nil {
			t.Fatal(err)
		}
	}
	p.until("arrivals are counted", func() bool { return p.get("/codes/"+code+"/stats").Get("added").Int() >= 8 })
	p.until("the channel earns", func() bool {
		if err := p.sim.Advance(5 * time.Second); err != nil {
			t.Fatal(err)
		}
		return p.get("/codes/"+code+"/stats").Get("net_revenue").Num > 0
	})
	before, now := p.counts(), p.sim.Now()
	p.stop()

	p = startDemo(t, dir)
	defer p.stop()
	if err := p.sim.SetAgents(0); err != nil {
		t.Fatal(err)
	}
	after := p.counts()
	if lost := before[contactsThere] - after[contactsThere]; lost > 20 || lost < -20 {
		t.Errorf("after a restart %d contacts, before %d", after[contactsThere], before[contactsThere])
	}
	delete(after, contactsThere)
	delete(before, contactsThere)
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("a restart makes something again (-before +after):\n%s", diff)
	}
	if p.sim.Now().Before(now) {
		t.Errorf("time went back from %s to %s", now, p.sim.Now())
	}
	var last gjson.Result
	p.until("the pull ends", func() bool {
		last = p.get("/wecom/corps/" + Corp + "/sync").Get("items.0")
		return last.Get("state").String() != "running"
	})
	if drift := last.Get("drift").Int(); last.Get("state").String() != "done" || drift > 20 {
		t.Errorf("the pull after a restart: %s", last.Raw)
	}
}
