package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"

	"yutang/internal/clock"
	"yutang/internal/db/dbtest"
	"yutang/internal/demo/retail"
	"yutang/internal/event"
	"yutang/internal/importer"
	"yutang/internal/money"
	"yutang/internal/rule"
	"yutang/internal/seal"
	"yutang/internal/webhook"
)

// books keep what the history says, by message id.
type books struct {
	events map[string]*event.Event
}

func (b *books) SubmitEvents(_ context.Context, evs []*event.Event) (n int, err error) {
	for _, ev := range evs {
		if b.events[ev.MessageID] == nil {
			ev.Seq = uint64(len(b.events) + 1)
			b.events[ev.MessageID] = ev
			n++
		}
	}
	return n, nil
}

// totals fold the books: customers, those with a purchase, revenue net of refunds in pence.
func (b *books) totals(t *testing.T) (customers, buyers int, net int64) {
	t.Helper()
	known, bought := map[string]bool{}, map[string]bool{}
	for _, ev := range b.events {
		amount, err := money.Parse(gjson.GetBytes(ev.Props, "revenue").Raw, Currency)
		if err != nil {
			t.Fatal(err)
		}
		for _, who := range ev.Identities {
			known[who.Value] = true
			if ev.Name == event.OrderCompleted && amount.Minor > 0 {
				bought[who.Value] = true
			}
		}
		if ev.Name == event.OrderRefunded {
			amount.Minor = -amount.Minor
		}
		net += amount.Minor
	}
	return len(known), len(bought), net
}

func newImporter(t *testing.T, b *books) *importer.Service {
	t.Helper()
	box, err := seal.New(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	return importer.New(importer.Config{
		DB: dbtest.SQLite(t), Box: box, Clock: clock.System{}, Zone: time.UTC, Dir: t.TempDir(), Submit: b,
		SourceID: func(context.Context, string) (int64, error) { return 1, nil }, Log: slog.New(slog.DiscardHandler),
	})
}

// The figures follow from the published facts: 541,909 rows, 5,268 exact duplicates,
// 4,372 customers, and 4,338 who bought something. 9,747,747.934 is the published sum of
// all rows; duplicates and rejected rows make up the difference to the net revenue.
//
// covers: B1, F5, J4
func TestLoad_TheHistoryAgreesWithPublishedFacts(t *testing.T) {
	t.Parallel()
	b := &books{events: map[string]*event.Event{}}
	imp := newImporter(t, b)
	var out bytes.Buffer
	d := Deps{Importer: imp, Clock: clock.System{}, Out: &out, Totals: func(context.Context) (Totals, error) {
		customers, _, net := b.totals(t)
		return Totals{Customers: customers, NetRevenue: money.Amount{Minor: net, Currency: Currency}}, nil
	}}
	began := time.Now()
	job, err := Load(context.Background(), d)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%.0f rows/s\n%s", float64(job.Total)/time.Since(began).Seconds(), out.String())
	got := map[string]int64{
		"rows": job.Total, "accepted": job.Accepted, "duplicates": job.Duplicates, "rejected": job.Rejected, "events": job.Events,
	}
	want := map[string]int64{
		"rows": retail.Rows, "accepted": 541909 - 5268 - 1339, "duplicates": 5268, "rejected": 1336 + 3, "events": 25900 - 1336 - 3,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("(-want +got)\n%s", diff)
	}
	customers, buyers, net := b.totals(t)
	if customers != 4372 || buyers != 4338 {
		t.Errorf("%d customers, %d bought; want 4372 and 4338", customers, buyers)
	}
	if expected := expectedNet(t); net != expected {
		t.Errorf("net revenue %d pence, want %d", net, expected)
	}
}

// expectedNet adds the rows up in another way than the importer: in tenths of pence, row
// by row, rounding each invoice once.
func expectedNet(t *testing.T) int64 {
	t.Helper()
	invoices := map[string]int64{}
	seen := map[retail.Line]bool{}
	err := retail.Each(func(l retail.Line) error {
		if seen[l] || l.Invoice[0] == 'A' || (l.Quantity < 0 && l.Invoice[0] != 'C') {
			return nil
		}
		seen[l] = true
		price, err := money.Parse(l.UnitPrice, "BHD") // three decimals
		invoices[l.Invoice] += price.Minor * int64(l.Quantity)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	net := int64(0)
	for _, tenths := range invoices {
		a, err := money.Parse(money.Amount{Minor: tenths, Currency: "BHD"}.String(), Currency)
		if err != nil {
			t.Fatal(err)
		}
		net += a.Minor
	}
	return net
}

// covers: B6
func TestAudiences_AreGoodRules(t *testing.T) {
	t.Parallel()
	specs, err := audienceSpecs()
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]string{}
	for _, s := range specs {
		if _, err := rule.Parse(s.bound(ids), time.UTC); err != nil {
			t.Errorf("%s: %v", s.Name, err)
		}
		if strings.Contains(string(s.bound(ids)), "{{") {
			t.Errorf("%s names an audience that does not stand above it", s.Name)
		}
		ids[s.Name] = "aud_" + s.Name
	}
	if len(specs) < 8 || ids[playbookAudience] == "" {
		t.Errorf("%d audiences; the playbook's is %q", len(specs), ids[playbookAudience])
	}
}

// small is a history of one customer, an adjustment and an order of nobody.
var small = history{
	csv: func() io.ReadCloser {
		return io.NopCloser(strings.NewReader(retail.Header + "\n" +
			"1,22423,REGENCY CAKESTAND,1,2011-01-01 10:00:00,12.75,12345.0,France\n" +
			"1,22423,REGENCY CAKESTAND,1,2011-01-01 10:00:00,12.75,12345.0,France\n" +
			"2,84879,BIRD,6,2011-01-01 10:00:00,1.69,,France\n" +
			"A3,B,Adjust bad debt,1,2011-01-01 10:00:00,-11.0,,France\n"))
	},
	each: func(visit func(retail.Line) error) error {
		for _, l := range []retail.Line{
			{StockCode: "22423", Description: "REGENCY CAKESTAND", Quantity: 1, UnitPrice: "12.75", CustomerID: "12345.0", Country: "France"},
			{StockCode: "85123A", Description: "HEART T-LIGHT HOLDER", Quantity: 6, UnitPrice: "2.55", CustomerID: "12345.0", Country: "France"},
			{StockCode: "POST", Description: "POSTAGE", Quantity: 1, UnitPrice: "18.0", CustomerID: "12345.0", Country: "France"},
			{StockCode: "84879", Description: "BIRD", Quantity: 6, UnitPrice: "1.69", CustomerID: "", Country: "France"},
		} {
			if err := visit(l); err != nil {
				return err
			}
		}
		return nil
	},
}

func TestActivity_IsTheSameForTheSameSeed(t *testing.T) {
	t.Parallel()
	p, err := learn(small.each)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	tell := func(seed uint64) []string {
		a := newActivity(p, seed, "r")
		var out []string
		for range 2000 {
			m, gap := a.next(now, 5)
			raw, err := json.Marshal(m)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, fmt.Sprint(string(raw), gap))
		}
		return out
	}
	first := tell(7)
	if diff := cmp.Diff(first, tell(7)); diff != "" {
		t.Fatal(diff)
	}
	names := map[string]int{}
	ordered := map[string]bool{}
	for _, text := range first {
		names[gjson.Get(text, "event").Str+gjson.Get(text, "type").Str]++
		if gjson.Get(text, "event").Str == event.OrderRefunded && !ordered[gjson.Get(text, "properties.order_id").Str] {
			t.Fatalf("a refund before its order: %s", text)
		}
		if gjson.Get(text, "event").Str == event.OrderCompleted {
			ordered[gjson.Get(text, "properties.order_id").Str] = true
		}
	}
	for _, name := range []string{"Product Viewedtrack", "Product Addedtrack", "Order Completedtrack", "Order Refundedtrack", "identify"} {
		if names[name] == 0 {
			t.Errorf("no %s among %v", name, names)
		}
	}
}

// counts are audiences that grow by one each time they are asked.
type counts struct {
	mu   sync.Mutex
	made []string
	n    int
}

func (c *counts) Find(_ context.Context, name string) (string, error) {
	for _, m := range c.made {
		if m == name {
			return m, nil
		}
	}
	return "", nil
}

func (c *counts) Create(_ context.Context, name, _ string, _ json.RawMessage) (string, error) {
	c.made = append(c.made, name)
	return name, nil
}

func (c *counts) Count(context.Context, string) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n++
	return c.n, nil
}

type noted struct{ got []Playbook }

func (n *noted) Ensure(_ context.Context, p Playbook) error { n.got = append(n.got, p); return nil }

// steps is a clock that moves at once to where somebody waits.
type steps struct{ *clock.Manual }

func (s steps) WaitUntil(ctx context.Context, t time.Time) error {
	if t.After(s.Now()) {
		s.Set(t)
	}
	return ctx.Err()
}

// covers: J4
func TestRun_LoadsMakesAudiencesAndLivesUntilStopped(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var mu sync.Mutex
	got := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		key, _, _ := r.BasicAuth()
		body, err := io.ReadAll(r.Body)
		if r.URL.Path != "/v1/batch" || key != "secret" || err != nil || len(gjson.GetBytes(body, "batch").Array()) == 0 {
			t.Errorf("%s %s %s", r.URL.Path, key, body)
		}
		if got++; got%50 == 3 {
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		if got == 200 {
			cancel()
		}
		w.Write([]byte(`{"success":true}`))
	}))
	defer server.Close()
	b := &books{events: map[string]*event.Event{}}
	var out bytes.Buffer
	shop, plan := &counts{}, &noted{}
	d := Deps{
		Importer: newImporter(t, b), Audiences: shop, Playbooks: plan, Out: &out, Terminal: true,
		Clock: steps{clock.NewManual(time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC))},
		URL:   server.URL, WriteKey: "secret", Webhook: "http://hook", Seed: 1,
		Totals: func(context.Context) (Totals, error) {
			return Totals{NetRevenue: money.Amount{Currency: Currency}}, nil
		},
	}
	if job, err := d.load(ctx, small); err != nil || job.Accepted != 2 {
		t.Fatalf("%+v %v", job, err)
	}
	if err := d.run(ctx, small); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if len(b.events) != 2 {
		t.Errorf("%d events after loading twice, want 2", len(b.events))
	}
	if len(shop.made) < 8 || len(plan.got) != 1 || plan.got[0].Audience != playbookAudience {
		t.Errorf("audiences %v, playbooks %v", shop.made, plan.got)
	}
	for _, part := range []string{"100 %", "net revenue", "bad-debt", "live: ", "audience 高价值客户"} {
		if !strings.Contains(out.String(), part) {
			t.Errorf("the output says nothing of %q:\n%s", part, out.String())
		}
	}
}

func TestLive_StopsWhenAnEventIsRefused(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "no such key", http.StatusUnauthorized)
	}))
	defer server.Close()
	p, err := learn(small.each)
	if err != nil {
		t.Fatal(err)
	}
	l := newLive(Deps{Clock: clock.System{}, Out: io.Discard, URL: server.URL, Audiences: &counts{}}, p)
	if err := l.run(context.Background()); err == nil || !strings.Contains(err.Error(), "401: no such key") {
		t.Fatal(err)
	}
}

func TestReceiver_TakesOnlySignedMessages(t *testing.T) {
	t.Parallel()
	r := &Receiver{}
	good := webhook.Sign([]string{"new", "old"}, []byte("hello"), time.Unix(1e9, 0))
	send := func(signature, body string) int {
		req := httptest.NewRequest("POST", "/", strings.NewReader(body))
		req.Header.Set("Yutang-Signature", signature)
		w := httptest.NewRecorder()
		r.ServeHTTP(w, req)
		return w.Code
	}
	if got := send(good, "hello"); got != 401 {
		t.Errorf("without a secret: %d", got)
	}
	r.Trust("old")
	for _, c := range []struct {
		signature, body string
		status          int
	}{{good, "hello", 200}, {good, "hallo", 401}, {"", "hello", 401}, {"t=1,v1=00", "hello", 401}, {"v1=00", "hello", 401}} {
		if got := send(c.signature, c.body); got != c.status {
			t.Errorf("signature %q of %q: %d, want %d", c.signature, c.body, got, c.status)
		}
	}
	if r.Taken() != 1 || string(r.Last()) != "hello" {
		t.Errorf("%d messages, last %q", r.Taken(), r.Last())
	}
}
